"""What Lake Formation says where it does not let somebody do something."""

from __future__ import annotations

from labkit.cloud.operations import AwsError


def denied(right: str, name: str) -> AwsError:
    """Lake Formation's refusal: what would be required (``CREATE_TABLE``), and on what."""
    wanted = right.replace("_", " ").title()
    return insufficient(f": Required {wanted} on {name}")


def insufficient(what: str) -> AwsError:
    """The same, with what follows (``" on s3://b/f"``) in its own words."""
    told = f"Insufficient Lake Formation permission(s){what}"
    return AwsError("AccessDeniedException", told)

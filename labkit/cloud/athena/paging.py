"""Pages of a list: the token is the place to go on from."""

from __future__ import annotations

from typing import Any

from labkit.cloud.athena.errors import invalid


def page(name: str, items: list[Any], limit: int, token: str = "") -> dict[str, Any]:
    """One page of a list under its member's name, with ``NextToken`` when more follow.

    Raises:
        AwsError: the token is none that was given out.
    """
    if token and not token.isdigit():
        raise invalid("Malformed pagination token")
    start = int(token or 0)
    following = {"NextToken": str(start + limit)} if start + limit < len(items) else {}
    return {name: items[start : start + limit], **following}

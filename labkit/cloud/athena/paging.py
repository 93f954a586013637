"""Pages of Athena's lists."""

from __future__ import annotations

from typing import Any

from labkit.cloud import paging
from labkit.cloud.athena.errors import invalid


def page(name: str, items: list[Any], limit: int, token: str = "") -> dict[str, Any]:
    """One page of a list under its member's name, with ``NextToken`` when more follow.

    Raises:
        AwsError: the token is none that was given out.
    """
    return paging.page(name, items, limit, token, invalid("Malformed pagination token"))

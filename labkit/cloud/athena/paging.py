"""Pages of Athena's lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud import paging
from labkit.cloud.athena.errors import invalid
from labkit.cloud.operations import Answer, Handler, operation

_USUAL = 50


def lists(name: str, member: str) -> Callable[[paging.Lister], Handler]:
    """Register Athena's answer to an operation that lists: a page of what the handler gives.

    Args:
        name: the operation's name in its API model.
        member: the answer's, under which the page stands.
    """
    return lambda handler: operation("athena", name)(paging.paged(member, page, handler))


def page(name: str, items: Sequence[Any], size: int | None, token: str | None) -> Answer:
    """One page of a list under its member's name, with ``NextToken`` when more follow.

    Raises:
        AwsError: the token is none that was given out.
    """
    bad = invalid(f"The nextPageToken is malformed: {token}")
    return paging.page(name, items, size or _USUAL, token, bad)

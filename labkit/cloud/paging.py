"""Pages of a list, which many operations give; a token holds the place to go on from."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, TypeVar

from labkit.cloud.operations import AwsError

Item = TypeVar("Item")
_MARK = "at:"


def cut(
    items: Sequence[Item], token: str | None, size: int, refusal: AwsError
) -> tuple[list[Item], str | None]:
    """One page of a list and the token of the next one.

    >>> cut("abc", None, 2, AwsError("InvalidToken", ""))
    (['a', 'b'], 'YXQ6Mg==')

    Args:
        refusal: raised for a token that was never given out.
    """
    start = _start(token, refusal)
    end = start + size
    return list(items[start:end]), _token(end) if end < len(items) else None


def page(
    member: str,
    items: Sequence[Any],
    size: int,
    token: str | None,
    refusal: AwsError,
    *,
    following: str = "NextToken",
) -> dict[str, Any]:
    """A page under its member's name, with the next one's token when more follow; as `cut`."""
    found, mark = cut(items, token, size, refusal)
    return {member: found} | ({following: mark} if mark else {})


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"{_MARK}{start}".encode()).decode()


def _start(token: str | None, refusal: AwsError) -> int:
    if not token:
        return 0
    try:
        told = base64.urlsafe_b64decode(token).decode()
        if told.startswith(_MARK):
            return int(told.removeprefix(_MARK))
    except ValueError:
        pass
    raise refusal

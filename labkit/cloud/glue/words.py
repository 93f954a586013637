"""Glue's errors and pages of results, in Glue's words.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-exceptions.html
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeVar

from labkit.cloud.operations import AwsError

Item = TypeVar("Item")
MAX_PAGE = 1000


def invalid(message: str) -> AwsError:
    """A parameter that Glue does not take."""
    return AwsError("InvalidInputException", message)


def not_found(message: str) -> AwsError:
    """A thing that the catalog does not have."""
    return AwsError("EntityNotFoundException", message)


def exists(what: str) -> AwsError:
    """A thing that the catalog has already."""
    return AwsError("AlreadyExistsException", f"{what} already exists.")


def page(
    items: Sequence[Item], token: str | None, size: int | None, *, most: int = MAX_PAGE
) -> tuple[list[Item], str | None]:
    """One page of a list and the token of the next one.

    >>> page(["a", "b", "c"], None, 2)[0]
    ['a', 'b']

    Raises:
        AwsError: the token is none of ours.
    """
    start = _start(token)
    end = start + min(size or most, most)
    return list(items[start:end]), _token(end) if end < len(items) else None


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"at:{start}".encode()).decode()


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        mark, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if mark == "at":
            return int(number)
    except ValueError:
        pass
    raise invalid("Invalid next token")

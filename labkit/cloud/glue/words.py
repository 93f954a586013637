"""Glue's errors and pages of results, in Glue's words.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-exceptions.html
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.operations import AwsError
from labkit.cloud.paging import Item, cut

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
    return cut(items, token, min(size or most, most), invalid("Invalid next token"))

"""DataBrew's errors, in DataBrew's words, and pages of its lists.

The codes and their HTTP status stand on the operations' pages, such as
https://docs.aws.amazon.com/databrew/latest/dg/API_CreateDataset.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud import paging
from labkit.cloud.operations import AwsError

MOST = 100


def invalid(message: str) -> AwsError:
    """An input that DataBrew does not take."""
    return AwsError("ValidationException", message)


def not_found(message: str) -> AwsError:
    """A resource that there is not."""
    return AwsError("ResourceNotFoundException", message, 404)


def conflict(message: str) -> AwsError:
    """A name that is taken, or a resource that others need or that is in use."""
    return AwsError("ConflictException", message, 409)


def quota_exceeded(message: str) -> AwsError:
    """More of something than an account may have."""
    return AwsError("ServiceQuotaExceededException", message, 402)


def denied(message: str) -> AwsError:
    """Something that the caller, or the role of a job, may not do."""
    return AwsError("AccessDeniedException", message, 403)


def page(
    member: str, items: Sequence[dict[str, Any]], size: int | None = None, token: str | None = None
) -> dict[str, Any]:
    """One page of a list under its member's name, with ``NextToken`` when more follow.

    >>> sorted(page("Jobs", [{}, {}, {}], 2))
    ['Jobs', 'NextToken']

    Raises:
        AwsError: the token is none that was given out.
    """
    return paging.page(member, items, size or MOST, token, invalid("The NextToken is not valid."))

"""The operations of Redshift Serverless.

Source: https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud import paging
from labkit.cloud.operations import Answer, AwsError, Context, Handler
from labkit.cloud.paging import Lister, paged
from labkit.cloud.redshift import lifecycle, records
from labkit.cloud.redshift.records import Kind, Record
from labkit.cloud.redshift.serverless.kinds import SERVICE
from labkit.cloud.redshift.words import fault

MOST = 100


def answers(name: str) -> Callable[[Handler], Handler]:
    """Register the answer to an operation; no other one changes the records meanwhile."""
    return lifecycle.answers(name, SERVICE)


def lists(name: str, member: str) -> Callable[[Lister], Handler]:
    """Register the answer to an operation that lists: a page of what the handler gives.

    Args:
        name: the operation's name in its API model.
        member: the answer's, under which the page stands.
    """
    return lambda handler: answers(name)(
        paged(member, page, handler, size="maxResults", token="nextToken")
    )


def page(member: str, items: Sequence[Any], size: int | None, token: str | None) -> Answer:
    """One page of a list."""
    bad = fault("InvalidPaginationException", "The nextToken is not valid.", SERVICE)
    return paging.page(member, items, size or MOST, token, bad, following="nextToken")


def find_available(context: Context, kind: Kind, name: str) -> Record:
    """A resource that may be changed.

    Raises:
        AwsError: there is none; something is under way with it.
    """
    found = records.find(context, kind, name)
    if found["status"] != "AVAILABLE":
        raise conflict(f"There is an operation running on the {kind.name} {name}. Try again later.")
    return found


def invalid(message: str) -> AwsError:
    return fault("ValidationException", message, SERVICE)


def conflict(message: str) -> AwsError:
    return fault("ConflictException", message, SERVICE)

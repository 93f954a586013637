"""QuickSight's errors, in QuickSight's words, and pages of its lists.

Each error code and its HTTP status stands in the service's model.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud import operations, paging, protocol
from labkit.cloud.operations import AwsError

MOST = 100


def refusal(code: str, message: str, **details: Any) -> AwsError:
    """An error of the service's model, with the status that the model gives it.

    >>> refusal("LimitExceededException", "Too many.").status
    409
    """
    model = protocol.service_model("quicksight")
    known: Any = model.shape_for(code).metadata if model else {}
    return AwsError(code, message, known.get("error", {}).get("httpStatusCode", 400), **details)


def invalid(message: str) -> AwsError:
    """A value that QuickSight does not take."""
    return refusal("InvalidParameterValueException", message)


def not_found(message: str, type: str = "") -> AwsError:
    """A resource that there is not.

    Args:
        type: as the API's errors call the kind of resource, where they know it: ``DATA_SET``.
    """
    return refusal("ResourceNotFoundException", message, **_typed(type))


def exists(message: str, type: str = "") -> AwsError:
    """An id or a name that is taken; its type as above."""
    return refusal("ResourceExistsException", message, **_typed(type))


def _typed(type: str) -> dict[str, str]:
    model = protocol.service_model("quicksight")
    known = model.shape_for("ExceptionResourceType").enum if model else ()
    return {"ResourceType": type} if type in known else {}


def conflict(message: str) -> AwsError:
    """A resource that is in a state which does not allow this."""
    return refusal("ConflictException", message)


def denied(message: str) -> AwsError:
    """Something that the caller may not do."""
    return refusal("AccessDeniedException", message)


def limit_exceeded(message: str) -> AwsError:
    """More of something than an account may have."""
    return refusal("LimitExceededException", message)


def unsupported_edition(message: str) -> AwsError:
    """A feature that the account's edition of QuickSight lacks."""
    return refusal("UnsupportedUserEditionException", message)


def precondition(message: str) -> AwsError:
    """Something else must be done first."""
    return refusal("PreconditionNotMetException", message)


def not_here(operation: str, why: str) -> AwsError:
    """What QuickSight can do and the local one cannot."""
    return operations.not_here("quicksight", operation, why)


def page(
    member: str, items: Sequence[Any], size: int | None = None, token: str | None = None
) -> dict[str, Any]:
    """One page of a list under its member's name, with ``NextToken`` when more follow.

    >>> sorted(page("Users", [{}, {}, {}], 2))
    ['NextToken', 'Users']

    Raises:
        AwsError: the token is none that was given out.
    """
    bad = refusal("InvalidNextTokenException", "The NextToken is not valid.")
    return paging.page(member, items, size or MOST, token, bad)

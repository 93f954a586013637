"""A stack whose resource fails: the call is answered, and the stack tells what became of it.

Its resources are dropped again, or stay as the caller asks, and its events tell the reason. What is
wrong with the template itself, and what this cloud does not do, is refused by the call. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation.exceptions import ValidationError

from labkit.cloud import stacks

CANCELLED = "Resource {} cancelled"
_FAILED = "The following resource(s) failed to {}: [{}]. "
_ENDED = "Stack:{} is in {} state and can not be updated."
# States out of which a stack can only be deleted.
_ENDS = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
_TEMPLATES = "Template error"
_REVIEWED = "REVIEW_IN_PROGRESS"


class NotHere(ValidationError):
    """A change that CloudFormation makes and this cloud does not."""


class Refused(ValidationError):
    """What a transform says of a template that it does not write anew."""


class Failed(ValidationError):
    """A resource that its stack cannot make or change.

    Args:
        name: the resource's, in the template.
        verb: ``CREATE`` or ``UPDATE``.
        reason: what its service says.
    """

    def __init__(self, name: str, verb: str, reason: str) -> None:
        super().__init__(message=reason)
        self.reason = _FAILED.format(verb.lower(), name)


def failure(error: Exception, name: str, verb: str) -> Exception:
    """What a stack is told of a resource's error: that it failed, or the error as it is."""
    words = str(getattr(error, "message", error))
    own = isinstance(error, (Failed, NotHere)) or words.startswith(_TEMPLATES)
    return error if own or verb == "DELETE" else Failed(name, verb, words)


def reason(stack: Any) -> str | None:
    """Why a stack has the state that it has, which is told of those alone that are not whole."""
    own = [each for each in stack.events if each.logical_resource_id == stack.name]
    whole = not own or stack.status.endswith("_COMPLETE")
    return None if whole else own[-1].resource_status_reason


def check_changes(stack: Any) -> None:
    """Raise for a stack that can only be deleted.

    Raises:
        ValidationError: it was rolled back, or partly dropped.
    """
    if stack.status in _ENDS:
        raise ValidationError(message=_ENDED.format(stack.stack_id, stack.status))


def put(stack: Any, status: str, why: str | None = None) -> None:
    """Give a stack a state, and tell of it."""
    stack.status = status
    stack._add_stack_event(status, resource_status_reason=why)


def on_failure(wanted: str | None = None) -> str:
    """What becomes of a new stack that fails: ``ROLLBACK``, ``DO_NOTHING`` or ``DELETE``."""
    asked = stacks.asked()
    kept = str(asked.get("DisableRollback")).lower() == "true"
    return "DO_NOTHING" if kept else str(asked.get("OnFailure") or wanted or "ROLLBACK")


def to_delete(names: list[str]) -> str:
    """Why a stack is not dropped: by those of its resources that stay."""
    return _FAILED.format("delete", ", ".join(names))


def is_new(stack: Any) -> bool:
    """Whether a stack is made by its change set."""
    return bool(stack.status == _REVIEWED)

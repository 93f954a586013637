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
_OTHER = (
    "Update of resource type is not permitted. The new template modifies resource type of the "
    "following resources: [{}]"
)
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


def check_same_types(resources: Any, template: dict[str, Any]) -> None:
    """Raise for a template that has resources of other types under the names of what is made.

    Raises:
        ValidationError: AWS's.
    """
    if why := of_other_types(resources, template):
        raise ValidationError(message=why)


def of_other_types(resources: Any, template: dict[str, Any]) -> str:
    """Why a template changes no stack, if it is for what it makes of another type.

    Source: https://github.com/aws/aws-sam-cli/issues/6786
    """
    was, made, now = (
        resources._resource_json_map,
        resources._parsed_resources,
        template["Resources"],
    )
    both = [name for name in now if name in was and name in made]
    others = [name for name in both if was[name]["Type"] != now[name]["Type"]]
    return _OTHER.format(", ".join(others)) if others else ""


def put(stack: Any, status: str, why: str | None = None) -> None:
    """Give a stack a state, and tell of it."""
    stack.status = status
    stack._add_stack_event(status, resource_status_reason=why)


def on_failure(wanted: str | None = None) -> str:
    """What becomes of a new stack that fails: ``ROLLBACK``, ``DO_NOTHING`` or ``DELETE``."""
    asked = stacks.asked()
    kept = _is_asked("DisableRollback") or (asked.get("DeploymentConfig") or {}).get(
        "DisableRollback"
    )
    return "DO_NOTHING" if kept else str(asked.get("OnFailure") or wanted or "ROLLBACK")


def kept_on_failure() -> tuple[str, ...]:
    """The policies by which what was made stays though its stack is rolled back."""
    return () if _is_asked("RetainExceptOnCreate") else ("Retain",)


def _is_asked(member: str) -> bool:
    return str(stacks.asked().get(member)).lower() == "true"


def to_delete(names: list[str]) -> str:
    """Why a stack is not dropped: by those of its resources that stay."""
    return _FAILED.format("delete", ", ".join(names))


def is_new(stack: Any) -> bool:
    """Whether a stack is made by its change set."""
    return bool(stack.status == _REVIEWED)

"""Change sets: each is of one stack, is executed once, and may have nothing to change.

moto puts one in the place of another of its name, and finds one by its name among those of all
stacks.
Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
and https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from typing import Any

from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import (
    AlreadyExistsException,
    CloudFormationError,
    ValidationError,
)

from labkit.cloud import stacks
from labkit.cloud.stacks import changes, journal, judging, reading, rollback, validation
from labkit.cloud.stacks.failures import (
    Failed,
    check_changes,
    is_new,
    of_other_types,
    on_failure,
    put,
)
from labkit.cloud.stacks.updates import Said, allow, given

_TAKEN = "Stack [{}] already exists and cannot be created again with the changeSet [{}]."
_THERE = "ChangeSet {} cannot be created due to a mismatch with existing attribute ClientToken"
_ALONE = "StackName must be specified if ChangeSetName is not specified as an ARN."
_DONE = "ChangeSet [{}] cannot be executed in its current {}status of [{}]"


class NoChangeSet(CloudFormationError):
    code = "ChangeSetNotFound"


class NotToExecute(CloudFormationError):
    code = "InvalidChangeSetStatus"


def teach() -> None:
    """Put it in moto's place."""
    backend: Any = models.CloudFormationBackend
    backend.create_change_set = _proposed(backend.create_change_set)
    backend.describe_change_set = _of_stack(backend.describe_change_set)
    backend.delete_change_set = _gone(_of_stack(backend.delete_change_set))
    backend.execute_change_set = _of_stack(_once(backend.execute_change_set))
    backend.list_change_sets = _list
    models.ChangeSet.on_failure = None  # type: ignore[attr-defined]
    models.ChangeSet.diff = changes.listed  # type: ignore[method-assign,assignment]
    stack: Any = models.Stack
    stack.has_parameters = _has_parameters
    answers: Any = responses.CloudFormationResponse
    answers._validate_different_update = _check_update
    answers._validate_status = lambda self, stack: check_changes(stack)


def _proposed(propose: Any) -> Any:
    """Check a change set when it is made, and go on with a stack that has none yet."""

    def proposed(self: Any, *, stack_name: str, change_set_name: str, **told: Any) -> Any:
        template = reading.load(told["template"])
        judging.check_template(template)
        judging.check_parameters(template, told["parameters"])
        _check_free(self, stack_name, change_set_name)
        found = next((s for s in self.stacks.values() if stack_name in (s.name, s.stack_id)), None)
        creates = told["change_set_type"] == "CREATE"
        if creates and not (is_new(found) if found else not stack_name.startswith("arn:")):
            raise ValidationError(message=_TAKEN.format(stack_name, change_set_name))
        if found and not creates:
            check_changes(found)
        name = found.name if found else stack_name
        made = propose(self, stack_name=name, change_set_name=change_set_name, **told)
        change = self.change_sets[made[0]]
        if found and creates:  # moto makes another stack of the same name
            del self.stacks[change.stack_id]
            change.stack, change.stack_id = found, found.stack_id
        if change.status == "FAILED" and change.tags and change.tags != change.stack.tags:
            change.status, change.execution_status = "CREATE_COMPLETE", "AVAILABLE"
            change.status_reason = None
        asked = stacks.asked()
        _check_made(change, asked.get("Capabilities") or ())
        change.on_failure = on_failure(asked.get("OnStackFailure"))
        allow(change)
        return change.change_set_id, change.stack_id

    return proposed


def _check_made(change: Any, capabilities: Collection[str]) -> None:
    """Have a change set fail whose template is not written anew, or makes identities by that."""
    lacks = judging.declared(reading.load(change.template)) and validation.lacking(
        change.template_dict, capabilities
    )
    why = change.refused or (lacks and validation.LACKING.format(lacks))
    if why := why or of_other_types(change.stack.resource_map, change.template_dict):
        change.status, change.execution_status = "FAILED", "UNAVAILABLE"
        change.status_reason = why


def _check_free(backend: Any, stack: str, name: str) -> None:
    """Raise where the stack has a change set of this name that was not executed."""
    for each in backend.change_sets.values():
        there = each.change_set_name == name and each.stack_id in backend.stacks
        if there and _is_of(each, stack) and "EXECUTE" not in str(each.execution_status):
            raise AlreadyExistsException(_THERE.format(name))


def _of_stack(work: Any) -> Any:
    """Do something with a change set by its ARN, or by its name and its stack's."""

    def done(self: Any, change_set_name: str, stack_name: str | None = None) -> Any:
        stack = stacks.asked().get("StackName")
        if stack is None and not change_set_name.startswith("arn:"):
            raise ValidationError(message=_ALONE)
        found = [each.change_set_id for each in self.change_sets.values() if _is_of(each, stack)]
        known = [i for i in found if change_set_name in (i, self.change_sets[i].change_set_name)]
        if not known and stack and not _is_there(self, stack):
            raise ValidationError(message=f"Stack [{stack}] does not exist")
        if not known:
            raise NoChangeSet(f"ChangeSet [{change_set_name}] does not exist")
        return work(self, change_set_name=known[-1])

    return done


def _gone(delete: Any) -> Any:
    """A change set that is not there is deleted, as long as its stack exists."""

    def deleted(self: Any, change_set_name: str) -> None:
        with contextlib.suppress(NoChangeSet):
            delete(self, change_set_name)

    return deleted


def _is_there(backend: Any, stack: str) -> bool:
    return any(stack in (each.name, each.stack_id) for each in backend.stacks.values())


def _is_of(change_set: Any, stack: str | None) -> bool:
    return stack in (None, change_set.stack_name, change_set.stack_id)


def _once(execute: Any) -> Any:
    """Execute a change set that was not; the stack's others no longer fit, and are gone."""

    def executed(self: Any, change_set_name: str) -> None:
        change = self.change_sets[change_set_name]
        if change.status == "FAILED":
            raise NotToExecute(_DONE.format(change_set_name, "", change.status))
        if change.execution_status != "AVAILABLE":
            told = (change_set_name, "execution ", change.execution_status)
            raise NotToExecute(_DONE.format(*told))
        try:
            execute(self, change_set_name)
        except Failed as failed:
            fail(self, self.change_sets[change_set_name], failed)
        except Exception:
            self.change_sets[change_set_name].execution_status = "EXECUTE_FAILED"
            raise
        finally:
            journal.end(change.stack)
        stack = self.change_sets[change_set_name].stack_id
        others = {i for i, each in self.change_sets.items() if each.stack_id == stack}
        for other in others - {change_set_name}:
            del self.change_sets[other]

    return executed


def fail(backend: Any, change: Any, failed: Failed) -> None:
    """Have a stack tell that its change set could not be executed."""
    stack, change.execution_status = change.stack, "EXECUTE_FAILED"
    if not is_new(stack):
        put(stack, "UPDATE_ROLLBACK_COMPLETE")
        return
    stack.template, stack.template_dict = change.template, change.template_dict
    stack.parameters = change.parameters
    rollback.end_making(backend, stack, failed, on_failure(change.on_failure))


def _list(self: Any) -> list[Any]:
    """Those of a stack that are active: an executed one is told by its name alone.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListChangeSets.html
    """
    stack = str(stacks.asked().get("StackName"))
    if not _is_there(self, stack):
        raise ValidationError(message=f"Stack [{stack}] does not exist")
    found = [each for each in self.change_sets.values() if _is_of(each, stack)]
    return [each for each in found if each.execution_status != "EXECUTE_COMPLETE"]


def _has_parameters(self: Any, other_parameters: Said) -> bool:
    """Whether parameters are a stack's own, some of both left to their defaults."""
    return given(self.template_dict, other_parameters) == given(self.template_dict, self.parameters)


def _check_update(
    self: Any, incoming_params: list[Said] | None, stack_body: str, old_stack: Any
) -> None:
    """Raise for an update that changes nothing; a change set has failed where it is none."""
    asked = stacks.asked()
    tags = {each["Key"]: each["Value"] for each in asked.get("Tags") or ()}
    if stacks.caller().operation != "UpdateStack" or (tags and tags != old_stack.tags):
        return
    body = stack_body or self._get_stack_from_s3_url(asked["TemplateURL"])
    parameters = self.cloudformation_backend._resolve_update_parameters(
        old_stack, incoming_params or []
    )
    if judging.declared(reading.load(body)):
        return  # AWS writes it anew, and goes on though it is the same
    if old_stack.has_template(body) and old_stack.has_parameters(parameters):
        raise ValidationError(message="No updates are to be performed.")

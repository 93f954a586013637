"""A stack is changed whole or not at all, and stays where it cannot be dropped whole.

moto drops first what a template no longer has, whatever its policy says, leaves what it made when
the next resource cannot be made, and forgets a stack whose resources stay. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import ValidationError
from moto.core.utils import utcnow

from labkit.cloud import stacks
from labkit.cloud.operations import AwsError
from labkit.cloud.stacks import adopting, following, journal, taken
from labkit.cloud.stacks.events import skipped, telling
from labkit.cloud.stacks.failures import (
    Failed,
    NotHere,
    check_same_types,
    is_new,
    kept_on_failure,
    put,
    to_delete,
)
from labkit.cloud.stacks.leaving import leave_out_gone, settled, told_at_end
from labkit.cloud.stacks.protection import FORCED, check_exports, exported
from labkit.cloud.stacks.updates import Said, export, given, in_order, needs, touched_by

log = logging.getLogger(__name__)

# The policies by which a resource outlives its stack.
_KEPT = ("Retain", "RetainExceptOnCreate")
_UNCHANGED = "Updating {} is not available in the local AWS: make another resource."


@dataclass(frozen=True)
class Plan:
    """How far an update has come.

    Args:
        former: the template and the parameters before it.
        old: the resources that template defines.
        added: the names of those that it makes.
        removed: of those that it drops at its end.
        changed: of those that it has changed by now, or is changing.
        replaced: of these, what was there and what took its place.
        is_made: whether only the end is left to do.
    """

    former: tuple[Said, Said]
    old: Said
    added: list[str]
    removed: list[str]
    changed: list[str]
    replaced: dict[str, tuple[Any, Any]]
    is_made: bool = False


def teach() -> None:
    """Put it in moto's place."""
    kind: Any = parsing.ResourceMap
    kind.update, kind.delete = _update, _delete
    backend: Any = models.CloudFormationBackend
    backend.delete_stack = _staying(backend.delete_stack)
    stack: Any = models.Stack
    stack.outputs = property(told_at_end(stack.outputs.fget))


def unmake(resources: Any, said: Said, names: Collection[str]) -> None:
    """Drop what was made before a failure, which is the one to tell."""
    with contextlib.suppress(Exception):
        _drop(resources, said, names, kept=kept_on_failure())


def end_making(backend: Any, stack: Any, failed: Failed, wanted: str) -> None:
    """Drop the resources of a new stack that failed, or leave them, as its caller wants."""
    resources = stack.resource_map
    said = resources._resource_json_map
    stack.output_map._output_json_map = {}
    export(stack)
    if wanted == "ROLLBACK":
        put(stack, "ROLLBACK_IN_PROGRESS", f"{failed.reason}Rollback requested by user.")
        with contextlib.suppress(Exception):  # its event tells
            _drop(resources, said, said, kept=kept_on_failure())
        left = _left(resources, kept_on_failure())
        put(stack, *(("ROLLBACK_FAILED", to_delete(left)) if left else ("ROLLBACK_COMPLETE",)))
    else:
        put(stack, "CREATE_FAILED", failed.reason)
    leave_out_gone(stack)
    if wanted == "DELETE":
        backend.delete_stack(stack.stack_id)


def _left(resources: Any, kept: tuple[str, ...] = _KEPT) -> list[str]:
    """The resources of a stack that it could not drop."""
    said, made = resources._resource_json_map, resources._parsed_resources
    return [n for n in said if n in made and said[n].get("DeletionPolicy") not in kept]


def check_outputs(resources: Any, template: Said) -> None:
    """Raise for outputs that cannot be told; moto finds out when the stack is described.

    Raises:
        ValidationError: such as AWS's for an attribute that a resource does not have.
    """
    outputs = parsing.OutputMap(resources, template, resources.stack_id)
    for name in outputs.outputs:
        try:
            outputs[name]
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            words = f"Template error: the value of the output {name} cannot be read: {error}"
            raise ValidationError(message=words) from error


def _update(self: Any, template: Said, parameters: Said | None = None) -> None:
    """Make, change and then drop; what fails on the way leaves all as it was."""
    former, old = (self._template, self.input_parameters), self._resource_json_map
    parameters = given(template, parameters or {})
    check_same_types(self, template)
    adopting.adopt(self)
    touched = touched_by(self, template, parameters)
    todo = self.build_resource_diff(template, parameters)
    before = following.values(self, template)
    exports = exported(self.stack_id, self.cross_stack_resources)
    changed: list[str] = []
    replaced: dict[str, tuple[Any, Any]] = {}
    self.plan = Plan(former, old, todo["Add"], todo["Remove"], changed, replaced)
    journal.begin(self.stack, "CREATE" if is_new(self.stack) else "UPDATE")
    try:
        _read(self, template, parameters)
        for name in reversed(in_order(template["Resources"])):
            if name in todo["Add"]:  # what it needs is changed by now
                self[name]
                continue
            follows = following.follows(self, name, before, changed)
            if name in todo["Modify"] or follows:
                changed.append(name)
                replaced |= _change(self, name, follows or _differs(self, name, old, touched))
                journal.save(self.stack, *journal.kept_by(self._parsed_resources[name]))
        check_outputs(self, template)
        _check_exports(self, template, exports)
    except Exception as error:
        if isinstance(error, Failed):
            if is_new(self.stack):  # all of it is dropped, or left, by who made it
                raise
            put(self.stack, "UPDATE_ROLLBACK_IN_PROGRESS", error.reason)
        undo(self)
        raise
    self.plan = replace(self.plan, is_made=True)
    journal.save(self.stack)
    clean_up(self)
    self.tags_given = dict(self.stack.tags)


def clean_up(resources: Any) -> None:
    """Drop what an update that has made and changed all has left without use."""
    plan: Plan = resources.plan
    with _complete():
        _drop(resources, plan.old, plan.removed)
    for name, (former_one, _) in reversed(plan.replaced.items()):
        said = plan.old[name]
        if said.get("UpdateReplacePolicy") in _KEPT:
            skipped(resources, name, said, former_one)
        else:
            with _complete(), telling(resources, "DELETE", name, said, former_one):
                former_one.delete(resources._account_id, resources._region_name)
    for name in plan.removed:
        resources._parsed_resources.pop(name, None)


def _check_exports(resources: Any, template: Said, was: dict[str, str]) -> None:
    outputs = parsing.OutputMap(resources, template, resources.stack_id) if was else None
    now = {each.name: each.value for each in outputs.exports} if outputs else {}
    try:
        check_exports(stacks.caller(), was, now)
    except AwsError as error:
        failed = Failed(resources.stack.name, "UPDATE", error.message)
        failed.reason = error.message
        raise failed from error


def undo(resources: Any) -> None:
    """Drop what was added, and put back what was changed."""
    plan: Plan = resources.plan
    undoing = stacks.UNDOING.set(True)
    try:
        made = resources._resource_json_map
        unmake(resources, made, plan.added)
        resources.stack.tags = resources.stack.before["tags"]
        _read(resources, *plan.former)
        for name in plan.changed:
            with contextlib.suppress(Exception):
                if name in plan.replaced:
                    resources._parsed_resources[name] = plan.replaced[name][0]
                else:
                    _change(resources, name, differs=False)
        for _, new in reversed(plan.replaced.values()):  # nothing uses them now
            with contextlib.suppress(Exception):
                new.delete(resources._account_id, resources._region_name)
        unmake(resources, made, plan.added)  # what was in use by what is as it was now
    finally:
        stacks.UNDOING.reset(undoing)


@contextlib.contextmanager
def _complete() -> Iterator[None]:
    """An update is complete although the stack cannot drop what it no longer has: so AWS."""
    try:
        yield
    except Exception:
        log.warning("a stack could not drop what it no longer has", exc_info=True)


def _read(resources: Any, template: Said, parameters: Said) -> None:
    resources._template, resources.input_parameters = template, parameters
    resources._resource_json_map = template.get("Resources", {})
    resources.load_mapping()
    resources.resolved_parameters = {}
    resources.load_parameters()
    resources.load_conditions()


def _differs(resources: Any, name: str, old: Said, touched: set[str]) -> bool:
    """Whether a resource's properties are said otherwise, or ask for parameters that are others."""
    said = resources._resource_json_map[name]
    now, was = (each.get("Properties") or {} for each in (said, old[name]))
    return now != was or bool(touched & {*needs(said)})


def _change(resources: Any, name: str, differs: bool) -> dict[str, tuple[Any, Any]]:
    """Change a resource; where another takes its place, both are told, and are there.

    Raises:
        NotHere: its properties differ, and nothing here changes one of its type.
    """
    replaced: list[tuple[Any, Any]] = []
    stacks.REPLACED.set(replaced)
    said = resources._resource_json_map[name]
    there = resources._parsed_resources.get(name)
    with telling(resources, "UPDATE", name, said, there) as known:
        taken.check(said, resources, str(getattr(there, "physical_resource_id", None) or ""))
        new = parsing.parse_and_update_resource(
            name,
            said,
            resources,
            account_id=resources._account_id,
            region_name=resources._region_name,
        )
        if new is not None:
            known[0] = resources._parsed_resources[name] = new
        elif differs:
            raise NotHere(message=_UNCHANGED.format(said["Type"]))
    return dict.fromkeys([name] if replaced else [], *replaced)


def _delete(self: Any) -> None:
    """Drop a stack's resources, but those that it is to leave."""
    told = settled(self.stack)
    journal.begin(self.stack, "DELETE")
    asked, said = stacks.asked(), self._resource_json_map
    mine = asked.get("StackName") in (self.stack_id, self["AWS::StackName"])
    left = asked.get("RetainResources", ()) if mine else ()
    try:
        _drop(self, said, said.keys() - {*left})
    except Exception:
        if asked.get("DeletionMode") != FORCED:
            raise
        for name in _left(self):
            skipped(self, name, said[name], self._parsed_resources[name])
    self.stack.deletion_time = utcnow()
    self.stack.output_map._output_json_map = told


def _drop(
    resources: Any, said: Said, names: Collection[str], kept: tuple[str, ...] = _KEPT
) -> None:
    """Drop resources, those first that need others; what fails is tried again."""
    policies = {name: said[name].get("DeletionPolicy") for name in said}
    asked = [n for n in in_order(said) if n in names]
    left = [n for n in asked if policies[n] not in kept]
    for name in asked:
        if policies[name] in kept and (made := resources._parsed_resources.get(name)) is not None:
            skipped(resources, name, said[name], made)
    while left:
        failures: dict[str, Exception] = {}
        for name in left:
            made = resources._parsed_resources.get(name)
            try:
                if made is not None and not isinstance(made, str):
                    if policies[name] == "Snapshot":
                        made.leaves_snapshot = True
                    with telling(resources, "DELETE", name, said[name], made):
                        resources._delete_resource(made, said[name])
            except Exception as error:  # whatever one of moto's kinds raises
                failures[name] = error
        if len(failures) == len(left):
            raise failures[left[0]]
        left = list(failures)


def _staying(delete: Any) -> Any:
    """Keep a stack, and what is left of it, where that cannot be dropped: who asks is not told."""

    def deleted(self: Any, name_or_stack_id: str) -> None:
        known = dict(self.stacks)
        try:
            delete(self, name_or_stack_id)
            for stack_id in known.keys() - self.stacks.keys():
                known[stack_id].under_way = None
        except Exception:
            asked, left = stacks.asked().get("StackName"), known.keys() - self.stacks.keys()
            for stack_id in left - self.deleted_stacks.keys():
                self.stacks[stack_id] = stack = known[stack_id]
                put(stack, "DELETE_FAILED", to_delete(_left(stack.resource_map)))
                leave_out_gone(stack)
                journal.end(stack)
            if not any(asked in (known[each].stack_id, known[each].name) for each in left):
                raise

    return deleted

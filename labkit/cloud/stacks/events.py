"""What a stack tells of its resources while they are made, changed and dropped.

moto tells of the stack alone, and that each resource is as it is, since a day of 2010. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html
"""

from __future__ import annotations

import contextlib
import copy
import functools
import json
from collections.abc import Iterator
from typing import Any

from moto.cloudformation import models, parsing, responses
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from labkit.cloud.stacks import journal
from labkit.cloud.stacks.door import LOOKING
from labkit.cloud.stacks.failures import CANCELLED, Failed, failure, reason
from labkit.cloud.stacks.updates import needs

_BEGINS = "CREATE_IN_PROGRESS"


def teach() -> None:
    """Put it in moto's place."""
    stack: Any = models.Stack
    stack._create_resource_map = _knowing(stack._create_resource_map)
    resources: Any = parsing.ResourceMap
    resources.stack = functools.cached_property(_stack)  # of one that was made before they knew it
    resources.stack.__set_name__(resources, "stack")
    stack._add_stack_event = _begun_once(stack._add_stack_event)
    stack.stack_status_reason = property(reason)
    event: Any = models.Event
    event.sendToSns = _sent(event.sendToSns)
    responses.StackResourceDTO.__init__ = _latest(responses.StackResourceDTO.__init__)  # type: ignore[method-assign]
    answers: Any = responses.CloudFormationResponse
    answers.list_stack_resources = _list


def made(make: Any) -> Any:
    """Make what a resource depends on, then it, and tell of it; in a stack that is gone none is,
    nor for who looks at one that is held.

    moto makes one that another, an output or an export speaks of before those it depends on.
    """

    def told(name: str, said: Any, resources: Any, **where: Any) -> Any:
        condition = said.get("Condition")
        if condition and not resources.lazy_condition_map[condition]:
            return None
        if LOOKING.get() or resources.stack.status == "DELETE_COMPLETE":
            return None
        for other in needs({"DependsOn": said.get("DependsOn", [])}):
            resources[other]
        with telling(resources, "CREATE", name, said) as known:
            known[0] = make(name, said, resources, **where)
            return known[0]

    return told


@contextlib.contextmanager
def telling(
    resources: Any, verb: str, name: str, said: Any, there: Any = None
) -> Iterator[list[Any]]:
    """Tell that a resource is changed, and how that ends.

    Args:
        verb: ``CREATE``, ``UPDATE`` or ``DELETE``.
        said: its definition in the template.
        there: the resource, where it is made already.

    Yields:
        The resource in a list of one, for another to be put in its place.
    """
    stack, known = resources.stack, [there]

    def tell(status: str, reason: str | None = None) -> None:
        _tell(resources, f"{verb}_{status}", name, said, known[0], reason)

    if not stack.events:  # a resource that is exported is made before moto begins
        stack._add_stack_event(_BEGINS, resource_status_reason="User Initiated")
    if not stack.under_way:
        journal.begin(stack, "CREATE")
    tell("IN_PROGRESS")
    at = journal.AT.set((resources, name))
    try:
        yield known
    except Failed:  # another one, without which this is not made
        journal.failed(resources, name)
        tell("FAILED", CANCELLED.format({"CREATE": "creation"}.get(verb, verb.lower())))
        raise
    except Exception as error:
        journal.failed(resources, name)
        tell("FAILED", str(getattr(error, "message", error)))
        raise failure(error, name, verb) from error
    finally:
        journal.AT.reset(at)
    tell("COMPLETE")
    journal.done(resources, name, verb, known[0])


def skipped(resources: Any, name: str, said: Any, there: Any) -> None:
    """Tell that a resource stays, as its policy asks, where its stack leaves it."""
    _tell(resources, "DELETE_SKIPPED", name, said, there)


def broken_off(resources: Any, name: str, verb: str, why: str) -> None:
    """Tell that a resource was not made or changed, as the server ended."""
    said = resources._resource_json_map[name]
    _tell(resources, f"{verb}_FAILED", name, said, None, why)


def _tell(
    resources: Any, status: str, name: str, said: Any, there: Any, reason: str | None = None
) -> None:
    stack = resources.stack
    event = models.Event(
        stack_id=stack.stack_id,
        stack_name=stack.name,
        logical_resource_id=name,
        physical_resource_id=getattr(there, "physical_resource_id", None) or "",
        resource_type=said["Type"],
        resource_status=status,
        resource_status_reason=reason,
        resource_properties=json.dumps(_properties(resources, said), default=str),
    )
    event.sendToSns(stack.account_id, stack.region_name, stack.notification_arns)
    stack.events.append(event)


def _properties(resources: Any, said: Any) -> Any:
    """What a resource is told to be, as far as it is known by now, without secrets.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    """
    told, made = copy.deepcopy(said.get("Properties") or {}), _Made(resources)
    try:
        return parsing.clean_json(told, made)  # type: ignore[arg-type]
    except Exception:  # whatever stands for what is not there yet, or no longer
        return said.get("Properties") or {}


class _Made(dict[str, Any]):
    """What of a stack is made, without making the rest; secret parameters are not told."""

    def __init__(self, resources: Any) -> None:
        slots = (resources._template.get("Parameters") or {}).items()
        secret = {n: "****" for n, slot in slots if str(slot.get("NoEcho")).lower() == "true"}
        super().__init__(resources._parsed_resources | secret)
        self.resources = resources

    def __getattr__(self, name: str) -> Any:
        return getattr(self.resources, name)


def _sent(send: Any) -> Any:
    """A topic that is gone hears of nothing, and its stack goes on."""

    def sent(*args: Any) -> None:
        with contextlib.suppress(ServiceException):
            send(*args)

    return sent


def _knowing(make: Any) -> Any:
    """The resources know whose they are."""

    def known(self: Any) -> Any:
        resources = make(self)
        resources.stack = self
        return resources

    return known


def _stack(resources: Any) -> Any:
    backend = models.cloudformation_backends[resources._account_id][resources._region_name]
    return backend.get_stack(resources.stack_id)


def _begun_once(add: Any) -> Any:
    """A stack's making begins once, though moto tells it again."""

    def added(self: Any, resource_status: str, *args: Any, **kwargs: Any) -> None:
        first = self.events[0].resource_status if self.events else None
        if not first == resource_status == _BEGINS:
            add(self, resource_status, *args, **kwargs)

    return added


def _latest(make: Any) -> Any:
    """A resource is as its last event told."""

    def made(self: Any, stack: Any, resource: Any) -> None:
        make(self, stack, resource)
        self.timestamp = stack.creation_time
        for event in stack.events:
            if event.logical_resource_id == self.logical_resource_id != stack.name:
                self.resource_status = event.resource_status
                self.resource_status_reason = event.resource_status_reason
                self.timestamp = event.timestamp
        self.last_updated_timestamp = self.timestamp

    return made


def _list(self: Any) -> ActionResult:
    stack, made = self.cloudformation_backend.list_stack_resources(self._get_param("StackName"))
    told = [responses.StackResourceDTO(stack, resource) for resource in made]
    return ActionResult({"StackResourceSummaries": told})

"""What is on disk of a stack while it is made, changed or dropped, so that its end is known.

CloudFormation goes on with a stack whatever becomes of who asked. Here the call does the work, and
a server that is killed meanwhile knows afterwards how far it had come: before a service is asked
to make or change a resource, and after it has answered, the stack is written down as it is.
`mending` does the rest at the next start.
"""

from __future__ import annotations

import contextlib
import re
from contextvars import ContextVar
from typing import Any

from labkit.cloud import stacks
from labkit.cloud.stacks.calls import Gone, ask, names
from labkit.cloud.stacks.kinds import Kind, Members, at
from labkit.cloud.stacks.taken import LOOKS

# The resources of the stack that is worked at, and the name of the one that is.
AT: ContextVar[tuple[Any, str]] = ContextVar("at")
_READS = ("Get{}", "Describe{}", "Describe{}s", "Get{}s", "ListTags{}")
_VERBS = re.compile("^(Create|Put|Register)")
# What finds one that its service has named itself: the call, and where its answer has the name.
FINDS = {
    "AWS::Lambda::EventSourceMapping": ("ListEventSourceMappings", "EventSourceMappings.UUID"),
    "AWS::Redshift::UsageLimit": ("DescribeUsageLimits", "UsageLimits.UsageLimitId"),
}
# moto's folders of services that are named otherwise.
_FOLDERS = {"awslambda": "lambda"}


def begin(stack: Any, verb: str) -> None:
    """Note that a stack is worked at, and for whom."""
    context = stacks.caller()
    asked = {n: v for n, v in stacks.asked().items() if n != "TemplateBody"}
    stack.under_way = {
        "verb": verb,
        "operation": context.operation,
        "region": context.region,
        "principal": (context.principal.arn, context.principal.account),
        "asked": asked,
    }
    save(stack)


def end(stack: Any) -> None:
    """Note that nothing is left to do."""
    if stack.under_way:
        stack.under_way = stack.resource_map.plan = None
        save(stack)


def save(stack: Any, *services: str) -> None:
    """Write down a stack as it is, and what moto holds of services, as one change."""
    context = stacks.caller()
    known = context.cloud.backend("cloudformation", stack.region_name).stacks
    is_leaving = stack.under_way and stack.stack_id not in known  # moto forgets it first
    if is_leaving:
        known[stack.stack_id] = stack
    try:
        with contextlib.ExitStack() as held:
            for each in services:
                held.enter_context(context.cloud.lock(each))
            context.cloud.state.save("cloudformation", *services)
    finally:
        if is_leaving:
            del known[stack.stack_id]


def note(made: Any, *, new: bool = True) -> None:
    """Write down what a service is about to be asked for.

    Args:
        made: the resource as it shall be.
        new: whether it is made, or changed.
    """
    if told := AT.get(None):
        resources, name = told
        resources.__dict__.setdefault("pending", {})[name] = (made, new)
        save(resources.stack)


def done(resources: Any, name: str, verb: str, made: Any) -> None:
    """Write down that a resource is made or dropped; what is changed, the update writes down."""
    vars(resources).get("pending", {}).pop(name, None)
    if verb == "CREATE" and made is not None:
        resources._parsed_resources[name] = made
    if verb == "UPDATE":
        return
    save(resources.stack, *kept_by(made))


def kept_by(made: Any) -> tuple[str, ...]:
    """The service whose records moto changes for a resource by itself; none where calls do."""
    folder = type(made).__module__.split(".")
    return (_FOLDERS.get(folder[1], folder[1]),) if folder[0] == "moto" else ()


def failed(resources: Any, name: str) -> None:
    """Forget what was not made."""
    vars(resources).get("pending", {}).pop(name, None)


def is_own(made: Any, definition: Members) -> bool:
    """Whether what a stack is about to make cannot be another's that is there already.

    A name that was made up is nobody's, one that a template gives may be. What cannot be looked
    for is taken for another's: it stays where the server is killed just then.
    """
    kind: Kind = made.kind
    said = at(definition.get("Properties") or {}, kind.name) if kind.name else None
    if kind.name and said is None:
        return True
    if takes_token(kind) or definition["Type"] in LOOKS:  # `taken` has looked
        return True
    return find(made) is False if definition["Type"] in FINDS else _is_absent(made)


def find(made: Any) -> Any:
    """The name that a service has given a resource; ``False`` where it has none such."""
    call, path = FINDS[made.type]
    taken = names(made.kind.service, call)
    asked = {n: v for n, v in made.members.items() if n.lower() in taken and isinstance(v, str)}
    try:
        return at(ask(made.kind.service, call, asked), path) or False
    except Gone:
        return False


def takes_token(kind: Kind) -> bool:
    """Whether its service names a resource, and knows again who asks for it twice."""
    own = bool(kind.make) and kind.id in kind.by
    return own and "clientrequesttoken" in names(kind.service, kind.make)


def _is_absent(made: Any) -> bool:
    kind: Kind = made.kind
    noun = _VERBS.sub("", kind.make)
    model = stacks.client(kind.service).meta.service_model
    for call in (form.format(noun) for form in _READS if kind.make and kind.name):
        if call not in model.operation_names:
            continue
        told = made.named_for(call)
        needed = model.operation_model(call).input_shape.required_members
        if told and told.keys() >= {*needed}:
            try:
                answer = ask(kind.service, call, told)
            except Gone:
                return True
            return not any(answer.values())
    return False

"""What CloudFormation makes beside what moto knows, and what moto would get wrong.

moto keeps stacks, and makes what it knows. Of a Redshift cluster it would keep a record of its own,
which nothing can query; what it does not know it would leave out. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

import functools
import threading
from contextvars import ContextVar
from typing import Any

from labkit.cloud import loopback
from labkit.cloud.operations import Context
from labkit.cloud.stacks import mending, protection, validation
from labkit.cloud.stacks.door import DOOR

_PROPOSALS = ("CreateStack", "UpdateStack", "CreateChangeSet")
_CALLER: ContextVar[Context] = ContextVar("caller")
# The resources that a change of one puts others in the place of: each, and the other.
REPLACED: ContextVar[list[tuple[Any, Any]]] = ContextVar("replaced")
# Whether what an update changed is put back.
UNDOING: ContextVar[bool] = ContextVar("undoing", default=False)
_ASKED: ContextVar[dict[str, Any]] = ContextVar("asked")
_TEACHING = threading.Lock()  # who taught twice would have each resource's events told twice


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Teach moto its types and whose call it is; its classes load with its first stack.

    Raises:
        AwsError: ``ValidationError``: a stack is not to be made, or not to be deleted;
            ``InsufficientCapabilitiesException``.
    """
    if not DOOR.is_open:  # what is mended may wait for a function that asks
        mending.settle(context.cloud)
    act_for(context, parameters)
    teach()
    from labkit.cloud.stacks import answers

    if context.operation in _PROPOSALS:
        if context.operation != "CreateStack":
            answers.check_there(context, **parameters)
        validation.check_call(context, **parameters)
    answers.check_call(context, **parameters)
    if context.operation == "DeleteStack":
        protection.check_deletion(context, **parameters)
    if context.operation == "DeleteStackInstances":
        protection.check_instances(context, **parameters)


def act_for(context: Context, parameters: dict[str, Any]) -> None:
    """Have whatever is done here be done for a call."""
    _CALLER.set(context)
    _ASKED.set(parameters)


def teach() -> None:
    """Teach moto its types, once; who comes meanwhile waits."""
    with _TEACHING:
        _teach()


def caller() -> Context:
    """For whom a stack's resource is made."""
    return _CALLER.get()


def asked() -> dict[str, Any]:
    """The members of that call."""
    return _ASKED.get()


def client(service: str) -> Any:
    """A client of a service, to make a stack's resource."""
    return loopback.client(caller().cloud, service, caller().region)


@functools.cache
def _teach() -> None:
    from moto.cloudformation.parsing import get_model_map

    from labkit.cloud.databrew.stacks import teach
    from labkit.cloud.stacks import bus_rules, custom, inline, keys, templates
    from labkit.cloud.stacks.resources import Resource
    from labkit.cloud.stacks.types import TYPES

    known: Any = get_model_map()
    known.update(dict.fromkeys(TYPES, Resource))
    teach(known)
    custom.teach(known)
    keys.teach()
    bus_rules.teach()
    inline.teach()
    templates.teach()

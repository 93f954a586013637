"""Resources that a stack of earlier days knows as moto's records, as their kinds would have them.

Else a change, which sees no resource of its kind, would make another one and drop what is there.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

from moto.cloudformation import parsing

from labkit.cloud import stacks
from labkit.cloud.stacks.kinds import Kind, Members, put
from labkit.cloud.stacks.model import Model
from labkit.cloud.stacks.resources import Resource
from labkit.cloud.stacks.types import TYPES

_RESOURCE: Any = Resource


def adopt(resources: Any) -> None:
    """Have a stack know its resources by their kinds, before its template is another.

    What cannot be known so stays as it is: a change of it is refused.
    """
    for name, there in list(resources._parsed_resources.items()):
        said = resources._resource_json_map.get(name)
        if not said or isinstance(there, Model):
            continue
        if parsing.resource_class_from_type(said["Type"]) is not Resource:
            continue
        with contextlib.suppress(Exception):  # whatever an attribute of one of moto's raises
            _, definition, _ = parsing.parse_resource(said, resources)
            resources._parsed_resources[name] = _adopted(definition, there, name)


def _adopted(definition: Members, there: Any, logical_id: str) -> Any:
    """A resource as if it had been made so.

    Raises:
        LookupError: its service's calls do not know it by what is known of it.
    """
    called = str(there.physical_resource_id)
    kind, name = TYPES[definition["Type"]], re.split("[:/]", called)[-1]  # an ARN ends with it
    end = kind.end(definition.get("Properties") or {})
    made = _RESOURCE(definition, name.removesuffix(end) if end else name)
    made.answer = {"Region": stacks.caller().region, "Account": stacks.caller().account}
    made.answer |= kind.known
    if kind.id and "|" not in kind.id and made.value(kind.id) is None:
        put(made.answer, kind.id, called)
    _tell(made, kind, there)
    made._wait()
    if made.physical_resource_id != called or (kind.drop and not made.named_for(kind.drop)):
        raise LookupError(called)
    made.logical_resource_id, made.cf_resource_type = logical_id, made.type
    return made


def _tell(made: Any, kind: Kind, there: Any) -> None:
    """Keep the attributes that the service's answer would tell."""
    for name, path in kind.attributes.items():
        if "{" not in path and made.value(path) is None:
            with contextlib.suppress(Exception):  # of moto's own, which are not all of them
                put(made.answer, path, there.get_cfn_attribute(name))

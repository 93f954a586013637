"""What follows a change: resources whose properties get other values, as they take these from it.

A resource that another takes the place of has another name, and one that is changed may have other
attributes. Who refers to them is changed too, though the template says of him what it said. moto
leaves him with what is gone.
Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html
and https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
"""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Collection, Iterator
from typing import Any

from moto.cloudformation import parsing

from labkit.cloud.stacks.updates import Said, needs

_PLACE = re.compile(r"\$\{([A-Za-z0-9]+(\.[^}]+)?)\}")


def values(resources: Any, template: Said) -> dict[str, Any]:
    """What the properties now are of those resources, made already, that refer to others of them.

    Args:
        template: what the stack becomes: who is not in it is not looked at.
    """
    made, told = resources._parsed_resources, {}
    for name, said in resources._resource_json_map.items():
        if name in made and name in template["Resources"] and {*needs(said)} & made.keys():
            told[name] = _value(resources, said)
    return told


def follows(resources: Any, name: str, before: Said, changed: Collection[str]) -> bool:
    """Whether a resource's properties have other values after the change of those it refers to.

    Args:
        before: what ``values`` told before the first change.
        changed: what is changed since.
    """
    said = resources._resource_json_map[name]
    asked = {*needs(said.get("Properties"))} & {*changed}
    return name in before and bool(asked) and _value(resources, said) != before[name]


def _value(resources: Any, said: Said) -> Any:
    with contextlib.suppress(Exception):  # whatever an attribute of one of moto's kinds raises
        return copy.deepcopy(parsing.clean_json(said.get("Properties") or {}, resources))
    return None


def causes(value: Any) -> Iterator[tuple[str, str]]:
    """What a value refers to, and how.

    >>> list(causes({"Fn::Sub": "${Topic}-${Topic.TopicName}"}))
    [('ResourceReference', 'Topic'), ('ResourceAttribute', 'Topic.TopicName')]
    """
    if isinstance(value, list):
        for each in value:
            yield from causes(each)
    for name, each in value.items() if isinstance(value, dict) else ():
        if name == "Ref":
            yield "ResourceReference", str(each)
        elif name == "Fn::GetAtt":
            yield "ResourceAttribute", each if isinstance(each, str) else ".".join(map(str, each))
        elif name == "Fn::Sub":
            text, own = each if isinstance(each, list) and len(each) == 2 else (each, ())
            for path, dotted in _PLACE.findall(str(text)):
                if path not in own:
                    yield "ResourceAttribute" if dotted else "ResourceReference", path
            yield from causes(each)
        else:
            yield from causes(each)

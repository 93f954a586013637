"""What a change set says that it will do: what is added, changed in place or replaced, and why.

moto compares the templates without their parameters: a change of those alone was none.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.cloudformation import models, parsing

from labkit.cloud.stacks.following import causes
from labkit.cloud.stacks.kinds import Members, at
from labkit.cloud.stacks.resources import changeable
from labkit.cloud.stacks.tags import changes
from labkit.cloud.stacks.types import TYPES
from labkit.cloud.stacks.updates import given, in_order, needs, touched_by

_ATTRIBUTES = (
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
)
_TAGS = {"Attribute": "Tags", "RequiresRecreation": "Never"}
# Whether another resource takes a changed one's place, the weightiest last.
_REPLACEMENTS = {"Never": "False", "Conditionally": "Conditional", "Always": "True"}


def listed(change_set: Any) -> list[models.Change]:
    """The changes of a change set to its stack, resources in the order of their making."""
    if change_set.refused:
        return []
    resources, template = change_set.stack.resource_map, change_set.template_dict
    parameters = given(template, change_set.parameters)
    diff = resources.build_resource_diff(template, parameters)
    modified = _modified(resources, template, parameters, diff, change_set.tags)
    diff["Modify"] = [name for name in template["Resources"] if name in modified]
    found = []
    for action, names in diff.items():
        for name in names:
            was = resources._resource_json_map.get(name, {})
            said = template["Resources"].get(name, was) if action != "Remove" else was
            change = models.Change(action, name, said["Type"])
            told: Members = {"scope": [], "details": []} | modified.get(name, {})
            if action == "Remove":
                told["policy_action"] = was.get("DeletionPolicy", "Delete")
            made = resources._parsed_resources.get(name)
            told["physical_resource_id"] = getattr(made, "physical_resource_id", None)
            vars(change).update(told)
            found.append(change)
    return found


def _modified(
    resources: Any, template: Members, parameters: Members, diff: Members, tags: Members
) -> Members:
    """What is told of each resource that is changed, or may be as another one is."""
    old, made = resources._resource_json_map, resources._parsed_resources
    touched, told = touched_by(resources, template, parameters), Members()
    retagged = bool(tags) and tags != resources.tags_given
    for name in reversed(in_order(template["Resources"])):
        if name not in old or name not in made or name in diff["Remove"]:
            continue
        said, direct = template["Resources"][name], name in diff["Modify"]
        details = [
            *(_details(old[name], said, touched) if direct else ()),
            *_following(said, told),
            *([_detail(_TAGS)] if retagged and changes(said["Type"]) else []),
        ]
        if direct or details:
            told[name] = _told(said, details)
    return told


def _told(said: Members, details: list[Members]) -> Members:
    """What is told of a change beside its name, by moto's names of the members."""
    scope = {detail["Target"]["Attribute"]: None for detail in details}
    needed = {
        # What will only be known then may make another one, or not.
        "Conditionally" if (again, each["Evaluation"]) == ("Always", "Dynamic") else again
        for each in details
        for again in [each["Target"]["RequiresRecreation"]]
    }
    worst = next((each for each in reversed(_REPLACEMENTS) if each in needed), "Never")
    told = {"scope": list(scope), "details": details, "replacement": _REPLACEMENTS[worst]}
    if worst == "Always":
        told["policy_action"] = f"ReplaceAnd{said.get('UpdateReplacePolicy', 'Delete')}"
    return told


def _following(said: Members, changed: Members) -> Iterator[Members]:
    """Each property that takes a value of a resource that is changed, or replaced, before."""
    recreation = _recreation(said["Type"])
    for name, value in (said.get("Properties") or {}).items():
        for source, path in dict.fromkeys(causes(value)):
            cause = changed.get(path.partition(".")[0])
            if cause is None or "Properties" not in cause["scope"]:
                continue
            if source == "ResourceAttribute" or cause["replacement"] != "False":
                target = _target(name, recreation(name))
                yield _detail(target, source, "Dynamic", CausingEntity=path)


def _details(was: Members, said: Members, touched: set[str]) -> Iterator[Members]:
    """Each attribute and property that is another, and the parameter that makes it so."""
    for attribute in _ATTRIBUTES:
        if was.get(attribute) != said.get(attribute):
            yield _detail({"Attribute": attribute, "RequiresRecreation": "Never"})
    before, after = was.get("Properties") or {}, said.get("Properties") or {}
    named, recreation = _name(said["Type"]), _recreation(said["Type"])
    name_was, name_is = (at(each, named) if named else None for each in (before, after))
    renamed = name_was != name_is or touched & {*needs(name_is)}
    for name in sorted(before.keys() | after.keys()):
        gone = renamed and named.partition(".")[0] in ("*", name)
        again = "Always" if gone else recreation(name)
        target = _target(name, again)
        if before.get(name) != after.get(name):
            yield _detail(target)
        for cause in sorted(touched & {*needs(after.get(name))}):
            yield _detail(target, "ParameterReference", CausingEntity=cause)


def _target(name: str, again: str) -> Members:
    if name == "Tags":
        return _TAGS
    return {"Attribute": "Properties", "Name": name, "RequiresRecreation": again}


def _detail(
    target: Members, source: str = "DirectModification", evaluation: str = "Static", **cause: str
) -> Members:
    return {"Target": target, "Evaluation": evaluation, "ChangeSource": source, **cause}


def _name(kind: str) -> str:
    """The path of the property that names a resource, empty where none does."""
    if kind in TYPES:
        return TYPES[kind].name
    return parsing.resource_name_property_from_type(kind) or ""


def _recreation(kind: str) -> Callable[[str], str]:
    """Whether a property's change makes another resource of a type."""
    if kind not in TYPES:
        return lambda name: "Conditionally"
    kept = changeable(TYPES[kind])
    other = "Always" if TYPES[kind].shaped is dict else "Conditionally"
    return lambda name: "Never" if name.lower() in kept else other

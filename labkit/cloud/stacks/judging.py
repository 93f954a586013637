"""What CloudFormation refuses of a template and of its parameters before it makes anything.

moto takes values that a parameter does not allow, values for parameters that there are not, and
names of nothing; it makes roles for who did not say that he knows of them. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from moto.cloudformation.exceptions import ValidationError

from labkit.cloud.engine.patience import patient
from labkit.cloud.json_text import as_text
from labkit.cloud.stacks.conditions import check_conditions
from labkit.cloud.stacks.intrinsics import SUB
from labkit.cloud.stacks.updates import Said, needs

_PSEUDO = "AWS::"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
_SECTIONS = {
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings",
    "Conditions", "Transform", "Resources", "Outputs", "Hooks",
}  # fmt: skip
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/resource-attributes.html
_ATTRIBUTES = {
    "Type", "Properties", "DependsOn", "Condition", "Metadata", "Description", "Version",
    "CreationPolicy", "DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy",
}  # fmt: skip
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
_POLICIES = {
    "DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot"),
    "UpdateReplacePolicy": ("Delete", "Retain", "Snapshot"),
}
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
_FUNCTIONS = {
    "Fn::Base64", "Fn::Cidr", "Fn::FindInMap", "Fn::GetAtt", "Fn::GetAZs", "Fn::GetStackOutput",
    "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub",
    "Fn::ToJsonString",
}  # fmt: skip
#: The transforms that write templates anew here, of which the last knows a section of its own.
INCLUDE, LOOPS, SERVERLESS = TRANSFORMS = (
    "AWS::Include",
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
)
#: What says in a part of a template that it is to be written anew.
HERE = "Fn::Transform"


def check_template(template: Any) -> None:
    """Raise for what is no template, makes nothing, or speaks of what it does not have.

    Raises:
        ValidationError: AWS's.
    """
    if not isinstance(template, dict):
        raise _bad("Template format error: unsupported structure.")
    resources = template.get("Resources")
    if not resources:
        raise _bad("Template format error: At least one Resources member must be defined.")
    for section in template.keys() - {"Metadata"}:
        _check_nulls(template[section], f"/{section}")
    names = declared(template)
    if strange := sorted({*names} - {*TRANSFORMS}):
        raise _bad(f"No transform named {strange[0]} found. The local AWS has no macros.")
    sections = _SECTIONS | ({"Globals"} if SERVERLESS in names else set())
    if strange := sorted(template.keys() - sections):
        raise _bad(f"Invalid template property or properties [{', '.join(strange)}]")
    if names:
        return  # what is made of it is looked at
    _check_parts(template)
    _check_mappings(template.get("Mappings") or {})
    check_conditions(template)
    for block in ("Resources", "Outputs"):
        _check_names(template, block)


def declared(template: Said) -> list[str]:
    """The transforms that a template names, in its order, and those within it."""
    asked = [*listed(template.get("Transform") or []), *_here(template)]
    names = [named(each) for each in asked]
    if not all(isinstance(name, str) for name in names):
        raise _bad("Key Name of transform definition must be a string.")
    return list(dict.fromkeys(names))


def named(transform: Any) -> Any:
    """The name of a transform, which may have parameters beside."""
    return transform.get("Name") if isinstance(transform, dict) else transform


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _here(value: Any) -> Iterator[Any]:
    for each in value if isinstance(value, list) else ():
        yield from _here(each)
    for name, each in value.items() if isinstance(value, dict) else ():
        yield from listed(each) if name == HERE else _here(each)


def _check_parts(template: Said) -> None:
    """Refuse parts whose names are none of a template's."""
    for name, each in template["Resources"].items():
        if not isinstance(each, dict):
            raise _bad("Template format error: Any Resources member must be an object.")
        if strange := sorted(each.keys() - _ATTRIBUTES):
            raise _bad(f"Invalid template resource property '{strange[0]}'")
        if "Type" not in each:
            words = "Every Resources object must contain a Type member."
            raise _bad(f"Template format error: [/Resources/{name}] {words}")
        _check_policies(name, each)
    if any("Value" not in each for each in (template.get("Outputs") or {}).values()):
        raise _bad("Template format error: Every Outputs member must contain a Value object")


def _check_nulls(value: Any, path: str) -> None:
    if value is None:
        raise _bad(f"[{path}] 'null' values are not allowed in templates")
    items = enumerate(value) if isinstance(value, list) else ()
    for name, each in value.items() if isinstance(value, dict) else items:
        _check_nulls(each, f"{path}/{name}")


def _check_policies(name: str, said: Said) -> None:
    """Refuse a misspelt policy, by which what is to stay would go."""
    for attribute, known in _POLICIES.items():
        if attribute in said and said[attribute] not in known:
            words = f"Unrecognized {attribute} {as_text(said[attribute])} for resource {name}"
            raise _bad(f"Template format error: {words}")


def _check_mappings(mappings: Any) -> None:
    for keys in mappings.values() if isinstance(mappings, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            if not isinstance(values, dict):
                raise _bad(f"Template format error: Every Mappings member {key} must be a map")
            if any(isinstance(each, dict) for each in values.values()):
                words = "Every Mappings attribute must be a String or a List."
                raise _bad(f"Template format error: {words}")


def check_parameters(template: Said, given: Said) -> None:
    """Raise for parameters that the template does not have, that lack, or that it does not allow.

    Raises:
        ValidationError: AWS's.
    """
    slots = template.get("Parameters") or {}
    if strange := [name for name in given if name not in slots]:
        raise _bad(f"Parameters: [{', '.join(strange)}] do not exist in the template")
    values = {name: given.get(name, slot.get("Default")) for name, slot in slots.items()}
    if lacking := [name for name, value in values.items() if value is None]:
        raise _bad(f"Parameters: [{', '.join(lacking)}] must have values")
    for name, slot in slots.items():
        if not str(slot.get("Type")).startswith("AWS::SSM::"):  # those are looked up first
            for value in _each(slot, values[name]):
                _check_value(name, slot, value)


def _check_names(template: Said, block: str) -> None:
    parts = ("Resources", "Parameters", "Conditions")
    known = {name for part in parts for name in template.get(part) or ()}
    items = (template.get(block) or {}).values()
    asked = {name for each in items for name in (*_around(each), *_within(each))}
    if strange := sorted(n for n in asked - known if not n.startswith(_PSEUDO)):
        words = f"Unresolved resource dependencies [{', '.join(strange)}]"
        raise _bad(f"Template format error: {words} in the {block} block of the template")


def _around(item: Any) -> list[str]:
    """The names that a resource or an output depends on beside those within its properties."""
    said = item.get("DependsOn", []) if isinstance(item, dict) else []
    condition = item.get("Condition") if isinstance(item, dict) else None
    return [*([said] if isinstance(said, str) else said), *([condition] if condition else [])]


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _within(each)
    for name, each in value.items() if isinstance(value, dict) else ():
        if name == "Fn::Sub":
            if isinstance(each, list) and len(each) != 2:
                raise _bad(f"Template error: {SUB}")
            text, own = each if isinstance(each, list) else (each, {})
            yield from {*needs({name: text})} - {*own}
            yield from _within(own)
        elif name in ("Ref", "Fn::GetAtt"):
            yield from needs({name: each})
        elif name.startswith("Fn::") and name not in _FUNCTIONS:
            raise _bad(f"Template error: {name} is not available in the local AWS")
        else:
            yield from [str(each[0])] if name == "Fn::If" else ()
            yield from _within(each)


def _each(slot: Said, value: Any) -> list[str]:
    listed = "List" in str(slot.get("Type"))
    text = as_text(value)
    return [each.strip() for each in text.split(",")] if listed else [text]


def _check_value(name: str, slot: Said, value: str) -> None:
    if slot.get("Type") == "Number" and _number(value) is None:
        raise _bad(f"Parameter '{name}' must be a number")
    for limit, (keeps, words) in _LIMITS.items():
        if limit in slot and not keeps(value, slot[limit]):
            if description := slot.get("ConstraintDescription"):
                raise _bad(f"Parameter {name} failed to satisfy constraint: {description}")
            raise _bad(f"Parameter '{name}' must {words.format(slot[limit])}")


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


_LIMITS: dict[str, tuple[Callable[[str, Any], bool], str]] = {
    "AllowedValues": (lambda v, said: v in map(as_text, said), "be one of AllowedValues"),
    "AllowedPattern": (lambda v, said: _pattern(said).fullmatch(v) is not None, "match pattern {}"),
    "MinLength": (lambda v, said: len(v) >= int(said), "contain at least {} characters"),
    "MaxLength": (lambda v, said: len(v) <= int(said), "contain at most {} characters"),
    "MinValue": (lambda v, said: float(v) >= float(said), "be a number not less than {}"),
    "MaxValue": (lambda v, said: float(v) <= float(said), "be a number not greater than {}"),
}


def _pattern(said: str) -> re.Pattern[str]:
    try:
        return patient(re.compile(said), _too_slow)
    except re.error as error:
        raise _bad(f"Template error: AllowedPattern {said} is no expression: {error}") from error


def _too_slow(words: str) -> NoReturn:
    raise _bad(words)


def _bad(words: str) -> ValidationError:
    return ValidationError(message=words)

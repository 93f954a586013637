"""What ``AWS::LanguageExtensions`` lets templates say: repeated parts, lengths, chosen policies.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
and, of the others, transform-aws-languageextensions.html there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from labkit.cloud.stacks.failures import Refused
from labkit.cloud.stacks.updates import Said

_EACH, _LENGTH, _FIND = "Fn::ForEach::", "Fn::Length", "Fn::FindInMap"
_LOOPS = ("Resources", "Conditions", "Outputs")
_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
_LAYOUT = "{} layout is incorrect"


def unrolled(template: Said, found: Callable[[Any], Any]) -> Said:
    """A template with each repeated part as often as it is wanted.

    Args:
        found: a value with what is known of it before anything is made.

    Raises:
        Refused: a part or a list is none.
    """

    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [told(each) for each in value]
        if not isinstance(value, dict):
            return value
        if [*value] == [_LENGTH]:
            return _length(found(told(value[_LENGTH])))
        if [*value] == [_FIND] and len(value[_FIND]) == 4:
            return _found_or_else(told(value[_FIND]), found)
        made: Said = {}
        for name, each in value.items():
            parts = _repeated(name, each, found) if name.startswith(_EACH) else {name: each}
            if both := made.keys() & parts.keys():
                raise _bad(f"Fn::ForEach defines {min(both)} twice")
            made |= {key: told(part) for key, part in parts.items()}
        return made

    made = {name: told(each) if name in _LOOPS else each for name, each in template.items()}
    for each in made["Resources"].values():
        for name in _POLICIES:
            if isinstance(each, dict) and isinstance(each.get(name), dict):
                each[name] = found(each[name])
    return made


def _repeated(name: str, said: Any, found: Any) -> Said:
    """A part once for each item of a collection, which stands where its name stands in it."""
    if not (isinstance(said, list) and len(said) == 3 and isinstance(said[2], dict)):
        raise _bad(_LAYOUT.format(name))
    names, collection, part = said
    items = found(collection)
    if not isinstance(names, str) or not isinstance(items, list):
        raise _bad(_LAYOUT.format(name))
    made: Said = {}
    for item in items:
        again = _put(part, names, str(item))
        if both := made.keys() & again.keys():
            raise _bad(f"{name} defines {min(both)} twice: its keys must have its identifier")
        made |= again
    return made


def _put(value: Any, name: str, item: str) -> Any:
    if isinstance(value, list):
        return [_put(each, name, item) for each in value]
    if isinstance(value, str):
        text = value.replace(f"${{{name}}}", item)
        return text.replace(f"&{{{name}}}", re.sub("[^A-Za-z0-9]", "", item))
    if not isinstance(value, dict):
        return value
    if value == {"Ref": name}:
        return item
    return {_put(key, name, item): _put(each, name, item) for key, each in value.items()}


def _length(items: Any) -> int:
    if not isinstance(items, list):
        raise _bad("Fn::Length only supports lists")
    return len(items)


def _found_or_else(said: list[Any], found: Any) -> Any:
    """What a mapping has, or else what is said beside."""
    *path, other = said
    if not isinstance(other, dict) or [*other] != ["DefaultValue"]:
        raise _bad(_LAYOUT.format(_FIND))
    keys = found(path)
    try:
        return found({_FIND: keys})
    except ValidationError:
        return other["DefaultValue"]


def _bad(words: str) -> Refused:
    return Refused(message=f"Transform AWS::LanguageExtensions failed with: {words}.")

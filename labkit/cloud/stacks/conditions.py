"""A template's conditions: whether each holds, and what only a condition that holds makes.

moto takes a condition that is another one's for false, and tells numbers and truths from their
texts. Who refers to a resource that its condition leaves out is refused.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError

from labkit.cloud.json_text import as_text
from labkit.cloud.stacks.following import causes
from labkit.cloud.stacks.updates import Said

_BOOLEAN = "Conditions can only be boolean operations on parameters and other conditions"
_EQUALS = "every Fn::Equals object requires a list of 2 string parameters."
_SEVERAL = range(2, 11)


def teach() -> None:
    """Put it in moto's place."""
    kind: Any = parsing.ResourceMap
    kind.load_conditions = _load


def check_conditions(template: Said) -> None:
    """Raise for conditions that are none, or that ask for what they may not.

    Raises:
        ValidationError: AWS's.
    """
    said = template.get("Conditions") or {}
    if not isinstance(said, dict):
        raise _bad("Template format error: Conditions must be an object.")
    for each in said.values():
        _check_form(each)
    known = {*said, *(template.get("Parameters") or ())}
    paths = {path.partition(".")[0] for _, path in causes(list(said.values()))}
    if asked := sorted(name for name in paths - known if not name.startswith("AWS::")):
        words = "Cannot reference resources in the Conditions block of the template"
        raise _bad(f"Template format error: Unresolved dependencies [{', '.join(asked)}]. {words}")
    for block in ("Conditions", "Resources", "Outputs"):
        for name in _named(template.get(block) or {}, top=block != "Conditions"):
            if name not in said:
                words = f"Unresolved condition dependency {name} in the {block} block"
                raise _bad(f"Template format error: {words} of the template")


def _check_form(said: Any) -> None:
    name, value = next(iter(said.items())) if isinstance(said, dict) and said else ("", None)
    if name == "Condition" and isinstance(value, str):
        return
    if name not in _WAYS:
        raise _bad(f"Template format error: {_BOOLEAN}")
    items = value if isinstance(value, list) else []
    if name == "Fn::Equals":
        if len(items) != 2:
            raise _bad(f"Template error: {_EQUALS}")
        return
    if len(items) not in ((1,) if name == "Fn::Not" else _SEVERAL):
        count = "one condition" if name == "Fn::Not" else "at least 2 and at most 10 conditions"
        raise _bad(f"Template error: every {name} object requires {count}.")
    for each in items:
        _check_form(each)


def _named(value: Any, *, top: bool) -> Iterator[str]:
    """The conditions that a block asks for: those of its items, and those within them.

    Args:
        top: whether the block's items may have a condition each; else it is itself of conditions.
    """
    for each in value.values():
        if top and isinstance(each, dict) and isinstance(each.get("Condition"), str):
            yield each["Condition"]
        yield from _within(each.get("Properties", each.get("Value")) if top else each, not top)


def _within(value: Any, conditions: bool) -> Iterator[str]:
    for each in value if isinstance(value, list) else ():
        yield from _within(each, conditions)
    for name, each in value.items() if isinstance(value, dict) else ():
        if name == "Fn::If" and isinstance(each, list) and each:
            yield str(each[0])
        if conditions and name == "Condition" and isinstance(each, str):
            yield each
        yield from _within(each, conditions)


def _load(self: Any) -> None:
    """Read a stack's conditions, each once."""
    self.lazy_condition_map = known = parsing.LazyDict()
    for name, said in (self._template.get("Conditions") or {}).items():
        known[name] = functools.partial(_holds, said, self, known)
    try:
        held = {name: known[name] for name in known}
    except RecursionError as error:
        raise _bad("Template error: Circular dependency between conditions") from error
    _check_left_out(self._template, held)


def _holds(said: Said, resources: Any, known: Any) -> bool:
    name, value = next(iter(said.items()))
    if name == "Condition":
        return bool(known[value])
    if name == "Fn::Equals":
        one, other = (_texts(parsing.clean_json(each, resources)) for each in value)
        return bool(one == other)
    return _WAYS[name](_holds(each, resources, known) for each in value)


_WAYS: dict[str, Callable[[Iterator[bool]], bool]] = {
    "Fn::And": all,
    "Fn::Or": any,
    "Fn::Not": lambda each: not next(each),
    "Fn::Equals": all,
}


def _texts(value: Any) -> Any:
    return [_texts(each) for each in value] if isinstance(value, list) else as_text(value)


# Where resources are referred to, and how AWS begins to say that one is left out: of outputs it
# says less.
_REFERRING = (("Resources", "Properties", "Template format error: "), ("Outputs", "Value", ""))


def _check_left_out(template: Said, held: dict[str, bool]) -> None:
    """Raise for who refers to a resource that its condition leaves out."""
    resources = template.get("Resources") or {}

    def is_made(said: Any) -> bool:
        return held.get(said.get("Condition"), True)

    left_out = {name for name, said in resources.items() if not is_made(said)}
    for block, part, prefix in _REFERRING:
        for said in (template.get(block) or {}).values() if left_out else ():
            paths = causes(_taken(said.get(part), held)) if is_made(said) else ()
            if asked := sorted({path.partition(".")[0] for _, path in paths} & left_out):
                words = f"Unresolved resource dependencies [{', '.join(asked)}]"
                raise _bad(f"{prefix}{words} in the {block} block of the template")


def _taken(value: Any, held: dict[str, bool]) -> Any:
    """A value with the side of each ``Fn::If`` that counts."""
    if isinstance(value, list):
        return [_taken(each, held) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value and len(value["Fn::If"]) == 3:
        name, one, other = value["Fn::If"]
        return _taken(one if held.get(str(name)) else other, held)
    return {name: _taken(each, held) for name, each in value.items()}


def _bad(words: str) -> ValidationError:
    return ValidationError(message=words)

"""EventBridge's event patterns: which events a rule or an archive is for.

A pattern has the event's shape. Fields are all to match, the values of a field's array need one
match; an array in the event matches where one of its elements does, and what is asked of an object
in an array is asked of one element. Comparisons look at leaves alone, and tell numbers from texts
and from true and false. Names that are joined by dots mean the same as objects within objects.

moto passes over objects in arrays, and lets an unknown comparison match everything.

Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
and https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html
"""

from __future__ import annotations

import functools
import ipaddress
import operator
from collections.abc import Callable, Iterator
from typing import Any

from labkit.cloud.json_text import is_number, same
from labkit.cloud.wildcards import with_escapes

Comparison = Callable[[Any, Any], bool]
COMPARISONS: dict[str, Comparison] = {}
_ORDERS: dict[str, Comparison] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


def matches(pattern: dict[str, Any], event: Any) -> bool:
    """Whether an event has what a pattern asks for."""
    if isinstance(event, list):
        return any(matches(pattern, each) for each in event)
    fields = event if isinstance(event, dict) else {}
    return all(_field_matches(name, asked, fields) for name, asked in pattern.items())


def _field_matches(name: str, asked: Any, fields: dict[str, Any]) -> bool:
    if name == "$or":
        return any(matches(each, fields) for each in asked)
    first, dot, rest = name.partition(".")
    if dot and name not in fields:
        return _field_matches(first, {rest: asked}, fields)
    value = _value(name, fields)
    if isinstance(asked, dict):
        return matches(asked, value or {})
    leaves = list(_leaves(value))
    return any(_one_matches(each, leaves) for each in asked)


def _value(name: str, fields: dict[str, Any]) -> Any:
    """A field's value, also where the event has those within it joined to its name by dots."""
    if name in fields:
        return fields[name]
    start = f"{name}."
    return {key[len(start) :]: each for key, each in fields.items() if key.startswith(start)} or []


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    elif not isinstance(value, dict):
        yield value


def _one_matches(asked: Any, leaves: list[Any]) -> bool:
    if not isinstance(asked, dict):
        return any(same(leaf, asked) for leaf in leaves)
    name, wanted = next(iter(asked.items()))
    if name == "exists":
        return bool(leaves) is wanted
    return any(COMPARISONS[name](leaf, wanted) for leaf in leaves)


# Comparisons --------------------------------------------------------------------------------------


def comparison(name: str) -> Callable[[Comparison], Comparison]:
    """Register how a leaf is compared with what a pattern says."""

    def register(compare: Comparison) -> Comparison:
        COMPARISONS[name] = compare
        return compare

    return register


def _of_texts(compare: Callable[[str, str], bool]) -> Comparison:
    """A comparison of texts: with one or any of several, in any case where it says so."""

    @functools.wraps(compare)
    def compared(value: Any, wanted: Any) -> bool:
        if not isinstance(value, str):
            return False
        if isinstance(wanted, dict):
            plain = _several(wanted["equals-ignore-case"])
            return compared(value.lower(), [each.lower() for each in plain])
        return any(compare(value, each) for each in _several(wanted))

    return compared


def _several(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


@comparison("prefix")
@_of_texts
def begins(value: str, wanted: str) -> bool:
    return value.startswith(wanted)


@comparison("suffix")
@_of_texts
def ends(value: str, wanted: str) -> bool:
    return value.endswith(wanted)


@comparison("equals-ignore-case")
@_of_texts
def equals_in_any_case(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


@comparison("wildcard")
@_of_texts
def fits(value: str, wanted: str) -> bool:
    r"""A star stands for any characters; ``\*`` is a star, ``\\`` a backslash."""
    return with_escapes(wanted, r"\\[*\\]").fullmatch(value) is not None


@comparison("anything-but")
def is_anything_but(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        name, inner = next(iter(wanted.items()))
        return not COMPARISONS[name](value, inner)
    return not any(same(value, each) for each in _several(wanted))


@comparison("numeric")
def is_in_range(value: Any, wanted: list[Any]) -> bool:
    bounds = zip(wanted[::2], wanted[1::2], strict=True)
    return is_number(value) and all(_ORDERS[order](value, bound) for order, bound in bounds)


@comparison("cidr")
def is_in_network(value: Any, wanted: str) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False

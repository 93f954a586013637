"""What the parts of a SQL/JSON path do: accessors, methods and arithmetic.

Each gives the items of a path where it stands.
Source: https://trino.io/docs/current/functions/json.html#json-path-language
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import count
from typing import Any


class PathFailed(LookupError):
    """A path asks for what is not there, or for what cannot be computed. ``args`` say why."""

    def __str__(self) -> str:
        return ": ".join(self.args)


@dataclass(frozen=True)
class Place:
    """Where a path stands: the document, ``@``, the mode, and how long the array is (``last``).

    ``objects`` numbers the objects that ``keyvalue()`` takes apart, from 0 in each evaluation.
    """

    root: Any
    current: Any
    strict: bool
    variables: Mapping[str, list[Any]]
    size: int | None = None
    objects: Iterator[int] = field(default_factory=count)


Items = Callable[[Place], list[Any]]


def each(step: Items, find: Items, place: Place) -> list[Any]:
    """A step from each of the items."""
    return [item for one in find(place) for item in step(replace(place, current=one))]


def root(place: Place) -> list[Any]:
    return [place.root]


def current(place: Place) -> list[Any]:
    return [place.current]


def last(place: Place) -> list[Any]:
    if place.size is None:
        raise PathFailed
    return [place.size - 1]


def constant(value: Any, place: Place) -> list[Any]:
    return [value]


def variable(name: str, place: Place) -> list[Any]:
    """``$name``, which PASSING gives."""
    return place.variables[name]


# Accessors


def members(name: str | None, place: Place) -> list[Any]:
    """``.name``; all members when there is no name."""
    value = place.current
    if isinstance(value, list) and not place.strict:
        return [item for one in value if isinstance(one, dict) for item in _member(name, one)]
    if not isinstance(value, dict) or (name is not None and name not in value):
        return _nothing(place)
    return _member(name, value)


def _member(name: str | None, value: dict[str, Any]) -> list[Any]:
    if name is None:
        return list(value.values())
    return [value[name]] if name in value else []


def descendants(name: str | None, place: Place) -> list[Any]:
    """``..name`` on all levels, an object's own before those below."""
    value = place.current
    own = _member(name, value) if isinstance(value, dict) else []
    below: Iterable[Any] = value.values() if isinstance(value, dict) else ()
    if isinstance(value, list):
        below = value
    return own + [item for one in below for item in descendants(name, replace(place, current=one))]


def elements(place: Place) -> list[Any]:
    """``[*]``."""
    if isinstance(place.current, list):
        return place.current
    if place.strict:
        raise PathFailed
    return [place.current]


def places(ranges: tuple[tuple[Items, Items], ...], place: Place) -> list[Any]:
    """``[0, 2 to last]``."""
    items = elements(place)
    if not items and place.strict:
        raise PathFailed("structural error", "invalid array subscript for empty array")
    inside = replace(place, size=len(items))
    found: list[Any] = []
    if not items:
        return found
    for low, high in ranges:
        begin, end = _whole(low, inside), _whole(high, inside)
        if place.strict and not 0 <= begin <= end < len(items):
            words = f"invalid array subscript: [{begin}, {end}] for array of size {len(items)}"
            raise PathFailed("structural error", words)
        found += items[max(begin, 0) : end + 1] if end >= 0 else []
    return found


def _whole(find: Items, place: Place) -> int:
    found = find(place)
    if len(found) != 1 or not is_number(found[0]):
        raise PathFailed
    return int(found[0])


def _nothing(place: Place) -> list[Any]:
    if place.strict:
        raise PathFailed
    return []


# Methods


def _type(place: Place) -> list[Any]:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return [names.get(type(place.current), "number")]


def _size(place: Place) -> list[Any]:
    return [len(elements(place))]


def _of_numbers(compute: Callable[[Any], Any]) -> Items:
    """A method of numbers, and of an array's elements where the path is lax."""

    def method(place: Place) -> list[Any]:
        return [compute(number_of(item)) for item in opened(place)]

    return method


def opened(place: Place) -> list[Any]:
    is_open = isinstance(place.current, list) and not place.strict
    return list(place.current) if is_open else [place.current]


def _doubles(place: Place) -> list[Any]:
    try:
        return [float(item if isinstance(item, str) else number_of(item)) for item in opened(place)]
    except ValueError as error:
        raise PathFailed from error


def _members_apart(place: Place) -> list[Any]:
    """``keyvalue()``: an object for each member of an object, with the object's number."""
    found: list[Any] = []
    for item in opened(place):
        if not isinstance(item, dict):
            raise PathFailed
        number = next(place.objects)
        found += [{"name": name, "value": value, "id": number} for name, value in item.items()]
    return found


def _rounded(way: Callable[[Any], int]) -> Callable[[Any], Any]:
    return lambda number: float(way(number)) if isinstance(number, float) else way(number)


METHODS: dict[str, Items] = {
    "type": _type,
    "size": _size,
    "double": _doubles,
    "abs": _of_numbers(abs),
    "ceiling": _of_numbers(_rounded(math.ceil)),
    "floor": _of_numbers(_rounded(math.floor)),
    "keyvalue": _members_apart,
}


# Arithmetic


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def number_of(value: Any) -> Any:
    """A number; one with a point in a document is a double."""
    if not is_number(value):
        raise PathFailed
    return value


def alike(*numbers: Any) -> Sequence[Any]:
    """Numbers that can be compared and computed with: doubles where one of them is."""
    return tuple(map(float, numbers)) if any(isinstance(n, float) for n in numbers) else numbers


def _within(*numbers: Any) -> Any:
    """The last number, a result, which fails where it is longer than the integers before it."""
    if all(isinstance(n, int) for n in numbers):
        size = 31 if all(_fits(n, 31) for n in numbers[:-1]) else 63
        if not _fits(numbers[-1], size):
            raise PathFailed
    return numbers[-1]


def _fits(number: int, bits: int) -> bool:
    return -(1 << bits) <= number < 1 << bits


def signed(sign: str, find: Items, place: Place) -> list[Any]:
    numbers = map(number_of, all_opened(find, place))
    return [-number if sign == "-" else number for number in numbers]


def arithmetic(op: str, left: Items, right: Items, place: Place) -> list[Any]:
    """One number with another; whole numbers divide toward zero."""
    a, b = alike(*(_one_number(find, place) for find in (left, right)))
    if op not in "/%":
        return [_within(a, b, _ARITHMETIC[op](a, b))]
    if b == 0:
        raise PathFailed
    if Decimal in (type(a), type(b)):
        return [_divided(op, Decimal(a), Decimal(b))]
    if isinstance(a, float):
        return [a / b if op == "/" else math.fmod(a, b)]
    quotient = abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)
    return [quotient if op == "/" else a - quotient * b]


def _divided(op: str, a: Decimal, b: Decimal) -> Decimal:
    """Decimals as Trino's operators divide them: to the digits of the longer fraction, half up."""
    with localcontext(prec=200):
        if op == "%":
            return a % b
        digits = min(0, int(a.as_tuple().exponent), int(b.as_tuple().exponent))
        return (a / b).quantize(Decimal(1).scaleb(digits), ROUND_HALF_UP)


_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def _one_number(find: Items, place: Place) -> Any:
    found = all_opened(find, place)
    if len(found) != 1:
        raise PathFailed
    return number_of(found[0])


def all_opened(find: Items, place: Place) -> list[Any]:
    return [item for one in find(place) for item in opened(replace(place, current=one))]

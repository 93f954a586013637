"""The functions of Logs Insights: of an event's values, and of many events' in ``stats``.

Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import ipaddress
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.logs.insights.values import Moment, number, order, text

Values = Sequence[Any]
#: The lengths of periods, such as the 5m of ``bin(5m)``, in milliseconds.
PERIODS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@dataclass(frozen=True)
class Function:
    """A function of values.

    Args:
        call: takes them; ``None`` is told without a call where `missing` is not.
        least: how many it takes.
        most: how many at the most.
        missing: whether it wants to know of values that are not there.
    """

    call: Callable[..., Any]
    least: int
    most: int
    missing: bool = False

    def of(self, values: Values) -> Any:
        """Its result."""
        return None if not self.missing and None in values else self.call(*values)


def _numbers(call: Callable[..., Any], least: int = 1, most: int = 1) -> Function:
    def of_numbers(*values: Any) -> Any:
        sizes = [number(each) for each in values]
        try:
            return None if None in sizes else call(*sizes)
        except (ValueError, OverflowError):  # the logarithm of nothing, the root of less
            return None

    return Function(of_numbers, least, most)


def _texts(call: Callable[..., Any], least: int = 1, most: int = 1) -> Function:
    return Function(lambda *values: call(*map(text, values)), least, most)


def _cut(value: Any, start: Any, length: Any = None) -> str | None:
    first, count = number(start), math.inf if length is None else number(length)
    if first is None or count is None or first < 0:
        return None
    letters = text(value)[int(first) :]
    return letters if count == math.inf else letters[: max(int(count), 0)]


def _floored(moment: Any, period: int) -> Moment | None:
    size = number(moment)
    return None if size is None else Moment(size // period * period)


def _ceiled(moment: Any, period: int) -> Moment | None:
    size = number(moment)
    return None if size is None else Moment(-(-size // period) * period)


def _address(*kinds: type) -> Function:
    def is_one(value: str) -> bool:
        try:
            return isinstance(ipaddress.ip_address(value), kinds)
        except ValueError:
            return False

    return _texts(is_one)


def _network(*kinds: type) -> Function:
    def is_in(value: str, network: str) -> bool:
        try:
            address = ipaddress.ip_address(value)
            return isinstance(address, kinds) and address in ipaddress.ip_network(network, False)
        except ValueError:
            return False

    return _texts(is_in, 2, 2)


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


_MANY = 1000
_V4, _V6 = ipaddress.IPv4Address, ipaddress.IPv6Address
FUNCTIONS = {
    "abs": _numbers(abs),
    "ceil": _numbers(math.ceil),
    "floor": _numbers(math.floor),
    "greatest": _numbers(max, 1, _MANY),
    "least": _numbers(min, 1, _MANY),
    "log": _numbers(math.log),
    "sqrt": _numbers(math.sqrt),
    "datefloor": Function(_floored, 2, 2),
    "dateceil": Function(_ceiled, 2, 2),
    "frommillis": _numbers(lambda size: Moment(size)),
    "tomillis": _numbers(int),
    "now": Function(lambda: int(time.time()), 0, 0),
    "ispresent": Function(lambda value: value is not None, 1, 1, missing=True),
    "coalesce": Function(
        lambda *values: next((v for v in values if v is not None), None), 1, _MANY, missing=True
    ),
    "isempty": Function(lambda value: value in (None, ""), 1, 1, missing=True),
    "isblank": Function(lambda value: value is None or not text(value).strip(), 1, 1, missing=True),
    "concat": _texts(lambda *values: "".join(values), 1, _MANY),
    "ltrim": _texts(str.lstrip, 1, 2),  # blanks, or any of the second's letters
    "rtrim": _texts(str.rstrip, 1, 2),
    "trim": _texts(str.strip, 1, 2),
    "strlen": _texts(len),
    "toupper": _texts(str.upper),
    "tolower": _texts(str.lower),
    "substr": Function(_cut, 2, 3),
    "replace": _texts(str.replace, 3, 3),
    "strcontains": _texts(lambda value, part: int(part in value), 2, 2),
    "isvalidip": _address(_V4, _V6),
    "isvalidipv4": _address(_V4),
    "isvalidipv6": _address(_V6),
    "isipinsubnet": _network(_V4, _V6),
    "isipv4insubnet": _network(_V4),
    "isipv6insubnet": _network(_V6),
    "jsonparse": _texts(_parsed),
    "jsonstringify": Function(lambda value: json.dumps(value, separators=(",", ":")), 1, 1),
}


# Of many events -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aggregate:
    """A function of what the events of a group say.

    Args:
        call: takes those values that are there, and what comes behind the field.
        more: how many values come behind it.
        numeric: whether it takes numbers alone.
        every: whether no field may be named, or ``*``, for all events.
        in_time: whether it wants the values in the order of their events' moments.
    """

    call: Callable[..., Any]
    more: int = 0
    numeric: bool = False
    every: bool = False
    in_time: bool = False

    def of(self, values: Values, *more: Any) -> Any:
        """Its result; ``None`` where no event says anything, but for counts."""
        told = [number(each) if self.numeric else each for each in values]
        there = [each for each in told if each is not None]
        return self.call(there, *more) if there or self.call in _COUNTS else None


def _distinct(values: Values) -> int:
    return len({text(each) for each in values})


def _percentile(values: Values, percent: Any) -> Any:
    """The least value that so many of a hundred do not exceed."""
    ranked = sorted(values)
    return ranked[max(math.ceil(len(ranked) * percent / 100), 1) - 1]


_COUNTS = (len, _distinct)
AGGREGATES = {
    "count": Aggregate(len, every=True),
    "count_distinct": Aggregate(_distinct),
    "sum": Aggregate(sum, numeric=True),
    "avg": Aggregate(lambda values: math.fsum(values) / len(values), numeric=True),
    "min": Aggregate(lambda values: min(values, key=order)),
    "max": Aggregate(lambda values: max(values, key=order)),
    "sortsfirst": Aggregate(lambda values: min(values, key=order)),
    "sortslast": Aggregate(lambda values: max(values, key=order)),
    "pct": Aggregate(_percentile, 1, numeric=True),
    "earliest": Aggregate(lambda values: values[0], in_time=True),
    "latest": Aggregate(lambda values: values[-1], in_time=True),
}

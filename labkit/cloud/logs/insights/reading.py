"""Reads a query of Logs Insights: commands between ``|``, of which each has a shape of its own.

A condition or value becomes a function of an event's fields; in ``stats``, of a group of events.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

from labkit.cloud.logs.insights.functions import AGGREGATES, FUNCTIONS, PERIODS, Aggregate
from labkit.cloud.logs.insights.tokens import Tokens
from labkit.cloud.logs.insights.values import is_true, number, same, text

#: Of an event's fields; in ``stats``, of a list of them.
Value = Callable[[Any], Any]
Named = tuple[str, Value]
_SUMS: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub}
_PRODUCTS: dict[str, Callable[[Any, Any], Any]] = {
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
}
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_DEEPEST, _MOST = 30, 200  # brackets and calls within each other; sums, products and so on
_FAULTS = (ZeroDivisionError, OverflowError, ValueError)


class Reader(Tokens):
    """What a query's commands ask for: conditions, values, sums, names.

    Args:
        query: its text.
    """

    def __init__(self, query: str) -> None:
        super().__init__(query)
        self._of_groups, self._depth, self._computations = False, 0, 0

    # What a command asks for ----------------------------------------------------------------------

    def values(self) -> list[Named]:
        """Values between commas, by the names that they are told under."""
        return self._listed(self._named)

    def names(self) -> list[str]:
        """Names of fields between commas."""
        return self._listed(self.name)

    def sums(self) -> list[Named]:
        """Values of groups of events between commas, by their names."""
        self._of_groups = True
        try:
            return self.values()
        finally:
            self._of_groups = False

    def orders(self) -> list[tuple[Value, bool]]:
        """Values to sort by, and whether the largest comes first."""
        return self._listed(lambda: (self.value(), self.takes("asc", "desc") == "desc"))

    # Conditions and values ------------------------------------------------------------------------

    def value(self) -> Value:
        """A condition, a sum, a call, a field or a constant."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.malformed("the query is nested too deeply")
        found = self._either()
        self._depth -= 1
        return found

    def _either(self) -> Value:
        parts = [self._both()]
        while self.takes("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda row: any(is_true(p(row)) for p in parts)

    def _both(self) -> Value:
        parts = [self._negated()]
        while self.takes("and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else lambda row: all(is_true(p(row)) for p in parts)

    def _negated(self) -> Value:
        wanted = True
        while self.takes("not"):
            wanted = not wanted
        inner = self._compared()
        return inner if wanted else lambda row: not is_true(inner(row))

    def _compared(self) -> Value:
        left = self._sum()
        if sign := self.takes(*_ORDERS):
            return _ordered(_ORDERS[sign], left, self._sum())
        if sign := self.takes("=", "!="):
            right, wanted = self._sum(), sign == "="
            return lambda row: same(left(row), right(row)) is wanted
        wanted = not self.takes("not")
        if self.takes("like", "=~"):
            holds = self._likeness()
        elif self.takes("in"):
            holds = self._membership()
        elif not wanted:
            self.unexpected()
        else:
            return left
        return lambda row: holds(left(row)) is wanted

    def _likeness(self) -> Callable[[Any], bool]:
        if pattern := self.expression():
            return lambda value: value is not None and pattern.search(text(value)) is not None
        part = self.string()
        return lambda value: value is not None and part in text(value)

    def _membership(self) -> Callable[[Any], bool]:
        self.expect("[")
        members = [each({}) for each in self._listed(self._constant)]
        self.expect("]")
        return lambda value: any(same(value, each) for each in members)

    def _constant(self) -> Value:
        if self.kind not in ("text", "number") and not self.is_next("-"):
            self.unexpected()
        return self._signed()

    def _sum(self) -> Value:
        return self._chain(self._product, _SUMS)

    def _product(self) -> Value:
        return self._chain(self._power, _PRODUCTS)

    def _chain(self, part: Callable[[], Value], signs: dict[str, Callable[..., Any]]) -> Value:
        found = part()
        while sign := self.takes(*signs):
            found = self._computed(signs[sign], found, part())
        return found

    def _power(self) -> Value:
        parts = [self._signed()]
        while self.takes("^"):
            parts.append(self._signed())
        found = parts.pop()
        while parts:  # the last one first
            found = self._computed(math.pow, parts.pop(), found)
        return found

    def _signed(self) -> Value:
        less = False
        while self.takes("-"):
            less = not less
        found = self._single()
        return self._computed(operator.sub, _same_always(0), found) if less else found

    def _computed(self, compute: Callable[[Any, Any], Any], one: Value, other: Value) -> Value:
        self._computations += 1
        if self._computations > _MOST:
            raise self.malformed(f"a query computes at most {_MOST} times")
        return _computed(compute, one, other)

    def _single(self) -> Value:
        if self.takes("("):
            inner = self.value()
            self.expect(")")
            return inner
        if self.kind == "text":
            return _same_always(self.string())
        if self.kind == "number":
            return _same_always(number(self.take()))
        at = self.start
        name = self.name()
        if self.takes("("):
            return self._call(name, at)
        if name.lower() in ("true", "false"):
            return _same_always(name.lower() == "true")
        if self._of_groups:
            raise self.malformed(f"{name} is in no function of many events", at)
        return field(name)

    def _call(self, name: str, at: int) -> Value:
        known = name.lower()
        if known == "bin":
            return self._function("datefloor", [field("@timestamp"), *self._inner()], at)
        if known in AGGREGATES:
            return self._aggregate(AGGREGATES[known], name, at)
        if known not in FUNCTIONS:
            raise self.malformed(f"unknown function {name}", at)
        return self._function(known, self._inner(), at)

    def _function(self, name: str, values: list[Value], at: int) -> Value:
        known = FUNCTIONS[name]
        if not known.least <= len(values) <= known.most:
            raise self.malformed(f"invalid number of arguments of {name}", at)
        return lambda row: known.of([each(row) for each in values])

    def _aggregate(self, known: Aggregate, name: str, at: int) -> Value:
        if not self._of_groups:
            raise self.malformed(f"{name} is a function of stats", at)
        if known.every and (self.takes("*") or self.is_next(")")):
            self.expect(")")
            return len
        self._of_groups = False
        value, *more = self._inner()
        self._of_groups = True
        if len(more) != known.more:
            raise self.malformed(f"invalid number of arguments of {name}", at)
        shares = [number(each({})) for each in more]
        if any(share is None or not 0 <= share <= 100 for share in shares):
            raise self.malformed(f"{name} wants a number from 0 to 100", at)

        def of_group(rows: list[dict[str, Any]]) -> Any:
            if known.in_time:
                rows = sorted(rows, key=lambda row: row.get("@timestamp", 0))
            return known.of([value(row) for row in rows], *shares)

        return of_group

    def _inner(self) -> list[Value]:
        """What stands in a call's brackets."""
        if self.takes(")"):
            return []
        found = self._listed(self._argument)
        self.expect(")")
        return found

    def _argument(self) -> Value:
        if self.kind != "period":
            return self.value()
        length, unit = re.findall(r"\d+|\D+", self.take())
        if not int(length):
            raise self.malformed("a period lasts")
        return _same_always(int(length) * PERIODS[unit])

    def _named(self) -> Named:
        start, value = self.start, self.value()
        told = self.query[start : self.before].strip().replace("`", "")
        return (self.name() if self.takes("as") else told), value

    def _listed(self, part: Callable[[], Any]) -> list[Any]:
        found = [part()]
        while self.takes(","):
            found.append(part())
        return found


def field(name: str) -> Value:
    """A field of an event, or a member of a map that one is."""
    head, _, rest = name.partition(".")

    def find(row: dict[str, Any]) -> Any:
        if name in row or not rest:
            return row.get(name)
        value = row.get(head)
        for step in rest.split("."):
            try:
                value = value[int(step) if isinstance(value, list) else step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError, ValueError):
                return None
        return value

    return find


def _same_always(value: Any) -> Value:
    return lambda row: value


def _ordered(order: Callable[[Any, Any], bool], one: Value, other: Value) -> Value:
    def compare(row: Any) -> bool:
        left, right = one(row), other(row)
        if left is None or right is None:
            return False
        sizes = number(left), number(right)
        if None in sizes:  # a number and a text are in no order
            return sizes == (None, None) and order(text(left), text(right))
        return order(*sizes)

    return compare


def _computed(compute: Callable[[Any, Any], Any], one: Value, other: Value) -> Value:
    def result(row: Any) -> Any:
        sizes = number(one(row)), number(other(row))
        try:
            return None if None in sizes else compute(*sizes)
        except _FAULTS:  # division by nothing, a root of less
            return None

    return result

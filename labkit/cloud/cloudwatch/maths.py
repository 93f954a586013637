"""Metric maths: what an expression of GetMetricData makes of the request's metrics.

Arithmetic and comparisons take a point that one of two series lacks for 0, a division by zero drops
the point, and what an expression comes to is a time series. What AWS's page leaves open is refused,
such as MIN and MAX of series of which some lack points, summaries of no points, metrics of several
periods; so are arrays as results, searches, Metrics Insights and the functions that are not below.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import Any

from labkit.cloud.operations import AwsError, not_here

Series = dict[float, float]  # by the moment in seconds, in order
Value = float | Series | list[Series]
# As Python writes what CloudWatch writes otherwise.
_WORDS = {"^": "**", "&&": " and ", "||": " or ", "AND": "and", "OR": "or"}
_TOKEN = re.compile(
    r'"[^"\\\n]*"|\^|&&|\|\||\d+(?:\.\d+)?|[A-Za-z]\w*|[=!<>]=|\*(?!\*)|[-+/<>()\[\],]|\s+'
)
_DEEPEST = 400  # of parts within one another
_LONGEST = 2048
_BINARY: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else math.nan,
    ast.Pow: math.pow,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.And: lambda a, b: bool(a and b),
    ast.Or: lambda a, b: bool(a or b),
}
# Of each point, of a series, of several points, and of the beginnings of periods.
_OF_POINTS: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": math.log,
    "LOG10": math.log10,
}
_OF_SERIES: dict[str, Callable[[Series], Series]] = {
    "DIFF": lambda s: {b: s[b] - s[a] for a, b in pairwise(s)},
    "DIFF_TIME": lambda s: {b: b - a for a, b in pairwise(s)},
    "RATE": lambda s: {b: (s[b] - s[a]) / (b - a) for a, b in pairwise(s)},
    "RUNNING_SUM": lambda s: dict(zip(s, accumulate(s.values()), strict=True)),
}
_SUMMARIES: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": lambda points: math.fsum(points) / len(points),
    "MAX": max,
    "MIN": min,
    "SUM": math.fsum,
}
_OF_MOMENTS: dict[str, Callable[[datetime], float]] = {
    "MINUTE": lambda at: at.minute,
    "HOUR": lambda at: at.hour,
    "DAY": datetime.isoweekday,
    "DATE": lambda at: at.day,
    "MONTH": lambda at: at.month,
    "YEAR": lambda at: at.year,
    "EPOCH": datetime.timestamp,
}


@dataclass
class Maths:
    """The queries of a request.

    Args:
        metrics: each metric's points, by its query's id.
        expressions: by their queries' ids.
        period: of all metrics, in seconds; nothing where it is not the same.
        moments: the beginnings of all periods, also of those without points.
        is_whole: the periods are all that are asked about, so that sums of them are told.
    """

    metrics: Mapping[str, Series]
    expressions: Mapping[str, str]
    period: int | None
    moments: Callable[[], Sequence[float]]
    is_whole: bool = True
    _known: dict[str, Value] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def series(self, query: str) -> Series:
        """What a query is.

        Raises:
            AwsError: ``ValidationError``, or it is not here.
        """
        try:
            found = self._named(query)
        except (ValueError, OverflowError) as error:  # the logarithm of 0
            raise _not_here(f"a point for which {error}") from error
        except RecursionError as error:
            raise self._wrong("it is too deep") from error
        if isinstance(found, list):
            raise _not_here("an array as a result")
        if not isinstance(found, dict):
            raise self._wrong("the result is no time series")
        return found

    def _named(self, name: str) -> Value:
        if name in self.metrics:
            return self.metrics[name]
        if name not in self.expressions or name in self._open:
            raise self._wrong(f"{name} is unknown, or of itself")
        if name not in self._known:
            self._open.append(name)
            self._known[name] = self._value(self._read(self.expressions[name]))
            self._open.pop()
        return self._known[name]

    def _read(self, text: str) -> ast.expr:
        if re.match(r"\s*(SELECT\b|SEARCH\b)", text):
            raise _not_here("searches and Metrics Insights")
        words = _TOKEN.findall(text)
        if "".join(words) != text or len(text) > _LONGEST:
            raise self._wrong("it cannot be read")
        written = "".join(" " if each.isspace() else _WORDS.get(each, each) for each in words)
        try:
            read = ast.parse(written.strip(), mode="eval").body
        except (SyntaxError, MemoryError, RecursionError) as error:
            raise self._wrong("it cannot be read") from error
        if _depth(read) > _DEEPEST:
            raise self._wrong("it is too deep")
        if self.period is None and not isinstance(read, ast.Name):
            raise _not_here("metrics of several periods, or of none")
        return read

    def _value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name):
                return self._named(name)
            case ast.List(elts=parts):
                found = [self._value(each) for each in parts]
                return [s for each in found for s in (each if isinstance(each, list) else [each])]  # type: ignore[misc]
            case (
                ast.UnaryOp(operand=ast.BinOp(op=ast.Pow()))
                | ast.BinOp(op=ast.Pow(), right=ast.BinOp(op=ast.Pow()))
            ):
                raise _not_here("powers under a minus or another power")
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return _each(operator.neg, self._value(inner))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _each(_BINARY[type(op)], self._value(left), self._value(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _BINARY:
                return _each(_BINARY[type(op)], self._value(left), self._value(right))
            case ast.BoolOp(op=op, values=[*parts, last]):
                left = parts[0] if len(parts) == 1 else ast.BoolOp(op, parts)
                return _each(_BINARY[type(op)], self._value(left), self._value(last))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(name, args)
        raise self._wrong("it cannot be read")

    def _call(self, name: str, args: list[ast.expr]) -> Value:
        match name, args:
            case "METRICS", []:
                return list(self.metrics.values())
            case "METRICS", [ast.Constant(value=str() as part)]:
                return [found for each, found in self.metrics.items() if part in each]
            case "PERIOD", [ast.Name(id=metric)] if metric in self.metrics:
                return float(self.period or 0)
            case "FILL", [inner, ast.Name(id="REPEAT")]:
                return self._filled(self._value(inner), None)
            case "FILL", [inner, ast.expr() as filler] if not isinstance(filler, ast.Name):
                return self._filled(self._value(inner), self._value(filler))
        values = [self._value(each) for each in args]
        summarizes = name == "RUNNING_SUM" or (name in _SUMMARIES and isinstance(values[0], dict))
        if summarizes and not self.is_whole:
            raise _not_here(f"{name} of a series that is longer")
        match name, values:
            case "IF", [dict() | float(), dict() | float(), *others] if len(others) < 2:
                return _choice(*values)
            case "TIME_SERIES", [float() as number]:
                return dict.fromkeys(self.moments(), number)
            case _, [dict()] if name in _OF_MOMENTS:
                told = _OF_MOMENTS[name]
                return {at: float(told(datetime.fromtimestamp(at, UTC))) for at in self.moments()}
            case _, [dict() | list() as value] if name in _OF_POINTS:
                return _each(_OF_POINTS[name], value)
            case _, [dict() | list() as value] if name in _OF_SERIES:
                return _whole(_OF_SERIES[name], value)
            case _, [dict() | list() as value] if name in _SUMMARIES:
                return _summary(name, value)
        raise _not_here(f"{name} of this")

    def _filled(self, value: Value, filler: Value | None) -> Value:
        """A series with what stands for missing points: a number, or the point before."""
        if isinstance(filler, dict | list):
            raise _not_here("FILL with a series")

        def fill(series: Series) -> Series:
            found: dict[float, float | None] = {}
            last = filler
            for at in sorted({*self.moments(), *series}):
                found[at] = series.get(at, last)
                last = found[at] if filler is None else filler
            return {at: each for at, each in found.items() if each is not None}

        return _whole(fill, value)

    def _wrong(self, why: str) -> AwsError:
        where = self._open[-1] if self._open else ""
        return AwsError("ValidationError", f"Error in expression '{where}': {why}")


def _depth(node: ast.AST) -> int:
    """How many parts lie within one another."""
    found, level = 0, [node]
    while level:
        found, level = found + 1, [part for each in level for part in ast.iter_child_nodes(each)]
    return found


def _each(function: Callable[..., float], *values: Value) -> Value:
    """A function of the points of each moment; no point where it is a division by zero."""
    lengths = {len(each) for each in values if isinstance(each, list)}
    if len(lengths) > 1:
        raise _not_here("arrays of different lengths")
    for length in lengths:
        rows = [each if isinstance(each, list) else [each] * length for each in values]
        return [_each(function, *row) for row in zip(*rows, strict=True)]  # type: ignore[misc]
    moments = sorted({at for each in values if isinstance(each, dict) for at in each})
    if not any(isinstance(each, dict) for each in values):
        return float(function(*values))
    found = {
        at: float(function(*(e.get(at, 0.0) if isinstance(e, dict) else e for e in values)))
        for at in moments
    }
    return {at: point for at, point in found.items() if not math.isnan(point)}


def _whole(function: Callable[[Series], Series], value: Value) -> Value:
    if isinstance(value, float):
        raise _not_here("what is of a series, of a number")
    return [function(each) for each in value] if isinstance(value, list) else function(value)


def _summary(name: str, value: Series | list[Series]) -> Value:
    """One number of a series, one series of several; a sum and a mean take what lacks for 0."""
    summary = _SUMMARIES[name]
    if not value:
        raise _not_here(f"{name} of nothing")
    if isinstance(value, dict):
        return summary([*value.values()])
    moments = sorted({at for each in value for at in each})
    lacks = any(at not in each for each in value for at in moments)
    if lacks and name in ("MIN", "MAX"):
        raise _not_here(f"{name} of series of which some lack points")
    return {at: float(summary([each.get(at, 0.0) for each in value])) for at in moments}


def _choice(condition: Any, then: Any, other: Any = None) -> Series:
    """IF: where the condition holds a missing point is 0, elsewhere there is none."""
    if isinstance(condition, float):
        chosen = then if condition else {} if other is None else other
        if not isinstance(chosen, dict):
            raise _not_here("IF of numbers alone")
        return chosen
    found = {}
    for at, holds in condition.items():
        chosen = then if holds else other
        found[at] = chosen.get(at, 0.0 if holds else None) if isinstance(chosen, dict) else chosen
    return {at: each for at, each in found.items() if each is not None}


def _not_here(why: str) -> AwsError:
    return not_here("cloudwatch", "GetMetricData", f"no {why}")

"""The kinds of argument that QuickSight's functions take: how each is read and what it must be.

The names in `READERS` are the annotations of functions in the registry. Periods:
https://docs.aws.amazon.com/quicksight/latest/user/dateDiff-function.html and, for the period
functions, https://docs.aws.amazon.com/quicksight/latest/user/periodToDateSum-function.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from labkit.cloud.quicksight.calc.errors import NestedAggregation, WrongArguments, WrongType, listed
from labkit.cloud.quicksight.calc.syntax import Bracketed, Constant, Name, Node
from labkit.cloud.quicksight.calc.values import ANYTHING, NUMBERS, Kind, Value, as_kind

if TYPE_CHECKING:
    from labkit.cloud.quicksight.calc.query import Query

String: TypeAlias = Value
Integer: TypeAlias = Value
Number: TypeAlias = Value
Date: TypeAlias = Value
Boolean: TypeAlias = Value
WorkDate: TypeAlias = Value
WorkDays: TypeAlias = Value
Anything: TypeAlias = Value
Period: TypeAlias = str
Part: TypeAlias = str
Granularity: TypeAlias = str
Pattern: TypeAlias = str
Index: TypeAlias = int
Percent: TypeAlias = float
Comparison: TypeAlias = str
Calculation: TypeAlias = str
RowCalculation: TypeAlias = str
Measure: TypeAlias = Node
DateField: TypeAlias = Node
Choices: TypeAlias = Node
Fields: TypeAlias = Bracketed
Sort: TypeAlias = Bracketed

#: A period's name in the date functions → DuckDB's.
PERIODS = {
    "YYYY": "year",
    "Q": "quarter",
    "MM": "month",
    "WK": "week",
    "DD": "day",
    "HH": "hour",
    "MI": "minute",
    "SS": "second",
    "MS": "millisecond",
}
PARTS = {name: unit for name, unit in PERIODS.items() if name != "WK"} | {"WD": "weekday"}
GRANULARITIES = {
    **{name: name.lower() for name in "YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND".split()},
    "SECONDS": "second",
}
LEVELS = ("PRE_FILTER", "PRE_AGG", "POST_AGG_FILTER")
COMPARISONS = ("CASE_SENSITIVE", "CASE_INSENSITIVE")
KINDS: dict[str, tuple[Kind, ...]] = {
    "String": ("string",),
    "Integer": ("integer",),
    "Number": NUMBERS,
    "Date": ("date",),
    "Boolean": ("boolean",),
    "WorkDate": ("date",),
    "WorkDays": ("integer",),
    "Anything": ANYTHING,
}


def read(query: Query, function: str, kind: str, node: Node) -> Any:
    """An argument of this kind.

    Raises:
        CalcError: the argument is none.
    """
    if kind in ("WorkDate", "WorkDays"):
        _refuse_null(query.value(node))
    if kind in KINDS:
        return checked(query.value(node), KINDS[kind])
    return READERS[kind](query, function, node)


def checked(value: Value, kinds: tuple[Kind, ...], *, measure: bool = False) -> Value:
    """A value of one of these types; NULL is of any type, and takes the last of them."""
    if value.kind == "null":
        return value if kinds == ANYTHING else as_kind(value, kinds[-1])
    if value.kind not in kinds:
        raise WrongType(kinds, value.kind, measure=measure)
    return value


def _refuse_null(value: Value) -> None:
    """The functions of work days do not take a literal NULL."""
    if value.kind == "null":
        raise WrongArguments(
            "At least one of the arguments in this function does not have correct type. "
            "Correct the expression and choose Create again."
        )


def operand(query: Query, function: str, node: Node, kinds: tuple[Kind, ...]) -> Value:
    """What an aggregate is over: a value of each row, never an aggregate or a literal alone."""
    value = checked(query.value(node), kinds, measure=True)
    if value.level in ("aggregate", "window"):
        raise NestedAggregation(function, value.function)
    if isinstance(node, Constant) or (value.level == "constant" and value.kind == "null"):
        raise WrongArguments(
            f"The function {function} aggregates a field. Literal values don't work."
        )
    return value


def row_operand(query: Query, function: str, node: Node, kinds: tuple[Kind, ...]) -> Value:
    """What a level-aware calculation is over: as `operand`, and no level-aware aggregate.

    Source: https://docs.aws.amazon.com/quicksight/latest/user/level-aware-calculations.html
    """
    value = operand(query, function, node, kinds)
    if value.level == "group":
        raise NestedAggregation(function, value.function)
    return value


def _constant(query: Query, function: str, node: Node, kinds: tuple[Kind, ...]) -> Any:
    value = checked(query.value(node), kinds)
    if value.constant is None:
        raise WrongArguments(f"The function {function} wants a literal value here, not a field.")
    return value.constant


def _keyword(query: Query, function: str, node: Node, words: dict[str, str]) -> str:
    """A word as it is or in quotes, without case."""
    word = _bare(node) or str(_constant(query, function, node, ("string",)))
    if word.upper() not in words:
        raise WrongArguments(
            f"The function {function} does not know {word!r}. It takes: {listed(words)}."
        )
    return words[word.upper()]


def _bare(node: Node) -> str:
    return node.text if isinstance(node, Name) and not node.braced else ""


def _one_of(words: dict[str, str] | tuple[str, ...]) -> Callable[[Query, str, Node], str]:
    table = words if isinstance(words, dict) else {word: word for word in words}
    return lambda query, function, node: _keyword(query, function, node, table)


def _pattern(query: Query, function: str, node: Node) -> str:
    return str(_constant(query, function, node, ("string",)))


def _index(query: Query, function: str, node: Node) -> int:
    return int(_constant(query, function, node, ("integer",)))


def _percent(query: Query, function: str, node: Node) -> float:
    number = float(_constant(query, function, node, NUMBERS))
    if not 0 <= number <= 100:
        raise WrongArguments(f"The percentile of {function} is a number from 0 to 100.")
    return number


def _bracketed(query: Query, function: str, node: Node) -> Bracketed:
    if not isinstance(node, Bracketed):
        raise WrongArguments(f"The function {function} wants a list of fields in [ ] here.")
    return node


def _node(query: Query, function: str, node: Node) -> Node:
    return node


READERS: dict[str, Callable[[Query, str, Node], Any]] = {
    "Period": _one_of(PERIODS),
    "Part": _one_of(PARTS),
    "Granularity": _one_of(GRANULARITIES),
    "Comparison": _one_of(COMPARISONS),
    "Calculation": _one_of(LEVELS),
    "RowCalculation": _one_of(LEVELS[:2]),
    "Pattern": _pattern,
    "Index": _index,
    "Percent": _percent,
    "Measure": _node,
    "DateField": _node,
    "Choices": _node,
    "Fields": _bracketed,
    "Sort": _bracketed,
}

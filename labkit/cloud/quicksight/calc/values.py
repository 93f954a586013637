"""What an expression is worth: its SQL, its type, and at which level it stands.

QuickSight knows five types (string, integer, decimal, date, boolean); a decimal is a DuckDB
DOUBLE here, a date a TIMESTAMP. A value stands on each row, on each group of a visual
(aggregates), or is computed over the groups (table calculations). Sources:
https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html and
https://docs.aws.amazon.com/quicksight/latest/user/level-aware-calculations.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR, Type
from labkit.cloud.quicksight.calc.errors import CalcError, MismatchedAggregation

Kind = Literal["string", "integer", "decimal", "date", "boolean", "null"]
Level = Literal["constant", "row", "group", "aggregate", "window"]

NUMBERS: tuple[Kind, ...] = ("integer", "decimal")
ORDERED: tuple[Kind, ...] = (*NUMBERS, "date")
ANYTHING: tuple[Kind, ...] = ("string", "integer", "decimal", "date", "boolean")
MOST_SQL = 2_000_000

TYPES: dict[Kind, Type] = {
    "string": VARCHAR,
    "integer": BIGINT,
    "decimal": DOUBLE,
    "date": TIMESTAMP,
    "boolean": BOOLEAN,
    "null": VARCHAR,
}
_KINDS: dict[str, Kind] = {
    "varchar": "string",
    "char": "string",
    "json": "string",
    "uuid": "string",
    "tinyint": "integer",
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "real": "decimal",
    "double": "decimal",
    "decimal": "decimal",
    "date": "date",
    "timestamp": "date",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Value:
    """One value of an expression.

    Args:
        sql: over the columns of the data set and the derived ones.
        kind: its type.
        level: ``group`` is a level-aware aggregate, which stands on one row of each group.
        names: the columns that it reads on each row.
        keys: of level ``group``: the SQL that the groups are formed by.
        constant: a literal's or parameter's own value, ``None`` for any other.
        function: the outermost aggregate or table function inside it, for messages.
    """

    sql: str
    kind: Kind
    level: Level
    names: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    constant: Any = None
    function: str = ""

    def __str__(self) -> str:
        return self.sql


NULL = Value("NULL", "null", "constant")


def kind_of(type_: Type) -> Kind:
    """QuickSight's type for a column.

    Raises:
        CalcError: QuickSight has no such type (lists, maps, binary data).
    """
    if type_.base not in _KINDS:
        raise CalcError(f"QuickSight has no fields of the type {type_}.")
    return _KINDS[type_.base]


def column(name: str, type_: Type) -> Value:
    """A column of the data set, in the one DuckDB type that stands for its kind."""
    kind, sql = kind_of(type_), quoted_name(name)
    if TYPES[kind].duckdb != type_.duckdb:
        sql = f"CAST({sql} AS {TYPES[kind].duckdb})"
    return Value(sql, kind, "row", frozenset([name]))


def combined(values: Iterable[Value], sql: str, kind: Kind) -> Value:
    """A value made of others, at the level that they have in common.

    Raises:
        MismatchedAggregation: they have none.
    """
    parts = list(values)
    if len(sql) > MOST_SQL:
        raise CalcError("The expression is too large.")
    return Value(
        sql,
        kind,
        common_level(parts),
        frozenset().union(*(each.names for each in parts)),
        frozenset().union(*(each.keys for each in parts)),
        function=next((each.function for each in parts if each.function), ""),
    )


def common_level(values: Iterable[Value]) -> Level:
    """The level of an expression of these values.

    A level-aware aggregate goes with the fields that it is grouped by, and with no other row.
    """
    parts = [each for each in values if each.level != "constant"]
    levels = {each.level for each in parts}
    if not levels:
        return "constant"
    if levels <= {"aggregate", "window"}:
        return "window" if "window" in levels else "aggregate"
    if levels == {"row"}:
        return "row"
    if levels == {"group"} or (levels == {"row", "group"} and _grouped_rows(parts)):
        return "group"
    raise MismatchedAggregation


def _grouped_rows(parts: list[Value]) -> bool:
    keys = frozenset().union(*(each.keys for each in parts))
    rows = (each for each in parts if each.level == "row")
    return all(quoted_name(name) in keys for each in rows for name in each.names)


def common_kind(values: Iterable[Value]) -> Kind | None:
    """The type that all of these have; decimal for integers beside decimals."""
    kinds = {each.kind for each in values} - {"null"}
    if not kinds:
        return "null"
    if len(kinds) == 1:
        return kinds.pop()
    return "decimal" if kinds == {"integer", "decimal"} else None


def as_kind(value: Value, kind: Kind) -> Value:
    """A number as a decimal where a decimal is wanted, and a typed NULL."""
    if value.kind == kind or (value.kind, kind) == ("null", "null"):
        return value
    return replace(value, sql=f"CAST({value} AS {TYPES[kind].duckdb})", kind=kind)


def text(value: str) -> str:
    """A text as SQL.

    >>> text("it's")
    "'it''s'"
    """
    if "\0" in value:
        raise CalcError("A text holds a NUL character, which SQL cannot keep.")
    return quoted_text(value)

"""Conditions of a query as Iceberg's expressions, for files that need not be read.

A query filters its rows itself; here a condition only says which files cannot hold a matching row.
What has no equal among Iceberg's expressions is therefore true: the file is read. Source:
https://iceberg.apache.org/spec/#scan-planning
"""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import sqlglot
from pyiceberg import expressions, types
from pyiceberg.expressions import BooleanExpression
from pyiceberg.schema import Schema
from sqlglot import exp

from labkit.cloud.engine import PartitionFilter

_ALL: BooleanExpression = expressions.AlwaysTrue()
_COMPARISONS: dict[type, tuple[str, type]] = {
    exp.EQ: ("EqualTo", exp.EQ),
    exp.NEQ: ("NotEqualTo", exp.NEQ),
    exp.LT: ("LessThan", exp.GT),
    exp.LTE: ("LessThanOrEqual", exp.GTE),
    exp.GT: ("GreaterThan", exp.LT),
    exp.GTE: ("GreaterThanOrEqual", exp.LTE),
}

#: pyiceberg asks for the day beside, and Python has none.
_LAST_DAYS = (datetime.date.min, datetime.date.max)


def row_filter(
    filters: Sequence[PartitionFilter], schema: Schema, session: Any
) -> BooleanExpression:
    """What every row of a scan's result meets.

    Args:
        filters: the scan's conditions, in DuckDB's SQL.
        schema: the table's.
        session: evaluates the constants.
    """
    found: BooleanExpression = _ALL
    reader = _Reader(schema, session)
    for each in filters:
        found = expressions.And(found, reader.read(sqlglot.parse_one(each.sql, dialect="duckdb")))
    return found


class _Reader:
    """Reads conditions over one schema's columns."""

    def __init__(self, schema: Schema, session: Any) -> None:
        self.session = session
        self.fields = {field.name.lower(): field for field in schema.fields}

    def read(self, node: exp.Expr) -> BooleanExpression:
        """The expression of a condition, true where there is none."""
        rule = _RULES.get(type(node))
        return rule(self, node) if rule else _ALL

    def comparison(self, node: exp.Expr) -> BooleanExpression:
        left, right, kind = node.this, node.expression, type(node)
        if self.field(left) is None:
            left, right, kind = right, left, _COMPARISONS[kind][1]
        field, value = self.field(left), self.constant(left, right)
        if value is None or field is None:
            return _ALL
        name = _COMPARISONS[kind][0]
        beyond = value in _LAST_DAYS and name in ("LessThan", "GreaterThan")
        return _predicate(name + "OrEqual" * beyond, field.name, value)

    def between(self, node: exp.Expr) -> BooleanExpression:
        field = self.field(node.this)
        low, high = (self.constant(node.this, node.args[side]) for side in ("low", "high"))
        if field is None or low is None or high is None:
            return _ALL
        return expressions.And(
            _predicate("GreaterThanOrEqual", field.name, low),
            _predicate("LessThanOrEqual", field.name, high),
        )

    def one_of(self, node: exp.Expr) -> BooleanExpression:
        field = self.field(node.this)
        values = [self.constant(node.this, each) for each in node.expressions]
        if field is None or not values or None in values:
            return _ALL
        return _predicate("In", field.name, set(values))

    def null(self, node: exp.Expr) -> BooleanExpression:
        field = self.field(node.this)
        if field is None or not isinstance(node.expression, exp.Null):
            return _ALL
        return _predicate("IsNull", field.name)

    def negation(self, node: exp.Expr) -> BooleanExpression:
        inner = node.this.unnest()
        found = self.read(inner) if isinstance(inner, exp.Is) else _ALL  # other's may say less
        if isinstance(found, expressions.IsNull):
            return _predicate("NotNull", found.term)
        return self.truth(inner, value=False) if isinstance(inner, exp.Column) else _ALL

    def truth(self, node: exp.Expr, *, value: bool = True) -> BooleanExpression:
        """A boolean column that stands alone."""
        field = self.field(node)
        if field is None or not isinstance(field.field_type, types.BooleanType):
            return _ALL
        return _predicate("EqualTo", field.name, value)

    def field(self, node: exp.Expr) -> types.NestedField | None:
        """The column that a side of a condition is, an integer also when it is widened."""
        node = node.unnest()
        if isinstance(node, exp.Cast) and isinstance(node.this, exp.Column):
            found = self.fields.get(node.this.name.lower())
            wide = node.to.this in (exp.DataType.Type.BIGINT, exp.DataType.Type.DECIMAL)
            return found if found and wide and isinstance(found.field_type, _INTEGERS) else None
        return self.fields.get(node.name.lower()) if isinstance(node, exp.Column) else None

    def constant(self, column: exp.Expr, node: exp.Expr) -> Any:
        """The value of a side without columns, as the column's type takes it, or None."""
        field = self.field(column)
        if field is None or node.find(exp.Column, exp.Query) is not None:
            return None
        try:
            rows = self.session.connection.execute(f"SELECT {node.sql('duckdb')}").fetchall()
        except duckdb.Error:
            return None
        fits = _FITS.get(type(field.field_type))
        value = rows[0][0]
        return fits(value) if fits and value is not None else None


def _predicate(name: str, *args: Any) -> BooleanExpression:
    """A predicate; pyiceberg's annotations do not know that it takes a column's name."""
    found: BooleanExpression = getattr(expressions, name)(*args)
    return found


def _is(kind: type) -> Callable[[Any], Any]:
    return lambda value: value if type(value) is kind else None


def _integer(value: Any) -> int | None:
    exact = isinstance(value, int | decimal.Decimal) and value == int(value)
    return int(value) if exact and not isinstance(value, bool) else None


def _double(value: Any) -> float | None:
    return value if isinstance(value, float) and math.isfinite(value) else None


_INTEGERS = (types.IntegerType, types.LongType)
_FITS: dict[type, Callable[[Any], Any]] = {
    types.IntegerType: _integer,
    types.LongType: _integer,
    types.DoubleType: _double,
    types.DecimalType: _is(decimal.Decimal),
    types.StringType: _is(str),
    types.DateType: _is(datetime.date),
    types.TimestampType: _is(datetime.datetime),
}
_RULES: dict[type, Callable[[_Reader, exp.Expr], BooleanExpression]] = {
    exp.Paren: lambda reader, node: reader.read(node.this),
    exp.And: lambda reader, node: expressions.And(
        reader.read(node.this), reader.read(node.expression)
    ),
    exp.Or: lambda reader, node: expressions.Or(
        reader.read(node.this), reader.read(node.expression)
    ),
    exp.Not: _Reader.negation,
    exp.Is: _Reader.null,
    exp.In: _Reader.one_of,
    exp.Between: _Reader.between,
    exp.Column: _Reader.truth,
    **dict.fromkeys(_COMPARISONS, _Reader.comparison),
}

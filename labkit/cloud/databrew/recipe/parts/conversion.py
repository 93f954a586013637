"""Values of one type as values of another: what cannot be converted is NULL.

``If a column value can't be converted to the new type, it will be replaced with NULL.`` What the
page leaves open is as Spark's casts have it: a fraction is cut off for a whole number, a number is
true unless it is 0, a timestamp's number is its seconds since 1970.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.CHANGE_DATA_TYPE.html and
https://spark.apache.org/docs/3.5.0/sql-ref-ansi-compliance.html#cast
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.column import FLOATS, NUMBERS, PLAIN_NUMBER, WHOLE, Column
from labkit.cloud.databrew.recipe.context import RecipeContext
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parts.patterns import moment_of
from labkit.cloud.databrew.recipe.parts.values import exact_number
from labkit.cloud.databrew.recipe.types import NAMES
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.types import Type

TRUE, FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
_PLAIN = r"\s*[+-]?[0-9]+(\.[0-9]*)?\s*"


def type_named(name: str) -> Type:
    """The type that DataBrew calls so.

    Raises:
        RecipeError: there is none.
    """
    if name.lower() not in NAMES:
        raise unknown("data type", name, NAMES)
    return NAMES[name.lower()]


def converted(column: Column, kind: Type) -> str:
    """SQL of a column's value in another type; NULL where it has none."""
    if column.type == kind:
        return column.sql
    if kind.base == "varchar":
        return column.text
    if column.type.base in ("array", "map", "row", "varbinary"):
        return f"CAST(NULL AS {kind.duckdb})"
    if kind.base == "boolean":
        return _boolean(column)
    if kind.base in NUMBERS:
        return _number(column, kind)
    return f"CAST({_moment(column)} AS {kind.duckdb})"


def literal(value: str, kind: Type) -> str:
    """SQL of a parameter's text as a value of a type; NULL where it is none."""
    text = f"CAST({quoted_text(value)} AS VARCHAR)"
    return converted(Expression(text, NAMES["string"]), kind)


def constant(context: RecipeContext, value: str, data_type: str, name: str = "value") -> str:
    """SQL of a parameter's text as a value of a type.

    Args:
        data_type: DataBrew's name of one; ``unsupported`` is a text's.
        name: the parameter's, for the refusal.

    Raises:
        RecipeError: it has no value in the type.
    """
    text = f"CAST({quoted_text(value)} AS VARCHAR)"
    if data_type.lower() in ("string", "unsupported"):
        return text
    if type_named(data_type).base in NUMBERS:
        return exact_number(value, name)
    found = literal(value, type_named(data_type))
    if context.rows(f"SELECT {found} IS NULL")[0][0]:
        raise RecipeError(f"The parameter '{name}' must be a {data_type}, not '{value}'.")
    return found


def fitted(context: RecipeContext, value: str, column: Column) -> str:
    """SQL of a constant in a column's type, where that says the same; else the constant."""
    if not column.is_number:
        return value
    same = f"TRY_CAST({value} AS {column.type.duckdb}) = {value}"  # 1 = true, for DuckDB
    if not context.rows(f"SELECT {same} AND typeof({value}) <> 'BOOLEAN'")[0][0]:
        return value
    return f"CAST({value} AS {column.type.duckdb})"


class Expression(Column):
    """An expression in a column's place."""

    @property
    def sql(self) -> str:
        return self.name


def _boolean(column: Column) -> str:
    if column.is_number:
        return f"({column.sql} <> 0)"
    if not column.is_text:
        return "CAST(NULL AS BOOLEAN)"
    small = f"lower(trim({column.sql}))"
    return f"CASE WHEN {small} IN {TRUE} THEN true WHEN {small} IN {FALSE} THEN false END"


def _number(column: Column, kind: Type) -> str:
    to = kind.duckdb
    if column.is_text:
        return _number_in(column.sql, kind)
    if column.type.base == "timestamp":
        seconds = f"CAST(epoch_us({column.sql}) AS DECIMAL(20, 0)) * 0.000001::DECIMAL(7, 6)"
        return f"TRY_CAST({f'floor({seconds})' if kind.base in WHOLE else seconds} AS {to})"
    if column.is_time or column.type.base == "time":
        return f"CAST(NULL AS {to})"
    if kind.base in WHOLE and not column.is_whole and column.is_number:
        return f"TRY_CAST(trunc({column.sql}) AS {to})"
    exact = kind.base == "decimal" and column.type.base in FLOATS  # 0.1 is all the digits it shows
    return f"TRY_CAST({column.text if exact else column.sql} AS {to})"


def _number_in(text: str, kind: Type) -> str:
    """Digits before a point are read as they stand, so that no long number loses its last ones."""
    read = f"CASE WHEN regexp_full_match({text}, '{PLAIN_NUMBER}') THEN"
    if kind.base not in WHOLE:
        return f"{read} TRY_CAST({text} AS {kind.duckdb}) END"
    return (
        f"CASE WHEN regexp_full_match({text}, '{_PLAIN}') THEN TRY_CAST(split_part({text}, '.', 1) "
        f"AS {kind.duckdb}) ELSE {read} TRY_CAST(trunc(TRY_CAST({text} AS DOUBLE)) AS "
        f"{kind.duckdb}) END END"
    )


def _moment(column: Column) -> str:
    if column.is_number:
        seconds = f"CAST({column.sql} AS BIGINT)" if column.is_whole else column.sql
        return f"TRY(make_timestamp(CAST({seconds} * 1000000 AS BIGINT)))"
    return moment_of(column)

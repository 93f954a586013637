"""Calculated columns of a data set, and conditions in the same language.

What is computed a row becomes a column, kept in SPICE; what aggregates, or looks at other rows, is
kept as text and computed by the visuals, whose filters and groups it depends on. Source: https://docs.aws.amazon.com/quicksight/latest/user/adding-a-calculated-field-analysis.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.calc import (
    CalcError,
    Field,
    Scope,
    check_field,
    compile_condition,
    fields_in,
)
from labkit.cloud.quicksight.spice.model import Column, PreparationError, Relation
from labkit.cloud.quicksight.spice.types import converted, engine_type, type_name


def add_column(
    table: Relation, name: str, text: str, id: str, parameters: Mapping[str, Any]
) -> Relation:
    """A table with one more column, computed of the others.

    Raises:
        PreparationError: the text cannot be computed; the sentence says why.
    """
    if any(each.name.lower() == name.lower() for each in table.columns):
        raise PreparationError(f"There would be two columns named '{name}'.")
    field = compiled(table, text, parameters)
    if field.kind != "row" or field.derived:
        return replace(table, fields={**table.fields, name: text})
    kind = engine_type(type_name(field.type))
    value = field.sql
    if field.type != kind:
        value = converted(field.sql, field.type, type_name(field.type))
    column = Column(name, kind, id=id, origins=_origins(table, text) | {f"={name}"})
    sql = table.select([*(each.sql for each in table.columns), f"{value} AS {column.sql}"])
    return replace(table, sql=sql, columns=(*table.columns, column))


def condition(table: Relation, text: str, parameters: Mapping[str, Any]) -> str:
    """SQL of a condition over a table's rows.

    Raises:
        PreparationError: it is none.
    """
    try:
        field = compile_condition(text, _scope(table, parameters))
    except CalcError as error:
        raise PreparationError(str(error)) from error
    if field.derived:
        raise PreparationError(f"A filter is a condition on each row alone: {text}")
    return field.sql


def compiled(table: Relation, text: str, parameters: Mapping[str, Any]) -> Field:
    """An expression over a table's columns.

    Raises:
        PreparationError: it does not compile.
    """
    try:
        return check_field(text, _scope(table, parameters))
    except CalcError as error:
        raise PreparationError(str(error)) from error


def _scope(table: Relation, parameters: Mapping[str, Any]) -> Scope:
    columns = {each.name: each.type for each in table.columns}
    return Scope(columns, dict(parameters), dict(table.fields))


def _origins(table: Relation, text: str) -> frozenset[str]:
    """The columns behind an expression."""
    named = {name.lower() for name in fields_in(text)}
    used = (each.origins for each in table.columns if each.name.lower() in named)
    return frozenset().union(*used)

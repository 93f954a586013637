"""The steps that prepare a logical table, one function a kind of step.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TransformOperation.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.quicksight.spice import calculations, conditions, types
from labkit.cloud.quicksight.spice.model import FAULT, Column, PreparationError, Relation

Members = Mapping[str, Any]


@dataclass(frozen=True)
class Preparing:
    """What steps know beside the table.

    Args:
        parameters: the data set's parameters and their values.
    """

    parameters: Mapping[str, Any]


Transform = Callable[..., Relation]
TRANSFORMS: dict[str, Transform] = {}


def transform(name: str) -> Callable[[Transform], Transform]:
    """Register a kind of step; its members are the function's keywords."""

    def register(function: Transform) -> Transform:
        TRANSFORMS[name] = function
        return function

    return register


def apply(table: Relation, steps: Sequence[Members], preparing: Preparing) -> Relation:
    """A table after its steps.

    Raises:
        PreparationError: a step cannot be done.
    """
    for step in steps:
        name, members = kind_of(step)
        table = TRANSFORMS[name](table, preparing, **members)
    return table


def kind_of(step: Members) -> tuple[str, Members]:
    """The kind of a step and its members.

    Raises:
        PreparationError: it is of no kind, or of two.
    """
    given = [(name, members) for name, members in step.items() if members is not None]
    if len(given) != 1:
        raise PreparationError("A transform operation must be of exactly one kind.")
    return given[0]


@transform("ProjectOperation")
def project(table: Relation, _: Preparing, *, ProjectedColumns: list[str], **__: Any) -> Relation:
    """These columns, in this order."""
    fields = {name: text for name, text in table.fields.items() if name in ProjectedColumns}
    columns = tuple(table.column(name) for name in ProjectedColumns if name not in fields)
    sql = table.select(column.sql for column in columns)
    return replace(table, sql=sql, columns=columns, fields=fields)


@transform("FilterOperation")
def keep(table: Relation, preparing: Preparing, **condition: Any) -> Relation:
    """The rows that meet a condition; those that cannot be told stay, to be counted."""
    meets = conditions.condition(table, condition, preparing.parameters)
    where = f'({meets}) OR "{FAULT}" IS NOT NULL' if table.faults else meets
    return replace(table, sql=table.select((c.sql for c in table.columns), where))


@transform("CreateColumnsOperation")
def create_columns(
    table: Relation, preparing: Preparing, *, Columns: list[Members], **__: Any
) -> Relation:
    """Calculated columns, each of which may use those before it."""
    for each in Columns:
        table = calculations.add_column(
            table, each["ColumnName"], each["Expression"], each["ColumnId"], preparing.parameters
        )
    return table


@transform("RenameColumnOperation")
def rename(
    table: Relation, _: Preparing, *, ColumnName: str, NewColumnName: str, **__: Any
) -> Relation:
    """One column under a new name, in the same place."""
    return renamed(table, {ColumnName: NewColumnName})


@transform("CastColumnTypeOperation")
def cast(
    table: Relation,
    _: Preparing,
    *,
    ColumnName: str,
    NewColumnType: str,
    SubType: str | None = None,
    Format: str | None = None,
    **__: Any,
) -> Relation:
    """One column in another type."""
    table.column(ColumnName)
    return types.convert(table, {ColumnName: (NewColumnType, Format or "", SubType == "FIXED")})


@transform("TagColumnOperation")
def tag(table: Relation, _: Preparing, *, ColumnName: str, Tags: list[Members]) -> Relation:
    """A column with a description or a geographic role."""
    column = table.column(ColumnName)
    for each in Tags:
        if role := each.get("ColumnGeographicRole"):
            column = replace(column, geo_role=role)
        if said := each.get("ColumnDescription"):
            column = replace(column, description=said.get("Text", ""))
    return _with(table, column)


@transform("UntagColumnOperation")
def untag(table: Relation, _: Preparing, *, ColumnName: str, TagNames: list[str]) -> Relation:
    """A column without its description or geographic role."""
    column = table.column(ColumnName)
    if "COLUMN_GEOGRAPHIC_ROLE" in TagNames:
        column = replace(column, geo_role="")
    if "COLUMN_DESCRIPTION" in TagNames:
        column = replace(column, description="")
    return _with(table, column)


@transform("OverrideDatasetParameterOperation")
def override(table: Relation, _: Preparing, **__: Any) -> Relation:
    """What a parent's parameter is here; it was set before the parent was opened."""
    return table


def renamed(table: Relation, names: Mapping[str, str]) -> Relation:
    """Columns under new names.

    Raises:
        PreparationError: there is no such column, or two would have one name.
    """
    for name in names:
        table.column(name)
    columns = tuple(replace(c, name=names.get(c.name, c.name)) for c in table.columns)
    check_names([column.name for column in columns])
    pairs = zip(table.columns, columns, strict=True)
    return replace(
        table, sql=table.select(f"{a.sql} AS {b.sql}" for a, b in pairs), columns=columns
    )


def check_names(names: Sequence[str]) -> None:
    """Raise when two columns would have one name, whatever its case."""
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise PreparationError(f"There would be two columns named '{name}'.")
        seen.add(name.lower())


def _with(table: Relation, changed: Column) -> Relation:
    columns = tuple(changed if c.name == changed.name else c for c in table.columns)
    return replace(table, columns=columns)

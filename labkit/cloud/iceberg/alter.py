"""``ALTER TABLE``: columns change by their ids, so that the data stay with them.

Types only widen: ``int`` to ``bigint``, ``float`` to ``double``, a decimal to more digits. Source:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pyiceberg.exceptions import ValidationError
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.update.schema import UpdateSchema

from labkit.cloud.athena.errors import StatementFailed, semantic
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.statements.tables import DDL_TASK, handles, place
from labkit.cloud.engine import Column
from labkit.cloud.iceberg.catalog import ICEBERG
from labkit.cloud.iceberg.commits import committing
from labkit.cloud.iceberg.create import WRITE_PROPERTIES, table_properties
from labkit.cloud.iceberg.table import load
from labkit.cloud.iceberg.types import declared_type, trino_type
from labkit.cloud.lake.metastore import Definition, input_of


@handles(ICEBERG, "ADD COLUMNS")
def add_columns(run: Run, definition: Definition, said: Sequence[Column]) -> Result:
    with _schema(run, definition) as (update, schema):
        for column in said:
            if column.name in _names(schema):
                raise StatementFailed(f"{DDL_TASK} Duplicate column name: {column.name}")
            _add(update, column)
    return run.text_result((), ())


@handles(ICEBERG, "DROP COLUMN")
def drop_column(run: Run, definition: Definition, name: str) -> Result:
    with _schema(run, definition) as (update, schema):
        _drop(update, schema, load(run.catalog, definition), name)
    return run.text_result((), ())


@handles(ICEBERG, "REPLACE COLUMNS")
def replace_columns(run: Run, definition: Definition, said: Sequence[Column]) -> Result:
    """The columns become these: others go, missing ones come, types may widen."""
    wanted = {column.name: column for column in said}
    with _schema(run, definition) as (update, schema):
        table = load(run.catalog, definition)
        for name in _names(schema):
            if name not in wanted:
                _drop(update, schema, table, name)
        for column in said:
            if column.name in _names(schema):
                _retype(update, schema, column.name, column)
            else:
                _add(update, column)
    return run.text_result((), ())


@handles(ICEBERG, "CHANGE COLUMN")
def change_column(run: Run, definition: Definition, said: tuple[str, Column, str | None]) -> Result:
    """Another name, a wider type, another comment or another place."""
    name, column, after = said
    with _schema(run, definition) as (update, schema):
        _need(schema, name)
        if column.name != name and column.name in _names(schema):
            raise StatementFailed(f"{DDL_TASK} Duplicate column name: {column.name}")
        own = _retype(update, schema, name, column)
        if column.name != name:
            update.rename_column(own, column.name)
        if after == "":
            update.move_first(own)
        elif after is not None:
            update.move_after(own, _need(schema, after))
    return run.text_result((), ())


@handles(ICEBERG, "SET TBLPROPERTIES")
def set_properties(run: Run, definition: Definition, said: Mapping[str, str]) -> Result:
    properties = table_properties({key.lower(): value for key, value in said.items()})
    with committing(), load(run.catalog, definition).transaction() as transaction:
        transaction.set_properties(properties)
    return run.text_result((), ())


@handles(ICEBERG, "UNSET TBLPROPERTIES")
def unset_properties(run: Run, definition: Definition, said: Sequence[str]) -> Result:
    names = [WRITE_PROPERTIES.get(name.lower(), name) for name in said]
    table = load(run.catalog, definition)
    with committing(), table.transaction() as transaction:
        transaction.remove_properties(*(name for name in names if name in table.properties))
    return run.text_result((), ())


@handles(ICEBERG, "RENAME TABLE")
def rename_table(run: Run, definition: Definition, said: tuple[str, ...]) -> Result:
    """Another name for the same metadata."""
    database, name = place(run, said)
    if run.metastore.table(database, name) is not None:
        raise StatementFailed(f"{DDL_TASK} AlreadyExistsException(message:Table {name} exists)")
    before = definition["DatabaseName"], definition["Name"]
    with run.cloud.changing("glue"):
        now = run.metastore.definition(*before) or definition  # with what was committed meanwhile
        run.metastore.create_table(database, {**input_of(now), "Name": name})
        run.metastore.delete_table(*before)
    return run.text_result((), ())


@contextmanager
def _schema(run: Run, definition: Definition) -> Iterator[tuple[UpdateSchema, Schema]]:
    """A table's columns to change, and as they are; one commit at the end."""
    table = load(run.catalog, definition)
    try:
        with committing(), table.update_schema() as update:
            yield update, table.schema()
    except (ValidationError, ValueError) as error:
        raise StatementFailed(f"{DDL_TASK} {error}") from error


def _names(schema: Schema) -> list[str]:
    return [field.name.lower() for field in schema.fields]


def _need(schema: Schema, name: str) -> str:
    """A column's name as the table has it."""
    found = next((f.name for f in schema.fields if f.name.lower() == name), None)
    if found is None:
        raise semantic("Invalid column reference", name)
    return found


def _add(update: UpdateSchema, column: Column) -> None:
    update.add_column(column.name, declared_type(column.type, _numbers()), doc=column.comment)


def _drop(update: UpdateSchema, schema: Schema, table: Table, name: str) -> None:
    own = _need(schema, name)
    number = schema.find_field(own).field_id
    if any(field.source_id == number for spec in table.specs().values() for field in spec.fields):
        raise StatementFailed(f"{DDL_TASK} Cannot drop partition field: {name}")
    if len(schema.fields) == 1:
        raise StatementFailed(f"{DDL_TASK} Cannot drop the only column of a table: {name}")
    update.delete_column(own)


def _retype(update: UpdateSchema, schema: Schema, name: str, column: Column) -> str:
    own = _need(schema, name)
    field = schema.find_field(own)
    wanted: Any = declared_type(column.type, _numbers())
    if not field.field_type.is_primitive:
        if _unnumbered(field.field_type) != _unnumbered(wanted):
            raise StatementFailed(
                f"{DDL_TASK} Cannot change column type: {name}: {field.field_type} -> {wanted}"
            )
        wanted = None  # as it is: pyiceberg takes no type of a column with fields
    comment = field.doc if column.comment is None else column.comment
    update.update_column(own, wanted, doc=comment)
    return own


def _unnumbered(kind: Any) -> str:
    """A nested type without its field ids."""
    return trino_type(kind).hive


def _numbers() -> Callable[[], int]:
    numbers = itertools.count(1)
    return lambda: next(numbers)

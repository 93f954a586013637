"""``ALTER TABLE`` of Iceberg tables: columns, properties and partitioning, by the metadata alone.

Source: https://docs.aws.amazon.com/redshift/latest/dg/iceberg-alter-table.html
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from pyiceberg.exceptions import ValidationError
from pyiceberg.partitioning import PartitionField
from pyiceberg.table import Table

from labkit.cloud.engine.redshift.errors import RedshiftError, no_column
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.iceberg.commits import committing
from labkit.cloud.iceberg.partitioning import partition_spec
from labkit.cloud.iceberg.table import load
from labkit.cloud.iceberg.types import iceberg_type
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.redshift.spectrum.declared import properties
from labkit.cloud.redshift.spectrum.iceberg import lake_type, table_properties, transform
from labkit.cloud.redshift.spectrum.places import Place
from labkit.cloud.redshift.spectrum.words import spectrum_words


def change(place: Place, definition: Definition, words: Words) -> None:
    """Do what an ``ALTER TABLE`` says after the table's name, in one commit.

    Raises:
        RedshiftError: the table cannot be changed so.
    """
    place.allow("UpdateTable")
    action = next((a for said, a in _ACTIONS.items() if words.accept(*said.split())), None)
    if action is None:
        raise words.refuse()
    with spectrum_words(place.connection, place.schema):
        table = load(place.catalog, definition)
        try:
            with committing():
                action(table, words)
        except (ValidationError, ValueError) as error:
            raise RedshiftError(f"Iceberg table {place.name}: {error}", "0A000") from error


def _add_column(table: Table, words: Words) -> None:
    name, kind = words.identifier(), _type(words)
    words.end()
    with table.update_schema() as update:
        update.add_column(name, kind)


def _drop_column(table: Table, words: Words) -> None:
    name = _column(table, words.identifier())
    words.end()
    number = table.schema().find_field(name).field_id
    if any(each.source_id == number for spec in table.specs().values() for each in spec.fields):
        raise ValueError(f"Cannot drop partition field: {name}")
    with table.update_schema() as update:
        update.delete_column(name)


def _rename_column(table: Table, words: Words) -> None:
    name = _column(table, words.identifier())
    words.expect("TO")
    new = words.identifier()
    words.end()
    with table.update_schema() as update:
        update.rename_column(name, new)


def _retype_column(table: Table, words: Words) -> None:
    name = _column(table, words.identifier())
    words.expect("TYPE")
    kind = _type(words)
    words.end()
    with table.update_schema() as update:
        update.update_column(name, kind)


def _set_properties(table: Table, words: Words) -> None:
    given = table_properties(properties(words))
    words.end()
    with table.transaction() as transaction:
        transaction.set_properties(given)


def _add_field(table: Table, words: Words) -> None:
    made = _field(table, words)
    words.end()
    with table.update_spec() as update:
        update.add_field(_source(table, made), made.transform, made.name)


def _drop_field(table: Table, words: Words) -> None:
    known = _known(table, _field(table, words))
    words.end()
    with table.update_spec() as update:
        update.remove_field(known.name)


def _replace_field(table: Table, words: Words) -> None:
    known = _known(table, _field(table, words))
    words.expect("WITH")
    made = _field(table, words)
    words.end()
    with table.update_spec() as update:
        update.remove_field(known.name)
        update.add_field(_source(table, made), made.transform, made.name)


def _type(words: Words) -> Any:
    numbers = itertools.count(1)
    return iceberg_type(lake_type(words.type()), lambda: next(numbers))


def _column(table: Table, name: str) -> str:
    """A column's name as the table has it."""
    found = next((each.name for each in table.schema().fields if each.name.lower() == name), None)
    if found is None:
        raise no_column(name, table.name()[-1])
    return found


def _field(table: Table, words: Words) -> PartitionField:
    return partition_spec([transform(words)], table.schema()).fields[0]


def _known(table: Table, asked: PartitionField) -> PartitionField:
    for each in table.spec().fields:
        if (each.source_id, each.transform) == (asked.source_id, asked.transform):
            return each
    raise ValueError(f"Cannot find partition field: {asked.name}")


def _source(table: Table, made: PartitionField) -> str:
    return str(table.schema().find_column_name(made.source_id))


_ACTIONS: dict[str, Callable[[Table, Words], None]] = {
    "ADD PARTITION FIELD": _add_field,
    "DROP PARTITION FIELD": _drop_field,
    "REPLACE PARTITION FIELD": _replace_field,
    "ADD COLUMN": _add_column,
    "DROP COLUMN": _drop_column,
    "RENAME COLUMN": _rename_column,
    "ALTER COLUMN": _retype_column,
    "SET TABLE PROPERTIES": _set_properties,
}

"""External tables made, changed and dropped: what becomes of them in the Glue catalog.

These statements take effect at once and no transaction undoes them: a transaction block may hold
none. Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html,
https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE_external-table.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_MULTI_STATEMENT_VIOLATIONS.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.athena.statements.storage import catalog_column
from labkit.cloud.athena.statements.tables import key_names, partition_folder
from labkit.cloud.engine import Column
from labkit.cloud.engine.redshift.errors import (
    SYNTAX,
    RedshiftError,
    column_taken,
    no_column,
    unsupported,
)
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.lake.definitions import parameters_of, table_type_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.redshift.spectrum import iceberg_altering, iceberg_merging  # noqa: F401
from labkit.cloud.redshift.spectrum.declared import (
    definition_of,
    file_format,
    lake_type,
    properties,
    read_declared,
)
from labkit.cloud.redshift.spectrum.iceberg import ICEBERG
from labkit.cloud.redshift.spectrum.places import Place, place_of
from labkit.cloud.redshift.spectrum.types import check_handling
from labkit.cloud.redshift.spectrum.writing import create_as
from labkit.cloud.redshift.warehouse import grants, letter_case
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.alter import ALTERERS
from labkit.cloud.redshift.warehouse.statements.dropping import DROPPERS


@statement("CREATE EXTERNAL TABLE", alone=True)
def create_external_table(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("CREATE", "EXTERNAL", "TABLE")
    said = read_declared(parsed.words)
    place = place_of(connection, said.name)
    if place is None:
        raise RedshiftError(
            f'schema "{".".join(said.name[:-1])}" is not an external schema', "42809"
        )
    if found := place.owned:
        grants.check(connection, found, "CREATE")
    place.allow("CreateTable")
    if place.definition is not None:
        raise RedshiftError(f'External table "{said.name[-1]}" already exists', "42P07")
    if said.query:
        count = create_as(connection, place, said, parsed)
        return Result("CREATE EXTERNAL TABLE", count=count)
    columns = [catalog_column(column) for column in said.columns]
    keys = [catalog_column(column) for column in said.keys]
    made = definition_of(said, columns, keys)
    place.create(made)
    return Result("CREATE EXTERNAL TABLE")


def _drop(connection: Connection, name: tuple[str, ...], missing_too: bool) -> bool:
    place = place_of(connection, name)
    if place is None:
        return False
    connection.check_no_block("DROP EXTERNAL TABLE")
    if place.definition is None and missing_too:
        return True
    place.found()
    _check_owner(connection, place)
    place.allow("DeleteTable")
    place.drop()
    return True


def _check_owner(connection: Connection, place: Place) -> None:
    """The owner of a schema owns its external tables."""
    if found := place.owned:
        grants.check_owner(connection, found)


def _alter(connection: Connection, name: tuple[str, ...], words: Words) -> Result | None:
    place = place_of(connection, name)
    if place is None:
        return None
    connection.check_no_block("ALTER EXTERNAL TABLE")
    _check_owner(connection, place)
    change(place, place.found(), words)
    return Result("ALTER TABLE")


def change(place: Place, table: Definition, words: Words) -> None:
    """Do what an ``ALTER TABLE`` says after the table's name.

    Raises:
        RedshiftError: a table of Delta Lake, whose own metadata would say otherwise.
    """
    letter_case.refuse(words)
    kind = table_type_of(parameters_of(table))
    if kind == ICEBERG:
        iceberg_altering.change(place, table, words)
        return
    if kind:
        raise unsupported(f"ALTER TABLE of {kind.capitalize()} tables")
    for beginning, action in _ACTIONS.items():
        if words.accept(*beginning.split()):
            with place.connection.warehouse.cloud.lock("glue"):
                action(place, place.found(), words)  # as another may have changed it meanwhile
            words.end()
            return
    raise words.refuse()


def _set_location(place: Place, table: Definition, words: Words) -> None:
    table["StorageDescriptor"]["Location"] = words.string()
    place.update(table)


def _set_format(place: Place, table: Definition, words: Words) -> None:
    kept = file_format(words)
    table["StorageDescriptor"] |= {"InputFormat": kept.input, "OutputFormat": kept.output}
    table["StorageDescriptor"]["SerdeInfo"] = {
        "SerializationLibrary": kept.serde,
        "Parameters": dict(kept.parameters),
    }
    place.update(table)


def _set_properties(place: Place, table: Definition, words: Words) -> None:
    table["Parameters"] = (table.get("Parameters") or {}) | properties(words)
    check_handling(table["Parameters"])
    place.update(table)


def _add_column(place: Place, table: Definition, words: Words) -> None:
    name = words.identifier()
    columns = table["StorageDescriptor"]["Columns"]
    if any(c["Name"].lower() == name for c in (*columns, *(table.get("PartitionKeys") or ()))):
        raise column_taken(name, place.name)
    columns.append(catalog_column(Column(name, lake_type(words))))
    place.update(table)


def _drop_column(place: Place, table: Definition, words: Words) -> None:
    name, storage = words.identifier(), table["StorageDescriptor"]
    kept = [column for column in storage["Columns"] if column["Name"].lower() != name]
    if len(kept) == len(storage["Columns"]):
        raise no_column(name, place.name)
    storage["Columns"] = kept
    place.update(table)


def _add_partitions(place: Place, table: Definition, words: Words) -> None:
    """``ADD [IF NOT EXISTS] PARTITION (key='value', ...) LOCATION '...' [PARTITION ...]``"""
    place.allow("BatchCreatePartition")
    missing_only = words.accept("IF", "NOT", "EXISTS")
    known = {tuple(p["Values"]) for p in _partitions(place)}
    add = []
    if not words.peek("PARTITION"):
        raise words.refuse()
    while words.accept("PARTITION"):
        values = _values(table, words)
        location = words.string() if words.accept("LOCATION") else ""
        if tuple(values) not in known:
            add.append(_partition(table, values, location))
        elif not missing_only:
            raise RedshiftError(f"Partition already exists: {values}", "42710")
        known.add(tuple(values))
    place.partitions(add=add, drop=[])


def _partition(table: Definition, values: list[str], location: str) -> Definition:
    root = table["StorageDescriptor"].get("Location", "").rstrip("/")
    place = location or f"{root}/{partition_folder(key_names(table), values)}"
    storage = {**table["StorageDescriptor"], "Location": place}
    return {"Values": values, "StorageDescriptor": storage, "Parameters": {}}


def _drop_partition(place: Place, table: Definition, words: Words) -> None:
    place.allow("DeletePartition")
    values = _values(table, words)
    if values not in [p["Values"] for p in _partitions(place)]:
        raise RedshiftError(f"Partition does not exist: {values}", "42704")
    place.partitions(add=[], drop=[values])


def _move_partition(place: Place, table: Definition, words: Words) -> None:
    """``PARTITION (key='value', ...) SET LOCATION '...'``"""
    place.allow("UpdatePartition")
    values = _values(table, words)
    words.expect("SET", "LOCATION")
    moved = _partition(table, values, words.string())
    if values not in [p["Values"] for p in _partitions(place)]:
        raise RedshiftError(f"Partition does not exist: {values}", "42704")
    place.partitions(add=[moved], drop=[values])


def _partitions(place: Place) -> list[Definition]:
    return place.catalog.metastore.partitions(place.schema.database, place.name)


def _values(table: Definition, words: Words) -> list[str]:
    """``(key='value', ...)`` in the order of the table's keys."""
    words.expect("(")
    found: dict[str, str] = {}
    while True:
        name = words.identifier()
        words.expect("=")
        found[name] = words.take().text
        if not words.accept(","):
            break
    words.expect(")")
    names = key_names(table)
    if sorted(found) != sorted(names):
        shown = ", ".join(names) or "none"
        raise RedshiftError(f"the partition columns of the table are: {shown}", SYNTAX)
    return [found[name] for name in names]


_ACTIONS: dict[str, Any] = {
    "SET LOCATION": _set_location,
    "SET FILE FORMAT": _set_format,
    "SET TABLE PROPERTIES": _set_properties,
    "ADD COLUMN": _add_column,
    "DROP COLUMN": _drop_column,
    "DROP PARTITION": _drop_partition,
    "PARTITION": _move_partition,
    "ADD": _add_partitions,
}
ALTERERS.append(_alter)
DROPPERS.append(_drop)

"""``SHOW EXTERNAL TABLE``: the statements that would make an external table, and its partitions.

The other SHOWs, by which drivers list columns and keys, find external tables too.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_EXTERNAL_TABLE.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labkit.cloud.athena.statements.tables import key_names
from labkit.cloud.engine.redshift.errors import UNDEFINED_TABLE, RedshiftError
from labkit.cloud.engine.redshift.words import quoted_string, shown_name
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.redshift.spectrum.places import place_of
from labkit.cloud.redshift.spectrum.words import spectrum_words
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.maintenance import texts
from labkit.cloud.redshift.warehouse.statements.showing import TABLES

#: What the Glue catalog calls otherwise than Redshift.
_TYPES = {"float": "float4", "double": "float8"}


def _told(connection: Connection, name: tuple[str, ...]) -> Object | None:
    """An external table for SHOW COLUMNS and SHOW CONSTRAINTS."""
    place = place_of(connection, name)
    if place is None:
        return None
    place.allow("GetTable")
    place.found()
    at = (connection.database, place.schema.name, place.name)
    return Object("relation", *at, body={"kind": "external"})


TABLES.append(_told)


@statement("SHOW EXTERNAL TABLE")
def show_external_table(connection: Connection, parsed: Parsed) -> Result:
    """``SHOW EXTERNAL TABLE [database.]schema.table [PARTITION]``"""
    words = parsed.words
    words.expect("SHOW", "EXTERNAL", "TABLE")
    name = words.name()
    partitions = words.accept("PARTITION")
    words.end()
    place = place_of(connection, name)
    if place is None:
        raise RedshiftError(f'external table "{".".join(name)}" does not exist', UNDEFINED_TABLE)
    place.allow("GetTable")
    place.found()
    with spectrum_words(connection, place.schema):
        table = place.catalog.metastore.shown(place.schema.database, place.name) or {}
        if partitions:
            place.catalog.metastore.check_partitions(place.schema.database, place.name)
    shown = ".".join(map(shown_name, name))
    lines = [_definition(shown, table)]
    if partitions:
        place.allow("GetPartitions")
        known = place.catalog.metastore.partitions(place.schema.database, place.name)
        lines += _partitions(shown, table, known)
    return texts("SHOW", ("Show External Table DDL statement",), [("\n".join(lines),)])


def _definition(name: str, table: Definition) -> str:
    storage = table["StorageDescriptor"]
    serde = storage.get("SerdeInfo") or {}
    columns = ",\n".join(f"    {_column(each)}" for each in storage["Columns"])
    keys = ", ".join(map(_column, table.get("PartitionKeys") or ()))
    lines = [
        f"CREATE EXTERNAL TABLE {name} (\n{columns}\n)",
        f"PARTITIONED BY ({keys})" if keys else "",
        f"ROW FORMAT SERDE {quoted_string(serde.get('SerializationLibrary') or '')}",
        _pairs("WITH SERDEPROPERTIES", serde.get("Parameters") or {}),
        f"STORED AS INPUTFORMAT {quoted_string(storage.get('InputFormat') or '')}",
        f"OUTPUTFORMAT {quoted_string(storage.get('OutputFormat') or '')}",
        f"LOCATION {quoted_string(storage.get('Location') or '')}",
        _pairs("TABLE PROPERTIES", _own(table.get("Parameters") or {})),
    ]
    return "\n".join(filter(None, lines)) + ";"


def _own(parameters: Mapping[str, Any]) -> dict[str, str]:
    """What a statement may say of a table; the rest is the catalog's."""
    return {key: str(value) for key, value in parameters.items() if key != "EXTERNAL"}


def _column(column: Mapping[str, Any]) -> str:
    kind = str(column.get("Type") or "string")
    return f"{shown_name(column['Name'].lower())} {_TYPES.get(kind, kind)}"


def _pairs(words: str, told: Mapping[str, Any]) -> str:
    pairs = (f"{quoted_string(key)}={quoted_string(str(value))}" for key, value in told.items())
    return f"{words} ({', '.join(pairs)})" if told else ""


def _partitions(name: str, table: Definition, known: list[Definition]) -> Iterator[str]:
    keys = key_names(table)
    for each in sorted(known, key=lambda one: tuple(one["Values"])):
        pairs = zip(keys, each["Values"], strict=True)
        told = ", ".join(f"{shown_name(key)}={quoted_string(value)}" for key, value in pairs)
        location = quoted_string(each["StorageDescriptor"].get("Location") or "")
        yield (f"ALTER TABLE {name} ADD IF NOT EXISTS PARTITION ({told}) LOCATION {location};")

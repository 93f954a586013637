"""SVV_EXTERNAL_*: the lake's schemas, tables, columns and partitions, as a warehouse sees them.

Source: https://docs.aws.amazon.com/redshift/latest/dg/svv_views.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.types import NESTED, SUPER, Type
from labkit.cloud.engine.types import Type as LakeType
from labkit.cloud.lake.definitions import columns_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.operations import AwsError
from labkit.cloud.redshift.spectrum.schemas import GLUE, SOURCES, External, external
from labkit.cloud.redshift.spectrum.types import redshift_type
from labkit.cloud.redshift.system.catalogs import OTHERS
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn, with_columns

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse import Connection

_V = "varchar(128)"
_OPTIONS = {"region": "REGION", "role": "IAM_ROLE", "uri": "URI", "secret_arn": "SECRET_ARN"}
_STORED = (
    "location varchar(128), input_format varchar(128), output_format varchar(128), "
    "serialization_lib varchar(128), serde_parameters varchar(65535), compressed int, "
    "parameters varchar(65535)"
)


@system("svv_external_schemas", f"esoid int, eskind smallint, schemaname {_V}, esowner int, "
        f"databasename {_V}, esoptions varchar(65535)")  # fmt: skip
def svv_external_schemas(connection: Connection) -> Iterator[Any]:
    for one in _schemas(connection):
        told = {shown: one.body[name] for name, shown in _OPTIONS.items() if one.body.get(name)}
        owner = grants.user_id(connection, one.owner)
        kind = SOURCES[one.body["source"]]
        yield one.oid, kind, one.name, owner, one.body["database"], json.dumps(told)


@system("pg_external_schema", f"esoid oid, eskind int, esdbname {_V}, esoptions varchar(65535)")
def pg_external_schema(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_EXTERNAL_SCHEMA.html"""
    for oid, kind, _, _, database, options in svv_external_schemas(connection):
        yield oid, kind, database, options


@system("svv_external_databases", f"eskind int, esoptions varchar(65535), databasename {_V}")
def svv_external_databases(connection: Connection) -> Iterator[Any]:
    found = {}
    for one in _schemas(connection):
        told = {shown: one.body[name] for name, shown in _OPTIONS.items() if one.body.get(name)}
        found[one.body["database"]] = (SOURCES[one.body["source"]], json.dumps(told))
    for name, (kind, options) in found.items():
        yield kind, options, name


@system("svv_external_tables", f"redshift_database_name {_V}, schemaname {_V}, tablename {_V}, "
        f"tabletype {_V}, {_STORED}")  # fmt: skip
def svv_external_tables(connection: Connection) -> Iterator[Any]:
    for schema, table in _tables(connection):
        kind = table.get("TableType") or "EXTERNAL_TABLE"
        first = (connection.database, schema.name, table["Name"], kind)
        yield *first, *_stored(table, table.get("Parameters"))


@system("svv_external_columns", f"redshift_database_name {_V}, schemaname {_V}, tablename {_V}, "
        f"columnname {_V}, external_type {_V}, columnnum int, part_key int, "
        "is_nullable varchar(5)")  # fmt: skip
def svv_external_columns(connection: Connection) -> Iterator[Any]:
    for schema, table in _tables(connection):
        columns = (table.get("StorageDescriptor") or {}).get("Columns") or []
        keys = table.get("PartitionKeys") or []
        for at, column in enumerate([*columns, *keys], 1):
            key = max(0, at - len(columns))
            first = (connection.database, schema.name, table["Name"], column["Name"].lower())
            yield *first, column.get("Type") or "string", at, key, ""


@system("svv_external_partitions", f"schemaname {_V}, tablename {_V}, values varchar(65535), "
        f"{_STORED}")  # fmt: skip
def svv_external_partitions(connection: Connection) -> Iterator[Any]:
    for schema, table in _tables(connection):
        metastore = schema.catalog(connection).metastore
        try:
            metastore.check_partitions(schema.database, table["Name"])
        except AwsError as error:
            connection.notices.append(f"{schema.name}.{table['Name']}: {error.message}")
            continue
        for one in metastore.partitions(schema.database, table["Name"]):
            values = json.dumps(one["Values"])
            yield schema.name, table["Name"], values, *_stored(one, one.get("Parameters"))


def external_relations(connection: Connection) -> Iterator[Object]:
    """The external tables as relations with Redshift's types."""
    for schema, table in _tables(connection):
        declared = [*((table.get("StorageDescriptor") or {}).get("Columns") or ()),
                    *(table.get("PartitionKeys") or ())]  # fmt: skip
        try:
            kinds = columns_of(declared, table["Name"])
        except QueryFailed:
            continue
        one = Object(
            "relation", connection.database, schema.name, table["Name"], body={"kind": "external"}
        )
        yield with_columns(one, [TableColumn(c.name, _type(c.type)) for c in kinds])


def _type(kind: LakeType) -> Type:
    """What is nested is told as SUPER."""
    found = redshift_type(kind)
    return SUPER if found.base in NESTED else found


OTHERS.append(external_relations)


def _stored(one: Definition, parameters: Any) -> tuple[Any, ...]:
    storage = one.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    return (
        storage.get("Location"),
        storage.get("InputFormat"),
        storage.get("OutputFormat"),
        serde.get("SerializationLibrary"),
        json.dumps(serde.get("Parameters") or {}),
        int(bool(storage.get("Compressed"))),
        json.dumps(parameters or {}),
    )


def _schemas(connection: Connection) -> list[Object]:
    return [
        one
        for one in connection.objects.of("schema", database=connection.database)
        if one.body.get("type") == "external"
        and grants.allowed(connection, one, "USAGE", connection.user)
    ]


def _tables(connection: Connection) -> Iterator[tuple[External, Definition]]:
    """The tables of all schemas that can be read now."""
    for one in _schemas(connection):
        if one.body["source"] != GLUE:
            continue
        schema = external(one)
        try:
            metastore = schema.catalog(connection).metastore
        except (RedshiftError, AwsError) as error:
            connection.notices.append(f"{schema.name}: {error.message}")
            continue
        for name in metastore.tables(schema.database):
            if table := metastore.shown(schema.database, name):
                yield schema, table

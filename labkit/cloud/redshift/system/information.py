"""PostgreSQL 8.0's information_schema: schemas, tables, views and columns.

Source: https://www.postgresql.org/docs/8.0/information-schema.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.types import NAMES
from labkit.cloud.redshift.system.catalogs import (
    definition,
    known_columns,
    relations,
    tables,
    wide_columns,
)
from labkit.cloud.redshift.system.registry import SCHEMAS, system

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_V = "varchar(128)"
_TABLE = f"table_catalog {_V}, table_schema {_V}, table_name {_V}"


@system("information_schema.schemata", f"catalog_name {_V}, schema_name {_V}, schema_owner {_V}, "
        f"default_character_set_catalog {_V}, default_character_set_schema {_V}, "
        f"default_character_set_name {_V}, sql_path {_V}")  # fmt: skip
def schemata(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("schema", database=connection.database):
        yield connection.database, one.name, one.owner, *[None] * 4
    for name in SCHEMAS:
        yield connection.database, name, "rdsdb", *[None] * 4


@system("information_schema.tables", f"{_TABLE}, table_type {_V}, "
        f"self_referencing_column_name {_V}, reference_generation {_V}, "
        f"user_defined_type_catalog {_V}, user_defined_type_schema {_V}, "
        f"user_defined_type_name {_V}")  # fmt: skip
def information_tables(connection: Connection) -> Iterator[Any]:
    """Remarks are SVV_TABLES's alone."""
    for *place, kind, _remarks in tables(connection):
        yield (*place, kind, *[None] * 5)


@system("information_schema.views", f"{_TABLE}, view_definition varchar(65535), "
        f"check_option {_V}, is_updatable {_V}, is_insertable_into {_V}")  # fmt: skip
def information_views(connection: Connection) -> Iterator[Any]:
    for one in relations(connection):
        if one.kind != "table":
            yield one.database, one.schema, one.name, definition(one), "NONE", None, None


@system("information_schema.columns", f"table_catalog {_V}, table_schema {_V}, table_name {_V}, "
        f"column_name {_V}, ordinal_position int, column_default varchar(4000), "
        f"is_nullable varchar(3), data_type {_V}, character_maximum_length int, "
        "character_octet_length int, numeric_precision int, numeric_precision_radix int, "
        f"numeric_scale int, datetime_precision int, interval_type {_V}, "
        f"interval_precision {_V}, character_set_catalog {_V}, character_set_schema {_V}, "
        f"character_set_name {_V}, collation_catalog {_V}, collation_schema {_V}, "
        f"collation_name {_V}, domain_catalog {_V}, domain_schema {_V}, domain_name {_V}, "
        f"udt_catalog {_V}, udt_schema {_V}, udt_name {_V}, scope_catalog {_V}, "
        f"scope_schema {_V}, scope_name {_V}, maximum_cardinality int, dtd_identifier {_V}, "
        "is_self_referencing varchar(3)")  # fmt: skip
def information_columns(connection: Connection) -> Iterator[Any]:
    """Lengths are of bytes; a type's name is the one that drivers know, such as ``int4``.

    SVV_COLUMNS has a part of it.
    """
    for row in wide_columns(connection, known_columns(connection)):
        database, at, data_type, length = row[0], row[4], row[7], row[8]
        *rest, domain, _remarks = row[9:]
        kind = NAMES.get(data_type, data_type)
        yield (*row[:9], length, *rest, None, None, domain, database, "pg_catalog", kind,
               None, None, None, None, at, "NO")  # fmt: skip

"""``information_schema.columns``: PostgreSQL 8.0's view, of which SVV_COLUMNS has a part.

Source: https://www.postgresql.org/docs/8.0/infoschema-columns.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.types import NAMES
from labkit.cloud.redshift.system.catalogs import known_columns, wide_columns
from labkit.cloud.redshift.system.registry import system

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_V = "varchar(128)"


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
    """Lengths are of bytes; a type's name is the one that drivers know, such as ``int4``."""
    for row in wide_columns(connection, known_columns(connection)):
        database, at, data_type, length = row[0], row[4], row[7], row[8]
        *rest, domain, _remarks = row[9:]
        kind = NAMES.get(data_type, data_type)
        yield (*row[:9], length, *rest, None, None, domain, database, "pg_catalog", kind,
               None, None, None, None, at, "NO")  # fmt: skip

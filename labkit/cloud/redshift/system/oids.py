"""The numbers by which PostgreSQL's catalog and its wire know types, tables, schemas and users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.types import Type

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: PostgreSQL's numbers of the types.
OIDS = {
    "bool": 16, "varbyte": 6551, "name": 19, "int8": 20, "int2": 21, "int4": 23, "oid": 26,
    "float4": 700, "float8": 701, "unknown": 705, "bpchar": 1042, "varchar": 1043, "date": 1082,
    "time": 1083, "timestamp": 1114, "timestamptz": 1184, "interval": 1186, "timetz": 1266,
    "intervaly2m": 1188, "intervald2s": 1190,
    "numeric": 1700, "super": 4000, "geometry": 3000, "geography": 3001, "hllsketch": 2935,
    "record": 2249, "_int2": 1005, "_text": 1009, "_oid": 1028, "oidvector": 30,
    "int2vector": 22,
}  # fmt: skip
LENGTHS = {"bool": 1, "int2": 2, "int4": 4, "int8": 8, "oid": 4, "float4": 4, "float8": 8,
            "date": 4, "time": 8, "timestamp": 8, "timestamptz": 8, "name": 128,
            "intervaly2m": 4, "intervald2s": 8}  # fmt: skip
#: How columns are compressed, by the catalog's number.
ENCODINGS = ("none", "raw", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16",
             "mostly32", "runlength", "text255", "text32k", "zstd", "az64")  # fmt: skip
DEFAULT_SPACE = 1663
#: PostgreSQL's numbers of its catalog's tables.
NUMBERS = {"pg_type": 1247, "pg_attribute": 1249, "pg_proc": 1255, "pg_class": 1259,
           "pg_database": 1262, "pg_am": 2601, "pg_attrdef": 2604, "pg_constraint": 2606,
           "pg_depend": 2608, "pg_description": 2609, "pg_index": 2610, "pg_language": 2612,
           "pg_namespace": 2615, "pg_rewrite": 2618, "pg_trigger": 2620}  # fmt: skip
NAMESPACES = {"pg_catalog": 11, "information_schema": 11299}


def modifier(kind: Type) -> int:
    """PostgreSQL's ``atttypmod``: a length or precision, and 4."""
    if kind.base == "numeric":
        return ((kind.size << 16) | kind.scale) + 4
    return kind.size + 4 if kind.base in ("varchar", "bpchar") and kind.size else -1


def schema_oids(connection: Connection) -> dict[str, int]:
    """The numbers of the schemas, by name."""
    found = connection.objects.of("schema", database=connection.database)
    known = {one.name: one.oid for one in found}
    return NAMESPACES | known | temporary_schema(connection)


def temporary_schema(connection: Connection) -> dict[str, int]:
    """The schema of the session's temporary tables, once it has some."""
    return {one.schema: connection.pid for one in connection.temporary.values()}


def user_oids(connection: Connection) -> dict[str, int]:
    """The numbers of the users, by name."""
    return {one.name: one.oid for one in connection.objects.of("user")}

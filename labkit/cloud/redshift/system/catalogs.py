"""SVV views: the databases, schemas, tables and columns.

Source: https://docs.aws.amazon.com/redshift/latest/dg/svv_views.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.types import NUMBERS, TEXTS, Type
from labkit.cloud.engine.redshift.words import shown_name
from labkit.cloud.redshift.system.privileges import shown_acl
from labkit.cloud.redshift.system.registry import RELATIONS, SCHEMAS, no_rows, system
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.serializing import level

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_V = "varchar(128)"
_TYPES = {"table": "TABLE", "view": "VIEW", "matview": "VIEW", "external": "EXTERNAL TABLE",
          "shared": "SHARED TABLE"}  # fmt: skip
#: Who else has tables that SVV_ALL_TABLES tells: external schemas, databases from shares.
OTHERS: list[Callable[[Connection], Iterable[Object]]] = []


def relations(connection: Connection, *, everywhere: bool = False) -> list[Object]:
    """The tables and views that the user may know of, his temporary ones too."""
    names = grants.grantees(connection, connection.user)
    whole = grants.is_superuser(connection, connection.user)
    where = {} if everywhere else {"database": connection.database}
    found = [
        one
        for one in connection.objects.of("relation", **where)
        if whole or one.owner == connection.user or names & grants.holders(connection, one)
    ]
    return [*found, *connection.temporary.values()]


def known_columns(connection: Connection) -> list[Object]:
    """The relations whose columns the catalog has: those of an unbound view are not looked up.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/PG_GET_LATE_BINDING_VIEW_COLS.html
    """
    return [one for one in relations(connection) if one.kind != "view" or one.body["bound"]]


def columns_of(connection: Connection, one: Object) -> tuple[TableColumn, ...]:
    """A relation's columns; those of an unbound view by its query of now."""
    from labkit.cloud.engine.redshift.errors import RedshiftError
    from labkit.cloud.redshift.warehouse.names import Names

    if one.kind != "view" or one.columns:
        return one.columns
    try:
        with no_rows(connection):
            found = Names(connection).readable(one)
    except RedshiftError:
        return ()
    return tuple(TableColumn(each.name, each.type) for each in found.columns)


def comment(one: Object, column: str = "") -> str | None:
    found: str | None = one.body.get("comments", {}).get(column)
    return found


@system("svv_redshift_databases", f"database_name {_V}, database_owner int, "
        f"database_type varchar(32), database_acl {_V}, database_options {_V}, "
        f"database_isolation_level {_V}")  # fmt: skip
def svv_databases(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("database"):
        owner = grants.user_id(connection, one.owner)
        yield one.name, owner, one.body.get("type", "local"), None, None, level(one)


@system("stv_db_isolation_level", "db_name char(128), isolation_level char(20)")
def stv_db_isolation_level(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("database"):
        yield one.name, level(one)


@system("svv_all_schemas", f"database_name {_V}, schema_name {_V}, schema_owner int, "
        f"schema_type {_V}, schema_acl {_V}, source_database {_V}, schema_option {_V}")  # fmt: skip
def svv_all_schemas(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("schema"):
        owner, kind = grants.user_id(connection, one.owner), one.body.get("type", "local")
        yield one.database, one.name, owner, kind, shown_acl(one), None, None
    for name in SCHEMAS:
        yield connection.database, name, 1, "local", None, None, None


@system("svv_redshift_schemas", f"database_name {_V}, schema_name {_V}, schema_owner int, "
        f"schema_type {_V}, schema_acl {_V}, schema_option {_V}")  # fmt: skip
def svv_redshift_schemas(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("schema"):
        owner, kind = grants.user_id(connection, one.owner), one.body.get("type", "local")
        yield one.database, one.name, owner, kind, shown_acl(one), None


def tables(connection: Connection) -> Iterator[Any]:
    """Of each table and view of the connection's database, the system's too: its place and type."""
    for one in relations(connection):
        kind = "BASE TABLE" if one.kind == "table" else "VIEW"
        kind = "LOCAL TEMPORARY" if one.temporary else kind
        yield one.database, one.schema, one.name, kind, comment(one)
    for schema, name in RELATIONS:
        yield connection.database, schema, name, "VIEW", None


@system("svv_tables", f"table_catalog {_V}, table_schema {_V}, table_name {_V}, "
        f"table_type {_V}, remarks {_V}")  # fmt: skip
def svv_tables(connection: Connection) -> Iterator[Any]:
    """External tables, too.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLES.html
    """
    yield from tables(connection)
    for one in _external(connection):
        yield one.database, one.schema, one.name, _TYPES[one.kind], comment(one)


def definition(one: Object) -> str:
    """A view's query; of a view that is more than a query the statement that made it.

    That of a view that is bound late stays in the words of who made it, until it is renamed.
    """
    query, names = str(one.body["query"]), one.body.get("names")
    if one.kind == "matview":
        return f"create materialized view {one.schema}.{one.name} as {query};"
    if one.body.get("stated") == [one.schema, one.name]:
        return str(one.body["statement"])
    if names:  # the query tells its columns, as what Redshift makes of it does
        listed = ", ".join(map(shown_name, names))
        query = f"select * from ({query}) as {shown_name(one.name)} ({listed})"
    if one.body["bound"]:
        return query
    return f"create view {one.schema}.{one.name} as {query} with no schema binding;"


def _everything(connection: Connection) -> Iterator[Object]:
    """All relations, those that lie elsewhere too."""
    yield from relations(connection, everywhere=True)
    yield from _elsewhere(connection)


def _elsewhere(connection: Connection) -> Iterator[Object]:
    for other in OTHERS:
        yield from other(connection)


def _external(connection: Connection) -> Iterator[Object]:
    """The external tables of the connection's database."""
    for one in _elsewhere(connection):
        if one.kind == "external" and one.database == connection.database:
            yield one


@system("svv_all_tables", f"database_name {_V}, schema_name {_V}, table_name {_V}, "
        f"table_type {_V}, table_acl {_V}, remarks {_V}")  # fmt: skip
def svv_all_tables(connection: Connection) -> Iterator[Any]:
    for one in _everything(connection):
        given = shown_acl(one)
        yield one.database, one.schema, one.name, _TYPES[one.kind], given, comment(one)


@system("svv_redshift_tables", f"database_name {_V}, schema_name {_V}, table_name {_V}, "
        f"table_type {_V}, table_acl {_V}, remarks {_V}, table_owner {_V}")  # fmt: skip
def svv_redshift_tables(connection: Connection) -> Iterator[Any]:
    for one in relations(connection, everywhere=True):
        given = shown_acl(one)
        yield (one.database, one.schema, one.name, _TYPES[one.kind], given, comment(one), one.owner)


def sizes(kind: Type) -> tuple[int | None, int | None, int | None]:
    """Length, precision, scale."""
    if kind.base in TEXTS or kind.base == "varbyte":
        return kind.size or 256, None, None
    if kind.base == "numeric":
        return None, kind.size, kind.scale
    bits = {"int2": 16, "int4": 32, "int8": 64, "float4": 24, "float8": 53}
    scale = 0 if kind.base in ("int2", "int4", "int8") else None
    return None, bits.get(kind.base), scale if kind.base in NUMBERS else None


def default_of(one: Object, at: int, column: TableColumn) -> str | None:
    """What a column gets by default, as the catalog tells it; ``at`` counts from 1."""
    if column.identity:
        start, step = column.identity[:2]
        return f"\"identity\"({one.oid}, {at - 1}, '{start},{step}'::text)"
    return column.shown_default or None


def _columns(connection: Connection, one: Object) -> Iterator[Any]:
    for at, column in enumerate(columns_of(connection, one), 1):
        length, precision, scale = sizes(column.type)
        yield (
            one.database, one.schema, one.name, column.name, at,
            default_of(one, at, column),
            "YES" if column.nullable else "NO", column.type.plain, length, precision, scale,
            comment(one, column.name),
        )  # fmt: skip


@system("svv_all_columns", f"database_name {_V}, schema_name {_V}, table_name {_V}, "
        f"column_name {_V}, ordinal_position int, column_default varchar(4000), "
        f"is_nullable varchar(3), data_type {_V}, character_maximum_length int, "
        "numeric_precision int, numeric_scale int, remarks varchar(256)")  # fmt: skip
def svv_all_columns(connection: Connection) -> Iterator[Any]:
    for one in _everything(connection):
        yield from _columns(connection, one)


@system("svv_redshift_columns", f"database_name {_V}, schema_name {_V}, table_name {_V}, "
        f"column_name {_V}, ordinal_position int, data_type varchar(32), "
        f"column_default varchar(4000), is_nullable varchar(3), encoding {_V}, distkey boolean, "
        f"sortkey int, column_acl {_V}, remarks varchar(256)")  # fmt: skip
def svv_redshift_columns(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_REDSHIFT_COLUMNS.html"""
    for one in relations(connection, everywhere=True):
        for at, column in enumerate(columns_of(connection, one), 1):
            yield (
                one.database, one.schema, one.name, column.name, at, str(column.type),
                default_of(one, at, column), "YES" if column.nullable else "NO",
                column.encode if one.kind == "table" else "",
                column.name == one.body.get("distkey"), sort_place(one, column.name), None,
                comment(one, column.name),
            )  # fmt: skip


COLUMNS = (
    f"table_catalog {_V}, table_schema {_V}, table_name {_V}, column_name {_V}, "
    f"ordinal_position int, column_default varchar(4000), is_nullable varchar(3), data_type {_V}, "
    "character_maximum_length int, numeric_precision int, numeric_precision_radix int, "
    f"numeric_scale int, datetime_precision int, interval_type {_V}, interval_precision {_V}, "
    f"character_set_catalog {_V}, character_set_schema {_V}, character_set_name {_V}, "
    f"collation_catalog {_V}, collation_schema {_V}, collation_name {_V}, domain_name {_V}, "
    "remarks varchar(256)"
)


def wide(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of `_columns` as PostgreSQL's view has it, with what Redshift leaves empty."""
    *start, precision, scale, remarks = row
    data_type = start[7]
    radix = None if precision is None else 10 if data_type == "numeric" else 2
    moment = 6 if data_type.startswith("time") else None
    return (*start, precision, radix, scale, moment, *[None] * 9, remarks)


@system("svv_columns", COLUMNS)
def svv_columns(connection: Connection) -> Iterator[Any]:
    """Those of late-binding views and external tables, too.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_COLUMNS.html
    """
    yield from wide_columns(connection, [*relations(connection), *_external(connection)])


def wide_columns(connection: Connection, found: Iterable[Object]) -> Iterator[Any]:
    """The columns of these, and of the system tables."""
    from labkit.cloud.redshift.system.own_columns import own_columns

    for one in found:
        yield from map(wide, _columns(connection, one))
    yield from own_columns(connection.database)


@system("pg_table_def", f'schemaname {_V}, tablename {_V}, "column" {_V}, type {_V}, '
        'encoding varchar(32), distkey boolean, sortkey int, "notnull" boolean')  # fmt: skip
def pg_table_def(connection: Connection) -> Iterator[Any]:
    """Only tables of the search path.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_TABLE_DEF.html
    """
    from labkit.cloud.redshift.warehouse.paths import search_path

    path = search_path(connection)
    for one in relations(connection):
        if one.kind != "view" and (one.schema in path or one.temporary):
            yield from _definitions(one)


def _definitions(one: Object) -> Iterator[Any]:
    for column in one.columns:
        yield (
            one.schema, one.name, column.name, str(column.type), column.encode,
            column.name == one.body["distkey"], sort_place(one, column.name), not column.nullable,
        )  # fmt: skip


def sort_place(one: Object, column: str) -> int:
    """Which column of the sort key it is, 0 for none; every second one of an interleaved is < 0."""
    keys = one.body.get("sortkey", [])
    place = keys.index(column) + 1 if column in keys else 0
    return -place if one.body.get("sortstyle") == "INTERLEAVED" and place % 2 == 0 else place


@system("svv_external_schemas", f"esoid oid, eskind smallint, schemaname {_V}, esowner int, "
        f"databasename {_V}, esoptions varchar(2000)")  # fmt: skip
def svv_external_schemas(connection: Connection) -> Iterator[Any]:
    return iter(())


@system("svv_external_tables", f"schemaname {_V}, tablename {_V}, tabletype {_V}, "
        f"location varchar(256), input_format {_V}, output_format {_V}, "
        f"serialization_lib {_V}, serde_parameters {_V}, compressed int, parameters {_V}"
        )  # fmt: skip
def svv_external_tables(connection: Connection) -> Iterator[Any]:
    return iter(())


@system("svv_external_columns", f"schemaname {_V}, tablename {_V}, columnname {_V}, "
        f"external_type {_V}, columnnum int, part_key int, is_nullable varchar(8)"
        )  # fmt: skip
def svv_external_columns(connection: Connection) -> Iterator[Any]:
    return iter(())

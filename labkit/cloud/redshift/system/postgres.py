"""The parts of PostgreSQL's catalog that drivers ask for.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_intro_catalog_views.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.words import shown_name
from labkit.cloud.redshift.system.catalogs import (
    columns_of,
    comment,
    default_of,
    definition,
    known_columns,
    relations,
    sort_place,
)
from labkit.cloud.redshift.system.constraints import (
    Constraint,
    constraints,
    named_columns,
    referenced,
)
from labkit.cloud.redshift.system.oids import (
    DEFAULT_SPACE,
    ENCODINGS,
    LENGTHS,
    NAMESPACES,
    OIDS,
    modifier,
    schema_oids,
    temporary_schema,
    user_oids,
)
from labkit.cloud.redshift.system.own_columns import own_attributes
from labkit.cloud.redshift.system.privileges import acl, column_acl
from labkit.cloud.redshift.system.registry import RELATIONS, SCHEMAS, relation_oids, system
from labkit.cloud.redshift.warehouse.objects import Object, holder

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


@system("pg_namespace", "oid oid, nspname varchar(128), nspowner int, nspacl varchar(4000)")
def pg_namespace(connection: Connection) -> Iterator[Any]:
    users = user_oids(connection)
    for name in SCHEMAS:
        yield NAMESPACES[name], name, 1, None
    for one in connection.objects.of("schema", database=connection.database):
        yield one.oid, one.name, users.get(one.owner, 100), acl(one)
    for temporary, oid in temporary_schema(connection).items():
        yield oid, temporary, 1, None


@system("pg_class", "oid oid, relname varchar(128), relnamespace oid, reltype oid, relowner int, "
        "relam oid, relfilenode oid, relpages int, reltuples float4, relhasindex boolean, "
        "relkind varchar(1), relnatts smallint, relhasrules boolean, relacl varchar(4000), "
        "reldiststyle smallint, relisshared boolean, relhaspkey boolean, relchecks smallint, "
        "reltablespace oid, reltoastrelid oid, reltoastidxid oid, reltriggers smallint, "
        "relukeys smallint, relfkeys smallint, relrefs smallint, relhasoids boolean, "
        "relhassubclass boolean, relhastriggers boolean, reloftype oid, "
        "relpersistence varchar(1), reloptions varchar(4000)")  # fmt: skip
def pg_class(connection: Connection) -> Iterator[Any]:
    """The last four are of later PostgreSQLs: psql asks for them to describe a table."""
    for row in _relations(connection):
        yield (*row, 0, 0, 0, 0, 0, 0, 0, False, False, False, 0, "p", None)


@system("pg_class_info", "reloid oid, relname varchar(128), relnamespace oid, reltype oid, "
        "relowner int, relam oid, relfilenode oid, relpages int, reltuples float4, "
        "relhasindex boolean, relkind varchar(1), relnatts smallint, relhasrules boolean, "
        "relacl varchar(4000), reldiststyle smallint, relisshared boolean, relhaspkey boolean, "
        "relchecks smallint, relcreationtime timestamp, releffectivediststyle int")  # fmt: skip
def pg_class_info(connection: Connection) -> Iterator[Any]:
    """The style of an AUTO table is 10 for ALL and 11 for EVEN; when it was made is not kept.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_CLASS_INFO.html
    """
    from labkit.cloud.redshift.placement.slices import style_of

    tables = {one.oid: one for one in relations(connection) if one.kind == "table"}
    for row in _relations(connection):
        style = row[14]
        if style == 9 and row[0] in tables:
            style = 10 if style_of(connection, tables[row[0]]) == "ALL" else 11
        yield (*row, None, style)


def _relations(connection: Connection) -> Iterator[Any]:
    schemas, users = schema_oids(connection), user_oids(connection)
    styles = {"EVEN": 0, "KEY": 1, "ALL": 8, "AUTO": 9}
    sizes = _sizes(connection)
    for one in [*relations(connection), *_behind_views(connection)]:
        kind = "r" if one.kind == "table" else "v"
        keys = {each["kind"] for each in one.body.get("constraints", ())}
        yield (
            one.oid, one.name, schemas.get(one.schema, 0), 0, users.get(one.owner, 100), 0,
            one.oid, 1, sizes.get(f"t{one.oid}", 0), bool(keys - {"FOREIGN KEY"}), kind,
            len(one.columns), kind == "v",
            acl(one), styles.get(one.body.get("diststyle", ""), 0), False, "PRIMARY KEY" in keys, 0,
        )  # fmt: skip
    for each in constraints(connection):
        if each.kind != "f":
            yield (each.oid, each.name, schemas.get(each.table.schema, 0), 0,
                   users.get(each.table.owner, 100), 403, each.oid, 1, 0.0, False, "i",
                   len(each.places), False, None, 0, False, False, 0)  # fmt: skip
    for (schema, name), oid in relation_oids().items():
        width = len(RELATIONS[schema, name].columns)
        yield (oid, name, NAMESPACES[schema], 0, 1, 0, 0, 0, 0.0, False, "v", width, True,
               None, 0, False, False, 0)  # fmt: skip


def _sizes(connection: Connection) -> dict[str, int]:
    """Rows as ANALYZE counts them, by what holds them; rows just deleted count still."""
    sql = "SELECT table_name, estimated_size FROM duckdb_tables() WHERE NOT internal"
    return dict(connection.duck.execute(sql).fetchall())


def _behind_views(connection: Connection) -> list[Object]:
    """The tables that hold materialized views: their keys are told of these alone.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-overview.html
    """
    return [holder(one) for one in relations(connection) if one.kind == "matview"]


_ATTRIBUTE = (
    "attrelid oid, attname varchar(128), atttypid oid, attstattarget int, "
    "attlen smallint, attnum smallint, attndims int, atttypmod int, attbyval boolean, "
    '"attnotnull" boolean, atthasdef boolean, attisdropped boolean, attislocal boolean, '
    "attisdistkey boolean, attsortkeyord smallint, attencodingtype smallint"
)


@system("pg_attribute",
        f"{_ATTRIBUTE}, attcollation oid, attacl varchar(4000), attstorage varchar(1)")  # fmt: skip
def pg_attribute(connection: Connection) -> Iterator[Any]:
    for row, access in _attributes(connection):
        yield (*row, 0, access, "p" if row[4] > 0 else _STORED.get(row[2], "x"))


#: Numbers of types whose values lie in the row as long as they may, and outside of it after that.
_STORED = {OIDS["numeric"]: "m"}


@system("pg_attribute_info", f"{_ATTRIBUTE}, attacl varchar(4000)")
def pg_attribute_info(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_ATTRIBUTE_INFO.html"""
    for row, access in _attributes(connection):
        yield (*row, access)


def _attributes(connection: Connection) -> Iterator[tuple[tuple[Any, ...], str | None]]:
    """The columns, each with who was granted what on it alone."""
    for one in [*known_columns(connection), *_behind_views(connection)]:
        for at, column in enumerate(columns_of(connection, one), 1):
            kind = column.type
            yield (
                one.oid, column.name, OIDS[kind.short], -1, LENGTHS.get(kind.short, -1), at, 0,
                modifier(kind), False, not column.nullable,
                bool(column.default or column.identity), False, True,
                column.name == one.body.get("distkey"),
                sort_place(one, column.name),
                ENCODINGS.index(column.encode) if column.encode in ENCODINGS else 0,
            ), column_acl(one, column.name)  # fmt: skip
    yield from ((row, None) for row in _index_attributes(connection))
    yield from ((row, None) for row in own_attributes())


def _index_attributes(connection: Connection) -> Iterator[tuple[Any, ...]]:
    for each in constraints(connection):
        for at, place in enumerate(each.places if each.kind != "f" else (), 1):
            column = each.table.columns[place - 1]
            kind = column.type
            yield (each.oid, column.name, OIDS[kind.short], -1, LENGTHS.get(kind.short, -1), at, 0,
                   modifier(kind), False, False, False, False, True, False, 0, 0)  # fmt: skip


@system("pg_get_late_binding_view_cols", "view_schema name, view_name name, col_name name, "
        "col_type varchar(256), col_num int")  # fmt: skip
def late_binding_columns(connection: Connection) -> Iterator[Any]:
    """The columns of views that are bound late; a function in FROM.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/PG_GET_LATE_BINDING_VIEW_COLS.html
    """
    for one in relations(connection):
        if one.kind == "view" and not one.columns:
            for at, column in enumerate(columns_of(connection, one), 1):
                yield one.schema, one.name, column.name, str(column.type), at


@system("pg_attrdef", "adrelid oid, adnum smallint, adbin varchar(4000), adsrc varchar(4000)")
def pg_attrdef(connection: Connection) -> Iterator[Any]:
    for one in relations(connection):
        for at, column in enumerate(one.columns, 1):
            if told := default_of(one, at, column):
                yield one.oid, at, told, told


@system("pg_type", "oid oid, typname varchar(128), typnamespace oid, typowner int, "
        "typlen smallint, typbyval boolean, typtype varchar(1), typelem oid, typbasetype oid, "
        "typtypmod int, typnotnull boolean, typrelid oid, typdelim varchar(1), "
        "typcollation oid, typinput varchar(128), typisdefined boolean, typndims int, "
        "typdefault varchar(4000)")  # fmt: skip
def pg_type(connection: Connection) -> Iterator[Any]:
    for name, oid in OIDS.items():
        reader = "array_in" if name.startswith("_") else f"{name}in"
        yield (oid, name, 11, 1, LENGTHS.get(name, -1), False, "b", 0, 0, -1, False, 0, ",", 0,
               reader, True, 0, None)  # fmt: skip


@system("pg_database", "oid oid, datname varchar(128), datdba int, encoding int, "
        "datistemplate boolean, datallowconn boolean, datconfig varchar(4000), "
        "datacl varchar(4000), dattablespace oid, datcollate varchar(128), datctype varchar(128)"
        )  # fmt: skip
def pg_database(connection: Connection) -> Iterator[Any]:
    """The last two are of later PostgreSQLs: psql asks for them to list databases."""
    for _, row in _databases(connection):
        yield (*row, DEFAULT_SPACE, "C", "C")


@system("pg_database_info", "datid oid, datname varchar(128), datdba int, encoding int, "
        "datistemplate boolean, datallowconn boolean, datconfig varchar(4000), "
        "datacl varchar(4000), datconnlimit varchar(32)")  # fmt: skip
def pg_database_info(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_DATABASE_INFO.html"""
    for one, row in _databases(connection):
        yield (*row, str(one.body.get("limit") or -1))


def _databases(connection: Connection) -> Iterator[tuple[Object, tuple[Any, ...]]]:
    users = user_oids(connection)
    for one in connection.objects.of("database"):
        yield one, (one.oid, one.name, users.get(one.owner, 100), 6, False, True, None,
                    acl(one))  # fmt: skip


@system("pg_tables", "schemaname varchar(128), tablename varchar(128), tableowner varchar(128), "
        "tablespace varchar(128), hasindexes boolean, hasrules boolean, hastriggers boolean"
        )  # fmt: skip
def pg_tables(connection: Connection) -> Iterator[Any]:
    for one in relations(connection):
        if one.kind == "table":
            yield one.schema, one.name, one.owner, None, False, False, False


@system("pg_views", "schemaname varchar(128), viewname varchar(128), viewowner varchar(128), "
        "definition varchar(65535)")  # fmt: skip
def pg_views(connection: Connection) -> Iterator[Any]:
    for one in relations(connection):
        if one.kind != "table":
            yield one.schema, one.name, one.owner, definition(one)


@system("pg_description", "objoid oid, classoid oid, objsubid int, description varchar(4000)")
def pg_description(connection: Connection) -> Iterator[Any]:
    for one in relations(connection):
        if told := comment(one):
            yield one.oid, 1259, 0, told
        for at, column in enumerate(one.columns, 1):
            if told := comment(one, column.name):
                yield one.oid, 1259, at, told


@system("pg_constraint", "oid oid, conname varchar(128), connamespace oid, contype varchar(1), "
        "condeferrable boolean, condeferred boolean, conrelid oid, contypid oid, confrelid oid, "
        "confupdtype varchar(1), confdeltype varchar(1), confmatchtype varchar(1), "
        "conkey _int2, confkey _int2, conbin varchar(4000), consrc varchar(4000), conindid oid"
        )  # fmt: skip
def pg_constraint(connection: Connection) -> Iterator[Any]:
    """The last is of later PostgreSQLs: psql finds an index's constraint by it."""
    schemas, known = schema_oids(connection), relations(connection)
    for each in constraints(connection):
        target = referenced(each, known)
        named = named_columns(each, target)
        yield (each.oid, each.name, schemas.get(each.table.schema, 0), each.kind, False, False,
               each.table.oid, 0, target.oid if target else 0, *_actions(each),
               _numbers(each.places), _numbers(_places(target, named)) if target else None, None,
               _source(each, named), 0 if each.kind == "f" else each.oid)  # fmt: skip


def _actions(constraint: Constraint) -> tuple[str, str, str]:
    return ("a", "a", "s") if constraint.kind == "f" else (" ", " ", " ")


def _numbers(places: list[int]) -> str:
    return f"{{{','.join(map(str, places))}}}"


def _places(table: Object, names: list[str]) -> list[int]:
    known = [column.name for column in table.columns]
    return [known.index(name) + 1 for name in names if name in known]


def _source(constraint: Constraint, named: list[str]) -> str:
    """``FOREIGN KEY (a) REFERENCES t(b)``"""
    told = constraint.told
    text = f"{told['kind']} ({', '.join(map(shown_name, told['columns']))})"
    if constraint.kind != "f":
        return text
    return (
        f"{text} REFERENCES {'.'.join(map(shown_name, told['table']))}"
        f"({', '.join(map(shown_name, named))})"
    )


@system("pg_tablespace", "oid oid, spcname varchar(128), spcowner int, spclocation varchar(4000), "
        "spcacl varchar(4000)")  # fmt: skip
def pg_tablespace(connection: Connection) -> Iterator[Any]:
    yield DEFAULT_SPACE, "pg_default", 1, "", None
    yield 1664, "pg_global", 1, "", None


@system("pg_collation", "oid oid, collname varchar(128), collnamespace oid")
@system("pg_inherits", "inhrelid oid, inhparent oid, inhseqno int")
@system("pg_trigger", "oid oid, tgrelid oid, tgname varchar(128), tgenabled varchar(1), "
        "tgisinternal boolean, tgconstraint oid, tgfoid oid, tgtype smallint, "
        "tgisconstraint boolean, tgconstrname varchar(128), tgconstrrelid oid, "
        "tgdeferrable boolean, tginitdeferred boolean, tgnargs smallint, tgattr int2vector, "
        "tgargs varchar(4000)")  # fmt: skip
@system("pg_foreign_table", "ftrelid oid, ftserver oid, ftoptions varchar(4000)")
@system("pg_foreign_server", "oid oid, srvname varchar(128)")
def nothing(connection: Connection) -> Iterator[Any]:
    """What psql and ODBC ask for to describe a table, and no warehouse has."""
    return iter(())

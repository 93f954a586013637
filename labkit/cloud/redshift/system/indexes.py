"""The indexes that PostgreSQL's catalog tells of: those of primary and unique keys.

Drivers and psql read keys by them; a warehouse itself has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.words import shown_name
from labkit.cloud.redshift.system.constraints import constraints
from labkit.cloud.redshift.system.registry import system

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


@system("pg_am", "oid oid, amname varchar(128), amowner int, amstrategies smallint, "
        "amsupport smallint, amorderstrategy smallint, amcanunique boolean, "
        "amcanmulticol boolean, amindexnulls boolean, amconcurrent boolean, amgettuple oid, "
        "aminsert oid, ambeginscan oid, amrescan oid, amendscan oid, ammarkpos oid, "
        "amrestrpos oid, ambuild oid, ambulkdelete oid, amvacuumcleanup oid, amcostestimate oid"
        )  # fmt: skip
def pg_am(connection: Connection) -> Iterator[Any]:
    """What drivers tell an index's kind by: keys are trees."""
    yield 403, "btree", 1, 5, 1, 1, True, True, True, True, *(None,) * 11


@system("pg_index", "indexrelid oid, indrelid oid, indkey int2vector, indclass varchar(400), "
        "indnatts smallint, indisunique boolean, indisprimary boolean, indisclustered boolean, "
        "indexprs varchar(4000), indpred varchar(4000), indisvalid boolean")  # fmt: skip
def pg_index(connection: Connection) -> Iterator[Any]:
    """The last is of later PostgreSQLs: psql asks for it to describe a table."""
    for each in constraints(connection):
        if each.kind != "f":
            places = each.places
            yield (each.oid, each.table.oid, " ".join(map(str, places)), "", len(places), True,
                   each.kind == "p", False, None, None, True)  # fmt: skip


@system("pg_indexes", "schemaname varchar(128), tablename varchar(128), indexname varchar(128), "
        "tablespace varchar(128), indexdef varchar(4000)")  # fmt: skip
def pg_indexes(connection: Connection) -> Iterator[Any]:
    for each in constraints(connection):
        if each.kind != "f":
            table, keys = each.table, ", ".join(map(shown_name, each.told["columns"]))
            named = ".".join(map(shown_name, (table.schema, table.name)))
            told = f"CREATE UNIQUE INDEX {shown_name(each.name)} ON {named} USING btree ({keys})"
            yield table.schema, table.name, each.name, None, told

"""What views and foreign keys depend on, as PostgreSQL's catalog tells it.

A view is a rule, with a row a column that it reads; a foreign key needs the other table's index.

Source: https://www.postgresql.org/docs/8.0/catalog-pg-depend.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.compile import Compiled
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.system.catalogs import relations
from labkit.cloud.redshift.system.constraints import constraints, named_columns, referenced
from labkit.cloud.redshift.system.oids import NUMBERS
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: A view is a rule of its own, whose number is this much more than the view's.
_RULES = 1_000_000_000


@system("pg_rewrite", "oid oid, rulename varchar(128), ev_class oid, ev_type varchar(1), "
        "ev_enabled varchar(1), is_instead boolean")  # fmt: skip
def pg_rewrite(connection: Connection) -> Iterator[Any]:
    for one in relations(connection):
        if one.kind == "view":
            yield one.oid + _RULES, "_RETURN", one.oid, "1", "O", True


@system("pg_depend", "classid oid, objid oid, objsubid int, refclassid oid, refobjid oid, "
        "refobjsubid int, deptype varchar(1)")  # fmt: skip
def pg_depend(connection: Connection) -> Iterator[Any]:
    """A view's rule is part of the view, and depends on the columns that it reads.

    Those that are bound late depend on nothing. A view that reads this table is not asked what it
    reads while it is being read itself.
    """
    if connection.telling:
        return
    connection.telling = True
    try:
        views = [one for one in relations(connection) if one.kind == "view" and one.columns]
        read = {one.oid: found for one in views if (found := _read(connection, one))}
    finally:
        connection.telling = False
    rule, relation = NUMBERS["pg_rewrite"], NUMBERS["pg_class"]
    known = {one.oid: one for one in relations(connection)}
    yield from _foreign_keys(connection)
    for view, compiled in read.items():
        yield rule, view + _RULES, 0, relation, view, 0, "i"
        for oid in sorted(compiled.oids):
            columns = [column for of, column in compiled.columns if of == oid]
            for place in _read_places(known[oid], columns) if oid in known else [0]:
                yield rule, view + _RULES, 0, relation, oid, place, "n"


def _foreign_keys(connection: Connection) -> Iterator[Any]:
    tables, known = relations(connection), list(constraints(connection))
    indexes = {(each.table.oid, tuple(sorted(each.told["columns"]))): each.oid
               for each in known if each.kind != "f"}  # fmt: skip
    for each in known:
        target = referenced(each, tables)
        named = tuple(sorted(named_columns(each, target)))
        if target and (index := indexes.get((target.oid, named))):
            yield NUMBERS["pg_constraint"], each.oid, 0, NUMBERS["pg_class"], index, 0, "n"


def _read(connection: Connection, view: Object) -> Compiled | None:
    """What a view reads; None where that is gone."""
    from labkit.cloud.redshift.warehouse.names import Names

    try:
        return Names(connection).compile_view(view)
    except RedshiftError:
        return None


def _read_places(one: Object, columns: list[str]) -> list[int]:
    """The numbers of a relation's columns that are read; 0 for the relation where none is."""
    names = [column.name for column in one.columns]
    if one.kind == "view":
        names = [f"c{at}" for at in range(len(names))]
    return sorted(names.index(each) + 1 for each in columns if each in names) or [0]

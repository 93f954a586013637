"""What views and foreign keys depend on, as PostgreSQL's catalog tells it.

A view is a rule, with a row a column that it reads; a foreign key needs the other table's index.

Source: https://www.postgresql.org/docs/8.0/catalog-pg-depend.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.system.catalogs import relations
from labkit.cloud.redshift.system.constraints import constraints, named_columns, referenced
from labkit.cloud.redshift.system.oids import NUMBERS
from labkit.cloud.redshift.system.registry import no_rows, system
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

#: A view is a rule of its own, whose number is this much more than the view's.
_RULES = 1_000_000_000
#: The columns of relations that something reads: their numbers, and their columns' names in SQL.
Shapes = dict[int, list[str]]


@dataclass(frozen=True)
class Read:
    """What a view reads, for as long as its text and the columns of what it reads are these.

    Args:
        columns: a relation's number, and the column's name in SQL.
    """

    text: dict[str, Any]
    shapes: Shapes
    columns: frozenset[tuple[int, str]]


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
    known = {one.oid: one for one in relations(connection)}
    with no_rows(connection):
        told = ((one.oid, _read(connection, one, known)) for one in known.values())
        read = {view: found for view, found in told if found}
    rule, relation = NUMBERS["pg_rewrite"], NUMBERS["pg_class"]
    yield from _foreign_keys(connection)
    for view, found in read.items():
        yield rule, view + _RULES, 0, relation, view, 0, "i"
        for oid, shape in sorted(found.shapes.items()):
            columns = [column for of, column in found.columns if of == oid]
            for place in _read_places(shape, columns):
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


def _read(connection: Connection, view: Object, known: Mapping[int, Object]) -> Read | None:
    """What a view reads, compiled once; None where that is gone, or it is no bound view."""
    if view.kind != "view" or not view.columns:
        return None
    kept = connection.warehouse.read_by_views
    text = view.body | {"owner": view.owner}
    found = kept.get(view.oid)
    if not found or found.text != text or found.shapes != _shapes(found.shapes, known):
        found = kept[view.oid] = _compiled(connection, view, text, known)
    return found


def _compiled(
    connection: Connection, view: Object, text: dict[str, Any], known: Mapping[int, Object]
) -> Read | None:
    from labkit.cloud.redshift.warehouse.names import Names

    try:
        compiled = Names(connection).compile_view(view)
    except RedshiftError:
        return None
    return Read(text, _shapes(compiled.oids, known), compiled.columns)


def _shapes(oids: Iterable[int], known: Mapping[int, Object]) -> Shapes:
    return {oid: _names(known[oid]) if oid in known else [] for oid in oids}


def _names(one: Object) -> list[str]:
    names = [column.name for column in one.columns]
    return [f"c{at}" for at in range(len(names))] if one.kind == "view" else names


def _read_places(names: list[str], columns: list[str]) -> list[int]:
    """The numbers of a relation's columns that are read; 0 for the relation where none is."""
    return sorted(names.index(each) + 1 for each in columns if each in names) or [0]

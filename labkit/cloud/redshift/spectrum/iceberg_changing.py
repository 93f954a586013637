"""``UPDATE`` and ``DELETE`` of Iceberg tables: files that hold rows to change are written anew.

The files are found first, then their rows are read once more, with what becomes of each. What
another writer commits meanwhile to any row makes the statement fail. Source:
https://docs.aws.amazon.com/redshift/latest/dg/iceberg-writes-sql-syntax.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pyiceberg.expressions import AlwaysTrue
from sqlglot import exp

from labkit.cloud.engine import Column
from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.errors import RedshiftError, no_column, unsupported
from labkit.cloud.engine.redshift.select import refuse_others
from labkit.cloud.iceberg.commits import replace
from labkit.cloud.iceberg.planning import Planned, plan
from labkit.cloud.iceberg.table import load
from labkit.cloud.iceberg.types import columns_of
from labkit.cloud.lake.definitions import parameters_of, table_type_of
from labkit.cloud.redshift.spectrum.iceberg import ICEBERG, values, writing_rows
from labkit.cloud.redshift.spectrum.places import Place, place_of
from labkit.cloud.redshift.spectrum.words import spectrum_words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.registry import Parsed, Result
from labkit.cloud.redshift.warehouse.statements.changes import CHANGERS

_PATH = "$path"


def changer(connection: Connection, name: tuple[str, ...]) -> Callable[..., Result] | None:
    """How an UPDATE or DELETE of an external table goes; None for a table of the warehouse."""
    place = place_of(connection, name)
    if place is None:
        return None
    return lambda tree, parsed: _change(connection, place, tree, parsed)


def _change(connection: Connection, place: Place, tree: exp.Expr, parsed: Parsed) -> Result:
    said = "UPDATE" if isinstance(tree, exp.Update) else "DELETE"
    definition = place.found()
    if table_type_of(parameters_of(definition)) != ICEBERG:
        raise unsupported(f"{said} of external tables that are not Iceberg's")
    refuse_others(tree, {"this", "expressions", "where"}, f"in {said} of an Iceberg table")
    connection.check_no_block(f"{said} of an Iceberg table")
    if found := place.owned:
        grants.check_owner(connection, found)
    place.allow("UpdateTable")
    with spectrum_words(connection, place.schema):
        place.catalog.metastore.check_table(said, place.schema.database, place.name)
        table = load(place.catalog, definition)
        columns = columns_of(table.schema())
    where = tree.args.get("where")
    test = where.this if where else exp.true()
    target, path = tree.this, exp.column(_PATH, quoted=True)
    reading = _Reading(connection, parsed, target)
    affected = reading.rows(reading.query([path], test, distinct=True))
    uris = [uri for (uri,) in affected]
    if not uris:
        return Result(f"{said} 0", count=0)
    files = _files(connection, place, table, uris)
    within = exp.In(this=path.copy(), expressions=[exp.Literal.string(uri) for uri in uris])
    count = reading.count(reading.query([path], exp.and_(within, test)))
    if said == "DELETE":
        kept = _case(test, exp.false(), exp.true())
        query = reading.query(_shown(columns, {}, test), exp.and_(within, kept))
    else:
        query = reading.query(_shown(columns, _assigned(tree, columns, place), test), within)
    with writing_rows(connection, place, table.metadata, values(columns, columns, query)) as writer:
        replace(table, files, writer.files, AlwaysTrue())
    return Result(f"{said} {count}", count=count)


class _Reading:
    """Queries of a statement's table."""

    def __init__(self, connection: Connection, parsed: Parsed, target: exp.Expr) -> None:
        self._connection, self._parsed, self._target = connection, parsed, target

    def query(
        self, shown: Sequence[exp.Expr], test: exp.Expr, *, distinct: bool = False
    ) -> Compiled:
        """A query of the rows that meet a test."""
        tree = exp.Select(
            expressions=[each.copy() for each in shown],
            from_=exp.From(this=self._target.copy()),
            where=exp.Where(this=test.copy()),
            distinct=exp.Distinct() if distinct else None,
        )
        return compile_query(tree, Names(self._connection), parameters=self._parsed.parameters)

    def count(self, query: Compiled) -> int:
        """How many rows it has."""
        sql = f"SELECT count(*) FROM ({query.sql})"
        ((count,),) = self._connection.duck.execute(sql).fetchall()
        return int(count)

    def rows(self, query: Compiled) -> list[tuple[Any, ...]]:
        """Its rows."""
        return self._connection.duck.execute(query.sql).fetchall()


def _files(connection: Connection, place: Place, table: Any, uris: Sequence[str]) -> list[Planned]:
    """The files of these addresses.

    Raises:
        RedshiftError: another writer has put others in their place.
    """
    with spectrum_words(connection, place.schema):
        known = plan(table, table.current_snapshot())
    found = [each for each in known if each.file.file_path in set(uris)]
    if len(found) < len(uris):
        raise RedshiftError("Iceberg table was changed by a concurrent transaction", "40001")
    return found


def _assigned(tree: exp.Expr, columns: Sequence[Column], place: Place) -> dict[str, exp.Expr]:
    known = {column.name for column in columns}
    found: dict[str, exp.Expr] = {}
    for each in tree.expressions:
        name = each.this.name.lower()
        if name not in known:
            raise no_column(name, place.name)
        if name in found:
            raise RedshiftError(f'multiple assignments to same column "{name}"', "42601")
        found[name] = each.expression
    return found


def _shown(
    columns: Sequence[Column], assigned: dict[str, exp.Expr], test: exp.Expr
) -> list[exp.Expr]:
    shown: list[exp.Expr] = []
    for column in columns:
        own: exp.Expr = exp.column(column.name, quoted=True)
        value = assigned.get(column.name)
        if value is not None:
            own = _case(test, value, own)
        shown.append(exp.alias_(own, column.name, quoted=True))
    return shown


def _case(test: exp.Expr, value: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
    """One value where a test holds, another where it does not, or is unknown."""
    return exp.Case(ifs=[exp.If(this=test.copy(), true=value.copy())], default=otherwise)


CHANGERS.append(changer)

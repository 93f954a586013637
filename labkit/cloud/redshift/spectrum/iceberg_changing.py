"""``UPDATE`` and ``DELETE`` of Iceberg tables, and what ``MERGE`` has in common with them.

Files that hold rows to change are written anew: they are found first, then their rows are read once
more, with what becomes of each. What another writer commits meanwhile to any row makes the
statement fail. Source: https://docs.aws.amazon.com/redshift/latest/dg/iceberg-writes-sql-syntax.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
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
from labkit.cloud.iceberg.writing import Writer
from labkit.cloud.lake.definitions import parameters_of, table_type_of
from labkit.cloud.redshift.spectrum.iceberg import ICEBERG, values, writing_rows
from labkit.cloud.redshift.spectrum.places import Place, place_of
from labkit.cloud.redshift.spectrum.words import spectrum_words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.registry import Parsed, Result
from labkit.cloud.redshift.warehouse.statements.changes import CHANGERS

PATH = "$path"
#: How a MERGE goes.
MERGERS: list[Callable[[Changing, exp.Expr], Result]] = []


def changer(connection: Connection, name: tuple[str, ...]) -> Callable[..., Result] | None:
    """How an UPDATE or DELETE of an external table goes; None for a table of the warehouse."""
    place = place_of(connection, name)
    if place is None:
        return None
    return lambda tree, parsed: _change(connection, place, tree, parsed)


def _change(connection: Connection, place: Place, tree: exp.Expr, parsed: Parsed) -> Result:
    said = tree.key.upper()
    definition = place.found()
    if table_type_of(parameters_of(definition)) != ICEBERG:
        raise unsupported(f"{said} of external tables that are not Iceberg's")
    connection.check_no_block(f"{said} of an Iceberg table")
    if found := place.owned:
        grants.check_owner(connection, found)
    place.allow("UpdateTable")
    with spectrum_words(connection, place.schema):
        place.catalog.metastore.check_table(said, place.schema.database, place.name)
        table = load(place.catalog, definition)
        columns = columns_of(table.schema())
    changing = Changing(connection, place, table, columns, parsed)
    if isinstance(tree, exp.Merge):
        return MERGERS[0](changing, tree)
    return _in_place(changing, tree, said)


@dataclass(frozen=True)
class Changing:
    """A statement that changes an Iceberg table.

    Args:
        place: of the table.
        table: as pyiceberg has it.
        columns: the table's.
        parsed: the statement.
    """

    connection: Connection
    place: Place
    table: Any
    columns: Sequence[Column]
    parsed: Parsed

    def is_table(self, name: tuple[str, ...]) -> bool:
        """Whether a name is that of the table."""
        found = place_of(self.connection, name)
        own = self.place.schema, self.place.name
        return found is not None and (found.schema, found.name) == own

    def compiled(self, tree: exp.Query) -> Compiled:
        """A query as the engine runs it."""
        return compile_query(tree, Names(self.connection), parameters=self.parsed.parameters)

    def count(self, query: Compiled) -> int:
        """How many rows it has."""
        sql = f"SELECT count(*) FROM ({query.sql})"
        ((count,),) = self.connection.duck.execute(sql).fetchall()
        return int(count)

    def rows(self, query: Compiled) -> list[tuple[Any, ...]]:
        """Its rows."""
        return self.connection.duck.execute(query.sql).fetchall()

    def files(self, uris: Sequence[str]) -> list[Planned]:
        """The files of these addresses.

        Raises:
            RedshiftError: another writer has put others in their place.
        """
        with spectrum_words(self.connection, self.place.schema):
            known = plan(self.table, self.table.current_snapshot())
        found = [each for each in known if each.file.file_path in set(uris)]
        if len(found) < len(uris):
            raise RedshiftError("Iceberg table was changed by a concurrent transaction", "40001")
        return found

    def writing(self, sql: str) -> AbstractContextManager[Writer]:
        """While open, the writer of a query's rows."""
        return writing_rows(self.connection, self.place, self.table.metadata, sql)


def _in_place(changing: Changing, tree: exp.Expr, said: str) -> Result:
    refuse_others(tree, {"this", "expressions", "where"}, f"in {said} of an Iceberg table")
    columns, where = changing.columns, tree.args.get("where")
    test = where.this if where else exp.true()
    path = exp.column(PATH, quoted=True)

    def query(shown: Sequence[exp.Expr], test: exp.Expr) -> exp.Select:
        return exp.select(*(e.copy() for e in shown)).from_(tree.this.copy()).where(test.copy())

    uris = [uri for (uri,) in changing.rows(changing.compiled(query([path], test).distinct()))]
    if not uris:
        return Result(f"{said} 0", count=0)
    files = changing.files(uris)
    within = path.isin(*uris)
    count = changing.count(changing.compiled(query([path], exp.and_(within, test))))
    if said == "DELETE":
        kept = _case(test, exp.false(), exp.true())
        left = query(_shown(columns, {}, test), exp.and_(within, kept))
    else:
        changes = assigned(tree, columns, changing.place)
        left = query(_shown(columns, changes, test), within)
    with changing.writing(values(columns, columns, changing.compiled(left))) as writer:
        replace(changing.table, files, writer.files, AlwaysTrue())
    return Result(f"{said} {count}", count=count)


def assigned(tree: exp.Expr, columns: Sequence[Column], place: Place) -> dict[str, exp.Expr]:
    """What SET gives the columns that it names."""
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

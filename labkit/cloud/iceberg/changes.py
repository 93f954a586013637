"""``DELETE``, ``UPDATE`` and ``MERGE``: copy-on-write.

A statement becomes one query that says which rows change, by file and place in it, and what becomes
of them. The files that hold such rows are written anew without them, the new rows beside, and one
commit puts the new files in the old ones' place. Sources:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-delete.html and
https://docs.aws.amazon.com/athena/latest/ug/merge-into-statement.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from labkit.cloud.athena.output import explained
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.statements.tables import handles
from labkit.cloud.engine import Column, Compiled, QueryFailed, compile_query
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.errors import quoted_name
from labkit.cloud.engine.trino.library import can_coerce, coerce
from labkit.cloud.engine.trino.parse_change import Delete, Merge, Update, When
from labkit.cloud.iceberg.catalog import ICEBERG
from labkit.cloud.iceberg.create import rows_result
from labkit.cloud.iceberg.planning import Planned, plan
from labkit.cloud.iceberg.reading import PATH, POSITION
from labkit.cloud.iceberg.table import ChangedTable
from labkit.cloud.iceberg.writing import append, replace, writing
from labkit.cloud.lake import GlueCatalog
from labkit.cloud.metastore import Definition

_TARGET, _KEPT = "$target", "$kept"
_NULL = tree.Literal(0, 0, "null", "NULL")


@handles(ICEBERG, "DELETE")
def delete(run: Run, definition: Definition, said: Delete) -> Result:
    """Rows that meet the condition go."""
    target = Target(run, definition, said.parts[-1])
    query = target.query(target.place, target.relation, said.where)
    nothing = ", ".join(
        f"CAST(NULL AS {c.type.duckdb}) AS {quoted_name(c.name)}" for c in target.columns
    )
    return rows_result(run, target.change(query, f"false AS {_name(_KEPT)}, {nothing}"))


@handles(ICEBERG, "UPDATE")
def update(run: Run, definition: Definition, said: Update) -> Result:
    """Rows that meet the condition get other values."""
    target = Target(run, definition, said.parts[-1])
    _check_names(said.columns, target.columns, "The UPDATE SET target column {} doesn't exist")
    items = [*target.place, *target.own, *said.values]
    query = target.query(items, target.relation, said.where)
    first = 2 + len(target.columns)
    mismatch = "UPDATE table column types don't match SET expressions"
    values = _fitted(said.columns, target.columns, query, first, mismatch)
    shown = ", ".join(
        f"{values.get(column.name, f'q{2 + at}')} AS {quoted_name(column.name)}"
        for at, column in enumerate(target.columns)
    )
    return rows_result(run, target.change(query, f"true AS {_name(_KEPT)}, {shown}"))


@handles(ICEBERG, "MERGE")
def merge(run: Run, definition: Definition, said: Merge) -> Result:
    """Rows change by what a source's rows say."""
    target = Target(run, definition, said.alias)
    kind = "inner" if all(when.matched for when in said.whens) else "left"
    source = tree.Join(0, 0, kind, said.source, target.relation, said.on)
    applying = [_applies(target, when) for when in said.whens]
    chosen = _case([(condition, _number(at)) for at, condition in enumerate(applying)])
    items = [*target.place, chosen, *target.own]
    for at, when in enumerate(said.whens):
        _check_names(when.columns, target.columns, "Merge column name does not exist in target "
                     "table: {}")  # fmt: skip
        before: list[tuple[tree.Expression, tree.Expression]] = [
            (condition, _NULL) for condition in applying[:at]
        ]
        items += [_case([*before, (applying[at], value)]) for value in when.values]
    query = target.query(items, source, None)
    return rows_result(run, target.change(query, _merged(said.whens, target, query), "q2"))


def _merged(whens: Sequence[When], target: Target, query: Compiled) -> str:
    """SQL of whether a row is kept, and of its columns, by the clause that applies to it."""
    first = 3 + len(target.columns)
    own = {column.name: f"q{3 + at}" for at, column in enumerate(target.columns)}
    cases: dict[str, list[str]] = {column.name: [] for column in target.columns}
    for number, when in enumerate(whens):
        names = when.columns
        if when.action == "INSERT" and not names:
            names = tuple(cases)
        mismatch = f"MERGE table column types don't match for MERGE case {number}, SET expressions"
        values = _fitted(names, target.columns, query, first, mismatch, len(when.values))
        rest = own if when.action == "UPDATE" else {}
        for name, found in cases.items():
            found.append(f"WHEN {number} THEN {values.get(name) or rest.get(name, 'NULL')}")
        first += len(when.values)
    deletes = [str(at) for at, when in enumerate(whens) if when.action == "DELETE"]
    kept = f"q2 NOT IN ({', '.join(deletes)})" if deletes else "true"
    shown = ", ".join(
        f"CAST(CASE q2 {' '.join(cases[c.name])} END AS {c.type.duckdb}) AS {quoted_name(c.name)}"
        for c in target.columns
    )
    return f"{kept} AS {_name(_KEPT)}, {shown}"


class Target:
    """The table that a statement changes, pinned to the snapshot that the statement saw.

    Args:
        run: the statement.
        definition: the table's catalog entry.
        alias: what the statement calls it.
    """

    def __init__(self, run: Run, definition: Definition, alias: str) -> None:
        self.run, self.alias = run, alias
        self.source = ChangedTable(run.catalog, definition)
        self.columns = self.source.columns

    @property
    def relation(self) -> tree.Relation:
        return tree.Aliased(0, 0, tree.Table(0, 0, (_TARGET,)), self.alias, ())

    @property
    def place(self) -> list[tree.Expression]:
        """A row's file and place in it."""
        return [self.column(PATH), self.column(POSITION)]

    @property
    def own(self) -> list[tree.Expression]:
        """A row's columns."""
        return [self.column(column.name) for column in self.columns]

    def column(self, name: str) -> tree.Expression:
        return tree.Dereference(0, 0, tree.Identifier(0, 0, self.alias), name)

    def query(
        self,
        items: Iterable[tree.Expression],
        source: tree.Relation,
        where: tree.Expression | None,
    ) -> Compiled:
        """Compile a query over the table; ``q0``, ``q1``... are its columns."""
        listed = tuple(tree.Item(0, 0, value, f"q{at}") for at, value in enumerate(items))
        select = tree.Select(0, 0, listed, False, source, where, None, None, ())
        catalog: Any = _WithTarget(self.run.catalog, self.source)
        return compile_query(
            tree.Query(0, 0, select), catalog, parameters=self.run.parameters, text=self.run.text
        )

    def change(self, query: Compiled, values: str, applies: str | None = None) -> int:
        """Put other rows in place of those that a query finds.

        Args:
            query: its first columns are a row's file and place.
            values: SQL over ``q0``... of ``$kept`` and the table's columns.
            applies: SQL of what is not NULL for rows that change, where not all do.

        Returns:
            How many rows were changed.
        """
        where = f" WHERE {applies} IS NOT NULL" if applies else ""
        with explained(self.run), failures():
            self._execute(
                f"CREATE OR REPLACE TEMP TABLE changes AS SELECT q0 AS {_name(PATH)}, "
                f"q1 AS {_name(POSITION)}, {values} FROM ({self.run.session.sql(query)}){where}"
            )
        self._check_once()
        count = self._execute("SELECT count(*) FROM changes").fetchall()[0][0]
        if count:
            self._rewrite()
        return int(count)

    def affected(self) -> list[Planned]:
        """The files that hold rows of ``changes``."""
        found = self._execute(f"SELECT DISTINCT {_name(PATH)} FROM changes").fetchall()
        uris = {uri for (uri,) in found}
        files = plan(self.source.table, self.source.snapshot)
        return [each for each in files if each.file.file_path in uris]

    def _rewrite(self) -> None:
        table, affected = self.source.table, self.affected()
        names = [column.name for column in self.columns]
        shown = ", ".join(map(quoted_name, names))
        sql = f"SELECT {shown} FROM changes WHERE {_name(_KEPT)}"
        if affected:
            rest = self.source.read(affected, [*names, PATH, POSITION], charged=False)
            same = " AND ".join(f"f.{_name(n)} = c.{_name(n)}" for n in (PATH, POSITION))
            sql += (
                f" UNION ALL SELECT {shown} FROM ({rest}) AS f "
                f"WHERE NOT EXISTS (SELECT 1 FROM changes AS c WHERE {same})"
            )
        with writing(self.run, table.metadata) as writer:
            added = writer.write(sql)
            if affected:
                replace(table, [each.file for each in affected], added)
            else:
                append(table.transaction(), added)

    def _check_once(self) -> None:
        places = f"{_name(PATH)}, {_name(POSITION)}"
        twice = (
            f"SELECT 1 FROM changes WHERE {_name(POSITION)} IS NOT NULL GROUP BY {places} "
            "HAVING count(*) > 1 LIMIT 1"
        )
        if self._execute(twice).fetchall():
            raise QueryFailed(
                "MERGE_TARGET_ROW_MULTIPLE_MATCHES",
                "One MERGE target table row matched more than one source row",
            )

    def _execute(self, sql: str) -> Any:
        return self.run.session.connection.execute(sql)


class _WithTarget:
    """A catalog in which the changed table has one more name, under which rows have places."""

    def __init__(self, catalog: GlueCatalog, target: ChangedTable) -> None:
        self.catalog, self.target = catalog, target
        self.name, self.database = catalog.name, catalog.database
        self.databases, self.tables = catalog.databases, catalog.tables

    def resolve(self, parts: tuple[str, ...]) -> Any:
        return self.target if parts[-1] == _TARGET else self.catalog.resolve(parts)


def _fitted(
    names: Sequence[str],
    columns: Sequence[Column],
    query: Compiled,
    first: int,
    mismatch: str,
    count: int | None = None,
) -> dict[str, str]:
    """SQL of the values for these columns, as the columns' types."""
    known = {column.name: column for column in columns}
    wanted = [known[name].type for name in names]
    count = len(names) if count is None else count
    given = [column.type for column in query.columns[first : first + count]]
    fitting = len(wanted) == len(given) and all(
        can_coerce(g, w) or g.base == w.base in ("timestamp", "timestamptz")
        for g, w in zip(given, wanted, strict=True)
    )
    if not fitting:
        raise QueryFailed(
            "TYPE_MISMATCH",
            f"{mismatch}: Table: [{', '.join(map(str, wanted))}], "
            f"Expressions: [{', '.join(map(str, given))}]",
            1,
            1,
        )
    return {
        name: coerce(f"q{first + at}", kind, target)
        for at, (name, kind, target) in enumerate(zip(names, given, wanted, strict=True))
    }


def _check_names(names: Sequence[str], columns: Sequence[Column], missing: str) -> None:
    known = {column.name for column in columns}
    for at, name in enumerate(names):
        if name not in known:
            raise QueryFailed("COLUMN_NOT_FOUND", missing.format(name), 1, 1)
        if name in names[:at]:
            raise QueryFailed(
                "DUPLICATE_COLUMN_NAME", f"Column name is specified more than once: {name}", 1, 1
            )


def _applies(target: Target, when: When) -> tree.Expression:
    """Whether a clause is for a row: matched or not, and its condition."""
    missing = tree.IsNull(0, 0, target.column(POSITION))
    side: tree.Expression = tree.Not(0, 0, missing) if when.matched else missing
    if when.condition is None:
        return side
    return tree.Logical(0, 0, "AND", (side, when.condition))


def _case(whens: Sequence[tuple[tree.Expression, tree.Expression]]) -> tree.Expression:
    return tree.Case(0, 0, None, tuple(whens), None)


def _number(value: int) -> tree.Expression:
    return tree.Literal(0, 0, "integer", str(value))


def _name(hidden: str) -> str:
    return quoted_name(hidden)

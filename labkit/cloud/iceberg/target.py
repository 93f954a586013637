"""The table that a statement changes: which rows a query finds in it, and others in their place.

Files that hold such rows are written anew without them, the new rows beside, and one commit puts
the new files in the old ones' place. Source:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace as replaced
from typing import Any

from pyiceberg.expressions import AlwaysTrue, BooleanExpression

from labkit.cloud.athena.output import explained
from labkit.cloud.athena.run import Run
from labkit.cloud.engine import Column, Compiled, PartitionFilter, QueryFailed, compile_query
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.assignment import assignable, assigned
from labkit.cloud.iceberg.commits import replace
from labkit.cloud.iceberg.planning import Planned, plan
from labkit.cloud.iceberg.reading import PATH, POSITION
from labkit.cloud.iceberg.table import ChangedTable, IcebergTable
from labkit.cloud.iceberg.writing import writing
from labkit.cloud.lake.catalog import GlueCatalog
from labkit.cloud.lake.metastore import Definition

KEPT = "$kept"
_TARGET = "$target"


class Target:
    """The table that a statement changes, pinned to the snapshot that the statement saw.

    Args:
        run: the statement.
        definition: the table's catalog entry.
        alias: what the statement calls it.
    """

    def __init__(self, run: Run, definition: Definition, alias: str) -> None:
        self.run, self.alias = run, alias
        self.parts = (_TARGET, str(definition["DatabaseName"]), str(definition["Name"]))
        self.source = ChangedTable(run.catalog, definition)
        self.columns = self.source.columns

    @property
    def relation(self) -> tree.Relation:
        table = tree.Table(0, 0, self.parts)
        return table if self.alias == self.parts[-1] else tree.Aliased(0, 0, table, self.alias, ())

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
        self, items: Iterable[tree.Expression], source: tree.Relation, where: tree.Expression | None
    ) -> Compiled:
        """Compile a query over the table; ``q0``, ``q1``... are its columns."""
        listed = tuple(tree.Item(0, 0, value, f"q{at}") for at, value in enumerate(items))
        select = tree.Select(0, 0, listed, False, source, where, None, None, ())
        catalog: Any = _WithTarget(self.run.catalog, self.source)
        return compile_query(
            tree.Query(0, 0, select), catalog, parameters=self.run.parameters, text=self.run.text
        )

    def narrowed(self, query: Compiled, on: tree.Expression) -> Compiled:
        """The query of a join, which reads no file whose rows cannot meet the join's condition."""
        terms = on.terms if isinstance(on, tree.Logical) and on.op == "AND" else (on,)
        found: list[PartitionFilter] = []
        for term in terms:
            with suppress(QueryFailed):  # it speaks of the other side, too
                found += self.query(self.place, self.relation, term).scans[0].filters
        return replaced(
            query,
            scans=tuple(
                replaced(each, filters=(*each.filters, *found))
                if each.source is self.source
                else each
                for each in query.scans
            ),
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
        with explained(self.run), failures():
            found = f"({self.run.session.sql(query)})"
            if applies:
                self._execute(f"CREATE OR REPLACE TEMP TABLE joined AS {found}")
                self._check_once("joined", "q0", "q1", f"{applies} IS NULL")
                found = f"joined WHERE {applies} IS NOT NULL"
            self._execute(
                f"CREATE OR REPLACE TEMP TABLE changes AS SELECT q0 AS {quoted_name(PATH)}, "
                f"q1 AS {quoted_name(POSITION)}, {values} FROM {found}"
            )
        self._check_once("changes", quoted_name(PATH), quoted_name(POSITION))
        count = self._execute("SELECT count(*) FROM changes").fetchall()[0][0]
        if count:
            self._rewrite(query)
        return int(count)

    def affected(self) -> list[Planned]:
        """The files that hold rows of ``changes``."""
        found = self._execute(f"SELECT DISTINCT {quoted_name(PATH)} FROM changes").fetchall()
        uris = {uri for (uri,) in found}
        files = plan(self.source.table, self.source.snapshot)
        return [each for each in files if each.file.file_path in uris]

    def _rewrite(self, query: Compiled) -> None:
        table, affected = self.source.table, self.affected()
        names = [column.name for column in self.columns]
        shown = ", ".join(map(quoted_name, names))
        sql = f"SELECT {shown} FROM changes WHERE {quoted_name(KEPT)}"
        if affected:
            rest = self.source.read(affected, [*names, PATH, POSITION], charged=False)
            same = " AND ".join(
                f'"$rest".{quoted_name(n)} = "$gone".{quoted_name(n)}' for n in (PATH, POSITION)
            )
            sql += (
                f' UNION ALL SELECT {shown} FROM ({rest}) AS "$rest" '
                f'WHERE NOT EXISTS (SELECT 1 FROM changes AS "$gone" WHERE {same})'
            )
        with writing(self.run, table.metadata) as writer:
            added = writer.write(sql)
            replace(table, affected, added, self._read(query))

    def _read(self, query: Compiled) -> BooleanExpression:
        """What the table's rows meet that a query reads: all, where it reads the table again."""
        others = [scan.source for scan in query.scans if scan.source is not self.source]
        own = self.source.table.metadata.table_uuid
        again = any(
            isinstance(t, IcebergTable) and t.table.metadata.table_uuid == own for t in others
        )
        return AlwaysTrue() if again else self.source.condition

    def _check_once(self, rows: str, file: str, place: str, condition: str = "true") -> None:
        """No row of the table is there twice; in ``MERGE`` of those that no clause is for, too.

        Source: ``MarkDistinctNode`` of ``QueryPlanner`` in https://github.com/trinodb/trino
        """
        twice = (
            f"SELECT 1 FROM {rows} WHERE {place} IS NOT NULL AND {condition} "
            f"GROUP BY {file}, {place} HAVING count(*) > 1 LIMIT 1"
        )
        if self._execute(twice).fetchall():
            raise QueryFailed(
                "MERGE_TARGET_ROW_MULTIPLE_MATCHES",
                "One MERGE target table row matched more than one source row",
            )

    def _execute(self, sql: str) -> Any:
        return self.run.session.connection.execute(sql)


class _WithTarget:
    """Beside the catalog one in which the changed table stands, and its rows have places."""

    def __init__(self, catalog: GlueCatalog, target: ChangedTable) -> None:
        self.catalog, self.target = catalog, target
        self.name, self.database = catalog.name, catalog.database
        self.databases, self.tables = catalog.databases, catalog.tables

    def resolve(self, parts: tuple[str, ...]) -> Any:
        return self.target if parts[0] == _TARGET else self.catalog.resolve(parts)


def fitted(
    names: Sequence[str],
    columns: Sequence[Column],
    query: Compiled,
    first: int,
    mismatch: str,
    count: int | None = None,
) -> dict[str, str]:
    """SQL of the values for these columns, as the columns' types.

    Args:
        names: the columns to be set.
        columns: the table's.
        query: gives the values.
        first: which of its columns is the first value.
        mismatch: what the error says when the types do not fit.
        count: how many values there are, when the statement says so.

    Raises:
        QueryFailed: TYPE_MISMATCH.
    """
    known = {column.name: column for column in columns}
    wanted = [known[name].type for name in names]
    count = len(names) if count is None else count
    given = [column.type for column in query.columns[first : first + count]]
    fitting = len(wanted) == len(given) and all(
        assignable(g, w) for g, w in zip(given, wanted, strict=True)
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
        name: assigned(f"q{first + at}", kind, target)
        for at, (name, kind, target) in enumerate(zip(names, given, wanted, strict=True))
    }


def check_names(names: Sequence[str], columns: Sequence[Column], missing: str) -> None:
    """Refuse columns that a table does not have.

    Raises:
        QueryFailed: COLUMN_NOT_FOUND or DUPLICATE_COLUMN_NAME.
    """
    known = {column.name for column in columns}
    for at, name in enumerate(names):
        if name not in known:
            raise QueryFailed("COLUMN_NOT_FOUND", missing.format(name), 1, 1)
        if name in names[:at]:
            raise QueryFailed(
                "DUPLICATE_COLUMN_NAME", f"Column name is specified more than once: {name}", 1, 1
            )

"""``DELETE``, ``UPDATE`` and ``MERGE``: copy-on-write.

A statement becomes one query that says which rows change, by file and place in it, and what becomes
of them. The files that hold such rows are written anew without them, the new rows beside, and one
commit puts the new files in the old ones' place. Sources:
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-delete.html and
https://docs.aws.amazon.com/athena/latest/ug/merge-into-statement.html
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.statements.tables import handles
from labkit.cloud.engine import Compiled
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.parse_change import Delete, Merge, Update, When
from labkit.cloud.iceberg.catalog import ICEBERG
from labkit.cloud.iceberg.create import rows_result
from labkit.cloud.iceberg.reading import POSITION
from labkit.cloud.iceberg.target import KEPT, Target, check_names, fitted
from labkit.cloud.lake.metastore import Definition

_NULL = tree.Literal(0, 0, "null", "NULL")


@handles(ICEBERG, "DELETE")
def delete(run: Run, definition: Definition, said: Delete) -> Result:
    """Rows that meet the condition go."""
    target = Target(run, definition, said.parts[-1])
    query = target.query(target.place, target.relation, said.where)
    nothing = ", ".join(
        f"CAST(NULL AS {c.type.duckdb}) AS {quoted_name(c.name)}" for c in target.columns
    )
    return rows_result(run, target.change(query, f"false AS {quoted_name(KEPT)}, {nothing}"))


@handles(ICEBERG, "UPDATE")
def update(run: Run, definition: Definition, said: Update) -> Result:
    """Rows that meet the condition get other values."""
    target = Target(run, definition, said.parts[-1])
    check_names(said.columns, target.columns, "The UPDATE SET target column {} doesn't exist")
    items = [*target.place, *target.own, *said.values]
    query = target.query(items, target.relation, said.where)
    first = 2 + len(target.columns)
    mismatch = "UPDATE table column types don't match SET expressions"
    values = fitted(said.columns, target.columns, query, first, mismatch)
    shown = ", ".join(
        f"{values.get(column.name, f'q{2 + at}')} AS {quoted_name(column.name)}"
        for at, column in enumerate(target.columns)
    )
    return rows_result(run, target.change(query, f"true AS {quoted_name(KEPT)}, {shown}"))


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
        check_names(when.columns, target.columns, "Merge column name does not exist in target "
                     "table: {}")  # fmt: skip
        before: list[tuple[tree.Expression, tree.Expression]] = [
            (condition, _NULL) for condition in applying[:at]
        ]
        items += [_case([*before, (applying[at], value)]) for value in when.values]
    query = target.narrowed(target.query(items, source, None), said.on)
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
        values = fitted(names, target.columns, query, first, mismatch, len(when.values))
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
    return f"{kept} AS {quoted_name(KEPT)}, {shown}"


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

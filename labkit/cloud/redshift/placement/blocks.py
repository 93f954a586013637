"""The blocks of a table and their zone maps: what a filter need not read.

A column is kept in blocks of 1 MB, each with the least and the greatest of its values in memory; a
block that cannot hold what a filter looks for is not read. Blocks are counted here over the rows in
the order in which they are stored, before compression, so that rows put in order by VACUUM give
narrow blocks. An INTERLEAVED key counts as a compound one.
Source: https://docs.aws.amazon.com/redshift/latest/dg/t_Sorting_data.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.compile import compile_expression
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.scope import Field, Source
from labkit.cloud.redshift.placement import slices as placed
from labkit.cloud.redshift.placement.counting import counted
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

Block = tuple[int, int, int, object, object]


def rows_a_block(
    connection: Connection, table: Object, columns: Sequence[TableColumn]
) -> list[int]:
    """How many values of each column fill 1 MB."""
    count, sizes = placed.measured(connection, table, columns)
    each = (max(size / count, 1) if count else 1 for size in sizes)
    return [max(int(placed.BLOCK_BYTES / one), 1) for one in each]


def blocks_sql(connection: Connection, table: Object, column: TableColumn) -> str:
    """The zone map of a column: slice, block, rows, least and greatest value."""
    name, (step,) = quoted_name(column.name), rows_a_block(connection, table, [column])
    return (
        f"SELECT slice, block, count(*) AS rows, min(v) AS lo, max(v) AS hi FROM (SELECT slice, v, "
        f"(row_number() OVER (PARTITION BY slice ORDER BY place) - 1) // {step} AS block "
        f"FROM (SELECT {placed.slice_sql(connection, table)} AS slice, rowid AS place, {name} AS v "
        f"FROM {table.physical})) GROUP BY slice, block ORDER BY slice, block"
    )


def blocks(connection: Connection, table: Object, column: TableColumn) -> list[Block]:
    """The blocks of a column, as `blocks_sql` has them."""
    return connection.duck.execute(blocks_sql(connection, table, column)).fetchall()


def size_mb(connection: Connection, table: Object, spread: Sequence[int] = ()) -> int:
    """The blocks of a table: at least one a column on each slice that has rows.

    Args:
        spread: the rows of each slice, where they have been counted.
    """
    held = [rows for rows in spread or placed.spread(connection, table) if rows]
    found = len(held) * placed.HIDDEN_COLUMNS
    for step in rows_a_block(connection, table, table.columns):
        found += sum(math.ceil(rows / step) for rows in held)
    return found


def unsorted(connection: Connection, table: Object) -> float | None:
    """The percentage of rows that are out of order; None without a sort key or rows."""
    count = placed.rows_of(connection, table)
    if not table.body["sortkey"] or not count:
        return None
    return round(100 * sum(unsorted_rows(connection, table).values()) / count, 2)


def unsorted_rows(connection: Connection, table: Object) -> dict[int, int]:
    """The rows of each slice from the first one on that is out of order."""
    if not table.body["sortkey"]:
        return {}
    sql = (
        f"WITH placed AS (SELECT {placed.slice_sql(connection, table)} AS slice, rowid AS place, "
        f"row({_list(table.body['sortkey'])}) AS v FROM {table.physical}), "
        "steps AS (SELECT slice, place, v < lag(v) OVER (PARTITION BY slice ORDER BY place) "
        "AS back FROM placed), "
        "breaks AS (SELECT slice, min(place) AS place FROM steps WHERE back GROUP BY slice) "
        "SELECT slice, count(*) FROM placed JOIN breaks USING (slice) "
        "WHERE placed.place >= breaks.place GROUP BY slice"
    )
    return dict(connection.duck.execute(sql).fetchall())


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(quoted_name, names))


def sort(connection: Connection, table: Object) -> None:
    """Store a table's rows in the order of its sort key, as VACUUM does."""
    if table.kind != "table" or not table.body["sortkey"] or not unsorted(connection, table):
        return
    run, rows = connection.duck.execute, table.physical
    run(f"CREATE OR REPLACE TEMP TABLE vacuumed AS SELECT * FROM {rows} "
        f"ORDER BY {_list(table.body['sortkey'])}")  # fmt: skip
    run(f"DELETE FROM {rows}")
    run(f"INSERT INTO {rows} SELECT * FROM vacuumed")
    run("DROP TABLE vacuumed")


_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def scanned(connection: Connection, table: Object, filters: Sequence[exp.Expr]) -> int | None:
    """The rows of the blocks that filters leave to be read; None when all must be read."""
    keys = table.body["sortkey"]
    column = next((each for each in table.columns if keys and each.name == keys[0]), None)
    if column is None:
        return None
    tests = [test for each in filters if (test := _test(connection, column, each))]
    if not tests:
        return None
    sql = f"SELECT sum(rows) FROM ({blocks_sql(connection, table, column)}) z"
    found = counted(connection, f"{sql} WHERE {' AND '.join(tests)}")
    return int(found[0][0] or 0) * _copies(connection, table) if found else None


def _copies(connection: Connection, table: Object) -> int:
    whole = placed.style_of(connection, table) == "ALL"
    return connection.warehouse.state.nodes if whole else 1


def _test(connection: Connection, column: TableColumn, condition: exp.Expr) -> str:
    """What a block's least and greatest value must be like; nothing when that says nothing."""
    bounds = [Field(name, column.type, name) for name in ("lo", "hi")]
    try:
        tree = _on_bounds(column.name, condition.unnest())
        return compile_expression(tree, Names(connection), [Source("", bounds)]).sql if tree else ""
    except RedshiftError:
        return ""


def _on_bounds(name: str, node: exp.Expr) -> exp.Expr | None:
    low, high = exp.column("lo"), exp.column("hi")
    if node.args.get("negate"):
        return None
    if isinstance(node, exp.Between) and _is(node.this, name):
        first, last = node.args["low"], node.args["high"]
        if _fixed(first) and _fixed(last):
            return exp.and_(exp.GTE(this=high, expression=first.copy()),
                            exp.LTE(this=low, expression=last.copy()))  # fmt: skip
    if isinstance(node, exp.In) and _is(node.this, name) and all(map(_fixed, node.expressions)):
        return exp.or_(*(_between(each) for each in node.expressions)) if node.expressions else None
    sign = _COMPARISONS.get(type(node))
    if sign is None:
        return None
    column, value = node.this, node.expression
    if _is(value, name):
        column, value, sign = value, column, _TURNED[sign]
    if not _is(column, name) or not _fixed(value):
        return None
    if sign == "=":
        return _between(value)
    return _kind(sign)(this=low if sign[0] == "<" else high, expression=value.copy())


def _between(value: exp.Expr) -> exp.Expr:
    return exp.and_(exp.LTE(this=exp.column("lo"), expression=value.copy()),
                    exp.GTE(this=exp.column("hi"), expression=value.copy()))  # fmt: skip


def _kind(sign: str) -> type[exp.Expr]:
    return next(kind for kind, known in _COMPARISONS.items() if known == sign)


def _is(node: exp.Expr, name: str) -> bool:
    return isinstance(node, exp.Column) and node.name.lower() == name


def _fixed(node: exp.Expr) -> bool:
    """Whether a value has no column and no query in it."""
    return not list(node.find_all(exp.Column, exp.Query))

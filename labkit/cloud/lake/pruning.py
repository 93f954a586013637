"""Which partitions a query needs: conditions over keys, asked of the keys' values."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import sqlglot
from sqlglot import exp

from labkit.cloud.engine import Column, PartitionFilter
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.formats.partition import key_text
from labkit.cloud.engine.quoting import quoted_name

NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


def matching(
    session: Any,
    keys: Sequence[Column],
    rows: list[tuple[str, ...]],
    filters: Sequence[PartitionFilter],
) -> list[tuple[str, ...]]:
    """Those rows of key values that meet all filters that read only these keys."""
    names = {key.name for key in keys}
    conditions = [f.sql for f in filters if f.keys <= names]
    if not conditions or not rows:
        return rows
    columns = ", ".join(_key_sql(at, key) for at, key in enumerate(keys))
    where = " AND ".join(f"({condition})" for condition in conditions)
    listed = f'SELECT "$n", {columns} FROM "$keys"'
    sql = f'SELECT "$n" FROM ({listed}) WHERE {where} ORDER BY "$n"'
    with failures():
        session.connection.register("$keys", _texts(keys, rows))
        found = session.connection.execute(sql).fetchnumpy()["$n"]
        session.connection.unregister("$keys")
    return [rows[n] for n in found]


def _texts(keys: Sequence[Column], rows: list[tuple[str, ...]]) -> pa.Table:
    """The rows' numbers, and their values as DuckDB casts them."""
    columns = {"$n": pa.array(range(len(rows)), pa.int64())}
    for at, key in enumerate(keys):
        read = functools.cache(functools.partial(_read, key))
        columns[f"${at}"] = pa.array((read(row[at]) for row in rows), pa.string())
    return pa.table(columns)


def _read(key: Column, text: str) -> str | None:
    return None if text == NULL_PARTITION else key_text(text, key.type)


def _key_sql(at: int, key: Column) -> str:
    return f'TRY_CAST("${at}" AS {key.type.duckdb}) AS {quoted_name(key.name)}'


def equals(filters: Sequence[PartitionFilter]) -> list[str] | None:
    """The constants that a key must equal, where the conditions on it alone say so."""
    found = (_constants(sqlglot.parse_one(each.sql, dialect="duckdb")) for each in filters)
    return next((values for values in found if values is not None), None)


def _constants(tree: exp.Expr) -> list[str] | None:
    """What a column equals by ``=``, ``IN`` or both with ``OR``; None for any other condition."""
    tree = tree.unnest()
    if isinstance(tree, exp.Or):
        sides = [_constants(tree.left), _constants(tree.right)]
        values = dict.fromkeys(value for side in sides for value in side or ())
        return None if None in sides else list(values)
    if isinstance(tree, exp.EQ):
        column, constants = tree.left, [tree.right]
        if not isinstance(column.unnest(), exp.Column):
            column, constants = tree.right, [tree.left]
    elif isinstance(tree, exp.In):
        column, constants = tree.this, tree.expressions
    else:
        return None
    texts = [_text(each) for each in constants]
    if not isinstance(column.unnest(), exp.Column) or not texts or None in texts:
        return None
    return list(dict.fromkeys(text for text in texts if text is not None))


def _text(tree: exp.Expr) -> str | None:
    """A literal's text, also within a cast."""
    tree = tree.unnest()
    if isinstance(tree, exp.Cast):
        return _text(tree.this)
    return str(tree.this) if isinstance(tree, exp.Literal) else None

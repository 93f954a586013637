"""Which partitions a query needs: conditions over keys, asked of the keys' values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlglot

from labkit.cloud.engine import Column, PartitionFilter
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
    columns = ", ".join(_key_sql(at, key) for at, key in enumerate(keys, 1))
    numbered = "SELECT unnest(?) AS v, generate_subscripts(?, 1) AS n"
    where = " AND ".join(f"({condition})" for condition in conditions)
    sql = f"SELECT n FROM (SELECT n, {columns} FROM ({numbered})) WHERE {where} ORDER BY n"
    values = [list(row) for row in rows]
    found = session.connection.execute(sql, [values, values]).fetchall()
    return [rows[n - 1] for (n,) in found]


def _key_sql(at: int, key: Column) -> str:
    value = f"nullif(v[{at}], '{NULL_PARTITION}')"
    return f"TRY_CAST({value} AS {key.type.duckdb}) AS {quoted_name(key.name)}"


def equals(filters: Sequence[PartitionFilter], name: str) -> list[str] | None:
    """The constants that a key must equal, where the conditions say so."""
    for each in filters:
        tree = sqlglot.parse_one(each.sql, dialect="duckdb").unnest()
        literals = list(tree.find_all(sqlglot.exp.Literal))
        if isinstance(tree, sqlglot.exp.EQ | sqlglot.exp.In) and literals:
            return [str(e.this) for e in literals]
    return None

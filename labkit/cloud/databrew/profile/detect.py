"""Finds the columns that hold personal information.

With an ``EntityDetectorConfiguration`` every column of a profile has an ``entity``: empty, or with
``entityTypes`` and ``rowsCount``, the number of rows that hold any of them. So AWS's sample for
masking reads it; no page tells more. Strings are looked at, and integers for what is digits alone:
https://github.com/aws-samples/automating-pii-data-detection-and-data-masking-tasks-with-aws-glue-databrew-and-aws-step-functions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import duckdb

from labkit.cloud.databrew.profile.defaults import STRING
from labkit.cloud.databrew.profile.entities import ENTITIES, entity_types
from labkit.cloud.databrew.profile.tally import Column
from labkit.cloud.engine.trino.errors import quoted_text

_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_VALUES_AT_ONCE = 100_000


def detect(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    column: Column,
    names: Iterable[str],
    check: Callable[[], None],
) -> dict[str, Any]:
    """The column's ``entity``.

    Args:
        connection: where the rows are.
        rows: their table.
        column: the column.
        names: which entity types and groups to look for.
        check: called now and then; what it raises ends the work.
    """
    patterns = {n: p for n in entity_types(names) if (p := ENTITIES[n].pattern_in(column.name))}
    if not patterns or not (column.kind == STRING or column.type.base in _INTEGERS):
        return {}
    values = f"SELECT trim({column.sql}::VARCHAR) AS value FROM {rows} WHERE {column.present}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE texts AS {_matched(values, patterns)}")
    total = _number(connection, f"SELECT count(*) FROM ({values})")
    held = _held(connection, patterns, check)
    found = [name for name in patterns if _rows(held, {name}) >= ENTITIES[name].share * total > 0]
    if not found:
        return {}
    return {"entityTypes": found, "rowsCount": _rows(held, set(found))}


def _matched(values: str, patterns: dict[str, str]) -> str:
    """SQL of how often what matches; the values too where they are to be checked."""
    names = ", ".join(
        f"CASE WHEN regexp_full_match(value, {quoted_text(pattern)}) THEN {quoted_text(name)} END"
        for name, pattern in patterns.items()
    )
    grouped = f"SELECT value, count(*) AS times FROM ({values}) GROUP BY value"
    marked = f"SELECT value, times, list_filter([{names}], lambda x: x IS NOT NULL) AS names"
    checked = ", ".join(quoted_text(name) for name in patterns if ENTITIES[name].check)
    value = f"CASE WHEN list_has_any(names, [{checked}]::VARCHAR[]) THEN value END"
    return f"""SELECT {value} AS value, sum(times)::BIGINT AS times, names
        FROM ({marked} FROM ({grouped})) WHERE len(names) > 0 GROUP BY 1, 3"""


def _held(
    connection: duckdb.DuckDBPyConnection, patterns: dict[str, str], check: Callable[[], None]
) -> dict[frozenset[str], int]:
    """How many rows hold which types, after each type's own check."""
    held: dict[frozenset[str], int] = {}
    cursor = connection.execute("SELECT value, times, names FROM texts")
    while part := cursor.fetchmany(_VALUES_AT_ONCE):
        check()
        for value, times, names in part:
            kinds = frozenset(name for name in names if _passes(name, value))
            held[kinds] = held.get(kinds, 0) + times
    return held


def _passes(name: str, value: str) -> bool:
    check = ENTITIES[name].check
    return check is None or check(value)


def _rows(held: dict[frozenset[str], int], names: set[str]) -> int:
    return sum(times for kinds, times in held.items() if kinds & names)


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    [(number,)] = connection.execute(sql).fetchall()
    return int(number)

"""Finds the columns that hold personal information.

With an ``EntityDetectorConfiguration`` every column of a profile has an ``entity``: empty, or with
``entityTypes`` and ``rowsCount``, the number of rows that hold any of them. So AWS's sample for
masking reads it; no page tells more. Strings are looked at, and integers for what is digits alone:
https://github.com/aws-samples/automating-pii-data-detection-and-data-masking-tasks-with-aws-glue-databrew-and-aws-step-functions
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from typing import Any

import duckdb

from labkit.cloud.databrew.profile.entities import ENTITIES, entity_types
from labkit.cloud.engine.quoting import quoted_text

TEXTS = "profiled_texts"
"""The table of what matches: ``value``, ``times``, and the ``names`` of entity types."""
_VALUES_AT_ONCE = 100_000
_TIME_OF_DAY = r"[T ][0-9]{1,2}:[0-9:.]+ ?(?:Z|UTC|[+-][0-9:]+)?$"
"""What no check looks at, and what makes the values of a log different."""

Held = dict[frozenset[str], int]
"""How many rows hold which entity types."""


def detect(
    connection: duckdb.DuckDBPyConnection,
    texts: str,
    rows: int,
    column: str,
    names: Iterable[str],
    check: Callable[[], None],
) -> dict[str, Any]:
    """A column's ``entity``.

    Args:
        connection: where the values are.
        texts: a ``SELECT`` of each ``value`` as text, and ``times``.
        rows: how many rows have a value.
        column: the column's name.
        names: the entity types and groups to look for.
        check: called now and then; what it raises ends the work.
    """
    patterns = {name: p for name in entity_types(names) if (p := ENTITIES[name].pattern_in(column))}
    if not patterns:
        return {}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {TEXTS} AS {_matched(texts, patterns)}")
    likely = _enough(_unchecked(connection), patterns, rows)
    if not likely:
        return {}
    held = _checked(connection, likely, check)
    found = _enough(held, likely, rows)
    return {"entityTypes": found, "rowsCount": _rows(held, found)} if found else {}


def _matched(texts: str, patterns: dict[str, str]) -> str:
    """SQL of what matches. A pattern of all comes first, for most values match none of them."""
    names = ", ".join(
        f"CASE WHEN regexp_full_match(value, {quoted_text(pattern)}) THEN {quoted_text(name)} END"
        for name, pattern in patterns.items()
    )
    any_of_all = quoted_text("|".join(f"(?:{pattern})" for pattern in patterns.values()))
    return f"""
        SELECT regexp_replace(value, {quoted_text(_TIME_OF_DAY)}, '') AS value,
            list_filter([{names}], lambda name: name IS NOT NULL) AS names,
            sum(times)::BIGINT AS times
        FROM ({texts}) WHERE regexp_full_match(value, {any_of_all}) GROUP BY ALL"""


def _unchecked(connection: duckdb.DuckDBPyConnection) -> Held:
    """What the patterns alone say."""
    grouped = f"SELECT names, sum(times)::BIGINT FROM {TEXTS} GROUP BY names"
    return {frozenset(n): times for n, times in connection.execute(grouped).fetchall()}


def _checked(
    connection: duckdb.DuckDBPyConnection, likely: Collection[str], check: Callable[[], None]
) -> Held:
    """What is left of some types after each one's check, which sees the different values."""
    asked = ", ".join(quoted_text(name) for name in likely if ENTITIES[name].check)
    seen = f"CASE WHEN list_has_any(names, [{asked}]::VARCHAR[]) THEN value END"
    grouped = f"SELECT {seen} AS seen, names, sum(times)::BIGINT FROM {TEXTS} GROUP BY ALL"
    held: Held = {}
    with closing(connection.sql(grouped).to_arrow_reader(_VALUES_AT_ONCE)) as reader:
        for batch in reader:
            check()
            for value, names, times in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                kinds = frozenset(n for n in names if n in likely and _passes(n, value))
                held[kinds] = held.get(kinds, 0) + times
    return held


def _passes(name: str, value: str) -> bool:
    check = ENTITIES[name].check
    return check is None or check(value)


def _enough(held: Held, names: Iterable[str], rows: int) -> list[str]:
    """The types that so many of the rows hold that the column holds them."""
    return [n for n in names if _rows(held, [n]) >= ENTITIES[n].share * rows > 0]


def _rows(held: Held, names: Iterable[str]) -> int:
    """How many rows hold any of the types."""
    wanted = set(names)
    return sum(times for kinds, times in held.items() if kinds & wanted)

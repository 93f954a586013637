"""The casts by their two types, and what every cast needs: its errors, and the value beneath.

Source: https://trino.io/docs/current/functions/conversion.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

from labkit.cloud.engine.trino.errors import MARK
from labkit.cloud.engine.trino.once import once
from labkit.cloud.engine.types import UNKNOWN, Type

Render = Callable[[str, Type, Type], str]


#: How a value of the one type becomes one of the other.
CASTS: dict[tuple[str, str], Render] = {}
#: The same with NULL in place of most errors: DuckDB catches one in a thousandth of a second.
TRIED: dict[tuple[str, str], Render] = {}


def register(sources: Iterable[str], targets: Iterable[str], render: Render) -> None:
    """Give each pair of types its cast."""
    CASTS.update(dict.fromkeys(product(sources, targets), render))


class CastRefused(TypeError):
    """A pair of types without a cast. ``args`` are the two types."""

    code = "TYPE_MISMATCH"

    def __str__(self) -> str:
        return f"Cannot cast {self.args[0].display} to {self.args[1].display}"


def cast(sql: str, source: Type, target: Type, *, tried: bool = False) -> str:
    """DuckDB SQL of ``CAST(value AS target)``.

    Args:
        tried: a TRY stands around it, so that it may give NULL in place of an error.

    Raises:
        CastRefused: Trino has no such cast.
    """
    if source == target:
        return sql
    if source == UNKNOWN:
        return f"CAST(NULL AS {target.duckdb})"
    render = CASTS.get((source.base, target.base))
    if tried:
        render = TRIED.get((source.base, target.base), render)
    if render is None:
        raise CastRefused(source, target)
    return once(lambda value: render(value, source, target), sql)


def failure_of(sql: str, text: str, code: str = "INVALID_CAST_ARGUMENT") -> str:
    """An error that shows the value, which stands as ``#`` in the text."""
    before, _, after = f"{MARK}:{code}: {text}".replace("'", "''").partition("#")
    return f"error('{before}' || {sql} || '{after}')"


def or_fails(sql: str, tried: str, failure: str) -> str:
    """What came of trying; only of NULL may that be NULL."""
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE coalesce({tried}, {failure}) END"


def plain(sql: str, source: Type, target: Type) -> str:
    """The cast that DuckDB does alike."""
    return f"CAST({sql} AS {target.duckdb})"


def spelled(kind: Type) -> str:
    """A type in an error's words: ``DECIMAL(10, 2)``, ``INT``."""
    return "INT" if kind.base == "integer" else str(kind).upper().replace(",", ", ")

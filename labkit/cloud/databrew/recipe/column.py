"""A column in the middle of a recipe: its value as SQL of a text, a number or a condition.

DataBrew's missing values are NULL and the empty text:
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-quality.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labkit.cloud.engine.nested import EACH
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import Type

WHOLE = ("tinyint", "smallint", "integer", "bigint")
FLOATS = ("real", "double")
NUMBERS = (*WHOLE, *FLOATS, "decimal")
#: A number in a text. DuckDB's casts read more: ``1_000`` and ``inf``.
PLAIN_NUMBER = r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"


@dataclass(frozen=True)
class Column:
    """A column of a relation."""

    name: str
    type: Type

    @property
    def sql(self) -> str:
        """The column in an expression: its quoted name."""
        return quoted_name(self.name)

    @property
    def text(self) -> str:
        """SQL of the value as text."""
        return self.sql if self.is_text else as_text(self.sql, self.type)

    @property
    def number(self) -> str:
        """SQL of the value as a number: a text that is none is NULL."""
        if self.is_number:
            return self.sql
        plain = f"regexp_full_match({self.text}, '{PLAIN_NUMBER}')"
        return f"CASE WHEN {plain} THEN TRY_CAST({self.text} AS DOUBLE) END"

    @property
    def compared(self) -> str:
        """SQL of the value as a number to compare: a float's is the one that it is written as."""
        shown = f"CAST({self.text} AS DOUBLE)"
        return shown if self.type.base == "real" else self.number

    @property
    def missing(self) -> str:
        """SQL of a condition: NULL, or an empty text."""
        empty = f" OR {self.sql} = ''" if self.is_text else ""
        return f"({self.sql} IS NULL{empty})"

    @property
    def is_text(self) -> bool:
        return self.type.base in ("varchar", "char")

    @property
    def is_number(self) -> bool:
        return self.type.base in NUMBERS

    @property
    def is_whole(self) -> bool:
        return self.type.base in WHOLE

    @property
    def is_time(self) -> bool:
        """Whether it is a date or a timestamp."""
        return self.type.base in ("date", "timestamp", "timestamptz")


def unused(name: str, taken: Iterable[str]) -> str:
    """A name that is none of those, whatever their case: for a column that no recipe is to see.

    >>> unused("#row", ["#ROW", "#row_", "id"])
    '#row__'
    """
    small = {each.lower() for each in taken}
    while name in small:
        name += "_"
    return name


def twin_of(names: Sequence[str]) -> str | None:
    """The first name that is there more than once.

    >>> twin_of(["a", "b", "c", "b"]), twin_of(["a", "A"])
    ('b', None)
    """
    times = Counter(names)
    return next((name for name in names if times[name] > 1), None)


def as_text(sql: str, kind: Type) -> str:
    """SQL of a value as text, as Spark prints it: ``1.0E7``, ``[1, null]``, ``{k -> 1}``.

    The fields of a struct have no names: ``{1, x}``.
    """
    match kind.base:
        case "array":
            parts = f"list_transform({sql}, lambda {EACH}: {_or_null(EACH, kind.element)})"
            return f"'[' || array_to_string({parts}, ', ') || ']'"
        case "map":
            key, value = (
                _or_null(f"struct_extract({EACH}, '{part}')", inner)
                for part, inner in zip(("key", "value"), kind.types, strict=True)
            )
            parts = f"list_transform(map_entries({sql}), lambda {EACH}: {key} || ' -> ' || {value})"
            return f"'{{' || array_to_string({parts}, ', ') || '}}'"
        case "row":
            parts = " || ', ' || ".join(
                _or_null(f"struct_extract({sql}, {quoted_text(name or '')})", inner)
                for name, inner in kind.fields
            )
            return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || {parts} || '}}' END"
    return f"trino_float_text({sql})" if kind.base in FLOATS else f"CAST({sql} AS VARCHAR)"


def _or_null(sql: str, kind: Type) -> str:
    return f"coalesce({as_text(sql, kind)}, 'null')"

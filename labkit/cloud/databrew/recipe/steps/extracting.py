"""Data cleaning steps: parts of texts, taken out or replaced.

Positions count from 1 and both ends are within, as the names in the pages' examples say
(``characters_3_to_9``). Where nothing is found the part is the empty text, which is a missing
value, as it is for Spark's ``regexp_extract``.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-cleaning.html
"""

from __future__ import annotations

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parameters import NewColumn
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.texts import between
from labkit.cloud.databrew.recipe.parts.values import at_least
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

operation = category("Data cleaning")


@operation("EXTRACT_PATTERN")
def extract_pattern(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    pattern: str,
    is_text: bool = False,
) -> Relation:
    """The first part of the text that matches a regular expression, as a new column."""
    wanted = regexps.given(pattern, is_text)
    part = _or_empty(source_column, regexps.extracted(source_column.text, wanted))
    return table.put(target_column, part, after=source_column)


@operation("EXTRACT_BETWEEN_DELIMITERS")
def extract_between_delimiters(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    start_pattern: str,
    end_pattern: str,
    is_text: bool = False,
) -> Relation:
    """What stands between the first match of one regular expression and the next of another."""
    first, last = (regexps.given(each, is_text) for each in (start_pattern, end_pattern))
    start, end = regexps.grouped(first), regexps.grouped(last)
    group = regexps.checked(first).groups + 1
    part = _or_empty(
        source_column, regexps.extracted(source_column.text, f"{start}((?s:.*?)){end}", group)
    )
    return table.put(target_column, part, after=source_column)


@operation("EXTRACT_BETWEEN_POSITIONS")
def extract_between_positions(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    start_position: int,
    end_position: int,
) -> Relation:
    """The characters from one position to another, as a new column."""
    check_positions(start_position, end_position)
    part = between(source_column.text, start_position, end_position)
    return table.put(target_column, part, after=source_column)


@operation("REPLACE_TEXT")
def replace_text(
    table: Relation, *, source_column: Column, pattern: str, value: str = "", is_text: bool = False
) -> Relation:
    """Every match of a regular expression replaced."""
    text, wanted = source_column.text, regexps.given(pattern, is_text)
    plain = regexps.put_together(text, wanted, [value])  # in which $0 is no match
    changed = plain if is_text else regexps.replaced(text, wanted, value)
    return table.put(source_column.name, changed)


@operation("REPLACE_BETWEEN_DELIMITERS")
def replace_between_delimiters(
    table: Relation,
    *,
    source_column: Column,
    start_pattern: str,
    end_pattern: str,
    value: str = "",
    is_text: bool = False,
) -> Relation:
    """What stands between two regular expressions replaced, wherever both match; they stay."""
    first, last = (regexps.given(each, is_text) for each in (start_pattern, end_pattern))
    behind = regexps.checked(first).groups + 2
    start, end = regexps.grouped(first), regexps.grouped(last)
    whole = f"({start})(?s:.*?)({end})"
    changed = regexps.put_together(source_column.text, whole, [1, value, behind])
    return table.put(source_column.name, changed)


@operation("REPLACE_BETWEEN_POSITIONS")
def replace_between_positions(
    table: Relation,
    *,
    source_column: Column,
    start_position: int,
    end_position: int,
    value: str = "",
) -> Relation:
    """The characters from one position to another replaced; a shorter text stays as it is."""
    check_positions(start_position, end_position)
    text = source_column.text
    changed = (
        f"CASE WHEN length({text}) < {start_position} THEN {text} ELSE "
        f"left({text}, {start_position - 1}) || {quoted_text(value)} || "
        f"substr({text}, {end_position + 1}) END"
    )
    return table.put(source_column.name, changed)


def check_positions(start: int, end: int) -> None:
    """Refuse positions that are none.

    Raises:
        RecipeError: they are before the first character, or end before they start.
    """
    at_least(1, start, "startPosition")
    at_least(start, end, "endPosition")


def _or_empty(column: Column, part: str) -> str:
    return f"CASE WHEN {column.sql} IS NOT NULL THEN coalesce({part}, '') END"

"""Column structure steps: a column split into new ones beside it, which stays.

The new columns are named after it with _1, _2 and so on, and a delimiter that is kept ends the part
before it: neither is documented. Delimiters are characters as they stand, or regular expressions
where ``isText``, a parameter of the console's and CloudFormation's recipes, is false. Positions
count from 1, and both are within: see `extracting`. What there is not enough text for is null.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.column-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import Json, flag
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.texts import between
from labkit.cloud.databrew.recipe.parts.values import at_least
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.steps.extracting import check_positions

operation = category("Column structure")

MOST_SPLITS, MOST_COLUMNS = 20, 500
_MEMBERS = ("pattern", "includeInSplit")


@dataclass(frozen=True)
class Delimiter:
    """What to split at, and whether it is kept."""

    pattern: re.Pattern[str]
    kept: bool

    def found(self, text: str, start: int) -> re.Match[str] | None:
        """The first place from a character on; what is empty is no delimiter."""
        return next((each for each in self.pattern.finditer(text, start) if each[0]), None)


@operation("SPLIT_COLUMN_SINGLE_DELIMITER")
def split_column_single_delimiter(
    table: Relation,
    *,
    source_column: Column,
    pattern: str,
    limit: int = 1,
    include_in_split: bool = False,
    is_text: bool = True,
) -> Relation:
    """A column split at the first delimiters; what is behind the last of them stays together."""
    delimiter = Delimiter(_pattern(pattern, is_text), include_in_split)
    return _at_any(table, source_column, [delimiter], limit)


@operation("SPLIT_COLUMN_MULTIPLE_DELIMITER")
def split_column_multiple_delimiter(
    table: Relation,
    *,
    source_column: Column,
    pattern_options: Json,
    limit: int = 1,
    pattern: str | None = None,
    include_in_split: bool = False,
    is_text: bool = True,
) -> Relation:
    """A column split wherever one of several delimiters stands."""
    if not isinstance(pattern_options, list) or not pattern_options:
        raise RecipeError("The parameter 'patternOptions' must be a JSON list of delimiters.")
    more = [Delimiter(_pattern(pattern, is_text), include_in_split)] if pattern else []
    delimiters = [
        _delimiter(each, "patternOptions", is_text, include_in_split) for each in pattern_options
    ]
    return _at_any(table, source_column, [*delimiters, *more], limit)


@operation("SPLIT_COLUMN_BETWEEN_DELIMITER")
def split_column_between_delimiter(
    table: Relation,
    *,
    source_column: Column,
    pattern_option1: Json,
    pattern_option2: Json,
    pattern: str | None = None,
    include_in_split: bool = False,
    is_text: bool = True,
) -> Relation:
    """What is before a delimiter, between it and the next other one, and behind that.

    Delimiters that are kept stand in the part between them.
    """
    if pattern:
        raise RecipeError("The delimiters stand in 'patternOption1' and 'patternOption2' alone.")
    first = _delimiter(pattern_option1, "patternOption1", is_text, include_in_split)
    second = _delimiter(pattern_option2, "patternOption2", is_text, include_in_split)
    split = table.context.function(_between(first, second), ["VARCHAR"], "VARCHAR[]")
    pieces = f"{split}({source_column.text})"
    return _split(table, source_column, [f"({pieces})[{at}]" for at in (1, 2, 3)])


@operation("SPLIT_COLUMN_BETWEEN_POSITIONS")
def split_column_between_positions(
    table: Relation, *, source_column: Column, start_position: int, end_position: int
) -> Relation:
    """What is before two positions, between them, and behind them."""
    check_positions(start_position, end_position)
    text = source_column.text
    return _split(
        table,
        source_column,
        [
            f"left({text}, {start_position - 1})",
            between(text, start_position, end_position),
            f"substr({text}, {end_position + 1})",
        ],
    )


@operation("SPLIT_COLUMN_FROM_START")
def split_column_from_start(table: Relation, *, source_column: Column, position: int) -> Relation:
    """The first characters and the others."""
    at_least(0, position, "position")
    text = source_column.text
    return _split(
        table, source_column, [f"left({text}, {position})", f"substr({text}, {position + 1})"]
    )


@operation("SPLIT_COLUMN_FROM_END")
def split_column_from_end(table: Relation, *, source_column: Column, position: int) -> Relation:
    """The last characters and the others, which come first."""
    at_least(0, position, "position")
    text = source_column.text
    rest = f"left({text}, greatest(length({text}) - {position}, 0))"
    return _split(table, source_column, [rest, f"right({text}, {position})"])


@operation("SPLIT_COLUMN_WITH_INTERVALS")
def split_column_with_intervals(
    table: Relation, *, source_column: Column, start_position: int = 1, interval: int
) -> Relation:
    """Pieces of some characters each, as many as the longest text has.

    What is before the start is a piece of its own.
    """
    at_least(1, start_position, "startPosition")
    at_least(1, interval, "interval")
    text = source_column.text
    longest = table.look(f"coalesce(max(length({text})), 0)")[0][0]
    starts = range(start_position, max(longest, start_position) + 1, interval)
    if len(starts) > MOST_COLUMNS:
        raise RecipeError(f"This would make {len(starts)} columns; at most {MOST_COLUMNS} can be.")
    parts = [f"left({text}, {start_position - 1})"] if start_position > 1 else []
    parts += [f"nullif(substr({text}, {start}, {interval}), '')" for start in starts]
    return _split(table, source_column, parts)


def _at_any(
    table: Relation, column: Column, delimiters: Sequence[Delimiter], limit: int
) -> Relation:
    if not 1 <= limit <= MOST_SPLITS:
        raise RecipeError(f"The parameter 'limit' must be 1 to {MOST_SPLITS}, not '{limit}'.")
    split = _splitter(delimiters, limit)
    pieces = f"{table.context.function(split, ['VARCHAR'], 'VARCHAR[]')}({column.text})"
    return _split(table, column, [f"({pieces})[{at}]" for at in range(1, limit + 2)])


def _splitter(delimiters: Sequence[Delimiter], limit: int) -> Any:
    """A function that gives a text's pieces."""

    def split(text: str | None) -> list[str] | None:
        if text is None:
            return None
        pieces: list[str] = []
        start = 0
        while len(pieces) < limit and (found := _next(delimiters, text, start)):
            place, kept = found
            pieces.append(text[start : place.end() if kept else place.start()])
            start = place.end()
        return [*pieces, text[start:]]

    return split


def _next(
    delimiters: Sequence[Delimiter], text: str, start: int
) -> tuple[re.Match[str], bool] | None:
    """The place of the next delimiter and whether it is kept; of two there the longer counts."""
    places = [(place, each.kept) for each in delimiters if (place := each.found(text, start))]
    return min(places, key=lambda found: (found[0].start(), -found[0].end()), default=None)


def _between(first: Delimiter, second: Delimiter) -> Any:
    """A function that gives what is before, between and behind two delimiters."""

    def split(text: str | None) -> list[str | None] | None:
        if text is None:
            return None
        if not (opened := first.found(text, 0)):
            return [text, None, None]
        start = opened.start() if first.kept else opened.end()
        if not (closed := second.found(text, opened.end())):
            return [text[: opened.start()], text[start:], None]
        end = closed.end() if second.kept else closed.start()
        return [text[: opened.start()], text[start:end], text[closed.end() :]]

    return split


def _split(table: Relation, column: Column, parts: Sequence[str]) -> Relation:
    names = [f"{column.name}_{number}" for number in range(1, len(parts) + 1)]
    return table.add(zip(names, parts, strict=True), after=column)


def _delimiter(option: Any, name: str, is_text: bool, include: bool) -> Delimiter:
    if not isinstance(option, dict) or not isinstance(option.get("pattern"), str):
        raise RecipeError(f"The parameter '{name}' must have a 'pattern', not '{option}'.")
    for member in option:
        if member not in _MEMBERS:
            raise unknown(f"member of '{name}'", member, _MEMBERS)
    kept = flag(option.get("includeInSplit", include), "includeInSplit")
    return Delimiter(_pattern(option["pattern"], is_text), kept)


def _pattern(pattern: str, is_text: bool) -> re.Pattern[str]:
    if not pattern:
        raise RecipeError("A delimiter has at least one character.")
    return regexps.checked(regexps.literal(pattern) if is_text else pattern)

"""Text functions: a new column out of the texts of another, or out of one given text.

Positions count from 1. What the functions give for a null is null.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.text.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.parameters import NewColumn
from labkit.cloud.databrew.recipe.parts.texts import (
    between,
    capitals,
    large,
    small,
    stripped,
    without_white,
)
from labkit.cloud.databrew.recipe.parts.values import at_least, check_either, sides
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.steps.creating import merge
from labkit.cloud.engine.quoting import quoted_text

operation = category("Fn: text")

MOST_CHARACTERS = 1_000_000
#: All but letters, numbers, accented Latin letters and white space.
_SYMBOLS = r"[^A-Za-z0-9\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{24F}\x{1E00}-\x{1EFF}\s]+"


def given_text(column: Column | None, value: str | None, which: str = "") -> str:
    """SQL of the text that a function works on: a column's or a given one; as `check_either`."""
    check_either(column, value, which)
    return column.text if column else f"CAST({quoted_text(value or '')} AS VARCHAR)"


def _of_text(change: Callable[[str], str], summary: str) -> Callable[..., Relation]:
    """A function of one text that takes nothing else."""

    def function(
        table: Relation,
        *,
        source_column: Column | None = None,
        value: str | None = None,
        target_column: NewColumn,
    ) -> Relation:
        return table.put(target_column, change(given_text(source_column, value)))

    function.__doc__ = summary
    return function


for _name, _change, _summary in (
    ("LEN", "CAST(length({}) AS INTEGER)".format, "How many characters a text has."),
    ("LOWER", small, "A text in small letters."),
    ("UPPER", large, "A text in large letters."),
    ("PROPER", capitals, "A text with the first letter of each word large, all others small."),
    ("TRIM", stripped, "A text without the white space around it."),
    ("REMOVE_WHITESPACE", without_white, "A text without its white space."),
    (
        "REMOVE_SYMBOLS",
        lambda text: f"regexp_replace({text}, '{_SYMBOLS}', '', 'g')",
        "A text's letters, numbers, accented Latin letters and white space alone.",
    ),
    (
        "UNICODE",
        lambda text: f"nullif(unicode({text}), -1)",
        "The number that Unicode gives to a text's first character; null for the empty text.",
    ),
):
    operation(_name)(_of_text(_change, _summary))


@operation("CHAR")
def char(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: int | None = None,
    target_column: NewColumn,
) -> Relation:
    """The character that Unicode has under a number; null where it has none."""
    check_either(source_column, value)
    number = source_column.number if source_column else str(value)
    code = f"TRY_CAST(trunc({number}) AS INTEGER)"
    there = f"{code} BETWEEN 1 AND 55295 OR {code} BETWEEN 57344 AND 1114111"
    return table.put(target_column, f"CASE WHEN {there} THEN chr({code}) END")


def _end(side: str, summary: str) -> Callable[..., Relation]:
    """A function of so many characters at one end of a text."""

    def function(
        table: Relation,
        *,
        source_column: Column | None = None,
        value: str | None = None,
        position: int,
        target_column: NewColumn,
    ) -> Relation:
        text = given_text(source_column, value)
        return table.put(target_column, f"{side}({text}, {at_least(0, position, 'position')})")

    function.__doc__ = summary
    return function


operation("LEFT")(_end("left", "The first characters of a text."))
operation("RIGHT")(_end("right", "The last characters of a text."))


@operation("SUBSTRING")
def substring(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    start_position: int,
    end_position: int,
    target_column: NewColumn,
) -> Relation:
    """The characters from one position to another, both within: ``chars_5_through_8``."""
    at_least(1, start_position, "startPosition")
    text = given_text(source_column, value)
    return table.put(target_column, between(text, start_position, end_position))


@operation("REPEAT_STRING")
def repeat_string(
    table: Relation,
    *,
    source_column: Column | None = None,
    value: str | None = None,
    count: int,
    target_column: NewColumn,
) -> Relation:
    """A text several times over; null where that would be over a million characters."""
    text = given_text(source_column, value)
    fits = f"length({text}) * CAST({at_least(0, count, 'count')} AS DOUBLE) <= {MOST_CHARACTERS}"
    return table.put(target_column, f"CASE WHEN {fits} THEN repeat({text}, {count}) END")


def _compared(sign: str, summary: str) -> Callable[..., Relation]:
    """A function that compares two texts, each a column's or a given one."""

    def function(
        table: Relation,
        *,
        source_column1: Column | None = None,
        value1: str | None = None,
        source_column2: Column | None = None,
        value2: str | None = None,
        target_column: NewColumn,
    ) -> Relation:
        one, two = sides((source_column1, value1), (source_column2, value2))
        return table.put(target_column, f"{given_text(*one, '1')} {sign} {given_text(*two, '2')}")

    function.__doc__ = summary
    return function


for _name, _sign, _words in (
    ("EXACT", "=", "is the same as"),
    ("STRING_GREATER_THAN", ">", "comes after"),
    ("STRING_GREATER_THAN_EQUAL", ">=", "comes after or is the same as"),
    ("STRING_LESS_THAN", "<", "comes before"),
    ("STRING_LESS_THAN_EQUAL", "<=", "comes before or is the same as"),
):
    operation(_name)(_compared(_sign, f"Whether one text {_words} another, by Unicode's order."))


operation("MERGE_COLUMNS_AND_VALUES")(merge)

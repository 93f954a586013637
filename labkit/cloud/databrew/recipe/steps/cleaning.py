"""Data cleaning steps: formats of texts, and what is removed from them.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-cleaning.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.patterns import moment_of, printed
from labkit.cloud.databrew.recipe.parts.texts import (
    WHITE,
    capitals,
    large,
    sentences,
    small,
    stripped,
    without_white,
)
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.types import shown
from labkit.cloud.engine.quoting import quoted_text

operation = category("Data cleaning")


def _changing(change: Callable[[str], str], summary: str) -> Callable[..., Relation]:
    """An operation that changes a column's text and takes nothing else."""

    def changed(table: Relation, *, source_column: Column) -> Relation:
        return table.put(source_column.name, change(source_column.text))

    changed.__doc__ = summary
    return changed


for _name, _change, _summary in (
    ("LOWER_CASE", small, "All letters small."),
    ("UPPER_CASE", large, "All letters large."),
    ("CAPITAL_CASE", capitals, "The first letter of each word large, all others small."),
    ("SENTENCE_CASE", sentences, "The first letter of each sentence large, all others small."),
    ("ADD_SINGLE_QUOTES", "'''' || {} || ''''".format, "Single quotation marks around the text."),
    ("ADD_DOUBLE_QUOTES", "'\"' || {} || '\"'".format, "Double quotation marks around the text."),
):
    operation(_name)(_changing(_change, _summary))


@operation("ADD_PREFIX")
def add_prefix(table: Relation, *, source_column: Column, pattern: str) -> Relation:
    """Characters put before the text."""
    return table.put(source_column.name, f"{quoted_text(pattern)} || {source_column.text}")


@operation("ADD_SUFFIX")
def add_suffix(table: Relation, *, source_column: Column, pattern: str) -> Relation:
    """Characters put after the text."""
    return table.put(source_column.name, f"{source_column.text} || {quoted_text(pattern)}")


@operation("FORMAT_DATE")
def format_date(table: Relation, *, source_column: Column, target_date_format: str) -> Relation:
    """Dates printed by a pattern such as ``mm/dd/yyyy`` or ``dd month yyyy``.

    The page lists five patterns; any other that means something is taken too. What is no date
    becomes null, as it does in Spark; the page does not tell.
    """
    if not (source_column.is_text or source_column.is_time or source_column.is_whole):
        kind = shown(source_column.type)
        raise RecipeError(f"'{source_column.name}' is of type {kind}; dates are needed.")
    made = printed(moment_of(source_column), target_date_format)
    return table.put(source_column.name, made)


_PUNCTUATION, _QUOTES = ".!,?", "'\""
_SPECIAL = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


@operation("REMOVE_COMBINED")
def remove_combined(
    table: Relation,
    *,
    source_column: Column,
    collapse_consecutive_whitespace: bool = False,
    remove_all_punctuation: bool = False,
    remove_all_quotes: bool = False,
    remove_all_whitespace: bool = False,
    custom_characters: str = "",
    custom_value: str = "",
    remove_custom_characters: bool = False,
    remove_custom_value: bool = False,
    remove_leading_and_trailing_punctuation: bool = False,
    punctuationally: bool = False,
    remove_leading_and_trailing_quotes: bool = False,
    antidisestablishmentarianism: bool = False,
    remove_leading_and_trailing_whitespace: bool = False,
    remove_letters: bool = False,
    remove_numbers: bool = False,
    remove_special_characters: bool = False,
) -> Relation:
    """Characters removed, by kinds and as the user lists them.

    In what order is not documented: here first what goes anywhere in the text, then what goes from
    its ends, last runs of white space. Two parameters have words in the page's list that its
    examples do not use; both spellings are taken.
    """
    text = source_column.text
    for wanted, pattern in (
        (remove_custom_value and custom_value, regexps.literal(custom_value)),
        (remove_custom_characters and custom_characters, _any_of(custom_characters)),
        (remove_letters, "[A-Za-z]"),
        (remove_numbers, "[0-9]"),
        (remove_special_characters, _any_of(_SPECIAL)),
        (remove_all_punctuation, _any_of(_PUNCTUATION)),
        (remove_all_quotes, _any_of(_QUOTES)),
    ):
        text = regexps.replaced(text, pattern, "") if wanted else text
    if remove_all_whitespace:
        text = without_white(text)
    if remove_leading_and_trailing_whitespace:
        text = stripped(text)
    if remove_leading_and_trailing_punctuation or punctuationally:
        text = f"trim({text}, {quoted_text(_PUNCTUATION)})"
    if remove_leading_and_trailing_quotes or antidisestablishmentarianism:
        text = f"trim({text}, {quoted_text(_QUOTES)})"
    if collapse_consecutive_whitespace:
        text = f"regexp_replace({text}, '{WHITE}{{2,}}', ' ', 'g')"
    return table.put(source_column.name, text)


def _any_of(characters: str) -> str:
    """A pattern of any one of some characters."""
    return "|".join(map(regexps.literal, characters))

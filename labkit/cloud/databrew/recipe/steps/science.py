"""Data science: categories, bins and words for what learns from data.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-science.html
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Json, NewColumn, Texts
from labkit.cloud.databrew.recipe.parts.skew import SkewFunction, skewed
from labkit.cloud.databrew.recipe.parts.values import is_number, numeric
from labkit.cloud.databrew.recipe.parts.words import STEMMERS, STOP_WORDS, tokens
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

operation = category("Data science")

#: "The column can have a maximum of 10 distinct values."
ONE_HOT_LIMIT = 10


@operation("BINARIZATION")
def binarization(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    threshold: float,
    flip: bool = False,
) -> Relation:
    """1 for a number above a threshold, else 0; flipped the other way round."""
    above, below = (0, 1) if flip else (1, 0)
    x = numeric(source_column).number
    sql = (
        f"CASE WHEN {x} > {threshold!r}::DOUBLE THEN {above} WHEN {x} IS NOT NULL THEN {below} END"
    )
    return table.put(target_column, sql)


@operation("BUCKETIZATION")
def bucketization(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    bucket_names: Texts,
    splits: Texts = (),
    percentage: float | None = None,
) -> Relation:
    """The name of the bin that a number falls into; by bounds, or by equal shares of the range.

    A bin has its lower bound and not its upper, but for the last, as Spark's ``Bucketizer``. What
    ``percentage`` is a percentage of is not told: here of the range from the least value to the
    greatest. A number outside of the bounds is in no bin.
    """
    x = f"CAST({numeric(source_column).number} AS DOUBLE)"
    if bool(splits) == (percentage is not None):
        raise RecipeError("Give either 'splits' or 'percentage', not both.")
    bounds = _splits(splits) if splits else _shares(table, x, percentage or 0)
    if len(bounds) != len(bucket_names) + 1:
        raise RecipeError(f"{len(bounds) - 1} bins need as many names, not {len(bucket_names)}.")
    return table.put(target_column, _bin(x, bounds, bucket_names))


@operation("CATEGORICAL_MAPPING")
def categorical_mapping(
    table: Relation,
    *,
    source_column: Column,
    category_map: Json,
    delete_other_rows: bool = False,
    other: str | None = None,
    keep_others: bool = False,
    map_type: str = "STRING",
    target_column: NewColumn | None = None,
) -> Relation:
    """Values replaced as a map says, in a new column or in place.

    Values that are not in it are kept, become ``other``, go with their rows, or are missing. The
    result of a ``NUMERIC`` map is a number, unless others that are none are kept.
    """
    if not isinstance(category_map, dict) or not category_map:
        raise RecipeError("The parameter 'categoryMap' must be a JSON object of values.")
    numbers = map_type.upper() == "NUMERIC" and not (keep_others and not source_column.is_number)
    given = {name: _category(value, numbers) for name, value in category_map.items()}
    rest = source_column.text if keep_others else _category(other, numbers)
    known = f"{source_column.text} IN ({', '.join(map(quoted_text, category_map))})"
    kept = table.keep(known) if delete_other_rows else table
    pairs = " ".join(f"WHEN {quoted_text(name)} THEN {sql}" for name, sql in given.items())
    sql = f"CASE {source_column.text} {pairs} ELSE {rest} END"
    return kept.put(target_column or source_column.name, _numeric(sql) if numbers else sql)


@operation("ONE_HOT_ENCODING")
def one_hot_encoding(table: Relation, *, source_column: Column) -> Relation:
    """A column for each value, 1 where a row has it and 0 where not.

    A missing value has no column. Columns come in the order of the values, which the
    documentation's example does not tell.
    """
    value = source_column.text
    found = table.look(
        f"DISTINCT {value} AS v",
        f"WHERE NOT {source_column.missing} ORDER BY v LIMIT {ONE_HOT_LIMIT + 1}",
    )
    if len(found) > ONE_HOT_LIMIT:
        raise RecipeError(f"'{source_column.name}' has more than {ONE_HOT_LIMIT} distinct values.")
    return table.add(
        (
            f"{source_column.name}_{text}",
            f"CAST(({value} IS NOT DISTINCT FROM {quoted_text(text)}) AS INTEGER)",
        )
        for (text,) in found
    )


#: Strategy → SQL of a number ``{x}`` scaled, over aggregates of all rows.
_SCALES = {
    "MIN_MAX": ("{x} - {min}", "{max} - {min}"),
    "SCALE_BETWEEN": ("{x} - {min}", "{max} - {min}"),
    "MEAN_NORMALIZATION": ("{x} - {avg}", "{max} - {min}"),
    "Z_SCORE": ("{x} - {avg}", "{stddev_pop}"),
}


@operation("SCALE")
def scale(
    table: Relation,
    *,
    source_column: Column,
    strategy: Literal["MIN_MAX", "SCALE_BETWEEN", "MEAN_NORMALIZATION", "Z_SCORE"],
    lower_bound: float = 0,
    upper_bound: float = 1,
    target_column: NewColumn,
) -> Relation:
    """Numbers scaled to a range, or to a mean of 0; none where all are the same.

    The documentation does not name the parameters of the two values of ``SCALE_BETWEEN``.
    """
    x = f"CAST({numeric(source_column).number} AS DOUBLE)"
    all_rows = {
        name: f"(SELECT {name}({x}) FROM {table.name})"
        for name in ("min", "max", "avg", "stddev_pop")
    }
    above, width = (part.format(x=x, **all_rows) for part in _SCALES[strategy])
    sql = f"({above}) / nullif({width}, 0)"
    if strategy == "SCALE_BETWEEN":
        sql = f"{lower_bound!r}::DOUBLE + {sql} * {float(upper_bound) - lower_bound!r}::DOUBLE"
    return table.put(target_column, sql)


@operation("SKEWNESS")
def skewness(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    skew_function: SkewFunction,
    value: float | None = None,
) -> Relation:
    """Numbers by a logarithm, a root or a square, which changes the shape of a distribution."""
    x = f"CAST({numeric(source_column).number} AS DOUBLE)"
    return table.put(target_column, skewed(x, skew_function, value))


@operation("TOKENIZATION")
def tokenization(
    table: Relation,
    *,
    source_column: Column,
    delimiter: str = " ",
    expand_contractions: Literal["ENABLED", "DISABLED"] = "DISABLED",
    stemming_mode: Literal["NONE", "PORTER", "LANCASTER"] = "NONE",
    stop_word_removal_mode: Literal["NONE", "DEFAULT", "CUSTOM"] = "NONE",
    custom_stop_words: Texts = (),
    target_column: NewColumn,
) -> Relation:
    """A text's words with the delimiter between them; those of stems are in small letters.

    Which are the stop words by default is not told: here about 130 common English ones, without
    which custom ones do not take effect, unless the mode is ``CUSTOM``.
    """
    words = tokens(
        delimiter=delimiter,
        expand=expand_contractions == "ENABLED",
        stem=STEMMERS[stemming_mode],
        without=_left_out(stop_word_removal_mode, custom_stop_words),
    )
    function = table.context.function(words, ["VARCHAR"], "VARCHAR")
    return table.put(target_column, f"{function}({source_column.text})")


def _category(value: Any, number: bool) -> str:
    """SQL of what a category becomes, as text."""
    if value is None or (number and value == ""):
        return "NULL"
    text = value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, dict | list) or (number and not is_number(text)):
        kind = "number" if number else "text"
        raise RecipeError(f"A category must become a {kind}, not '{text}'.")
    return quoted_text(text)


def _numeric(text: str) -> str:
    return f"TRY_CAST({text} AS DOUBLE)"


def _left_out(mode: str, custom: Collection[str]) -> Collection[str]:
    """The words that are not to be tokens."""
    own = {word.lower() for word in custom}
    return {"NONE": set(), "DEFAULT": STOP_WORDS | own, "CUSTOM": own}[mode]


def _splits(splits: Texts) -> list[str]:
    """SQL of bounds, from the least to the greatest."""
    try:
        numbers = [float(each) for each in splits]
    except ValueError:
        raise RecipeError("The parameter 'splits' must be a JSON list of numbers.") from None
    if numbers != sorted(set(numbers)):
        raise RecipeError("The parameter 'splits' must be in order, each greater than the last.")
    return [f"CAST({quoted_text(str(each))} AS DOUBLE)" for each in numbers]


def _shares(table: Relation, x: str, percentage: float) -> list[str]:
    """SQL of bounds of equal shares of the range, such as two of 50 percent."""
    count = round(100 / percentage) if 0 < percentage <= 100 else 0
    if not count or abs(count * percentage - 100) > 1:
        raise RecipeError(f"The parameter 'percentage' must divide 100, as 25; not {percentage:g}.")
    least, most = (f"(SELECT {each}({x}) FROM {table.name})" for each in ("min", "max"))
    return [f"({least} + ({most} - {least}) * {at / count!r}::DOUBLE)" for at in range(count + 1)]


def _bin(x: str, bounds: list[str], names: Texts) -> str:
    """The last bound belongs to the last bin."""
    cases = [
        f"WHEN {x} < {high} THEN {quoted_text(name)}"
        for high, name in zip(bounds[1:], names, strict=True)
    ]
    last = f"WHEN {x} = {bounds[-1]} THEN {quoted_text(names[-1])}"
    return f"CASE WHEN {x} < {bounds[0]} THEN NULL {' '.join(cases)} {last} END"

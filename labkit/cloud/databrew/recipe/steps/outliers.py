"""Outliers: what lies too far from the rest of a column, by one of three measures.

``Z_SCORE`` is the distance from the mean in standard deviations, ``MODIFIED_Z_SCORE`` 0.6745 of the
distance from the median in median absolute deviations, and ``IQR`` the distance beyond the first or
third quartile in ranges between them. The documentation names these measures alone; the formulas
are those of Iglewicz and Hoaglin and of Tukey. Where the deviation is 0 there are no outliers. The
statistics are those of all rows, whatever the conditions of the step.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.outliers.html
"""

from __future__ import annotations

from typing import Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import NewColumn
from labkit.cloud.databrew.recipe.parts.aggregates import aggregate
from labkit.cloud.databrew.recipe.parts.conversion import fitted
from labkit.cloud.databrew.recipe.parts.decimals import within
from labkit.cloud.databrew.recipe.parts.modes import mode
from labkit.cloud.databrew.recipe.parts.skew import SkewFunction, skewed
from labkit.cloud.databrew.recipe.parts.values import exact_number, numeric
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

operation = category("Outliers")

Strategy = Literal["Z_SCORE", "MODIFIED_Z_SCORE", "IQR"]
#: Strategy → the bounds, and the distance ``{d}`` of which they are a multiple.
_BOUNDS = {
    "Z_SCORE": ("avg({x}) - {t} * {d}", "avg({x}) + {t} * {d}", "nullif(stddev_pop({x}), 0)"),
    "MODIFIED_Z_SCORE": (
        "median({x}) - {t} * {d}",
        "median({x}) + {t} * {d}",
        "nullif(mad({x}), 0) / 0.6745",
    ),
    "IQR": (
        "quantile_cont({x}, 0.25) - {t} * {d}",
        "quantile_cont({x}, 0.75) + {t} * {d}",
        "(quantile_cont({x}, 0.75) - quantile_cont({x}, 0.25))",
    ),
}
#: ``replaceType`` → the aggregate of all values that are no outliers.
_AGGREGATES = {
    "REPLACE_WITH_AVERAGE": "AVERAGE",
    "REPLACE_WITH_MEDIAN": "MEDIAN",
    "REPLACE_WITH_SUM": "SUM",
    "REPLACE_WITH_MAX": "MAX",
}
#: Whose ``trimValue`` is true by default.
_TRIMMED = ("REPLACE_WITH_NULL", "REPLACE_WITH_MODE", "WINSORIZE_VALUES")
#: What lies between a column's least value and its greatest.
_BETWEEN = ("REPLACE_WITH_AVERAGE", "REPLACE_WITH_MEDIAN", "REPLACE_WITH_MODE", "WINSORIZE_VALUES")
_MODES = {"MIN": "MINIMUM", "MAX": "MAXIMUM", "AVERAGE": "AVERAGE"}


@operation("FLAG_OUTLIERS")
def flag_outliers(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    outlier_strategy: Strategy,
    threshold: float = 3,
    true_string: str = "True",
    false_string: str = "False",
) -> Relation:
    """Whether each value is an outlier, as two texts."""
    test = _outlier(table, source_column, outlier_strategy, threshold)
    yes, no = quoted_text(true_string), quoted_text(false_string)
    return table.put(target_column, f"CASE WHEN {test} THEN {yes} ELSE {no} END")


@operation("REMOVE_OUTLIERS")
def remove_outliers(
    table: Relation,
    *,
    source_column: Column,
    outlier_strategy: Strategy,
    threshold: float = 3,
    remove_type: Literal["DELETE_ROWS", "CLEAR"] = "DELETE_ROWS",
    trim_value: bool = False,
    min_value: float | None = None,
    max_value: float | None = None,
) -> Relation:
    """Rows with outliers deleted, or the outliers cleared.

    With ``trimValue`` only those that rank outside of the percentiles ``minValue`` and
    ``maxValue``. What ``removeType`` is by default is not told: here rows are deleted.
    """
    test = _outlier(table, source_column, outlier_strategy, threshold)
    if trim_value:
        test = f"({test} AND {_outside(table, source_column, min_value, max_value)})"
    if remove_type == "DELETE_ROWS":
        return table.keep(f"({test}) IS NOT TRUE")
    return table.put(source_column.name, f"CASE WHEN {test} THEN NULL ELSE {source_column.sql} END")


@operation("REPLACE_OUTLIERS")
def replace_outliers(
    table: Relation,
    *,
    source_column: Column,
    outlier_strategy: Strategy,
    threshold: float = 3,
    replace_type: Literal[
        "WINSORIZE_VALUES",
        "REPLACE_WITH_CUSTOM",
        "REPLACE_WITH_EMPTY",
        "REPLACE_WITH_NULL",
        "REPLACE_WITH_MODE",
        "REPLACE_WITH_AVERAGE",
        "REPLACE_WITH_MEDIAN",
        "REPLACE_WITH_SUM",
        "REPLACE_WITH_MAX",
    ],
    mode_type: Literal["MIN", "MAX", "AVERAGE"] = "MIN",
    min_value: float | None = None,
    max_value: float | None = None,
    value: str | None = None,
    trim_value: bool | None = None,
) -> Relation:
    """Outliers replaced; with percentiles and ``trimValue`` only those that rank outside.

    ``trimValue`` is true by default for nulls, modes and winsorized values, else false.

    ``WINSORIZE_VALUES`` caps them at the percentiles. What is calculated is of the values that are
    no outliers, which the documentation does not tell.
    """
    test = _outlier(table, source_column, outlier_strategy, threshold)
    new = f"({_new(table, source_column, replace_type, mode_type, value, test)})"
    if replace_type == "WINSORIZE_VALUES":
        low, high = _percentiles(table, source_column, min_value, max_value)
        new = f"least(greatest({_x(source_column)}, {low}), {high})"
    if replace_type in _BETWEEN:
        new = within(source_column, new)
    trimmed = replace_type in _TRIMMED if trim_value is None else trim_value
    if trimmed and (min_value is not None or max_value is not None):
        test = f"({test} AND {_outside(table, source_column, min_value, max_value)})"
    if source_column.is_text:
        new = f"CAST({new} AS VARCHAR)"
    return table.put(
        source_column.name, f"CASE WHEN {test} THEN {new} ELSE {source_column.sql} END"
    )


@operation("RESCALE_OUTLIERS_WITH_Z_SCORE")
def rescale_outliers_with_z_score(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    outlier_strategy: Strategy = "Z_SCORE",
    threshold: float = 3,
) -> Relation:
    """All values scaled to a mean of 0 and a standard deviation of 1, in a new column.

    Whether values that are no outliers keep theirs is not told; one scale for all is what the
    normalization that the documentation names does.
    """
    _outlier(table, source_column, outlier_strategy, threshold)
    x = _finite(source_column)
    mean, deviation = _of_all(table, f"avg({x})"), _of_all(table, f"nullif(stddev_pop({x}), 0)")
    return table.put(target_column, f"({_x(source_column)} - {mean}) / {deviation}")


@operation("RESCALE_OUTLIERS_WITH_SKEW")
def rescale_outliers_with_skew(
    table: Relation,
    *,
    source_column: Column,
    target_column: NewColumn,
    outlier_strategy: Strategy = "Z_SCORE",
    threshold: float = 3,
    skew_function: SkewFunction,
    value: float | None = None,
) -> Relation:
    """All values by a logarithm, a root or a square, so that they are less skewed."""
    _outlier(table, source_column, outlier_strategy, threshold)
    return table.put(target_column, skewed(_x(source_column), skew_function, value))


def _x(column: Column) -> str:
    """A column's number; NaN is none."""
    x = f"CAST({column.number} AS DOUBLE)"
    return f"CASE WHEN NOT isnan({x}) THEN {x} END"


def _finite(column: Column) -> str:
    """What of a column has a mean: an infinite number may be an outlier, and says nothing else."""
    x = f"CAST({column.number} AS DOUBLE)"
    return f"CASE WHEN isfinite({x}) THEN {x} END"


def _of_all(table: Relation, aggregates: str) -> str:
    """SQL of an aggregate of all rows, computed once."""
    return f"(SELECT {aggregates} FROM {table.name})"


def _outlier(table: Relation, column: Column, strategy: str, threshold: float) -> str:
    """SQL of the condition that a value is one; no number is none."""
    if threshold < 0:
        raise RecipeError(f"The parameter 'threshold' cannot be {threshold:g}: 0 is the least.")
    low, high, distance = _BOUNDS[strategy]
    x, t = _finite(numeric(column)), f"{threshold!r}::DOUBLE"
    d = distance.format(x=x)
    below = f"{_x(column)} < {_of_all(table, low.format(x=x, t=t, d=d))}"
    above = f"{_x(column)} > {_of_all(table, high.format(x=x, t=t, d=d))}"
    return f"(({below}) IS TRUE OR ({above}) IS TRUE)"


def _percentiles(
    table: Relation, column: Column, low: float | None, high: float | None
) -> tuple[str, str]:
    if low is None or high is None:
        raise RecipeError("The parameters 'minValue' and 'maxValue' are both needed here.")
    if not 0 <= low <= high <= 100:
        raise RecipeError(
            f"Percentiles are from 0 to 100, the lesser first; not {low:g}, {high:g}."
        )
    first, last = (f"quantile_cont({_finite(column)}, {each / 100!r})" for each in (low, high))
    return _of_all(table, first), _of_all(table, last)


def _outside(table: Relation, column: Column, low: float | None, high: float | None) -> str:
    least, most = _percentiles(table, column, low, high)
    return f"({_x(column)} < {least} OR {_x(column)} > {most})"


def _new(
    table: Relation, column: Column, replace: str, mode_type: str, value: str | None, test: str
) -> str:
    """What an outlier becomes."""
    if replace in ("REPLACE_WITH_NULL", "WINSORIZE_VALUES"):
        return "NULL"
    if replace == "REPLACE_WITH_EMPTY":
        return "''" if column.is_text else "NULL"
    if replace == "REPLACE_WITH_CUSTOM":
        if value is None:
            raise RecipeError("The parameter 'value' is missing.")
        if column.is_text:
            return quoted_text(value)
        return fitted(table.context, exact_number(value, "value"), column)
    others = f"list({_x(column)}) FILTER (WHERE NOT {test} AND {_x(column)} IS NOT NULL)"
    if replace == "REPLACE_WITH_MODE":
        return _of_all(table, mode(others, _MODES[mode_type]))
    only = f"NOT {test} AND {_finite(column)} IS NOT NULL"
    return _of_all(table, aggregate(_AGGREGATES[replace], column, only=only))

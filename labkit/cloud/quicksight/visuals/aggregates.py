"""The aggregation functions of measures, as SQL.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AggregationFunction.html and
https://docs.aws.amazon.com/quicksight/latest/user/changing-field-aggregation.html. A sum of sums is
the sum of all, an average of averages is not the average: what can be put together from groups says
how (`Aggregate.partials` and `Aggregate.whole`), and the rest is computed over rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.quicksight.visuals.model import one_of


@dataclass(frozen=True)
class Aggregate:
    """An aggregate over rows.

    Args:
        name: ``SUM``, ``PERCENTILE``, ...
        label: what a person reads before the column: ``Sum of``.
        sql: over rows, with ``{x}`` for the value.
        partials: aggregates of a group from which `whole` makes the aggregate of many groups.
        whole: over groups, with ``{0}``, ``{1}`` for the partials.
    """

    name: str
    label: str
    sql: str
    partials: tuple[str, ...] = ()
    whole: str = ""

    @property
    def numeric(self) -> bool:
        """Whether it reckons, rather than counts, compares or repeats."""
        return self.name not in ("MIN", "MAX", "COUNT", "DISTINCT_COUNT", "UNIQUE_VALUE")


_AVERAGE = "CAST(sum({0}) AS DOUBLE) / nullif(sum({1}), 0)"
_COUNT = "CAST(coalesce(sum({0}), 0) AS BIGINT)"
AGGREGATES = {
    each.name: each
    for each in (
        Aggregate("SUM", "Sum", "sum({x})", ("sum({x})",), "sum({0})"),
        Aggregate("AVERAGE", "Average", "avg({x})", ("sum({x})", "count({x})"), _AVERAGE),
        Aggregate("MIN", "Min", "min({x})", ("min({x})",), "min({0})"),
        Aggregate("MAX", "Max", "max({x})", ("max({x})",), "max({0})"),
        Aggregate("COUNT", "Count", "count({x})", ("count({x})",), _COUNT),
        Aggregate("DISTINCT_COUNT", "Unique count", "count(DISTINCT {x})"),
        Aggregate("VAR", "Sample variance", "var_samp({x})"),
        Aggregate("VARP", "Population variance", "var_pop({x})"),
        Aggregate("STDEV", "Sample standard deviation", "stddev_samp({x})"),
        Aggregate("STDEVP", "Population standard deviation", "stddev_pop({x})"),
        Aggregate("MEDIAN", "Median", "median(CAST({x} AS DOUBLE))"),
    )
}
#: What a column has when the definition names no function.
DEFAULTS = {"NumericalMeasureField": "SUM", "CategoricalMeasureField": "COUNT",
            "DateMeasureField": "COUNT"}  # fmt: skip


def aggregate(function: Any, default: str = "SUM") -> Aggregate:
    """The aggregate that an ``AggregationFunction`` of any shape names.

    >>> aggregate({"SimpleNumericalAggregation": "AVERAGE"}).sql
    'avg({x})'
    >>> aggregate({"PercentileAggregation": {"PercentileValue": 95}}).label
    '95th percentile'
    """
    if isinstance(function, str):
        return AGGREGATES[one_of(function, AGGREGATES)]
    for key, value in (function or {}).items():
        if key in _NESTED:
            return aggregate(value, default)
        if isinstance(value, str):
            return AGGREGATES[one_of(value, AGGREGATES)]
        return _OTHERS[one_of(key, _OTHERS)](value)
    return AGGREGATES[default]


def _percentile(value: Mapping[str, Any]) -> Aggregate:
    percent = float(value.get("PercentileValue", 50))
    at = f"quantile_cont(CAST({{x}} AS DOUBLE), {percent / 100!r})"
    return Aggregate("PERCENTILE", f"{ordinal(percent)} percentile", at)


def _unique(value: Any) -> Aggregate:
    """UNIQUE_VALUE: the group's one value, or a text that stands for several."""
    several = "NULL"
    if isinstance(value, Mapping) and value.get("ValueForMultipleValues") is not None:
        text = quoted_text(value["ValueForMultipleValues"])
        several = text.replace("{", "{{").replace("}", "}}")
    one = f"CASE WHEN min({{x}}) = max({{x}}) THEN CAST(min({{x}}) AS VARCHAR) ELSE {several} END"
    return Aggregate("UNIQUE_VALUE", "Unique value", one)


def ordinal(number: float) -> str:
    """A number as a place in order.

    >>> ordinal(1), ordinal(12), ordinal(23), ordinal(99.5)
    ('1st', '12th', '23rd', '99.5th')
    """
    text = f"{number:g}"
    if "." in text or text[-2:] in ("11", "12", "13"):
        return f"{text}th"
    return text + {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")


_NESTED = ("NumericalAggregationFunction",)
_OTHERS = {"PercentileAggregation": _percentile, "AttributeAggregationFunction": _unique}

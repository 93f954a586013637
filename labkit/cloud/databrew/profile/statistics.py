"""The statistics of a column: what each is called in a job's configuration, and what it tells.

    @statistic("MEAN")
    def mean(column: Evaluated) -> Told:
        return {"mean": column.numbers.mean}

A statistic of a numeric column is of its numbers, one of a string column of its strings' lengths.
Which kinds have which statistics is told by `defaults.STATISTICS`. Parameters of the same name as
AWS's (``sampleSize``) are handed to those that have them; where there is nothing to tell, as the
mean of no numbers, a statistic is null.

Not on AWS's pages, and so decided here: a mild outlier lies beyond the mild threshold and not
beyond the other; NaN and the infinities are values of their own (``"NaN"``, ``"inf"``, ``"-inf"``),
which the statistics of numbers leave out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from labkit.cloud.databrew.profile.buckets import value_distribution, z_score_distribution
from labkit.cloud.databrew.profile.numbers import Numbers
from labkit.cloud.databrew.profile.samples import (
    beyond,
    counted,
    counted_values,
    farthest,
    limit_of,
    plain,
)
from labkit.cloud.databrew.profile.tally import Summary, Tally

Told = dict[str, Any]

ORDER = """distinctValuesCount uniqueValuesCount entropy mostCommonValues missingValuesCount
    kurtosis max mean min skewness standardDeviation sum zerosCount variance range percentile5
    percentile25 percentile75 percentile95 median interquartileRange mode minimumValues
    maximumValues valueDistribution zScoreOutliersCount zScoreMildOutliersCount
    zScoreOutliersSample zScoreDistribution medianAbsoluteDeviation""".split()
"""The attributes of a column as a real profile lists them."""


@dataclass(frozen=True)
class Evaluated:
    """A column's values, counted.

    Args:
        tally: the values and how often they occur.
        summary: what is told of any values.
        missing: how many rows have none.
    """

    tally: Tally
    summary: Summary
    missing: int

    @property
    def numbers(self) -> Numbers:
        return self.tally.numbers


STATISTICS: dict[str, Callable[..., Told]] = {}


def statistic(name: str) -> Callable[[Callable[..., Told]], Callable[..., Told]]:
    """Register a function as what a statistic tells."""

    def register(function: Callable[..., Told]) -> Callable[..., Told]:
        STATISTICS[name] = function
        return function

    return register


def attributes(
    column: Evaluated, names: list[str], parameters: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """What statistics tell of a column, in the document's order."""
    told: Told = {}
    with np.errstate(over="ignore", invalid="ignore"):
        for name in names:
            told |= STATISTICS[name](column, **parameters.get(name, {}))
    return {name: plain(told[name]) for name in ORDER if name in told}


# Any values ---------------------------------------------------------------------------------------


@statistic("DISTINCT_VALUES_COUNT")
def distinct_values_count(column: Evaluated) -> Told:
    return {"distinctValuesCount": column.summary.distinct}


@statistic("UNIQUE_VALUES_COUNT")
def unique_values_count(column: Evaluated) -> Told:
    return {"uniqueValuesCount": column.summary.unique}


@statistic("ENTROPY")
def entropy(column: Evaluated) -> Told:
    return {"entropy": column.summary.entropy}


@statistic("MOST_COMMON_VALUES")
def most_common_values(column: Evaluated, sampleSize: str) -> Told:
    common = column.tally.most_common(limit_of(sampleSize))
    return {"mostCommonValues": [counted(value, count) for value, count in common]}


@statistic("MISSING_VALUES_COUNT")
def missing_values_count(column: Evaluated) -> Told:
    return {"missingValuesCount": column.missing}


# Numbers, and lengths of strings ------------------------------------------------------------------


@statistic("MIN")
def minimum(column: Evaluated) -> Told:
    return {"min": column.numbers.least}


@statistic("MAX")
def maximum(column: Evaluated) -> Told:
    return {"max": column.numbers.largest}


@statistic("MEAN")
def mean(column: Evaluated) -> Told:
    return {"mean": column.numbers.mean}


@statistic("MEDIAN")
def median(column: Evaluated) -> Told:
    return {"median": column.numbers.median}


@statistic("MODE")
def mode(column: Evaluated) -> Told:
    return {"mode": column.numbers.mode}


@statistic("STANDARD_DEVIATION")
def standard_deviation(column: Evaluated) -> Told:
    return {"standardDeviation": column.numbers.standard_deviation}


@statistic("VALUE_DISTRIBUTION")
def distribution(column: Evaluated, binNumber: str) -> Told:
    return {"valueDistribution": value_distribution(column.numbers, int(binNumber))}


@statistic("OUTLIER_DETECTION")
def outliers(
    column: Evaluated, threshold: str, sampleSize: str, mildThreshold: str | None = None
) -> Told:
    """Counts of rows, and a sample of different values by the size of their z-scores."""
    numbers, least = column.numbers, float(threshold)
    scores = numbers.z_scores if numbers.z_scores is not None else np.zeros(len(numbers.values))
    outside = int(numbers.counts[beyond(scores, least)].sum())
    told = {"zScoreOutliersCount": outside}
    if mildThreshold is not None:
        least = float(mildThreshold)
        mild = int(numbers.counts[beyond(scores, least)].sum()) - outside
        told["zScoreMildOutliersCount"] = mild
    return told | {"zScoreOutliersSample": farthest(numbers.values, scores, least, sampleSize)}


# Numbers ------------------------------------------------------------------------------------------


@statistic("SUM")
def total(column: Evaluated) -> Told:
    return {"sum": column.numbers.sum if column.numbers.count else None}


@statistic("VARIANCE")
def variance(column: Evaluated) -> Told:
    return {"variance": column.numbers.variance}


@statistic("SKEWNESS")
def skewness(column: Evaluated) -> Told:
    return {"skewness": column.numbers.skewness}


@statistic("KURTOSIS")
def kurtosis(column: Evaluated) -> Told:
    return {"kurtosis": column.numbers.kurtosis}


@statistic("ZEROS_COUNT")
def zeros_count(column: Evaluated) -> Told:
    numbers = column.numbers
    return {"zerosCount": int(numbers.counts[numbers.values == 0].sum())}


@statistic("RANGE")
def value_range(column: Evaluated) -> Told:
    low, high = column.numbers.least, column.numbers.largest
    return {"range": None if low is None or high is None else high - low}


@statistic("PERCENTILES")
def percentiles(column: Evaluated) -> Told:
    return {f"percentile{p}": column.numbers.percentile(p / 100) for p in (5, 25, 75, 95)}


@statistic("INTER_QUARTILE_RANGE")
def interquartile_range(column: Evaluated) -> Told:
    return {"interquartileRange": column.numbers.interquartile_range}


@statistic("MEDIAN_ABSOLUTE_DEVIATION")
def median_absolute_deviation(column: Evaluated) -> Told:
    return {"medianAbsoluteDeviation": column.numbers.median_absolute_deviation}


@statistic("MINIMUM_VALUES")
def minimum_values(column: Evaluated, sampleSize: str) -> Told:
    return {"minimumValues": counted_values(column.numbers, slice(limit_of(sampleSize)))}


@statistic("MAXIMUM_VALUES")
def maximum_values(column: Evaluated, sampleSize: str) -> Told:
    descending = Numbers(column.numbers.values[::-1], column.numbers.counts[::-1])
    return {"maximumValues": counted_values(descending, slice(limit_of(sampleSize)))}


@statistic("Z_SCORE_DISTRIBUTION")
def z_scores(column: Evaluated, binNumber: str) -> Told:
    return {"zScoreDistribution": z_score_distribution(column.numbers, int(binNumber))}

"""Numbers in order with their counts, from which every statistic of a numeric column follows.

DataBrew evaluates with Spark, whose definitions hold here
(https://spark.apache.org/docs/latest/api/sql/index.html). A percentile is exact and lies between
the two nearest ranks, of n numbers at rank ``p * (n - 1)``: in a real profile of 1,449,891 rows the
quartiles end in .5 and the median does not. Kurtosis and skewness are the population's, kurtosis
less 3; the variance is the unbiased one of a sample.

All is summed in the order of the values, so that it comes out the same on any number of threads.
Sums of integers are exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Moments:
    """Sum, mean and sums of the powers of the distances from it, of `Numbers.shifted`."""

    sum: float
    mean: float
    second: float
    third: float
    fourth: float


@dataclass(frozen=True)
class Standard:
    """How numbers become z-scores: less ``origin``, by ``scale``, less ``mean``, by ``deviation``.

    The first two steps are exact; the origin of floats is 0, the scale of integers 1.
    """

    whole: bool
    origin: int
    scale: float
    mean: float
    deviation: float


class Numbers:
    """Distinct finite numbers.

    Args:
        values: ascending, int64 or float64.
        counts: how often each occurs.
    """

    def __init__(self, values: Array, counts: Array) -> None:
        self.values, self.counts = values, counts

    @property
    def whole(self) -> bool:
        """Whether these are integers by type."""
        return bool(self.values.dtype.kind == "i")

    @cached_property
    def ranks(self) -> Array:
        """Of each value, how many numbers are not above it."""
        return np.cumsum(self.counts)

    @cached_property
    def count(self) -> int:
        return int(self.ranks[-1]) if len(self.values) else 0

    @property
    def least(self) -> int | float | None:
        return self.values[0].item() if self.count else None

    @property
    def largest(self) -> int | float | None:
        return self.values[-1].item() if self.count else None

    @cached_property
    def sum(self) -> int | float:
        if self.whole:
            high, low = self.values >> 32, self.values & 0xFFFFFFFF
            return (int((high * self.counts).sum()) << 32) + int((low * self.counts).sum())
        return self._moments.sum * self.scale

    @cached_property
    def mean(self) -> float | None:
        if not self.count:
            return None
        return self.sum / self.count if self.whole else self.standard.mean * self.scale

    @property
    def variance(self) -> float | None:
        deviation = self.standard_deviation
        return None if deviation is None else deviation * deviation

    @cached_property
    def standard_deviation(self) -> float | None:
        """The sample's, None for less than two numbers."""
        return self.standard.deviation * self.scale if self.count > 1 else None

    @property
    def skewness(self) -> float | None:
        """None where all numbers are the same."""
        m = self._moments
        return math.sqrt(self.count) * m.third / m.second**1.5 if m.second else None

    @property
    def kurtosis(self) -> float | None:
        """None where all numbers are the same."""
        m = self._moments
        return self.count * m.fourth / (m.second * m.second) - 3 if m.second else None

    @cached_property
    def mode(self) -> int | float | None:
        """The most frequent number, the smallest of several."""
        return self.values[np.argmax(self.counts)].item() if self.count else None

    @cached_property
    def median(self) -> float | None:
        return self.percentile(0.5)

    @cached_property
    def median_absolute_deviation(self) -> float | None:
        """The median of the distances from the median."""
        middle = Numbers(self.shifted, self.counts).median
        if middle is None:
            return None
        distances = np.abs(self.shifted - middle)
        order = np.argsort(distances, kind="stable")  # which merges what falls and what rises
        return (Numbers(distances[order], self.counts[order]).median or 0.0) * self.scale

    def percentile(self, share: float) -> float | None:
        """The number below which a share of all numbers lies.

        >>> Numbers(np.array([1, 2, 4]), np.array([1, 1, 1])).percentile(0.75)
        3.0
        """
        if not self.count:
            return None
        rank = (self.count - 1) * share
        low, high, part = self._at(math.floor(rank)), self._at(math.ceil(rank)), rank % 1
        return float(low if low == high else low * (1 - part) + high * part)

    @cached_property
    def z_scores(self) -> Array | None:
        """How many standard deviations each value lies above the mean; None without a spread."""
        if not self.standard.deviation:
            return None
        return (self.shifted - self.standard.mean) / self.standard.deviation

    @cached_property
    def shifted(self) -> Array:
        """Values whose powers neither overflow nor lose digits.

        Integers count from the least of them, floats are divided by `scale`.
        """
        if self.whole:
            return (self.values.view(np.uint64) - self.values[:1].view(np.uint64)).astype(float)
        return self.values / self.scale

    @cached_property
    def scale(self) -> float:
        """A power of two near the largest of floats; 1 for integers."""
        if self.whole or not self.count:
            return 1.0
        return math.ldexp(1.0, math.frexp(float(np.max(np.abs(self.values[[0, -1]]))))[1] - 1)

    @cached_property
    def standard(self) -> Standard:
        """How to make z-scores; the deviation is 0 where there is no spread."""
        origin = int(self.values[0]) if self.whole and self.count else 0
        spread = self._moments.second / (self.count - 1) if self.count > 1 else 0.0
        return Standard(self.whole, origin, self.scale, self._moments.mean, math.sqrt(spread))

    @cached_property
    def _moments(self) -> Moments:
        total = float((self.shifted * self.counts).sum())
        mean = total / self.count if self.count else 0.0
        apart = self.shifted - mean
        weighed = apart * apart * self.counts
        second, third = float(weighed.sum()), float((weighed * apart).sum())
        return Moments(total, mean, second, third, float((weighed * apart * apart).sum()))

    def _at(self, rank: int) -> int | float:
        """The number that stands at a rank, from 0."""
        value: int | float = self.values[np.searchsorted(self.ranks, rank, side="right")].item()
        return value


def counted(numbers: Array, weights: Array | None = None) -> Numbers:
    """Numbers in any order, with their counts if they have any, as `Numbers`."""
    if weights is not None:
        order = np.argsort(numbers)
        return Numbers(numbers[order], weights[order])
    ordered = np.sort(numbers)
    if not len(ordered):
        return Numbers(ordered, np.array([], dtype=np.int64))
    # NaN, which differs from itself, comes last.
    differ = (ordered[1:] != ordered[:-1]) & (ordered[:-1] == ordered[:-1])
    starts = np.flatnonzero(np.concatenate(([True], differ)))
    return Numbers(ordered[starts], np.diff(np.append(starts, len(ordered))))

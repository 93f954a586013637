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
from bisect import bisect_right
from collections.abc import Callable
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

    The first two steps are exact; the origin of floats is 0, the scale of integers 1. The ``span``
    is that of integers, from the least to the largest.
    """

    whole: bool
    origin: int
    span: int
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
        distances = self.shifted - middle
        below = int(np.searchsorted(distances, 0.0))
        np.abs(distances, out=distances)
        falling = np.ascontiguousarray(distances[:below][::-1])
        return _Apart(self.ranks, falling, distances[below:]).median * self.scale

    @property
    def interquartile_range(self) -> float | None:
        """Of integers by their distances from the least, beyond 2^53 too."""
        if not self.count:
            return None
        origin = self.values[0].item() if self.whole else 0
        low, high = (
            _between(lambda rank: self._at(rank) - origin, self.count, share)
            for share in (0.25, 0.75)
        )
        return high - low

    def percentile(self, share: float) -> float | None:
        """The number below which a share of all numbers lies.

        >>> Numbers(np.array([1, 2, 4]), np.array([1, 1, 1])).percentile(0.75)
        3.0
        """
        if not self.count:
            return None
        return _between(self._at, self.count, share)

    @cached_property
    def z_scores(self) -> Array | None:
        """How many standard deviations each value lies above the mean; None without a spread."""
        if not self.standard.deviation:
            return None
        scores: Array = self.shifted - self.standard.mean
        scores /= self.standard.deviation
        return scores

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
        span = int(self.values[-1]) - origin if self.whole and self.count else 0
        return Standard(self.whole, origin, span, self.scale, self._moments.mean, math.sqrt(spread))

    @cached_property
    def _moments(self) -> Moments:
        weighed = self.shifted * self.counts  # in place from here on: fresh memory costs more
        total, count = float(weighed.sum()), self.count or 1
        mean = total / count
        apart = self.shifted - mean
        rounded = float(np.multiply(apart, self.counts, out=weighed).sum()) / count
        mean, apart = mean + rounded, np.subtract(apart, rounded, out=apart)
        np.multiply(apart, apart, out=weighed)
        powers = [
            float(np.multiply(weighed, by, out=weighed).sum()) for by in (self.counts, apart, apart)
        ]
        return Moments(total, mean, *powers)

    def _at(self, rank: int) -> int | float:
        """The number that stands at a rank, from 0."""
        value: int | float = self.values[np.searchsorted(self.ranks, rank, side="right")].item()
        return value


@dataclass(frozen=True)
class _Apart:
    """Distances from a middle: of what lies below it, and of the others, both ascending.

    Args:
        ranks: of the numbers in their own order.
        falling: distances of those below, the nearest first.
        rising: distances of the others.
    """

    ranks: Array
    falling: Array
    rising: Array

    @property
    def median(self) -> float:
        return _between(self._at, int(self.ranks[-1]), 0.5)

    def _at(self, rank: int) -> float:
        """The distance that stands at a rank among all."""
        sides = (self.falling, self.rising)
        firsts = [bisect_right(side, rank, key=self._within) for side in sides]
        there = [(s, at) for s, at in zip(sides, firsts, strict=True) if at < len(s)]
        return min(float(side[at]) for side, at in there)

    def _within(self, distance: float) -> int:
        """How many numbers lie within a distance."""
        below = len(self.falling) - int(np.searchsorted(self.falling, distance, side="right"))
        upto = len(self.falling) + int(np.searchsorted(self.rising, distance, side="right"))
        outside = self.ranks[below - 1] if below else 0
        return int(self.ranks[upto - 1] - outside) if upto else 0


def _between(at: Callable[[int], float], count: int, share: float) -> float:
    """What lies between the two nearest ranks of so many numbers."""
    rank = (count - 1) * share
    low, high, part = at(math.floor(rank)), at(math.ceil(rank)), rank % 1
    return float(low if low == high else low * (1 - part) + high * part)

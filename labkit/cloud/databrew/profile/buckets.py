"""Distributions: consecutive buckets, each from its lower bound to before the next one's.

Read off a real profile: whole numbers have whole bounds, where the wider buckets come last (7 to 32
in 20 buckets are fifteen of 1 and then five of 2), and one bucket a number where there are fewer
numbers than buckets; equal numbers share one bucket, whose bounds are doubles. The last bucket ends
at ``"inf"``, and that of z-scores starts at ``"-inf"``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from labkit.cloud.databrew.profile.numbers import Array, Numbers

Bound = int | float | str


def value_distribution(numbers: Numbers, bins: int) -> list[dict[str, Any]]:
    """How many numbers lie in each of so many ranges between the least and the largest."""
    if not numbers.count:
        return []
    low, high = numbers.values[0].item(), numbers.values[-1].item()
    if low == high:
        return [_bucket(float(low), float(high), numbers.count)]
    bounds = _whole_bounds(low, high, bins) if numbers.whole else _equal_bounds(low, high, bins)
    return _buckets(numbers, numbers.values, bounds, bounds[0])


def z_score_distribution(numbers: Numbers, bins: int) -> list[dict[str, Any]]:
    """The same of z-scores; nothing where there is no spread."""
    scores = numbers.z_scores
    if scores is None:
        return []
    bounds = _equal_bounds(float(scores[0]), float(scores[-1]), bins)
    return _buckets(numbers, scores, bounds, "-inf")


def _whole_bounds(low: int, high: int, bins: int) -> list[int]:
    """The lower bounds of buckets.

    >>> _whole_bounds(7, 32, 20)[-6:]
    [21, 22, 24, 26, 28, 30]
    >>> _whole_bounds(1, 3, 20)
    [1, 2, 3]
    """
    if high - low < bins:
        return list(range(low, high + 1))
    width, wider = divmod(high - low, bins)
    return [low + at * width + max(0, at - (bins - wider)) for at in range(bins)]


def _equal_bounds(low: float, high: float, bins: int) -> list[float]:
    half = (high / 2 - low / 2) / bins  # of a width that itself may be no double
    return [low + half * at + half * at for at in range(bins)]


def _buckets(
    numbers: Numbers, places: Array, bounds: Sequence[int | float], first: Bound
) -> list[dict[str, Any]]:
    """The counts of numbers by where they lie, which ascends as the numbers do."""
    edges = np.searchsorted(places, np.array(bounds[1:], dtype=places.dtype), side="left")
    below = [0, *(int(numbers.ranks[edge - 1]) if edge else 0 for edge in edges), numbers.count]
    ends: list[Bound] = [first, *bounds[1:], "inf"]
    return [
        _bucket(low, high, after - before)
        for (low, high), (before, after) in zip(pairwise(ends), pairwise(below), strict=True)
    ]


def _bucket(low: Bound, high: Bound, count: int) -> dict[str, Any]:
    return {"bucket": [low, high], "count": count}

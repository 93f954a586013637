"""Counts numbers: integers that lie close in their places, all others by sorting them."""

from __future__ import annotations

import math

import numpy as np

from labkit.cloud.databrew.profile.numbers import Array, Numbers

_SPAN = 2
"""Up to how many places a number counting integers in their places is faster than sorting them."""


def counted(numbers: Array, weights: Array | None = None) -> Numbers:
    """Numbers in any order, with their counts if they have any, as `Numbers`."""
    if weights is not None:
        order = np.argsort(numbers)
        return Numbers(numbers[order], weights[order])
    if not len(numbers):
        return Numbers(numbers, np.array([], dtype=np.int64))
    return _placed(numbers) if _dense(numbers) else _sorted(numbers)


def _dense(numbers: Array) -> bool:
    """Whether there are about as many integers as lie between the least and the largest."""
    span = int(numbers.max()) - int(numbers.min()) if numbers.dtype.kind == "i" else math.inf
    return span < _SPAN * len(numbers)


def _placed(numbers: Array) -> Numbers:
    least = numbers.min()
    counts = np.bincount(numbers - least)
    values = np.flatnonzero(counts)
    return Numbers(values + least, counts[values])


def _sorted(numbers: Array) -> Numbers:
    ordered = np.sort(numbers)
    # NaN, which differs from itself, comes last.
    differ = (ordered[1:] != ordered[:-1]) & (ordered[:-1] == ordered[:-1])
    starts = np.flatnonzero(np.concatenate(([True], differ)))
    return Numbers(ordered[starts], np.diff(np.append(starts, len(ordered))))

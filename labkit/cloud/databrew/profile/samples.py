"""Lists of values in the document, and numbers as JSON can hold them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from labkit.cloud.databrew.profile.numbers import Array, Numbers

Told = dict[str, Any]


def plain(value: Any) -> Any:
    """A value as JSON can hold it: a number that is none is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def limit_of(size: str) -> int | None:
    """How many values a ``sampleSize`` asks for; None for all.

    >>> limit_of("5"), limit_of("ALL")
    (5, None)
    """
    return None if size == "ALL" else int(size)


def counted(value: Any, count: int) -> Told:
    """A value and how often it occurs.

    >>> counted(float("nan"), 2)
    {'value': 'NaN', 'count': 2}
    """
    shown = str(value).replace("nan", "NaN") if plain(value) is None else value
    return {"value": shown, "count": count}


def counted_values(numbers: Numbers, part: slice) -> list[Told]:
    """A part of the numbers, each with its count."""
    values, counts = numbers.values[part].tolist(), numbers.counts[part].tolist()
    return [counted(value, count) for value, count in zip(values, counts, strict=True)]


def farthest(values: Array, scores: Array, least: float, size: str) -> list[Told]:
    """The values whose z-scores are beyond a limit, the farthest first."""
    found = beyond(scores, least)
    chosen = found[np.argsort(-np.abs(scores[found]), kind="stable")][: limit_of(size)]
    pairs = zip(values[chosen].tolist(), scores[chosen].tolist(), strict=True)
    return [{"value": value, "zScore": score} for value, score in pairs]


def beyond(ascending: Array, limit: float) -> Array:
    """Where numbers stand that are farther from 0 than a limit."""
    low = np.searchsorted(ascending, -limit, side="left")
    high = max(low, np.searchsorted(ascending, limit, side="right"))
    return np.concatenate((np.arange(low), np.arange(high, len(ascending))))

"""Forecasts of a series: additive Holt-Winters, the same for the same numbers every time.

QuickSight's own forecast is random cut forest with parts of its own that are not published
(https://docs.aws.amazon.com/quicksight/latest/user/forecasts-and-whatifs.html); this one is a named
method: level, trend and season smoothed exponentially, their weights chosen from a grid by the
least squared error of one step ahead. Source: Hyndman and Athanasopoulos, Forecasting: principles
and practice, 8.3 and 8.7, https://otexts.com/fpp3/holt-winters.html
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, product
from statistics import NormalDist
from typing import Any

METHOD = "Holt-Winters (additive)"
#: How many periods make a season, where nothing else is said.
SEASONS = {"HOUR": 24, "DAY": 7, "WEEK": 52, "MONTH": 12, "QUARTER": 4, "MINUTE": 60, "SECOND": 60}
_MOST_HISTORY = 500
_WEIGHTS = (0.1, 0.3, 0.5, 0.7, 0.9)
_TRENDS = (0.0, 0.1, 0.3)
_SEASONAL = (0.0, 0.1, 0.3)


@dataclass(frozen=True)
class Point:
    """A forecast value with the interval that it lies in."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class _Fit:
    level: float
    trend: float
    season: tuple[float, ...]
    error: float
    weights: tuple[float, float, float]


def forecast(
    history: Sequence[float], periods: int, *, season: int = 1, interval: int = 90
) -> list[Point]:
    """The next values of a series.

    Args:
        history: a value a period, none missing.
        periods: how many to forecast.
        season: how many periods make one; 1, or too short a history for two of them, means none.
        interval: in percent.

    >>> [round(point.value) for point in forecast([10, 20, 30, 40, 50], 2)]
    [60, 70]
    """
    values = [float(value) for value in history][-_MOST_HISTORY:]
    if len(values) < 3:
        return []
    length = season if season > 1 and len(values) >= 2 * season else 1
    seasonal = _SEASONAL if length > 1 else (0.0,)
    fits = (_fit(values, length, each) for each in product(_WEIGHTS, _TRENDS, seasonal))
    best = min(fits, key=lambda fit: (fit.error, fit.weights))
    z = NormalDist().inv_cdf(0.5 + interval / 200)
    return [_point(best, ahead, length, len(values), z) for ahead in range(1, periods + 1)]


def _fit(values: Sequence[float], length: int, weights: tuple[float, float, float]) -> _Fit:
    alpha, beta, gamma = weights
    level, trend, season = _start(values, length)
    errors = 0.0
    for at, value in enumerate(values):
        expected = level + trend + season[at % length]
        error = value - expected
        errors += error * error
        level, trend = level + trend + alpha * error, trend + alpha * beta * error
        season[at % length] += gamma * (1 - alpha) * error
    return _Fit(level, trend, tuple(season), errors, weights)


def _start(values: Sequence[float], length: int) -> tuple[float, float, list[float]]:
    """Level and trend before the first value, and the first season's deviations."""
    if length == 1:
        trend = values[1] - values[0]
        return values[0] - trend, trend, [0.0]
    first, second = (sum(values[at : at + length]) / length for at in (0, length))
    trend = (second - first) / length
    middle = (length - 1) / 2
    season = [values[at] - (first + (at - middle) * trend) for at in range(length)]
    return first - (middle + 1) * trend, trend, season


def _point(fit: _Fit, ahead: int, length: int, count: int, z: float) -> Point:
    value = fit.level + ahead * fit.trend + fit.season[(count + ahead - 1) % length]
    alpha, beta, gamma = fit.weights
    spread = 1.0
    for step in range(1, ahead):
        seasonal = gamma * (1 - alpha) if step % length == 0 else 0.0
        spread += (alpha * (1 + step * beta) + seasonal) ** 2
    margin = z * math.sqrt(fit.error / max(1, count - 2) * spread)
    return Point(value, value - margin, value + margin)


def asked(properties: Mapping[str, Any], granularity: str) -> dict[str, int]:
    """The arguments of `forecast` that an API's properties mean."""
    seasonality = properties.get("Seasonality")
    custom = properties.get("CustomSeasonalityValue") if seasonality == "CUSTOM" else seasonality
    season = custom if isinstance(custom, int) else SEASONS.get(granularity, 1)
    return {
        "periods": int(properties.get("PeriodsForward", 14)),
        "season": season,
        "interval": int(properties.get("PredictionInterval", 90)),
    }


def bounded(points: Sequence[Point], properties: Mapping[str, Any]) -> list[Point]:
    """Within the boundaries that the definition sets."""
    low = properties.get("LowerBoundary", -math.inf)
    high = properties.get("UpperBoundary", math.inf)

    def within(value: float) -> float:
        return float(min(max(value, low), high))

    return [Point(within(p.value), within(p.lower), within(p.upper)) for p in points]


def later(moment: datetime, granularity: str, periods: int) -> datetime:
    """A moment some periods later; in a shorter month, its last day.

    >>> later(datetime(2024, 11, 1), "QUARTER", 1).isoformat()
    '2025-02-01T00:00:00'
    """
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}.get(granularity)
    if months:
        count = moment.year * 12 + moment.month - 1 + months * periods
        year, month = count // 12, count % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return moment.replace(year=year, month=month, day=min(moment.day, last))
    return moment + periods * _STEPS[granularity]


_STEPS = {
    "WEEK": timedelta(weeks=1),
    "DAY": timedelta(days=1),
    "HOUR": timedelta(hours=1),
    "MINUTE": timedelta(minutes=1),
    "SECOND": timedelta(seconds=1),
    "MILLISECOND": timedelta(milliseconds=1),
}


def filled(points: Mapping[datetime, float], granularity: str) -> Iterator[tuple[datetime, float]]:
    """A series without gaps: a missing period lies on the line between its neighbours."""
    moments = sorted(points)
    for first, second in pairwise(moments):
        steps = 1
        while later(first, granularity, steps) < second and steps < 100_000:
            steps += 1
        for step in range(steps):
            share = step / steps
            value = points[first] * (1 - share) + points[second] * share
            yield later(first, granularity, step), value
    if moments:
        yield moments[-1], points[moments[-1]]

"""Ticks, and numbers short enough for an axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

TINY = 1e-8  # below it a number is written with its power of ten


@dataclass(frozen=True)
class Scale:
    """An axis of numbers: its ends and where its ticks stand.

    Args:
        log: whether its ends are logarithms.
        beyond: how many values a logarithmic one has no place for.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False
    beyond: int = 0

    @property
    def ends(self) -> tuple[float, float]:
        return self.low, self.high

    def place(self, value: float) -> float:
        """Where a value stands on the axes: its logarithm, or the low end where it has none."""
        if not self.log:
            return value
        return math.log10(value) if value > 0 else self.low


def number(value: Any) -> float | None:
    """A value as a float; ``None`` where it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def numbers(values: Iterable[Any]) -> list[float]:
    """Those of the values that are numbers."""
    return [each for each in map(number, values) if each is not None]


def moment(value: Any) -> float | None:
    """A date or time as days since 1970."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds() / 86400
    if isinstance(value, date):
        return float((value - date(1970, 1, 1)).days)
    return None


def compact(value: float, *, step: float | None = None) -> str:
    """A number as an axis tells it.

    Args:
        value: the number.
        step: the distance between two ticks, which says how many decimals are needed.

    >>> [compact(each) for each in (0, 12.5, 9_500, 12_500, 3_000_000, -1.25e9)]
    ['0', '12.5', '9.5K', '12.5K', '3M', '-1.25B']
    """
    for unit, suffix in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= unit and (step is None or step >= (unit if unit == 1e3 else unit / 10)):
            return _plain(value / unit, None if step is None else step / unit) + suffix
    return _plain(value, step)


def linear(low: float, high: float, count: int, *, step: float | None = None) -> Scale:
    """A scale of round ticks that holds both numbers; of a given step if it makes 50 at most.

    >>> linear(0, 87, 5).ticks
    (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
    """
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0) if low or high else 1.0
    if not step or not (high - low) / 50 <= step:
        step = _step((high - low) / max(count, 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = max(12, 3 - math.floor(math.log10(step)))
    ticks = tuple(round(at * step, places) for at in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def logarithmic(low: float, high: float, base: float = 10) -> Scale:
    """A scale whose ticks are powers of the base."""
    first = math.floor(math.log(low, base) + 1e-9)
    last = max(math.ceil(math.log(high, base) - 1e-9), first + 1)
    every = max(1, (last - first) // 6)
    ticks = tuple(base**at for at in range(first, last + 1, every))
    return Scale(math.log10(base**first), math.log10(base**last), ticks, log=True)


def steps(scale: Scale) -> float | None:
    """The distance between two ticks; none on a logarithmic scale."""
    return None if scale.log or len(scale.ticks) < 2 else scale.ticks[1] - scale.ticks[0]


def thinned(widths: Sequence[float], room: float) -> int:
    """Every how many-th of equally spaced labels there is room for."""
    if not widths:
        return 1
    return max(1, math.ceil(max(widths) / max(room / len(widths), 0.01)))


def _step(rough: float) -> float:
    unit = 10.0 ** math.floor(math.log10(rough))
    return next(unit * each for each in (1, 2, 2.5, 5, 10) if unit * each >= rough * (1 - 1e-9))


def _plain(value: float, step: float | None) -> str:
    if step:
        if step < TINY:
            return f"{value:.3g}"
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        if round(step, decimals) != round(step, decimals + 1):
            decimals += 1
        return f"{value:,.{decimals}f}"
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    if abs(value) >= 0.01:
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:.2g}" if abs(value) < TINY else f"{Decimal(f'{value:.2g}'):f}"

"""Random draws that are the same on every machine, run and thread count.

NumPy promises the stream of a bit generator for ever, but not what `Generator` makes of it
(https://numpy.org/neps/nep-0019-rng-policy.html), and a platform's `log` or `exp` may differ in
the last bit. So we take raw 64-bit numbers from Philox, a counter-based generator that any key
starts anew, and do integer arithmetic only. Curves are tables of points, joined by straight lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Shape = int | tuple[int, ...]
Curve = Sequence[tuple[int, int]]

BELL_MEAN = 2 * 65_535
"""The mean of `Draws.bell`; its standard deviation is about 37,837."""


class Draws:
    """A stream of draws of its own for each key, such as `Draws("general", 7, 0)`."""

    def __init__(self, *key: str | int) -> None:
        digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
        self._bits = np.random.Philox(key=np.frombuffer(digest, "<u8", count=2))

    def raw(self, shape: Shape) -> NDArray[np.uint64]:
        """Whole 64-bit numbers."""
        return np.asarray(self._bits.random_raw(shape), np.uint64)

    def below(self, limit: int | Ints, shape: Shape) -> Ints:
        """Whole numbers from 0 up to but not including `limit` (less than 2**31)."""
        halves = (self.raw(shape) >> np.uint64(33)).astype(np.int64)
        return (halves * limit) >> 31

    def chance(self, permille: int | Ints, shape: Shape) -> NDArray[np.bool_]:
        """True `permille` times in a thousand."""
        return self.below(1000, shape) < permille

    def pick(self, weights: Sequence[int], shape: Shape) -> Ints:
        """Places in `weights`, each as often as its weight says."""
        edges = np.cumsum(np.asarray(weights, np.int64))
        return np.searchsorted(edges, self.below(int(edges[-1]), shape), side="right")

    def bell(self, shape: Shape) -> Ints:
        """A bell around `BELL_MEAN`: the sum of four 16-bit numbers."""
        bits = self.raw(shape)
        parts = [(bits >> np.uint64(shift)) & np.uint64(0xFFFF) for shift in (0, 16, 32, 48)]
        return sum(part.astype(np.int64) for part in parts)  # type: ignore[return-value]

    def curve(self, points: Curve, shape: Shape) -> Ints:
        """Values spread as `points` say: pairs of permille and the value at that quantile."""
        return along(points, self.below(1_000_000, shape), 1_000_000)

    def order(self, size: int) -> Ints:
        """The numbers below `size` in a shuffled order."""
        return np.argsort(self.raw(size), kind="stable")


def along(points: Curve, position: Ints, whole: int) -> Ints:
    """Read a curve at `position / whole`, in integers.

    >>> along([(0, 10), (500, 20), (1000, 120)], np.array([0, 1, 2, 3]), 4).tolist()
    [10, 15, 20, 70]
    """
    at = np.array([permille for permille, _ in points], np.int64)
    value = np.array([value for _, value in points], np.int64)
    x = position * 1000
    left = np.searchsorted(at[1:-1] * whole, x, side="right")
    run, rise = (at[left + 1] - at[left]) * whole, value[left + 1] - value[left]
    drawn: Ints = value[left] + (x - at[left] * whole) * rise // run
    return drawn


def ranks(keys: Ints, groups: Ints) -> tuple[Ints, Ints]:
    """Each item's place by `keys` within its group, and the size of that group.

    >>> [part.tolist() for part in ranks(np.array([5, 9, 1, 7]), np.array([0, 1, 0, 0]))]
    [[1, 0, 0, 2], [3, 1, 3, 3]]
    """
    order = np.lexsort((keys, groups))
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    place = np.empty(len(keys), np.int64)
    place[order] = np.arange(len(keys)) - starts[groups[order]]
    return place, sizes[groups]

"""In which state an alarm is, by the data points of its last periods, of which some may be missing.

Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, whose
tables are the tests of it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: How many points more than an alarm wants are looked at, so that late ones are found.
MORE = 2
_COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
#: The comparisons that are judged.
COMPARED = frozenset(_COMPARISONS)
Point = float | None


@dataclass(frozen=True)
class Rule:
    """What an alarm is judged by.

    Args:
        comparison: of a point with the threshold: ``GreaterThanThreshold`` and so on.
        threshold: in the metric's unit.
        periods: how many points count.
        breaching: how many of them must breach the threshold, where not all must.
        missing: what a missing point is: ``missing``, ``ignore``, ``breaching``, ``notBreaching``.
    """

    comparison: str
    threshold: float
    periods: int
    breaching: int | None = None
    missing: str = "missing"

    def state(self, points: Sequence[Point]) -> str | None:
        """``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``; ``None`` where the state stays.

        Args:
            points: of the periods, the last one at the end, `MORE` than count.
        """
        real = [self._breaches(each) for each in points if each is not None]
        count = sum(real[-self.periods :])
        if len(real) < self.periods:
            if self.missing == "breaching":
                count += self.periods - len(real)
            elif self.missing != "notBreaching" and count < self._wanted and all(real):
                return self._unsure(points)
        return "ALARM" if count >= self._wanted else "OK"

    def reason(self, points: Sequence[tuple[str, Point]], state: str) -> str:
        """CloudWatch's sentence of a state.

        Args:
            points: with the beginnings of their periods.
        """
        real = [(at, each) for at, each in points if each is not None][-self.periods :]
        if state == "INSUFFICIENT_DATA":
            return f"Insufficient Data: {_were(self.periods - len(real), 'datapoint')} unknown."
        limit = f"{_COMPARISONS[self.comparison][1]} the threshold ({float(self.threshold)})"
        if not real:
            kind = "Breaching" if state == "ALARM" else "NonBreaching"
            unseen = _were(self.periods, "missing datapoint")
            told = (
                f"no datapoints were received for {_many(self.periods, 'period')} and {unseen} "
                f"treated as [{kind}]"
            )
        elif state == "ALARM" and self.breaching:
            crossed = [(at, each) for at, each in real if self._breaches(each)]
            told = (
                f"{len(crossed)} out of the last {self.periods} datapoints [{_listed(crossed)}] "
                f"{_verb(len(crossed))} {limit} (minimum {_many(self.breaching, 'datapoint')} for "
                "OK -> ALARM transition)"
            )
        else:
            count, word = len(real), "" if state == "ALARM" else "not "
            told = f"{_many(count, 'datapoint')} [{_listed(real)}] {_verb(count)} {word}{limit}"
        return f"Threshold Crossed: {told}."

    @property
    def _wanted(self) -> int:
        return self.breaching or self.periods

    def _unsure(self, points: Sequence[Point]) -> str | None:
        """The state where no point is known to be within the threshold, and some are missing."""
        if self.missing == "ignore":
            return None
        first = next((at for at, each in enumerate(points) if each is not None), len(points))
        return "ALARM" if len(points) - first >= self._wanted else "INSUFFICIENT_DATA"

    def _breaches(self, point: float) -> bool:
        return _COMPARISONS[self.comparison][0](point, self.threshold)


def _listed(points: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{value} ({at})" for at, value in reversed(points))


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _verb(count: int) -> str:
    return "was" if count == 1 else "were"


def _were(count: int, what: str) -> str:
    return f"{_many(count, what)} {_verb(count)}"

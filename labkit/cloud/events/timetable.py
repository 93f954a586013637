"""Clocks that begin what is due by a schedule expression, and the thread that lets them tick.

What falls due while the local AWS is down is not made up for.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.events.schedule import kept_schedule

log = logging.getLogger(__name__)
Plan = tuple[str, str, str]  # region, name and expression
STUMBLED_S = 60.0


class Timetable(ABC):
    """Begins what is due.

    Args:
        cloud: whose plans.
        start: starts something of a region by its name.
        now: the time, in seconds since 1970.
    """

    def __init__(
        self,
        cloud: Cloud,
        start: Callable[[Cloud, str, str], Any],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._cloud, self._start, self._now = cloud, start, now
        self._next: dict[Plan, float] = {}

    @abstractmethod
    def plans(self) -> Iterable[Plan]:
        """What is followed; a plan with another expression is another plan."""

    def begin(self, region: str, name: str) -> None:
        """Begin what is due; what cannot be begun is skipped."""
        self._start(self._cloud, region, name)

    def tick(self) -> float | None:
        """Begin what is due. Returns the seconds until the next plan is, if any is to be."""
        now, plans = self._now(), dict.fromkeys(self.plans())
        for plan in [plan for plan in plans if self._next.get(plan, now + 1) <= now]:
            self.begin(*plan[:2])
            del self._next[plan]
        known = {plan: self._next.get(plan) or self.due(plan[2], now) for plan in plans}
        self._next = {plan: due for plan, due in known.items() if due is not None}
        return max(0.0, min(self._next.values()) - now) if self._next else None

    def due(self, expression: str, now: float) -> float | None:
        """When a plan's expression is next met."""
        return kept_schedule(expression).after(now, now)


def follow(tick: Callable[[], float | None], changed: threading.Event, name: str) -> None:
    """Tick in a thread of its own: when the seconds of the last tick are over, or on a change."""
    threading.Thread(target=_follow, args=(tick, changed, name), name=name, daemon=True).start()


def _follow(tick: Callable[[], float | None], changed: threading.Event, name: str) -> None:
    while True:
        changed.clear()
        try:
            wait = tick()
        except Exception:
            log.exception("the %s stumbled", name)
            wait = STUMBLED_S
        changed.wait(wait)

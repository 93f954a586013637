"""The clock that fires scheduled rules.

A thread sleeps until the next rule is due, or until a rule changes. A rate counts from when its
rule was made or enabled. What fell due while the server was down is not made up for: a laptop
that was asleep for a week does not load a week's data at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import moto.events.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.rules import fire
from labkit.cloud.events.schedule import parse_schedule

log = logging.getLogger(__name__)

KIND = "events.schedule"
CHANGES = ("put_rule", "enable_rule", "disable_rule", "delete_rule")


class Clock:
    """Fires the enabled rules that are due.

    Args:
        cloud: whose rules.
        now: the time, in seconds since 1970.
        fire: what to do with a rule that is due.
    """

    def __init__(
        self,
        cloud: Cloud,
        *,
        now: Callable[[], float] = time.time,
        fire: Callable[[Cloud, Any, float], None] = fire,
    ) -> None:
        self._cloud, self._now, self._fire = cloud, now, fire
        self._since: dict[str, tuple[str, float]] = {}
        self._next: dict[str, float] = {}
        self.changed = threading.Event()

    def tick(self) -> float | None:
        """Fire what is due. Returns the seconds until the next rule is, if any ever will be."""
        now, rules = self._now(), {rule.arn: rule for rule in self._scheduled()}
        self._follow(rules, now)
        for arn in [arn for arn, due in self._next.items() if due <= now]:
            self._fire(self._cloud, rules[arn], self._next[arn])
            self._plan(rules[arn], now)
        return max(0.0, min(self._next.values()) - now) if self._next else None

    def run(self) -> None:
        """Tick for ever."""
        while True:
            self.changed.clear()
            try:
                wait = self.tick()
            except Exception:
                log.exception("the clock of the scheduled rules stumbled")
                wait = 60.0
            self.changed.wait(wait)

    def _follow(self, rules: dict[str, Any], now: float) -> None:
        """Plan rules that are new, enabled again or changed; forget the others."""
        for arn in set(self._next) - set(rules):
            self._next.pop(arn), self._since.pop(arn)
        for arn, rule in rules.items():
            if self._since.get(arn, ("",))[0] != rule.scheduled_expression:
                self._since[arn] = (rule.scheduled_expression, self._began(rule, now))
                self._plan(rule, now)

    def _plan(self, rule: Any, now: float) -> None:
        expression, since = self._since[rule.arn]
        due = parse_schedule(expression).after(now, since)
        self._next[rule.arn] = float("inf") if due is None else due

    def _began(self, rule: Any, now: float) -> float:
        """When a rule's rate began to count, which a restart does not change."""
        records = self._cloud.records(KIND)
        known = records.get(rule.arn, {})
        if known.get("expression") != rule.scheduled_expression:
            records[rule.arn] = {"expression": rule.scheduled_expression, "since": now}
        return float(records[rule.arn]["since"])

    def _scheduled(self) -> Iterator[Any]:
        """The enabled rules with a schedule; a disabled one forgets when it began."""
        records = self._cloud.records(KIND)
        for backend in list(models.events_backends[self._cloud.account].values()):
            for rule in list(backend.event_buses["default"].rules.values()):
                if rule.scheduled_expression and rule.state == "ENABLED":
                    yield rule
                elif rule.arn in records:
                    del records[rule.arn]


@on_start
def start(cloud: Cloud) -> None:
    """Start the clock, and have it look again whenever a rule changes."""
    clock = Clock(cloud)
    for name in CHANGES:
        _wake_after(name, clock.changed)
    threading.Thread(target=clock.run, name="clock", daemon=True).start()


def _wake_after(name: str, changed: threading.Event) -> None:
    original = getattr(models.EventsBackend, name)

    def method(backend: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(backend, *args, **kwargs)
        finally:
            changed.set()

    setattr(models.EventsBackend, name, method)

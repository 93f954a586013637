"""The clock that fires scheduled rules, and the schedules of EventBridge Scheduler.

A thread sleeps until the next one is due, or until one changes. A rate counts from when its
rule was made or enabled. What fell due while the server was down is not made up for: a laptop
that was asleep for a week does not load a week's data at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import moto.events.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.rules import fire
from labkit.cloud.events.schedule import Schedule, kept_schedule
from labkit.cloud.events.timetable import follow

KIND = "events.schedule"
NEVER = float("inf")
CHANGES = ("put_rule", "enable_rule", "disable_rule", "delete_rule")


def scheduled_rules(cloud: Cloud) -> Iterator[Any]:
    """The enabled rules with a schedule."""
    for backend in list(models.events_backends[cloud.account].values()):
        for rule in list(backend.event_buses["default"].rules.values()):
            if rule.scheduled_expression and rule.state == "ENABLED":
                yield rule


class Clock:
    """Fires the enabled rules that are due.

    Args:
        cloud: whose rules.
        now: the time, in seconds since 1970.
        fire: what to do with a rule that is due.
        scheduled: the rules, each with an ``arn`` and a ``scheduled_expression``.
        parse: reads such an expression.
        kind: of the records of when they began to count.
        since: when a rule that is seen first, at this time, has begun to count.
    """

    def __init__(
        self,
        cloud: Cloud,
        *,
        now: Callable[[], float] = time.time,
        fire: Callable[[Cloud, Any, float], None] = fire,
        scheduled: Callable[[Cloud], Iterator[Any]] = scheduled_rules,
        parse: Callable[[str], Schedule] = kept_schedule,
        kind: str = KIND,
        since: Callable[[Any, float], float] = lambda _, now: now,
    ) -> None:
        self._cloud, self._now, self._fire = cloud, now, fire
        self._scheduled, self._parse, self._kind, self._first = scheduled, parse, kind, since
        self._since: dict[str, tuple[str, float]] = {}
        self._next: dict[str, float] = {}
        self.changed = threading.Event()

    def tick(self) -> float | None:
        """Fire what is due. Returns the seconds until the next rule is, if any ever will be."""
        now, rules = self._now(), {rule.arn: rule for rule in self._scheduled(self._cloud)}
        self._follow(rules, now)
        for arn in [arn for arn, due in self._next.items() if due <= now]:
            self._fire(self._cloud, rules[arn], self._next[arn])
            self._fired(rules[arn], now)
            self._plan(rules[arn], now)
        next_due = min(self._next.values(), default=NEVER)
        return None if next_due == NEVER else max(0.0, next_due - now)

    def _follow(self, rules: dict[str, Any], now: float) -> None:
        """Plan rules that are new, enabled again or changed; forget the others."""
        records = self._cloud.records(self._kind)
        for arn in {*self._next, *records} - set(rules):
            self._next.pop(arn, None), self._since.pop(arn, None), records.pop(arn, None)
        for arn, rule in rules.items():
            if self._since.get(arn, ("",))[0] != rule.scheduled_expression:
                self._since[arn] = (rule.scheduled_expression, self._began(rule, now))
                self._plan(rule, now)

    def _plan(self, rule: Any, now: float) -> None:
        expression, since = self._since[rule.arn]
        due = self._parse(expression).after(now, since)
        self._next[rule.arn] = NEVER if due is None else due

    def _began(self, rule: Any, now: float) -> float:
        """When a rule's rate began to count, which a restart does not change."""
        records = self._cloud.records(self._kind)
        known = records.get(rule.arn, {})
        if known.get("expression") != rule.scheduled_expression:
            since = self._first(rule, now)
            records[rule.arn] = {"expression": rule.scheduled_expression, "since": since}
        return float(records[rule.arn]["since"])

    def _fired(self, rule: Any, now: float) -> None:
        """Let what is due only once count as done; a rate goes on counting from where it began."""
        if self._parse(rule.scheduled_expression).once:
            self._since[rule.arn] = (rule.scheduled_expression, now)
            known = self._cloud.records(self._kind)
            known[rule.arn] = {"expression": rule.scheduled_expression, "since": now}


@on_start
def start(cloud: Cloud) -> None:
    """Start the clock, and have it look again whenever a rule changes."""
    run(Clock(cloud), models.EventsBackend, CHANGES)


def run(clock: Clock, backend: Any, changes: Iterable[str]) -> None:
    """Let a clock run, and look again after each of a backend's methods."""
    for name in changes:
        _wake_after(backend, name, clock.changed)
    follow(clock.tick, clock.changed, "clock")


def _wake_after(owner: Any, name: str, changed: threading.Event) -> None:
    original = getattr(owner, name)

    def method(backend: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(backend, *args, **kwargs)
        finally:
            changed.set()

    setattr(owner, name, method)

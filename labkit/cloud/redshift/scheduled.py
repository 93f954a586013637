"""When scheduled actions are due, those of clusters and those of Serverless, and their clock.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateScheduledAction.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labkit.cloud.cloud import Cloud
from labkit.cloud.events import timetable
from labkit.cloud.redshift import records
from labkit.cloud.redshift.records import Kind, Record
from labkit.cloud.scheduler import expressions

TOLD = 5


@dataclass(frozen=True)
class Actions:
    """The scheduled actions of a service.

    Args:
        kind: of their records.
        state: the member that says ``ACTIVE``.
        written: all of an action's schedule in one text, as `expressions.written` gives it.
        changed: set when one may have changed.
    """

    kind: Kind
    state: str
    written: Callable[[Record], str]
    changed: threading.Event

    def upcoming(self, record: Record) -> list[float]:
        """The next times when an active one is due, in seconds since 1970."""
        times, moment = expressions.rewritten(self.written(record)), time.time()
        found: list[float] = []
        while record[self.state] == "ACTIVE" and len(found) < (1 if times.once else TOLD):
            due = times.after(moment, moment)
            if due is None:
                break
            moment = due
            found.append(due)
        return found

    def due_after(self, record: Record, moment: float) -> float | None:
        """When an active one is due next after a moment."""
        active = record[self.state] == "ACTIVE"
        return expressions.rewritten(self.written(record)).after(moment, moment) if active else None

    def follow(self, cloud: Cloud, run: Callable[[Cloud, str, str], None], name: str) -> None:
        """Run the actions when they are due, each by its region and name, in a thread so called."""
        timetable.follow(_Timetable(cloud, run, self).tick, self.changed, name)


class _Timetable(timetable.Timetable):
    def __init__(
        self, cloud: Cloud, start: Callable[[Cloud, str, str], None], actions: Actions
    ) -> None:
        super().__init__(cloud, start)
        self._actions = actions

    def plans(self) -> Iterator[timetable.Plan]:
        for each in records.every(self._cloud, self._actions.kind):
            if each[self._actions.state] == "ACTIVE":
                yield each["_"]["region"], each["_"]["name"], self._actions.written(each)

    def due(self, expression: str, now: float) -> float | None:
        return expressions.rewritten(expression).after(now, now)

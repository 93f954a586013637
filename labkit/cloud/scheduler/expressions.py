"""When a schedule of EventBridge Scheduler is due: in its time zone, between its dates.

``rate`` and ``cron`` are those of EventBridge's rules, but for ``rate(1 hours)``, which is as good
as ``rate(1 hour)`` here; ``at(2026-11-26T09:00:00)`` is due once. A time that the clocks leap over
in spring never comes; one that they show twice in autumn comes once.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import datetime
import json
import re
import zoneinfo
from dataclasses import dataclass

from labkit.cloud.events.schedule import BadSchedule, Never, Rate, Schedule, parse_schedule

_SEVERAL = re.compile(r"rate\(1 (minute|hour|day)s\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")


@dataclass(frozen=True)
class At:
    """Once, even late: when nobody was there to fire it."""

    moment: float
    once = True

    def after(self, moment: float, since: float) -> float | None:
        return self.moment if self.moment > since else None


@dataclass(frozen=True)
class Zoned:
    """At times of days as the clocks of a time zone show them."""

    times: Schedule
    zone: datetime.tzinfo
    once = False

    def after(self, moment: float, since: float) -> float | None:
        shown = self._shown(moment)
        while (found := self.times.after(shown, since)) is not None:
            real = self._real(found)
            if real is not None and real > moment:
                return real
            shown = found
        return None

    def _shown(self, moment: float) -> float:
        """What the clocks show, as if it were UTC."""
        here = datetime.datetime.fromtimestamp(moment, self.zone)
        return here.replace(tzinfo=datetime.UTC).timestamp()

    def _real(self, shown: float) -> float | None:
        """When the clocks show a time for the first time; ``None`` when they leap over it."""
        naive = datetime.datetime.fromtimestamp(shown, datetime.UTC).replace(tzinfo=None)
        here = naive.replace(tzinfo=self.zone)
        again = here.astimezone(datetime.UTC).astimezone(self.zone)
        return here.timestamp() if again.replace(tzinfo=None) == naive else None


@dataclass(frozen=True)
class Between:
    """What is due between two dates."""

    times: Schedule
    start: float | None
    end: float | None
    once = False

    def after(self, moment: float, since: float) -> float | None:
        if self.start is not None:
            since = self.start
            moment = max(moment, self.start - 1)
        found = self.times.after(moment, since)
        return None if found is None or (self.end is not None and found > self.end) else found


def read(
    expression: str, zone: str = "UTC", start: float | None = None, end: float | None = None
) -> Schedule:
    """A schedule of its expression.

    Raises:
        BadSchedule: it is none, or there is no such time zone.
    """
    try:
        place = zoneinfo.ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise BadSchedule(zone) from error
    if found := _AT.fullmatch(expression):
        try:
            return At(datetime.datetime.fromisoformat(found[1]).replace(tzinfo=place).timestamp())
        except ValueError as error:
            raise BadSchedule(expression) from error
    times = parse_schedule(_SEVERAL.sub(r"rate(1 \1)", expression))
    return Between(times if isinstance(times, Rate) else Zoned(times, place), start, end)


def written(expression: str, zone: str, start: float | None, end: float | None = None) -> str:
    """All of a schedule in one text, which `rewritten` reads."""
    return json.dumps([expression, zone, start, end])


def judged(text: str) -> Schedule:
    """What was written.

    Raises:
        BadSchedule: as `read`.
    """
    return read(*json.loads(text))


def rewritten(text: str) -> Schedule:
    """What was written; never due where it would be refused today."""
    try:
        return judged(text)
    except BadSchedule:
        return Never()

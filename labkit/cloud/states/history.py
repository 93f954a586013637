"""An execution's history: numbered events, each of which names the one that led to it.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer

KIND = "states.history"
MOST_EVENTS = 25_000
# What a request without the execution's data does not get.
DATA = ("input", "inputDetails", "output", "outputDetails")


# Events that have details, if empty ones, also where nobody said an error, a cause or a worker.
ALWAYS_DETAILED = ("ActivityStarted", "ExecutionAborted", "ExecutionFailed")


@dataclass(frozen=True)
class Event:
    """An event that is yet to be written.

    Args:
        kind: its type, such as ``TaskScheduled``.
        details: the members of its details.
        after: the event that led to it; by default the last one of its branch.
    """

    kind: str
    details: dict[str, Any] = field(default_factory=dict)
    after: int | None = None


class History:
    """The events of one execution."""

    def __init__(self, cloud: Cloud, execution: str) -> None:
        self._records, self._execution = cloud.records(KIND), execution
        self.length = 0
        while self._name(self.length + 1) in self._records:
            self.length += 1

    def add(self, event: Event, previous: int) -> int:
        """Write an event down. Returns its number."""
        self.length += 1
        told = event.details or event.kind in ALWAYS_DETAILED
        details = {_member(event.kind): event.details} if told else {}
        self._records[self._name(self.length)] = {
            "timestamp": time.time(),
            "type": event.kind,
            "id": self.length,
            "previousEventId": previous if event.after is None else event.after,
            **details,
        }
        return self.length

    def events(self) -> Iterator[Answer]:
        """All events, the first one first."""
        for number in range(1, self.length + 1):
            yield self._records[self._name(number)]

    def forget(self) -> None:
        """Delete all of them."""
        for number in range(1, self.length + 1):
            del self._records[self._name(number)]
        self.length = 0

    def _name(self, number: int) -> str:
        return f"{self._execution}#{number}"


def without_data(event: Answer) -> Answer:
    """An event without what the execution works on."""
    return {
        name: {k: v for k, v in value.items() if k not in DATA}
        if isinstance(value, dict)
        else value
        for name, value in event.items()
    }


def _member(kind: str) -> str:
    """The member that has the details of a type of event."""
    for edge in ("StateEntered", "StateExited"):
        if kind.endswith(edge):
            kind = edge
    return f"{kind[0].lower()}{kind[1:]}EventDetails"

"""The states that walk several ways at once: Parallel and Map.

When one walk fails the state fails, and the others end where they are. Sources:
https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html and
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from labkit.cloud.states.distributed.problems import is_distributed, processor_of
from labkit.cloud.states.distributed.state import run_distributed
from labkit.cloud.states.errors import StateFailed
from labkit.cloud.states.frames import Frame, Group, Interrupted
from labkit.cloud.states.history import Event
from labkit.cloud.states.items import item_context, items_of, selected
from labkit.cloud.states.visits import Ending, Visit, state_type
from labkit.cloud.states.walking import walk

MOST_AT_ONCE = 40
ABORTABLE = ("Task", "Wait", "Map", "Parallel")
Begin = Callable[[Frame, int | None], None]  # with the event that leads to it, if not the start


@state_type("Parallel")
def run_parallel(visit: Visit) -> Ending:
    argument = visit.arguments()
    if visit.work is None:
        visit.frame.commit(Event("ParallelStateStarted"), work=_started(visit))
    side = _Side(visit, "Parallel")
    for number, branch in enumerate(visit.state["Branches"]):
        side.add(number, branch, lambda frame, _: side.begin(frame, argument))
    return visit.done(side.results(len(visit.children)), side.succeeded())


@state_type("Map")
def run_map(visit: Visit) -> Ending:
    if is_distributed(visit.state):
        return run_distributed(visit)
    try:
        items, most = items_of(visit), int(visit.number("MaxConcurrency") or 0)
    except StateFailed as error:
        error.events += [Event("MapStateFailed")] * bool(error.events)
        raise
    if visit.work is None:
        length = {"length": len(items)}
        visit.frame.commit(Event("MapStateStarted", length), work=_started(visit))
    side = _Side(visit, "Map")
    _, processor = processor_of(visit.state)
    for index, item in enumerate(items):
        side.add(index, processor, _iteration(side, visit, index, item), item_context(index, item))
    return visit.done(side.results(most or MOST_AT_ONCE), side.succeeded())


def _iteration(side: _Side, visit: Visit, index: int, item: Any) -> Begin:
    """How one iteration begins."""

    def begin(frame: Frame, after: int | None) -> None:
        data = selected(visit, index, item)
        side.begin(frame, data, Event("MapIterationStarted", side.details(index), after))

    return begin


def _started(visit: Visit) -> dict[str, Any]:
    """The mark of a state whose branches have begun: where they lead off."""
    return {"started": visit.frame.execution.history.length + 1}


class _Side:
    """The walks side by side of one state."""

    def __init__(self, visit: Visit, kind: str) -> None:
        self.visit, self.kind, self.group = visit, kind, Group()
        self.failed: tuple[Frame, StateFailed] | None = None
        self._begins: list[Begin] = []
        self._next = 0
        self._lock = threading.Lock()

    def add(
        self, number: int, machine: Any, begin: Begin, context: dict[str, Any] | None = None
    ) -> None:
        parent = self.visit.frame
        frame = Frame(
            parent.execution,
            f"{parent.path}/{number}",
            machine,
            groups=(*parent.groups, self.group),
            context=parent.context | (context or {}),
        )
        self.visit.children.append(frame)
        self._begins.append(begin)

    def begin(self, frame: Frame, data: Any, *events: Event) -> None:
        assert self.visit.work is not None
        frame.begin(data, self.visit.frame.mark["variables"], self.visit.work["started"], *events)

    def results(self, at_once: int) -> list[Any]:
        """Walk them all. Returns their outputs, in order.

        Raises:
            StateFailed: one of them failed.
        """
        count = min(at_once, MOST_AT_ONCE, len(self.visit.children))
        name, self._next = f"branch of {self.visit.frame.name}", count
        threads = [
            threading.Thread(target=self._walk, args=(number,), name=name, daemon=True)
            for number in range(count)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.visit.frame.check()
        if self.failed:
            raise self._failure(*self.failed)
        return [frame.mark["output"] for frame in self.visit.children]

    def details(self, index: int) -> dict[str, Any]:
        return {"name": self.visit.name, "index": index}

    def succeeded(self) -> Event:
        assert self.visit.work is not None
        ends = [frame.mark["last"] for frame in self.visit.children]
        return Event(
            f"{self.kind}StateSucceeded", after=max(ends, default=self.visit.work["started"])
        )

    def _walk(self, number: int) -> None:
        """Walk one, and others until none is left; the next follows the last one's end."""
        after = None
        while number < len(self.visit.children):
            frame = self.visit.children[number]
            try:
                self._begins[number](frame, after)
                walk(frame)
                after = frame.mark["last"]
                if self.kind == "Map" and not frame.mark.get("counted"):
                    event = Event("MapIterationSucceeded", self.details(number))
                    frame.commit(event, counted=True)
                number = self._take()
            except StateFailed as error:
                self._stop(frame, error)
                return
            except Interrupted:
                return

    def _take(self) -> int:
        with self._lock:
            number, self._next = self._next, self._next + 1
        return number

    def _stop(self, frame: Frame, error: StateFailed) -> None:
        with self.visit.frame.execution.condition:
            if self.failed is None:
                self.failed, self.group.over = (frame, error), True
            self.visit.frame.execution.condition.notify_all()

    def _failure(self, culprit: Frame, error: StateFailed) -> StateFailed:
        """The error, with what the history says of the walks that it ends."""
        after = culprit.mark.get("last")
        events = list(error.events)
        at = self.visit.children.index(culprit)
        if self.kind == "Map":
            events.append(Event("MapIterationFailed", self.details(at), after))
        for number, frame in enumerate(self.visit.children):
            events += self._aborted(number, frame, after, own=number == at)
        events.append(Event(f"{self.kind}StateFailed", after=after))
        return StateFailed(error.error, error.cause, events=events, also=error.also, located=True)

    def _aborted(self, number: int, frame: Frame, after: int | None, own: bool) -> list[Event]:
        if "state" not in frame.mark or "output" in frame.mark:
            return []
        events = []
        if self.kind == "Map" and not own:
            events.append(Event("MapIterationAborted", self.details(number), after))
        kind = frame.machine["States"][frame.mark["state"]]["Type"]
        if kind in ABORTABLE:
            events.append(Event(f"{kind}StateAborted", after=after))
        return events

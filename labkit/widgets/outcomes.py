"""What became of each state in an execution, read from its history.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SUCCEEDED, RUNNING, FAILED, CAUGHT, ABORTED = "succeeded", "running", "failed", "caught", "aborted"
NOT_REACHED = "not reached"
# These follow an event of a branch, and tell of the state that holds it.
OF_HOLDER = {f"{kind}State{end}" for kind in ("Map", "Parallel") for end in ("Failed", "Succeeded")}
Event = dict[str, Any]


@dataclass
class Visit:
    """One time that a state was entered."""

    state: str
    status: str = RUNNING
    failing: bool = False
    came_from: str = ""


def of_history(
    definition: dict[str, Any], events: Iterable[Event]
) -> tuple[dict[str, tuple[str, int]], set[tuple[str, str]]]:
    """Each state's status and how often it was entered; which state led to which."""
    holders = _holders(definition, "")
    found = dict.fromkeys(holders, (NOT_REACHED, 0))
    visits = _visits(holders, events)
    for name in holders:
        own = [visit.status for visit in visits if visit.state == name]
        if own:
            found[name] = (_together(own), len(own))
    return found, {(visit.came_from, visit.state) for visit in visits}


def _together(seen: list[str]) -> str:
    """One status for several visits: the worst of those at once, else the last."""
    return next((each for each in (FAILED, RUNNING, ABORTED) if each in seen), seen[-1])


def _holders(part: dict[str, Any], holder: str) -> dict[str, str]:
    """Every state of a definition with the Parallel or Map that holds it."""
    found: dict[str, str] = {}
    for name, state in part["States"].items():
        found[name] = holder
        processor = state.get("ItemProcessor") or state.get("Iterator")
        for inner in [*state.get("Branches", []), *[processor] * bool(processor)]:
            found |= _holders(inner, name)
    return found


def _visits(holders: dict[str, str], events: Iterable[Event]) -> list[Visit]:
    visits: list[Visit] = []
    of_event: dict[int, Visit] = {}
    for event in events:
        kind, before = event["type"], of_event.get(event["previousEventId"])
        if kind.endswith("StateEntered"):
            came_from = before.state if before and before.status != RUNNING else ""
            visit = Visit(event["stateEnteredEventDetails"]["name"], came_from=came_from)
            visits.append(visit)
        elif kind.endswith("StateExited"):
            visit = _open(visits, event["stateExitedEventDetails"]["name"])
            visit.status = CAUGHT if visit.failing else SUCCEEDED
        else:
            visit = _note(kind, before, visits, holders)
        of_event[event["id"]] = visit
    return visits


def _open(visits: list[Visit], name: str) -> Visit:
    """The visit of a state that has not ended, else its last one."""
    own = [visit for visit in visits if visit.state == name]
    return next((visit for visit in own if visit.status == RUNNING), own[-1])


def _note(kind: str, before: Visit | None, visits: list[Visit], holders: dict[str, str]) -> Visit:
    """What an event inside of a state says of it."""
    if kind in ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"):
        _end(kind, before, visits)
    if before is None:
        return Visit("")
    if kind in OF_HOLDER:
        holder = holders.get(before.state, "")
        before = _open(visits, holder) if holder else before
    if kind.endswith("StateAborted") and before.status == RUNNING:
        before.status = FAILED if before.failing else ABORTED
    elif kind.endswith(("Failed", "TimedOut")):
        before.failing = True
    elif kind.endswith(("Scheduled", "Succeeded")):
        before.failing = False
    return before


def _end(kind: str, last: Visit | None, visits: list[Visit]) -> None:
    """The execution ended badly: what still ran failed with it, or was aborted."""
    if last is not None and last.status == RUNNING:
        last.failing = True
    for visit in visits:
        if visit.status == RUNNING:
            failed = kind == "ExecutionFailed" and (visit.failing or visit is last)
            visit.status = FAILED if failed else ABORTED

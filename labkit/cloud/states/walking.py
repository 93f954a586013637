"""How a walk goes: each state is run, its errors are retried or caught, its output handed on.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import random
import time
from typing import Any

from labkit.cloud.json_text import compact
from labkit.cloud.states.errors import QUERY, StateFailed, too_large
from labkit.cloud.states.frames import WHOLE, Frame
from labkit.cloud.states.history import Event
from labkit.cloud.states.templates import MOST_BYTES
from labkit.cloud.states.visits import TYPES, Ending, Visit

Handler = dict[str, Any]
LONGEST_DELAY_S = 31_536_000
SIDE_FAILED = ("MapStateFailed", "ParallelStateFailed")


def walk(frame: Frame) -> Any:
    """Go from state to state until one is the last. Returns its output.

    Raises:
        StateFailed: a state failed and nobody took it.
    """
    while True:
        if "output" in frame.mark:
            return frame.mark["output"]
        if failed := frame.mark.get("failed"):
            raise StateFailed(failed["error"], failed["cause"], also=tuple(failed["also"]))
        visit = Visit(frame)
        try:
            leave(visit, run(visit))
        except StateFailed as error:
            frame.fail(located(error, visit))


def leave(visit: Visit, ending: Ending) -> None:
    """Write that a state is done, and enter the next one."""
    frame = visit.frame
    details: dict[str, Any] = {
        "name": visit.name,
        "output": compact(ending.output),
        "outputDetails": WHOLE,
    }
    if ending.assigned:
        details["assignedVariables"] = {k: compact(v) for k, v in ending.assigned.items()}
        details["assignedVariablesDetails"] = WHOLE
    after = _led_out(ending.events) if ending.led is None else ending.led
    exited = Event(f"{visit.state['Type']}StateExited", details, after)
    changes = {"variables": frame.mark["variables"] | ending.assigned}
    if ending.following is None:
        frame.commit(
            *ending.events, exited, output=ending.output, also=visit.forget_children, **changes
        )
    else:
        following = (ending.following, ending.output, *ending.events, exited)
        frame.enter(*following, also=visit.forget_children, **changes)


def _led_out(events: list[Event]) -> int | None:
    """What led to a state's exit: what ended its walks, or the event that says that it failed."""
    return None if not events or events[-1].kind in SIDE_FAILED else events[-1].after


def run(visit: Visit) -> Ending:
    """Run a state, again and again if its retriers say so."""
    while True:
        visit.frame.wait(visit.frame.mark.get("retry_at") or 0)
        try:
            return checked(TYPES[visit.state["Type"]](visit), visit)
        except StateFailed as error:
            error = located(error, visit)
            if not _retried(visit, error):
                return caught(visit, error)


def located(error: StateFailed, visit: Visit) -> StateFailed:
    """An error of the interpreter that says in which state it happened."""
    if error.located or error.cause is None:
        return error
    entered = visit.frame.mark["entered"]
    error.located, error.cause = (
        True,
        (
            f"An error occurred while executing the state '{visit.name}' "
            f"(entered at the event id #{entered}). {error.cause}"
        ),
    )
    error.events = [_evaluated(event, error, visit) for event in error.events]
    return error


def _evaluated(event: Event, error: StateFailed, visit: Visit) -> Event:
    """The event of an expression that failed, beside the entry unless something came between."""
    if event.kind != "EvaluationFailed" or error.error != QUERY:
        return event
    mark = visit.frame.mark
    beside = mark["last"] == mark["entered"] and visit.state["Type"] != "Wait"
    after = mark["led"] if beside else None
    return Event(event.kind, event.details | error.facts() | {"state": visit.name}, after)


def checked(ending: Ending, visit: Visit) -> Ending:
    if len(compact(ending.output).encode()) > MOST_BYTES:
        error = too_large(visit.name)
        error.events = ending.events
        raise error
    return ending


def _retried(visit: Visit, error: StateFailed) -> bool:
    """Whether the state is to be run again, from when on being put on record."""
    number, retrier = handler(visit.state.get("Retry", []), error)
    if retrier is None:
        return False
    attempts = visit.frame.mark["attempts"]
    done = attempts.get(str(number), 0)
    if done >= retrier.get("MaxAttempts", 3):
        return False
    told, led = _of_attempt(error.events)
    visit.frame.commit(
        *told,
        **led,
        attempts=attempts | {str(number): done + 1},
        tries=visit.frame.mark["tries"] + 1,
        work=None,
        retry_at=time.time() + delay_s(retrier, done),
        also=visit.forget_children,
    )
    visit.renew()
    return True


def _of_attempt(events: list[Event]) -> tuple[list[Event], dict[str, Any]]:
    """What the history says of an attempt before another: a Map or Parallel has not failed yet.

    Returns: the events, and the mark's ``last`` where it is not the last of them.
    """
    if not events or events[-1].kind not in SIDE_FAILED:
        return events, {}
    after = events[-1].after
    return events[:-1], {} if after is None else {"last": after}


def handler(handlers: list[Handler], error: StateFailed) -> tuple[int, Handler | None]:
    """The first retrier or catcher that means an error, and its position."""
    for number, each in enumerate(handlers):
        if any(error.answers_to(name) for name in each["ErrorEquals"]):
            return number, each
    return -1, None


def delay_s(retrier: dict[str, Any], done: int) -> float:
    """How long to wait before the next attempt, after so many."""
    delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** done
    delay = min(delay, retrier.get("MaxDelaySeconds", LONGEST_DELAY_S))
    if retrier.get("JitterStrategy") == "FULL":
        delay = random.uniform(0, delay)
    return float(delay)


def caught(visit: Visit, error: StateFailed) -> Ending:
    """Where a catcher leads.

    Raises:
        StateFailed: none of them takes the error.
    """
    number, catcher = handler(visit.state.get("Catch", []), error)
    if catcher is None:
        raise error
    scope, where = visit.scope.caught(error.output()), f"Catch[{number}]/"
    return Ending(
        visit.language.recovered(catcher, scope, where),
        catcher["Next"],
        visit.language.assigned(catcher, scope, where),
        list(error.events),
    )

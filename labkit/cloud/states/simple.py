"""The states that work by themselves: Pass, Choice, Wait, Succeed and Fail.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.states.errors import QUERY, StateFailed, runtime
from labkit.cloud.states.history import Event
from labkit.cloud.states.languages import moment_of, type_name
from labkit.cloud.states.paths import NothingThere
from labkit.cloud.states.visits import Ending, Visit, state_type

LONGEST_S = 2**31 - 1


@state_type("Pass")
def run_pass(visit: Visit) -> Ending:
    if not visit.is_jsonpath:
        return visit.passed()
    return visit.done(visit.state["Result"] if "Result" in visit.state else visit.arguments())


@state_type("Choice")
def run_choice(visit: Visit) -> Ending:
    for number, rule in enumerate(visit.state["Choices"]):
        where = f"Choices[{number}]/"
        if visit.language.holds(rule, visit.scope, where):
            return Ending(
                visit.language.chosen(visit.state, rule, visit.scope, where),
                rule["Next"],
                visit.language.assigned(rule, visit.scope, where),
            )
    if "Default" not in visit.state:
        raise runtime(
            "Failed to transition out of the state. The state does not point to a next state."
        )
    return Ending(
        visit.language.chosen(visit.state, {}, visit.scope, ""),
        visit.state["Default"],
        visit.language.assigned(visit.state, visit.scope, ""),
    )


@state_type("Wait")
def run_wait(visit: Visit) -> Ending:
    """Wait until a time that is put on record, so that a restart does not begin it anew."""
    if visit.work is None:
        until = _until(visit)
        if until - visit.frame.execution.now() > LONGEST_S:
            raise runtime("Wait state delay is too long.")
        visit.frame.commit(work={"until": until})
    assert visit.work is not None
    visit.frame.wait(visit.work["until"])
    return visit.passed()


def _until(visit: Visit) -> float:
    seconds = _given(visit, "Seconds")
    if seconds is None:
        return _stamp(visit)
    if not visit.is_jsonpath:
        seconds = visit.number("Seconds")
    path = visit.state.get("SecondsPath")
    told = (
        f"The {_field(visit, 'Seconds')} parameter {{}}: {f'{path} == ' if path else ''}{seconds}"
    )
    if visit.is_jsonpath and (not isinstance(seconds, int) or isinstance(seconds, bool)):
        raise runtime(told.format("cannot be parsed as a long value"))
    if seconds < 0:
        raise runtime(told.format("references a negative value"))
    return visit.frame.execution.now() + float(seconds)


def _given(visit: Visit, name: str) -> Any:
    """A field of a Wait, written out or found.

    Raises:
        StateFailed: its path leads nowhere.
    """
    try:
        return visit.language.value(visit.state, name, visit.scope)
    except StateFailed as error:
        path, cause = str(visit.state.get(f"{name}Path")), error.__cause__
        if not isinstance(cause, NothingThere) or not path.endswith(str(cause)):
            raise
        told = f"The {name}Path parameter does not reference an input value: {path}"
        raise runtime(told) from error


def _stamp(visit: Visit) -> float:
    stamp = _given(visit, "Timestamp")
    if (moment := moment_of(stamp)) is not None:
        return moment
    kind = "ISO-8601 extended offset date-time format string"
    if not visit.is_jsonpath:
        told = f"The Timestamp field cannot be parsed as an {kind}: {stamp}"
        failed = Event("EvaluationFailed", {"location": "Timestamp"})
        raise StateFailed(QUERY, told, events=[failed])
    path = visit.state.get("TimestampPath")
    told = f"{path} == {stamp}" if path else stamp
    raise runtime(
        f"The {_field(visit, 'Timestamp')} parameter does not reference a valid {kind}: {told}"
    )


def _field(visit: Visit, name: str) -> str:
    return name if name in visit.state else f"{name}Path"


@state_type("Succeed")
def run_succeed(visit: Visit) -> Ending:
    return visit.passed()


@state_type("Fail")
def run_fail(visit: Visit) -> Ending:
    raise StateFailed(_text(visit, "Error"), _text(visit, "Cause"), located=True)


def _text(visit: Visit, name: str) -> str | None:
    """A field's text; that of a Fail state in JSONPath may call an intrinsic function."""
    found: Any = visit.language.value(visit.state, name, visit.scope)
    if found is not None and not isinstance(found, str):
        raise runtime(f"The field '{name}' must be a string but was {type_name(found)}")
    return found

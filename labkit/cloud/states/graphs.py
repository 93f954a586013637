"""How the states of a definition lead to one another: no loose ends, nothing out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Found = tuple[str, str, str]
TARGET, END = "MISSING_TRANSITION_TARGET", "MISSING_END_STATE"


def problems(part: Json, at: str) -> Iterator[Found]:
    """The code, sentence and place of each problem of a part that has ``States``."""
    states = part["States"]
    if part["StartAt"] not in states:
        yield TARGET, f"Missing 'StartAt' target: {part['StartAt']}", f"{at}/StartAt"
    for name, state in states.items():
        for where, target in targets(state):
            if target not in states:
                field = where.rpartition("/")[2]
                yield TARGET, f"Missing '{field}' target: {target}", f"{at}/States/{name}/{where}"
    reached = reachable(part)
    for name in states:
        if name not in reached and part["StartAt"] in states:
            yield TARGET, f'State "{name}" is not reachable.', f"{at}/States/{name}"
    if not any(is_last(states[name]) for name in reached):
        yield END, "No state leads to the end of the state machine.", at or "/"


def targets(state: Json) -> Iterator[tuple[str, str]]:
    """Where a state leads: the place in its definition, and the next state."""
    for name in ("Next", "Default"):
        if name in state:
            yield name, state[name]
    for name in ("Choices", "Catch"):
        for number, each in enumerate(state.get(name, [])):
            if "Next" in each:
                yield f"{name}[{number}]/Next", each["Next"]


def reachable(part: Json) -> set[str]:
    """The states that the first one leads to, with itself."""
    found: set[str] = set()
    waiting = [part["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name in part["States"] and name not in found:
            found.add(name)
            waiting += [target for _, target in targets(part["States"][name])]
    return found


def is_last(state: Json) -> bool:
    return state["Type"] in ("Succeed", "Fail") or state.get("End") is True

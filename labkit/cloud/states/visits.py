"""One visit of a walk to a state, and what the types of states have in common."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from labkit.cloud.json_text import compact
from labkit.cloud.states.errors import StateFailed, runtime
from labkit.cloud.states.frames import Frame
from labkit.cloud.states.history import Event
from labkit.cloud.states.languages import JsonPath, Language, Scope, language_of, wrong_type
from labkit.cloud.states.templates import fill

_WHOLE = re.compile(r"-?[0-9]{1,18}")
SHARES = {"ToleratedFailurePercentage": 100}  # numbers that need not be whole, and the most each is
TOLERANCES = {
    "ToleratedFailureCount": "ToleratedFailureCount cannot be negative.",
    "ToleratedFailurePercentage": "ToleratedFailurePercentage must be between 0 and 100.",
}


@dataclass(frozen=True)
class Ending:
    """How a state came to its end.

    Args:
        output: what it hands on.
        following: the next state; ``None`` when it was the last.
        assigned: the variables that it sets.
        events: what the history says before its exit.
        led: the event that is told to have led to its exit, if not what `events` say.
    """

    output: Any
    following: str | None
    assigned: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    led: int | None = None


class Visit:
    """A state that is being run."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.name = frame, str(frame.mark["state"])
        self.state: dict[str, Any] = frame.machine["States"][self.name]
        self.language: Language = language_of(frame.execution.definition, self.state)
        self.children: list[Frame] = []

    @property
    def is_jsonpath(self) -> bool:
        return isinstance(self.language, JsonPath)

    @property
    def work(self) -> dict[str, Any] | None:
        """How far the state's work is; ``None`` before it has begun."""
        found: dict[str, Any] | None = self.frame.mark["work"]
        return found

    @cached_property
    def scope(self) -> Scope:
        mark = self.frame.mark
        return Scope(mark["input"], self.context(), mark["variables"])

    def context(self, **more: Any) -> dict[str, Any]:
        """The context object.

        Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
        """
        mark = self.frame.mark
        state = {"Name": self.name, "EnteredTime": iso(mark["entered_at"])}
        if self.state["Type"] in ("Task", "Parallel", "Map"):
            state["RetryCount"] = mark["tries"]
        return self.frame.execution.context | {"State": state} | self.frame.context | more

    def arguments(self) -> Any:
        """What the state works on."""
        return self.language.arguments(self.state, self.scope)

    def number(
        self, name: str, holder: dict[str, Any] | None = None, *, signed: bool = False
    ) -> float | None:
        """A field that is a number, or is computed to be one; a path may lead to its text.

        Args:
            holder: what has the field, if not the state itself.
            signed: it may be below none.
        """
        holder = self.state if holder is None else holder
        found = self.language.value(self.state, name, self.scope, holder)
        if self.is_jsonpath and isinstance(found, str):
            found = int(found) if _WHOLE.fullmatch(found) else found
        if found is None:
            return None
        fits = isinstance(found, (int, float)) and not isinstance(found, bool)
        if self.is_jsonpath and not (fits and (name in SHARES or found == int(found))):
            told = found if isinstance(found, str) else compact(found)
            kind, path = "float" if name in SHARES else "integer", holder.get(f"{name}Path")
            raise runtime(
                f'The {name}Path field refers to value "{told}" which is not a valid {kind}: {path}'
            )
        if not fits:
            raise wrong_type(holder[name], name, "number", found)
        if not signed and not 0 <= found <= SHARES.get(name, found):
            field = name if name in holder else f"{name}Path"
            told = f"The {field} parameter references a negative value: {found}"
            raise runtime(TOLERANCES.get(name, told))
        return float(found)

    def filled(self, name: str, holder: dict[str, Any]) -> Any:
        """A template that a part of the state has, filled in; ``None`` where there is none."""
        found = self.language.value(self.state, name, self.scope, holder)
        return fill(found, self.arguments(), self.scope) if self.is_jsonpath else found

    def done(self, result: Any, *events: Event) -> Ending:
        """The end of a state whose work came to something.

        Raises:
            StateFailed: what it hands on cannot be told; the work was done all the same.
        """
        scope = self.scope.having(result)
        try:
            output = self.language.output(self.state, scope)
            assigned = self.language.assigned(self.state, scope, "")
        except StateFailed as error:
            error.events = [*events, *error.events]
            raise
        return Ending(output, self.following, assigned, list(events))

    def passed(self, *events: Event) -> Ending:
        """The end of a state that hands on its input."""
        return Ending(
            self.language.chosen(self.state, {}, self.scope, ""),
            self.following,
            self.language.assigned(self.state, self.scope, ""),
            list(events),
        )

    @property
    def following(self) -> str | None:
        found: str | None = self.state.get("Next")
        return found

    def forget_children(self) -> None:
        """Delete the marks of the walks inside of the state."""
        for child in self.children:
            child.forget()

    def renew(self) -> None:
        """Begin anew, as for another attempt."""
        self.children = []
        self.__dict__.pop("scope", None)


StateType = Callable[[Visit], Ending]
TYPES: dict[str, StateType] = {}


def state_type(name: str) -> Callable[[StateType], StateType]:
    """Register what a type of state does."""

    def register(run: StateType) -> StateType:
        TYPES[name] = run
        return run

    return register


def iso(moment: float) -> str:
    """A time as the context object has it, in UTC to the millisecond."""
    found = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    return found.strftime("%Y-%m-%dT%H:%M:%S.") + f"{found.microsecond // 1000:03d}Z"

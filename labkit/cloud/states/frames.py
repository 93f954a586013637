"""A walk from state to state: an execution's own, a branch's, or an iteration's.

Where a walk is stands in a record, its mark, which is written together with the history's events
and before anything is done about them. So a walk that ended with its process goes on from its mark:
what was entered is not entered again, what was started is looked for and not started again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from labkit.cloud.json_text import compact
from labkit.cloud.states.errors import StateFailed, runtime
from labkit.cloud.states.history import MOST_EVENTS, Event

if TYPE_CHECKING:
    from labkit.cloud.states.execution import Execution

KIND = "states.frame"
Mark = dict[str, Any]
State = dict[str, Any]
WHOLE = {"truncated": False}


class Interrupted(BaseException):
    """The walk is to end where it is: stopped, timed out, or the server goes down."""


class Group:
    """Walks side by side; when one of them fails, the others end."""

    def __init__(self) -> None:
        self.over = False


class Frame:
    """A walk.

    Args:
        execution: whose it is.
        path: its name in the execution, empty for the execution's own.
        machine: what has ``StartAt`` and ``States``.
        groups: those that it walks in.
        context: what it adds to the context object.
    """

    def __init__(
        self,
        execution: Execution,
        path: str,
        machine: State,
        *,
        groups: tuple[Group, ...] = (),
        context: dict[str, Any] | None = None,
    ) -> None:
        self.execution, self.path, self.machine = execution, path, machine
        self.groups, self.context = groups, context or {}
        self._records = execution.cloud.records(KIND)
        self.mark: Mark = self._records.get(self.name, {})

    @property
    def name(self) -> str:
        return f"{self.execution.arn}|{self.path}"

    def begin(
        self,
        data: Any,
        variables: dict[str, Any],
        last: int,
        *events: Event,
        after: int | None = None,
    ) -> None:
        """Enter the first state, unless the walk has begun before.

        Args:
            last: the event that it leads off.
            after: the event that is told to have led to the first state.
        """
        if "state" not in self.mark:
            self.mark = {"variables": variables, "last": last}
            self.enter(self.machine["StartAt"], data, *events, after=after)

    def enter(
        self, name: str, data: Any, *before: Event, after: int | None = None, **changes: Any
    ) -> None:
        """Come to a state with its input."""
        kind = self.machine["States"][name]["Type"]
        details = {"name": name, "input": compact(data), "inputDetails": WHOLE}
        fresh = {"state": name, "input": data, "attempts": {}, "tries": 0, "work": None}
        self.commit(
            *before,
            Event(f"{kind}StateEntered", details, after),
            entering=True,
            **fresh,
            retry_at=None,
            **changes,
        )

    def commit(
        self,
        *events: Event,
        entering: bool = False,
        also: Callable[[], None] | None = None,
        **changes: Any,
    ) -> None:
        """Write events and what has changed of the mark, as one change.

        Args:
            entering: the last of the events is the entry of a state.
            also: what belongs to the same change.

        Raises:
            Interrupted: the walk is to end.
        """
        with self.execution.condition:
            self.check()
            with self.execution.cloud.state.together():
                self.mark = self.mark | changes
                led = self.mark["last"]
                for event in events:
                    led = self.mark["last"] if event.after is None else event.after
                    self.mark["last"] = self.execution.history.add(event, led)
                self.mark["last"] = changes.get("last", self.mark["last"])
                if entering:
                    self.mark |= {
                        "led": led,
                        "entered": self.mark["last"],
                        "entered_at": self.execution.now(),
                    }
                self._records[self.name] = self.mark
                if also:
                    also()
        if self.execution.history.length > MOST_EVENTS and "failed" not in changes:
            raise runtime(
                f"The execution reached the maximum number of history events ({MOST_EVENTS})."
            )

    def check(self) -> None:
        """End the walk here if it is to end.

        Raises:
            Interrupted: it is.
        """
        self.execution.check()
        if any(group.over for group in self.groups):
            raise Interrupted

    def wait(self, until: float | None, ready: Callable[[], bool] = lambda: False) -> bool:
        """Wait for a time, or until something is ready. Returns whether it is.

        Raises:
            Interrupted: the walk is to end.
        """
        condition = self.execution.condition
        with condition:
            while True:
                self.check()
                if ready():
                    return True
                left = self.execution.left(until)
                if left is not None and left <= 0:
                    self.check()
                    return False
                condition.wait(left)

    def fail(self, error: StateFailed) -> None:
        """Put on record that the walk has failed."""
        facts = {"error": error.error, "cause": error.cause, "also": list(error.also)}
        self.commit(*error.events, failed=facts)

    def forget(self) -> None:
        """Delete the marks of this walk and of those inside of it."""
        inside = f"{self.name}/" if self.path else f"{self.execution.arn}|"
        for name in list(self._records):
            if name == self.name or name.startswith(inside):
                del self._records[name]

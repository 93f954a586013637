"""What can go wrong while a state machine runs: a name that ``Retry`` and ``Catch`` match.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from labkit.cloud.states.history import Event

ALL, TASK_FAILED, TIMEOUT = "States.ALL", "States.TaskFailed", "States.Timeout"
RUNTIME, DATA_LIMIT = "States.Runtime", "States.DataLimitExceeded"
QUERY, INTRINSIC = "States.QueryEvaluationError", "States.IntrinsicFailure"
HEARTBEAT = "States.HeartbeatTimeout"


class StateFailed(Exception):
    """A state has failed.

    Args:
        error: its name, such as ``States.TaskFailed`` or one that a task made up.
        cause: in words; ``None`` where AWS gives none.
        events: what the history must say of it.
        also: further names that it answers to.
        located: the cause says already in which state it happened, or shall not say it.
    """

    def __init__(
        self,
        error: str | None,
        cause: str | None = None,
        *,
        events: list[Event] | None = None,
        also: tuple[str, ...] = (),
        located: bool = False,
    ) -> None:
        super().__init__(error, cause)
        self.error, self.cause, self.events = error, cause, events or []
        self.also, self.located = also, located

    def __str__(self) -> str:
        return f"{self.error}: {self.cause}"

    def answers_to(self, name: str) -> bool:
        """Whether a retrier or catcher that names this error means it."""
        if name == ALL:
            return self.error != RUNTIME
        if name == TASK_FAILED:
            return self.error not in (RUNTIME, TIMEOUT)
        return name != RUNTIME and name in (self.error, *self.also)

    def facts(self) -> dict[str, str]:
        """The members that an event or a caught error has."""
        return {
            name: value
            for name, value in (("error", self.error), ("cause", self.cause))
            if value is not None
        }

    def output(self) -> dict[str, str | None]:
        """What a catcher is given; that a task took too long has no cause in words."""
        cause = "" if self.cause is None and self.error == TIMEOUT else self.cause
        return {"Error": self.error, "Cause": cause}


def too_large(what: str) -> StateFailed:
    """A result that is longer than an execution may hand on."""
    return StateFailed(
        DATA_LIMIT,
        f"The state/task '{what}' returned a result with a size exceeding the maximum number of "
        "bytes service limit.",
        located=True,
    )


def runtime(cause: str) -> StateFailed:
    """What no retrier and no catcher takes: the definition does not fit the data."""
    return StateFailed(RUNTIME, cause)


def exceeded() -> StateFailed:
    """More of a Map's items have failed than it tolerates."""
    return StateFailed(
        "States.ExceedToleratedFailureThreshold",
        "The specified tolerated failure threshold was exceeded",
        located=True,
    )

"""What a task waits for: that a run which it has started ends, or that its token is answered.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from labkit.cloud.states import tokens
from labkit.cloud.states.errors import StateFailed
from labkit.cloud.states.history import Event
from labkit.cloud.states.integrations import Sync, failure
from labkit.cloud.states.lifetimes import fell_with_the_server

if TYPE_CHECKING:
    from labkit.cloud.states.tasks import Task

POLL_S = 0.2
Json = dict[str, Any]


class TimedOut(Exception):
    """A task took longer than it may."""

    def __init__(self, heartbeat: bool = False) -> None:
        super().__init__(heartbeat)
        self.heartbeat = heartbeat


def until_done(task: Task, sync: Sync) -> Any:
    """Wait until what was started has ended, or somebody says with the task's token that it has.

    Raises:
        StateFailed: it failed.
        TimedOut: it takes too long.
    """
    while True:
        told = task.ask(sync.describe, sync.ids(task.work["arguments"], task.work["handle"]))
        told = {name: value for name, value in told.items() if not name.startswith("Sdk")}
        said = tokens.look(task.cloud, task.work.get("token") or "")
        if {"output", "failed"} & set(said):
            return _told(said)
        state = _within(told, sync.state)
        if state == sync.good:
            return sync.told(told)
        if state in sync.bad:
            ended = _within(told, sync.ended)
            if not task.resumed or not fell_with_the_server(task.cloud, ended):
                raise failure(sync.told(told))
            task.begin_again()
        elif not task.frame.wait(_next_look(task)) and _is_late(task):
            raise TimedOut


def until_told(task: Task) -> Any:
    """Wait until somebody says with the task's token how it ended.

    Raises:
        StateFailed: it failed.
        TimedOut: nobody has said so in time, or shown a sign of life.
    """
    token = task.work["token"]
    while True:
        said = tokens.look(task.cloud, token)
        if said.get("taken") and not task.work.get("taken"):
            worker = {"workerName": said["worker"]} if said.get("worker") else {}
            task.keep(Event("ActivityStarted", worker), taken=True)
        if {"output", "failed"} & set(said):
            return _told(said)
        beat = said.get("beat", 0) + task.heartbeat if task.heartbeat else None
        limits = [each for each in (task.deadline, beat) if each is not None]
        if limits and time.time() >= min(limits):
            raise TimedOut(heartbeat=min(limits) == beat)
        task.frame.wait(min(limits, default=None), _news(task, token, said))


def _told(said: Json) -> Any:
    """What somebody has answered with a token.

    Raises:
        StateFailed: that the task failed.
    """
    if "failed" in said:
        raise StateFailed(said["error"], said["cause"], located=True)
    return json.loads(said["output"])


def _next_look(task: Task) -> float:
    soon = time.time() + POLL_S
    return soon if task.deadline is None else min(soon, task.deadline)


def _is_late(task: Task) -> bool:
    return task.deadline is not None and time.time() >= task.deadline


def _news(task: Task, token: str, known: Json) -> Callable[[], bool]:
    """Tells whether more is known of a token."""
    return lambda: tokens.look(task.cloud, token) != known


def _within(told: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        told = (told or {}).get(name)
    return told

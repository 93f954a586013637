"""The Task state: it asks a service, a function or a worker, and waits for what comes of it.

What was asked and what was answered is put on record step by step. A task that its process left
behind goes on from there: a job that it had started is looked for by its id.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ConnectionError, HTTPClientError

from labkit.cloud.json_text import compact
from labkit.cloud.states import activities, sdk, tokens
from labkit.cloud.states.errors import HEARTBEAT, TIMEOUT, StateFailed, runtime, too_large
from labkit.cloud.states.frames import WHOLE, Interrupted
from labkit.cloud.states.history import Event
from labkit.cloud.states.integrations import function_failed, payload_of
from labkit.cloud.states.resources import Resource, read_resource
from labkit.cloud.states.roles import client_of
from labkit.cloud.states.templates import MOST_BYTES, fill
from labkit.cloud.states.visits import Ending, Visit, state_type
from labkit.cloud.states.waits import POLL_S, TimedOut, until_done, until_told

PATIENCE_S = 30.0
Json = dict[str, Any]


@state_type("Task")
def run_task(visit: Visit) -> Ending:
    resource = read_resource(visit.state["Resource"])
    if resource is None:
        raise runtime(f"The resource {visit.state['Resource']} is not available here")
    return Task(visit, resource).run()


class Task:
    """One attempt of a task."""

    def __init__(self, visit: Visit, resource: Resource) -> None:
        self.visit, self.resource, self.frame = visit, resource, visit.frame
        self.cloud = visit.frame.execution.cloud
        self.work: Json = visit.work or {}
        self.resumed = bool(self.work)
        self.timeout = visit.number("TimeoutSeconds")
        self.heartbeat = visit.number("HeartbeatSeconds")

    def run(self) -> Ending:
        if not self.work:
            self.schedule()
        try:
            result = self._fitting(KINDS[self.resource.kind](self))
        except StateFailed as error:
            raise self.failed(error) from error
        except TimedOut as late:
            raise self.late(late) from late
        except Interrupted:
            self.abandon()
            raise
        details = {"output": compact(result), "outputDetails": WHOLE} | self.names
        tokens.forget(self.cloud, self.work.get("token", ""))
        return self.visit.done(result, Event(f"{self.resource.kind}Succeeded", details))

    def _fitting(self, result: Any) -> Any:
        if len(compact(result).encode()) > MOST_BYTES:
            raise too_large(self.resource.service or self.resource.arn)
        return result

    # What the history says ------------------------------------------------------------------------

    @property
    def names(self) -> Json:
        if self.resource.kind != "Task":
            return {}
        return {"resourceType": self.resource.service, "resource": self.resource.action}

    def schedule(self) -> None:
        """Put on record what is going to be asked.

        Raises:
            StateFailed: nobody could be asked.
        """
        region, arn = self.frame.execution.hidden["region"], self.resource.arn
        if self.resource.kind == "Activity" and not activities.is_there(self.cloud, region, arn):
            raise runtime(f"The activity {arn} does not exist.")
        token = tokens.new_token() if self.resource.gives_token else None
        scope = self.visit.context(**({"Task": {"Token": token}} if token else {}))
        self.visit.scope.context.update(scope)
        arguments = self._arguments()
        name = f"{self.frame.execution.arn}#{self.frame.execution.history.length + 1}"
        if self.resource.integration:
            self.resource.integration.prepare(arguments, name)  # nothing is begun if it cannot be
        limits = {"timeoutInSeconds": self.timeout, "heartbeatInSeconds": self.heartbeat}
        details = self._scheduled(arguments) | {k: int(v) for k, v in limits.items() if v}
        events = [Event(f"{self.resource.kind}Scheduled", details)]
        if self.resource.kind != "Activity":
            events.append(Event(f"{self.resource.kind}Started", self.names))
        self.keep(
            *events,
            begun=time.time(),
            arguments=arguments,
            name=name,
            token=token,
            also=lambda: self._expect(token),
        )

    def _arguments(self) -> Any:
        """A function gets the state's input, a service only what the state says."""
        said = {"Parameters", "Arguments"} & set(self.visit.state)
        return self.visit.arguments() if said or self.resource.kind != "Task" else {}

    def _expect(self, token: str | None) -> None:
        if token:
            tokens.expect(self.cloud, token, self.frame.execution.arn)

    def _scheduled(self, arguments: Any) -> Json:
        if self.resource.kind != "Task":
            return {
                "resource": self.resource.arn,
                "input": compact(arguments),
                "inputDetails": WHOLE,
            }
        region = self.frame.execution.hidden["region"]
        return self.names | {"region": region, "parameters": compact(arguments)}

    def keep(self, *events: Event, also: Callable[[], Any] | None = None, **changes: Any) -> None:
        """Write events and how far the work is."""
        self.work = self.work | changes
        self.frame.commit(*events, work=self.work, also=also)

    def failed(self, error: StateFailed) -> StateFailed:
        """An error with the event that tells it."""
        waits = self.resource.pattern and "handle" not in self.work
        kind = f"{self.resource.kind}{'SubmitFailed' if waits else 'Failed'}"
        error.events = [Event(kind, error.facts() | self.names)]
        error.located = True
        tokens.forget(self.cloud, self.work.get("token") or "")
        return error

    def late(self, late: TimedOut) -> StateFailed:
        """The task took longer than it may."""
        self.abandon()
        event = Event(f"{self.resource.kind}TimedOut", {"error": TIMEOUT} | self.names)
        also = (HEARTBEAT,) if late.heartbeat else ()
        return StateFailed(TIMEOUT, events=[event], also=also, located=True)

    # What is done ---------------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        return None if self.timeout is None else float(self.work["begun"] + self.timeout)

    def client(self) -> Any:
        """A client of the service, with the role that the task acts as."""
        execution, scope = self.frame.execution, self.visit.scope
        given = self.visit.language.value(self.visit.state, "Credentials", scope) or {}
        role = fill(given, scope.input, scope).get("RoleArn", "")
        integration = self.resource.integration
        service = integration.service if integration else "lambda"
        return client_of(execution, service, role)

    def ask(self, operation: str, arguments: Json) -> Json:
        """Ask the service; it may take its time.

        Raises:
            StateFailed: it refused.
        """
        client, first = self.client(), self.resource.integration is None
        first = first or self.resource.integration.first  # type: ignore[union-attr]
        given_up = time.time() + PATIENCE_S
        while True:
            try:
                return sdk.call(client, operation, arguments, first=first)
            except (ConnectionError, HTTPClientError) as error:
                # The server is going down, or has just come up.
                if time.time() > given_up:
                    raise StateFailed("States.TaskFailed", str(error), located=True) from error
                self.frame.wait(time.time() + POLL_S)
            except BotoCoreError as error:
                raise StateFailed("States.TaskFailed", str(error), located=True) from error

    def ask_aside(self, operation: str, arguments: Json) -> Json:
        """Ask the service, but no longer than the task may take, or its execution runs."""
        said: Json = {}

        def work() -> None:
            try:
                said["answer"] = self.ask(operation, arguments)
            except BaseException as error:
                said["error"] = error
            finally:
                self.frame.execution.wake()

        threading.Thread(target=work, name=f"ask {operation}", daemon=True).start()
        if not self.frame.wait(self.deadline, lambda: bool(said)):
            raise TimedOut
        if error := said.get("error"):
            raise error
        answer: Json = said["answer"]
        return answer

    def start(self) -> Json:
        """Ask for the work, once: the answer is put on record where the task goes on after it."""
        integration = self.resource.integration
        assert integration is not None
        if "handle" not in self.work:
            asked = integration.prepare(self.work["arguments"], self.work["name"])
            answer: Json = integration.answer(self.ask_aside(integration.operation, asked))
            if not self.resource.pattern:
                return answer
            details = {"output": compact(answer), "outputDetails": WHOLE} | self.names
            self.keep(Event("TaskSubmitted", details), handle=answer)
        handle: Json = self.work["handle"]
        return handle

    def begin_again(self) -> None:
        """The run ended with the local AWS, not by itself: ask for it once more."""
        name = f"{self.work['name']}'"
        self.work = {k: v for k, v in self.work.items() if k != "handle"} | {"name": name}
        self.start()

    def abandon(self) -> None:
        """End what was started, unless the server only goes down."""
        if self.frame.execution.suspended:
            return
        tokens.forget(self.cloud, self.work.get("token") or "")
        sync = self.resource.integration and self.resource.integration.sync.get(
            self.resource.pattern
        )
        if sync and "handle" in self.work:
            ids = sync.ids(self.work["arguments"], self.work["handle"])
            with contextlib.suppress(StateFailed, Interrupted):
                sdk.call(self.client(), sync.stop, sync.stopping(ids), first=True)


def _of_service(task: Task) -> Any:
    answer, pattern = task.start(), task.resource.pattern
    if not pattern:
        return answer
    if task.resource.has_token:
        return until_told(task)
    assert task.resource.integration is not None
    return until_done(task, task.resource.integration.sync[pattern])


def _of_function(task: Task) -> Any:
    payload = compact(task.work["arguments"]).encode()
    asked = {"FunctionName": task.resource.arn, "Payload": payload}
    answer = task.ask_aside("Invoke", asked)
    result = payload_of(answer)
    if answer.get("FunctionError"):
        raise function_failed(result, answer["Payload"])
    return result


def _of_worker(task: Task) -> Any:
    activities.offer(task.cloud, task.resource.arn, task.work["token"], task.work["arguments"])
    try:
        return until_told(task)
    finally:
        activities.withdraw(task.resource.arn, task.work["token"])


KINDS: dict[str, Callable[[Task], Any]] = {
    "Task": _of_service,
    "LambdaFunction": _of_function,
    "Activity": _of_worker,
}

"""The services that a task can name, each a small entry of a table.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.json_text import compact
from labkit.cloud.protocol import service_model
from labkit.cloud.states import sdk
from labkit.cloud.states.errors import TASK_FAILED, StateFailed, runtime
from labkit.cloud.states.templates import MOST_BYTES

Json = dict[str, Any]
Prepare = Callable[[Json, str], Json]


@dataclass(frozen=True)
class Sync:
    """How a task waits for what it has started.

    Args:
        describe: the operation that tells how far it is.
        stop: the operation that ends it.
        ids: from what was asked and what was answered, the parameters of both.
        state: where the state stands in what was told.
        good: the state of success.
        bad: the states of failure.
        ended: where the time of its end stands.
        told: what of it the task gives.
        stopping: the parameters of `stop`, where they are others.
    """

    describe: str
    stop: str
    ids: Callable[[Json, Json], Json]
    state: tuple[str, ...]
    bad: tuple[str, ...]
    ended: tuple[str, ...]
    good: str = "SUCCEEDED"
    told: Callable[[Json], Json] = lambda told: told
    stopping: Callable[[Json], Json] = lambda ids: ids


@dataclass(frozen=True)
class Integration:
    """What a task asks of a service.

    Args:
        service: botocore's name.
        operation: such as ``StartQueryExecution``.
        first: it is an optimized integration.
        prepare: the arguments, given what the task says and a name that is the task's own.
        answer: what the task gives of the service's answer.
        sync: how it is waited for, where it can be.
        callback: it can wait for a task token.
    """

    service: str
    operation: str
    first: bool = True
    prepare: Prepare = lambda arguments, name: arguments
    answer: Callable[[Json], Any] = lambda answer: answer
    sync: dict[str, Sync] = field(default_factory=dict)
    callback: bool = False

    def parameters(self) -> set[str]:
        """The names of what can be asked, in lower case."""
        model = service_model(self.service)
        shape = model.operation_model(self.operation).input_shape if model else None
        return {name.lower() for name in shape.members} if shape else set()


def find(service: str, action: str) -> Integration | None:
    """The optimized integration of a service's action."""
    return OPTIMIZED.get((service, action))


def find_sdk(service: str, action: str) -> Integration | None:
    """The integration of any action of any service."""
    name = sdk.botocore_name(service)
    operation = sdk.operation_of(name, action) if name else None
    if name is None or operation is None:
        return None
    return Integration(name, operation, first=False, callback=True)


def _texts(*names: str) -> Prepare:
    """Members that may be given as JSON, and go out as its text."""

    def prepare(arguments: Json, name: str) -> Json:
        return {k: _text(k, v, arguments) if k in names else v for k, v in arguments.items()}

    return prepare


def _text(field: str, value: Any, arguments: Json) -> str | None:
    """A text as it is, an object or a list as JSON.

    Raises:
        StateFailed: it is neither.
    """
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, dict | list):
        raise runtime(
            f"The Parameters '{compact(arguments)}' could not be used to start the Task: "
            f"[The value for the field '{field}' must be a STRING]"
        )
    return compact(value)


def _invoked(answer: Json) -> Json:
    """A function's answer; its payload is JSON.

    Raises:
        StateFailed: the function failed.
    """
    payload = payload_of(answer) if answer.get("Payload") else {}
    if answer.pop("FunctionError", None):
        raise function_failed(payload)
    return answer | ({"Payload": payload} if "Payload" in answer else {})


def payload_of(answer: Json) -> Any:
    """What a function returned; bytes need be no JSON, and too large ones are told as such.

    Raises:
        StateFailed: it is none.
    """
    text = answer.get("Payload") or "null"
    try:
        return json.loads(text)
    except ValueError as error:
        if len(text) > MOST_BYTES:
            return text
        raise runtime(f"The function's response is no JSON: {error}") from error


def function_failed(payload: Any, text: str | None = None) -> StateFailed:
    """The error that a function raised; its text is the cause where it is asked by its ARN."""
    kind = payload.get("errorType") if isinstance(payload, dict) else None
    return StateFailed(kind or "Lambda.Unknown", text or compact(payload), located=True)


def _query(arguments: Json, name: str) -> Json:
    """A query's token is the task's own, so that a task that goes on finds its query."""
    token = hashlib.sha256(name.encode()).hexdigest()
    return {"ClientRequestToken": token} | arguments


def _execution(arguments: Json, name: str) -> Json:
    given = {"Name": str(uuid.uuid5(uuid.NAMESPACE_OID, name))} | arguments
    return _texts("Input")(given, name)


def _entries(arguments: Json, name: str) -> Json:
    """Each event tells the machine and the execution among its resources.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
    """
    execution = name.partition("#")[0]
    parts = execution.split(":")
    machine = ":".join([*parts[:5], "stateMachine", parts[6]])
    return arguments | {
        "Entries": [
            _texts("Detail")(each, name)
            | {"Resources": [*(each.get("Resources") or []), machine, execution]}
            for each in arguments.get("Entries", [])
        ]
    }


def _put(answer: Json) -> Json:
    """What became of the events, alone; one that did not get through fails the task."""
    told = {name: answer[name] for name in ("Entries", "FailedEntryCount")}
    if answer.get("FailedEntryCount"):
        raise StateFailed("EventBridge.FailedEntry", compact(told), located=True)
    return told


def _parsed(told: Json) -> Json:
    """A nested execution with its input and output as JSON."""
    return {k: json.loads(v) if k in ("Input", "Output") else v for k, v in told.items()}


_QUERY = Sync(
    "GetQueryExecution",
    "StopQueryExecution",
    lambda asked, answered: {"QueryExecutionId": answered["QueryExecutionId"]},
    ("QueryExecution", "Status", "State"),
    ("FAILED", "CANCELLED"),
    ("QueryExecution", "Status", "CompletionDateTime"),
)
_RECIPE = Sync(
    "DescribeJobRun",
    "StopJobRun",
    lambda asked, answered: {"Name": asked["Name"], "RunId": answered["RunId"]},
    ("State",),
    ("FAILED", "STOPPED", "TIMEOUT"),
    ("CompletedOn",),
)
_GLUE = Sync(
    "GetJobRun",
    "BatchStopJobRun",
    lambda asked, answered: {"JobName": asked["JobName"], "RunId": answered["JobRunId"]},
    ("JobRun", "JobRunState"),
    ("FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"),
    ("JobRun", "CompletedOn"),
    told=lambda told: dict(told["JobRun"]),
    stopping=lambda ids: {"JobName": ids["JobName"], "JobRunIds": [ids["RunId"]]},
)
_NESTED = Sync(
    "DescribeExecution",
    "StopExecution",
    lambda asked, answered: {"ExecutionArn": answered["ExecutionArn"]},
    ("Status",),
    ("FAILED", "TIMED_OUT", "ABORTED"),
    ("StopDate",),
)
_NESTED_2 = Sync(
    _NESTED.describe, _NESTED.stop, _NESTED.ids, _NESTED.state, _NESTED.bad, _NESTED.ended,
    told=_parsed,
)  # fmt: skip

OPTIMIZED: dict[tuple[str, str], Integration] = {
    ("lambda", "invoke"): Integration(
        "lambda",
        "Invoke",
        prepare=_texts("Payload", "ClientContext"),
        answer=_invoked,
        callback=True,
    ),
    ("athena", "startQueryExecution"): Integration(
        "athena", "StartQueryExecution", prepare=_query, sync={"sync": _QUERY}
    ),
    ("athena", "stopQueryExecution"): Integration("athena", "StopQueryExecution"),
    ("athena", "getQueryExecution"): Integration("athena", "GetQueryExecution"),
    ("athena", "getQueryResults"): Integration("athena", "GetQueryResults"),
    ("databrew", "startJobRun"): Integration("databrew", "StartJobRun", sync={"sync": _RECIPE}),
    ("glue", "startJobRun"): Integration("glue", "StartJobRun", sync={"sync": _GLUE}),
    ("sqs", "sendMessage"): Integration(
        "sqs", "SendMessage", prepare=_texts("MessageBody"), callback=True
    ),
    ("sns", "publish"): Integration("sns", "Publish", prepare=_texts("Message"), callback=True),
    ("events", "putEvents"): Integration(
        "events", "PutEvents", prepare=_entries, answer=_put, callback=True
    ),
    ("states", "startExecution"): Integration(
        "stepfunctions",
        "StartExecution",
        prepare=_execution,
        sync={"sync": _NESTED, "sync:2": _NESTED_2},
        callback=True,
    ),
    ("dynamodb", "getItem"): Integration("dynamodb", "GetItem"),
    ("dynamodb", "putItem"): Integration("dynamodb", "PutItem"),
    ("dynamodb", "updateItem"): Integration("dynamodb", "UpdateItem"),
    ("dynamodb", "deleteItem"): Integration("dynamodb", "DeleteItem"),
}


def failure(told: Json) -> StateFailed:
    """What a task that waited for a failed run says."""
    return StateFailed(TASK_FAILED, compact(told), located=True)

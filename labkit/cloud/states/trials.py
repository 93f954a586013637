"""TestState: one state is run by itself, really or with a made-up answer of its service.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

from labkit.cloud.json_text import BadJson, compact, parse_json
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.states import definition as definitions
from labkit.cloud.states import mocks
from labkit.cloud.states.distributed import formats
from labkit.cloud.states.distributed.runs import is_beyond
from labkit.cloud.states.distributed.sources import READER_FAILED
from labkit.cloud.states.errors import StateFailed, exceeded
from labkit.cloud.states.execution import Execution
from labkit.cloud.states.frames import Frame
from labkit.cloud.states.history import Event
from labkit.cloud.states.items import items_of
from labkit.cloud.states.visits import TYPES, Ending, Visit
from labkit.cloud.states.walking import caught, delay_s, handler, located

Json = dict[str, Any]
ONLY = "StateName"


@operation("stepfunctions", "TestState")
def try_state(
    context: Context,
    /,
    *,
    definition: str,
    roleArn: str = "",
    input: str = "{}",
    inspectionLevel: str = "INFO",
    variables: str = "{}",
    stateName: str | None = None,
    mock: Json | None = None,
    revealSecrets: bool = False,
    **options: Any,
) -> Answer:
    machine, name = _machine(definition, stateName)
    state = machine["States"][name]
    mocks.check_mock(state, mock, revealSecrets)
    execution = Execution(context.cloud, _record(context, machine, roleArn, input))
    frame = Frame(execution, "", machine)
    try:
        frame.mark = {"variables": _read(variables), "last": 0}
        frame.enter(name, _read(input))
        trial = Trial(
            frame,
            mocks.read_context(state, options.get("context")),
            options.get("stateConfiguration", {}),
        )
        told = _outcome(trial, mock or {})
        return told if inspectionLevel == "INFO" else {"inspectionData": trial.inspected()} | told
    finally:
        frame.forget()
        execution.history.forget()


class Trial(Visit):
    """A visit to a state that is run by itself, and remembers what became of its data.

    Args:
        given: a context object of the caller's own.
        configuration: how far the state is said to have come.
    """

    def __init__(self, frame: Frame, given: Json | None, configuration: Json) -> None:
        super().__init__(frame)
        self.given, self.configuration, self.result = given, configuration, mocks.NOTHING
        self.details: Json = {}

    def context(self, **more: Any) -> Json:
        return super().context(**more) if self.given is None else more | self.given

    def done(self, result: Any, *events: Event) -> Ending:
        self.result = result
        return super().done(result, *events)

    def items(self) -> list[Any]:
        """What a Map goes through; what its reader would have read is given.

        Raises:
            StateFailed: it cannot be read.
        """
        reader = self.state.get("ItemReader")
        if reader is None:
            return items_of(self)
        content = self.configuration.get("mapItemReaderData", "[]").encode()
        config = {"InputType": "JSON", **reader.get("ReaderConfig", {})}
        try:
            return list(formats.items_in(content, config))
        except formats.Unreadable as error:
            raise StateFailed(READER_FAILED, str(error), located=True) from error

    def check_failures(self, items: list[Any]) -> None:
        """Fail where more iterations of a Map are said to have failed than it tolerates.

        Raises:
            StateFailed: too many.
        """
        failed = self.configuration.get("mapIterationFailureCount", 0)
        limits = [self.number(f"ToleratedFailure{each}") for each in ("Count", "Percentage")]
        if is_beyond(failed, len(items), *limits):
            raise exceeded()

    def inspected(self) -> Answer:
        """The data on its way through the state, as far as it came."""
        found: Answer = {"input": compact(self.scope.input)}
        if self.frame.mark["variables"]:
            found["variables"] = compact(self.frame.mark["variables"])
        if self.details:
            found["errorDetails"] = self.details
        try:
            for name, value in self._steps():
                found[name] = value
        except StateFailed:
            pass
        return found

    def _steps(self) -> Iterator[tuple[str, Any]]:
        state, scope, jsonpath = self.state, self.scope, self.is_jsonpath
        kind, works = state["Type"], state["Type"] in ("Task", "Pass", "Parallel", "Map")
        if jsonpath and "Result" not in state:
            narrowed = {"Type": "Pass", "InputPath": state.get("InputPath", "$")}
            yield "afterInputPath", compact(self.language.arguments(narrowed, scope))
        if kind == "Map":
            items = self.items()
            if jsonpath and "ItemReader" not in state:
                yield "afterItemsPath", compact(items)
            yield "maxConcurrency", int(self.number("MaxConcurrency") or 0)
            for name in ("ToleratedFailureCount", "ToleratedFailurePercentage"):
                if (number := self.number(name)) is not None:
                    yield name[0].lower() + name[1:], number
        elif works and jsonpath and "Result" not in state:
            yield "afterParameters", compact(self.arguments())
        elif "Arguments" in state:
            yield "afterArguments", compact(self.arguments())
        if self.result is mocks.NOTHING:
            return
        if kind == "Task" or "Result" in state:
            yield "result", compact(self.result)
        if jsonpath:
            ended, whole = scope.having(self.result), state | {"OutputPath": "$"}
            selected = self.language.output(whole | {"ResultPath": "$"}, ended)
            yield "afterResultSelector", compact(selected)
            yield "afterResultPath", compact(self.language.output(whole, ended))


def _read(given: str) -> Any:
    try:
        return parse_json(given)
    except BadJson as error:
        words = f"Invalid State Machine Execution Input: '{error.reason}'"
        raise AwsError("InvalidExecutionInput", words) from error


def _machine(text_: str, name: str | None) -> tuple[Json, str]:
    """A machine that has the state, and the state's name."""
    try:
        given = parse_json(text_)
    except BadJson as error:
        words = f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'"
        raise AwsError("InvalidDefinition", words) from error
    if not isinstance(given, dict):
        words = "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: not an object'"
        raise AwsError("InvalidDefinition", words)
    if "States" in given:
        name = name or given.get("StartAt")
        if name not in given["States"]:
            raise AwsError("ValidationException", "State not found in definition")
        return given, str(name)
    language = {"QueryLanguage": given["QueryLanguage"]} if "QueryLanguage" in given else {}
    machine = {"StartAt": ONLY, "States": {ONLY: given}, **language}
    if found := definitions.state_problems(given, machine):
        words = ", ".join(map(str, found))
        raise AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{words}'")
    return machine, ONLY


def _record(context: Context, machine: Json, role: str, text_: str) -> Json:
    number = str(uuid.uuid4())
    return {
        "executionArn": context.arn(f"express:TestState:{number}:{number}", "states"),
        "stateMachineArn": context.arn("stateMachine:TestState", "states"),
        "name": number,
        "status": "RUNNING",
        "startDate": time.time(),
        "input": text_,
        "redriveCount": 0,
        "_": {
            "region": context.region,
            "type": "EXPRESS",
            "definition": json.dumps(machine),
            "roleArn": role,
            "machine": {"name": "TestState"},
        },
    }


def _outcome(trial: Trial, mock: Json) -> Answer:
    """How the state ended, and where that leads."""
    try:
        return {"status": "SUCCEEDED", **_led(_run(trial, mock))}
    except StateFailed as failure:
        error = located(failure, trial)
    facts, state = error.facts(), trial.state
    number, retrier = handler(state.get("Retry", []), error)
    retried = trial.configuration.get("retrierRetryCount", 0)
    trial.details = {} if retrier is None else {"retryIndex": number}
    if retrier is not None and retried < retrier.get("MaxAttempts", 3):
        wait = int(delay_s(retrier, retried))
        trial.details |= {"retryBackoffIntervalSeconds": wait}
        return {"status": "RETRIABLE", **facts}
    try:
        led = _led(caught(trial, error))
        trial.details = {"catchIndex": handler(state.get("Catch", []), error)[0]}
        return {"status": "CAUGHT_ERROR", **facts, **led}
    except StateFailed:
        return {"status": "FAILED", **facts}


def _run(trial: Trial, mock: Json) -> Ending:
    if not mock:
        return TYPES[trial.state["Type"]](trial)
    is_map = trial.state["Type"] == "Map"
    items = trial.items() if is_map else []
    if not is_map:
        trial.arguments()
    if "result" in mock:
        trial.check_failures(items)
        return trial.done(mocks.result_of(trial.state, mock))
    said = mock.get("errorOutput", {})
    raise StateFailed(said.get("error"), said.get("cause"), located=True)


def _led(ending: Ending) -> Answer:
    following = {"nextState": ending.following} if ending.following else {}
    return {"output": compact(ending.output), **following}

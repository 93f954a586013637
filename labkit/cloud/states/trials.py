"""TestState: one state is run by itself, really or with a made-up answer of its service.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.states import definition as definitions
from labkit.cloud.states.errors import StateFailed
from labkit.cloud.states.execution import Execution
from labkit.cloud.states.frames import Frame
from labkit.cloud.states.languages import Scope
from labkit.cloud.states.templates import text
from labkit.cloud.states.visits import TYPES, Ending, Visit
from labkit.cloud.states.walking import caught, handler, located

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
    **options: Any,
) -> Answer:
    if "context" in options:
        raise not_here("stepfunctions", "TestState", "a context of one's own")
    machine, name = _machine(definition, stateName)
    execution = Execution(context.cloud, _record(context, machine, roleArn, input))
    frame = Frame(execution, "", machine)
    try:
        frame.mark = {"variables": _read(variables), "last": 0}
        frame.enter(name, _read(input))
        visit = Visit(frame)
        told = _outcome(visit, mock or {})
        inspected = {} if inspectionLevel == "INFO" else {"inspectionData": _inspected(visit)}
        return inspected | told
    finally:
        frame.forget()
        execution.history.forget()


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
            raise AwsError("ValidationException", f"State not found in definition: {name}")
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


def _outcome(visit: Visit, mock: Json) -> Answer:
    """How the state ended, and where that leads."""
    try:
        ending = _run(visit, mock)
        return {"status": "SUCCEEDED", **_led(ending)}
    except StateFailed as failure:
        error = located(failure, visit)
    facts = error.facts()
    _, retrier = handler(visit.state.get("Retry", []), error)
    if retrier is not None and retrier.get("MaxAttempts", 3) > 0:
        return {"status": "RETRIABLE", **facts}
    try:
        return {"status": "CAUGHT_ERROR", **facts, **_led(caught(visit, error))}
    except StateFailed:
        return {"status": "FAILED", **facts}


def _run(visit: Visit, mock: Json) -> Ending:
    if "errorOutput" in mock:
        said = mock["errorOutput"]
        raise StateFailed(said.get("error"), said.get("cause"), located=True)
    if "result" in mock:
        visit.arguments()
        return visit.done(_read(mock["result"]))
    return TYPES[visit.state["Type"]](visit)


def _led(ending: Ending) -> Answer:
    following = {"nextState": ending.following} if ending.following else {}
    return {"output": text(ending.output), **following}


def _inspected(visit: Visit) -> Answer:
    """The data on its way through the state."""
    scope: Scope = visit.scope
    found = {"input": text(scope.input)}
    if visit.frame.mark["variables"]:
        found["variables"] = text(visit.frame.mark["variables"])
    steps = (
        ("afterInputPath", {"Type": "Pass", "InputPath": visit.state.get("InputPath", "$")}),
        ("afterParameters", visit.state | {"Type": "Pass"}),
    )
    if visit.is_jsonpath:
        for name, state in steps:
            try:
                found[name] = text(visit.language.arguments(state, scope))
            except StateFailed:
                break
    return found

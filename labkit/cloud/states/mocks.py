"""The made-up answers and context objects that TestState takes, and what it refuses of them.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import service_model
from labkit.cloud.states.resources import read_resource
from labkit.cloud.states.words import invalid

Json = dict[str, Any]
NOTHING = object()
MOCKED = ("Task", "Map", "Parallel")
# What a context object may have. All are texts but for two numbers, and an input of any kind.
CONTEXT = {
    "Execution": "Id Input Name RoleArn StartTime RedriveCount RedriveTime".split(),
    "State": "EnteredTime Name RetryCount".split(),
    "StateMachine": "Id Name".split(),
    "Task": ["Token"],
}
_NUMBERS = ("RedriveCount", "RetryCount")
_JSON: dict[str, tuple[Any, str]] = {
    "structure": (dict, "an object"), "map": (dict, "an object"), "list": (list, "an array"),
    "boolean": (bool, "a boolean"), "integer": (int, "a number"), "long": (int, "a number"),
    "float": ((int, float), "a number"), "double": ((int, float), "a number"),
}  # fmt: skip


def check_mock(state: Json, mock: Json | None, reveal: bool) -> None:
    """Raise where a state cannot be tried with a mock, or without one.

    Raises:
        AwsError: ``ValidationException``, ``InvalidDefinition``.
    """
    kind = state["Type"]
    if mock is None:
        if kind in ("Map", "Parallel"):
            words = (
                "TestState API does not support Map or Parallel states. Supported state types "
                "include: [Task, Wait, Pass, Succeed, Fail, Choice]"
            )
            raise AwsError("InvalidDefinition", words)
        return
    if kind not in MOCKED:
        raise invalid(f"State type '{kind}' is not supported when a mock is specified")
    if {"result", "errorOutput"} <= set(mock):
        words = "A test mock should have only one of the following fields: [result, errorOutput]."
        raise invalid(words)
    if reveal:
        raise invalid("TestState does not support RevealSecrets when a mock is specified.")
    if "result" in mock:
        result_of(state, mock)


def result_of(state: Json, mock: Json) -> Any:
    """The made-up answer.

    Raises:
        AwsError: ``ValidationException``, also where the service could not answer so.
    """
    try:
        found = parse_json(mock["result"])
    except BadJson:
        raise invalid("Mocked result must be valid JSON") from None
    if "ResultWriter" in state:
        if not isinstance(found, dict):
            raise invalid("Mocked result must be a JSON object.")
    elif state["Type"] in ("Map", "Parallel"):
        _check_branches(state, found)
    elif (mode := mock.get("fieldValidationMode", "STRICT")) != "NONE":
        _check_answer(state, found, strict=mode == "STRICT")
    return found


def read_context(state: Json, given: str | None) -> Json | None:
    """A context object of the caller's own.

    Raises:
        AwsError: ``ValidationException``.
    """
    if given is None:
        return None
    try:
        found = parse_json(given)
    except BadJson as error:
        raise _no_context(error.reason) from None
    if not isinstance(found, dict):
        raise _no_context("Context object must be a JSON object")
    for name, part in found.items():
        _check_part(state, name, part)
    return found


def _check_part(state: Json, name: str, part: Any) -> None:
    if name == "Map":
        raise _no_context("'Map' field is not supported when mocking a Context object")
    if name not in CONTEXT:
        raise _no_context(f"Field '{name}' is not allowed")
    resource = read_resource(state["Resource"]) if state["Type"] == "Task" else None
    if name == "Task" and not (resource and resource.pattern):
        raise _no_context(
            "Context object contains 'Task' when state is not a Task state with a '.sync' or "
            "'.waitForTaskToken' service integration pattern"
        )
    if not isinstance(part, dict):
        raise _no_context(f"{name} must be an object")
    for member, value in part.items():
        if member not in CONTEXT[name]:
            raise _no_context(f"Field '{member}' is not allowed")
        kind, words = (int, "a number") if member in _NUMBERS else (str, "a string")
        if member != "Input" and not isinstance(value, kind):
            raise _no_context(f"{name}.{member} must be {words}")


def _check_branches(state: Json, found: Any) -> None:
    if not isinstance(found, list):
        raise invalid("Mocked result must be an array.")
    if state["Type"] == "Parallel" and len(found) != len(state["Branches"]):
        raise invalid(
            "Mocked result must contain the same number of items as number of Parallel branches."
        )


def _check_answer(state: Json, found: Any, *, strict: bool) -> None:
    """Judge the answer of a service that is asked once; a job's end and a token's are free."""
    resource = read_resource(state["Resource"])
    if resource is None or resource.integration is None or resource.pattern:
        return
    model = service_model(resource.integration.service)
    shape = model.operation_model(resource.integration.operation).output_shape if model else None
    if shape is not None and isinstance(found, dict):
        _check_members(shape, found, strict)


def _check_members(shape: Any, found: Json, strict: bool) -> None:
    names = {name[:1].upper() + name[1:]: name for name in shape.members}
    for name, own in names.items():
        if strict and own in shape.required_members and name not in found:
            raise _unlike(f"Required field '{name}' is missing")
        if found.get(name) is not None:
            _check_value(shape.members[own], found[name], name, strict)


def _check_value(shape: Any, value: Any, name: str, strict: bool) -> None:
    kind, words = _JSON.get(shape.type_name, (str, "a string"))  # blobs and timestamps, too
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _unlike(f"Field '{name}' must be {words}")
    if isinstance(value, dict) and shape.type_name == "structure":
        _check_members(shape, value, strict)
    for each in value if isinstance(value, list) else ():
        _check_value(shape.member, each, name, strict)
    for each in value.values() if shape.type_name == "map" else ():
        _check_value(shape.value, each, name, strict)
    if isinstance(value, str) and value not in (getattr(shape, "enum", None) or [value]):
        raise _unlike(f"Field '{name}' is not an expected value")
    _check_bounds(shape.metadata, value, name)


def _check_bounds(bounds: Json, value: Any, name: str) -> None:
    least, most = bounds.get("min"), bounds.get("max")
    if isinstance(value, (int, float)):
        if least is not None and value < least:
            raise _unlike(f"Field '{name}' is less than the minimum value")
        if most is not None and value > most:
            raise _unlike(f"Field '{name}' exceeds the maximum value")
    elif least is not None and len(value) < least:
        raise _unlike(f"Field '{name}' is smaller than the minimum length")
    elif most is not None and len(value) > most:
        raise _unlike(f"Field '{name}' exceeds the maximum length")


def _unlike(words: str) -> AwsError:
    return invalid(f"Mock result schema validation error: {words}")


def _no_context(words: str) -> AwsError:
    return invalid(f"Invalid Context object provided: {words}")

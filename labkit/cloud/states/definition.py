"""Definitions in the Amazon States Language: what of one could never run.

Each problem has a code, a sentence and a place, as AWS tells them. Sources:
https://states-language.net/spec.html and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.operations import AwsError, not_here
from labkit.cloud.states import expressions, fields, graphs, jsonata, shapes
from labkit.cloud.states.distributed import problems as distributed

SCHEMA = "SCHEMA_VALIDATION_FAILED"
Json = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """Something that is wrong in a definition."""

    code: str
    message: str
    location: str | None = None

    def __str__(self) -> str:
        at = f" at {self.location}" if self.location is not None else ""
        return f"{self.code}: {self.message}{at}"


Problems = Iterator[Problem]


def check_definition(definition: str, kind: str) -> None:
    """Raise unless a definition can run.

    Raises:
        AwsError: ``InvalidDefinition``, with all that is wrong.
    """
    if found := problems(definition, kind):
        words = ", ".join(str(each) for each in found)
        raise AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{words}'")
    for _, state in all_states(json.loads(definition)):
        writer = state.get("ResultWriter", {})
        if "Resource" not in writer and writer.get("WriterConfig", {}).get("OutputType") == "JSONL":
            words = "no JSON Lines as a state's output"
            raise not_here("stepfunctions", "CreateStateMachine", words)


def problems(definition: str, kind: str) -> list[Problem]:
    """All that is wrong in a definition of a ``STANDARD`` or ``EXPRESS`` machine."""
    try:
        machine = parse_json(definition) if definition.strip() else None
    except BadJson as error:
        return [Problem("INVALID_JSON_DESCRIPTION", str(error), error.place)]
    if not isinstance(machine, dict):
        return [Problem(SCHEMA, "Definition must be a valid JSON object")]
    return list(_machine(machine, "", machine, kind))


def state_problems(state: Json, machine: Json) -> list[Problem]:
    """All that is wrong in a state by itself."""
    return list(_state("", state, "", machine, "STANDARD"))


def _machine(part: Any, at: str, machine: Json, kind: str) -> Problems:
    """The machine itself, a branch, or what a Map does with an item."""
    if not isinstance(part, dict):
        yield _expected("OBJECT", at)
        return
    if wrong := list(_kinds(part, at, jsonpath=True)):
        yield from wrong
        return
    missing = [name for name in ("States", "StartAt") if name not in part]
    if missing:
        yield Problem(SCHEMA, f"These fields are required: [{', '.join(missing)}]", at or "/")
        return
    yield from _fields(part, fields.OUTERMOST if part is machine else fields.INNER, at or "/")
    states = part["States"]
    if not isinstance(states, dict) or not states:
        yield Problem(SCHEMA, "Value should be a non-empty object", f"{at}/States")
        return
    found: list[Problem] = []
    for name, state in states.items():
        found += _state(name, state, f"{at}/States/{name}", machine, kind)
    yield from found
    if not found:
        yield from (Problem(*each) for each in graphs.problems(part, at))


def _state(name: str, state: Any, at: str, machine: Json, kind: str) -> Problems:
    if not isinstance(state, dict):
        yield _expected("OBJECT", at)
        return
    if len(name) > 80:
        yield Problem(SCHEMA, "The state name must be at most 80 characters long", at)
    if "Type" not in state:
        yield Problem(SCHEMA, "These fields are required: [Type]", at)
    elif state["Type"] not in fields.STATES:
        known = ", ".join(fields.STATES)
        yield Problem(SCHEMA, f"Value should be one of the following: [{known}]", f"{at}/Type")
    else:
        yield from _known_state(state, at, machine, kind)


def _known_state(state: Json, at: str, machine: Json, kind: str) -> Problems:
    type_, jsonpath = state["Type"], _is_jsonpath(state, machine)
    yield from _language(state, at, machine)
    yield from _fields(state, {*fields.STATES[type_], *fields.EVERY_STATE}, at)
    if wrong := list(_kinds(state, at, jsonpath)):
        yield from wrong
        return
    yield from _required(state, at)
    yield from _handlers(state, at)
    yield from (Problem(*each) for each in expressions.problems(state, at, jsonpath))
    shape = shapes.problems(state, at, kind, jsonpath=jsonpath)
    yield from (Problem(*each) for each in shape)
    if type_ in INSIDE:
        yield from INSIDE[type_](state, at, machine, kind)


def _is_jsonpath(state: Json, machine: Json) -> bool:
    return bool(state.get("QueryLanguage", machine.get("QueryLanguage", "JSONPath")) == "JSONPath")


def _language(state: Json, at: str, machine: Json) -> Problems:
    """The query language, and the fields that belong to the other one."""
    given = state.get("QueryLanguage", "JSONPath")
    if given not in ("JSONPath", "JSONata"):
        words = "Value should be one of the following: [JSONPath, JSONata]"
        yield Problem(SCHEMA, words, f"{at}/QueryLanguage")
        return
    if state.get("QueryLanguage") == "JSONPath" and machine.get("QueryLanguage") == "JSONata":
        words = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        yield Problem(SCHEMA, words, at)
        return
    ours, other = ("JSONPath", "JSONata") if _is_jsonpath(state, machine) else (
        "JSONata",
        "JSONPath",
    )  # fmt: skip
    for name in state:
        if name in fields.OF_LANGUAGE[other]:
            words = (
                f"The QueryLanguage is set to '{ours}', but field '{name}' is only supported for "
                f"the '{other}' QueryLanguage"
            )
            yield Problem(SCHEMA, words, at)


def _fields(holder: Json, known: set[str], at: str) -> Problems:
    for name in holder:
        if name not in known:
            yield Problem(SCHEMA, f"Field '{name}' is not supported", at)


def _required(state: Json, at: str) -> Problems:
    for names in fields.REQUIRED.get(state["Type"], []):
        given = [name for name in names if name in state]
        if not given:
            words = "These fields are required" if len(names) == 1 else "One of these is required"
            yield Problem(SCHEMA, f"{words}: [{', '.join(names)}]", at)
        if len(given) > 1:
            yield _too_many(given, at)
    for name in fields.DYNAMIC:
        if name in state and f"{name}Path" in state:
            yield _too_many([name, f"{name}Path"], at)


def _too_many(names: list[str], at: str) -> Problem:
    words = f"Only one of these fields is allowed: [{', '.join(names)}]"
    return Problem(SCHEMA, words, at)


def _handlers(state: Json, at: str) -> Problems:
    """Retriers and catchers."""
    for name, needed in (("Retry", ["ErrorEquals"]), ("Catch", ["ErrorEquals", "Next"])):
        for number, each in enumerate(handlers := state.get(name, [])):
            where = f"{at}/{name}[{number}]"
            missing = [field for field in needed if field not in each]
            if missing:
                listed = ", ".join(missing)
                yield Problem(SCHEMA, f"These fields are required: [{listed}]", where)
            elif "States.ALL" in each["ErrorEquals"] and (
                len(each["ErrorEquals"]) > 1 or number < len(handlers) - 1
            ):
                words = "States.ALL must appear alone and at the end of the list"
                yield Problem(SCHEMA, words, f"{where}/ErrorEquals")


def _kinds(holder: Json, at: str, jsonpath: bool) -> Problems:
    """Fields that are of another type than theirs, and items that are no objects."""
    for name, value in holder.items():
        kind = fields.KINDS.get(name)
        dynamic = not jsonpath and kind == "INTEGER" and jsonata.is_expression(value)
        if kind and not dynamic and not fields.is_kind(kind, value):
            yield _expected(kind, f"{at}/{name}")
        elif name in ("Retry", "Catch", "Choices", "Branches"):
            for number, each in enumerate(value):
                where = f"{at}/{name}[{number}]"
                if not isinstance(each, dict):
                    yield _expected("OBJECT", where)
                elif name != "Branches":
                    yield from _kinds(each, where, jsonpath)


def _expected(kind: str, at: str) -> Problem:
    return Problem(SCHEMA, f"Expected value of type [{kind}]", at)


# What holds others ---------------------------------------------------------------------


def _parallel(state: Json, at: str, machine: Json, kind: str) -> Problems:
    for number, branch in enumerate(state.get("Branches", [])):
        yield from _machine(branch, f"{at}/Branches[{number}]", machine, kind)


def _map(state: Json, at: str, machine: Json, kind: str) -> Problems:
    yield from (Problem(*each) for each in distributed.problems(state, at, kind))
    name, processor = distributed.processor_of(state)
    if distributed.is_distributed(state):
        kind = processor["ProcessorConfig"].get("ExecutionType", kind)
    if name in state:
        yield from _machine(processor, f"{at}/{name}", machine, kind)


INSIDE: dict[str, Callable[[Json, str, Json, str], Problems]] = {"Parallel": _parallel, "Map": _map}


def all_states(part: Json) -> Iterator[tuple[str, Json]]:
    """The states of a machine with their names, and those inside of them."""
    for name, state in part["States"].items():
        yield name, state
        for each in (distributed.processor_of(state)[1], *state.get("Branches", [])):
            if each:
                yield from all_states(each)

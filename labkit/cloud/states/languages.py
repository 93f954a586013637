"""How a state's fields are read: in JSONPath, or in JSONata.

A state asks its language for its arguments, its output and the like, and need not know which one it
speaks. Source: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from labkit.cloud.json_text import compact
from labkit.cloud.states import choices, jsonata, templates
from labkit.cloud.states.errors import QUERY, StateFailed
from labkit.cloud.states.history import Event
from labkit.cloud.states.paths import NothingThere, read_path, write

State = dict[str, Any]
_MISSING = object()


@dataclass(frozen=True)
class Scope:
    """What a field of a state can see.

    Args:
        input: the state's input.
        context: the context object, ``$$`` or ``$states.context``.
        variables: what `Assign` has kept.
        result: what the state's work came to.
        error: the error that was caught.
    """

    input: Any
    context: dict[str, Any]
    variables: dict[str, Any] = field(default_factory=dict)
    result: Any = _MISSING
    error: Any = _MISSING

    def having(self, result: Any) -> Scope:
        return replace(self, result=result)

    def caught(self, error: Any) -> Scope:
        return replace(self, error=error)


class Language(Protocol):
    """Reads the fields of states."""

    def arguments(self, state: State, scope: Scope) -> Any:
        """What a state works on."""

    def output(self, state: State, scope: Scope) -> Any:
        """What it hands on."""

    def value(self, state: State, name: str, scope: Scope, holder: State | None = None) -> Any:
        """A field that may be written out or be computed; ``None`` when there is none.

        Args:
            holder: the part of the state that has it, if not the state itself.
        """

    def assigned(self, holder: State, scope: Scope, where: str) -> dict[str, Any]:
        """The variables that a state, a rule or a catcher assigns."""

    def items(self, state: State, scope: Scope) -> Any:
        """What a Map goes through."""

    def item(self, state: State, scope: Scope, value: Any) -> Any:
        """The input of one iteration of a Map."""

    def holds(self, rule: State, scope: Scope, where: str) -> bool:
        """Whether a rule of a Choice is met."""

    def chosen(self, state: State, rule: State, scope: Scope, where: str) -> Any:
        """What a Choice hands on after a rule."""

    def recovered(self, catcher: State, scope: Scope, where: str) -> Any:
        """What a state hands on after a catcher took its error."""


class JsonPath:
    """Paths, payload templates and intrinsic functions."""

    def arguments(self, state: State, scope: Scope) -> Any:
        narrowed = self._through(state, "InputPath", scope.input, scope)
        name = "Parameters"
        if state["Type"] == "Map" or name not in state:
            return narrowed
        return templates.fill(state[name], narrowed, scope)

    def output(self, state: State, scope: Scope) -> Any:
        result = scope.result
        if "ResultSelector" in state:
            result = templates.fill(state["ResultSelector"], result, scope)
        merged = _merge(state.get("ResultPath", "$"), scope.input, result)
        return self._through(state, "OutputPath", merged, scope)

    def value(self, state: State, name: str, scope: Scope, holder: State | None = None) -> Any:
        holder = state if holder is None else holder
        if name in holder:
            return holder[name]
        path = holder.get(f"{name}Path")
        if path is None:
            return None
        narrowed = self._through(state, "InputPath", scope.input, scope)
        return templates.value(path, narrowed, scope, name + "Path")

    def assigned(self, holder: State, scope: Scope, where: str) -> dict[str, Any]:
        data = scope.error if scope.error is not _MISSING else scope.result
        data = scope.input if data is _MISSING else data
        found: dict[str, Any] = templates.fill(holder.get("Assign", {}), data, scope)
        return found

    def items(self, state: State, scope: Scope) -> Any:
        narrowed = self._through(state, "InputPath", scope.input, scope)
        return templates.value(state.get("ItemsPath", "$"), narrowed, scope, "ItemsPath")

    def item(self, state: State, scope: Scope, value: Any) -> Any:
        selector = state.get("ItemSelector", state.get("Parameters"))
        if selector is None:
            return value
        narrowed = self._through(state, "InputPath", scope.input, scope)
        return templates.fill(selector, narrowed, scope)

    def holds(self, rule: State, scope: Scope, where: str) -> bool:
        return choices.holds(rule, lambda path: self._choice(path, scope))

    def chosen(self, state: State, rule: State, scope: Scope, where: str) -> Any:
        narrowed = self._through(state, "InputPath", scope.input, scope)
        return self._through(state, "OutputPath", narrowed, scope)

    def recovered(self, catcher: State, scope: Scope, where: str) -> Any:
        return _merge(catcher.get("ResultPath", "$"), scope.input, scope.error)

    def _through(self, state: State, name: str, data: Any, scope: Scope) -> Any:
        path = state.get(name, "$")
        if path is None:
            return {}
        return templates.value(path, data, scope, name)

    def _choice(self, path: str, scope: Scope) -> Any:
        try:
            return templates.find(path, scope.input, scope)
        except NothingThere:
            return choices.NOTHING


class Jsonata:
    """Expressions between ``{%`` and ``%}``."""

    def arguments(self, state: State, scope: Scope) -> Any:
        return self._filled(state, "Arguments", scope, scope.input)

    def output(self, state: State, scope: Scope) -> Any:
        result = scope.input if scope.result is _MISSING else scope.result
        return self._filled(state, "Output", scope, result)

    def value(self, state: State, name: str, scope: Scope, holder: State | None = None) -> Any:
        return self._filled(state if holder is None else holder, name, scope, None)

    def assigned(self, holder: State, scope: Scope, where: str) -> dict[str, Any]:
        found: dict[str, Any] = self._filled(holder, "Assign", scope, {}, where)
        return found

    def items(self, state: State, scope: Scope) -> Any:
        found = self._filled(state, "Items", scope, scope.input)
        if "Items" not in state and not isinstance(found, (list, dict)):
            told = f"Map state input must be an array but was: {compact(found)}"
            raise StateFailed(QUERY, told, events=[Event("EvaluationFailed")])
        if isinstance(state.get("Items"), str) and not isinstance(found, (list, dict)):
            raise wrong_type(state["Items"], "Items", "array", found)
        return found

    def item(self, state: State, scope: Scope, value: Any) -> Any:
        return self._filled(state, "ItemSelector", scope, value)

    def holds(self, rule: State, scope: Scope, where: str) -> bool:
        found = self._filled(rule, "Condition", scope, None, where)
        if not isinstance(found, bool):
            raise wrong_type(rule["Condition"], f"{where}Condition", "boolean", found)
        return found

    def chosen(self, state: State, rule: State, scope: Scope, where: str) -> Any:
        if "Output" in rule:
            return self._filled(rule, "Output", scope, None, where)
        return self._filled(state, "Output", scope, scope.input)

    def recovered(self, catcher: State, scope: Scope, where: str) -> Any:
        return self._filled(catcher, "Output", scope, scope.error, where)

    def _filled(self, holder: State, name: str, scope: Scope, default: Any, where: str = "") -> Any:
        if name not in holder:
            return default
        return jsonata.fill(holder[name], _bindings(scope), where + name)


def language_of(machine: State, state: State) -> Language:
    """The language of a state: its own, else its machine's."""
    name = state.get("QueryLanguage", machine.get("QueryLanguage", "JSONPath"))
    return JsonPath() if name == "JSONPath" else Jsonata()


def moment_of(text: Any) -> float | None:
    """A timestamp in seconds since 1970; ``None`` where it is none, or tells no offset from UTC."""
    try:
        found = datetime.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.timestamp() if found.tzinfo and "T" in str(text) else None


def type_name(value: Any) -> str:
    """JSON's name for the type of a value."""
    names = {bool: "boolean", str: "string", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), "number")


def _bindings(scope: Scope) -> dict[str, Any]:
    states = {"input": scope.input, "context": scope.context}
    states |= {} if scope.result is _MISSING else {"result": scope.result}
    states |= {} if scope.error is _MISSING else {"errorOutput": scope.error}
    return scope.variables | {"states": states}


def _merge(path: str | None, document: Any, value: Any) -> Any:
    """A state's input with its result put where ``ResultPath`` says."""
    if path is None:
        return document
    try:
        return write(read_path(path), document, value)
    except NothingThere:
        raise StateFailed(
            "States.ResultPathMatchFailure",
            f"Unable to apply ReferencePath {path} to input {compact(document)}",
        ) from None


def wrong_type(expression: str, name: str, wanted: str, found: Any) -> StateFailed:
    """A JSONata expression gives what its field cannot take."""
    return StateFailed(
        QUERY,
        f"The JSONata expression '{expression[2:-2].strip()}' specified for the field '{name}' "
        f"returned an unexpected result type. Expected '{wanted}', but was '{type_name(found)}' "
        f"for value: {compact(found)}",
        events=[Event("EvaluationFailed", {"location": name})],
    )

"""Which variables the states of a machine refer to, as its description tells them.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from labkit.cloud.states import fields, jsonata
from labkit.cloud.states.definition import all_states
from labkit.cloud.states.expressions import texts
from labkit.cloud.states.languages import JsonPath, language_of

Json = dict[str, Any]
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'")
_VARIABLE = re.compile(r"(?<![$\w])\$([^\W\d]\w*)")


def references(definition: str) -> dict[str, list[str]] | None:
    """The variables of each state that refers to any; ``None`` where none does."""
    machine = json.loads(definition)
    found = {name: sorted(_names(machine, state)) for name, state in all_states(machine)}
    return {name: names for name, names in found.items() if names} or None


def _names(machine: Json, state: Json) -> set[str]:
    if not isinstance(language_of(machine, state), JsonPath):
        expressions = (text for _, text in texts(state, "") if jsonata.is_expression(text))
        return {name for text in expressions for name in jsonata.variables(text)}
    return {name for text in _paths(state) for name in _VARIABLE.findall(_QUOTED.sub("", text))}


def _paths(state: Json) -> Iterator[str]:
    """The paths and calls of a state in JSONPath."""
    for location, text in texts(state, ""):
        names = location.removeprefix("/").split("/")
        templated = any(name in fields.TEMPLATES for name in names[:-1])
        if names[-1].endswith(".$" if templated else ("Path", "Variable", ".$")):
            yield text

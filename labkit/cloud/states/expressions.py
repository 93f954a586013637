"""The paths, calls and expressions in a state's definition: whether they can be read.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.states import fields, jsonata

Json = dict[str, Any]
Found = tuple[str, str, str]
SCHEMA, NO_EXPRESSION = "SCHEMA_VALIDATION_FAILED", "INVALID_JSONATA_EXPRESSION"


def problems(state: Json, at: str, jsonpath: bool) -> Iterator[Found]:
    """The paths, calls and expressions of a state."""
    if not jsonpath:
        for location, text in texts(state, at):
            if jsonata.is_expression(text) and (why := jsonata.problem(text)):
                yield NO_EXPRESSION, why, location
        return
    for name in fields.PATHS:
        if isinstance(path := state.get(name), str) and not fields.is_path(path, name):
            yield (SCHEMA, fields.NO_PATH[name in fields.REFERENCES], f"{at}/{name}")
    for name in fields.TEMPLATES:
        for location, key, text in _dollars(state.get(name), f"{at}/{name}"):
            if not isinstance(text, str) or not fields.is_dynamic(text):
                words = (
                    f"The value for the field '{key}' must be a valid JSONPath or a valid "
                    "intrinsic function call"
                )
                yield (SCHEMA, words, location)


def texts(value: Any, at: str) -> Iterator[tuple[str, str]]:
    """The texts of a state, without those of the states inside of it."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in ("Branches", "ItemProcessor", "Iterator"):
                yield from texts(each, f"{at}/{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from texts(each, f"{at}[{number}]")


def _dollars(value: Any, at: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name.endswith(".$"):
                yield f"{at}/{name}", name, each
            else:
                yield from _dollars(each, f"{at}/{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _dollars(each, f"{at}[{number}]")

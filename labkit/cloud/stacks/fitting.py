"""A template's values as the API's types: a template may quote a number, or leave a text bare.

Where the two differ in form, the API's shape says which is meant: names differ in capitals alone
(Redshift Serverless), maps are lists of pairs, texts of JSON are written out.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from typing import Any


def fit(shape: Any, value: Any) -> Any:
    """A value of a template as botocore's shape has it; what does not fit stays as it is."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {name.lower(): name for name in shape.members}
        told = {names.get(name.lower(), name): each for name, each in value.items()}
        return {n: fit(shape.members[n], v) if n in shape.members else v for n, v in told.items()}
    if shape.type_name == "map" and isinstance(value, list):
        value = _mapped(value)
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: fit(shape.value, each) for name, each in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [fit(shape.member, each) for each in value]
    if shape.type_name == "list" and isinstance(value, str):
        return [value]  # a list of one may be written as that
    return _fit_one(shape.type_name, value)


def _mapped(pairs: list[Any]) -> Any:
    """A map for a list of keys and values; what is none stays."""
    if all(isinstance(pair, dict) and pair.keys() == {"Key", "Value"} for pair in pairs):
        return {pair["Key"]: pair["Value"] for pair in pairs}
    return pairs


def _fit_one(kind: str, value: Any) -> Any:
    if kind == "string" and isinstance(value, (bool, int, float, dict, list)):
        return json.dumps(value, default=_date)
    if kind == "string" and isinstance(value, datetime.date):
        return str(value)
    if kind in ("integer", "long", "double", "float", "boolean") and isinstance(value, str):
        with contextlib.suppress(ValueError):  # what does not read is refused as it is
            return json.loads(value)
    return value


def _date(value: Any) -> str:
    """A policy's version, which YAML takes for a date."""
    return str(value)

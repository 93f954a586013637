"""SQL/JSON paths in documents: the items as text, or why there are none.

Source: https://trino.io/docs/current/functions/json.html#json-path-language
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.documents import dump, parse_document
from labkit.cloud.engine.trino.functions.entry import TrinoError, fail
from labkit.cloud.engine.trino.functions.jsonpath import parse_path
from labkit.cloud.engine.trino.functions.jsonpath_steps import PathFailed

#: Documents by the names that PASSING gives them, None for no item.
Variables = Mapping[str, "str | None"]
_NONE: Variables = {}


def _found(
    show: Callable[[Any], str], text: str, path: str, variables: Variables = _NONE
) -> list[str] | None:
    """The items as JSON, None where the document or a strict path fails."""
    try:
        return [show(item) for item in evaluate(text, path, variables)]
    except TrinoError:
        raise
    except (PathFailed, ValueError, RecursionError):
        return None


def evaluate(text: str, path: str, variables: Variables) -> list[Any]:
    """The items of a path in a document.

    Raises:
        ValueError: the document, or that of a variable, is no JSON.
        PathFailed: the path cannot be followed.
    """
    return parse_path(path).items(parse_document(text), read_variables(variables))


def read_variables(variables: Variables) -> dict[str, list[Any]]:
    """The variables' documents; NULL as a document is no item, and a sign is before a decimal."""
    return {k: [] if v is None else [_variable(v)] for k, v in variables.items()}


def _variable(text: str) -> Any:
    return Decimal(text[1:]) if text.startswith("+") else parse_document(text)


def _why(text: str, path: str, variables: Variables) -> str | None:
    """What stands in the way, as an error's text."""
    try:
        evaluate(text, path, variables)
    except PathFailed as failed:
        return f"LABKIT:PATH_EVALUATION_ERROR: path evaluation failed: {failed}"
    except (ValueError, RecursionError):
        return "LABKIT:JSON_INPUT_CONVERSION_ERROR: conversion to JSON failed: "
    return None


def shown(item: Any) -> str:
    """An item as JSON text."""
    return format(item, "f") if isinstance(item, Decimal) else dump(item)


def told_apart(item: Any) -> str:
    """The same, with a sign before decimals: doubles have none."""
    return ("+" if isinstance(item, Decimal) else "") + shown(item)


def _decoded(data: bytes, encoding: str) -> str:
    """The text of bytes; those that are none are no JSON either."""
    try:
        return data.decode(_ENCODINGS[encoding])
    except UnicodeDecodeError:
        return ""


def _input(text: str) -> str:
    try:
        return dump(parse_document(text))
    except (ValueError, RecursionError):
        fail("conversion to JSON failed: ", "JSON_INPUT_CONVERSION_ERROR")


_ENCODINGS = {"UTF8": "utf-8", "UTF16": "utf-16-le", "UTF32": "utf-32-le"}
_PLAIN, _WITH = ("VARCHAR",) * 2, ("VARCHAR", "VARCHAR", "MAP(VARCHAR, VARCHAR)")
UDFS = (
    Udf("trino_json_path", lambda d, p: _found(shown, d, p), _PLAIN, "VARCHAR[]"),
    Udf("trino_json_path_with", lambda d, p, v: _found(shown, d, p, v), _WITH, "VARCHAR[]"),
    Udf("trino_json_value", lambda d, p: _found(told_apart, d, p), _PLAIN, "VARCHAR[]"),
    Udf("trino_json_value_with", lambda d, p, v: _found(told_apart, d, p, v), _WITH, "VARCHAR[]"),
    Udf("trino_json_path_failure", _why, _WITH, "VARCHAR"),
    Udf("trino_json_decoded", _decoded, ("BLOB", "VARCHAR"), "VARCHAR"),
    Udf("trino_json_input", _input, ("VARCHAR",), "VARCHAR"),
)

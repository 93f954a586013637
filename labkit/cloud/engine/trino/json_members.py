"""SQL/JSON that is made: ``JSON_OBJECT`` and ``JSON_ARRAY``, text and not of the type json.

Source: https://trino.io/docs/current/functions/json.html#json-object
"""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.casts import CastRefused, cast
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.engine.trino.json_syntax import json_document, returned
from labkit.cloud.engine.trino.operators import NUMBERS
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import JSON, VARCHAR, Type


def json_members(node: tree.JsonMembers, scope: Scope) -> Typed:
    """``JSON_OBJECT('a': 1)`` or ``JSON_ARRAY(1, 2)``."""
    return returned(_members(node, scope), node, scope)


def _members(node: tree.JsonMembers, scope: Scope) -> str:
    if node.unique and any(isinstance(value, tree.JsonInput) for value in node.values):
        words = "WITH UNIQUE KEYS behavior is not supported for JSON_OBJECT function"
        raise scope.fail(node, "NOT_SUPPORTED", f"{words} when input expression has FORMAT")
    values = [_as_json(value, node, scope) for value in node.values]
    if node.keys is None:
        parts = [_member("", value, node.absent_on_null) for value in values]
        return f"('[' || concat_ws(',', {', '.join(parts) or 'NULL'}) || ']')"
    keys = [_key(key, scope) for key in node.keys]
    parts = [
        _member(f"{key} || ':' || ", value, node.absent_on_null)
        for key, value in zip(keys, values, strict=True)
    ]
    members = f"concat_ws(',', {', '.join(parts) or 'NULL'})"
    return f"({_once_each(keys, values, node)}'{{' || {members} || '}}')"


def _once_each(keys: list[str], values: list[str], node: tree.JsonMembers) -> str:
    """SQL before an object's text that fails where a key stands twice in it."""
    if len(keys) < 2:
        return ""
    if node.absent_on_null:
        pairs = zip(keys, values, strict=True)
        keys = [f"CASE WHEN ({value}) IS NOT NULL THEN {key} END" for key, value in pairs]
    repeated = "cannot construct a JSON object with duplicate key"
    failed = raising("NOT_SUPPORTED", repeated)
    if node.unique:
        words = "duplicate key passed to JSON_OBJECT function"
        failed = raising("INVALID_FUNCTION_ARGUMENT", words)
    each = f"list_filter([{', '.join(keys)}], lambda _k: _k IS NOT NULL)"
    return f"CASE WHEN len({each}) > list_unique({each}) THEN {failed} ELSE '' END || "


def _member(before: str, value: str, absent: bool) -> str:
    return f"{before}{value}" if absent else f"{before}coalesce({value}, 'null')"


def _key(node: tree.Expression, scope: Scope) -> str:
    key = scope.value(node)
    if key.type.base not in ("varchar", "char"):
        message = f"Invalid type of JSON object key: {key.type.display}"
        raise scope.fail(node, "INVALID_FUNCTION_ARGUMENT", message)
    missing = "null value passed for JSON object key to JSON_OBJECT function"
    text = f"coalesce({key.sql}, {raising('INVALID_FUNCTION_ARGUMENT', missing)})"
    return f"CAST(to_json({text}) AS VARCHAR)"


def _as_json(node: tree.Expression, made: tree.JsonMembers, scope: Scope) -> str:
    if isinstance(node, tree.JsonInput):
        return f"trino_json_input({json_document(node, scope)})"
    value = scope.value(node)
    if isinstance(node, tree.JsonMembers | tree.JsonPath):
        return value.sql
    try:
        return cast(*_plain(value), JSON)
    except CastRefused as refused:
        words = f"Unsupported type of value passed to JSON_{_NAMES[made.keys is None]} function"
        raise scope.fail(node, "NOT_SUPPORTED", f"{words}: {value.type.display}") from refused


_NAMES = {True: "ARRAY", False: "OBJECT"}
_JSON_TYPES = (*NUMBERS, "boolean", "varchar", "json", "unknown")


def _plain(value: Typed) -> tuple[str, Type]:
    """A value of a type that is no JSON's is its text; arrays, maps and rows have none."""
    if value.type.base in _JSON_TYPES:
        return value.sql, value.type
    return cast(value.sql, value.type, VARCHAR), VARCHAR

"""SQL/JSON: ``JSON_OBJECT``, ``JSON_ARRAY``, ``JSON_VALUE``, ``JSON_QUERY``, ``JSON_EXISTS``.

The results are text (varchar), not the type json. Paths are those that the engine's JSON functions
read; ``strict`` paths and filters are refused.

Source: https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

import re

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cast import CastRefused, cast
from labkit.cloud.engine.trino.errors import quoted_text
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import BOOLEAN, JSON, VARCHAR, Type


def json_members(node: tree.JsonMembers, scope: Scope) -> Typed:
    """``JSON_OBJECT('a': 1)`` or ``JSON_ARRAY(1, 2)``."""
    values = [_as_json(value, scope) for value in node.values]
    if node.keys is None:
        parts = [_member("", value, node.absent_on_null) for value in values]
        return Typed(f"('[' || concat_ws(',', {', '.join(parts) or 'NULL'}) || ']')", VARCHAR)
    keys = [_key(key, scope) for key in node.keys]
    parts = [
        _member(f"{key} || ':' || ", value, node.absent_on_null)
        for key, value in zip(keys, values, strict=True)
    ]
    return Typed(f"('{{' || concat_ws(',', {', '.join(parts) or 'NULL'}) || '}}')", VARCHAR)


def _member(before: str, value: str, absent: bool) -> str:
    return f"{before}{value}" if absent else f"{before}coalesce({value}, 'null')"


def _key(node: tree.Expression, scope: Scope) -> str:
    key = scope.value(node)
    if key.type.base not in ("varchar", "char"):
        message = f"Invalid type of JSON object key: {key.type}"
        raise scope.fail(node, "TYPE_MISMATCH", message)
    return f"CAST(to_json({key.sql}) AS VARCHAR)"


def _as_json(node: tree.Expression, scope: Scope) -> str:
    value = scope.value(node)
    if isinstance(node, tree.JsonMembers | tree.JsonPath):
        return value.sql
    try:
        return cast(value.sql, value.type, JSON)
    except CastRefused as refused:
        raise scope.fail(node, refused.code, str(refused)) from refused


_PATH = re.compile(r"\s*(?:lax\s+)?(\$(?:\.\w+|\.\"[^\"]+\"|\[\d+\])*)\s*")


def json_path(node: tree.JsonPath, scope: Scope) -> Typed:
    """``JSON_VALUE(doc, 'lax $.a' RETURNING bigint)`` and its kin."""
    found = _PATH.fullmatch(node.path)
    if not found:
        message = f"JSON path is not supported here: {node.path}"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    value = scope.value(node.value)
    if value.type.base not in ("varchar", "char", "json", "unknown"):
        message = f"Cannot read input of type {value.type} as JSON"
        raise scope.fail(node.value, "TYPE_MISMATCH", message)
    valid = f"CASE WHEN json_valid({value.sql}) THEN {value.sql} END"
    item = f"json_extract({valid}, {quoted_text(found[1])})"
    clauses = dict(node.clauses)
    if node.name == "json_exists":
        return _exists(node, item, value, clauses, scope)
    if node.name == "json_query":
        return _query(node, item, clauses, scope)
    return _value(node, item, clauses, scope)


def _exists(
    node: tree.JsonPath, item: str, value: Typed, clauses: dict[str, object], scope: Scope
) -> Typed:
    _only(node, clauses, {"error": ("false",)}, scope)
    known = f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {item} IS NOT NULL END"
    return Typed(known, BOOLEAN)


def _query(node: tree.JsonPath, item: str, clauses: dict[str, object], scope: Scope) -> Typed:
    _only(
        node,
        clauses,
        {
            "error": ("null",),
            "empty": ("null",),
            "wrapper": ("without", "conditional", "unconditional"),
            "quotes": ("keep",),
        },
        scope,
    )
    text = f"CAST({item} AS VARCHAR)"
    wrapper = clauses.get("wrapper", "without")
    if wrapper == "unconditional":
        text = f"('[' || {text} || ']')"
    elif wrapper == "conditional":
        text = f"CASE WHEN ({text})[1] IN ('[', '{{') THEN {text} ELSE '[' || {text} || ']' END"
    else:
        text = f"CASE WHEN ({text})[1] IN ('[', '{{') THEN {text} END"
    return Typed(text, VARCHAR)


def _value(node: tree.JsonPath, item: str, clauses: dict[str, object], scope: Scope) -> Typed:
    """A scalar; what is none, and what is not there, is NULL."""
    _only(node, clauses, {"error": ("null",), "empty": ("null",)}, scope)
    kind: Type = node.returning or VARCHAR
    nested = f"json_type({item}) IN ('ARRAY', 'OBJECT', 'NULL')"
    scalar = f"CASE WHEN {nested} THEN NULL ELSE {item} ->> '$' END"
    try:
        sql = scalar if kind == VARCHAR else f"TRY({cast(scalar, VARCHAR, kind)})"
    except CastRefused as refused:
        raise scope.fail(node, refused.code, str(refused)) from refused
    return Typed(sql, kind)


def _only(
    node: tree.JsonPath,
    clauses: dict[str, object],
    known: dict[str, tuple[str, ...]],
    scope: Scope,
) -> None:
    for name, given in clauses.items():
        if given not in known.get(name, ()):
            message = f"This {name.upper()} clause of {node.name.upper()} is not supported here"
            raise scope.fail(node, "NOT_SUPPORTED", message)

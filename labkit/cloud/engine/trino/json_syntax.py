"""SQL/JSON: ``JSON_OBJECT``, ``JSON_ARRAY``, ``JSON_VALUE``, ``JSON_QUERY``, ``JSON_EXISTS``.

The results are text (varchar), not the type json. Paths with variables (PASSING) are refused.

Source: https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cast import CastRefused, cast
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.engine.trino.functions.jsonpath import PathRefused, parse_path
from labkit.cloud.engine.trino.library import can_coerce, coerce
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import BOOLEAN, JSON, VARCHAR, Type

Clauses = dict[str, object]


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


def json_path(node: tree.JsonPath, scope: Scope) -> Typed:
    """``JSON_VALUE(doc, 'lax $.a' RETURNING bigint)`` and its kin."""
    try:
        parse_path(node.path)
    except PathRefused as refused:
        message = f"JSON path is not supported here: {node.path}"
        raise scope.fail(node, "NOT_SUPPORTED", message) from refused
    value = scope.value(node.value)
    if value.type.base not in ("varchar", "char", "json", "unknown"):
        message = f"Cannot read input of type {value.type} as JSON"
        raise scope.fail(node.value, "TYPE_MISMATCH", message)
    items = f"trino_json_path(CAST({value.sql} AS VARCHAR), {quoted_text(node.path)})"
    found = _FORMS[node.name](node, items, dict(node.clauses), scope)
    return Typed(f"CASE WHEN ({value.sql}) IS NULL THEN NULL ELSE {found.sql} END", found.type)


_PATH_ERROR = "'LABKIT:PATH_EVALUATION_ERROR: path evaluation failed'"
_EMPTY = "'LABKIT:JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar: JSON path found no items'"


def _exists(node: tree.JsonPath, items: str, clauses: Clauses, scope: Scope) -> Typed:
    failed = {"error": f"error({_PATH_ERROR})", "unknown": "NULL"}
    otherwise = clauses.get("error", "false")
    other = failed.get(str(otherwise), str(otherwise))
    return Typed(f"coalesce(len({items}) > 0, {other})", BOOLEAN)


def _query(node: tree.JsonPath, items: str, clauses: Clauses, scope: Scope) -> Typed:
    """One item, or all in an array; what fails and what is not there is NULL."""
    wrapper = clauses.get("wrapper", "without")
    one = "_i[1]"
    wrapped = "'[' || array_to_string(_i, ',') || ']'"
    if wrapper == "unconditional":
        one = wrapped
    elif wrapper == "conditional":
        one = f"CASE WHEN len(_i) = 1 AND _i[1][1] IN ('[', '{{') THEN _i[1] ELSE {wrapped} END"
    if clauses.get("quotes") == "omit":
        one = f"CASE WHEN _i[1][1] = '\"' THEN json_extract_string(_i[1], '$') ELSE {one} END"
    many = "NULL" if wrapper != "without" else "len(_i) > 1"
    failed, empty = (_otherwise_query(clauses.get(name)) for name in ("error", "empty"))
    whens = (
        f"CASE WHEN _i IS NULL OR {many} THEN {failed} WHEN len(_i) = 0 THEN {empty} ELSE {one} END"
    )
    return _returned(_with_items(items, whens), node, scope)


def _returned(sql: str, node: tree.JsonPath, scope: Scope) -> Typed:
    """JSON text as the type that RETURNING names."""
    kind: Type = node.returning or VARCHAR
    if kind.base not in ("varchar", "char", "varbinary"):
        message = f"Cannot output JSON value as {kind.display} using formatting JSON"
        raise scope.fail(node, "TYPE_MISMATCH", message)
    return Typed(cast(sql, VARCHAR, kind), kind)


def _otherwise_query(action: object) -> str:
    actions = {"empty array": "'[]'", "empty object": "'{}'", "error": f"error({_PATH_ERROR})"}
    return actions.get(str(action), "NULL")


def _value(node: tree.JsonPath, items: str, clauses: Clauses, scope: Scope) -> Typed:
    """One scalar; what fails and what is not there is NULL, or as the clauses say."""
    kind: Type = node.returning or VARCHAR
    failed, empty = (
        _otherwise_value(clauses.get(name), kind, scope) for name in ("error", "empty")
    )
    scalar = "json_extract_string(_i[1], '$')"
    try:
        value = scalar if kind == VARCHAR else cast(scalar, VARCHAR, kind)
    except CastRefused as refused:
        raise scope.fail(node, refused.code, str(refused)) from refused
    if kind != VARCHAR and clauses.get("error", "null") != "error":
        value = f"coalesce(TRY({value}), {failed})"
    if kind.args and kind.base in ("char", "varchar"):
        bare = _bare_as_text(scalar, kind, failed)
        value = f"CASE WHEN _i[1][1] = '\"' THEN {value} ELSE {bare} END"
    whens = (
        f"CASE WHEN _i IS NULL OR len(_i) > 1 THEN {failed} WHEN len(_i) = 0 THEN {empty} "
        f"WHEN _i[1] = 'null' THEN NULL WHEN _i[1][1] IN ('[', '{{') THEN {failed} "
        f"ELSE {value} END"
    )
    return Typed(_with_items(items, whens), kind)


def _bare_as_text(scalar: str, kind: Type, failed: str) -> str:
    """A number or boolean, which fails where it is longer than RETURNING says; text is cut."""
    if kind.base == "char":
        words = f"JSON_VALUE of a number or boolean RETURNING {kind} is not supported here"
        return raising("NOT_SUPPORTED", words)
    return f"CASE WHEN length({scalar}) > {kind.args[0]} THEN {failed} ELSE {scalar} END"


def _otherwise_value(action: object, kind: Type, scope: Scope) -> str:
    if isinstance(action, tree.Expression):
        value = scope.value(action)
        if not can_coerce(value.type, kind):
            message = f"Return type of JSON_VALUE is {kind}, its default is {value.type}"
            raise scope.fail(action, "TYPE_MISMATCH", message)
        return coerce(value.sql, value.type, kind)
    return f"error({_EMPTY})" if action == "error" else f"CAST(NULL AS {kind.duckdb})"


def _with_items(items: str, sql: str) -> str:
    """SQL over the items, which stand as ``_i``, computed once."""
    return f"list_transform([{items}], lambda _i: {sql})[1]"


_FORMS = {"json_exists": _exists, "json_query": _query, "json_value": _value}

"""SQL/JSON by paths: ``JSON_VALUE``, ``JSON_QUERY``, ``JSON_EXISTS``.

The results are text (varchar), not the type json.

Source: https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

import re

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.casts import CastRefused, cast
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.engine.trino.functions.jsonpath import PathRefused, parse_path
from labkit.cloud.engine.trino.library import can_coerce, coerce
from labkit.cloud.engine.trino.safe import in_lambda
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import BIGINT, BOOLEAN, DOUBLE, JSON, VARCHAR, Type

Passing = tuple[tuple[str, tree.Expression], ...]


def json_path(node: tree.JsonPath, scope: Scope) -> Typed:
    """``JSON_VALUE(doc, 'lax $.a' RETURNING bigint)`` and its kin."""
    check_path(node.path, node.passing, scope)
    document = json_document(node.value, scope)
    variables = json_variables(node.passing, scope)
    path = quoted_text(node.path.text)
    read = "trino_json_value" if node.name == "json_value" else "trino_json_path"
    items = f"{read}({document}, {path})"
    if node.passing:
        items = f"{read}_with({document}, {path}, {variables})"
    why = f"trino_untried_error(trino_json_path_failure({document}, {path}, {variables}))"
    found = path_result(node, items, why, scope)
    return Typed(f"CASE WHEN ({document}) IS NULL THEN NULL ELSE {found.sql} END", found.type)


def path_result(node: tree.JsonPath, items: str, why: str, scope: Scope) -> Typed:
    """What a path's items come to.

    Args:
        items: SQL of the items, NULL where the path fails.
        why: SQL that raises what made it fail.
    """
    return _FORMS[node.name](node, items, why, scope)


def check_path(node: tree.PathText, passing: Passing, scope: Scope) -> None:
    """Refuse a path that is none, or that asks for what is not passed."""
    if not re.match(r"\s*(lax|strict)\b", node.text):
        word = (node.text.split() or ["<EOF>"])[0]
        message = f"mismatched input '{word}' expecting {{'lax', 'strict'}}"
        raise scope.fail(node.start + 1, "SYNTAX_ERROR", message)
    try:
        names = parse_path(node.text).names
    except PathRefused as refused:
        message = f"JSON path is not supported here: {node.text}"
        raise scope.fail(node, "NOT_SUPPORTED", message) from refused
    for name in sorted(names - {name for name, _ in passing}):
        hint = f'Try quoting "{name}" in the PASSING clause to match case'
        known = any(name.upper() == passed.upper() for passed, _ in passing)
        message = f"no value passed for parameter {name}{f'. {hint}' if known else ''}"
        raise scope.fail(node, "INVALID_PATH", message)


def json_document(node: tree.Expression, scope: Scope) -> str:
    """The text of a document; bytes are UTF-8 unless the statement says otherwise."""
    encoding = node.encoding if isinstance(node, tree.JsonInput) else ""
    node = node.value if isinstance(node, tree.JsonInput) else node
    value = scope.value(node)
    if value.type.base == "varbinary":
        return f"trino_json_decoded({value.sql}, {quoted_text(encoding or 'UTF8')})"
    if encoding or value.type.base not in ("varchar", "char", "json", "unknown"):
        words = f"JSON ENCODING {encoding}" if encoding else "JSON"
        message = f"Cannot read input of type {value.type} as JSON using formatting {words}"
        raise scope.fail(node, "TYPE_MISMATCH", message)
    return f"CAST({value.sql} AS VARCHAR)"


def json_variables(passing: Passing, scope: Scope) -> str:
    """The variables that PASSING gives: a map of documents, NULL for no item."""
    for at, (name, value) in enumerate(passing):
        if name in (before for before, _ in passing[:at]):
            message = f"{name} JSON path parameter is specified more than once"
            raise scope.fail(value, "DUPLICATE_PARAMETER_NAME", message)
    names = ", ".join(quoted_text(name) for name, _ in passing)
    values = ", ".join(_variable(value, scope) for _, value in passing)
    return f"CAST(MAP([{names}], [{values}]) AS MAP(VARCHAR, VARCHAR))"


def _variable(node: tree.Expression, scope: Scope) -> str:
    if isinstance(node, tree.JsonInput):
        return json_document(node, scope)
    value = scope.value(node)
    if isinstance(node, tree.JsonMembers | tree.JsonPath):
        return value.sql
    if value.type.base == "decimal":  # a sign tells it from a document's numbers
        return f"coalesce('+' || CAST({value.sql} AS VARCHAR), 'null')"
    if value.type.base in _TYPED:
        message = f"A {value.type} as a variable of a JSON path is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    try:
        plain = value.type.base in _JSON_SCALARS
        found = value if plain else Typed(cast(value.sql, value.type, VARCHAR), VARCHAR)
        return f"coalesce({cast(found.sql, found.type, JSON)}, 'null')"
    except CastRefused as refused:
        raise scope.fail(node, refused.code, str(refused)) from refused


#: Items of these types are no texts of JSON: they compare among themselves.
_TYPED = ("date", "time", "timestamp", "timestamptz")
_JSON_SCALARS = "tinyint smallint integer bigint real double boolean varchar char unknown".split()


def _exists(node: tree.JsonPath, items: str, why: str, scope: Scope) -> Typed:
    failed = {"error": why, "unknown": "NULL"}
    otherwise = dict(node.clauses).get("error", "false")
    other = failed.get(str(otherwise), str(otherwise))
    return Typed(f"coalesce(len({items}) > 0, {other})", BOOLEAN)


def _query(node: tree.JsonPath, items: str, why: str, scope: Scope) -> Typed:
    """One item, or all in an array; what fails and what is not there is NULL."""
    clauses = dict(node.clauses)
    wrapper = clauses.get("wrapper", "without")
    one = "_i[1]"
    wrapped = "'[' || array_to_string(_i, ',') || ']'"
    if wrapper == "unconditional":
        one = wrapped
    elif wrapper == "conditional":
        one = f"CASE WHEN len(_i) = 1 AND _i[1][1] IN ('[', '{{') THEN _i[1] ELSE {wrapped} END"
    if "quotes" in clauses and wrapper != "without":
        words = f"{str(clauses['quotes']).upper()} QUOTES behavior specified with WITH"
        message = f"{words} {str(wrapper).upper()} ARRAY WRAPPER behavior"
        raise scope.fail(node, "INVALID_FUNCTION_ARGUMENT", message)
    if clauses.get("quotes") == "omit":
        one = f"CASE WHEN _i[1][1] = '\"' THEN json_extract_string(_i[1], '$') ELSE {one} END"
    many = "FALSE" if wrapper != "without" else "len(_i) > 1"
    failed, empty = (_otherwise_query(clauses.get(name)) for name in ("error", "empty"))
    broken = why if clauses.get("error") == "error" else failed.format("no")
    whens = (
        f"CASE WHEN _i IS NULL THEN {broken} WHEN len(_i) = 0 THEN "
        f"{empty.format('no')} WHEN {many} THEN {failed.format('multiple')} ELSE {one} END"
    )
    return returned(_with_items(items, whens), node, scope)


def returned(sql: str, node: tree.JsonPath | tree.JsonMembers, scope: Scope) -> Typed:
    """JSON text as the type that RETURNING names."""
    kind: Type = node.returning or VARCHAR
    if kind.base not in ("varchar", "char", "varbinary"):
        message = f"Cannot output JSON value as {kind.display} using formatting JSON"
        raise scope.fail(node, "TYPE_MISMATCH", message)
    return Typed(cast(sql, VARCHAR, kind), kind)


_NOT_ONE = raising("JSON_OUTPUT_CONVERSION_ERROR", "conversion from JSON failed: JSON path found #")
_NO_QUERY = {
    "empty array": "'[]'",
    "empty object": "'{{}}'",
    "error": _NOT_ONE.replace("#", "{} items"),
}


def _otherwise_query(action: object) -> str:
    """``{}`` stands for how many items there are."""
    return _NO_QUERY.get(str(action), "NULL")


def _value(node: tree.JsonPath, items: str, why: str, scope: Scope) -> Typed:
    """One scalar; what fails and what is not there is NULL, or as the clauses say."""
    clauses = dict(node.clauses)
    kind: Type = node.returning or VARCHAR
    failed, empty = (
        _otherwise_value(clauses.get(name), kind, scope) for name in ("error", "empty")
    )
    at_error = clauses.get("error") == "error"
    value = _scalar(kind, failed, node, scope)
    if kind.base != "varchar" and not at_error:
        value = f"coalesce(TRY({value}), {failed})"
    if kind.base == "char":
        words = f"JSON_VALUE of a number or boolean RETURNING {kind} is not supported here"
        value = f"CASE WHEN _i[1][1] = '\"' THEN {value} ELSE {raising('NOT_SUPPORTED', words)} END"
    whens = (
        f"CASE WHEN _i IS NULL THEN {why if at_error else failed} "
        f"WHEN len(_i) > 1 THEN {_found(failed, 'multiple items')} "
        f"WHEN len(_i) = 0 THEN {_found(empty, 'no items')} WHEN _i[1] = 'null' THEN NULL "
        f"WHEN _i[1][1] IN ('[', '{{') THEN {_found(failed, _NO_SCALAR)} ELSE {value} END"
    )
    return Typed(_with_items(items, whens), kind)


def _scalar(kind: Type, failed: str, node: tree.JsonPath, scope: Scope) -> str:
    """The item as that type, by the cast from the item's own; a decimal has a sign before it."""
    try:
        text = cast("json_extract_string(_i[1], '$')", VARCHAR, kind)
    except CastRefused as refused:
        raise scope.fail(node, refused.code, str(refused)) from refused
    whens = "".join(f"WHEN {test} THEN {_bare(sql, of, kind, failed)} " for test, sql, of in _BARE)
    return f"CASE WHEN _i[1][1] = '\"' THEN {text} {whens}END"


#: Items that are no text: how they are told, and their values.
_BARE = (
    ("_i[1][1] = '+'", "CAST(_i[1][2:] AS DECIMAL(38, 18))", Type("decimal", (38, 18))),
    ("_i[1] IN ('true', 'false')", "(_i[1] = 'true')", BOOLEAN),
    ("regexp_matches(_i[1], '[.E]')", "CAST(_i[1] AS DOUBLE)", DOUBLE),
    ("true", "CAST(_i[1] AS BIGINT)", BIGINT),
)


def _bare(sql: str, of: Type, kind: Type, failed: str) -> str:
    """A number or boolean as that type; one that has no such cast fails."""
    text = "_i[1][2:]" if of.base == "decimal" else cast(sql, of, VARCHAR)
    if kind == VARCHAR:
        return text
    if kind.base == "varchar":
        return f"CASE WHEN length({text}) > {kind.args[0]} THEN {failed} ELSE {text} END"
    try:
        return cast(sql, of, kind)
    except CastRefused:
        return _found(failed, _NO_SCALAR)


def _otherwise_value(action: object, kind: Type, scope: Scope) -> str:
    if isinstance(action, tree.Expression):
        value = scope.value(action)
        if not in_lambda(value.sql):
            message = "A subquery or a window function as a default is not supported here"
            raise scope.fail(action, "NOT_SUPPORTED", message)
        if not can_coerce(value.type, kind):
            message = f"Return type of JSON_VALUE is {kind}, its default is {value.type}"
            raise scope.fail(action, "TYPE_MISMATCH", message)
        return coerce(value.sql, value.type, kind)
    return _NO_VALUE if action == "error" else f"CAST(NULL AS {kind.duckdb})"


#: What was found instead stands as ``#``.
_NO_VALUE = raising(
    "JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: JSON path found #"
)
_NO_SCALAR = "an item that cannot be converted to an SQL value"


def _found(otherwise: str, items: str) -> str:
    """What stands for a value that is not there: an error tells what was found instead."""
    return otherwise.replace("#", items) if otherwise == _NO_VALUE else otherwise


def _with_items(items: str, sql: str) -> str:
    """SQL over the items, which stand as ``_i``, computed once."""
    return f"list_transform([{items}], lambda _i: {sql})[1]"


_FORMS = {"json_exists": _exists, "json_query": _query, "json_value": _value}

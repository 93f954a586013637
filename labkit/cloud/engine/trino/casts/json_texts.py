"""Casts to JSON and from it: the text as Trino writes it, and a value as Trino reads it.

Source: https://trino.io/docs/current/functions/json.html#cast-to-json
"""

from __future__ import annotations

import json

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino.casts.rules import CastRefused, cast, failure_of, register
from labkit.cloud.engine.trino.once import once
from labkit.cloud.engine.trino.operators import INTEGERS, NUMBERS
from labkit.cloud.engine.trino.text import as_text, cast_to_varchar
from labkit.cloud.engine.types import DOUBLE, JSON, VARCHAR, Type

#: The length of a name: what is longer is bound, where it is named for each field of a row.
_NAME = 20


def _to_json(sql: str, source: Type, target: Type) -> str:
    return _json_text(sql, source)


def _json_text(sql: str, kind: Type) -> str:
    """A value as Trino writes it: keys of maps in order, doubles as Java does, moments as text."""
    match kind.base:
        case "json":
            return sql
        case "unknown":
            return "CAST(NULL AS VARCHAR)"
        case "boolean" | "decimal" | "tinyint" | "smallint" | "integer" | "bigint":
            return as_text(sql, kind)
        case "real" | "double":
            text = as_text(sql, kind)
            return f"CASE WHEN isfinite({sql}) THEN {text} ELSE '\"' || {text} || '\"' END"
        case "varchar" | "char":
            return f"CAST(to_json({as_text(sql, kind)}) AS VARCHAR)"
        case "date" | "time" | "timestamp" | "timestamptz" | "uuid":
            return f"('\"' || {cast_to_varchar(sql, kind)} || '\"')"
        case "array":
            items = f"list_transform({sql}, lambda _j: {_json_inner('_j', kind.element)})"
            return f"('[' || array_to_string({items}, ',') || ']')"
        case "map":
            return _json_map(sql, kind)
        case "row":
            return _json_row(sql, kind)
    raise CastRefused(kind, JSON)


def _json_inner(sql: str, kind: Type) -> str:
    return f"coalesce({_json_text(sql, kind)}, 'null')"


def _json_map(sql: str, kind: Type) -> str:
    key, value = kind.types
    if key.base not in ("varchar", "unknown", *INTEGERS, "boolean", "real", "double", "decimal"):
        raise CastRefused(kind, JSON)
    pair = f"struct_pack(k := {as_text('_j.key', key)}, v := {_json_inner('_j.value', value)})"
    pairs = f"list_sort(list_transform(map_entries({sql}), lambda _j: {pair}))"
    members = f"list_transform({pairs}, lambda _j: CAST(to_json(_j.k) AS VARCHAR) || ':' || _j.v)"
    return f"('{{' || array_to_string({members}, ',') || '}}')"


def _json_row(sql: str, kind: Type) -> str:
    """A field without a name has the name ``""``."""
    return once(lambda row: _json_fields(row, kind), sql, long=_NAME)


def _json_fields(sql: str, kind: Type) -> str:
    fields = (
        f"{quoted_text(json.dumps(name or '', ensure_ascii=False) + ':')} || "
        + _json_inner(f"struct_extract_at({sql}, {at})", inner)
        for at, (name, inner) in enumerate(kind.fields, 1)
    )
    inside = " || ',' || ".join(fields)
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE '{{' || {inside} || '}}' END"


def _from_json(sql: str, source: Type, target: Type) -> str:
    return once(lambda text: _fitting(_read_json(text, target), text, target), sql, long=_NAME)


def _fitting(value: str, sql: str, kind: Type) -> str:
    """A text that is longer than its type is refused, not cut:
    https://github.com/trinodb/trino/blob/master/core/trino-main/src/test/java/io/trino/type/TestJsonOperators.java
    """
    if kind.base != "varchar" or not kind.args:
        return value
    failure = failure_of(sql, f"Cannot cast '#' to {kind}")
    return once(
        lambda text: f"CASE WHEN length({text}) > {kind.args[0]} THEN {failure} ELSE {text} END",
        value,
        long=_NAME,
    )


def _read_json(sql: str, kind: Type) -> str:
    """A JSON text as a value; JSON null is NULL."""
    failure = failure_of(sql, f"Cannot cast '#' to {kind}")
    missing = f"({sql}) IS NULL OR ({sql}) = 'null'"
    match kind.base:
        case "array":
            inner = _read_json("_r", kind.element)
            items = f"list_transform({_parts(sql, kind, 'items')}, lambda _r: {inner})"
            whens = f"WHEN {missing} THEN NULL WHEN ({sql})[1] = '[' THEN {items}"
            return f"CASE {whens} ELSE {failure} END"
        case "map":
            keys = f"json_keys({sql})"
            key = cast("_r", VARCHAR, kind.types[0])
            value = _read_json("_r", kind.types[1])
            both = (
                f"map(list_transform({keys}, lambda _r: {key}), "
                f"list_transform({_parts(sql, kind, 'values')}, lambda _r: {value}))"
            )
            whens = f"WHEN {missing} THEN NULL WHEN ({sql})[1] = '{{' THEN {both}"
            return f"CASE {whens} ELSE {failure} END"
        case "row":
            return _read_json_row(sql, kind, missing, failure)
        case "json":
            return sql
    return f"CASE WHEN {missing} THEN NULL ELSE {_read_scalar(sql, kind, failure)} END"


def _parts(sql: str, kind: Type, name: str) -> str:
    return f"trino_json_{'exact' if _is_exact(kind) else name}({sql})"


def _is_exact(kind: Type) -> bool:
    """Whether the digits of a number matter: DuckDB gives the items of an array as doubles."""
    return kind.base in ("decimal", "json") or any(map(_is_exact, kind.types))


def _read_json_row(sql: str, kind: Type, missing: str, failure: str) -> str:
    """An object's members by their names, or an array's items by their places."""
    names = [quoted_text(name or "") for name, _ in kind.fields]
    members = ", ".join(
        f"trino_json_exact({sql})[trino_json_place({sql}, {name})]"
        if _is_exact(kind)
        else f"trino_json_member({sql}, {name})"
        for name in names
    )
    fits = f"json_array_length({sql}) = {len(kind.types)}"
    listed = _parts(sql, kind, "items")
    parts = (
        f"CASE WHEN {missing} THEN NULL WHEN ({sql})[1] = '{{' THEN [{members}] "
        f"WHEN ({sql})[1] = '[' AND {fits} THEN {listed} ELSE {failure} END"
    )
    fields = ", ".join(
        f"{name} := {_read_json(f'_p[{at + 1}]', inner)}"
        for at, (name, inner) in enumerate(kind.members)
    )
    packed = f"CASE WHEN _p IS NOT NULL THEN struct_pack({fields}) END"
    return f"list_transform([{parts}], lambda _p: {packed})[1]"


def _read_scalar(sql: str, kind: Type, failure: str) -> str:
    """A JSON string gives its text, other scalars their own; arrays and objects fail."""
    text = f"json_extract_string({sql}, '$')"
    nested = f"({sql})[1] IN ('[', '{{')"
    fraction = f"regexp_matches({sql}, '^-?[0-9].*[.eE]')"
    if kind.base == "varchar":
        double = f"WHEN {fraction} THEN {cast_to_varchar(f'TRY_CAST({sql} AS DOUBLE)', DOUBLE)}"
        return f"CASE WHEN {nested} THEN {failure} {double} ELSE {text} END"
    if kind.base == "boolean":
        number = f"WHEN ({sql})[1] IN ('t', 'f', '\"') THEN {cast(text, VARCHAR, kind)}"
        real = f"WHEN {fraction} THEN CAST({sql} AS DOUBLE) <> 0"
        whole = f"coalesce(TRY_CAST({sql} AS BIGINT) <> 0, {failure})"
        return f"CASE WHEN {nested} THEN {failure} {number} {real} ELSE {whole} END"
    if kind.base in INTEGERS:
        bit = f"WHEN ({sql}) IN ('true', 'false') THEN CAST(({sql}) = 'true' AS {kind.duckdb})"
        rounded = f"WHEN {fraction} THEN {_json_number(sql, kind)}"
        whole = cast(text, VARCHAR, kind)
        return f"CASE WHEN {nested} THEN {failure} {bit} {rounded} ELSE {whole} END"
    if kind.base == "decimal":
        text = f"CASE WHEN ({sql})[1] = '\"' THEN {text} ELSE {sql} END"
    if kind.base in ("double", "real", "decimal"):
        bit = f"WHEN ({sql}) IN ('true', 'false') THEN CAST(({sql}) = 'true' AS {kind.duckdb})"
        return f"CASE WHEN {nested} THEN {failure} {bit} ELSE {cast(text, VARCHAR, kind)} END"
    raise CastRefused(JSON, kind)


def _json_number(sql: str, kind: Type) -> str:
    return cast(f"TRY_CAST({sql} AS DOUBLE)", DOUBLE, kind)


_SCALARS = (*NUMBERS, "boolean", "varchar")
_NESTED = ("array", "map", "row")

register((*_SCALARS, *_NESTED, "date", "timestamp", "timestamptz"), ("json",), _to_json)
register(("json",), (*_SCALARS, *_NESTED), _from_json)

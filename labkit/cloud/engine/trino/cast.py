"""``CAST``: which types turn into which, how values round, and the errors of those that do not.

Numbers round half up (DuckDB rounds doubles half to even); text must be just the value that it
names; ``varchar(n)`` cuts text and refuses numbers that do not fit. Sources:
https://trino.io/docs/current/functions/conversion.html,
https://trino.io/docs/current/functions/json.html#cast-to-json
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.trino.errors import MARK
from labkit.cloud.engine.trino.library import coerce
from labkit.cloud.engine.trino.operators import INTEGERS
from labkit.cloud.engine.trino.text import SKETCHES, as_text, cast_to_varchar, sketch_bytes
from labkit.cloud.engine.types import DOUBLE, JSON, UNKNOWN, VARCHAR, Type

Render = Callable[[str, Type, Type], str]


class CastRefused(TypeError):
    """A pair of types without a cast. ``args`` are the two types."""

    code = "TYPE_MISMATCH"

    def __str__(self) -> str:
        return f"Cannot cast {self.args[0].display} to {self.args[1].display}"


def cast(sql: str, source: Type, target: Type) -> str:
    """DuckDB SQL of ``CAST(value AS target)``.

    Raises:
        CastRefused: Trino has no such cast.
    """
    if source == target:
        return sql
    if source == UNKNOWN:
        return f"CAST(NULL AS {target.duckdb})"
    render = _CASTS.get((source.base, target.base))
    if render is None:
        raise CastRefused(source, target)
    return render(sql, source, target)


def _failure(sql: str, text: str, code: str = "INVALID_CAST_ARGUMENT") -> str:
    """An error that shows the value, which stands as ``#`` in the text."""
    before, _, after = f"{MARK}:{code}: {text}".replace("'", "''").partition("#")
    return f"error('{before}' || {sql} || '{after}')"


def _or_fails(sql: str, tried: str, failure: str) -> str:
    """What came of trying; only of NULL may that be NULL."""
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE coalesce({tried}, {failure}) END"


# Numbers


def _plain(sql: str, source: Type, target: Type) -> str:
    return f"CAST({sql} AS {target.duckdb})"


def _checked(sql: str, source: Type, target: Type) -> str:
    """A number that may be out of the target's range."""
    tried = f"TRY_CAST({sql} AS {target.duckdb})"
    given = "INTEGER" if source.base == "integer" else _spelled(source)
    words = f"Cannot cast {given} '#' to {_spelled(target)}"
    failure = _failure(f"CAST({sql} AS VARCHAR)", words)
    return _or_fails(sql, tried, failure)


def _narrow(sql: str, source: Type, target: Type) -> str:
    """One integer type to another."""
    if INTEGERS.index(source.base) <= INTEGERS.index(target.base):
        return _plain(sql, source, target)
    words = f"Out of range for {target}: #"
    failure = _failure(f"CAST({sql} AS VARCHAR)", words, "NUMERIC_VALUE_OUT_OF_RANGE")
    tried = f"TRY_CAST({sql} AS {target.duckdb})"
    return _or_fails(sql, tried, failure)


def _rounded(sql: str, source: Type, target: Type) -> str:
    words = f"Out of range for {target}: #"
    if target.base == "bigint":
        words = "Unable to cast # to bigint"
    failure = _failure(as_text(sql, source), words)
    tried = f"TRY_CAST(round({sql}) AS {target.duckdb})"
    return _or_fails(sql, tried, failure)


def _to_decimal(sql: str, source: Type, target: Type) -> str:
    fits = source.base == "decimal" and coerce(sql, source, target)
    if source.base == "decimal" and _holds(source, target):
        return str(fits)
    return _checked(sql, source, target)


def _float_to_decimal(sql: str, source: Type, target: Type) -> str:
    """The digits that a float shows are rounded, half up: 1.005 is 1.01.

    Source: internalDoubleToLongDecimal of Trino's DecimalConversions, by ``BigDecimal.valueOf``.
    """
    tried = f"TRY_CAST(CAST({sql} AS VARCHAR) AS {target.duckdb})"
    words = f"Cannot cast {_spelled(source)} '#' to {_spelled(target)}"
    failure = _failure(as_text(sql, source), words)
    return _or_fails(sql, tried, failure)


def _holds(source: Type, target: Type) -> bool:
    (p1, s1), (p2, s2) = (tuple(map(int, map(str, kind.args))) for kind in (source, target))
    return p1 - s1 <= p2 - s2 and s1 <= s2


def _to_real(sql: str, source: Type, target: Type) -> str:
    """What is too large is infinite."""
    infinite = f"CAST(sign({sql}) * CAST('Infinity' AS DOUBLE) AS FLOAT)"
    return f"coalesce(TRY_CAST({sql} AS FLOAT), {infinite})"


def _to_boolean(sql: str, source: Type, target: Type) -> str:
    return f"({sql} <> 0)"


def _to_bytes(sql: str, source: Type, target: Type) -> str:
    return f"encode({sql})"


def _sketch_to_bytes(sql: str, source: Type, target: Type) -> str:
    return sketch_bytes(sql)


def _bytes_to_sketch(sql: str, source: Type, target: Type) -> str:
    failure = _failure("''", f"Cannot deserialize {target}")
    return _or_fails(sql, f"TRY_CAST(TRY(decode({sql})) AS {target.duckdb})", failure)


def _uuid_to_bytes(sql: str, source: Type, target: Type) -> str:
    return f"unhex(replace(CAST({sql} AS VARCHAR), '-', ''))"


def _bytes_to_uuid(sql: str, source: Type, target: Type) -> str:
    failure = _failure(f"octet_length({sql})", "Invalid UUID binary length: #")
    return (
        f"CASE WHEN octet_length({sql}) <> 16 THEN {failure} "
        f"ELSE CAST(lower(hex({sql})) AS UUID) END"
    )


def _spelled(kind: Type) -> str:
    """A type in an error's words: ``DECIMAL(10, 2)``, ``INT``."""
    return "INT" if kind.base == "integer" else str(kind).upper().replace(",", ", ")


# Text


def _to_text(sql: str, source: Type, target: Type) -> str:
    """Any value as text; numbers and dates must fit, text is cut."""
    text = cast_to_varchar(sql, source)
    if not target.args or (source.base == "varchar" and source.args and source.args <= target.args):
        return text
    size = target.args[0]
    if source.base in ("varchar", "char"):
        return f"substr({text}, 1, {size})"
    failure = _failure(text, f"Value # cannot be represented as {target}")
    return f"CASE WHEN length({text}) > {size} THEN {failure} ELSE {text} END"


def _to_char(sql: str, source: Type, target: Type) -> str:
    """``char(n)`` is kept without trailing spaces."""
    text = cast_to_varchar(sql, source) if source.base not in ("varchar", "char") else sql
    return f"rtrim(substr({text}, 1, {target.args[0] if target.args else 1}), ' ')"


def _from_text(sql: str, source: Type, target: Type, *, shape: str, words: str) -> str:
    """Text whose shape is right and whose value the type has."""
    tried = f"TRY_CAST(trim({sql}) AS {target.duckdb})"
    failure = _failure(sql, words.format(target=_spelled(target), plain=target))
    return (
        f"CASE WHEN ({sql}) IS NULL THEN NULL WHEN regexp_full_match({sql}, '{shape}') "
        f"THEN coalesce({tried}, {failure}) ELSE {failure} END"
    )


def _to_address(sql: str, source: Type, target: Type) -> str:
    return _or_fails(sql, f"trino_ip({sql})", _failure(sql, "Cannot cast value to IPADDRESS: #"))


def _bytes_to_address(sql: str, source: Type, target: Type) -> str:
    """Four bytes are an IPv4 address, kept as the mapped one."""
    mapped = f"unhex('00000000000000000000ffff') || {sql}"
    failure = _failure(f"octet_length({sql})", "Invalid IP address binary length: #")
    return (
        f"CASE octet_length({sql}) WHEN 4 THEN {mapped} WHEN 16 THEN {sql} "
        f"ELSE CASE WHEN ({sql}) IS NOT NULL THEN {failure} END END"
    )


def _same(sql: str, source: Type, target: Type) -> str:
    return sql


def _text_to_timestamp(sql: str, source: Type, target: Type) -> str:
    whole = Type("timestamp", (6,))
    if target.args and int(str(target.args[0])) >= 6:
        sql = f"trino_micros({sql})"
    read = _from_text(sql, source, whole, shape=_TIMESTAMP, words=_VALUE.format(plain=target))
    return _rescaled(read, whole, target)


def _text_to_zoned(sql: str, source: Type, target: Type) -> str:
    return f"trino_text_to_zoned({sql})"


_DAY = r"\s*[+-]?\d{4,}-\d{1,2}-\d{1,2}"
_CLOCK = r"([01]?\d|2[0-3]):\d{1,2}(:\d{1,2}(\.\d+)?)?"
_FLOAT = r"\s*[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)\s*"
_TIMESTAMP = rf"{_DAY}( {_CLOCK})?\s*"
_QUOTED = "Cannot cast '#' to {target}"
_VALUE = "Value cannot be cast to {plain}: #"
_TEXTS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(INTEGERS, (r"[+-]?\d+", _QUOTED)),
    "real": (_FLOAT, _QUOTED),
    "double": (_FLOAT, _QUOTED),
    "decimal": (
        r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?",
        "Cannot cast VARCHAR '#' to {target}. Value is not a number.",
    ),
    "boolean": ("(?i)true|false|t|f|1|0", "Cannot cast '#' to BOOLEAN"),
    "date": (rf"{_DAY}\s*", "Value cannot be cast to date: #"),
    "time": (rf"\s*{_CLOCK}\s*", _VALUE),
    "uuid": ("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "Cannot cast value to UUID: #"),
}


# Moments


def _zoned_clock(sql: str, source: Type, target: Type) -> str:
    """A zoned timestamp as what its own clock shows."""
    return f"CAST(trino_local({sql}) AS {target.duckdb})"


def _rescaled(sql: str, source: Type, target: Type) -> str:
    """Fewer digits of a second round half up; text is rounded, too."""
    digits, before = (int(str(kind.args[0])) if kind.args else 3 for kind in (target, source))
    if digits >= min(before, 6):
        return _plain(sql, source, target)
    unit = 10 ** (6 - digits)
    micros = f"epoch_us(CAST({sql} AS TIMESTAMP))"
    return f"make_timestamp(CAST(floor(({micros} + {unit // 2}) / {unit}) AS BIGINT) * {unit})"


def _widened(sql: str, source: Type, target: Type) -> str:
    return coerce(sql, source, target)


def _time_to_timestamp(sql: str, source: Type, target: Type) -> str:
    return f"(DATE '1970-01-01' + {sql})"


# Arrays, maps, rows


def _array(sql: str, source: Type, target: Type) -> str:
    inner = cast("_c", source.element, target.element)
    return sql if inner == "_c" else f"list_transform({sql}, lambda _c: {inner})"


def _map(sql: str, source: Type, target: Type) -> str:
    sides = (
        _array(f"{side}({sql})", Type("array", (s,)), Type("array", (t,)))
        for side, s, t in zip(("map_keys", "map_values"), source.types, target.types, strict=True)
    )
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE map({', '.join(sides)}) END"


def _row(sql: str, source: Type, target: Type) -> str:
    if len(source.types) != len(target.types):
        raise CastRefused(source, target)
    fields = ", ".join(
        f"{quoted_name(name or f'field{at}')} := "
        + cast(f"struct_extract_at({sql}, {at + 1})", source.types[at], kind)
        for at, (name, kind) in enumerate(target.fields)
    )
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE struct_pack({fields}) END"


# JSON


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
    fields = (
        f"{quoted_text(json.dumps(name or '', ensure_ascii=False) + ':')} || "
        + _json_inner(f"struct_extract_at({sql}, {at})", inner)
        for at, (name, inner) in enumerate(kind.fields, 1)
    )
    inside = " || ',' || ".join(fields)
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE '{{' || {inside} || '}}' END"


def _from_json(sql: str, source: Type, target: Type) -> str:
    return _read_json(sql, target)


def _read_json(sql: str, kind: Type) -> str:
    """A JSON text as a value; JSON null is NULL."""
    failure = _failure(sql, f"Cannot cast '#' to {kind}")
    missing = f"({sql}) IS NULL OR ({sql}) = 'null'"
    match kind.base:
        case "array":
            inner = _read_json("_r", kind.element)
            items = f"list_transform(trino_json_items({sql}), lambda _r: {inner})"
            whens = f"WHEN {missing} THEN NULL WHEN ({sql})[1] = '[' THEN {items}"
            return f"CASE {whens} ELSE {failure} END"
        case "map":
            keys = f"json_keys({sql})"
            key = cast("_r", VARCHAR, kind.types[0])
            value = _read_json("_r", kind.types[1])
            both = (
                f"map(list_transform({keys}, lambda _r: {key}), "
                f"list_transform(trino_json_values({sql}), lambda _r: {value}))"
            )
            whens = f"WHEN {missing} THEN NULL WHEN ({sql})[1] = '{{' THEN {both}"
            return f"CASE {whens} ELSE {failure} END"
        case "row":
            return _read_json_row(sql, kind, missing, failure)
        case "json":
            return sql
    return f"CASE WHEN {missing} THEN NULL ELSE {_read_scalar(sql, kind, failure)} END"


def _read_json_row(sql: str, kind: Type, missing: str, failure: str) -> str:
    def packed(part: Callable[[int, str | None], str]) -> str:
        fields = ", ".join(
            f"{quoted_name(name or f'field{at}')} := {_read_json(part(at, name), inner)}"
            for at, (name, inner) in enumerate(kind.fields)
        )
        return f"struct_pack({fields})"

    by_name = packed(lambda at, name: f"trino_json_member({sql}, {quoted_text(name or '')})")
    by_place = packed(lambda at, name: f"trino_json_items({sql})[{at + 1}]")
    fits = f"json_array_length({sql}) = {len(kind.types)}"
    return (
        f"CASE WHEN {missing} THEN NULL WHEN ({sql})[1] = '{{' THEN {by_name} "
        f"WHEN ({sql})[1] = '[' AND {fits} THEN {by_place} ELSE {failure} END"
    )


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
        return f"CASE WHEN {nested} THEN {failure} {number} ELSE CAST({sql} AS DOUBLE) <> 0 END"
    if kind.base in INTEGERS:
        bit = f"WHEN ({sql}) IN ('true', 'false') THEN CAST(({sql}) = 'true' AS {kind.duckdb})"
        rounded = f"WHEN {fraction} THEN {_json_number(sql, kind)}"
        whole = cast(text, VARCHAR, kind)
        return f"CASE WHEN {nested} THEN {failure} {bit} {rounded} ELSE {whole} END"
    if kind.base in ("double", "real", "decimal"):
        bit = f"WHEN ({sql}) IN ('true', 'false') THEN CAST(({sql}) = 'true' AS {kind.duckdb})"
        return f"CASE WHEN {nested} THEN {failure} {bit} ELSE {cast(text, VARCHAR, kind)} END"
    raise CastRefused(JSON, kind)


def _json_number(sql: str, kind: Type) -> str:
    return cast(f"TRY_CAST({sql} AS DOUBLE)", DOUBLE, kind)


def _table() -> dict[tuple[str, str], Render]:
    floats, every = ("real", "double"), (*INTEGERS, "decimal", "real", "double")
    table: dict[tuple[str, str], Render] = {}
    for source in every:
        table |= {(source, target): _checked for target in every}
        table |= {(source, "decimal"): _to_decimal, (source, "boolean"): _to_boolean}
        table |= {(source, float_): _plain for float_ in floats}
        table["boolean", source] = _plain
    table |= {(float_, "decimal"): _float_to_decimal for float_ in floats}
    table |= {(a, b): _narrow for a in INTEGERS for b in INTEGERS}
    table |= {(f, integer): _rounded for f in floats for integer in INTEGERS}
    printed = (*every, "boolean", "date", "time", "timestamp", "timestamptz", "uuid", "ipaddress")
    spans = ("interval day to second", "interval year to month")
    table |= {(kind, "varchar"): _to_text for kind in (*printed, *spans, "varchar", "char")}
    table |= {(kind, "char"): _to_char for kind in (*printed, "varchar", "char")}
    for target, (shape, words) in _TEXTS.items():
        table["varchar", target] = partial(_from_text, shape=shape, words=words)
        table["char", target] = table["varchar", target]
    moments = ("date", "timestamp", "time")
    table |= {("timestamptz", target): _zoned_clock for target in moments}
    table |= {
        ("date", "timestamp"): _plain,
        ("timestamp", "date"): _plain,
        ("timestamp", "time"): _plain,
        ("timestamp", "timestamp"): _rescaled,
        ("timestamptz", "timestamptz"): _widened,
        ("time", "time"): _plain,
        ("time", "timestamp"): _time_to_timestamp,
        ("date", "timestamptz"): _widened,
        ("timestamp", "timestamptz"): _widened,
        ("varchar", "timestamp"): _text_to_timestamp,
        ("char", "timestamp"): _text_to_timestamp,
        ("varchar", "timestamptz"): _text_to_zoned,
        ("varchar", "ipaddress"): _to_address,
        ("varbinary", "ipaddress"): _bytes_to_address,
        ("ipaddress", "varbinary"): _same,
        ("varchar", "varbinary"): _to_bytes,
        ("uuid", "varbinary"): _uuid_to_bytes,
        ("varbinary", "uuid"): _bytes_to_uuid,
        ("double", "real"): _to_real,
        ("array", "array"): _array,
        ("map", "map"): _map,
        ("row", "row"): _row,
        ("varchar", "json"): _to_json,
    }
    table |= {(kind, "varbinary"): _sketch_to_bytes for kind in SKETCHES}
    table |= {("varbinary", kind): _bytes_to_sketch for kind in SKETCHES}
    jsonable = (
        *every,
        "boolean",
        "varchar",
        "date",
        "timestamp",
        "timestamptz",
        "array",
        "map",
        "row",
    )
    table |= {(kind, "json"): _to_json for kind in jsonable}
    readable = (*every, "boolean", "varchar", "array", "map", "row")
    table |= {("json", kind): _from_json for kind in readable}
    return table


_CASTS = _table()

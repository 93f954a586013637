"""A field of a file as a value of a column, in SQL: what `values` says, where nothing is wrong.

A value in a form that is not plainly the same for both stops the query (`STOP`). Numbers are
compared with what they became, because DuckDB takes ``1.5`` and ``1_000`` for integers.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.engine.redshift.reading import text_literal
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.copying.values import FALSE, TRUE
from labkit.cloud.redshift.warehouse.objects import TableColumn

STOP = "error('the careful half looks at this')"


def readable(kind: Type) -> bool:
    """Whether there is SQL for a type."""
    return kind.base in (*_TEXTS, *_PARSERS)


def parsed(raw: str, kind: Type, options: CopyOptions) -> str:
    """A first reading of a field; NULL where it does not read."""
    if kind.base in _TEXTS:
        return raw
    return _PARSERS[kind.base](raw, kind, options)


def value(at: int, column: TableColumn, options: CopyOptions) -> str:
    raw, told, kind = f"f{at}", f"v{at}", column.type
    checked = (
        _character(raw, kind, options) if kind.base in _TEXTS else _other(raw, told, kind, options)
    )
    if column.nullable:
        return checked
    return f"coalesce({checked}, CAST({STOP} AS {kind.duckdb}))"


_TEXTS = ("varchar", "bpchar", "name")


def _character(raw: str, kind: Type, options: CopyOptions) -> str:
    trimmed = options.trim_blanks or kind.base == "bpchar"
    text = f"rtrim({raw}, ' ')" if trimmed else raw
    nulls = [f"{raw} = {text_literal(options.null_as)}"]
    if options.empty_as_null or options.blanks_as_null:
        nulls.append(f"{raw} = ''" if not options.blanks_as_null else f"trim({raw}) = ''")
    whens = [f"WHEN {' OR '.join(nulls)} THEN NULL", f"WHEN contains({raw}, chr(0)) THEN {STOP}"]
    if options.format == "csv":
        whens.append(f"WHEN contains({raw}, {text_literal(options.quote)}) THEN {STOP}")
    if kind.base == "bpchar":
        whens.append(f"WHEN strlen({raw}) <> length({raw}) THEN {STOP}")
    if kind.size:
        long = f"rs_cut({text}, {kind.size})" if options.truncate_columns else STOP
        whens.append(f"WHEN strlen({text}) > {kind.size} THEN {long}")
    return f"CASE {' '.join(whens)} ELSE {text} END"


def _other(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    same = _SAME.get(kind.base, _read_at_all)
    empty = f"{raw} IS NULL OR trim({raw}) = '' OR {raw} = {text_literal(options.null_as)}"
    null = f"CAST(NULL AS {kind.duckdb})"
    return (
        f"CASE WHEN {same(raw, value, kind, options)} THEN {value} WHEN {empty} THEN {null} "
        f"ELSE CAST({STOP} AS {kind.duckdb}) END"
    )


def _try(raw: str, kind: Type, options: CopyOptions) -> str:
    return f"TRY_CAST({raw} AS {kind.duckdb})"


def _date(raw: str, kind: Type, options: CopyOptions) -> str:
    pattern = options.date_format
    if not pattern or pattern.upper() == "YYYY-MM-DD":
        return f"CASE WHEN {raw} LIKE '____-__-__' THEN TRY_CAST({raw} AS DATE) END"
    known = strptime_format(pattern)
    if known:
        return f"CAST(try_strptime({raw}, {text_literal(known)}) AS DATE)"
    return f"CAST(CASE WHEN {raw} LIKE '____-__-__' THEN TRY_CAST({raw} AS DATE) END AS DATE)"


def _timestamp(raw: str, kind: Type, options: CopyOptions) -> str:
    pattern = options.time_format.lower()
    cast = f"TRY_CAST({raw} AS {kind.duckdb})"
    if pattern in ("epochsecs", "epochmillisecs"):
        unit = 1_000_000 if pattern == "epochsecs" else 1000
        return f"CAST(make_timestamp(TRY_CAST({raw} AS BIGINT) * {unit}) AS {kind.duckdb})"
    if pattern in ("", "auto", "yyyy-mm-dd hh:mi:ss", "yyyy-mm-dd hh24:mi:ss"):
        plain = (
            f"CASE WHEN {raw} LIKE '____-__-__ __:__:__' THEN {cast} "
            f"WHEN {raw} LIKE '____-__-__ __:__:__.%' AND strlen({raw}) <= 26 "
            f"AND regexp_full_match({raw}[20:], '\\.\\d+') THEN {cast}"
        )
        return f"{plain}{_automatic(raw, kind, cast) if pattern == 'auto' else ''} END"
    known = strptime_format(options.time_format)
    return f"CAST(try_strptime({raw}, {text_literal(known)}) AS {kind.duckdb})" if known else "NULL"


def _automatic(raw: str, kind: Type, cast: str) -> str:
    """What ``auto`` reads besides: ISO's form at once, all others one by one."""
    function = "rs_timestamptz" if kind.base == "timestamptz" else "rs_timestamp"
    return (
        f" WHEN {raw} LIKE '____-__-__T__:__:__%' AND "
        f"regexp_full_match({raw}[20:], '(\\.\\d{{1,6}})?Z?') THEN {cast} "
        f"WHEN trim({raw}) = '' OR {raw} IS NULL THEN NULL ELSE {function}({raw})"
    )


def strptime_format(pattern: str) -> str:
    """A format as DuckDB says it; empty where it has parts that are not plainly the same.

    >>> strptime_format("MM/DD/YYYY HH24:MI:SS")
    '%m/%d/%Y %H:%M:%S'
    """
    parts = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "HH": "%H", "MI": "%M", "SS": "%S"}
    found, rest = "", pattern.upper()
    while rest:
        part = next((p for p in sorted(parts, key=len, reverse=True) if rest.startswith(p)), "")
        if not part and (rest[0].isalnum() or rest[0] == "%"):
            return ""
        found += parts[part] if part else rest[0]
        rest = rest[len(part) or 1 :]
    return found


def _super(raw: str, kind: Type, options: CopyOptions) -> str:
    return f"CASE WHEN {raw} IS NOT NULL AND json_valid({raw}) THEN rs_super({raw}) END"


def _boolean(raw: str, kind: Type, options: CopyOptions) -> str:
    yes, no = (", ".join(map(text_literal, words)) for words in (TRUE, FALSE))
    return f"CASE WHEN lower({raw}) IN ({yes}) THEN true WHEN lower({raw}) IN ({no}) THEN false END"


def _decimal(raw: str, kind: Type, options: CopyOptions) -> str:
    """Digits behind the scale are cut off, or rounded where ROUNDEC says so."""
    return f"TRY_CAST({raw} AS {kind.duckdb})"


Part = Callable[[str, Type, CopyOptions], str]
_INTEGERS = ("int2", "int4", "int8", "oid")
_PARSERS: dict[str, Part] = {
    **dict.fromkeys((*_INTEGERS, "float4", "float8"), _try),
    "numeric": _decimal,
    "bool": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _timestamp,
    "super": _super,
}


def _same_integer(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    return (
        f"CAST({value} AS VARCHAR) = {raw} OR "
        f"({value} IS NOT NULL AND regexp_full_match({raw}, '\\s*[+-]?\\d+\\s*'))"
    )


def _same_decimal(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    digits = "\\d+" if options.round_decimals else f"\\d{{0,{kind.scale}}}"
    return (
        f"CAST({value} AS VARCHAR) = {raw} OR ({value} IS NOT NULL AND "
        f"regexp_full_match({raw}, '\\s*[+-]?(\\d+(\\.{digits})?|\\.{digits})\\s*'))"
    )


def _same_float(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    return f"isfinite({value}) AND NOT contains({raw}, '_') AND NOT contains(lower({raw}), 'x')"


def _same_super(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    return f"{value} IS NOT NULL OR json_valid({raw})"


def _read_at_all(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    return f"{value} IS NOT NULL"


_SAME: dict[str, Callable[[str, str, Type, CopyOptions], str]] = {
    **dict.fromkeys(_INTEGERS, _same_integer),
    **dict.fromkeys(("float4", "float8"), _same_float),
    "numeric": _same_decimal,
    "super": _same_super,
}

"""A field of a file as a value of a column, in SQL: what `values` says, where nothing is wrong.

A value in a form that is not plainly the same for both stops the query (`STOP`). The texts of
numbers are looked at too, because DuckDB takes ``1.5``, ``1e2`` and ``1_000`` for integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.copying.values import BLANKS, FALSE, TRUE, plain_format
from labkit.cloud.redshift.warehouse.objects import TableColumn

STOP = "error('the careful half looks at this')"
#: What DuckDB takes for JSON: NaN, infinities, and a comma behind the last item.
NO_JSON = r"(?i)(^|[:,\[])\s*-?(nan|inf)|,\s*[\]}]"


def readable(kind: Type) -> bool:
    """Whether there is SQL for a type."""
    return kind.base in (*_TEXTS, *_PARSERS)


def parsed(raw: str, kind: Type, options: CopyOptions) -> str:
    """A first reading of a field; NULL where it does not read."""
    if kind.base in _TEXTS:
        return raw
    return _PARSERS[kind.base](raw, kind, options)


def value(at: int, column: TableColumn, options: CopyOptions) -> str:
    """The column's value, of a record with which nothing is `wrong`."""
    kind = column.type
    told = _character(f"f{at}", kind, options) if kind.base in _TEXTS else f"v{at}"
    return told if column.nullable else f"coalesce({told}, CAST({STOP} AS {kind.duckdb}))"


def helper(columns: Sequence[TableColumn], marks: Sequence[str]) -> str:
    """What `wrong` looks at besides, as ``looked``: all integers, a mark, and all texts.

    One look at many fields costs less than one at each. A field that is no integer, and so could
    have the mark in it, does not read.
    """
    texts = _fields(columns, _TEXTS) if marks else []
    return f"concat({', '.join([*_fields(columns, _INTEGERS), _MARK, *texts])}) AS looked"


def _fields(columns: Sequence[TableColumn], kinds: Sequence[str]) -> list[str]:
    return [f"f{at}" for at, column in enumerate(columns) if column.type.base in kinds]


def wrong(columns: Sequence[TableColumn], options: CopyOptions, marks: Sequence[str]) -> str:
    """Whether the careful half has to look at a record.

    Args:
        marks: characters that its texts could have, and must not.
    """
    terms = [f"contains(looked, chr({ord(mark)}))" for mark in marks]
    for at, column in enumerate(columns):
        raw, told, kind = f"f{at}", f"v{at}", column.type
        if kind.base in _TEXTS:
            terms += _unfit_text(raw, kind, options)
            continue
        if kind.base != "super":
            terms.append(f"({told} IS NULL AND {raw} <> '' AND trim({raw}) <> '')")
        if kind.base in _UNLIKE:
            terms.append(_UNLIKE[kind.base](raw, told, kind, options))
    if integers := _fields(columns, _INTEGERS):
        odd = (f"NOT regexp_full_match({raw}, '\\s*([+-]?\\d+)?\\s*')" for raw in integers)
        plain = "regexp_matches(looked, '^[-+0-9 ]*\\x01')"
        terms.append(f"(NOT {plain} AND ({' OR '.join(odd)}))")
    return " OR ".join(terms)


_MARK = "chr(1)"
_TEXTS = ("varchar", "bpchar", "name")


def _unfit_text(raw: str, kind: Type, options: CopyOptions) -> Iterator[str]:
    if kind.base == "bpchar":
        yield f"strlen({raw}) <> length({raw})"
    if kind.size and not options.truncate_columns:
        yield f"strlen({_trimmed(raw, kind, options)}) > {kind.size}"


def _trimmed(raw: str, kind: Type, options: CopyOptions) -> str:
    return f"rtrim({raw}, ' ')" if options.trim_blanks or kind.base == "bpchar" else raw


def _character(raw: str, kind: Type, options: CopyOptions) -> str:
    text = _trimmed(raw, kind, options)
    if kind.size and options.truncate_columns:
        text = (
            f"CASE WHEN strlen({text}) > {kind.size} THEN rs_cut({text}, {kind.size}) "
            f"ELSE {text} END"
        )
    if options.blanks_as_null:
        return f"CASE WHEN trim({raw}, {quoted_text(BLANKS)}) <> '' THEN {text} END"
    return f"CASE WHEN {raw} <> '' THEN {text} END" if options.empty_as_null else text


def _try(raw: str, kind: Type, options: CopyOptions) -> str:
    return f"TRY_CAST({raw} AS {kind.duckdb})"


def _date(raw: str, kind: Type, options: CopyOptions) -> str:
    pattern = options.date_format
    known = strptime_format(pattern)
    if known and pattern.upper() != "YYYY-MM-DD":
        return f"CAST({_moment(raw, known)} AS DATE)"
    plain = f"CASE WHEN {raw} LIKE '____-__-__' THEN {_after_christ(raw, 'DATE')} END"
    return f"CAST({plain} AS DATE)"


def _after_christ(raw: str, kind: str) -> str:
    """A day or moment in ISO's form; DuckDB takes a year 0, too."""
    return f"CASE WHEN {raw} >= '0001' THEN TRY_CAST({raw} AS {kind}) END"


def _moment(raw: str, known: str) -> str:
    """A moment in a format; DuckDB takes ``epoch`` and ``infinity`` in any, too."""
    digits = f"CASE WHEN {raw} BETWEEN '0' AND ':' THEN {raw} END"
    return _known(f"try_strptime({digits}, {quoted_text(known)})")


def _known(moment: str) -> str:
    """A moment, NULL before the year 1."""
    return f"nullif(greatest({moment}, {_ZERO}), {_ZERO})"


_ZERO = "TIMESTAMP '0000-12-31'"


def _timestamp(raw: str, kind: Type, options: CopyOptions) -> str:
    pattern = options.time_format.lower()
    cast = _after_christ(raw, kind.duckdb)
    if pattern in ("epochsecs", "epochmillisecs"):
        unit = 1_000_000 if pattern == "epochsecs" else 1000
        whole = f"CASE WHEN regexp_full_match({raw}, '\\s*[+-]?\\d+\\s*') THEN {raw} END"
        moment = _known(f"make_timestamp(TRY_CAST({whole} AS BIGINT) * {unit})")
        return f"timezone('UTC', {moment})" if kind.base == "timestamptz" else moment
    if pattern in ("", "auto", "yyyy-mm-dd hh:mi:ss", "yyyy-mm-dd hh24:mi:ss"):
        plain = (
            f"CASE WHEN {raw} LIKE '____-__-__ __:__:__' THEN {cast} "
            f"WHEN {raw} LIKE '____-__-__ __:__:__.%' AND strlen({raw}) <= 26 "
            f"AND regexp_full_match({raw}[20:], '\\.\\d+') THEN {cast}"
        )
        return f"{plain}{_automatic(raw, kind, cast) if pattern == 'auto' else ''} END"
    known = strptime_format(options.time_format)
    return f"CAST({_moment(raw, known)} AS {kind.duckdb})" if known else "NULL"


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
    parts = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "HH": "%H", "MI": "%M", "SS": "%S",
             '"T"': "T"}  # fmt: skip
    found, rest = "", plain_format(pattern).upper()
    while rest:
        part = next((p for p in sorted(parts, key=len, reverse=True) if rest.startswith(p)), "")
        if not part and (rest[0].isalnum() or rest[0] in '%"'):
            return ""
        found += parts[part] if part else rest[0]
        rest = rest[len(part) or 1 :]
    return found


def _super(raw: str, kind: Type, options: CopyOptions) -> str:
    return f"CASE WHEN {raw} IS NOT NULL AND json_valid({raw}) THEN rs_super({raw}) END"


def _boolean(raw: str, kind: Type, options: CopyOptions) -> str:
    yes, no = (", ".join(map(quoted_text, words)) for words in (TRUE, FALSE))
    return f"CASE WHEN lower({raw}) IN ({yes}) THEN true WHEN lower({raw}) IN ({no}) THEN false END"


Part = Callable[[str, Type, CopyOptions], str]
_INTEGERS = ("int2", "int4", "int8", "oid")
_PARSERS: dict[str, Part] = {
    **dict.fromkeys((*_INTEGERS, "float4", "float8", "numeric"), _try),
    "bool": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _timestamp,
    "super": _super,
}


def _unlike_decimal(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    digits = "\\d+" if options.round_decimals else f"\\d{{0,{kind.scale}}}"
    return (
        f"(CAST({value} AS VARCHAR) <> {raw} AND NOT "
        f"regexp_full_match({raw}, '\\s*[+-]?(\\d+(\\.{digits})?|\\.{digits})\\s*'))"
    )


def _unlike_float(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    return f"(NOT isfinite({value}) OR contains({raw}, '_') OR contains(lower({raw}), 'x'))"


def _unlike_super(raw: str, value: str, kind: Type, options: CopyOptions) -> str:
    none = f"{value} IS NULL AND NOT json_valid({raw}) AND trim({raw}) <> ''"
    return f"({none} OR regexp_matches({raw}, '{NO_JSON}'))"


#: Values that DuckDB reads from texts which Redshift does not take.
_UNLIKE: dict[str, Callable[[str, str, Type, CopyOptions], str]] = {
    **dict.fromkeys(("float4", "float8"), _unlike_float),
    "numeric": _unlike_decimal,
    "super": _unlike_super,
}

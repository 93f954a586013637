"""Functions with a rule of their own, which no signature tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import (
    abbreviations,
    dateparts,
    functions,
    number_formats,
    series,
    zones,
)
from labkit.cloud.engine.redshift.blanks import all_clean, key
from labkit.cloud.engine.redshift.calls import arguments, function_call, special, within_group
from labkit.cloud.engine.redshift.casts import as_text, cast, coerce
from labkit.cloud.engine.redshift.comparing import compare
from labkit.cloud.engine.redshift.errors import (
    CANNOT_CAST,
    SYNTAX,
    RedshiftError,
    raising,
    unsupported,
)
from labkit.cloud.engine.redshift.meeting import known, meeting
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import (
    BOOL,
    INT4,
    INTEGERS,
    SUPER,
    TEXTS,
    TIMES,
    UNKNOWN,
    VARCHAR,
    Type,
    named_type,
    numeric,
)


def _part(node: exp.Expr, scope: Scope) -> str:
    """A date part; that of a parameter whose value is yet to come may be any."""
    if not isinstance(node, exp.Parameter):
        return dateparts.find_part(node.name)
    (value,) = arguments(exp.Anonymous(expressions=[node]), scope)
    told = coerce(value, VARCHAR).literal
    return dateparts.find_part("day" if told is None else told)


def _need(name: str, node: exp.Anonymous, count: int, scope: Scope) -> None:
    if len(node.expressions) != count:
        raise functions.no_function(name, [arg.type for arg in arguments(node, scope)])


@special("dateadd", "date_add")
def _dateadd(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 3, scope)
    part = _part(node.expressions[0], scope)
    number, value = arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)
    return dateparts.add(part, number, value)


@special("datediff", "date_diff")
def _datediff(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 3, scope)
    start, end = arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)
    return dateparts.diff(_part(node.expressions[0], scope), start, end)


@special("date_part", "pgdate_part", "datepart")
def _date_part(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 2, scope)
    value = arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)[0]
    return dateparts.date_part(_part(node.expressions[0], scope), value)


@special("extract")
def _extract(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    value = arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)[0]
    return dateparts.extract(_part(node.expressions[0], scope), value)


@special("date_trunc")
def _date_trunc(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 2, scope)
    value = arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)[0]
    return dateparts.truncate(_part(node.expressions[0], scope), value)


@special("bool", "float4", "float8", "int2", "int4", "int8", "interval", "text", "time",
         "timestamp", "timestamptz", "timetz")  # fmt: skip
def _as_type(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """``int4(5.5)`` and ``"timestamp"('2024-01-01')``: a cast.

    Source: https://www.postgresql.org/docs/8.0/sql-expressions.html
    """
    if name in ("interval", "time", "timestamp") and "." not in str(node.this):
        raise RedshiftError(f'syntax error at or near "{name}"', SYNTAX)  # a name only in quotes
    _need(name, node, 1, scope)
    (value,) = arguments(node, scope)
    found = as_text(value) if name == "text" else cast(value, named_type(name))
    return found.named(name)


@special("coalesce", "nvl")
def _coalesce(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = arguments(node, scope)
    kind = _common(args, "COALESCE")
    sql = f"coalesce({', '.join(coerce(arg, kind).sql for arg in args)})"
    return Typed(sql, kind, "coalesce", clean=all_clean(args))


def _common(args: Sequence[Typed], what: str) -> Type:
    return known(meeting(args, what))


@special("nvl2")
def _nvl2(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 3, scope)
    value, one, two = arguments(node, scope)
    kind = _common([one, two], "CASE")
    yes, no = coerce(one, kind).sql, coerce(two, kind).sql
    return Typed(f"CASE WHEN {value.sql} IS NOT NULL THEN {yes} ELSE {no} END", kind, "case")


@special("decode")
def _decode(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """NULL equals NULL here."""
    subject, *rest = arguments(node, scope)
    if len(rest) < 2:
        raise functions.no_function(name, [subject.type, *(arg.type for arg in rest)])
    default = rest.pop() if len(rest) % 2 else Typed("NULL", UNKNOWN)
    values = [*rest[1::2], default]
    kind = _common(values, "CASE")
    whens = []
    for search, value in zip(rest[::2], rest[1::2], strict=True):
        test = compare("=", subject, search).sql.replace(" = ", " IS NOT DISTINCT FROM ", 1)
        if search.sql == "NULL" or subject.sql == "NULL":
            test = f"({subject.sql} IS NOT DISTINCT FROM {search.sql})"
        whens.append(f"WHEN {test} THEN {coerce(value, kind).sql}")
    return Typed(f"CASE {' '.join(whens)} ELSE {coerce(default, kind).sql} END", kind, "case")


@special("nullif")
def _nullif(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 2, scope)
    one, two = arguments(node, scope)
    kind = known(one.type)
    value = coerce(one, kind)
    same = compare("=", value, two).sql
    return Typed(f"CASE WHEN {same} THEN NULL ELSE {value.sql} END", kind, "nullif")


@special("greatest", "least")
def _extreme(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """NULLs do not count unless all are."""
    args = arguments(node, scope)
    kind = _common(args, name.upper())
    return Typed(f"{name}({', '.join(coerce(arg, kind).sql for arg in args)})", kind, name)


@special("approximate")
def _approximate(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    inner = node.expressions[0]
    if isinstance(inner, exp.WithinGroup):
        return within_group(inner, scope)
    if str(inner.this).lower() != "count":
        raise unsupported(f"APPROXIMATE {inner.this}")
    return function_call(inner, scope)


@special("grouping", "grouping_id")
def _grouping(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    with scope.ungrouped():
        keys = ", ".join(map(key, arguments(node, scope)))
    return Typed(f"CAST(grouping({keys}) AS INTEGER)", INT4, name)


@special("concat")
def _concat(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = arguments(node, scope)
    if len(args) != 2:
        raise functions.no_function(name, [arg.type for arg in args])
    if args[0].type.base == "varbyte":
        return functions.call(name, args)
    return Typed(f"({' || '.join(as_text(arg).sql for arg in args)})", VARCHAR, "concat")


@special("array")
def _array(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    return Typed(_enclosed("[]", map(json_of, arguments(node, scope))), SUPER, "array")


@special("object")
def _object(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = arguments(node, scope)
    if len(args) % 2:
        raise functions.no_function(name, [arg.type for arg in args])
    for value in args[1::2]:
        if value.type.base in (*TIMES, "time", "timetz"):
            message = f"OBJECT could not convert type {value.type.plain} to super"
            raise RedshiftError(message, CANNOT_CAST)
    pairs = zip(args[::2], args[1::2], strict=True)
    sql = _enclosed(
        "{}", (f"{json_of(as_text(k), _NO_KEY)} || ':' || {json_of(v)}" for k, v in pairs)
    )
    keys = [key.literal for key in args[::2]]
    single = len(keys) < 2 or (None not in keys and len(set(keys)) == len(keys))
    # Of a key twice there is no SUPER, as JSON_PARSE has it.
    return Typed(sql if single else f"rs_json_parse({sql}, false)", SUPER, "object")


def _enclosed(marks: str, parts: Iterable[str]) -> str:
    """JSON of its parts: ``json_array`` would make doubles of long decimals."""
    inner = " || ',' || ".join(parts) or "''"
    return f"('{marks[0]}' || {inner} || '{marks[1]}')"


_NO_KEY = f"CAST({raising('OBJECT: a key cannot be NULL', '22004')} AS VARCHAR)"


def json_of(arg: Typed, null: str = "'null'") -> str:
    """A value as it stands in a document."""
    return f"coalesce({coerce(arg, SUPER).sql}, {null})" if arg.sql != "NULL" else null


#: The session's value that tells whether JSON_PARSE takes an attribute's last value of several.
LAST_COUNTS = "last attributes"


@special("json_parse")
def _json_parse(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """See https://docs.aws.amazon.com/redshift/latest/dg/super-configurations.html."""
    _need(name, node, 1, scope)
    text = coerce(arguments(node, scope)[0], VARCHAR).sql
    lenient = "true" if scope.state.catalog.session(LAST_COUNTS) else "false"
    return Typed(f"rs_json_parse({text}, {lenient})", SUPER, name)


@special("json_extract_path_text")
def _path_text(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = arguments(node, scope)
    lenient = "false"
    if args and args[-1].type == BOOL:
        lenient = args.pop().sql
    if len(args) < 2:
        raise functions.no_function(name, [arg.type for arg in args])
    text, *path = (coerce(arg, VARCHAR).sql for arg in args)
    return Typed(f"rs_json_path({text}, [{', '.join(path)}], {lenient})", VARCHAR, name)


@special("to_number")
def _to_number(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 2, scope)
    text, pattern = arguments(node, scope)
    text = coerce(text, VARCHAR)
    if pattern.told:  # a parameter whose value is yet to come
        pattern.told(VARCHAR)
        return coerce(text, numeric(38, 10)).named(name)
    if pattern.literal is None:
        raise unsupported("TO_NUMBER with a format that is no literal")
    kind = numeric(*number_formats.number_scale(pattern.literal))
    sql = f"rs_to_number({text.sql}, {pattern.sql})"
    return Typed(f"CAST({sql} AS {kind.duckdb})", kind, name)


_BYTES = (*TEXTS, "unknown", "varbyte")
#: The types whose bytes a hash is known to take; no value is turned into another for it.
_HASHED = {
    "farmfingerprint64": _BYTES,
    "fnv_hash": (*INTEGERS, *_BYTES),
    "murmur3_32_hash": (*INTEGERS, *_BYTES, *TIMES),
}


@special(*_HASHED)
def _hash(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = arguments(node, scope)
    if args and args[0].type.base not in _HASHED[name]:
        raise unsupported(f"{name.upper()} of {args[0].type.plain}")
    return functions.call(name, args)


@special("pg_timezone_names")
def _zone_names(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    rows = ", ".join(map(quoted_text, zones.listed(datetime.now(UTC))))
    return Typed(f"unnest([{rows}])", VARCHAR, name)


@special("pg_timezone_abbrevs")
def _zone_abbreviations(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    rows = ", ".join(map(quoted_text, abbreviations.listed()))
    return Typed(f"unnest([{rows}])", VARCHAR, name)


@special("generate_series")
def _generate_series(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """Of the leader node alone: a row a number, beside what there is in FROM."""
    call, kind = series.call(arguments(node, scope))
    return Typed(f"CAST(unnest({call}) AS {kind.duckdb})", kind, name)


@special("slice_num")
def _slice(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """The leader node's number, where there is no FROM."""
    if scope.sources:
        raise unsupported("SLICE_NUM of a table's rows")
    return Typed("10000", INT4, name)

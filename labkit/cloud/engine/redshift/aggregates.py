"""Aggregate and window functions.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/c_Aggregate_Functions.html and
https://docs.aws.amazon.com/redshift/latest/dg/c_Window_functions.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labkit.cloud.engine.formats.parquet import computed
from labkit.cloud.engine.redshift.blanks import key
from labkit.cloud.engine.redshift.casts import cast, coerce
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.functions import no_function
from labkit.cloud.engine.redshift.meeting import known
from labkit.cloud.engine.redshift.operators import digits, from_digits
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import (
    BOOL,
    FLOAT8,
    GEOMETRY,
    INT4,
    INT8,
    INTEGERS,
    INTERVAL,
    NUMBERS,
    SUPER,
    TEXTS,
    TIMES,
    VARCHAR,
    Type,
    numeric,
)


@dataclass(frozen=True)
class Aggregate:
    """A call as DuckDB's SQL.

    Args:
        call: the aggregate, into which ``DISTINCT`` and an order can be put; or several.
        finish: SQL around them, which stand as ``{0}``, ``{1}``.
    """

    call: str | tuple[str, ...]
    type: Type
    finish: str = "{0}"


#: DuckDB sums no intervals: their months, days and microseconds, each.
_PARTS_OF_INTERVAL = (
    "datepart('year', {0}) * 12 + datepart('month', {0})",
    "datepart('day', {0})",
    "rs_clock({0})",
)
_TOGETHER = (
    "(to_months(CAST({0} AS INTEGER)) + to_days(CAST({1} AS INTEGER)) "
    "+ to_microseconds(CAST({2} AS BIGINT)))"
)


def _summed(name: str, args: Sequence[Typed]) -> Aggregate:
    if [arg.type.base for arg in args] == ["interval"]:
        calls = tuple(f"sum({part.format(args[0].sql)})" for part in _PARTS_OF_INTERVAL)
        return Aggregate(calls, INTERVAL, _TOGETHER)
    value = _number(name, args)
    if value.type.base in INTEGERS:
        wide = value.type.base == "int8"
        kind = numeric(38, 0) if wide else INT8
        return Aggregate(f"sum({value.sql})", kind, f"CAST({{0}} AS {kind.duckdb})")
    if value.type.base == "numeric":
        return Aggregate(f"sum({value.sql})", numeric(38, value.type.scale))
    return Aggregate(f"sum({value.sql})", FLOAT8)


def _average(name: str, args: Sequence[Typed]) -> Aggregate:
    """Of integers it is cut to one, of decimals it keeps their scale."""
    value = _number(name, args)
    if value.type.base in INTEGERS:
        calls = (f"sum({value.sql})", f"count({value.sql})")
        return Aggregate(calls, INT8, "CAST({0} // nullif({1}, 0) AS BIGINT)")
    if value.type.base == "numeric":
        kind = numeric(38, value.type.scale)
        mean = from_digits("({0} // nullif({1}, 0))", kind)
        return Aggregate((f"sum({digits(value)})", f"count({value.sql})"), kind, mean)
    return Aggregate(f"avg({value.sql})", FLOAT8)


def _number(name: str, args: Sequence[Typed]) -> Typed:
    if len(args) != 1:
        raise no_function(name, [arg.type for arg in args])
    value = args[0]
    if value.type.base == "super":
        return cast(value, FLOAT8)
    if value.type.base in (*TEXTS, "unknown"):
        return cast(value, FLOAT8)
    if value.type.base not in NUMBERS:
        raise no_function(name, [value.type])
    return value


def _extreme(duck: str) -> Callable[[str, Sequence[Typed]], Aggregate]:
    def build(name: str, args: Sequence[Typed]) -> Aggregate:
        if len(args) != 1 or args[0].type.base == "bool":
            raise no_function(name, [arg.type for arg in args])
        if args[0].type.base == "super":
            return Aggregate(f"arg_{duck}({args[0].sql}, {key(args[0])})", SUPER)
        kind, value = known(args[0].type), args[0].sql
        value = computed(value) if kind.base in ("float4", "float8") else value
        return Aggregate(f"{duck}({value})", kind)

    return build


def _float(duck: str) -> Callable[[str, Sequence[Typed]], Aggregate]:
    def build(name: str, args: Sequence[Typed]) -> Aggregate:
        return Aggregate(f"{duck}({coerce(_number(name, args), FLOAT8).sql})", FLOAT8)

    return build


def _logical(duck: str) -> Callable[[str, Sequence[Typed]], Aggregate]:
    def build(name: str, args: Sequence[Typed]) -> Aggregate:
        return Aggregate(f"{duck}({coerce(args[0], BOOL).sql})", BOOL)

    return build


def _bits(duck: str) -> Callable[[str, Sequence[Typed]], Aggregate]:
    def build(name: str, args: Sequence[Typed]) -> Aggregate:
        if args[0].type.base == "bool":
            both = {"bit_and": "bool_and", "bit_or": "bool_or"}[duck]
            return Aggregate(f"{both}({args[0].sql})", BOOL)
        return Aggregate(f"{duck}({args[0].sql})", args[0].type)

    return build


_SHORT_ENOUGH = (
    "CASE WHEN strlen({0}) > 65535 "
    "THEN CAST(rs_fail('REDSHIFT:54000:Result size exceeds LISTAGG limit') AS VARCHAR) ELSE {0} END"
)


def _listagg(name: str, args: Sequence[Typed]) -> Aggregate:
    """What is NULL or empty does not count."""
    parts = [coerce(arg, VARCHAR).sql for arg in args]
    joined = ", ".join([f"nullif({parts[0]}, '')", parts[1] if len(parts) > 1 else "''"])
    return Aggregate(f"string_agg({joined})", Type("varchar", 65535), _SHORT_ENOUGH)


def _median(name: str, args: Sequence[Typed]) -> Aggregate:
    value = args[0]
    if value.type.base in ("date", "timestamp", "timestamptz"):
        return Aggregate(f"quantile_disc({value.sql}, 0.5)", value.type)
    value = _number(name, args)
    kind = numeric(19, 1) if value.type.base in INTEGERS else value.type
    kind = FLOAT8 if value.type.base in (*INTEGERS, "float4", "float8") else kind
    return Aggregate(f"median({coerce(value, FLOAT8).sql})", kind, f"CAST({{0}} AS {kind.duckdb})")


def _sketch(name: str, args: Sequence[Typed]) -> Aggregate:
    """A sketch is exact here: the hashes of all values that it has seen, of which NULL is none."""
    value = args[0].sql
    hashed = f"CASE WHEN {value} IS NOT NULL THEN CAST(hash({value}) AS VARCHAR) END"
    return Aggregate(f"string_agg(DISTINCT {hashed}, ',')", Type("hllsketch"))


def _combined(name: str, args: Sequence[Typed]) -> Aggregate:
    if [arg.type.base for arg in args] != ["hllsketch"]:
        raise no_function(name, [arg.type for arg in args])
    return Aggregate(f"string_agg({args[0].sql}, ',')", Type("hllsketch"))


def _collected(name: str, args: Sequence[Typed]) -> Aggregate:
    if args[0].type != GEOMETRY:
        raise no_function(name, [arg.type for arg in args])
    return Aggregate(f"list({args[0].sql})", GEOMETRY, "rs_st_collect_array_geometry({0})")


AGGREGATES: dict[str, Callable[[str, Sequence[Typed]], Aggregate]] = {
    "sum": _summed,
    "avg": _average,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "any_value": lambda name, args: Aggregate(f"any_value({args[0].sql})", args[0].type),
    "stddev": _float("stddev_samp"),
    "stddev_samp": _float("stddev_samp"),
    "stddev_pop": _float("stddev_pop"),
    "variance": _float("var_samp"),
    "var_samp": _float("var_samp"),
    "var_pop": _float("var_pop"),
    "bool_and": _logical("bool_and"),
    "bool_or": _logical("bool_or"),
    "bit_and": _bits("bit_and"),
    "bit_or": _bits("bit_or"),
    "listagg": _listagg,
    "median": _median,
    "hll": lambda name, args: Aggregate(f"count(DISTINCT {args[0].sql})", INT8),
    "hll_create_sketch": _sketch,
    "st_collect": _collected,
    "hll_combine": _combined,
    "count": lambda name, args: Aggregate(f"count({args[0].sql})", INT8),
}


#: Types that have an order and nothing between two values.
_RANKED = (*TEXTS, "unknown", "bool", "interval")


def within(name: str, fraction: str, ordered: Typed, descending: bool) -> Aggregate:
    """``PERCENTILE_CONT`` and ``PERCENTILE_DISC``: the fraction counts from the order's start."""
    share = f"(1 - {fraction})" if descending else fraction
    between = (*NUMBERS, *TIMES, "oid", "time", "timetz")
    if ordered.type.base not in (between if name == "percentile_cont" else (*between, *_RANKED)):
        raise no_function(name, [FLOAT8, ordered.type])
    if name == "percentile_disc":
        if descending:
            return Aggregate(f"quantile_disc({ordered.sql}, -({fraction}))", ordered.type)
        return Aggregate(f"quantile_disc({ordered.sql}, {fraction})", ordered.type)
    value = coerce(ordered, FLOAT8).sql if ordered.type.base in NUMBERS else ordered.sql
    kind = FLOAT8 if ordered.type.base in (*INTEGERS, "float4", "float8") else ordered.type
    return Aggregate(f"quantile_cont({value}, {share})", kind, f"CAST({{0}} AS {kind.duckdb})")


def _rank(kind: Type) -> Callable[[str, Sequence[Typed]], Aggregate]:
    return lambda name, args: Aggregate(f"{name}({', '.join(a.sql for a in args)})", kind)


def _shifted(name: str, args: Sequence[Typed]) -> Aggregate:
    value = args[0]
    if len(args) > 2:
        raise RedshiftError(
            f"Default parameter not be supported for window function {name}", "0A000"
        )
    rest = [coerce(args[1], INT4).sql] if len(args) > 1 else []
    return Aggregate(f"{name}({', '.join([value.sql, *rest])})", known(value.type))


def _valued(name: str, args: Sequence[Typed]) -> Aggregate:
    kind = known(args[0].type)
    return Aggregate(f"{name}({', '.join(arg.sql for arg in args)})", kind)


WINDOWS: dict[str, Callable[[str, Sequence[Typed]], Aggregate]] = {
    "row_number": _rank(INT8),
    "rank": _rank(INT8),
    "dense_rank": _rank(INT8),
    "ntile": _rank(INT8),
    "cume_dist": _rank(FLOAT8),
    "percent_rank": _rank(FLOAT8),
    "lag": _shifted,
    "lead": _shifted,
    "first_value": _valued,
    "last_value": _valued,
    "nth_value": _valued,
}

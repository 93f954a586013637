"""Functions of numbers. Source: https://docs.aws.amazon.com/redshift/latest/dg/Math_functions.html"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.functions.entry import entries, same
from labkit.cloud.engine.redshift.once import once
from labkit.cloud.engine.redshift.operators import arithmetic, digits
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import Type, numeric
from labkit.cloud.engine.rounding import rounded


def _whole(kinds: Sequence[Type]) -> Type:
    return numeric(min(38, kinds[0].size + 1), 0)


def _places(args: Sequence[Typed]) -> int | None:
    """The places that are asked for, where they are a literal."""
    if len(args) < 2:
        return 0
    text = args[1].sql.strip("()")
    return int(text) if re.fullmatch(r"-?\d+", text) else None


def _shorter(args: Sequence[Typed]) -> Type:
    """A decimal has the places that are left of it; every other type stays."""
    kind, places = args[0].type, _places(args)
    if kind.base != "numeric" or places is None:
        return kind
    scale = max(0, min(kind.scale, places))
    return numeric(min(38, kind.size - kind.scale + scale + 1), scale)


def _cut(function: Callable[[Typed, str], str]) -> Callable[[Sequence[Typed]], str]:
    def render(args: Sequence[Typed]) -> str:
        places = args[1].sql if len(args) > 1 else "0"
        found = once([args[0].sql], lambda each: function(replace(args[0], sql=each[0]), places))
        return f"CAST({found} AS {_shorter(args).duckdb})"

    return render


def _round(value: Typed, places: str) -> str:
    if value.type.base == "numeric":
        return f"round({value.sql}, {places})"
    return rounded(value.sql, places)


def _trunc(value: Typed, places: str) -> str:
    return f"trunc({value.sql}, {places})"


_ONE = (
    ("acos", "acos"), ("asin", "asin"), ("atan", "atan"), ("cos", "cos"), ("cot", "cot"),
    ("sin", "sin"), ("tan", "tan"), ("degrees", "degrees"), ("radians", "radians"),
    ("exp", "rs_exp"), ("dexp", "rs_exp"), ("cbrt", "rs_cbrt"),
)  # fmt: skip


def _log(function: str) -> str:
    return f"CASE {_no_log('{0}')} ELSE {function}({{0}}) END"


def _no_log(value: str) -> str:
    """The branches of a CASE that refuse a number that has no logarithm."""
    zero = "CAST(rs_fail('REDSHIFT:2201E:cannot take logarithm of zero') AS DOUBLE)"
    less = "CAST(rs_fail('REDSHIFT:2201E:cannot take logarithm of a negative number') AS DOUBLE)"
    return f"WHEN {value} = 0 THEN {zero} WHEN {value} < 0 THEN {less}"


_LOG_OF_BASE = (
    f"CASE {_no_log('{0}')} {_no_log('{1}')} "
    "WHEN {0} = 1 THEN CAST(rs_fail('REDSHIFT:22012:division by zero') AS DOUBLE) "
    "WHEN {0} = 10 THEN log10({1}) WHEN {0} = 2 THEN log2({1}) ELSE ln({1}) / ln({0}) END"
)
_ROOT = (
    "CASE WHEN {0} < 0 THEN CAST(rs_fail('REDSHIFT:2201F:cannot take square root of a negative "
    "number') AS DOUBLE) ELSE sqrt({0}) END"
)


def _checksum(args: Sequence[Typed]) -> str:
    """A decimal's digits without the point: all that the function's page shows."""
    if args[0].type.base != "numeric":
        raise unsupported(f"CHECKSUM of {args[0].type.plain}")
    return f"CAST({digits(args[0])} AS BIGINT)"


def _remainder(args: Sequence[Typed]) -> Typed:
    return arithmetic("%", *args)


SCALARS = entries(
    ("checksum(any) -> int8", _checksum),
    *((f"{name}(float8) -> float8", f"{duck}({{0}})") for name, duck in _ONE),
    ("abs(number)", "abs({0})", same),
    ("atan2(float8, float8) -> float8", "atan2({0}, {1})"),
    ("sqrt(float8) -> float8", _ROOT),
    ("ln(float8) -> float8", _log("ln")),
    ("dlog1(float8) -> float8", _log("ln")),
    ("log(float8) -> float8", _log("log10")),
    ("dlog10(float8) -> float8", _log("log10")),
    ("log(float8, float8) -> float8", _LOG_OF_BASE),
    ("power(float8, float8) -> float8", "rs_power({0}, {1})"),
    ("pow(float8, float8) -> float8", "rs_power({0}, {1})"),
    ("dpow(float8, float8) -> float8", "rs_power({0}, {1})"),
    (
        "hll_cardinality(hllsketch) -> int8",
        "coalesce(len(list_distinct(string_split({0}, ','))), 0)",
    ),
    ("hll_combine_sketches(hllsketch, hllsketch) -> hllsketch", "concat_ws(',', {0}, {1})"),
    ("pi() -> float8", "pi()"),
    ("random() -> float8", "random()"),
    ("sign(integer)", "CAST(sign({0}) AS INTEGER)", lambda kinds: Type("int4")),
    ("sign(number)", "sign({0})", lambda kinds: Type("float8")),
    (
        "mod(number, number)",
        lambda args: _remainder(args).sql,
        None,
        "",
        lambda args: _remainder(args).type,
    ),
    ("ceil(integer)", "{0}", same),
    ("ceil(numeric)", "CAST(ceil({0}) AS DECIMAL(38,0))", _whole),
    ("ceil(float8) -> float8", "ceil({0})"),
    ("ceiling(integer)", "{0}", same),
    ("ceiling(numeric)", "CAST(ceil({0}) AS DECIMAL(38,0))", _whole),
    ("ceiling(float8) -> float8", "ceil({0})"),
    ("floor(integer)", "{0}", same),
    ("floor(numeric)", "CAST(floor({0}) AS DECIMAL(38,0))", _whole),
    ("floor(float8) -> float8", "floor({0})"),
    ("round(integer)", "{0}", same),
    ("round(number)", _cut(_round), None, "", _shorter),
    ("round(number, int4)", _cut(_round), None, "", _shorter),
    ("trunc(integer)", "{0}", same),
    ("trunc(timestamp) -> date", "CAST({0} AS DATE)"),
    ("trunc(timestamptz) -> date", "CAST({0} AS DATE)"),
    ("trunc(date) -> date", "{0}"),
    ("trunc(number)", _cut(_trunc), None, "", _shorter),
    ("trunc(number, int4)", _cut(_trunc), None, "", _shorter),
)

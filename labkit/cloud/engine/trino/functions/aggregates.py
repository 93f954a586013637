"""Aggregate functions. Source: https://trino.io/docs/current/functions/aggregate.html

The approximate ones are exact here, so that answers repeat. ``checksum`` is a hash of its own:
equal rows give equal sums, but not Trino's number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import FLOATS, Entry, entries, failure, over
from labkit.cloud.engine.trino.functions.unordered import holds_nan, nan_least, nan_least_in
from labkit.cloud.engine.trino.text import as_text

_INTEGERS = "tinyint|smallint|integer|bigint"
_NUMBERS = "bigint|real|double"
#: How many values ``max`` and ``max_by`` are asked for.
_SECOND = "trino_at_most({1}, 'second argument of max_n/min_n')"
_THIRD = "trino_at_most({2}, 'third argument of max_by/min_by')"


def _checksum(call: Any, args: Sequence[str]) -> str:
    return f"list({as_text(args[0], call.parameters[0])})"


def _percentile(call: Any, args: Sequence[str]) -> str:
    """The value at ``floor(p * n)``, as a t-digest of single values gives; DuckDB rounds up.

    A negative quantile counts from the largest value down.
    """
    value, p = args
    if call.parameters[1].base == "array":
        parts = f"list_transform({p}, lambda _p: {_from_above('_p')})"
        return f"quantile_disc({value}, {parts})"
    return f"quantile_disc({value}, {_from_above(p)})"


def _from_above(p: str) -> str:
    failed = failure("Percentile must be between 0 and 1")
    return f"CASE WHEN {p} BETWEEN 0 AND 1 THEN least({p} - 1, -1e-300) ELSE {failed} END"


def _greatest(call: Any, args: Sequence[str]) -> str:
    """DuckDB's own, but of arrays and rows that may hold NaN."""
    kind = call.parameters[0]
    return (
        f"arg_max({args[0]}, {nan_least(args[0], kind)})" if holds_nan(kind) else f"max({args[0]})"
    )


def _greatest_n(call: Any, args: Sequence[str]) -> str:
    """``max(x, n)``; DuckDB's ``arg_max`` tells a count below 1 in the words of ``max_by``."""
    value, n = args
    kind = call.parameters[0]
    count = _SECOND.format(value, n)
    if not holds_nan(kind):
        return f"max({value}, {count})"
    failed = failure("second argument of max_n/min_n must be positive")
    return (
        f"arg_max({value}, {nan_least(value, kind)}, "
        f"CASE WHEN {n} < 1 THEN {failed} ELSE {count} END)"
    )


def _moments(name: str) -> tuple[str, ...]:
    """How many values, how many of them are finite, and the moment of those."""
    finite = "CASE WHEN isfinite({0}) THEN {0} END"
    return ("count({0})", f"count({finite})", f"{name}({finite})")


def _of_two(name: str, kind: str = "double") -> Entry:
    """A statistic of two columns, NULL where it has no finite value."""
    return Entry(
        f"{name}({kind}, {kind}) -> {kind}",
        f"{name}({{0}}, {{1}})",
        "CAST(trino_finite({agg}) AS {returns})",
    )


AGGREGATES = (
    # NaN is the largest number to DuckDB; here it is what no number is larger than.
    *(
        Entry(
            f"max({t}) -> {t}",
            ("max(nullif({0}, 'NaN'))", "max({0})"),
            "coalesce({agg[0]}, {agg[1]})",
        )
        for t in FLOATS.split("|")
    ),
    *over(
        FLOATS,
        "max_by(T, #) -> T",
        "arg_max_null({0}, CASE WHEN isnan({1}) THEN '-Infinity' ELSE {1} END)",
    ),
    *entries(
        ("any_value(T) -> T", "any_value({0})"),
        ("arbitrary(T) -> T", "any_value({0})"),
        ("array_agg(T) -> array(T)", "list({0})"),
        ("avg(bigint) -> double", "avg({0})"),
        ("avg(double) -> double", "avg({0})"),
        ("avg(real) -> real", "avg({0})", "CAST({agg} AS FLOAT)"),
        (
            "avg(decimal(p, s)) -> decimal(p, s)",
            ("decimal_average({0})", "sum({0})", "count({0})"),
            (
                "CAST({agg[0]} + CASE trino_tie({agg[0]}, {agg[1]}, {agg[2]}) "
                "WHEN 1 THEN CAST('{unit}' AS {returns}) "
                "WHEN -1 THEN CAST('-{unit}' AS {returns}) "
                "ELSE CAST(0 AS {returns}) END AS {returns})"
            ),
            lambda bindings: {"unit": f"{10 ** -bindings['s']:.{bindings['s']}f}"},
        ),
        (
            "avg(interval day to second) -> interval day to second",
            "avg({0})",
            "CAST(floor({agg} + 0.5) AS BIGINT)",
        ),
        (
            "avg(interval year to month) -> interval year to month",
            "avg({0})",
            "CAST(floor({agg} + 0.5) AS INTEGER)",
        ),
        ("bool_and(boolean) -> boolean", "bool_and({0})"),
        ("bool_or(boolean) -> boolean", "bool_or({0})"),
        ("every(boolean) -> boolean", "bool_and({0})"),
        ("checksum(T) -> varbinary", _checksum, "trino_checksum({agg})"),
        ("count() -> bigint", "count(*)"),
        ("count(T) -> bigint", "count({0})"),
        ("count_if(boolean) -> bigint", "count(CASE WHEN {0} THEN 1 END)"),
        ("geometric_mean(bigint) -> double", "avg(ln({0}))", "exp({agg})"),
        ("geometric_mean(double) -> double", "avg(ln({0}))", "exp({agg})"),
        ("geometric_mean(real) -> real", "avg(ln({0}))", "CAST(exp({agg}) AS FLOAT)"),
        ("listagg(varchar) -> varchar", "string_agg({0}, '')", "trino_bounded({agg})"),
        ("listagg(varchar, varchar) -> varchar", "string_agg({0}, {1})", "trino_bounded({agg})"),
        ("max(T) -> T", _greatest),
        ("min(T) -> T", "min({0})"),
        ("max(T, bigint) -> array(T)", _greatest_n),
        ("min(T, bigint) -> array(T)", f"min({{0}}, {_SECOND})"),
        ("max_by(T, U) -> T", nan_least_in(1, "arg_max_null({0}, {key})")),
        ("min_by(T, U) -> T", "arg_min_null({0}, {1})"),
        (
            "max_by(T, U, bigint) -> array(T)",
            nan_least_in(1, f"arg_max(struct_pack(v := {{0}}), {{key}}, {_THIRD})"),
            "list_transform({agg}, lambda _e: _e.v)",
        ),
        (
            "min_by(T, U, bigint) -> array(T)",
            f"arg_min(struct_pack(v := {{0}}), {{1}}, {_THIRD})",
            "list_transform({agg}, lambda _e: _e.v)",
        ),
        ("sum(real) -> real", "sum({0})", "CAST({agg} AS FLOAT)"),
        ("sum(double) -> double", "sum({0})"),
        ("sum(decimal(p, s)) -> decimal(38, s)", "sum({0})"),
        (
            "sum(interval day to second) -> interval day to second",
            "sum({0})",
            "CAST({agg} AS BIGINT)",
        ),
        (
            "sum(interval year to month) -> interval year to month",
            "sum({0})",
            "CAST({agg} AS INTEGER)",
        ),
        ("bitwise_and_agg(bigint) -> bigint", "bit_and({0})"),
        ("bitwise_or_agg(bigint) -> bigint", "bit_or({0})"),
        ("bitwise_xor_agg(bigint) -> bigint", "bit_xor({0})"),
        ("histogram(T) -> map(T, bigint)", "histogram({0})", "CAST({agg} AS {returns})"),
        (
            "map_agg(K, V) -> map(K, V)",
            "list(struct_pack(key := {0}, value := {1}))",
            "trino_map_agg({agg})",
        ),
        (
            "multimap_agg(K, V) -> map(K, array(V))",
            "list(struct_pack(key := {0}, value := {1}))",
            "trino_multimap_of({agg})",
        ),
        ("map_union(map(K, V)) -> map(K, V)", "list({0})", "trino_union_of({agg})"),
        ("approx_distinct(T) -> bigint", "count(DISTINCT {0})"),
        (
            "approx_distinct(T, double) -> bigint",
            "count(DISTINCT {0})",
            "trino_within_error({agg}, {1})",
        ),
        (
            "approx_most_frequent(bigint, T, bigint) -> map(T, bigint)",
            "histogram({1})",
            "trino_most_frequent({agg}, {0})",
        ),
        (
            "entropy(bigint) -> double",
            ("sum({0})", "sum(CASE WHEN {0} > 0 THEN {0} * log2({0}::DOUBLE) ELSE 0 END)"),
            "coalesce(log2({agg[0]}::DOUBLE) - {agg[1]} / {agg[0]}, 0.0::DOUBLE)",
        ),
        (
            "skewness(double) -> double",
            _moments("skewness"),
            (
                "trino_moment({agg[0]}, 3, {agg[1]}, "
                "{agg[2]} * ({agg[0]} - 2) / sqrt({agg[0]}::DOUBLE * ({agg[0]} - 1)))"
            ),
        ),
        (
            "kurtosis(double) -> double",
            _moments("kurtosis"),
            "trino_moment({agg[0]}, 4, {agg[1]}, {agg[2]})",
        ),
        ("stddev(double) -> double", "stddev_samp({0})"),
        ("stddev_samp(double) -> double", "stddev_samp({0})"),
        ("stddev_pop(double) -> double", "stddev_pop({0})"),
        ("variance(double) -> double", "var_samp({0})"),
        ("var_samp(double) -> double", "var_samp({0})"),
        ("var_pop(double) -> double", "var_pop({0})"),
        (
            "reduce_agg(T, S, function(S, T, S), function(S, S, S)) -> S",
            "list({0})",
            "list_reduce(trino_present({agg}), {2}, CAST({1} AS {returns}))",
        ),
    ),
    *(
        Entry(f"sum({t}) -> bigint", "sum({0})", "CAST({agg} AS BIGINT)")
        for t in _INTEGERS.split("|")
    ),
    *(Entry(f"avg({t}) -> double", "avg({0})") for t in ("tinyint", "smallint", "integer")),
    *over(_NUMBERS, "approx_percentile(#, double) -> #", _percentile),
    *over(_NUMBERS, "approx_percentile(#, array(double)) -> array(#)", _percentile),
    *(
        Entry(
            f"approx_percentile({t}, double, {p}) -> {r}",
            "list(struct_pack(v := {0}, w := {1}) ORDER BY {0})",
            finish,
        )
        for t in _NUMBERS.split("|")
        for p, r, finish in (
            ("double", t, "trino_weighted({agg}, {2})"),
            (
                "array(double)",
                f"array({t})",
                "list_transform({2}, lambda _p: trino_weighted({agg}, _p))",
            ),
        )
    ),
    *(
        _of_two(name)
        for name in (
            "corr covar_pop covar_samp regr_slope regr_intercept regr_r2 regr_avgx regr_avgy "
            "regr_sxx regr_sxy regr_syy"
        ).split()
    ),
    # Integers and decimals are reckoned as REAL, the nearest type that there is.
    *(
        _of_two(name, "real")
        for name in ("corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept")
    ),
    Entry("regr_count(double, double) -> bigint", "regr_count({0}, {1})", "CAST({agg} AS BIGINT)"),
)


def _sum_of_hashes(texts: list[str | None]) -> bytes:
    """The order of the rows does not matter, their number does."""
    total = sum(
        int.from_bytes(hashlib.blake2b(repr(t).encode(), digest_size=8).digest()) for t in texts
    )
    return (total % (1 << 64)).to_bytes(8)


UDFS = (Udf("trino_checksum", _sum_of_hashes, ("VARCHAR[]",), "BLOB"),)

"""Statistical distributions, and histograms of numbers.

Sources: https://trino.io/docs/current/functions/math.html#probability-functions-cdf,
https://trino.io/docs/current/functions/aggregate.html and NumericHistogram of trinodb/trino
"""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail, refuse

SCALARS = entries(
    ("beta_cdf(double, double, double) -> double", "trino_beta_cdf({0}, {1}, {2})"),
    ("inverse_beta_cdf(double, double, double) -> double", "trino_inverse_beta_cdf({0}, {1}, {2})"),
    ("t_cdf(double, double) -> double", "trino_t_cdf({0}, {1})"),
    ("t_pdf(double, double) -> double", "trino_t_pdf({0}, {1})"),
)
AGGREGATES = tuple(
    Entry(
        f"numeric_histogram(bigint, {kind}{', double' * weighted}) -> map({kind}, {kind})",
        f"list(struct_pack(v := {{1}}::DOUBLE, w := {'{2}' if weighted else '1.0'}::DOUBLE))",
        "CAST(trino_numeric_histogram({0}, {agg}) AS {returns})",
    )
    for kind in ("real", "double")
    for weighted in (False, True)
)
#: How many values are gathered before buckets are merged.
_BUFFER = 100


def _beta_cdf(a: float, b: float, value: float) -> float:
    _check_shape(a, b)
    if not 0 <= value <= 1:
        fail("value must be in the interval [0, 1]")
    return _beta(value, a, b)


def _check_shape(a: float, b: float) -> None:
    if not (a > 0 and b > 0):
        fail("a, b must be > 0")


def _beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function, by its continued fraction."""
    if x in (0, 1):
        return float(x)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    return _scale(x, a, b) / a / _fraction(x, a, b)


def _scale(x: float, a: float, b: float) -> float:
    """``x^a (1-x)^b`` by the complete function; logarithms where its parts would overflow."""
    if a + b < 150:
        whole = math.gamma(a + b) / math.gamma(a) / math.gamma(b)
        return float(whole * x**a * (1 - x) ** b)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(a * math.log(x) + b * math.log1p(-x) + front)


def _fraction(x: float, a: float, b: float) -> float:
    """By Lentz's method; https://dlmf.nist.gov/8.17#v"""
    found = c = 1.0
    d = 0.0
    for n in range(1, 10_000):
        m = n // 2
        above = (
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            if n % 2
            else m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        )
        d, c = 1 / (1 + above * d), 1 + above / c
        found *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return found


def _inverse_beta_cdf(a: float, b: float, p: float) -> float:
    _check_shape(a, b)
    if not 0 <= p <= 1:
        fail("p must be in the interval [0, 1]")
    if p in (0, 1):
        return float(p)
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _beta(middle, a, b) < p else (low, middle)
    return high


def _t_cdf(x: float, freedom: float) -> float:
    if not freedom > 0:
        fail("df must be > 0")
    tail = _beta(freedom / (freedom + x * x), freedom / 2, 0.5) / 2
    return 1 - tail if x > 0 else tail


def _t_pdf(x: float, freedom: float) -> float:
    if not freedom > 0:
        fail("df must be > 0")
    front = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    power = (freedom + 1) / 2 * math.log1p(x * x / freedom)
    return math.exp(front - power) / math.sqrt(math.pi * freedom)


# Histograms


def _numeric_histogram(
    buckets: int, rows: list[dict[str, float | None]]
) -> dict[float, float] | None:
    if buckets < 2:
        fail("numeric_histogram bucket count must be greater than one")
    found: list[tuple[float, float]] = []
    for row in rows:
        if row["v"] is not None and row["w"] is not None:
            if math.isnan(row["v"] + row["w"]):
                refuse("numeric_histogram of NaN")
            found.append((row["v"], row["w"]))
            if len(found) == buckets + _BUFFER:
                found = _merged(found, buckets)
    return dict(_merged(found, buckets)) if found else None


def _merged(parts: list[tuple[float, float]], buckets: int) -> list[tuple[float, float]]:
    """Equal values together, then the two neighbours that are the least apart, again and again."""
    totals: defaultdict[float, float] = defaultdict(float)
    for value, weight in parts:
        totals[value] += weight
    found = sorted(totals.items())
    costs = [_penalty(*pair) for pair in pairwise(found)]
    while len(found) > buckets:
        at = costs.index(min(costs))
        (one, a), (other, b) = found[at : at + 2]
        found[at : at + 2] = [((one * a + other * b) / (a + b), a + b)]
        around = range(max(0, at - 1), min(at + 1, len(found) - 1))
        costs[max(0, at - 1) : at + 2] = [_penalty(*found[i : i + 2]) for i in around]
    return found


def _penalty(left: tuple[float, float], right: tuple[float, float]) -> float:
    (one, a), (other, b) = left, right
    return (a + b) * (one - other) ** 2 * (a * b / (a + b) ** 2)


_TWO, _THREE = ("DOUBLE",) * 2, ("DOUBLE",) * 3
UDFS = (
    Udf("trino_beta_cdf", _beta_cdf, _THREE, "DOUBLE"),
    Udf("trino_inverse_beta_cdf", _inverse_beta_cdf, _THREE, "DOUBLE"),
    Udf("trino_t_cdf", _t_cdf, _TWO, "DOUBLE"),
    Udf("trino_t_pdf", _t_pdf, _TWO, "DOUBLE"),
    Udf(
        "trino_numeric_histogram",
        _numeric_histogram,
        ("BIGINT", "STRUCT(v DOUBLE, w DOUBLE)[]"),
        "MAP(DOUBLE, DOUBLE)",
    ),
)

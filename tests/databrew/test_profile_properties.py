"""What holds for every column, on drawn ones."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databrew.profiling import column, of_values, profiled

CALM = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
INTEGERS = st.none() | st.integers(-9, 9) | st.integers(-(2**63), 2**63 - 1)
DOUBLES = st.none() | st.floats() | st.sampled_from([0.0, -0.0, 1.0, 1e-300, 1.7e308])
TEXTS = st.none() | st.text("ab é☃", max_size=40)
BINS = st.integers(1, 30)


def bins(number: int) -> dict[str, object]:
    names = ("VALUE_DISTRIBUTION", "Z_SCORE_DISTRIBUTION")
    changes = [{"Statistic": name, "Parameters": {"binNumber": str(number)}} for name in names]
    return {"ColumnStatisticsConfigurations": [{"Statistics": {"Overrides": changes}}]}


@CALM
@given(values=st.lists(INTEGERS, max_size=60), number=BINS)
def test_integers(session, values, number):
    told = column(session, "bigint", values, configuration=bins(number))
    _check(told, values, len(values) - values.count(None), number)
    present = [value for value in values if value is not None]
    assert told["sum"] == (sum(present) if present else None)


@CALM
@given(values=st.lists(DOUBLES, max_size=60), number=BINS)
def test_doubles(session, values, number):
    told = column(session, "double", values, configuration=bins(number))
    finite = [value for value in values if value is not None and math.isfinite(value)]
    _check(told, None, len(finite), number)
    assert (told["min"], told["max"]) == ((min(finite), max(finite)) if finite else (None, None))


@CALM
@given(values=st.lists(TEXTS, max_size=60), number=BINS)
def test_texts(session, values, number):
    told = column(session, "string", values, configuration=bins(number))
    _check(told, values, len([value for value in values if value]), number)


def _check(told, values, numbers, number):
    """Counts add up, order holds, and the document is JSON."""
    for name in ("valueDistribution", "zScoreDistribution"):
        buckets = told.get(name, [])
        assert sum(one["count"] for one in buckets) == (numbers if buckets else 0), name
        assert len(buckets) <= number
        ends = [one["bucket"] for one in buckets]
        assert all(a[1] == b[0] for a, b in pairwise(ends)), name
    assert bool(told["valueDistribution"]) == bool(numbers)
    if values is not None:
        for name, expected in of_values(values).items():
            assert told[name] == (pytest.approx(expected) if name == "entropy" else expected), name
    shown = ["min", "percentile5", "percentile25", "median", "percentile75", "percentile95", "max"]
    ordered = [told[name] for name in shown if told.get(name) is not None]
    assert all(a <= b or math.isclose(a, b) for a, b in pairwise(ordered))
    apart = [abs(one["zScore"]) for one in told["zScoreOutliersSample"]]
    assert apart == sorted(apart, reverse=True)
    assert all(score > 3 for score in apart)
    assert told["distinctValuesCount"] >= told["uniqueValuesCount"]
    json.dumps(told, allow_nan=False)


PAIRS = st.lists(st.tuples(INTEGERS, st.none() | st.integers(0, 3)), max_size=40)


@CALM
@given(pairs=PAIRS)
def test_rows(session, pairs):
    columns = {"a": ("bigint", [a for a, _ in pairs]), "b": ("tinyint", [b for _, b in pairs])}
    document = profiled(session, columns)
    assert document["duplicateRowsCount"] == len(pairs) - len(set(pairs))
    a, b = (told["correlations"] for told in document["columns"])
    assert a["b"] == b["a"]
    assert all(r is None or -1 <= r <= 1 for r in (*a.values(), *b.values()))

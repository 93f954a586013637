"""Random expressions against a small model of Trino's rules, written in Python alone.

Integers truncate toward zero, decimals follow the scales of
https://trino.io/docs/current/functions/decimal.html, dates count elapsed units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labkit.cloud.engine import QueryFailed, Session
from tests.engine.lake import engine, rows

CALM = settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
LONG = 2**63
BIGINTS = st.integers(-LONG + 1, LONG - 1) | st.integers(-100, 100)
DECIMALS = st.decimals(-(10**8), 10**8, places=3)
DATES = st.dates(dt.date(1600, 1, 1), dt.date(2400, 12, 31)) | st.builds(
    lambda year, month, day: dt.date(year, month, 1) - dt.timedelta(day),
    st.integers(2019, 2024),
    st.integers(1, 12),
    st.integers(0, 3),
)
TEXTS = st.text("abc-é☃ ", max_size=12)
COMPARISONS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with engine() as made, made.session() as opened:
        yield opened


def one(session: Session, expression: str) -> str | None:
    """The text of one value, or the code of the error."""
    try:
        return rows(session, f"SELECT {expression}")[0][0]
    except QueryFailed as failed:
        return failed.code


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@CALM
@given(a=BIGINTS, b=BIGINTS, op=st.sampled_from("+-*/%"))
def test_integers_truncate_and_overflow(session: Session, a: int, b: int, op: str) -> None:
    found = one(session, f"BIGINT '{a}' {op} BIGINT '{b}'")
    if op in "/%" and b == 0:
        assert found == "DIVISION_BY_ZERO"
        return
    quotient = abs(a) // abs(b or 1) * (1 if (a < 0) == (b < 0) else -1)
    exact = {"+": a + b, "-": a - b, "*": a * b, "/": quotient, "%": a - quotient * b}[op]
    fits = -LONG <= exact < LONG
    assert found == (str(exact) if fits else "NUMERIC_VALUE_OUT_OF_RANGE")


@CALM
@given(a=DECIMALS, b=DECIMALS, op=st.sampled_from("+-*/%"))
def test_decimals_keep_trinos_scale(session: Session, a: Decimal, b: Decimal, op: str) -> None:
    """``decimal(12,3)`` on both sides."""
    left, right = (f"CAST({quoted(f'{v:f}')} AS decimal(12,3))" for v in (a, b))
    found = one(session, f"{left} {op} {right}")
    if op in "/%" and b == 0:
        assert found == "DIVISION_BY_ZERO"
        return
    assert found == f"{_decimal(op, a, b):f}"


def _decimal(op: str, a: Decimal, b: Decimal) -> Decimal:
    if op == "*":
        exact, scale = WIDE.multiply(a, b), 6
    elif op == "/":
        exact, scale = WIDE.divide(a, b), 3
    else:
        find = {"+": WIDE.add, "-": WIDE.subtract, "%": WIDE.remainder}[op]
        exact, scale = find(a, b), 3
    found = exact.quantize(Decimal(1).scaleb(-scale), context=WIDE)
    return abs(found) if found == 0 else found


@CALM
@given(a=DECIMALS, b=BIGINTS, op=COMPARISONS)
def test_decimals_meet_integers_exactly(session: Session, a: Decimal, b: int, op: str) -> None:
    found = one(session, f"CAST({quoted(f'{a:f}')} AS decimal(12,3)) {op} BIGINT '{b}'")
    order = (a > b) - (a < b)
    wanted = {
        "=": order == 0,
        "<>": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[op]
    assert found == str(wanted).lower()


@CALM
@given(value=DECIMALS, places=st.integers(0, 3))
def test_numbers_round_half_up(session: Session, value: Decimal, places: int) -> None:
    cast = f"CAST({quoted(f'{value:f}')} AS decimal(12,3))"
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    rounded = abs(rounded) if rounded == 0 else rounded
    assert one(session, f"CAST({cast} AS decimal(15,{places}))") == f"{rounded:f}"
    assert Decimal(one(session, f"round({cast}, {places})") or "NaN") == rounded


@CALM
@given(value=st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_doubles_are_read_back_from_their_text(session: Session, value: float) -> None:
    text = one(session, f"DOUBLE '{value!r}'") or ""
    mantissa, _, exponent = text.partition("E")
    assert float(text) == value
    assert "." in mantissa
    assert bool(exponent) == (value != 0 and not 1e-3 <= abs(value) < 1e7)


@CALM
@given(a=DATES, b=DATES, unit=st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_date_diff_counts_whole_units(session: Session, a: dt.date, b: dt.date, unit: str) -> None:
    """The count n whose date_add from a stays before b, or on it."""
    found = int(one(session, f"date_diff('{unit}', DATE '{a}', DATE '{b}')") or 0)
    assert found == _elapsed(unit, a, b)


def _elapsed(unit: str, a: dt.date, b: dt.date) -> int:
    days = (b - a).days
    if unit in ("day", "week"):
        return int(days / {"day": 1, "week": 7}[unit])
    sign, low, high = (1, a, b) if days >= 0 else (-1, b, a)
    months = (high.year - low.year) * 12 + high.month - low.month
    # The last day of a month is as far as any day of a longer one.
    ends = (high + dt.timedelta(1)).day == 1
    months -= 0 if high.day >= low.day or ends else 1
    return sign * (months // {"month": 1, "quarter": 3, "year": 12}[unit])


@CALM
@given(a=DATES, count=st.integers(-3000, 3000), unit=st.sampled_from(["day", "week", "month"]))
def test_date_add_stays_in_the_month(session: Session, a: dt.date, count: int, unit: str) -> None:
    found = one(session, f"date_add('{unit}', {count}, DATE '{a}')")
    if unit == "month":
        years, month = divmod(a.year * 12 + a.month - 1 + count, 12)
        last = (dt.date(years + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(1)).day
        assert found == str(dt.date(years, month + 1, min(a.day, last)))
        return
    assert found == str(a + dt.timedelta(count * {"day": 1, "week": 7}[unit]))


@CALM
@given(text=TEXTS, start=st.integers(-14, 14), size=st.integers(0, 14))
def test_substr_counts_code_points(session: Session, text: str, start: int, size: int) -> None:
    at = start - 1 if start > 0 else len(text) + start
    wanted = "" if start == 0 or at < 0 else text[at : at + size]
    assert one(session, f"substr({quoted(text)}, {start}, {size})") == wanted


@CALM
@given(text=TEXTS, mark=st.sampled_from(["-", "a", "ab", "é"]), index=st.integers(1, 5))
def test_split_part_is_an_element_of_split(
    session: Session, text: str, mark: str, index: int
) -> None:
    parts = text.split(mark)
    wanted = parts[index - 1] if index <= len(parts) else None
    both = f"{quoted(text)}, {quoted(mark)}"
    assert one(session, f"split_part({both}, {index})") == wanted
    assert one(session, f"cardinality(split({both}))") == str(len(parts))
    assert one(session, f"array_join(split({both}), {quoted(mark)})") == text

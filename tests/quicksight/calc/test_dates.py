"""Work days and spans of time, against a count day by day."""

import datetime as dt

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.cloud.engine.types import BIGINT, DATE
from labkit.cloud.quicksight.calc import Scope, compile_field

SCOPE = Scope({"a": DATE, "b": DATE, "n": BIGINT})
DAY = dt.timedelta(days=1)
FEW = settings(max_examples=30)
DAYS = st.dates(dt.date(1969, 12, 1), dt.date(2037, 12, 31))


def _computed(expression: str, **values: object) -> object:
    columns = ", ".join(f"? AS {name}" for name in values)
    sql = f"SELECT {compile_field(expression, SCOPE).sql} FROM (SELECT {columns})"
    return duckdb.execute(sql, list(values.values())).fetchall()[0][0]


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + DAY * n for n in range((last - first).days + 1)]


@FEW
@given(DAYS, st.integers(-40, 40))
def test_work_days_between_two_dates(start: dt.date, distance: int) -> None:
    end = start + DAY * distance
    count = sum(day.weekday() < 5 for day in _days(min(start, end), max(start, end)))
    assert _computed("netWorkDays(a, b)", a=start, b=end) == (count if distance >= 0 else -count)


@FEW
@given(DAYS, st.integers(-30, 30).filter(bool))
def test_the_work_day_so_many_work_days_away(start: dt.date, number: int) -> None:
    day, left = start, abs(number)
    while left:
        day += DAY if number > 0 else -DAY
        left -= day.weekday() < 5
    assert _computed("addWorkDays(a, n)", a=start, n=number) == dt.datetime(*day.timetuple()[:3])


@FEW
@given(DAYS, st.integers(0, 400))
def test_boundaries_between_two_dates(start: dt.date, distance: int) -> None:
    end = start + DAY * distance
    after = _days(start + DAY, end)
    counts = {
        "DD": len(after),
        "WK": sum(day.weekday() == 6 for day in after),
        "MM": sum(day.day == 1 for day in after),
        "Q": sum(day.day == 1 and day.month in (1, 4, 7, 10) for day in after),
        "YYYY": sum(day.day == 1 and day.month == 1 for day in after),
    }
    for period, count in counts.items():
        assert _computed(f"dateDiff(a, b, '{period}')", a=start, b=end) == count
        assert _computed(f"dateDiff(b, a, '{period}')", a=start, b=end) == -count


@FEW
@given(DAYS)
def test_the_start_of_a_week_is_its_sunday(day: dt.date) -> None:
    sunday = day - DAY * (day.isoweekday() % 7)
    assert _computed("truncDate('WK', a)", a=day) == dt.datetime(*sunday.timetuple()[:3])
    assert _computed("extract('WD', a)", a=day) == day.isoweekday() % 7 + 1

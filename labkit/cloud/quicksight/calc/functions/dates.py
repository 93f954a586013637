"""Date functions.

A week starts on Sunday, a work week is Monday to Friday. ``dateDiff`` counts the boundaries
between two dates: AWS gives one example, which fits whole months too, but a week that starts on
Sunday makes sense for boundaries only. Source:
https://docs.aws.amazon.com/quicksight/latest/user/date-functions.html
"""

from __future__ import annotations

from labkit.cloud.quicksight.calc import periods
from labkit.cloud.quicksight.calc.arguments import (
    Date,
    Integer,
    Part,
    Pattern,
    Period,
    WorkDate,
    WorkDays,
)
from labkit.cloud.quicksight.calc.constants import literal
from labkit.cloud.quicksight.calc.patterns import formatted
from labkit.cloud.quicksight.calc.query import Query
from labkit.cloud.quicksight.calc.registry import Answer, function

STANDARD = "yyyy-MM-ddTkk:mm:ss:SSS"
# The Monday from which work days are counted.
MONDAY = "DATE '0001-01-01'"

_PARTS = {"weekday": "dayofweek({date}) + 1", "millisecond": "millisecond({date}) % 1000"}


@function("addDateTime", "date", "date")
def add_date_time(amount: Integer, period: Period, datetime: Date) -> Answer:
    """A date so many years, months, hours, ... later; earlier by a negative amount."""
    return f"({datetime} + {periods.interval(period, str(amount))})"


@function("addWorkDays", "date", "date")
def add_work_days(init_date: WorkDate, num_work_days: WorkDays) -> Answer:
    """The work day so many work days after a date; before it by a negative number.

    No days give the date itself, on a weekend too.
    """
    until, before = _work_days(init_date.sql), _work_days(f"{init_date} - INTERVAL 1 DAY")
    start = f"CASE WHEN {num_work_days} > 0 THEN {until} ELSE {before} + 1 END"
    nth = f"({start} + {num_work_days} - 1)"
    days = f"7 * ({nth} // 5) + {nth} % 5"
    moved = f"CAST({MONDAY} + CAST({days} AS INTEGER) AS TIMESTAMP)"
    return f"CASE WHEN {num_work_days} = 0 THEN {init_date} ELSE {moved} END"


@function("dateDiff", "date", "integer")
def date_diff(date_1: Date, date_2: Date, period: Period = "day") -> Answer:
    """How many days, or boundaries of another period, lie between two dates."""
    return periods.boundaries(period, str(date_1), str(date_2))


@function("epochDate", "date", "date")
def epoch_date(epochdate: Integer) -> Answer:
    """The date so many seconds after 1970-01-01T00:00:00Z; digits after the tenth are dropped."""
    seconds = f"regexp_extract(CAST({epochdate} AS VARCHAR), '^-?[0-9]{{1,10}}')"
    return f"make_timestamp(CAST({seconds} AS BIGINT) * 1000000)"


@function("extract", "date", "integer")
def extract(period: Part, date: Date) -> Answer:
    """A date's year, quarter, month, day, weekday (Sunday is 1), hour, minute, ..."""
    return f"CAST({_PARTS.get(period, period + '({date})').format(date=date)} AS BIGINT)"


@function("formatDate", "date", "string")
def format_date(date: Date, format: Pattern = STANDARD) -> Answer:
    """A date as text, in a pattern such as dd-MMM-yyyy."""
    return formatted(str(date), format)


@function("isWorkDay", "date", "integer")
def is_work_day(input_date: WorkDate) -> Answer:
    """1 on Monday to Friday, 0 on Saturday and Sunday."""
    return f"CAST(isodow({input_date}) < 6 AS BIGINT)"


@function("netWorkDays", "date", "integer")
def net_work_days(start_date: WorkDate, end_date: WorkDate) -> Answer:
    """How many work days there are from one date to another, both included."""
    forward = _between(str(start_date), str(end_date))
    backward = _between(str(end_date), str(start_date))
    later = f"CAST({start_date} AS DATE) > CAST({end_date} AS DATE)"
    return f"CASE WHEN {later} THEN -({backward}) ELSE {forward} END"


@function("now", "date")
def now(query: Query) -> Answer:
    """The date and time of the query, in UTC."""
    return literal(query.scope.now())


@function("truncDate", "date", "date")
def trunc_date(period: Period, date: Date) -> Answer:
    """The start of the year, quarter, month, week, ... of a date."""
    return periods.truncated(period, str(date))


def _between(start: str, end: str) -> str:
    return f"{_work_days(end)} - {_work_days(f'{start} - INTERVAL 1 DAY')}"


def _work_days(date: str) -> str:
    """How many work days there were until a date and with it."""
    days = f"date_diff('day', {MONDAY}, CAST({date} AS DATE))"
    return f"(5 * ({days} // 7) + least({days} % 7 + 1, 5))"

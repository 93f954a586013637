"""The calendar: two terms of sixteen weeks, and the Mondays that name each week's folder.

The LMS exports once a week; `process_date` is the week's Monday. The initial load has 32 weeks,
2020-08-17 to 2020-11-30 and 2021-01-18 to 2021-05-03. Later weeks follow without a gap.
"""

from __future__ import annotations

from datetime import date, timedelta

WEEKS_A_TERM = 16
WEEKS = 2 * WEEKS_A_TERM
TERM_STARTS = (date(2020, 8, 17), date(2021, 1, 18))
FALL, SPRING = 0, 1

FIRST_YEAR = 2017
"""Semester 1 is the fall of this year; odd ids are falls, even ids springs."""
TERM_SEMESTERS = (7, 8)
"""The semester ids of the two terms: Fall 2020 and Spring 2021."""
SEMESTERS = 16


def week_date(number: int) -> date:
    """The Monday of a week, counted from 1.

    >>> [str(week_date(n)) for n in (1, 16, 17, 32, 33)]
    ['2020-08-17', '2020-11-30', '2021-01-18', '2021-05-03', '2021-05-10']
    """
    if number < 1:
        raise ValueError(f"Weeks are counted from 1, not {number}.")
    term = term_of(number)
    return TERM_STARTS[term] + timedelta(weeks=number - 1 - WEEKS_A_TERM * term)


def week_number(process_date: date) -> int:
    """The number of the week whose Monday is `process_date`.

    >>> week_number(date(2021, 5, 10))
    33
    """
    for term in (SPRING, FALL):
        weeks, days = divmod((process_date - TERM_STARTS[term]).days, 7)
        if weeks >= 0 and days == 0 and (term == SPRING or weeks < WEEKS_A_TERM):
            return WEEKS_A_TERM * term + weeks + 1
    raise ValueError(f"{process_date} names no week: weeks start on the Mondays of the two terms.")


def term_of(number: int) -> int:
    """`FALL` or `SPRING`; the weeks after the last one still belong to the spring's courses."""
    return FALL if number <= WEEKS_A_TERM else SPRING


def semester_dates(semester_id: int) -> tuple[date, date]:
    """First and last day of a semester: sixteen weeks from a Monday."""
    year, spring = FIRST_YEAR + semester_id // 2, semester_id % 2 == 0
    start = _monday(date(year, 1, 15)) if spring else _monday(date(year, 8, 15))
    return start, start + timedelta(weeks=WEEKS_A_TERM, days=-1)


def _monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)

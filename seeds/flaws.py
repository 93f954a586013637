"""The flaws planted for the profile job and the careful reader; README.md lists and counts them.

A flaw is one line of a table: in which table and column, in which rows, and what becomes of the
value. Rows are counted from 0 in the table as first made. The tables of the LMS are named with the
folder's date, `requests` with the file too. At a scale below 1 fewer of the rows exist. Of other
students than the labs' it is others that have the flaws, so that nobody knows whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa

from seeds.terms import WEEKS_A_TERM, week_date

LOWEST = 12.6


class Flaw(NamedTuple):
    """One kind of wrong value."""

    table: str
    column: str
    rows: Iterable[int]
    wrong: Callable[[Any], Any]


def _to_nothing(score: float | None) -> float | None:
    """No point at all, for the lowest of those who have a score."""
    return 0.0 if score is not None and score <= LOWEST else score


def _of_a_neighbour(user: int) -> int:
    """The number of who sits beside: one in ten students stays away."""
    return user - 1 if user % 10 == 3 else user


def _after_the_deadline(moment: str) -> str:
    """Half a minute after a deadline's time, 23:59, and on the same day, for who comes late."""
    return f"{moment[:11]}23:59:30Z" if moment[11:13] >= "21" else moment


def _to(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


FLAWS = (
    Flaw("student", "parent_highest_ed", range(11, 400, 29), _to(None)),
    Flaw("ed_level", "ed_level_code", [1], _to("12-Oct")),
    Flaw("student", "cumulative_gpa", [57, 212], _to(35.2)),
    Flaw("student", "high_school_gpa", [98], _to(-1.0)),
    Flaw("student", "secondary_class_percentile", range(20, 400, 45), _to(None)),
    Flaw("student", "home_state_name", [33, 140, 301], str.upper),
    Flaw("student", "home_state_name", [64, 188, 259, 377], lambda name: f" {name} "),
    Flaw("student", "gender", [25, 146, 233, 318], str.lower),
    Flaw("student", "birth_date", [171], _to(date(2101, 4, 9))),
    Flaw("student", "email_address", [86, 264, 350], lambda email: email.replace("@", "")),
    Flaw("course_outcome", "course_id", [77], _to(9999)),
    Flaw("course_outcome", "score", [905, 1501], lambda score: score * 10),
    Flaw("course_registration", "date_registered", [415, 2210], _to(date(2022, 1, 1))),
    Flaw("course_schedule", "staff_id", [5, 70], _to(None)),
    Flaw("submission_fact/2020-10-05", "score", [3, 17], lambda score: score + 100),
)

FLAWS_ELSEWHERE = (
    Flaw("student", "high_school_gpa", [5], _to(34.1)),
    Flaw("student", "cumulative_gpa", [9], _to(-0.1)),
    Flaw("student", "email_address", [12, 45], _to("home@students.lighthouse.example")),
    Flaw("student", "parent_highest_ed", [60], _to(1)),
    Flaw("student", "parent_highest_ed", [61], _to(2)),
    Flaw("course_outcome", "course_id", range(9, 80, 16), _to(9999)),
    Flaw("course_outcome", "score", range(3200), _to_nothing),
    Flaw("requests/2021-05-03/general", "user_id", range(100_000), _of_a_neighbour),
    *(
        Flaw(
            f"submission_dim/{week_date(week)}", "submitted_at", range(20_000), _after_the_deadline
        )
        for week in range(1, WEEKS_A_TERM + 1)
    ),
)
"""More of them in the data of other students: values that a rule must foresee."""

TWICE = {
    "student": (41, 230),
    "course_registration": (19, 404, 1313, 2025, 2906),
    "requests/2020-10-12/general": tuple(range(1000, 1012)),
}
"""The rows that stand a second time at a table's end."""
TWICE_ELSEWHERE = {"student": (60, 61), "requests/2020-10-19/submissions": (3, 4)}
"""More of these, of other students: one of the first band, one of the second; and submissions."""


def plant(name: str, table: pa.Table, seed: int = 0, *, elsewhere: bool = False) -> pa.Table:
    """The table with its flaws: wrong values first, then the rows that come twice.

    Args:
        seed: which students; by it their flaws are moved along, from the last to the first.
        elsewhere: whether these are other students than the labs'.
    """
    for flaw in (*FLAWS, *(FLAWS_ELSEWHERE if elsewhere else ())):
        if flaw.table == name:
            table = _spoil(table, flaw, seed)
    twice = TWICE.get(name, ()) + (TWICE_ELSEWHERE.get(name, ()) if elsewhere else ())
    again = _places(twice, len(table), seed)
    return pa.concat_tables([table, table.take(again)]) if again else table


def _places(rows: Iterable[int], count: int, seed: int) -> list[int]:
    return [(row + seed) % count for row in rows if row < count]


def _spoil(table: pa.Table, flaw: Flaw, seed: int) -> pa.Table:
    values = table.column(flaw.column).to_pylist()
    for row in _places(flaw.rows, len(values), seed):
        values[row] = flaw.wrong(values[row])
    place, field = table.schema.get_field_index(flaw.column), table.schema.field(flaw.column)
    return table.set_column(place, field, pa.array(values, field.type))

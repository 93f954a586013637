"""The objects of the raw bucket: their keys, their order, and what writes each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa

from seeds import flaws, lms, log, schema, sis, terms
from seeds.activity import Activity
from seeds.files import named, typed, write_csv, write_parquet
from seeds.people import People

SIS_FILE = "LOAD00000001.parquet"
TERM_TABLES = (
    *("assignment_dim", "assignment_fact", "course_dim"),
    *("enrollment_dim", "enrollment_fact"),
)
"""The LMS tables that are exported once a term."""


class Object(NamedTuple):
    """One object of the lake: its key, and a function that writes its body to a file."""

    key: str
    write: Callable[[BinaryIO], None]

    @property
    def table(self) -> str:
        """The table that the object belongs to."""
        return self.key.split("/")[2 if self.key.startswith("sisdb/") else 1]


def objects(scale: float = 1.0) -> Iterator[Object]:
    """All 153 objects of the initial load, in a fixed order: the SIS, then the LMS week by week.

    Args:
        scale: 1 makes 400 students and about half a million requests; both grow with it.
    """
    activity = Activity(People(scale))
    for table in sis.TABLES:
        yield Object(f"sisdb/sisdemo/{table}/{SIS_FILE}", partial(_write_sis, activity, table))
    for number in range(1, terms.WEEKS + 1):
        yield from _week(activity, number, new_column=False)


def week(number: int, scale: float = 1.0, new_column: bool = False) -> list[Object]:
    """The LMS's export of one week, counted from 1; the initial load ends with week 32.

    Args:
        number: The week; 33 is 2021-05-10, and so on, Monday by Monday.
        scale: As in `objects`.
        new_column: Whether `requests` has grown the column `device`.
    """
    return list(_week(Activity(People(scale)), number, new_column))


def generate(
    folder: Path,
    scale: float = 1.0,
    tables: Iterable[str] | None = None,
    threads: int | None = None,
) -> list[Path]:
    """Lay the lake out under a folder; the bytes do not depend on the number of threads.

    Args:
        folder: Made if it is missing.
        scale: As in `objects`.
        tables: Only these tables, such as `["student", "requests"]`.
        threads: How many objects to write at once; 2 by default.

    Returns:
        The files written, in the order of `objects`.

    Raises:
        ValueError: A table of that name does not exist.
    """
    wanted = set(tables) if tables is not None else {*schema.SIS, *schema.LMS}
    if unknown := wanted - {*schema.SIS, *schema.LMS}:
        raise ValueError(f"No table named {', '.join(sorted(unknown))}.")
    chosen = [one for one in objects(scale) if one.table in wanted]
    with ThreadPoolExecutor(threads or 2) as pool:
        return list(pool.map(partial(_save, Path(folder)), chosen))


def _week(activity: Activity, number: int, new_column: bool) -> Iterator[Object]:
    term, folder = terms.term_of(number), f"process_date={terms.week_date(number)}"
    make: dict[str, Callable[[], Iterator[pa.Table]]] = {}
    if number == 1:
        make["account_dim/account_dim"] = partial(_one, "account_dim", lms.account_dim)
    if number in (1, terms.WEEKS_A_TERM + 1):
        for table in TERM_TABLES:
            make[f"{table}/{table}"] = partial(
                _one, table, partial(_term_table, activity, table, term)
            )
    make["requests/general"] = partial(_views, activity, number, new_column)
    make["requests/submissions"] = partial(_posts, activity, number, new_column)
    for table, columns in (
        ("submission_dim", lms.submission_dim),
        ("submission_fact", lms.submission_fact),
    ):
        make[f"{table}/{table}"] = partial(_one, table, partial(columns, activity, number), number)
    if number == 1:
        make["user_dim/faculty"] = partial(_one, "user_dim", partial(_teachers, activity))
        make["user_dim/students"] = partial(_one, "user_dim", partial(_students, activity))
    for name, tables in make.items():
        table, file = name.split("/")
        yield Object(f"lmsapi/{table}/{folder}/{file}.csv", partial(_write_lms, tables))


def _term_table(activity: Activity, table: str, term: int) -> lms.Columns:
    make: Callable[..., lms.Columns] = getattr(lms, table)
    return make(activity, term) if table.startswith("enrollment") else make(term)


def _teachers(activity: Activity) -> lms.Columns:
    return lms.user_dim(dict(sis.faculty(activity.people)), "faculty_id", "Teacher")


def _students(activity: Activity) -> lms.Columns:
    return lms.user_dim(dict(sis.student(activity.people)), "student_id", "Student")


def _one(table: str, columns: Callable[[], Any], number: int = 1) -> Iterator[pa.Table]:
    plain = named(columns(), schema.LMS[table])
    yield flaws.plant(f"{table}/{terms.week_date(number)}", plain)


def _views(activity: Activity, number: int, new_column: bool) -> Iterator[pa.Table]:
    name = f"requests/{terms.week_date(number)}"
    for block, table in enumerate(log.views(activity, number, new_column)):
        yield flaws.plant(name, table) if block == 0 else table


def _posts(activity: Activity, number: int, new_column: bool) -> Iterator[pa.Table]:
    time_ms = lms.submitted_ms(number, activity.submissions(number))
    yield from log.posts(activity, number, time_ms, new_column)


def _write_sis(activity: Activity, table: str, sink: BinaryIO) -> None:
    plain = typed(sis.TABLES[table](activity.people), schema.SIS[table])
    write_parquet(flaws.plant(table, plain), sink)


def _write_lms(tables: Callable[[], Iterator[pa.Table]], sink: BinaryIO) -> None:
    write_csv(tables(), sink)


def _save(folder: Path, one: Object) -> Path:
    path = folder / one.key
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as sink:
        one.write(sink)
    return aside.replace(path)

"""The objects of the raw bucket: their keys, their order, and what writes each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from seeds import flaws, lms, log, schema, sis, submissions, terms
from seeds.activity import Activity
from seeds.files import named, typed, write_csv, write_parquet
from seeds.lms import Export
from seeds.people import People

SIS_FILE = "LOAD00000001.parquet"


class Object(NamedTuple):
    """One object of the lake: its key, and a function that writes its body to a file."""

    key: str
    write: Callable[[BinaryIO], None]

    @property
    def table(self) -> str:
        """The table that the object belongs to."""
        return self.key.split("/")[2 if self.key.startswith("sisdb/") else 1]


def objects(scale: float = 1.0, seed: int = 0) -> Iterator[Object]:
    """All 153 objects of the initial load, in a fixed order: the SIS, then the LMS week by week.

    Args:
        scale: 1 makes 400 students and about half a million requests; both grow with it.
        seed: 0 makes the data of the labs, any other number others of the same kind.
    """
    activity = Activity(People(scale, seed))
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
    seed: int = 0,
) -> list[Path]:
    """Lay the lake out under a folder; the bytes do not depend on the number of threads.

    Args:
        folder: Made if it is missing.
        scale: As in `objects`.
        tables: Only these tables, such as `["student", "requests"]`.
        threads: How many objects to write at once; 2 by default.
        seed: As in `objects`.

    Returns:
        The files written, in the order of `objects`.

    Raises:
        ValueError: A table of that name does not exist.
    """
    wanted = set(tables) if tables is not None else {*schema.SIS, *schema.LMS}
    if unknown := wanted - {*schema.SIS, *schema.LMS}:
        raise ValueError(f"No table named {', '.join(sorted(unknown))}.")
    chosen = [one for one in objects(scale, seed) if one.table in wanted]
    with ThreadPoolExecutor(threads or 2) as pool:
        return list(pool.map(partial(_save, Path(folder)), chosen))


def _week(activity: Activity, number: int, new_column: bool) -> Iterator[Object]:
    folder = f"process_date={terms.week_date(number)}"
    for export in _exports(number):
        key = f"lmsapi/{export.table}/{folder}/{export.file}.csv"
        yield Object(key, partial(_write_export, activity, export, number))
    for file in log.FILES:
        key = f"lmsapi/requests/{folder}/{file}.csv"
        yield Object(key, partial(_write_log, activity, file, number, new_column))


def _exports(number: int) -> Iterator[Export]:
    if number == 1:
        yield from lms.ONCE
    if number in (1, terms.WEEKS_A_TERM + 1):
        yield from lms.EVERY_TERM
    yield from submissions.EVERY_WEEK


def _write_sis(activity: Activity, table: str, sink: BinaryIO) -> None:
    plain = typed(sis.TABLES[table](activity.people), schema.SIS[table])
    moved = activity.people.seed if table == "student" else 0
    write_parquet(flaws.plant(table, plain, moved, elsewhere=_is_elsewhere(activity)), sink)


def _write_export(activity: Activity, export: Export, number: int, sink: BinaryIO) -> None:
    plain = named(export.columns(activity, number), schema.LMS[export.table])
    name = f"{export.table}/{terms.week_date(number)}"
    made = flaws.plant(name, plain, elsewhere=_is_elsewhere(activity))
    write_csv(iter([made]), sink)


def _write_log(
    activity: Activity, file: str, number: int, new_column: bool, sink: BinaryIO
) -> None:
    blocks = log.FILES[file](activity, number, new_column)
    name = f"requests/{terms.week_date(number)}/{file}"
    first = flaws.plant(name, next(blocks), elsewhere=_is_elsewhere(activity))
    write_csv(chain([first], blocks), sink)


def _is_elsewhere(activity: Activity) -> bool:
    """Whether these are other students than the labs'."""
    return activity.people.seed != 0


def _save(folder: Path, one: Object) -> Path:
    path = folder / one.key
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as sink:
        one.write(sink)
    return aside.replace(path)

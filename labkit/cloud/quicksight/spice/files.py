"""SPICE's files: one Parquet file a state of a data set, under the workspace.

A file is written aside, and is the data set's once its record names it; so a data set always has
its last whole state, whenever the process dies. Measured on 10 M rows and two cores: six group-bys
take 0.3 s from Parquet with LZ4 and 0.24 s from DuckDB's own file, which takes a third longer to
write and must be attached to the engine; so Parquet it is.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.rows import first_row
from labkit.cloud.engine.types import TIMESTAMP, VARCHAR
from labkit.cloud.quicksight.spice.model import FAULT, Column, Relation
from labkit.cloud.quicksight.spice.types import LONGEST

FOLDER = "spice"
MOST_REPORTED = 10_000
_FORM = "FORMAT parquet, COMPRESSION lz4_raw"
_FIRST, _LAST = "TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999999'"


@dataclass(frozen=True)
class Imported:
    """What an import wrote.

    Args:
        file: its name in SPICE's folder.
        rows: how many rows it has.
        dropped: how many rows were skipped.
        size: of the file, in bytes.
        why: how many rows were skipped for which reason (``MALFORMED_DATE:day``).
    """

    file: str
    rows: int
    dropped: int
    size: int
    why: dict[str, int]


def folder(cloud: Cloud) -> Path:
    """Where SPICE's files lie."""
    found = cloud.home / FOLDER
    found.mkdir(exist_ok=True)
    return found


def write(cloud: Cloud, session: Session, table: Relation, *, whole: bool) -> Imported:
    """Import a relation's rows into a new file; those with a fault are left out and counted.

    Args:
        whole: whether all rows stay, without the values at fault.

    Raises:
        duckdb.Error: the rows cannot be read.
    """
    path = folder(cloud) / f"{uuid.uuid4()}.parquet"
    try:
        return _written(session, _fitting(table, whole), path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def relation(path: Path, columns: Iterable[Column]) -> str:
    """SQL of a file's rows."""
    shown = ", ".join(column.sql for column in columns)
    return f"SELECT {shown} FROM read_parquet({quoted_text(str(path))})"


def sweep(cloud: Cloud, known: set[str]) -> None:
    """Delete the files that no record names."""
    for path in folder(cloud).iterdir():
        if path.name not in known:
            delete(path)


def delete(path: Path) -> None:
    """Delete a file, when it is still there."""
    with contextlib.suppress(OSError):
        path.unlink()


def report_of(path: Path) -> Path:
    """Where the rows that an import skipped are told, as CSV."""
    return path.with_suffix(".errors.csv")


def _fitting(table: Relation, whole: bool) -> Relation:
    """The values as SPICE keeps them: texts cut at their longest, dates of known years."""
    dates = [] if whole else [column for column in table.columns if column.type == TIMESTAMP]
    faults = [f'"{FAULT}"'] if table.faults else []
    faults += [
        f"CASE WHEN NOT {date.sql} BETWEEN {_FIRST} AND {_LAST} "
        f"THEN {quoted_text(f'UNSUPPORTED_DATE_VALUE:{date.name}')} END"
        for date in dates
    ]
    shown = [_kept(column) for column in table.columns]
    if faults:
        shown.append(f'coalesce({", ".join(faults)}) AS "{FAULT}"')
    sql = f"SELECT {', '.join(shown)} FROM ({table.sql})"
    return replace(table, sql=sql, faults=bool(faults))


def _kept(column: Column) -> str:
    name = column.sql
    if column.type == TIMESTAMP:
        return f"CASE WHEN {name} BETWEEN {_FIRST} AND {_LAST} THEN {name} END AS {name}"
    if column.type != VARCHAR:
        return name
    # the length in bytes is known without looking at the text
    cut = f"left({name}, {LONGEST})"
    return f"CASE WHEN strlen({name}) > {LONGEST} THEN {cut} ELSE {name} END AS {name}"


def _written(session: Session, table: Relation, path: Path) -> Imported:
    total = _copied(session, table.sql, path)
    why = _faults(session, path) if table.faults and total else {}
    dropped = sum(why.values())
    if dropped:
        _report(session, path)
        _without_faults(session, table, path)
    return Imported(path.name, total - dropped, dropped, path.stat().st_size, why)


def _copied(session: Session, sql: str, path: Path, form: str = _FORM) -> int:
    (count,) = first_row(session.connection, f"COPY ({sql}) TO {quoted_text(str(path))} ({form})")
    return int(count)


def _faults(session: Session, path: Path) -> dict[str, int]:
    found = session.connection.execute(
        f'SELECT "{FAULT}", count(*) FROM read_parquet({quoted_text(str(path))}) '
        f'WHERE "{FAULT}" IS NOT NULL GROUP BY ALL ORDER BY ALL'
    )
    return {str(name): int(count) for name, count in found.fetchall()}


def _report(session: Session, path: Path) -> None:
    """Write the first of the skipped rows, each with the reason and the column."""
    rows = (
        f"""SELECT split_part("{FAULT}", ':', 1) AS ERROR_TYPE, """
        f"""substr("{FAULT}", strpos("{FAULT}", ':') + 1) AS COLUMN_NAME, """
        f'* EXCLUDE ("{FAULT}") FROM read_parquet({quoted_text(str(path))}) '
        f'WHERE "{FAULT}" IS NOT NULL LIMIT {MOST_REPORTED}'
    )
    _copied(session, rows, report_of(path), "FORMAT csv, HEADER true")


def _without_faults(session: Session, table: Relation, path: Path) -> None:
    clean = path.with_suffix(".clean")
    shown = ", ".join(column.sql for column in table.columns)
    source = f"read_parquet({quoted_text(str(path))})"
    _copied(session, f'SELECT {shown} FROM {source} WHERE "{FAULT}" IS NULL', clean)
    clean.replace(path)


def rewrite(session: Session, sql: str, path: Path) -> int:
    """Put other rows into a file, which may be read for them; gives how many."""
    aside = path.with_suffix(".aside")
    rows = _copied(session, sql, aside)
    aside.replace(path)
    return rows

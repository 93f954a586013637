"""Tables written from queries: for ``CREATE TABLE AS``, ``INSERT`` and ``UNLOAD``.

Rows have no order but what ORDER BY says; those of little data keep the order of their files all
the same, so that a lab looks alike on each run.

Files are finished aside and then put, one after another, under names of Athena's kind. At most 100
partitions in one statement:
https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
"""

from __future__ import annotations

import datetime
import secrets
import string
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labkit.cloud.athena import leftovers
from labkit.cloud.athena.output import explained
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statements.tables import partition_folder
from labkit.cloud.engine import Compiled, QueryFailed, formats
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.formats.model import literal
from labkit.cloud.engine.formats.writers import LARGE
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.trino.text import as_text
from labkit.cloud.engine.types import Type
from labkit.cloud.lake.buckets import bucket_sql
from labkit.cloud.lake.pruning import NULL_PARTITION

MOST_PARTITIONS = 100
_TEXT_FORMATS = ("csv", "json")


@dataclass(frozen=True)
class Target:
    """Where rows go and how.

    Args:
        location: the folder.
        table: format, columns, partition keys and options.
        compression: in lower case, empty for the format's default.
        buckets: by which columns rows are spread over how many files.
        place: tells the folder of the partition of these values, where there is one.
    """

    location: str
    table: formats.Table
    compression: str = ""
    buckets: tuple[list[str], int] = field(default_factory=lambda: ([], 0))
    place: Callable[[Sequence[str]], str | None] = lambda _: None

    def folder(self, part: _Part) -> str:
        """Where a part's file goes: its partition's own folder, wherever that is.

        Source: ``HiveLocationService`` of https://github.com/trinodb/trino
        """
        return (self.place(part.values) or f"{self.location.rstrip('/')}/{part.folder}").rstrip(
            "/"
        ) + "/"


@dataclass(frozen=True)
class Written:
    """What a statement wrote: rows, objects, and the values of each partition."""

    rows: int
    uris: list[str]
    partitions: list[tuple[list[str], str]]


@dataclass(frozen=True)
class _Part:
    """One file to write: the rows that meet a condition, in a folder."""

    condition: str
    folder: str
    name: str
    values: list[str]


def write_rows(run: Run, query: Compiled, target: Target, select: Sequence[str] = ()) -> Written:
    """Write a query's rows into a table's folder: without a row no file, as on AWS.

    PyAthena's tests of UNLOAD and awswrangler's reading of a CTAS know it by the empty manifest:
    https://github.com/laughingman7743/PyAthena/blob/master/tests/pyathena/polars/test_cursor.py

    Args:
        run: the statement.
        query: gives the table's columns, then its partition keys.
        target: where to and how.
        select: SQL over ``q0``, ``q1``... that gives the columns, where they are not the query's.
    """
    with explained(run), failures():
        sql = _selected(run, query, target, select)
        ordered = query.ordered or run.catalog.scanned_bytes < LARGE
        finished = list(_files(run, sql, target, ordered))
    run.job.check()
    uris = [uri for uri, *_ in finished]
    leftovers.begin(run, uris)
    for uri, path, _, _ in finished:
        run.put_file(uri, path)
    partitions = {tuple(part.values): part.folder for *_, part, _ in finished if part.values}
    rows = sum(count for *_, count in finished)
    return Written(rows, uris, [(list(v), folder) for v, folder in partitions.items()])


def check_empty(run: Run, location: str, name: str) -> None:
    """Refuse a folder that holds objects: Athena never overwrites.

    Raises:
        QueryFailed: HIVE_PATH_ALREADY_EXISTS.
    """
    if run.store.list(location.rstrip("/") + "/"):
        raise QueryFailed(
            "HIVE_PATH_ALREADY_EXISTS",
            f"Target directory for table '{name}' already exists: {location}. You may need to "
            f"manually clean the data at location '{location}' before retrying. Athena will not "
            "delete data in your account.",
        )


def column_sql(at: int) -> str:
    """How ``select`` names a column of the query."""
    return f"q{at}"


def _selected(run: Run, query: Compiled, target: Target, select: Sequence[str]) -> str:
    names = [name for name, _ in (*target.table.columns, *target.table.partition_keys)]
    given = ", ".join(column_sql(at) for at in range(len(query.columns)))
    values = select or [column_sql(at) for at in range(len(query.columns))]
    shown = ", ".join(f"{v} AS {quoted_name(n)}" for v, n in zip(values, names, strict=True))
    return f"SELECT {shown} FROM ({run.session.sql(query)}) AS q({given})"


def _files(
    run: Run, sql: str, target: Target, ordered: bool
) -> Iterator[tuple[str, Path, _Part, int]]:
    columns = ", ".join(quoted_name(name) for name, _ in target.table.columns)
    source = sql
    if target.table.partition_keys or target.buckets[1]:
        made = f"FROM ({sql}) SELECT {_with_bucket(target)}"
        run.session.connection.execute(f"CREATE OR REPLACE TEMP TABLE written AS {made}")
        source = "SELECT * FROM written"
    try:
        for part in list(_parts(run, target)):
            run.job.check()
            path = run.store.scratch()
            chosen = f"SELECT {columns} FROM ({source})" + part.condition
            kept = formats.Table(
                target.table.format, target.table.columns, (), target.table.options
            )
            reading = _Session(run.session.connection)
            rows = formats.write(
                reading, chosen, kept, target.compression, str(path), ordered=ordered, trino=True
            )
            if rows or (target.buckets[1] and not part.values):
                yield f"{target.folder(part)}{part.name}", path, part, rows
    finally:
        if source != sql:
            run.session.connection.execute("DROP TABLE IF EXISTS written")


def _parts(run: Run, target: Target) -> Iterator[_Part]:
    ending = _ending(target)
    for condition, values in _partition_conditions(run, target):
        names = [name for name, _ in target.table.partition_keys]
        folder = partition_folder(names, values) + "/" if values else ""
        for bucket, clause in _bucket_conditions(target):
            where = " AND ".join(c for c in (condition, clause) if c)
            yield _Part(f" WHERE {where}" if where else "", folder, _name(bucket) + ending, values)


def _partition_conditions(run: Run, target: Target) -> Iterator[tuple[str, list[str]]]:
    names = [quoted_name(name) for name, _ in target.table.partition_keys]
    if not names:
        yield "", []
        return
    kinds = [kind for _, kind in target.table.partition_keys]
    texts = [f"nullif({_folder(*key)}, '')" for key in zip(names, kinds, strict=True)]
    sql = (
        f"SELECT DISTINCT {', '.join(texts)} FROM written ORDER BY ALL LIMIT {MOST_PARTITIONS + 1}"
    )
    found = run.session.connection.execute(sql).fetchall()
    if len(found) > MOST_PARTITIONS:
        raise QueryFailed(
            "HIVE_TOO_MANY_OPEN_PARTITIONS",
            f"Exceeded limit of {MOST_PARTITIONS} open writers for partitions/buckets",
        )
    for row in found:
        _check_printable(row)
        equal = (
            f"{text} IS NOT DISTINCT FROM {literal(value)}"
            for text, value in zip(texts, row, strict=True)
        )
        yield " AND ".join(equal), [NULL_PARTITION if v is None else v for v in row]


def _check_printable(values: Sequence[str | None]) -> None:
    """Refuse what Hive's folders are not named after.

    Source: ``TestTablePartitioningWithSpecialChars`` of https://github.com/trinodb/trino
    """
    for value in values:
        if value is not None and not (value.isascii() and value.isprintable()):
            shown = value.encode().hex(" ").upper()
            raise QueryFailed(
                "HIVE_INVALID_PARTITION_VALUE",
                "Hive partition keys can only contain printable ASCII characters (0x20 - 0x7E). "
                f"Invalid value: {shown}",
            )


def _folder(name: str, kind: Type) -> str:
    """SQL of a key's text in a folder's name; numbers that are not exact as Java has them."""
    inexact = kind.base in ("real", "double")
    return as_text(name, kind) if inexact else f"CAST({name} AS VARCHAR)"


def _bucket_conditions(target: Target) -> Iterator[tuple[int | None, str]]:
    _, count = target.buckets
    if not count:
        yield None, ""
        return
    yield from ((bucket, f'"$bucket" = {bucket}') for bucket in range(count))


def _with_bucket(target: Target) -> str:
    columns, count = target.buckets
    kinds = dict(target.table.columns)
    if not count:
        return "*"
    return f'*, {bucket_sql([(name, kinds[name]) for name in columns], count)} AS "$bucket"'


def _name(bucket: int | None) -> str:
    """A file's name as Athena makes them: time, query number, salt, and an id or a bucket."""
    now = datetime.datetime.now(datetime.UTC)
    salt = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(5))
    tail = str(uuid.uuid4()) if bucket is None else f"bucket-{bucket:05}"
    return f"{now:%Y%m%d_%H%M%S}_00000_{salt}_{tail}"


def _ending(target: Target) -> str:
    if target.table.format not in _TEXT_FORMATS:
        return ""
    allowed = formats.COMPRESSIONS[target.table.format]
    return formats.ENDINGS.get(target.compression or next(iter(allowed)), "")


@dataclass(frozen=True)
class _Session:
    """What the writers of file formats need of a session."""

    con: Any

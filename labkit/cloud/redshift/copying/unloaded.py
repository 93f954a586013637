"""The files of an UNLOAD, written aside: one or more of all rows, or of each partition.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from labkit.cloud.engine.formats import File
from labkit.cloud.engine.formats.lines import open_bytes
from labkit.cloud.engine.formats.packing import PACKERS
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.compile import Compiled
from labkit.cloud.engine.redshift.scope import Field
from labkit.cloud.lake.folders import escaped
from labkit.cloud.lake.pruning import NULL_PARTITION
from labkit.cloud.redshift.copying.shapes import as_text, copy_of
from labkit.cloud.redshift.copying.unload_options import MOST_FILE, UnloadOptions
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.s3.store import split_uri

_ENDINGS = {"parquet": ".parquet", "json": ".json"}


@dataclass(frozen=True)
class Written:
    """A finished file: where it goes, and its rows."""

    uri: str
    path: Path
    rows: int

    @property
    def told(self) -> dict[str, Any]:
        return {"uri": self.uri, "rows": self.rows, "size": self.path.stat().st_size}


def files_of(
    connection: Connection, options: UnloadOptions, compiled: Compiled, folder: Path
) -> Iterator[Written]:
    """Write a query's rows into files of a folder."""
    fields = [Field(f.name, f.type, f"c{at}") for at, f in enumerate(compiled.fields)]
    if not options.partition_by:
        yield from _part(connection, options, compiled.sql, fields, folder, "")
        return
    name = f"unload_{folder.name}"
    duck = connection.duck
    duck.execute(f"CREATE TEMP TABLE {name} AS {compiled.sql}")
    try:
        keys = [next(f for f in fields if f.name == key) for key in options.partition_by]
        kept = fields if options.include else [f for f in fields if f not in keys]
        texts = [_folder_sql(as_text(key.sql, key.type)) for key in keys]
        found = duck.execute(
            f"SELECT DISTINCT {', '.join(texts)} FROM {name} ORDER BY ALL"
        ).fetchall()
        for number, row in enumerate(found):
            connection.check_canceled()
            yield from _partition(
                connection, options, name, kept, folder / str(number), texts, list(row)
            )
    finally:
        with contextlib.suppress(duckdb.Error):
            duck.execute(f"DROP TABLE IF EXISTS {name}")


def _partition(
    connection: Connection,
    options: UnloadOptions,
    name: str,
    kept: Sequence[Field],
    folder: Path,
    texts: Sequence[str],
    values: Sequence[str | None],
) -> Iterator[Written]:
    folder.mkdir()
    equal = " AND ".join(
        f"{text} IS NOT DISTINCT FROM {'NULL' if value is None else quoted_text(value)}"
        for text, value in zip(texts, values, strict=True)
    )
    place = "".join(
        f"{key}={_named(value)}/" for key, value in zip(options.partition_by, values, strict=True)
    )
    source = f"SELECT * FROM {name} WHERE {equal}"
    yield from _part(connection, options, source, kept, folder, place)


def _folder_sql(text: str) -> str:
    """SQL of what a folder is named after; NULL for all that share the folder of NULLs."""
    return f"nullif(nullif({text}, ''), '{NULL_PARTITION}')"


def _named(value: str | None) -> str:
    """A partition's value in its folder's name."""
    return NULL_PARTITION if value is None else escaped(value)


def _part(
    connection: Connection,
    options: UnloadOptions,
    sql: str,
    fields: Sequence[Field],
    folder: Path,
    place: str,
) -> Iterator[Written]:
    """The files of one partition, or of all."""
    found = _copied(connection, options, copy_of(sql, fields, options), folder, bool(place))
    kept = [(path, rows) for path, rows in found if rows] or found[:1]
    bucket, prefix = split_uri(options.prefix)
    parent = f"{prefix.rstrip('/')}/" if place and prefix else prefix
    slices = connection.warehouse.state.nodes * connection.warehouse.state.slices
    for at, (path, rows) in enumerate(kept):
        name = _name(at, slices, options)
        yield Written(f"s3://{bucket}/{parent}{place}{name}", _packed(path, options), rows)


def _copied(
    connection: Connection,
    options: UnloadOptions,
    copy: tuple[str, str],
    folder: Path,
    partitioned: bool,
) -> list[tuple[Path, int]]:
    """The files that DuckDB wrote, in order, with their rows.

    Parquet of a thread each; text in one file, which all threads write, unless MAXFILESIZE
    splits it.
    """
    query, how = copy
    split = options.most_bytes < MOST_FILE
    columnar = options.format == "parquet"
    threads = columnar and options.parallel and not partitioned and not split
    many = f", FILE_SIZE_BYTES {options.most_bytes}" if split else ""
    many += ", PER_THREAD_OUTPUT true" if threads else ""
    into = folder / ("files" if many else "one")
    stats = ", RETURN_STATS true" if columnar else ""
    told = connection.duck.execute(
        f"COPY ({query}) TO {quoted_text(str(into))} ({how}{many}{stats})"
    ).fetchall()
    if columnar:
        counts = {Path(row[0]): int(row[1]) for row in told}
        return sorted(counts.items(), key=lambda item: _number(item[0]))
    if not many:
        return [(into, int(told[0][0]))]
    return [(path, _lines(path, options)) for path in sorted(into.iterdir(), key=_number)]


def _lines(path: Path, options: UnloadOptions) -> int:
    """The lines of one of several text files, its header aside."""
    with open_bytes(File(str(path), f"body.{options.compression or 'txt'}")) as raw:
        return sum(1 for _ in raw) - int(options.header)


def _number(path: Path) -> int:
    return int("".join(filter(str.isdigit, path.stem)) or 0)


def _name(at: int, slices: int, options: UnloadOptions) -> str:
    """``0000_part_00``: the slice and its part; ``000`` where PARALLEL is off."""
    number = f"{at % slices:04}_part_{at // slices:02}" if options.parallel else f"{at:03}"
    if options.extension:
        return f"{number}.{options.extension.removeprefix('.')}"
    packed = f".{options.compression}" if options.compression else ""
    return f"{number}{_ENDINGS.get(options.format, '')}{packed}"


def _packed(path: Path, options: UnloadOptions) -> Path:
    """The file, compressed where DuckDB does not do that itself."""
    if options.compression != "bz2":
        return path
    packed = path.with_suffix(".bz2")
    with path.open("rb") as source, packed.open("wb") as target:
        target.writelines(PACKERS["bzip2"](source))
    path.unlink()
    return packed

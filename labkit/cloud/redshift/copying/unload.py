"""``UNLOAD``: a query's rows as objects under a prefix, all of them at once or none.

Files are written aside and become objects in one change of the index, so that a process that dies
leaves nothing behind. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from labkit.cloud.engine.formats import File
from labkit.cloud.engine.formats.lines import open_bytes
from labkit.cloud.engine.formats.writers import PACKERS
from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.duck import failures
from labkit.cloud.engine.redshift.errors import UNSUPPORTED, RedshiftError
from labkit.cloud.engine.redshift.reading import parse_query, text_literal
from labkit.cloud.engine.redshift.scope import Field
from labkit.cloud.redshift.copying import history
from labkit.cloud.redshift.copying.access import open_store, s3_words
from labkit.cloud.redshift.copying.manifest import manifest_text
from labkit.cloud.redshift.copying.shapes import as_text, copy_of
from labkit.cloud.redshift.copying.unload_options import MOST_FILE, UnloadOptions, read_unload
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.s3.store import Object, Store, split_uri

NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
_SHAPES = {"text": "Text", "csv": "CSV", "fixed": "Text", "json": "JSON", "parquet": "Parquet"}
_ENDINGS = {"parquet": ".parquet", "json": ".json"}
_PACKED = {"gz": "gzip", "zst": "zstd", "bz2": "bzip2", "": "none"}


@dataclass(frozen=True)
class Written:
    """A finished file: where it goes, and its rows."""

    uri: str
    path: Path
    rows: int

    @property
    def told(self) -> dict[str, Any]:
        return {"uri": self.uri, "rows": self.rows, "size": self.path.stat().st_size}


@statement("UNLOAD")
def unload(connection: Connection, parsed: Parsed) -> Result:
    options = read_unload(parsed.words)
    compiled = _compiled(connection, options)
    encrypted = ("aws:kms", options.kms_key) if options.kms_key else (None, None)
    store = open_store(connection, options.access, encrypted)
    noted = history.begin_unload(
        connection, options.prefix, _SHAPES[options.format], _PACKED[options.compression]
    )
    folder = store.scratch()
    folder.mkdir()
    try:
        with failures():
            files = _unload(connection, options, compiled, store, folder)
    except BaseException as error:
        history.end_unload(noted, [], "aborted", getattr(error, "message", str(error)))
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    history.end_unload(noted, files, "completed")
    return _told(connection, sum(each["rows"] for each in files))


def _told(connection: Connection, rows: int) -> Result:
    connection.counts["pg_last_unload_count"] = rows
    connection.counts["pg_last_unload_id"] = connection.last_query_id
    connection.notices.append(f"UNLOAD completed, {rows} record(s) unloaded successfully.")
    return Result("UNLOAD", count=rows)


def _compiled(connection: Connection, options: UnloadOptions) -> Compiled:
    tree = parse_query(options.query)
    if not isinstance(tree, exp.Query):
        raise RedshiftError("UNLOAD takes a SELECT statement", "42601")
    if tree.args.get("limit"):
        raise RedshiftError(
            "Limit clause is not supported in the outermost select of an UNLOAD statement",
            UNSUPPORTED,
        )
    compiled = compile_query(tree, Names(connection))
    names = [field.name for field in compiled.fields]
    for name in options.partition_by:
        if name not in names:
            raise RedshiftError(f'partition column "{name}" is not in the SELECT list', "42703")
    if len(set(options.partition_by)) == len(names) and not options.include:
        raise RedshiftError("UNLOAD needs a column that is no partition column", UNSUPPORTED)
    if len(set(names)) < len(names) and options.format in ("parquet", "json"):
        raise RedshiftError("UNLOAD to this format needs columns of different names", "42701")
    return compiled


def _unload(
    connection: Connection, options: UnloadOptions, compiled: Compiled, store: Store, folder: Path
) -> list[dict[str, Any]]:
    with s3_words(connection, f"Listing {options.prefix}"):
        there = store.list(options.prefix)
    if there and not (options.allow_overwrite or options.clean_path):
        raise RedshiftError(
            "Specified unload destination on S3 is not empty. Consider using a different bucket / "
            "prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option."
        )
    files = list(_files(connection, options, compiled, folder))
    connection.check_canceled()
    told = [file.told for file in files]
    uris = [(file.uri, file.path) for file in files]
    if options.manifest:
        path = folder / "manifest"
        path.write_text(manifest_text(told, compiled.fields, options), "utf-8")
        uris.append((f"{options.prefix}manifest", path))
    gone = _cleaned(there, files, options) if options.clean_path else []
    _publish(connection, store, uris, gone)
    return told


def _publish(
    connection: Connection, store: Store, uris: Sequence[tuple[str, Path]], gone: list[Object]
) -> None:
    staged = []
    for uri, path in uris:
        aside = store.scratch()
        with s3_words(connection, f"Uploading {uri}"):
            os.replace(path, aside)
            staged.append(store.stage(uri, aside))
    with s3_words(connection, "Deleting objects under CLEANPATH"):
        store.replace(staged, gone)


def _cleaned(there: list[Object], files: list[Written], options: UnloadOptions) -> list[Object]:
    """What CLEANPATH removes: all below the prefix, or in the partitions that get files."""
    if not options.partition_by:
        return there
    folders = tuple({file.uri.rpartition("/")[0] + "/" for file in files})
    return [each for each in there if each.uri.startswith(folders)]


# Files ------------------------------------------------------------------------------------------


def _files(
    connection: Connection, options: UnloadOptions, compiled: Compiled, folder: Path
) -> Iterator[Written]:
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
        texts = [as_text(key.sql, key.type) for key in keys]
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
        f"{text} IS NOT DISTINCT FROM {'NULL' if value is None else text_literal(value)}"
        for text, value in zip(texts, values, strict=True)
    )
    place = "".join(
        f"{key}={_escaped(value)}/" for key, value in zip(options.partition_by, values, strict=True)
    )
    source = f"SELECT * FROM {name} WHERE {equal}"
    yield from _part(connection, options, source, kept, folder, place)


def _escaped(value: str | None) -> str:
    """A partition's value as Hive writes it into a folder's name."""
    if value is None or value == "":
        return NULL_PARTITION
    special = set("\"#%'*/:=?\\{[]^\x7f")
    return "".join(f"%{ord(c):02X}" if c in special or ord(c) < 32 else c for c in value)


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
        f"COPY ({query}) TO {text_literal(str(into))} ({how}{many}{stats})"
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

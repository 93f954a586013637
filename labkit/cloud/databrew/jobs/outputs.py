"""What a recipe job writes: files aside, which become objects all at once.

A run writes into a folder of its own, ``<job>_<date>_<milliseconds>/``, files
``<job>_<date>_<milliseconds>_part00000.csv``; one that overwrites writes ``<job>_part00000.csv``
into the location itself, and what was there goes in the same moment. Rows go from DuckDB into the
files; no row passes through Python, but for Avro. Source:
https://docs.aws.amazon.com/databrew/latest/dg/API_Output.html
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import io
import shutil
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from labkit.cloud.databrew.jobs import tables
from labkit.cloud.databrew.jobs.forms import FORMS, Form
from labkit.cloud.databrew.places import check_bucket
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.engine import Session, formats
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.formats.model import Table, literal
from labkit.cloud.engine.formats.packing import PACKERS
from labkit.cloud.engine.formats.writers import UNORDERED, nullable
from labkit.cloud.engine.types import Type
from labkit.cloud.jobs import Job
from labkit.cloud.lake.folders import escaped
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import Staged, Store

_RESULT = "recipe_result"
#: The most bytes of a partition's value in a folder's name on disk, where a byte may take three; in
#: the place of a longer value stands the mark with its hash.
_MOST_BYTES, _MARK, _MARK_SQL = 64, "\x01", "chr(1)"


@dataclass
class Writing:
    """A run that writes.

    Args:
        store: as whom.
        session: where the result is computed.
        job: what may be told to stop.
        name: the job's.
        started: when the run began.
        sql: a SELECT of the result.
        columns: of the result.
        ordered: whether the files have the rows in the order of the result.
        staged: what is ready to be put.
        replaced: where all that lies there is to be deleted when it is: the start of addresses.
        tables: what the catalog is to say when it is.
    """

    store: Store
    session: Session
    job: Job
    name: str
    started: float
    sql: str
    columns: Sequence[Column]
    ordered: bool = True
    staged: list[Staged] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)

    @contextlib.contextmanager
    def computed(self, outputs: int) -> Iterator[None]:
        """Compute the result once, if it is for several outputs."""
        if outputs > 1:
            self._compute()
        try:
            yield
        finally:
            if outputs > 1:
                self.session.connection.execute(f"DROP TABLE IF EXISTS {_RESULT}")

    def write(self, outputs: Sequence[Mapping[str, Any]]) -> None:
        """Write outputs aside."""
        for output in outputs:
            self._write(output)

    def parquet(self, columns: Sequence[str]) -> Path:
        """A file of its own, of what these expressions make of the result."""
        sql = f"SELECT {', '.join(columns)} FROM ({self.sql})"
        options = f"FORMAT parquet, COMPRESSION snappy{'' if self.ordered else f', {UNORDERED}'}"
        with _new_file(self.store) as path:
            self.copy(nullable(sql, len(columns)), path, options)
        return path

    def copy(self, sql: str, path: Path, options: str) -> None:
        """Have DuckDB write what a query gives."""
        with failures():
            self.session.connection.execute(f"COPY ({sql}) TO {literal(str(path))} ({options})")

    def drop(self) -> None:
        """Delete what was written aside and did not become an object."""
        for staged in self.staged:
            Path(staged.body.path).unlink(missing_ok=True)

    def _compute(self) -> None:
        with failures():
            self.session.connection.execute(f"CREATE TEMP TABLE {_RESULT} AS {self.sql}")
        self.sql = f"FROM {_RESULT}"

    def _write(self, output: Mapping[str, Any]) -> None:
        plan = _Plan(self, output)
        if output.get("Overwrite"):
            self.replaced += self._below(plan)
        first = len(self.staged)
        for uri, path in plan.files():
            self.job.check()
            staged = self.store.stage(uri, path, plan.form.media_type)
            self.staged.append(staged)
            if any(staged.uri == each.uri for each in self.staged[:first]):
                raise AwsError("ValidationException", f"Two outputs would write {uri}.")
        if "Table" in output:
            uris = [staged.uri for staged in self.staged[first:]]
            found = tables.partitions_of(plan.location, uris) if plan.keys else []
            self.tables.append({**output["Table"], "Partitions": found})

    def _below(self, plan: _Plan) -> list[str]:
        """How the addresses of the objects begin that an overwriting output replaces.

        A bucket that is a location keeps what is no file or partition of the job's.
        """
        if plan.location.count("/") > 3:
            return [plan.location]
        partitions = [f"{plan.location}{plan.key_name(key.name)}=" for key in plan.keys[:1]]
        return [f"{plan.location}{self.name}_part", *partitions]


class _Plan:
    """One output: where its files go and how they are made."""

    def __init__(self, writing: Writing, output: Mapping[str, Any]) -> None:
        self.writing = writing
        self.form: Form = FORMS[output.get("Format", "CSV")]
        self.compression = output.get("CompressionFormat") or ""
        csv = (output.get("FormatOptions") or {}).get("Csv") or {}
        self.delimiter = csv.get("Delimiter", ",")
        self.location = location_of(writing.store, output["Location"])
        stem = (
            writing.name if output.get("Overwrite") else f"{writing.name}_{stamp(writing.started)}"
        )
        self.stem = stem
        self.of_table = "Table" in output
        flat = output.get("Overwrite") or self.of_table
        self.folder = self.location if flat else f"{self.location}{stem}/"
        self.keys = _keys(writing.columns, output.get("PartitionColumns") or [])

    def files(self) -> Iterator[tuple[str, Path]]:
        """Address and path of each finished file."""
        numbers: dict[str, int] = {}
        ending = self.form.name(self.compression, self.delimiter)
        for folder, path in self._copied():
            self.writing.job.check()
            number = numbers[folder] = numbers.get(folder, -1) + 1
            name = f"{self.folder}{folder}{self.stem}_part{number:05}.{ending}"
            yield name, self._finished(path)

    def _copied(self) -> Iterator[tuple[str, Path]]:
        """The files that DuckDB writes, each with the folder of its partition."""
        options = self.form.options(self.compression, self.delimiter)
        options += "" if self.writing.ordered else f", {UNORDERED}"
        if not self.keys:
            with _new_file(self.writing.store) as path:
                self.writing.copy(self._select(), path, options)
            yield "", path
            return
        path = self.writing.store.scratch()
        path.mkdir()
        try:
            names = ", ".join(key.sql for key in self.keys)
            self.writing.copy(self._select(), path, f"{options}, PARTITION_BY ({names})")
            for file in sorted(path.rglob("*.*")):
                if file.is_file():
                    moved = self.writing.store.scratch()
                    file.rename(moved)
                    yield self._folder(file.parent.relative_to(path)), moved
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def _select(self) -> str:
        kept = [column for column in self.writing.columns if column not in self.keys]
        keys = [f"{_in_folder(key.text)} AS {key.sql}" for key in self.keys]
        shown = [*self.form.select(kept), *keys]
        sql = f"SELECT {', '.join(shown)} FROM ({self.writing.sql})"
        return nullable(sql, len(shown)) if self.form.parquet else sql

    def _folder(self, found: Path) -> str:
        """A partition's folder as Hive writes it, from DuckDB's; a table's keys are small."""
        parts = (part.partition("=") for part in found.parts)
        plain = [(urllib.parse.unquote(k), urllib.parse.unquote(v)) for k, _, v in parts]
        whole = [(k, self._long[v] if v.startswith(_MARK) else v) for k, v in plain]
        return "".join(f"{self.key_name(key)}={escaped(value)}/" for key, value in whole)

    def key_name(self, key: str) -> str:
        """A key as it stands in the folders' names."""
        return escaped(key.lower() if self.of_table else key)

    @functools.cached_property
    def _long(self) -> dict[str, str]:
        """The values that are too long for a folder, by what stands in their place."""
        sql = " UNION ".join(
            f"SELECT {_in_folder(key.text)} AS short, {key.text} FROM ({self.writing.sql}) "
            f"WHERE starts_with(short, {_MARK_SQL})"
            for key in self.keys
        )
        with failures():
            return dict(self.writing.session.connection.execute(sql).fetchall())

    def _finished(self, path: Path) -> Path:
        """A file in its format, packed if it is to be."""
        codec = self.form.packer(self.compression)
        if not self.form.written and not codec:
            return path
        try:
            with _new_file(self.writing.store) as target:
                self._packed(path, target, codec) if codec else self._converted(path, target)
            return target
        finally:
            path.unlink()

    def _converted(self, path: Path, target: Path) -> None:
        """A Parquet file as one of a format that DuckDB does not write."""
        kept = tuple((c.name, _exact(c.type)) for c in self.writing.columns if c not in self.keys)
        codec = self.form.codecs.get(self.compression, "none")
        table = Table(self.form.written, kept)
        sql = f"FROM read_parquet({literal(str(path))}, hive_partitioning=false)"
        with failures():
            reading = _Connected(self.writing.session.connection)
            formats.write(reading, sql, table, codec, str(target))

    def _packed(self, path: Path, target: Path, codec: str) -> None:
        with path.open("rb") as source, target.open("wb") as packed:
            watched = cast(BinaryIO, _Watched(source, self.writing.job))
            packed.writelines(PACKERS[codec](watched))


def _exact(kind: Type) -> Type:
    """A type whose timestamps keep their microseconds, as Spark writes them."""
    if kind.base == "timestamp":
        return Type("timestamp", (6,))
    inner = tuple(_exact(each) if isinstance(each, Type) else each for each in kind.args)
    return replace(kind, args=inner)


@contextlib.contextmanager
def _new_file(store: Store) -> Iterator[Path]:
    """A name for a file that is kept only if the writing of it succeeds."""
    path = store.scratch()
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


class _Watched(io.RawIOBase):
    """A file whose reading ends when a job is told to stop."""

    def __init__(self, source: BinaryIO, job: Job) -> None:
        self._source, self._job = source, job

    def read(self, size: int = -1) -> bytes:
        self._job.check()
        return self._source.read(size)


@dataclass(frozen=True)
class _Connected:
    """What the writers of file formats need of a session."""

    con: Any


def location_of(store: Store, location: Mapping[str, str]) -> str:
    """The address of an output's folder, with a slash at its end.

    Raises:
        AwsError: ``AccessDenied``, the bucket is another account's than the location says.
    """
    check_bucket(store.principal.account, location)
    key = location.get("Key", "").strip("/")
    return f"s3://{location['Bucket']}/{key}/" if key else f"s3://{location['Bucket']}/"


def stamp(started: float) -> str:
    """What a run is known by in the names of what it writes: ``05Mar2024_1709596800000``."""
    moment = datetime.datetime.fromtimestamp(started, datetime.UTC)
    return f"{moment:%d%b%Y}_{int(started * 1000)}"


def _keys(columns: Sequence[Column], names: Sequence[str]) -> list[Column]:
    known = {column.name: column for column in columns}
    missing = [name for name in names if name not in known]
    if missing:
        raise AwsError(
            "ValidationException",
            f"There is no column '{missing[0]}' to partition by. There are: {', '.join(known)}.",
        )
    if names and len(names) == len(known):
        raise AwsError("ValidationException", "Not all columns can be partition columns.")
    return [known[name] for name in names]


def _in_folder(text: str) -> str:
    """SQL of what stands in a folder's name for a partition's value; NULL for the empty text."""
    is_long = f"strlen({text}) > {_MOST_BYTES} OR starts_with({text}, {_MARK_SQL})"
    return f"CASE WHEN {is_long} THEN {_MARK_SQL} || md5({text}) ELSE nullif({text}, '') END"

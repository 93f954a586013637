"""Rows of files into a table: one fast pass where all is well, and file by file where it is not.

A statement alone begins its transaction anew when the fast pass stops; within a block the files are
read through first, because DuckDB gives a transaction up at its first error. What is loaded is the
same either way, and all of it or nothing.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

import duckdb
import pyarrow as pa

from labkit.cloud.engine.formats import File
from labkit.cloud.engine.formats.lines import BROKEN
from labkit.cloud.engine.formats.stream import Stream
from labkit.cloud.engine.formats.unpacked import FILES_A_THREAD, MET, OTHERWISE, length
from labkit.cloud.engine.formats.watching import stops
from labkit.cloud.engine.redshift.duck import failures, first_row
from labkit.cloud.engine.redshift.errors import CANCELED, DISK_FULL, RedshiftError, translated
from labkit.cloud.redshift.copying import columnar, documents, fast
from labkit.cloud.redshift.copying.access import failure
from labkit.cloud.redshift.copying.fields import Field
from labkit.cloud.redshift.copying.load_errors import MISSING, BadValue, LoadError
from labkit.cloud.redshift.copying.options import COLUMNAR, CopyOptions
from labkit.cloud.redshift.copying.records import Record, records
from labkit.cloud.redshift.copying.values import convert, multibyte, sql_of
from labkit.cloud.redshift.warehouse import staleness
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.statements.counting import count_of
from labkit.cloud.redshift.warehouse.statements.inserting import default_sql

BATCH = 20_000
TOLD = 1024  #: letters of a wrong record
MOST_REPLACED = 100  #: rows of which STL_REPLACEMENTS tells
#: What stops a pass that the files are not at fault of: canceled, in conflict, no memory, no disk.
ELSEWHERE = (CANCELED, "40001", "53200", DISK_FULL)


@dataclass(frozen=True)
class Wrong:
    """A record that was not loaded, and why."""

    file: File
    record: Record
    error: LoadError


class TooManyErrors(Exception):
    """As many records were wrong as end the load."""


@dataclass
class Load:
    """One COPY at work.

    Args:
        columns: the table's columns that the files give, in the files' order.
        paths: of a JSONPaths file, one a column.
        replaced: where characters were: the file, the line, the column, the record.
        stopped: what ended the last pass that did not come to its end.
    """

    connection: Connection
    table: Object
    columns: Sequence[TableColumn]
    options: CopyOptions
    files: Sequence[File]
    paths: Sequence[str] = ()
    wrong: list[Wrong] = field(default_factory=list)
    replaced: list[tuple[str | None, int, str, str]] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    stopped: str = ""

    def run(self) -> int:
        """Load the files; how many rows there are.

        Raises:
            TooManyErrors: see ``wrong``.
        """
        if self.options.format in COLUMNAR:
            return self._columnar()
        for query in self._passes(self.files):
            if (count := self._in_one_pass(query)) is not None:
                return count
        return sum(self._load_file(file) for file in self.files)

    def _columnar(self) -> int:
        """Files that have types of their own: there are no wrong records, only wrong files."""
        with columnar.relation(self.connection, self.columns, self.options, self.files) as query:
            return self._insert(query)

    # Fast ---------------------------------------------------------------------------------------

    def _passes(self, files: Sequence[File]) -> Iterator[str]:
        """Queries over files, the quickest first, while another may read what stopped the last."""
        texts = self.options.format in ("csv", "text")
        if texts and self._are_unpacked(files):
            yield from self._query(files, clean=True, watched=True)
            if MET in self.stopped:
                yield from self._query(files, clean=False, watched=True)
            if OTHERWISE not in self.stopped:
                return
        clean = texts and not self._any_stops(files, fast.marks(self.options))
        if clean or not texts or not self._any_stops(files):
            yield from self._query(files, clean=clean)

    def _are_unpacked(self, files: Sequence[File]) -> bool:
        """Whether DuckDB leaves it to us to unpack files."""
        if self.options.compression != "gz":
            return False
        (threads,) = first_row(self.connection.duck, "SELECT current_setting('threads')")
        return len(files) > FILES_A_THREAD * threads and all(length(f.path) for f in files)

    def _query(self, files: Sequence[File], *, clean: bool, watched: bool = False) -> Iterator[str]:
        query = fast.relation(self.columns, self.options, files, clean=clean, watched=watched)
        if query:
            yield query

    def _any_stops(self, files: Sequence[File], marks: Sequence[str] = ()) -> bool:
        """Whether DuckDB would read one of the texts otherwise than Redshift."""
        look = partial(stops, marks=marks, blank_lines=self.options.ignore_blank_lines)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return any(pool.map(look, files))

    def _in_one_pass(self, query: str) -> int | None:
        alone = self.connection.alone
        if (not alone or self.options.no_load) and not self._reads(query):
            return None
        try:
            return self._insert(query)
        except duckdb.Error as error:
            self.stopped = str(error)
            if not alone or translated(self.stopped).sqlstate in ELSEWHERE:
                raise
            self.connection.duck.execute("ROLLBACK")
            self.connection.duck.execute("BEGIN TRANSACTION")
            return None

    def _reads(self, query: str) -> bool:
        """Whether a query reads to its end, seen beside the transaction."""
        cursor = self.connection.warehouse.database.cursor()
        try:
            for _ in cursor.sql(query).to_arrow_reader(100_000):
                self.connection.check_canceled()
            return True
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            self.stopped = str(error)
            return False
        finally:
            cursor.close()

    def _insert(self, query: str) -> int:
        if self.options.no_load:
            return int(first_row(self.connection.duck, f"SELECT count(*) FROM ({query})")[0])
        staleness.note(self.connection, self.table)
        told = f"INSERT INTO {self.table.physical} SELECT {self._values()} FROM ({query})"
        return count_of(self.connection, self.table, told, "insert")

    def _values(self) -> str:
        """A value for each column of the table: the file's, or its default."""
        given = {column.name: f"c{at}" for at, column in enumerate(self.columns)}
        return ", ".join(
            given.get(column.name) or default_sql(self.connection, self.table, column)
            for column in self.table.columns
        )

    # Careful ------------------------------------------------------------------------------------

    def _load_file(self, file: File) -> int:
        if len(self.files) > 1:
            for query in self._passes([file]):
                if self._reads(query):
                    return self._insert(query)
        return self._load_records(file)

    def _load_records(self, file: File) -> int:
        schema = pa.schema([pa.field(f"c{at}", pa.string()) for at in range(len(self.columns))])
        name = f"copy_{uuid.uuid4().hex}"
        failed: list[Exception] = []

        def batches() -> Iterator[pa.RecordBatch]:
            try:
                feed = self._rows(file)
                while part := list(itertools.islice(feed, BATCH)):
                    arrays = [pa.array(each, pa.string()) for each in zip(*part, strict=True)]
                    yield pa.RecordBatch.from_arrays(arrays, schema=schema)
            except Exception as error:
                failed.append(error)
                raise

        casts = ", ".join(
            f"{sql_of(f'c{at}', c.type)} AS c{at}" for at, c in enumerate(self.columns)
        )
        duck = self.connection.duck
        duck.register(name, Stream(schema, batches))
        try:
            with failures():
                return self._insert(f"SELECT {casts} FROM {name}")
        except RedshiftError:
            if failed:
                raise failed[0] from None
            raise
        finally:
            with contextlib.suppress(duckdb.Error):
                duck.unregister(name)

    def _rows(self, file: File) -> Iterator[list[str | None]]:
        read = self._records(file)
        count = 0
        try:
            for record in read:
                count += 1
                if count % 1000 == 0:
                    self.connection.check_canceled()
                error = record.error
                if error is None:
                    try:
                        row = self._row(record)
                        self._note_replaced(file, record)
                        yield row
                        continue
                    except LoadError as found:
                        error = found
                self._note(file, record, error)
        except BROKEN as error:
            raise self._damaged(file) from error
        finally:
            self.lines[file.path] = count

    def _damaged(self, file: File) -> RedshiftError:
        packed = self.options.compression or "text"
        message = f"Failed to read the body as {packed}: it is damaged, or is none"
        context = f"S3 key being read : {file.partition[0]}"
        return failure(self.connection, message, context, "table_s3_scanner.cpp:356", 9001)

    def _records(self, file: File) -> Iterator[Record]:
        if self.options.format in ("json", "avro"):
            return documents.records(file, self.options, self.columns, self.paths)
        return records(file, self.options, len(self.columns))

    def _row(self, record: Record) -> list[str | None]:
        return [
            self._field(at, column, told)
            for at, (column, told) in enumerate(zip(self.columns, record.fields, strict=True))
        ]

    def _field(self, at: int, column: TableColumn, told: Field) -> str | None:
        if told.invalid and column.type.base == "bpchar":  # ACCEPTINVCHARS is for VARCHAR alone
            raise LoadError(1220, multibyte(told.invalid), at, told.start, told.text or "")
        try:
            value = convert(told.text, column.type, self.options)
        except BadValue as bad:
            code, reason = bad.args
            raise LoadError(code, reason, at, told.start, told.text or "") from bad
        if value is None and not column.nullable:
            raise LoadError(*MISSING, at, told.start, told.text or "")
        return value

    def _note_replaced(self, file: File, record: Record) -> None:
        if not self.options.invalid_char or len(self.replaced) >= MOST_REPLACED:
            return
        names = [
            c.name for c, each in zip(self.columns, record.fields, strict=True) if each.invalid
        ]
        if names:
            place = (file.partition[0], record.line, names[0], record.raw[:TOLD])
            self.replaced.append(place)

    def _note(self, file: File, record: Record, error: LoadError) -> None:
        fields = [replace(each, text=each.text and each.text[:TOLD]) for each in record.fields]
        told = replace(record, raw=record.raw[:TOLD], fields=fields)
        self.wrong.append(Wrong(file, told, replace(error, value=error.value[:TOLD])))
        if len(self.wrong) >= self.options.most_errors:
            raise TooManyErrors

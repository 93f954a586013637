"""DuckDB, set up as the engine behind the compiler.

One instance a process, closed off from the machine. A `Session` runs one statement at a time; its
failures carry Trino's error names.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import cast

import duckdb
import pyarrow as pa

from labkit.cloud.engine.catalog import Relation, Scan, named_columns
from labkit.cloud.engine.closed import open_closed
from labkit.cloud.engine.external import ExternalFunctions
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.rows import first_row
from labkit.cloud.engine.sentences import first_line
from labkit.cloud.engine.supplies import Supplied, Supplies
from labkit.cloud.engine.trino import library
from labkit.cloud.engine.trino.compile import Compiled
from labkit.cloud.engine.trino.errors import QueryFailed, marked
from labkit.cloud.engine.trino.functions.iso import logged
from labkit.cloud.engine.types import Type

log = logging.getLogger(__name__)
_SETTINGS = (
    "SET GLOBAL ieee_floating_point_ops = true",  # 1e0 / 0 is Infinity
    "SET GLOBAL default_null_order = 'nulls_last'",
)
# DuckDB's own error() cannot stand under TRY, and a cast that fails can.
_ERROR = 'error(m) AS CAST(CAST(m AS BOOLEAN) AS "NULL")'

#: DuckDB's words for what fails while a query runs, and Trino's name for it.
_CODES = (
    (
        "Max expression depth limit",
        "STACK_OVERFLOW",
        "statement is too large (stack overflow during analysis)",
    ),
    (r"Division by zero", "DIVISION_BY_ZERO", "Division by zero"),
    (r"More than one row returned by a subquery", "SUBQUERY_MULTIPLE_ROWS",
     "Scalar sub-query has returned multiple rows"),
    (r"In a DISTINCT aggregate, ORDER BY", "EXPRESSION_NOT_IN_DISTINCT",
     "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments"),
    (r"must appear in the GROUP BY clause|must be a constant expression", "NOT_SUPPORTED",
     "An argument that is computed row by row is not supported here"),
    (r"list dimensions must be equal", "INVALID_FUNCTION_ARGUMENT",
     "The arguments must have the same length"),
    (r"Invalid input for MIN/MAX: n value", "INVALID_FUNCTION_ARGUMENT",
     "second argument of max_n/min_n must be positive"),
    (r"Invalid input for arg_min/arg_max: n value", "INVALID_FUNCTION_ARGUMENT",
     "third argument of max_by/min_by must be a positive integer"),
    (r"Map keys must be unique", "INVALID_CAST_ARGUMENT", "duplicate keys"),
    (r"Overflow in \w+ of DECIMAL", "NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow"),
    (r"INT128 .* for the destination type INT64", "NUMERIC_VALUE_OUT_OF_RANGE",
     "bigint addition overflow"),
    (r"Overflow|out of range|Out of Range", "NUMERIC_VALUE_OUT_OF_RANGE", None),
    (r"Conversion Error|Could not convert", "INVALID_CAST_ARGUMENT", None),
    (r"disabled by configuration", "PERMISSION_DENIED", "Access Denied"),
    (r"Out of Memory", "EXCEEDED_LOCAL_MEMORY_LIMIT", None),
    (r"No files found that match|No such file or directory", "HIVE_CANNOT_OPEN_SPLIT",
     "Error opening Hive split: an object was overwritten or deleted while the query ran"),
    (r"INTERRUPT|Interrupted", "USER_CANCELED", "Query was canceled"),
)  # fmt: skip


_OVERFLOW = re.compile(r"Overflow in (\w+) of (?:INT(\d+) \()?((-?\d+) . -?\d+)")
#: Trino's names by the bits, or by the least number, which alone overflows when it is divided.
_INTEGERS = {
    key: name
    for bits, name in ((8, "tinyint"), (16, "smallint"), (32, "integer"), (64, "bigint"))
    for key in (str(bits), str(-(1 << (bits - 1))))
}


class DuckEngine:
    """A DuckDB instance with Trino's functions in it.

    Args:
        directories: what SQL may read and write, and all below.
        memory_limit: such as ``"2GB"``.
        temp_directory: where what does not fit in memory goes.
        threads: how many cores queries take together.
    """

    def __init__(
        self,
        directories: Sequence[Path] = (),
        *,
        memory_limit: str | None = None,
        temp_directory: Path | None = None,
        threads: int | None = None,
    ) -> None:
        self._new = partial(
            open_closed,
            ":memory:",
            lambda connection: connection.execute(f"CREATE MACRO {_ERROR}"),
            settings=_SETTINGS,
            directories=directories,
            memory_limit=memory_limit,
            temp_directory=temp_directory,
            threads=threads,
        )
        self._open()

    def _open(self) -> None:
        self._connection = self._new()
        self._supplies = Supplies(self._connection, *library.supplies())

    def session(self) -> Session:
        """A session of its own; close it, or use it in a ``with``.

        Of a new instance where DuckDB has given up the last one after a fault of its own.
        """
        cursor = self._connection.cursor()
        try:
            cursor.execute("SELECT 1").fetchall()
        except duckdb.FatalException:
            log.exception("DuckDB is started anew")
            self._open()
            cursor = self._connection.cursor()
        return Session(cursor, self._supplies)

    def close(self) -> None:
        self._connection.close()


UNREAD = "'LABKIT:GENERIC_INTERNAL_ERROR: a column was used that was not to be read'"


class Session:
    """Runs compiled queries, one at a time; `interrupt` may come from another thread."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, supplies: Supplies) -> None:
        self.connection = cast(duckdb.DuckDBPyConnection, Supplied(connection, supplies))
        self._external = ExternalFunctions(connection)
        self._beside: list[Callable[[], None]] = []

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._external.remove()
        self.connection.close()

    def sql(self, compiled: Compiled, render: Callable[[str, Type], str] | None = None) -> str:
        """The whole statement: the scans' relations, the query, and its columns by name.

        Its external functions can be called from here on until the session is closed.

        Args:
            compiled: the query.
            render: SQL to show a column in place of it, such as `as_text`.
        """
        for function in compiled.functions:
            self._external.add(function)
        names = [quoted_name(column.name) for column in compiled.columns]
        shown = [
            f"{render(f'c{at}', column.type) if render else f'c{at}'} AS {name}"
            for at, (column, name) in enumerate(zip(compiled.columns, names, strict=True))
        ]
        return f"SELECT {', '.join(shown)} FROM ({self._with_scans(compiled)})"

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """What fails inside: an external function's own exception, or Trino's error."""
        try:
            with failures():
                yield
        finally:
            self._external.check()

    def _with_scans(self, compiled: Compiled) -> str:
        sql, relations = compiled.sql, []
        for scan in compiled.scans:
            relation = scan.source.relation(self, scan)
            if isinstance(relation, Relation):
                sql = logged(sql, scan.name, relation.logged)
            relations.append(f"{scan.name} AS NOT MATERIALIZED ({_read(scan, relation, sql)})")
        if not relations:
            return sql
        own = sql.removeprefix("WITH RECURSIVE ")
        return f"WITH RECURSIVE {', '.join(relations)}{', ' if own != sql else ' '}{own}"

    def run(
        self, compiled: Compiled, render: Callable[[str, Type], str] | None = None
    ) -> pa.RecordBatchReader:
        """Run a query; rows come as they are read.

        Raises:
            QueryFailed: with Trino's error name; also while the rows are read.
        """
        with self._failures():
            reader = self.connection.sql(self.sql(compiled, render)).to_arrow_reader()
            return self._checked(reader)

    def _checked(self, reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """A reader whose failures are `QueryFailed`."""

        def batches() -> Iterator[pa.RecordBatch]:
            with self._failures():
                yield from reader

        return pa.RecordBatchReader.from_batches(reader.schema, batches())

    def table(
        self, compiled: Compiled, render: Callable[[str, Type], str] | None = None
    ) -> pa.Table:
        """Run a query and take all its rows."""
        with self._failures():
            return self.connection.sql(self.sql(compiled, render)).to_arrow_table()

    def copy_text(
        self, path: Path, compiled: Compiled, options: str, render: Callable[[str, Type], str]
    ) -> int:
        """Write a query's rows to a file as text; see `sql` for ``render``.

        Args:
            options: of DuckDB's COPY.

        Returns:
            How many rows were written.
        """
        statement = f"COPY ({self.sql(compiled, render)}) TO {quoted_text(str(path))} ({options})"
        with self._failures():
            return int(first_row(self.connection, statement)[0])

    def interrupt(self) -> None:
        """Stop the running query, which fails with USER_CANCELED, and what works beside it."""
        self.connection.interrupt()
        for end in list(self._beside):
            end()

    @contextmanager
    def beside(self, end: Callable[[], None]) -> Iterator[None]:
        """Let an interruption end what works beside it, too."""
        self._beside.append(end)
        try:
            yield
        finally:
            self._beside.remove(end)

    def progress(self) -> float:
        """How far the running query is, 0 to 1; 0 when unknown."""
        return max(0.0, float(self.connection.query_progress()) / 100)


def _read(scan: Scan, relation: str, query: str) -> str:
    """What a scan reads. Columns that the query names in vain fail if they are looked at."""
    unread = ", ".join(
        f"CAST(error({UNREAD}) AS {column.type.duckdb}) AS {quoted_name(column.name)}"
        for column in named_columns(scan.name, scan.source, query)
        if column.name not in scan.columns
    )
    return f"SELECT *, {unread} FROM ({relation})" if unread else relation


@contextmanager
def failures() -> Iterator[None]:
    """Turn what DuckDB raises into Trino's errors."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise translated(str(error)) from error


def translated(text: str) -> QueryFailed:
    """DuckDB's error text as Trino's error."""
    named = marked(text)
    if named:
        return named
    overflow = _OVERFLOW.search(text)
    if overflow:
        kind = _INTEGERS.get(overflow[2] or overflow[4])
        message = f"{kind} {overflow[1]} overflow: {overflow[3]}" if kind else "Decimal overflow"
        return QueryFailed("NUMERIC_VALUE_OUT_OF_RANGE", message)
    for pattern, code, known in _CODES:
        if re.search(pattern, text):
            return QueryFailed(code, known or first_line(text))
    return QueryFailed("GENERIC_INTERNAL_ERROR", first_line(text))

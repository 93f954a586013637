"""DuckDB as the storage of one warehouse: a file of its own, closed off from the machine."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from labkit.cloud.engine.closed import create_functions, create_macros, open_closed
from labkit.cloud.engine.formats import FormatError
from labkit.cloud.engine.formats.unpacked import Unpacked
from labkit.cloud.engine.redshift.errors import TOO_DEEP, RedshiftError, translated
from labkit.cloud.engine.redshift.functions import UDFS
from labkit.cloud.engine.rows import first_row as first_row

PATIENCE_S = 30
_DURABLE = "COMMIT succeeded and is durable"
_SETTINGS = (
    "SET GLOBAL default_null_order = 'nulls_last_on_asc_first_on_desc'",
    "SET allowed_configs = ['TimeZone']",  # a session's, by `zones`; SQL has no SET of its own
)


def open_database(
    file: Path,
    directories: Sequence[Path] = (),
    *,
    memory_limit: str | None = None,
    temp_directory: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a warehouse's file with Redshift's functions in it; make it when it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return open_closed(
        str(file),
        _install,
        settings=_SETTINGS,
        directories=directories,
        filesystems=[Unpacked()],
        memory_limit=memory_limit,
        temp_directory=temp_directory,
    )


def close(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a connection, and break off what it is at: DuckDB does not close one at work.

    Raises:
        duckdb.ResourceInUseException: it goes on all the same.
    """
    ends = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.close()
        except duckdb.ResourceInUseException:
            if time.monotonic() > ends:
                raise
            with suppress(duckdb.ConnectionException):  # closed, but for a cursor of it
                connection.interrupt()
            time.sleep(0.005)
        else:
            return


def _install(connection: duckdb.DuckDBPyConnection) -> None:
    create_functions(connection, UDFS)
    create_macros(connection, __package__ or "")


def commit(connection: duckdb.DuckDBPyConnection) -> bool:
    """Commit. Returns whether the database goes on: after a commit DuckDB writes what has gathered
    in its log into the file, and gives the file up where there is no room for it.

    Raises:
        RedshiftError: nothing is committed.
    """
    try:
        with failures():
            connection.execute("COMMIT")
    except RedshiftError as error:
        if not is_fatal(error) or _DURABLE not in str(error.__cause__):
            raise
        return False
    return True


def is_fatal(error: BaseException) -> bool:
    """Whether DuckDB has given up a file, which is whole once it is opened again."""
    return any(isinstance(each, duckdb.FatalException) for each in (error, error.__cause__))


@contextmanager
def failures() -> Iterator[None]:
    """Turn what DuckDB, or the reader of a file, raises into Redshift's errors."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise translated(str(error)) from error
    except FormatError as error:
        raise RedshiftError(error.message) from error
    except RecursionError as error:
        raise RedshiftError("stack depth limit exceeded", TOO_DEEP) from error

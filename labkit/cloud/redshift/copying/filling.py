"""The load of known files into a table: what COPY and its jobs share.

What could not be loaded stands in STL_LOAD_ERRORS, whose rows outlive the transaction that failed.
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.engine.redshift.duck import failures
from labkit.cloud.engine.redshift.errors import INTERNAL, RedshiftError, no_column
from labkit.cloud.redshift.copying import documents, history
from labkit.cloud.redshift.copying.loading import Load, TooManyErrors
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.copying.sources import Given, read_text
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.registry import Result
from labkit.cloud.s3.store import Store


def load(
    connection: Connection,
    options: CopyOptions,
    table: Object,
    store: Store,
    given: Given,
    job: int = 0,
) -> Result:
    """Load files into a table and put on record what became of them.

    Raises:
        RedshiftError: a record cannot be loaded, or more than MAXERROR lets pass.
    """
    columns = file_columns(table, options)
    paths = _paths(connection, store, options, columns)
    work = Load(connection, table, columns, options, given.files, paths)
    noted = history.begin_load(connection, table, options, given, job)
    try:
        with failures():
            count = work.run()
    except TooManyErrors:
        history.end_load(noted, work, 0, "aborted")
        raise _failed(table) from None
    except BaseException as error:
        history.end_load(noted, work, 0, "aborted", getattr(error, "message", str(error)))
        raise
    history.end_load(noted, work, count, "completed")
    _tell(connection, table, options, work, count)
    return Result("COPY", count=0 if options.no_load else count)


def file_columns(table: Object, options: CopyOptions) -> list[TableColumn]:
    """The columns that the files give: the list of the statement, or all but identities.

    Raises:
        RedshiftError: one is not there, or is an identity without EXPLICIT_IDS.
    """
    known = {column.name: column for column in table.columns}
    for name in options.columns:
        if name not in known:
            raise no_column(name, table.name)
    if len(set(options.columns)) < len(options.columns):
        raise RedshiftError("a column is specified more than once", "42701")
    chosen = [known[name] for name in options.columns] or list(table.columns)
    if options.explicit_ids:
        if not any(column.identity for column in chosen):
            raise RedshiftError("EXPLICIT_IDS needs an identity column among those loaded", "0A000")
        return chosen
    kept = [column for column in chosen if not column.identity or column.by_default]
    if options.columns and len(kept) < len(chosen):
        raise RedshiftError("EXPLICIT_IDS is needed to load an identity column", "0A000")
    if not options.columns:
        kept = [column for column in kept if not column.identity]
    return kept


def _paths(
    connection: Connection, store: Store, options: CopyOptions, columns: Sequence[TableColumn]
) -> list[str]:
    if options.format not in ("json", "avro"):
        return []
    mode = options.argument.lower()
    if mode == "noshred" and (len(columns) != 1 or columns[0].type.base != "super"):
        raise RedshiftError("JSON 'noshred' needs one column of type SUPER", "0A000")
    if mode in documents.AUTOMATIC:
        return []
    paths = documents.read_paths(read_text(connection, store, options.argument))
    if len(paths) != len(columns):
        raise RedshiftError(
            "Number of jsonpaths and the number of columns should match. "
            f"JSONPath size: {len(paths)}, Number of columns in table or column list: "
            f"{len(columns)}",
            INTERNAL,
        )
    return paths


def _failed(table: Object) -> RedshiftError:
    return RedshiftError(
        f"Load into table '{table.name}' failed.  Check 'stl_load_errors' system table for "
        "details.",
        INTERNAL,
    )


def _tell(
    connection: Connection, table: Object, options: CopyOptions, work: Load, count: int
) -> None:
    name = table.name
    if options.no_load:
        connection.notices.append(f"Load into table '{name}' completed, {count} record(s) scanned.")
        return
    connection.counts["pg_last_copy_count"] = count
    connection.counts["pg_last_copy_id"] = connection.last_query_id
    connection.notices.append(
        f"Load into table '{name}' completed, {count} record(s) loaded successfully."
    )
    if work.wrong:
        connection.notices.append(
            f"Load into table '{name}' completed, {len(work.wrong)} record(s) could not be "
            "loaded.  Check 'stl_load_errors' system table for details."
        )

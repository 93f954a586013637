"""``CREATE TABLE AS``: a query's rows become files and a table over them.

Source: https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.athena import leftovers, managed, writing
from labkit.cloud.athena.columns import column_info
from labkit.cloud.athena.errors import StatementFailed
from labkit.cloud.athena.output import compiled
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements import create_table
from labkit.cloud.athena.statements.properties import (
    FORMATS,
    check_names,
    columns_of,
    compression_of,
    format_of,
    read_properties,
)
from labkit.cloud.athena.statements.storable import check_stored
from labkit.cloud.athena.statements.storage import FORMATS as STORED
from labkit.cloud.athena.statements.storage import catalog_column, storage_descriptor, table_input
from labkit.cloud.athena.statements.tables import handler_of
from labkit.cloud.athena.words import Words
from labkit.cloud.athena.workgroups import work_groups
from labkit.cloud.engine import Column, Compiled, QueryFailed, formats
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.parse_query import QueryParser
from labkit.cloud.engine.types import BIGINT
from labkit.cloud.lake.partitions import check_keys

_ICEBERG_ONLY = """
    partitioning vacuum_min_snapshots_to_keep vacuum_max_snapshot_age_seconds
    vacuum_max_metadata_files_to_keep optimize_rewrite_data_file_threshold
    optimize_rewrite_delete_file_threshold
""".split()
KNOWN = (
    """
    format external_location is_external partitioned_by bucketed_by bucket_count write_compression
    parquet_compression orc_compression compression compression_level field_delimiter table_type
    location
""".split()
    + _ICEBERG_ONLY
)
ROWS = column_info(Column("rows", BIGINT))


@dataclass(frozen=True)
class CreateTableAs:
    """What the statement says."""

    name: tuple[str, ...]
    if_not_exists: bool
    properties: dict[str, Any]
    query: tree.Query
    with_data: bool
    comment: str = ""

    @property
    def table_type(self) -> str:
        found = str(self.properties.get("table_type", "HIVE")).upper()
        return "" if found == "HIVE" else found


@statement("CREATE", "TABLE")
def create_table_as(text: str) -> Statement:
    words = Words(text, double=True)
    words.expect("CREATE", "TABLE")
    words.accept("IF", "NOT", "EXISTS")
    words.qualified()
    if words.peek("("):
        return create_table.create_table(text)
    cursor = Cursor(text)
    said = read_create_table_as(cursor)
    return Statement(
        "DDL",
        "CREATE_TABLE_AS_SELECT",
        lambda run: _create(run, said),
        "tables/{id}",
        cursor.parameters,
    )


def read_create_table_as(cursor: Cursor) -> CreateTableAs:
    """The statement to its end."""
    cursor.expect("CREATE", "TABLE")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.qualified()
    comment = cursor.take("string", "<string>") if cursor.accept("COMMENT") else ""
    properties = read_properties(cursor) if cursor.accept("WITH") else {}
    cursor.expect("AS")
    query = QueryParser(cursor).query()
    with_data = True
    if cursor.accept("WITH"):
        with_data = not cursor.accept("NO")
        cursor.expect("DATA")
    cursor.accept(";")
    if not cursor.peek("<EOF>"):
        raise cursor.mismatch("<EOF>")
    return CreateTableAs(name, if_not_exists, properties, query, with_data, comment)


def _create(run: Run, said: CreateTableAs) -> Result:
    check_names(said.properties, KNOWN, "table")
    database, name = run.catalog.locate(said.name)
    if run.metastore.table(database, name) is not None:
        if said.if_not_exists:
            return _result(run, 0, [])
        raise QueryFailed("TABLE_ALREADY_EXISTS", _taken(run, database, name), 1, 1)
    query = compiled(run, said.query, text=run.text, parameters=run.parameters)
    check_columns(query)
    handler = handler_of(said.table_type, "CREATE TABLE AS")
    if handler is not None:
        return handler(run, said, query)
    _check_properties(said)
    return _create_hive(run, said, query, database, name)


def _taken(run: Run, database: str, name: str) -> str:
    return (
        f"Destination table '{run.catalog.name}.{database}.{name}' already exists. You may need to "
        f"manually clean the data at location '{run.output}' before retrying. Athena will not "
        "delete data in your account."
    )


def _create_hive(
    run: Run, said: CreateTableAs, query: Compiled, database: str, name: str
) -> Result:
    target, keys = target_of(run, said, query)
    _check_location(run, said)
    writing.check_empty(run, target.location, f"{database}.{name}")
    written = writing.Written(0, [], [])
    if said.with_data:
        written = writing.write_rows(run, query, target)
    definition = _definition(run, name, said, target, keys)
    partitions = [_partition(definition, target, *part) for part in written.partitions]
    with run.cloud.lock("glue"):
        if run.metastore.table(database, name) is not None:  # made by another one meanwhile
            raise QueryFailed("TABLE_ALREADY_EXISTS", _taken(run, database, name), 1, 1)
        leftovers.begin(run, [], (database, name))
        run.metastore.create_table(database, definition, partitions)
    return _result(run, written.rows, written.uris)


def _result(run: Run, rows: int, uris: list[str]) -> Result:
    run.put_metadata([ROWS])
    return Result([ROWS], rows, run.manifest(uris), {"rows": rows})


def target_of(
    run: Run, said: CreateTableAs, query: Compiled
) -> tuple[writing.Target, list[Column]]:
    """Where a query's rows go and how, and the partition keys among its columns."""
    format_name = format_of(said.properties)
    for column in query.columns:
        check_stored(column, format_name)
    columns, keys = _split(query, columns_of(said.properties, "partitioned_by"))
    location = said.properties.get("external_location") or run.output
    table = formats.Table(
        FORMATS[format_name],
        tuple((c.name, c.type) for c in columns),
        tuple((c.name, c.type) for c in keys),
        _delimiters(said, format_name),
    )
    buckets = columns_of(said.properties, "bucketed_by")
    count = int(said.properties.get("bucket_count", 0))
    if bool(buckets) != bool(count):
        raise _bad("bucketed_by and bucket_count must be set together")
    missing = [c for c in buckets if c not in [column.name for column in columns]]
    if missing:
        raise _bad(f"Bucketing columns {_listed(missing)} not present in schema")
    compression = compression_of(said.properties, format_name)
    return writing.Target(str(location), table, compression, (buckets, count)), keys


def _split(query: Compiled, names: list[str]) -> tuple[list[Column], list[Column]]:
    """The data columns and the partition keys, which must come last and in order."""
    columns = list(query.columns)
    missing = [name for name in names if name not in [c.name for c in columns]]
    if missing:
        raise _bad(f"Partition columns {_listed(missing)} not present in schema")
    cut = len(columns) - len(names)
    if [c.name for c in columns[cut:]] != names:
        raise QueryFailed(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the "
            f"table properties: {_listed(names)}",
        )
    if not cut:
        raise _bad("Table contains only partition columns")
    check_keys(columns[cut:])
    return columns[:cut], columns[cut:]


def check_columns(query: Compiled, *, unnamed: bool = False) -> None:
    """Refuse columns that a table or view cannot have, and files only where they are `unnamed`.

    Raises:
        QueryFailed: a column without a name or type, or two of one name.
    """
    names = [column.name for column in query.columns]
    for at, column in enumerate(query.columns):
        if column.name == f"_col{at}" and not unnamed:
            raise QueryFailed(
                "MISSING_COLUMN_NAME", f"Column name not specified at position {at + 1}", 1, 1
            )
        if names.index(column.name) < at:
            raise QueryFailed(
                "DUPLICATE_COLUMN_NAME",
                f"Column name '{column.name}' specified more than once",
                1,
                1,
            )
        if column.type.base == "unknown":
            raise QueryFailed(
                "COLUMN_TYPE_UNKNOWN", f"Column type is unknown at position {at + 1}", 1, 1
            )


def _check_properties(said: CreateTableAs) -> None:
    for name in _ICEBERG_ONLY:
        if name in said.properties:
            raise _bad(f"{name} is only available for Iceberg tables")


def _check_location(run: Run, said: CreateTableAs) -> None:
    group = work_groups(run.cloud, run.region)[run.workgroup]
    enforced = group.configuration.get("EnforceWorkGroupConfiguration")
    own = (group.configuration.get("ResultConfiguration") or {}).get("OutputLocation")
    if "external_location" not in said.properties and managed.is_managed(run.output):
        raise StatementFailed(
            "The Create Table As Select query failed because its Athena Workgroup has managed "
            "query results, which is no place for a table. Please add an 'external_location' "
            "property and resubmit the query."
        )
    if "external_location" in said.properties and enforced and own:
        raise StatementFailed(
            "The Create Table As Select query failed because it was submitted with an "
            "'external_location' property to an Athena Workgroup that enforces a centralized "
            "output location for all queries. Please remove the 'external_location' property and "
            "resubmit the query."
        )


def _delimiters(said: CreateTableAs, format_name: str) -> dict[str, str]:
    if format_name != "TEXTFILE":
        if "field_delimiter" in said.properties:
            raise _bad("field_delimiter is only available for TEXTFILE")
        return {}
    delimiter = str(said.properties.get("field_delimiter", "\x01"))
    if len(delimiter) != 1:
        raise _bad("field_delimiter must be a single character")
    return {"field.delim": delimiter, "serialization.format": delimiter}


def _definition(
    run: Run, name: str, said: CreateTableAs, target: writing.Target, keys: list[Column]
) -> dict[str, Any]:
    format_name = format_of(said.properties)
    kept = STORED[format_name]
    kept = replace(kept, parameters=dict(target.table.options) or kept.parameters)
    columns = [catalog_column(Column(n, t)) for n, t in target.table.columns]
    buckets, count = target.buckets
    storage = storage_descriptor(
        columns, target.location, kept, buckets=(buckets, count) if count else ([], -1)
    )
    compression = target.compression or next(iter(formats.COMPRESSIONS[target.table.format]))
    parameters = {
        "classification": format_name.lower().replace("textfile", "csv"),
        "compressionType": compression,
        "has_encrypted_data": "false",
        "transactional": "false",
        "trino_query_id": run.id,
    } | ({"comment": said.comment} if said.comment else {})
    return table_input(name, storage, [catalog_column(k) for k in keys], parameters)


def _partition(
    definition: dict[str, Any], target: writing.Target, values: list[str], folder: str
) -> dict[str, Any]:
    location = f"{target.location.rstrip('/')}/{folder}".rstrip("/")
    storage = {**definition["StorageDescriptor"], "Location": location}
    return {"Values": values, "StorageDescriptor": storage, "Parameters": {}}


def _listed(names: list[str]) -> str:
    return f"[{', '.join(names)}]"


def _bad(why: str) -> QueryFailed:
    return QueryFailed("INVALID_TABLE_PROPERTY", why)

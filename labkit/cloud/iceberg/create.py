"""``CREATE TABLE`` with ``table_type`` ``ICEBERG``, the same ``AS`` a query, and ``INSERT INTO``.

Sources: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html and
https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyiceberg.exceptions import TableAlreadyExistsError
from pyiceberg.table import StagedTable

from labkit.cloud.athena.errors import StatementFailed
from labkit.cloud.athena.leftovers import claim
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result
from labkit.cloud.athena.statements.create_table import CreateTable
from labkit.cloud.athena.statements.ctas import ROWS, CreateTableAs
from labkit.cloud.athena.statements.insert import Insert, assignments
from labkit.cloud.athena.statements.tables import DDL_TASK, handles, place
from labkit.cloud.athena.writing import column_sql
from labkit.cloud.engine import Compiled, QueryFailed
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.iceberg import commits
from labkit.cloud.iceberg.catalog import ICEBERG, LakeCatalog
from labkit.cloud.iceberg.commits import append
from labkit.cloud.iceberg.partitioning import partition_spec
from labkit.cloud.iceberg.table import load
from labkit.cloud.iceberg.types import columns_of, declared_type, queried_type, schema_of
from labkit.cloud.iceberg.writing import COMPRESSION, MOST_PARTITIONS, writing
from labkit.cloud.lake.metastore import Definition

#: Athena's names of table properties that Iceberg knows by its own.
WRITE_PROPERTIES = {
    "write_compression": COMPRESSION,
    "write_target_data_file_size_bytes": "write.target-file-size-bytes",
}
#: Table properties of Athena's that say when OPTIMIZE and VACUUM do what, and their defaults.
MAINTENANCE = {
    "optimize_rewrite_data_file_threshold": 5,
    "optimize_rewrite_delete_file_threshold": 2,
    "optimize_rewrite_max_data_file_size_bytes": 966367641,
    "optimize_rewrite_min_data_file_size_bytes": 402653184,
    "vacuum_max_snapshot_age_seconds": 432000,
    "vacuum_min_snapshots_to_keep": 1,
    "vacuum_max_metadata_files_to_keep": 100,
}
#: What they may be, where it is not any whole number from 0 on. Source:
#: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
_RANGES = {
    "optimize_rewrite_data_file_threshold": range(1, 50),
    "optimize_rewrite_delete_file_threshold": range(1, 50),
    "optimize_rewrite_max_data_file_size_bytes": range(1, 10 << 30),
    "optimize_rewrite_min_data_file_size_bytes": range(10 << 30),
    "write_target_data_file_size_bytes": range(1, 1 << 63),
}
_FORMATS = ("parquet", "orc", "avro")
_CODECS = ("zstd", "snappy", "gzip", "lz4", "none")
_QUERY_ONLY = ("partitioning", "location", "is_external", "table_type")


@handles(ICEBERG, "CREATE TABLE")
def create_table(run: Run, said: CreateTable, text: str) -> Result:
    """A table without rows, where no other is."""
    database, name = place(run, said.name)
    if said.keys:
        raise QueryFailed(
            "SYNTAX_ERROR", f"Partition column with a type: {said.keys[0].name}; name a column"
        )
    if not said.columns:
        raise StatementFailed(f"{DDL_TASK} Iceberg tables need at least one column")
    schema = schema_of(tuple(said.columns), declared_type)
    spec = partition_spec(said.transforms, schema)
    given = {key.lower(): value for key, value in said.properties.items()}
    properties = table_properties(given, "table_type")
    if said.comment:
        properties["comment"] = said.comment
    staged = _catalog(run).stage((database, name), schema, spec, said.location, properties)
    _create(staged)
    return run.text_result((), ())


@handles(ICEBERG, "CREATE TABLE AS")
def create_table_as(run: Run, said: CreateTableAs, query: Compiled) -> Result:
    """A table and its rows in one commit."""
    database, name = run.catalog.locate(said.name)
    given = said.properties
    location = _location(run, given)
    schema = schema_of(query.columns, queried_type)
    spec = partition_spec(map(str, given.get("partitioning") or ()), schema)
    properties = table_properties(given, *_QUERY_ONLY)
    if said.comment:
        properties["comment"] = said.comment
    if run.store.list(location.rstrip("/") + "/"):
        raise QueryFailed(
            "ICEBERG_FILESYSTEM_ERROR", f"Cannot create a table on a non-empty location: {location}"
        )
    staged = _catalog(run).stage((database, name), schema, spec, location, properties)
    claim(run, location)
    with writing(run, staged.metadata, _most(said.query)) as writer:
        if said.with_data:
            writer.write(_renamed(run, query, [c.name for c in columns_of(schema)]))
        _create(staged, writer.files)
    return rows_result(run, writer.rows)


@handles(ICEBERG, "INSERT")
def insert(run: Run, definition: Definition, said: tuple[Insert, Compiled]) -> Result:
    """More rows; no snapshot where there are none.

    Source: ``finishInsert`` of ``IcebergMetadata`` in https://github.com/trinodb/trino
    """
    statement, query = said
    table = load(run.catalog, definition)
    columns = columns_of(table.schema())
    values = assignments(statement.columns, columns, query)
    given = ", ".join(column_sql(at) for at in range(len(query.columns)))
    shown = ", ".join(
        f"{value} AS {quoted_name(column.name)}"
        for value, column in zip(values, columns, strict=True)
    )
    with writing(run, table.metadata, _most(statement.query)) as writer:
        writer.write(f"SELECT {shown} FROM ({run.session.sql(query)}) AS q({given})")
        if writer.files:
            append(table.transaction(), writer.files)
    return rows_result(run, writer.rows)


def rows_result(run: Run, rows: int) -> Result:
    """The result of a statement that wrote rows: those of Iceberg tables have no manifest.

    Source: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/result-files.md
    """
    run.put_metadata([ROWS])
    return Result([ROWS], rows, details={"rows": rows})


def table_properties(given: Mapping[str, Any], *ignored: str) -> dict[str, str]:
    """The properties that a table keeps of those that a statement sets.

    Raises:
        QueryFailed: a property that Athena does not have, or a value that it cannot be.
    """
    found: dict[str, str] = {}
    for key, value in given.items():
        if key in ignored:
            continue
        if key not in (*WRITE_PROPERTIES, *MAINTENANCE, "format"):
            raise StatementFailed(f"Unsupported table property key: {key}")
        _check_value(key, str(value).lower())
        found[WRITE_PROPERTIES.get(key, key)] = str(value).lower()
    if "format" in found:
        found["write.format.default"] = found.pop("format")
    return found


def _check_value(key: str, value: str) -> None:
    if key == "format" and value in _FORMATS[1:]:
        raise QueryFailed(
            "NOT_SUPPORTED", f"Iceberg tables of format {value} are not available in the local AWS"
        )
    allowed = {"format": _FORMATS, "write_compression": _CODECS}.get(key)
    number = key in MAINTENANCE or key.endswith("_bytes")
    beyond = number and not (value.isdecimal() and int(value) in _RANGES.get(key, range(1 << 63)))
    if (allowed and value not in allowed) or beyond:
        raise QueryFailed("INVALID_TABLE_PROPERTY", f"Invalid value for {key}: {value}")


def _create(staged: StagedTable, files: Any = ()) -> None:
    try:
        commits.create(staged, files)
    except TableAlreadyExistsError as error:
        full = ".".join(("awsdatacatalog", *staged.name()))
        raise QueryFailed("TABLE_ALREADY_EXISTS", f"Table '{full}' already exists", 1, 1) from error


def _location(run: Run, given: Mapping[str, Any]) -> str:
    for name in ("external_location", "partitioned_by", "bucketed_by", "bucket_count"):
        if name in given:
            instead = {"external_location": "location"}.get(name, "partitioning")
            raise QueryFailed(
                "INVALID_TABLE_PROPERTY",
                f"{name} is not supported for Iceberg tables: use {instead}",
            )
    if given.get("is_external") is not False:
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY", "Iceberg tables are not external: set is_external = false"
        )
    location = str(given.get("location") or run.output)
    if not location.startswith("s3://"):
        raise QueryFailed("INVALID_TABLE_PROPERTY", f"location is no S3 path: {location}")
    return location


def _renamed(run: Run, query: Compiled, names: list[str]) -> str:
    listed = ", ".join(quoted_name(name) for name in names)
    return f"SELECT * FROM ({run.session.sql(query)}) AS q({listed})"


def _most(query: Any) -> int | None:
    return None if query.order_by else MOST_PARTITIONS


def _catalog(run: Run) -> LakeCatalog:
    return LakeCatalog(run.metastore, run.store)

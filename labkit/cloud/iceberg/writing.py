"""Rows into Iceberg data files, and data files into snapshots.

DuckDB writes Parquet with the table's field ids; a file's metrics come from its footer. The files
are put first and are in no snapshot until the commit: a statement that dies before leaves nothing
that a reader sees. At most 100 partitions in one statement, unless its query orders the rows.
Sources: https://iceberg.apache.org/spec/#manifests and
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg import types as ice
from pyiceberg.io.pyarrow import (
    DataFileStatistics,
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import TableProperties
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.typedef import Record

from labkit.cloud.athena.output import explained
from labkit.cloud.athena.run import Run
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.formats.writers import nullable
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.iceberg.commits import committing
from labkit.cloud.iceberg.partitioning import (
    instant_sql,
    key_sql,
    partition_function,
    source_column,
)

MOST_PARTITIONS = 100
COMPRESSION = "write.parquet.compression-codec"
_CODECS = {"none": "uncompressed", "lz4": "lz4_raw"}
_COUNTS_ALONE = {TableProperties.DEFAULT_WRITE_METRICS_MODE: "counts"}


@dataclass(frozen=True)
class _Part:
    """One file to write: the rows that meet a condition, and their partition."""

    condition: str
    partition: Record


class Writer:
    """Writes rows of one statement into a table's folder.

    Args:
        run: the statement.
        metadata: the table's.
        most: how many partitions it may write; ``None`` for any number.
    """

    def __init__(
        self, run: Run, metadata: TableMetadata, most: int | None = MOST_PARTITIONS
    ) -> None:
        self.run, self.metadata, self.most = run, metadata, most
        self.schema, self.spec = metadata.schema(), metadata.spec()
        self.files: list[DataFile] = []
        self.rows = 0

    def write(self, sql: str) -> list[DataFile]:
        """Write the rows of a DuckDB query that gives the table's columns, in any order."""
        with explained(self.run), failures():
            source = sql
            if self.spec.fields:
                self._execute(f"CREATE OR REPLACE TEMP TABLE written AS {sql}")
                source = "SELECT * FROM written"
            for part in self._parts():
                self.run.job.check()
                self._put(f"{source}{part.condition}", part)
            if self.spec.fields:
                self._check_rows()
        return self.files

    def discard(self) -> None:
        """Take back what was put: the files are in no snapshot."""
        for file in self.files:
            found = self.run.store.find(file.file_path)
            if found is not None:
                self.run.store.delete([found])

    def _execute(self, sql: str) -> Any:
        return self.run.session.connection.execute(sql)

    def _parts(self) -> list[_Part]:
        if not self.spec.fields:
            return [_Part("", Record())]
        kinds = [self.schema.find_type(field.source_id) for field in self.spec.fields]
        columns = [source_column(field, self.schema) for field in self.spec.fields]
        keys = [
            key_sql(field.transform, column, kind)
            for field, column, kind in zip(self.spec.fields, columns, kinds, strict=True)
        ]
        sources = [
            f"any_value({instant_sql(column, kind)})"
            for column, kind in zip(columns, kinds, strict=True)
        ]
        shown = [f'{key} AS "$key{at}"' for at, key in enumerate(keys)]
        shown += [f'{source} AS "$value{at}"' for at, source in enumerate(sources)]
        grouped = f"SELECT {', '.join(shown)} FROM written GROUP BY {', '.join(keys)}"
        self._execute(
            f'CREATE OR REPLACE TEMP TABLE groups AS SELECT row_number() OVER () AS "$n", * '
            f"FROM ({grouped})"
        )
        return self._partitions(keys)

    def _partitions(self, keys: list[str]) -> list[_Part]:
        """The groups of rows by the partition that they belong to."""
        shown = ", ".join(f'"$value{at}"' for at in range(len(keys)))
        places: dict[tuple[Any, ...], int] = {}
        numbers: list[int] = []
        groups = self._execute(f'SELECT {shown} FROM groups ORDER BY "$n"').fetchall()
        functions = [partition_function(field, self.schema) for field in self.spec.fields]
        for values in groups:
            key = tuple(function(value) for function, value in zip(functions, values, strict=True))
            numbers.append(places.setdefault(key, len(places)))
        self._check_count(len(places))
        placed = pa.table({"$n": range(1, len(groups) + 1), "$part": numbers})
        self.run.session.connection.register("placed", placed)
        self._execute('CREATE OR REPLACE TEMP TABLE parts AS FROM groups JOIN placed USING ("$n")')
        equal = " AND ".join(
            f'{key} IS NOT DISTINCT FROM "$key{at}"' for at, key in enumerate(keys)
        )
        return [
            _Part(
                f' WHERE EXISTS (SELECT 1 FROM parts WHERE "$part" = {at} AND {equal})',
                Record(*partition),
            )
            for partition, at in places.items()
        ]

    def _check_rows(self) -> None:
        """Each row is in one partition: none is lost, none is there twice."""
        ((wanted,),) = self._execute("SELECT count(*) FROM written").fetchall()
        if self.rows != wanted:
            raise QueryFailed(
                "GENERIC_INTERNAL_ERROR", f"{wanted} rows to write, {self.rows} in the partitions"
            )

    def _check_count(self, count: int) -> None:
        if self.most is not None and count > self.most:
            raise QueryFailed(
                "ICEBERG_TOO_MANY_OPEN_PARTITIONS",
                f"Exceeded limit of {self.most} open writers for partitions",
            )

    def _put(self, sql: str, part: _Part) -> None:
        columns = ", ".join(_stored(field) for field in self.schema.fields)
        path = self.run.store.scratch()
        codec = self.metadata.properties.get(COMPRESSION, "zstd").lower()
        rows = nullable(f"SELECT {columns} FROM ({sql})", len(self.schema.fields))
        written = self._execute(
            f"COPY ({rows}) TO {quoted_text(str(path))} (FORMAT parquet, "
            f"COMPRESSION {_CODECS.get(codec, codec)}, FIELD_IDS {_ids(self.schema.fields)})"
        ).fetchall()
        if not written or not written[0][0]:
            path.unlink(missing_ok=True)
            return
        self.rows += written[0][0]
        uri = self._location(part.partition)
        described = self._described(str(path), uri, part.partition)
        self.run.put_file(uri, path)
        self.files.append(described)

    def _location(self, partition: Record) -> str:
        provider = load_location_provider(self.metadata.location, self.metadata.properties)
        name = f"{uuid.uuid4()}.parquet"
        folder = self.spec.partition_to_path(partition, self.schema) if self.spec.fields else ""
        return provider.new_data_location(f"{folder}/{name}" if folder else name)

    def _described(self, path: str, uri: str, partition: Record) -> DataFile:
        footer = pq.read_metadata(path)
        try:
            statistics = self._statistics(footer, self.metadata.properties)
        except OverflowError:  # Python has no days before the year 1 and after 9999: no bounds
            statistics = self._statistics(footer, _COUNTS_ALONE)
        made = DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=uri,
            file_format=FileFormat.PARQUET,
            partition=partition,
            file_size_in_bytes=Path(path).stat().st_size,
            sort_order_id=None,
            equality_ids=None,
            key_metadata=None,
            **statistics.to_serialized_dict(),
        )
        made.spec_id = self.spec.spec_id
        return made

    def _statistics(
        self, footer: pq.FileMetaData, properties: dict[str, str]
    ) -> DataFileStatistics:
        plan = compute_statistics_plan(self.schema, properties)
        return data_file_statistics_from_parquet_metadata(footer, plan, self._ids_of(footer))

    def _ids_of(self, footer: pq.FileMetaData) -> dict[str, int]:
        """The field id of each column of a file; fields of rows are written in lower case."""
        known = parquet_path_to_id_mapping(self.schema)
        lower = {path.lower(): number for path, number in known.items()}
        paths = (footer.schema.column(at).path for at in range(footer.num_columns))
        return {path: lower[path.lower()] for path in paths}


@contextlib.contextmanager
def writing(
    run: Run, metadata: TableMetadata, most: int | None = MOST_PARTITIONS
) -> Iterator[Writer]:
    """A writer whose files are taken back when what is inside fails, the commit too."""
    writer = Writer(run, metadata, most)
    try:
        with committing():
            yield writer
    except BaseException:
        writer.discard()
        raise


def _stored(field: ice.NestedField) -> str:
    name = quoted_name(field.name.lower())
    value = stored_sql(name, field.field_type)
    if field.required:
        message = f"NULL value not allowed for NOT NULL column: {field.name}"
        failure = raising("CONSTRAINT_VIOLATION", message, anywhere=True)
        value = f"CASE WHEN {name} IS NULL THEN {failure} ELSE {value} END"
    return f"{value} AS {quoted_name(field.name)}"


def stored_sql(ref: str, kind: ice.IcebergType) -> str:
    """A value as it is written: timestamps with time zone are instants."""
    if isinstance(kind, ice.TimestamptzType):
        return f"timezone('UTC', struct_extract({ref}, 'instant'))"
    if "timestamptz" in str(kind):
        raise QueryFailed(
            "NOT_SUPPORTED",
            "Nested timestamps with time zone cannot be written to Iceberg tables in the local AWS",
        )
    return ref


def _ids(fields: Sequence[ice.NestedField]) -> str:
    """DuckDB's notation of field ids."""
    return "{" + ", ".join(f"{quoted_name(f.name)}: {_id(f.field_id, f.field_type)}"
                           for f in fields) + "}"  # fmt: skip


def _id(number: int, kind: ice.IcebergType) -> str:
    if isinstance(kind, ice.StructType):
        inner = _ids(kind.fields)[1:-1]
    elif isinstance(kind, ice.ListType):
        inner = f"element: {_id(kind.element_id, kind.element_type)}"
    elif isinstance(kind, ice.MapType):
        key, value = _id(kind.key_id, kind.key_type), _id(kind.value_id, kind.value_type)
        inner = f"key: {key}, value: {value}"
    else:
        return str(number)
    return f"{{__duckdb_field_id: {number}, {inner}}}"

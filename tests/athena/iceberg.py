"""Iceberg tables of a test's lake, and delete files as other engines write them."""

import uuid
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestWriterV2,
    write_manifest_list,
)
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.table.update import AddSnapshotUpdate, SetSnapshotRefUpdate
from pyiceberg.typedef import Record

from tests.athena.conftest import Lake
from tests.conftest import Running


class Ice:
    """A lake in which Iceberg tables are made."""

    def __init__(self, lake: Lake, cloud: Running) -> None:
        self.lake, self.do, self.rows, self.fail = lake, lake.do, lake.rows, lake.fail
        properties = {
            "s3.endpoint": cloud.endpoint,
            "s3.region": cloud.region,
            "s3.access-key-id": cloud.access_key,
            "s3.secret-access-key": cloud.secret_key,
        }
        self.catalog = GlueCatalog("glue", lake.glue, **properties)

    def create(self, name: str, columns: str, more: str = "", **properties: str) -> None:
        listed = {"table_type": "ICEBERG", **properties}
        shown = ", ".join(f"'{key}'='{value}'" for key, value in listed.items())
        self.do(
            f"CREATE TABLE {name} ({columns}) {more} LOCATION '{self.location(name)}' "
            f"TBLPROPERTIES ({shown})"
        )

    def made(self, name: str, columns: str, values: str, more: str = "", **properties: str) -> None:
        """A table with rows."""
        self.create(name, columns, more, **properties)
        self.do(f"INSERT INTO {name} VALUES {values}")

    def location(self, name: str) -> str:
        return f"s3://{self.lake.bucket}/{name}/"

    def load(self, name: str) -> Table:
        """The table as pyiceberg's own Glue catalog sees it."""
        return self.catalog.load_table((self.lake.database, name))

    def definition(self, name: str) -> dict[str, Any]:
        return dict(self.lake.glue.get_table(DatabaseName=self.lake.database, Name=name)["Table"])

    def count(self, name: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {name}")[0][0] or 0)

    def scanned(self, sql: str) -> int:
        return int(self.do(sql)["Statistics"]["DataScannedInBytes"])


class DeleteManifest(ManifestWriterV2):
    """A manifest of delete files, which pyiceberg reads and does not write."""

    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


def add_deletes(
    table: Table, rows: pa.Table, content: DataFileContent, ids: list[int], *partition: Any
) -> None:
    """Commit one delete file, as a writer that merges on read does."""
    path = f"{table.location()}/data/{uuid.uuid4()}.parquet"
    with table.io.new_output(path).create() as stream:
        pq.write_table(rows, stream)
    deletes = DataFile.from_args(
        content=content,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=Record(*partition),
        record_count=rows.num_rows,
        file_size_in_bytes=len(table.io.new_input(path)),
        equality_ids=ids or None,
    )
    deletes.spec_id = 0
    before = table.current_snapshot()
    assert before is not None
    number, sequence = table.metadata.new_snapshot_id(), table.metadata.next_sequence_number()
    folder = f"{table.location()}/metadata"
    output = table.io.new_output(f"{folder}/{uuid.uuid4()}-m0.avro")
    with DeleteManifest(table.spec(), table.schema(), output, number, "deflate") as manifest:
        manifest.add(
            ManifestEntry.from_args(
                status=ManifestEntryStatus.ADDED, snapshot_id=number, data_file=deletes
            )
        )
    listing = f"{folder}/snap-{number}.avro"
    with write_manifest_list(
        2, table.io.new_output(listing), number, before.snapshot_id, sequence, "deflate"
    ) as listed:
        listed.add_manifests([manifest.to_manifest_file(), *before.manifests(table.io)])
    snapshot = Snapshot(
        snapshot_id=number,
        parent_snapshot_id=before.snapshot_id,
        sequence_number=sequence,
        manifest_list=listing,
        summary=Summary(Operation.DELETE),
        schema_id=table.schema().schema_id,
    )
    with table.transaction() as transaction:
        transaction._apply(
            (
                AddSnapshotUpdate(snapshot=snapshot),
                SetSnapshotRefUpdate(ref_name="main", type="branch", snapshot_id=number),
            )
        )


def numbered(name: str, kind: pa.DataType, number: int) -> pa.Field:
    return pa.field(name, kind, metadata={"PARQUET:field_id": str(number)})


def delete_positions(table: Table, positions: list[int], *partition: Any) -> None:
    (task,) = table.scan().plan_files()
    schema = pa.schema(
        [numbered("file_path", pa.string(), 2147483546), numbered("pos", pa.int64(), 2147483545)]
    )
    rows = pa.table([[task.file.file_path] * len(positions), positions], schema=schema)
    add_deletes(table, rows, DataFileContent.POSITION_DELETES, [], *partition)


def delete_equal(table: Table, values: list[int | None], *partition: Any) -> None:
    rows = pa.table([values], schema=pa.schema([numbered("id", pa.int64(), 1)]))
    add_deletes(table, rows, DataFileContent.EQUALITY_DELETES, [1], *partition)

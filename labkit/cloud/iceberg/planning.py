"""Which files a scan reads: a snapshot's data files, less those that cannot match, with what
deletes their rows.

A position delete file counts for data files of its partition that are as old as it or older, an
equality delete file for older ones only; without a partition it counts for all. Source:
https://iceberg.apache.org/spec/#scan-planning
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from pyiceberg.avro.decoder import BinaryDecoder
from pyiceberg.avro.reader import DoubleReader
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestContent, ManifestEntry
from pyiceberg.table import ManifestGroupPlanner, Table
from pyiceberg.table.delete_file_index import DeleteFileIndex
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.typedef import Record

from labkit.cloud.engine import QueryFailed


def _double(_: DoubleReader, decoder: BinaryDecoder) -> float:
    """A double with all of its digits: pyiceberg's decoder in C makes a float of it."""
    value: float = struct.unpack("<d", decoder.read(8))[0]
    return value


DoubleReader.read = _double  # type: ignore[assignment,method-assign]


@dataclass(frozen=True)
class Planned:
    """A data file to read, the files that delete rows of it, and which snapshot it came with."""

    file: DataFile
    positions: tuple[DataFile, ...] = ()
    equalities: tuple[DataFile, ...] = ()
    snapshot_id: int | None = None


def plan(
    table: Table,
    snapshot: Snapshot | None,
    condition: BooleanExpression | None = None,
    metadata: TableMetadata | None = None,
) -> list[Planned]:
    """The files that hold a snapshot's rows, as far as they can meet a condition.

    The condition is of the columns of ``metadata``: those of now, unless another time is read.

    Raises:
        QueryFailed: ICEBERG_MISSING_METADATA, as Trino's ``IcebergExceptions``: the snapshot's
            manifests are gone, as those of a table are that is dropped meanwhile.
    """
    if snapshot is None:
        return []
    try:
        return _planned(table, snapshot, condition, metadata or table.metadata)
    except FileNotFoundError as error:
        words = "Metadata not found in metadata location for table " + ".".join(table.name())
        raise QueryFailed("ICEBERG_MISSING_METADATA", words) from error


def _planned(
    table: Table,
    snapshot: Snapshot,
    condition: BooleanExpression | None,
    metadata: TableMetadata,
) -> list[Planned]:
    manifests = snapshot.manifests(table.io)
    of_data = [m for m in manifests if m.content == ManifestContent.DATA]
    of_deletes = [m for m in manifests if m.content == ManifestContent.DELETES]
    data = ManifestGroupPlanner(metadata, table.io, condition or AlwaysTrue())
    deletes = _Deletes(metadata)
    for entry in _entries(ManifestGroupPlanner(metadata, table.io), of_deletes):
        deletes.add(entry)
    return [deletes.beside(_checked(entry)) for entry in _entries(data, of_data)]


def as_of(metadata: TableMetadata, snapshot: Snapshot | None) -> TableMetadata:
    """The metadata with the columns that the table had at a snapshot."""
    if snapshot is None or snapshot.schema_id in (None, metadata.current_schema_id):
        return metadata
    return metadata.model_copy(update={"current_schema_id": snapshot.schema_id})


class _Deletes:
    """A snapshot's delete files, found by the data file that they count for."""

    def __init__(self, metadata: TableMetadata) -> None:
        self.metadata = metadata
        self.positions = DeleteFileIndex()
        self.equalities: list[ManifestEntry] = []

    def add(self, entry: ManifestEntry) -> None:
        file = _checked(entry).data_file
        if file.content == DataFileContent.POSITION_DELETES:
            self.positions.add_delete_file(entry, partition_key=_partition(file))
        else:
            self.equalities.append(entry)

    def beside(self, entry: ManifestEntry) -> Planned:
        """A data file with its delete files."""
        file, age = entry.data_file, entry.sequence_number or 0
        found = self.positions.for_data_file(age, file, partition_key=_partition(file))
        return Planned(file, tuple(found), tuple(self._equal(file, age)), entry.snapshot_id)

    def _equal(self, file: DataFile, age: int) -> Iterator[DataFile]:
        for entry in self.equalities:
            deletes = entry.data_file
            everywhere = self.metadata.specs()[deletes.spec_id].is_unpartitioned()
            beside = deletes.spec_id == file.spec_id and _partition(deletes) == _partition(file)
            if (entry.sequence_number or 0) > age and (everywhere or beside):
                yield deletes


def _partition(file: DataFile) -> Record:
    """A file's partition; NaN, which equals nothing, is one too."""
    values = [file.partition[at] for at in range(len(file.partition))]
    return Record(*("NaN" if value != value else value for value in values))


def _entries(planner: ManifestGroupPlanner, manifests: Iterable[object]) -> Iterator[ManifestEntry]:
    return chain.from_iterable(planner.plan_manifest_entries(manifests))  # type: ignore[arg-type]


def _checked(entry: ManifestEntry) -> ManifestEntry:
    file = entry.data_file
    if file.file_format != FileFormat.PARQUET:
        raise QueryFailed(
            "NOT_SUPPORTED",
            f"Iceberg data files of format {file.file_format.value} cannot be read in the local "
            "AWS, only Parquet",
        )
    return entry

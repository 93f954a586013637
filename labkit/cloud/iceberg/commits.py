"""Commits: data files into snapshots, beside other writers.

A commit whose table has got another snapshot meanwhile is tried again upon that one. More files
always go; other files go in place of some if those are as they were, and if none has come that may
hold rows which the statement would have read. What Athena calls a commit that lost stands here.
Sources: https://iceberg.apache.org/spec/#optimistic-concurrency,
https://iceberg.apache.org/docs/latest/configuration/#write-properties (isolation levels) and
``finishWrite`` of ``IcebergMetadata`` in https://github.com/trinodb/trino
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationException
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.manifest import DataFile, DataFileContent, ManifestContent, ManifestFile
from pyiceberg.schema import Schema
from pyiceberg.table import CreateTableTransaction, StagedTable, Table, Transaction
from pyiceberg.table.snapshots import IsolationLevel, Operation, Snapshot, Summary, ancestors_of
from pyiceberg.table.update.snapshot import _FastAppendFiles, _OverwriteFiles

from labkit.cloud.engine import QueryFailed
from labkit.cloud.iceberg.planning import Planned, plan


@contextlib.contextmanager
def committing() -> Iterator[None]:
    """Name a commit that lost against another writer as Athena does."""
    try:
        yield
    except (CommitFailedException, ValidationException, NoSuchTableError) as error:
        raise QueryFailed(
            "ICEBERG_COMMIT_ERROR", f"Failed to commit the transaction during write: {error}"
        ) from error


def append(transaction: Transaction, files: Sequence[DataFile]) -> None:
    """A snapshot with more files."""
    with _Appending(Operation.APPEND, transaction, transaction._table.io) as update:
        for file in files:
            update.append_data_file(file)
    transaction.commit_transaction()


def create(staged: StagedTable, files: Sequence[DataFile] = ()) -> None:
    """A new table in the catalog, and its first rows with it.

    Raises:
        TableAlreadyExistsError: another is there by now.
    """
    transaction = CreateTableTransaction(staged)
    if files:
        append(transaction, files)
    else:
        transaction.commit_transaction()


def replace(
    table: Table,
    removed: Sequence[Planned],
    added: Sequence[DataFile],
    read: BooleanExpression | None = None,
) -> None:
    """A snapshot with other files in place of some.

    Args:
        removed: the files that go, with what deletes rows of them.
        read: what the rows meet that the statement read; ``None`` where the rows stay the same.

    Raises:
        ValidationException: another writer's commit is in the way.
    """
    transaction = table.transaction()
    with _Replacing(transaction, removed, read) as update:
        for each in removed:
            update.delete_data_file(each.file)
        for file in added:
            update.append_data_file(file)
    transaction.commit_transaction()


class _Appending(_FastAppendFiles):
    """More files."""

    def _validate_concurrency(self) -> None:
        _check_partitioning(self)


class _Replacing(_OverwriteFiles):
    """Other files in place of some; delete files that no file needs any more go, too.

    Files that go are looked for in every manifest. pyiceberg leaves manifests out by the partitions
    of these files: it knows no partition NaN, and as it asks from several threads and keeps a
    manifest's bounds in what answers, it took those of another one, and the commit failed for want
    of a file that is there.
    """

    def __init__(
        self, transaction: Transaction, removed: Sequence[Planned], read: BooleanExpression | None
    ) -> None:
        super().__init__(Operation.OVERWRITE, transaction, transaction._table.io)
        self.removed, self.read = _deletes(removed), read
        self.schema_id = transaction.table_metadata.current_schema_id
        self.useless: Mapping[str, Sequence[DataFile]] = {}

    def schema(self) -> Schema:
        """The columns, and those gone that files are still partitioned by."""
        metadata = self._transaction.table_metadata
        keys = {part.source_id for spec in metadata.specs().values() for part in spec.fields}
        found = {f.field_id: f for each in metadata.schemas for f in each.fields}
        now = metadata.schema()
        gone = [found[number] for number in (keys - now.field_ids) & found.keys()]
        named = [f.model_copy(update={"name": f"gone_{f.field_id}"}) for f in gone]
        return Schema(*now.fields, *named, schema_id=now.schema_id) if gone else now

    def _build_delete_files_partition_predicate(self) -> None:
        pass

    def _build_manifest_evaluator(self, spec_id: int) -> Any:
        return lambda manifest: True

    def _manifests(self) -> list[ManifestFile]:
        self.useless = _useless(self._transaction._table, self.removed) if self.removed else {}
        return super()._manifests()

    def _existing_manifests(self) -> list[ManifestFile]:
        return [m for m in super()._existing_manifests() if m.manifest_path not in self.useless]

    def _summary(self, snapshot_properties: Any = None) -> Summary:
        gone = _removed([file for files in self.useless.values() for file in files])
        summary = super()._summary({**(snapshot_properties or {}), **gone})
        return Summary(self._kind(), **summary.additional_properties)

    def _kind(self) -> Operation:
        if self.read is None:
            return Operation.REPLACE
        if not self._added_data_files:
            return Operation.DELETE
        return Operation.OVERWRITE if self.removed else Operation.APPEND

    def _validate_concurrency(self) -> None:
        table = self._transaction._table
        _check_partitioning(self)
        files = plan(table, table.current_snapshot())
        if _deletes([f for f in files if f.file.file_path in self.removed]) != self.removed:
            raise ValidationException(
                "Cannot commit: files to be replaced are gone, or rows of them were deleted"
            )
        if self.read is None:
            return
        if table.metadata.isolation_level(Operation.DELETE) == IsolationLevel.SERIALIZABLE:
            self._check_added(table)

    def _check_added(self, table: Table) -> None:
        """No file has come that may hold rows of those that the statement read."""
        same = table.metadata.current_schema_id == self.schema_id  # the columns have their names
        condition = self.read if same else AlwaysTrue()
        for snapshot in _since(table, self._starting_snapshot_id):
            if snapshot.summary and snapshot.summary.operation == Operation.REPLACE:
                continue
            found = [
                each.file.file_path
                for each in plan(table, snapshot, condition)
                if each.snapshot_id == snapshot.snapshot_id
            ]
            if found:
                raise ValidationException(
                    "Found conflicting files that can contain records matching "
                    f"{condition}: {found}"
                )


def _check_partitioning(update: _FastAppendFiles | _OverwriteFiles) -> None:
    now = update._transaction.table_metadata.default_spec_id
    if any(file.spec_id != now for file in update._added_data_files):
        raise ValidationException("Cannot commit: the table is partitioned otherwise by now")


def _since(table: Table, began: int | None) -> list[Snapshot]:
    """The snapshots that the table has got since one, newest first."""
    ancestors = ancestors_of(table.current_snapshot(), table.metadata)
    found = list(takewhile(lambda each: each.snapshot_id != began, ancestors))
    if found and found[-1].parent_snapshot_id != began:
        raise ValidationException(f"Cannot commit: snapshot {began} is no ancestor of the table's")
    return found


def _deletes(files: Sequence[Planned]) -> dict[str, set[str]]:
    """Files and those that delete rows of them."""
    return {
        each.file.file_path: {file.file_path for file in (*each.positions, *each.equalities)}
        for each in files
    }


def _useless(table: Table, removed: Mapping[str, Any]) -> dict[str, list[DataFile]]:
    """Delete files by manifest: of those in which none deletes rows of a file that stays."""
    snapshot = table.current_snapshot()
    manifests = snapshot.manifests(table.io) if snapshot else []
    found = {
        each.manifest_path: [e.data_file for e in each.fetch_manifest_entry(table.io)]
        for each in manifests
        if each.content == ManifestContent.DELETES
    }
    if not found:
        return {}
    kept = _deletes([f for f in plan(table, snapshot) if f.file.file_path not in removed])
    needed = {path for paths in kept.values() for path in paths}
    return {
        path: files
        for path, files in found.items()
        if needed.isdisjoint(file.file_path for file in files)
    }


def _removed(files: Sequence[DataFile]) -> dict[str, str]:
    """What a snapshot's summary tells of delete files that it no longer has."""
    rows = {DataFileContent.POSITION_DELETES: 0, DataFileContent.EQUALITY_DELETES: 0}
    for file in files:
        rows[file.content] += file.record_count
    told = {
        "removed-delete-files": len(files),
        "removed-position-deletes": rows[DataFileContent.POSITION_DELETES],
        "removed-equality-deletes": rows[DataFileContent.EQUALITY_DELETES],
    }
    return {name: str(count) for name, count in told.items() if count}

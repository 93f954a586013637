"""Commits: data files into snapshots, and what Athena calls a commit that lost.

Source: https://iceberg.apache.org/spec/#optimistic-concurrency
"""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterator, Sequence
from typing import Any

from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationException
from pyiceberg.manifest import DataFile, DataFileContent, ManifestContent
from pyiceberg.table import Table, Transaction
from pyiceberg.table.snapshots import Operation

from labkit.cloud.engine import QueryFailed
from labkit.cloud.iceberg.planning import plan


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
    with transaction.update_snapshot().fast_append() as update:
        for file in files:
            update.append_data_file(file)
    transaction.commit_transaction()


def replace(table: Table, removed: Sequence[DataFile], added: Sequence[DataFile]) -> None:
    """A snapshot with other files in place of some, if the table has got no others meanwhile.

    Delete files that no file needs any more go, manifest by manifest.
    """
    transaction, gone = table.transaction(), _useless(table, removed)
    properties = _removed([file for each in gone.values() for file in each])
    with transaction.update_snapshot(properties).overwrite() as update:
        look_in_each_manifest(update)
        leave_out(update, gone)
        update._operation = update._operation if removed else Operation.APPEND
        for file in removed:
            update.delete_data_file(file)
        for file in added:
            update.append_data_file(file)
    transaction.commit_transaction()


def _useless(table: Table, removed: Sequence[DataFile]) -> dict[str, list[DataFile]]:
    """Delete files by manifest: of those in which none deletes rows of a file that stays."""
    snapshot, paths = table.current_snapshot(), {file.file_path for file in removed}
    manifests = snapshot.manifests(table.io) if snapshot else []
    found = {
        each.manifest_path: [e.data_file for e in each.fetch_manifest_entry(table.io)]
        for each in manifests
        if each.content == ManifestContent.DELETES
    }
    if not found:
        return {}
    needed = {
        file.file_path
        for each in plan(table, snapshot)
        if each.file.file_path not in paths
        for file in (*each.positions, *each.equalities)
    }
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


def leave_out(update: Any, manifests: Container[str]) -> None:
    """Let a change leave out these manifests of the snapshot that it builds upon."""
    found = update._existing_manifests
    update._existing_manifests = lambda: [m for m in found() if m.manifest_path not in manifests]


def look_in_each_manifest(update: Any) -> None:
    """Let a change look for the files that go in every manifest.

    pyiceberg leaves manifests out by the partitions of these files: it knows no partition NaN, and
    as it asks from several threads and keeps a manifest's bounds in what answers, it took those of
    another one, and the commit failed for want of a file that is there.
    """
    update._build_delete_files_partition_predicate = lambda: None
    update._build_manifest_evaluator = lambda spec_id: lambda manifest: True

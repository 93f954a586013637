"""Commits: data files into snapshots, and what Athena calls a commit that lost.

Source: https://iceberg.apache.org/spec/#optimistic-concurrency
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationException
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table, Transaction
from pyiceberg.table.snapshots import Operation

from labkit.cloud.engine import QueryFailed


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
    """A snapshot with other files in place of some, if the table has got no others meanwhile."""
    transaction = table.transaction()
    with transaction.update_snapshot().overwrite() as update:
        judge_one_by_one(update)
        update._operation = update._operation if removed else Operation.APPEND
        for file in removed:
            update.delete_data_file(file)
        for file in added:
            update.append_data_file(file)
    transaction.commit_transaction()


def judge_one_by_one(update: Any) -> None:
    """Let a change ask whether a manifest may hold a file for one manifest at a time.

    pyiceberg asks from several threads, and what answers keeps the bounds of the manifest in
    itself: it took those of another one, and the commit failed for want of a file that is there.
    """
    build = update._build_manifest_evaluator

    def built(spec_id: int) -> Callable[[Any], bool]:
        evaluate, turn = build(spec_id), threading.Lock()

        def judged(manifest: Any) -> bool:
            with turn:
                return bool(evaluate(manifest))

        return judged

    update._build_manifest_evaluator = built

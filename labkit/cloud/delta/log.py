"""A Delta table's transaction log: which files the table is at its last version.

Each version is a file of actions; a checkpoint sums up all versions to its own. Later actions win:
a file that was added is there until it is removed. Source:
https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labkit.cloud.engine import QueryFailed
from labkit.cloud.s3.store import Object

FOLDER = "_delta_log/"
Action = dict[str, Any]
_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet")
_SUMMED_UP = ("add", "metaData", "protocol")
#: What a reader must know of a table of reader version 3, and Athena does.
_FEATURES = {"columnMapping", "timestampNtz", "deletionVectors"}


@dataclass
class Snapshot:
    """A table at a version.

    Args:
        version: the last commit's number.
        committed: when it was, in milliseconds since 1970.
        protocol, metadata: what its actions of these names say.
        added: the ``add`` action of each file, by path and deletion vector.
    """

    version: int
    committed: int = 0
    protocol: Action = field(default_factory=dict)
    metadata: Action = field(default_factory=dict)
    added: dict[tuple[str, str], Action] = field(default_factory=dict)

    @property
    def reader_version(self) -> int:
        return int(self.protocol.get("minReaderVersion", 1))

    @property
    def schema_text(self) -> str:
        return str(self.metadata["schemaString"])

    @property
    def partition_columns(self) -> list[str]:
        return list(self.metadata.get("partitionColumns") or ())

    @property
    def mapping(self) -> str:
        """How files name columns: ``none``, ``name`` or ``id``."""
        told = dict(self.metadata.get("configuration") or {})
        return str(told.get("delta.columnMapping.mode", "none")).lower()


def read(objects: Sequence[Object], path: Callable[[Object], Path], name: str) -> Snapshot:
    """The last version of a table.

    Args:
        objects: what lies in the log's folder.
        path: an object's file, once the caller may read it.
        name: the table's, for messages.

    Raises:
        QueryFailed: DELTA_LAKE_INVALID_SCHEMA, no log or a gap in it; NOT_SUPPORTED, a feature that
            readers must know and Athena does not.
    """
    commits, checkpoints = _sorted(objects)
    first, parts = max(checkpoints.items(), default=(-1, []))
    numbers = sorted(number for number in commits if number > first)
    if numbers != list(range(first + 1, first + 1 + len(numbers))) or not (numbers or parts):
        raise _invalid(name)
    found = Snapshot(max(numbers, default=first))
    try:
        for part in parts:
            _apply(found, _checkpoint(path(part)))
        for number in numbers:
            _commit(found, commits[number], path(commits[number]))
    except (pa.ArrowException, ValueError) as error:
        raise _invalid(name) from error
    if not found.metadata or not found.protocol:
        raise _invalid(name)
    _check(found, name)
    return found


def _sorted(objects: Sequence[Object]) -> tuple[dict[int, Object], dict[int, list[Object]]]:
    """The commits, and those checkpoints that are whole."""
    commits: dict[int, Object] = {}
    pieces: dict[tuple[int, int], list[Object]] = defaultdict(list)
    for each in objects:
        name = each.key.rpartition(f"/{FOLDER}")[2]
        if found := _COMMIT.fullmatch(name):
            commits[int(found[1])] = each
        elif found := _CHECKPOINT.fullmatch(name):
            pieces[int(found[1]), int(found[3] or 1)].append(each)
    return commits, {at: parts for (at, count), parts in pieces.items() if len(parts) == count}


def _checkpoint(path: Path) -> Iterator[Action]:
    wanted = [name for name in pq.read_schema(path).names if name in _SUMMED_UP]
    table = pq.read_table(path, columns=wanted)
    yield from table.to_pylist(maps_as_pydicts="strict")


def _commit(found: Snapshot, commit: Object, path: Path) -> None:
    actions = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
    told: Action = next((a["commitInfo"] for a in actions if a.get("commitInfo")), {})
    found.committed = int(told.get("timestamp") or commit.modified.timestamp() * 1000)
    _apply(found, actions)


def _apply(found: Snapshot, actions: Iterable[Action]) -> None:
    for action in actions:
        if removed := action.get("remove"):
            found.added.pop(_key(removed), None)
        elif added := action.get("add"):
            found.added[_key(added)] = added
        found.metadata = action.get("metaData") or found.metadata
        found.protocol = action.get("protocol") or found.protocol


def _key(action: Action) -> tuple[str, str]:
    """A file's path with its deletion vector: the same file with another is another."""
    vector = action.get("deletionVector") or {}
    said = (vector.get(part) for part in ("storageType", "pathOrInlineDv", "offset"))
    return action["path"], "|".join(map(str, said)) if vector else ""


def _check(found: Snapshot, name: str) -> None:
    features = set(found.protocol.get("readerFeatures") or ())
    if found.reader_version > 3:
        raise QueryFailed(
            "NOT_SUPPORTED",
            f"Table {name} requires Delta Lake reader version {found.reader_version} which is not "
            "supported",
        )
    if unknown := sorted(features - _FEATURES):
        raise QueryFailed(
            "NOT_SUPPORTED", f"Unsupported reader features of table {name}: [{', '.join(unknown)}]"
        )


def _invalid(name: str) -> QueryFailed:
    return QueryFailed(
        "DELTA_LAKE_INVALID_SCHEMA", f"Metadata not found in transaction log for {name}"
    )

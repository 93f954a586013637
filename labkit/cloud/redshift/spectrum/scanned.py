"""What queries read from the lake: one record a scan, by which Spectrum is billed.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_S3QUERY_SUMMARY.html
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from labkit.cloud.engine.formats import File, parquet

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse import Connection, Warehouse

KEPT = 5000
_SCANS: WeakKeyDictionary[Warehouse, deque[Scanned]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Scanned:
    """One scan of an external table.

    Args:
        query: the record of the query in the warehouse's history.
        table: schema and name.
        partitions: of the table, and those that were read.
        rows: in the files; None where only reading all of them would tell.
    """

    query: dict[str, Any]
    pid: int
    table: str
    location: str
    format: str
    files: tuple[File, ...]
    scanned_bytes: int
    partitions: tuple[int, int]
    partitioned: bool
    rows: int | None

    @property
    def file_sizes(self) -> list[int]:
        return [file.size or Path(file.path).stat().st_size for file in self.files]


def note(connection: Connection, table: str, source: Any, partitions: tuple[int, int]) -> None:
    """Put a scan of a running query on record; a plan alone scans nothing.

    Args:
        source: the lake's table, whose catalog was charged.
    """
    query = _running(connection)
    if query is None:
        return
    files, catalog = tuple(source.catalog.files), source.catalog
    storage = source.definition.get("StorageDescriptor") or {}
    kind = _format(storage)
    rows = sum(parquet.footer(file).rows for file in files) if kind == "Parquet" else None
    one = Scanned(
        query, connection.pid, table, storage.get("Location") or "", kind, files,
        catalog.scanned_bytes, partitions, bool(source.definition.get("PartitionKeys")), rows,
    )  # fmt: skip
    _SCANS.setdefault(connection.warehouse, deque(maxlen=KEPT)).append(one)


def scans(warehouse: Warehouse) -> list[Scanned]:
    """The scans of a warehouse, in order."""
    return list(_SCANS.get(warehouse, ()))


def _running(connection: Connection) -> dict[str, Any] | None:
    history = connection.warehouse.history
    for record in reversed(history):
        if record["query_id"] == connection.last_query_id:
            explains = record["text"].lstrip()[:7].upper() == "EXPLAIN"
            return None if explains or record["status"] != "running" else record
    return None


_FORMATS = ("Parquet", "ORC", "Avro", "Json", "Regex", "Grok", "OpenCSV")


def _format(storage: dict[str, Any]) -> str:
    library = str((storage.get("SerdeInfo") or {}).get("SerializationLibrary") or "").lower()
    return next((name for name in _FORMATS if name.lower() in library), "Text")

"""Delta tables as the engine's sources.

The log says which files a table is and what their partitions are; folders say nothing. Sources:
https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html and
https://trino.io/docs/current/connector/delta-lake.html
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq

from labkit.cloud.delta import log, vectors
from labkit.cloud.delta.schema import Field, fields_of
from labkit.cloud.delta.skipping import has_bounds, needed
from labkit.cloud.engine import Column, PartitionFilter, QueryFailed, Scan, formats
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.lake.catalog import GlueCatalog, table_type
from labkit.cloud.lake.listing import list_objects, path_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.lake.partitions import Partition
from labkit.cloud.lake.pruning import NULL_PARTITION, matching
from labkit.cloud.lake.table import HIDDEN, LakeTable, Reading
from labkit.cloud.s3.store import Object, split_uri

DELTA = "DELTA"
_NUMBER = b"PARQUET:field_id"


@table_type(DELTA)
class DeltaTable(LakeTable):
    """A Delta table at its last version.

    Raises:
        QueryFailed: its log cannot be read, or tells something that Athena does not read.
    """

    def __init__(self, catalog: GlueCatalog, definition: Definition) -> None:
        super().__init__(catalog, definition)
        root = self.location.rstrip("/") + "/"
        name = f"{self.database}.{self.name}"
        self.root = root
        found = list_objects(catalog.store, *split_uri(root + log.FOLDER))
        self.snapshot = log.read(found, partial(path_of, catalog.store), name)
        fields = fields_of(
            json.loads(self.snapshot.schema_text), mapped=self.snapshot.mapping != "none"
        )
        keys = self.snapshot.partition_columns
        by_name = {field.name: field for field in fields}
        self.fields = tuple(f for f in fields if f.name not in {key.lower() for key in keys})
        self.key_fields = tuple(by_name[key.lower()] for key in keys)
        self.order = tuple(_column(field) for field in fields)
        self.data_columns = tuple(map(_column, self.fields))
        self.keys = tuple(map(_column, self.key_fields))

    @property
    def hidden(self) -> Sequence[Column]:
        return HIDDEN

    @property
    def columns(self) -> Sequence[Column]:
        """In the log's order, in which keys stand among the others."""
        return self.order

    @property
    def partition_keys(self) -> Sequence[str]:
        """Columns whose conditions leave out files: keys, and those of known bounds."""
        return tuple(c.name for c in self.columns if c in self.keys or has_bounds(c.type))

    @property
    def location(self) -> str:
        """Spark writes where a table truly is into the SerDe's ``path``."""
        told = (self.storage.get("SerdeInfo") or {}).get("Parameters") or {}
        return str(told.get("path") or super().location)

    def part(self, name: str) -> None:
        """Athena's Delta tables tell nothing of themselves under other names."""

    def partitions(self, session: Any, filters: Sequence[PartitionFilter] = ()) -> list[Partition]:
        """The values of the keys that files have and that meet the filters."""
        rows = sorted({self._values(each) for each in self.snapshot.added.values()})
        return [Partition(row, "") for row in matching(session, self.keys, rows, filters)]

    def relation(self, session: Any, scan: Scan) -> str:
        """The DuckDB relation of what a scan reads, charged to its query."""
        kept = {partition.values for partition in self.partitions(session, scan.filters)}
        added = [a for a in self.snapshot.added.values() if self._values(a) in kept]
        files = [self._added(a) for a in needed(added, self.fields, scan.filters, session)]
        wanted = [field for field in self.fields if field.name in scan.columns]
        outer = {c.name for c in (*self.keys, *HIDDEN)} & scan.columns
        names = frozenset(field.stored_name for field in wanted) | outer
        table = formats.Table(
            "parquet",
            tuple((field.stored_name, field.stored_type) for field in self.fields),
            tuple((c.name, c.type) for c in (*self.keys, *HIDDEN)),
        )
        read = self._read(Reading(session.connection), table, files, names)
        shown = [field.sql for field in wanted] + [quoted_name(name) for name in sorted(outer)]
        return f"SELECT {', '.join(shown) or 'NULL'} FROM {read}"

    def told(self, added: log.Action) -> tuple[str, ...]:
        """The keys' values of a file, as the log has them."""
        values = added.get("partitionValues") or {}
        return tuple(values.get(f.stored_name) or NULL_PARTITION for f in self.key_fields)

    def _values(self, added: log.Action) -> tuple[str, ...]:
        """The same as the engine writes them."""
        told = self.told(added)
        return tuple(_text(v, f) for v, f in zip(told, self.key_fields, strict=True))

    def _added(self, action: log.Action) -> formats.File:
        found = self._object(self._uri(action["path"]))
        file = self._file(found, Partition(self._values(action), ""))
        if self.snapshot.mapping == "id":
            self._check_names(file.path)
        vector = action.get("deletionVector")
        return replace(file, deleted=tuple(self._deleted(vector, found.uri))) if vector else file

    def _deleted(self, vector: log.Action, uri: str) -> Iterable[int]:
        try:
            return vectors.positions(vector, self.root, self._content)
        except (ValueError, KeyError, IndexError) as error:
            raise QueryFailed("DELTA_LAKE_BAD_DATA", f"{uri}: {error}") from error

    def _content(self, uri: str) -> bytes:
        return path_of(self.catalog.store, self._object(uri)).read_bytes()

    def _uri(self, path: str) -> str:
        path = unquote(path)
        return path if path.startswith(("s3://", "s3a://", "s3n://")) else self.root + path

    def _object(self, uri: str) -> Object:
        found = self.catalog.store.find(uri)
        if found is None:
            raise QueryFailed(
                "DELTA_LAKE_CANNOT_OPEN_SPLIT",
                f"Error opening Hive split {uri} (offset=0, length=0): File does not exist: {uri}",
            )
        return found

    def _check_names(self, path: str) -> None:
        """Files that call columns by other names than the log does are not read by name."""
        stored = {f.name: int((f.metadata or {}).get(_NUMBER, -1)) for f in pq.read_schema(path)}
        known = {field.stored_name: field.number for field in self.fields}
        numbers = set(known.values())
        if any(
            known.get(name) != at and {name, at} & {*known, *numbers} for name, at in stored.items()
        ):
            raise QueryFailed(
                "NOT_SUPPORTED", "Delta Lake files without physical column names are not read here"
            )


def _column(field: Field) -> Column:
    return Column(field.name, field.type, field.comment)


def _text(value: str, field: Field) -> str:
    """A key's value as the engine writes it; an instant with its zone."""
    if field.type.base not in ("timestamp", "timestamptz") or value == NULL_PARTITION:
        return value
    moment = datetime.datetime.fromisoformat(value)
    if moment.microsecond % 1000:
        raise QueryFailed("NOT_SUPPORTED", f"Partition value finer than milliseconds: {value}")
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    told = moment.isoformat(" ", "milliseconds")
    zoned = field.type.base == "timestamptz"
    return f"{{'instant': '{told}', 'zone': 'UTC'}}" if zoned else told

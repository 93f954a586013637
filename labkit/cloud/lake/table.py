"""A Hive table as a source of the engine: its partitions, their files, and how they are read.

Athena reads all objects below a table's (or each partition's) location, but those in Glacier;
partitions that the WHERE clause excludes are neither listed nor scanned.
Sources: https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html,
https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html and
https://docs.aws.amazon.com/athena/latest/ug/partitions.html; other services than Athena know no
projected partitions: https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine import Column, PartitionFilter, QueryFailed, Scan, formats
from labkit.cloud.engine.catalog import Relation
from labkit.cloud.engine.formats.serdes import SYMLINKS
from labkit.cloud.engine.types import BIGINT, INTEGER, TIMESTAMPTZ, VARCHAR, Type
from labkit.cloud.lake import projection
from labkit.cloud.lake.buckets import buckets_of
from labkit.cloud.lake.coercion import coerced, coerced_relation
from labkit.cloud.lake.definitions import columns_of, finer, parameters_of, table_type_of
from labkit.cloud.lake.folders import folders_of
from labkit.cloud.lake.listing import followed, list_folders, path_of
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.lake.partitions import (
    Partition,
    PartitionList,
    check_keys,
    check_placed,
    partition_of,
)
from labkit.cloud.lake.pruning import NULL_PARTITION, equals, matching
from labkit.cloud.s3.store import Object

if TYPE_CHECKING:
    from labkit.cloud.lake.catalog import GlueCatalog

#: What is told of a file: https://trino.io/docs/current/connector/hive.html#metadata-columns
HIDDEN = (
    Column("$path", VARCHAR),
    Column("$file_size", BIGINT),
    Column("$file_modified_time", TIMESTAMPTZ),
)
_PARTITION, _BUCKET = Column("$partition", VARCHAR), Column("$bucket", INTEGER)


def _as_told(properties: Mapping[str, str]) -> dict[str, str]:
    return dict(properties)


def _check_once(table: str, columns: Sequence[Column]) -> None:
    """Refuse a table of two columns of one name, as getColumnMetadataGetter of Trino's does."""
    if len({column.name for column in columns}) < len(columns):
        why = f"Hive metadata for table {table} is invalid: "
        raise QueryFailed(
            "HIVE_INVALID_METADATA", f"{why}Table descriptor contains duplicate columns"
        )


class LakeTable:
    """A table of files under a location."""

    versioned = False
    #: How the objects of locations are found, what properties say, and how files are read.
    listing = staticmethod(list_folders)
    settings: Callable[[Mapping[str, str]], dict[str, str]] = staticmethod(_as_told)
    reading = staticmethod(formats.relation)

    def __init__(self, catalog: GlueCatalog, definition: Definition) -> None:
        self.catalog, self.definition = catalog, definition
        self.database, self.name = definition["DatabaseName"], definition["Name"]
        self.storage: Definition = definition.get("StorageDescriptor") or {}
        self.parameters = parameters_of(definition)
        self.data_columns = self._columns(self.storage)
        self.keys = self._columns({"Columns": definition.get("PartitionKeys")})
        if not table_type_of(self.parameters):
            _check_once(self.name, (*self.data_columns, *self.keys))
        self.buckets = buckets_of(definition, self.data_columns)

    def _columns(self, storage: Definition) -> tuple[Column, ...]:
        """The columns of a table or of a partition, to as fine a moment as its reader's are."""
        found = columns_of(storage.get("Columns"), self.name)
        digits = self.catalog.digits
        return tuple(replace(c, type=finer(c.type, digits)) if digits > 3 else c for c in found)

    @property
    def columns(self) -> Sequence[Column]:
        return (*self.data_columns, *self.keys)

    @property
    def hidden(self) -> Sequence[Column]:
        """What is told of a row's file; its bucket and partition where the table has such."""
        buckets = (_BUCKET,) if self.buckets.count else ()
        return (*HIDDEN, *buckets, *((_PARTITION,) if self.keys else ()))

    @property
    def partition_keys(self) -> Sequence[str]:
        """Columns whose conditions leave out files: keys of folders, and of buckets."""
        return tuple(column.name for column in (*self.keys, *self.buckets.columns))

    @property
    def location(self) -> str:
        """Where its files are.

        Raises:
            QueryFailed: it has none: it stands for a table of a database.
        """
        found = str(self.storage.get("Location") or "")
        if found and "://" not in found and not self.storage.get("InputFormat"):
            raise QueryFailed("HIVE_UNSUPPORTED_FORMAT", "Unable to create input format")
        return found

    @property
    def is_projected(self) -> bool:
        """Whether its properties say the partitions, not the catalog."""
        return self.catalog.projects and projection.is_projected(self.parameters)

    def part(self, name: str) -> PartitionList | None:
        """``"<table>$partitions"``, where the table has keys."""
        return PartitionList(self, self.keys) if name == "partitions" and self.keys else None

    def relation(self, session: Any, scan: Scan) -> str:
        """The DuckDB relation of what a scan reads, charged to its query."""
        partitions = self.partitions(session, scan.filters)
        needed = self.buckets.needed(scan.filters)
        groups = list(self._grouped(partitions, needed))
        reading = Reading(session.connection)
        own = self.declared().columns
        parts = [
            coerced_relation(
                self._read(reading, table, files, scan.columns), table.columns, own, scan.columns
            )
            for table, files in groups
        ]
        found = Relation(" UNION ALL BY NAME ".join(f"FROM ({part})" for part in parts))
        found.logged = frozenset(
            name
            for name in scan.moments
            if all(formats.are_instants(reading, table, files, name) for table, files in groups)
        )
        return found

    def partitions(self, session: Any, filters: Sequence[PartitionFilter] = ()) -> list[Partition]:
        """The partitions that meet the filters; the whole table as one when it has no keys."""
        if not self.keys:
            return [Partition((), self.location)]
        check_keys(self.keys)
        if self.is_projected:
            return self._projected(session, filters)
        stored = [
            partition_of(p, len(self.keys))
            for p in self.catalog.metastore.partitions(self.database, self.name)
        ]
        kept = set(matching(session, self.keys, [p.values for p in stored], filters))
        return [p for p in stored if p.values in kept]

    def _projected(self, session: Any, filters: Sequence[PartitionFilter]) -> list[Partition]:
        names, name = [key.name for key in self.keys], f"{self.database}.{self.name}"
        projection.check(name, self.parameters, names)
        columns = []
        for key, column in zip(projection.keys_of(self.parameters, names), self.keys, strict=True):
            own = [f for f in filters if f.keys == {column.name}]
            values = projection.values_of(name, key, equals(own))
            rows = matching(session, [column], [(v,) for v in values], own)
            columns.append([row[0] for row in rows])
        if math.prod(map(len, columns)) > projection.MAXIMUM:
            raise projection.exceeded(name)
        rows = matching(session, self.keys, list(itertools.product(*columns)), filters)
        place = projection.location_of
        return [Partition(v, place(self.parameters, self.location, names, v)) for v in rows]

    def _places(self, partition: Partition) -> list[Partition]:
        """A partition, once for each folder that may be its own."""
        if not self.keys or not self.is_projected:
            return [partition]
        names = [key.name for key in self.keys]
        places = projection.places_of(self.parameters, self.location, names, partition.values)
        return [Partition(partition.values, place) for place in places]

    def _grouped(
        self, partitions: list[Partition], needed: frozenset[int] | None
    ) -> Iterator[tuple[formats.Table, list[formats.File]]]:
        """The files by the declaration that reads them: a partition may have its own."""
        own = self.declared()
        groups: dict[str, tuple[formats.Table, list[formats.File]]] = {}
        partitions = [place for each in partitions for place in self._places(each)]
        for each in partitions if self.keys else ():
            check_placed([key.name for key in self.keys], each.values, each.location)
        listed = self.listing(self.catalog.store, [p.location for p in partitions])
        for partition, objects in zip(partitions, listed, strict=True):
            table = own if self._is_plain(partition) else self._declared(partition)
            _, files = groups.setdefault("" if table is own else repr(table), (table, []))
            storage = partition.storage or self.storage
            if is_symlinks(storage):
                objects = followed(self.catalog.store, objects)
            if self.catalog.projects:
                objects = list(filter(self._is_read, objects))
            buckets = self.buckets.numbers(objects, storage)
            files += [
                self._file(found, partition, number)
                for found, number in zip(objects, buckets, strict=True)
                if needed is None or number is None or number in needed
            ]
        yield from groups.values() or [(own, [])]

    def _is_read(self, found: Object) -> bool:
        """Athena skips what lies in Glacier, or what is not restored where the table says so."""
        restored = self.parameters.get("read_restored_glacier_objects", "").lower() == "true"
        return not found.archived or (restored and found.restored)

    def _is_plain(self, partition: Partition) -> bool:
        """Whether a partition is declared as its table is, as nearly all are."""
        declared = ("Columns", "SerdeInfo", "InputFormat")
        storage = partition.storage
        return not storage or all(storage.get(k) == self.storage.get(k) for k in declared)

    def declared(self) -> formats.Table:
        """The declaration by which the table's files are read."""
        return self._declared(Partition((), self.location))

    def written(self) -> formats.Table:
        """The declaration by which files are added to the table.

        Raises:
            QueryFailed: NOT_SUPPORTED, its files are those that something else names.
        """
        kind = table_type_of(self.parameters)
        if kind or is_symlinks(self.storage):
            named = kind or SYMLINKS
            raise QueryFailed("NOT_SUPPORTED", f"Writing to tables of {named} is not supported")
        check_keys(self.keys)
        return self.declared()

    def _declared(self, partition: Partition) -> formats.Table:
        storage = partition.storage or self.storage
        serde = storage.get("SerdeInfo") or {}
        options = {k.lower(): v for k, v in self.parameters.items()}
        options |= {k.lower(): str(v) for k, v in (serde.get("Parameters") or {}).items()}
        table = formats.Table(
            format=formats.serde_format(
                serde.get("SerializationLibrary") or "", storage.get("InputFormat") or "", options
            ),
            columns=tuple((c.name, c.type) for c in self.data_columns),
            partition_keys=tuple((c.name, c.type) for c in (*self.keys, *self.hidden)),
            options=self.settings(options),
            digits=self.catalog.digits,
        )
        if not partition.storage:
            return table
        own = self._own_types(partition, table.by_name)
        return replace(table, columns=tuple((n, own.get(n, kind)) for n, kind in table.columns))

    def matched(self, storage: Definition, by_name: bool) -> list[tuple[Column, Column]]:
        """The table's columns that a partition has, each with the partition's.

        They are found as the files' are, by name or by place. Source:
        https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html
        """
        own = self._columns(storage)
        if not by_name:
            return list(zip(self.data_columns, own, strict=False))
        named = {column.name: column for column in own}
        return [
            (column, named[column.name]) for column in self.data_columns if column.name in named
        ]

    def _own_types(self, partition: Partition, by_name: bool) -> dict[str, Type]:
        """The types that a partition's columns have, each of which the table's can be made of."""
        types = {}
        for column, found in self.matched(partition.storage, by_name):
            if coerced("", found.type, column.type) is None:
                where = "/".join(
                    f"{k.name}={v}" for k, v in zip(self.keys, partition.values, strict=True)
                )
                raise QueryFailed(
                    "HIVE_PARTITION_SCHEMA_MISMATCH",
                    "There is a mismatch between the table and partition schemas. The types are "
                    f"incompatible and cannot be coerced. The column '{column.name}' in table "
                    f"'{self.database}.{self.name}' is declared as type '{column.type.hive}', but "
                    f"partition '{where}' declared column '{found.name}' as type "
                    f"'{found.type.hive}'.",
                )
            types[column.name] = found.type
        return types

    def _file(self, found: Object, partition: Partition, bucket: int | None = None) -> formats.File:
        path = path_of(self.catalog.store, found)
        values = tuple(None if v == NULL_PARTITION else v for v in partition.values)
        told = {
            "$path": found.uri,
            "$file_size": str(found.size),
            "$file_modified_time": moment_text(found.modified),
            "$bucket": None if bucket is None else str(bucket),
            "$partition": folders_of([key.name for key in self.keys], partition.values),
        }
        hidden = (told[column.name] for column in self.hidden)
        return formats.File(str(path), found.uri, (*values, *hidden), found.size)

    def _read(
        self, reading: Reading, table: formats.Table, files: list[formats.File],
        wanted: frozenset[str],
    ) -> str:  # fmt: skip
        self.catalog.charge(formats.scanned_bytes(table, files, wanted))
        self.catalog.files += files
        return self.reading(reading, table, files, wanted)


@dataclass(frozen=True)
class Reading:
    """What the readers of file formats need of a session."""

    con: Any


def is_symlinks(storage: Definition) -> bool:
    """Whether files of this storage name those that hold the rows."""
    return str(storage.get("InputFormat") or "").endswith(SYMLINKS)


def moment_text(modified: datetime) -> str:
    """A moment in UTC as the text of a timestamp with time zone."""
    instant = modified.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "milliseconds")
    return f"{{'instant': '{instant}', 'zone': 'UTC'}}"

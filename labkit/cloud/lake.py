"""Glue's tables as the engine's sources: a name becomes files on disk, pruned and paid for.

Athena reads all objects below a table's (or each partition's) location, except names that begin
with ``_`` or ``.``; partitions that the WHERE clause excludes are neither listed nor scanned.
Sources: https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html and
https://docs.aws.amazon.com/athena/latest/ug/partitions.html
"""

from __future__ import annotations

import base64
import bisect
import itertools
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlglot

from labkit.cloud import projection
from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Column, Listed, PartitionFilter, QueryFailed, Scan, View, formats
from labkit.cloud.engine.types import BIGINT, VARCHAR, Type, UnknownType, parse_type
from labkit.cloud.metastore import CATALOG, Definition, Metastore
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.store import Object, Store, split_uri

HIDDEN = (Column("$path", VARCHAR), Column("$file_size", BIGINT))
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
#: Readers of tables that are more than files under a location: ``table_type`` → source.
TABLE_TYPES: dict[str, Callable[[GlueCatalog, Definition], Any]] = {}
_VIEW_MARK, _VIEW_END = "/* Presto View: ", " */"


def table_type(name: str) -> Callable[[Any], Any]:
    """Register how tables of a ``table_type`` (``ICEBERG``) are read."""

    def register(reader: Any) -> Any:
        TABLE_TYPES[name] = reader
        return reader

    return register


class ScanLimit(Exception):
    """A query would scan more than it may. Args: bytes to scan, the limit."""


@dataclass(frozen=True)
class Partition:
    """One folder of a table.

    Args:
        values: the text of each key's value.
        location: its ``s3://`` address.
        storage: its own storage descriptor, empty where the table's applies.
    """

    values: tuple[str, ...]
    location: str
    storage: Definition = field(default_factory=dict)


class GlueCatalog:
    """The Glue catalog for one query of one principal.

    Args:
        cloud: the workspace's local AWS.
        principal: who asks; the objects are read on its behalf.
        region: the catalog's region.
        database: where names of one part are looked up.
        limit: the most bytes that may be scanned.
    """

    name = CATALOG

    def __init__(
        self,
        cloud: Cloud,
        principal: Principal,
        region: str,
        database: str,
        limit: int | None = None,
    ) -> None:
        self.database, self.limit = database.lower(), limit
        self.metastore = Metastore(cloud, region)
        self.store = Store(cloud, principal)
        self.scanned_bytes = 0
        self.files: list[formats.File] = []

    def resolve(self, parts: tuple[str, ...]) -> Any:
        """What a name stands for; see `labkit.cloud.engine.Catalog`."""
        database, name = self.locate(parts)
        definition = self.metastore.definition(database, name)
        if definition is None:
            full = f"{CATALOG}.{database}.{name}"
            raise QueryFailed("TABLE_NOT_FOUND", f"Table '{full}' does not exist")
        return self.source(definition)

    def source(self, definition: Definition) -> Any:
        """The source or view that a table's definition describes."""
        if is_view(definition):
            return _view(definition)
        kind = parameters_of(definition).get("table_type", "").upper()
        if not kind:
            return LakeTable(self, definition)
        if kind not in TABLE_TYPES:
            raise QueryFailed("NOT_SUPPORTED", f"Tables of type {kind} cannot be read here")
        return TABLE_TYPES[kind](self, definition)

    def locate(self, parts: tuple[str, ...]) -> tuple[str, str]:
        """Database and table of a name.

        Raises:
            QueryFailed: CATALOG_NOT_FOUND or SCHEMA_NOT_FOUND.
        """
        if len(parts) > 3:
            raise QueryFailed("SYNTAX_ERROR", f"Too many dots in table name: {'.'.join(parts)}")
        if len(parts) == 3 and parts[0].lower() != CATALOG:
            raise QueryFailed("CATALOG_NOT_FOUND", f"Catalog '{parts[0]}' does not exist")
        database = parts[-2].lower() if len(parts) > 1 else self.database
        if self.metastore.database(database) is None:
            raise QueryFailed("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
        return database, parts[-1].lower()

    def databases(self) -> Iterable[str]:
        return self.metastore.databases()

    def tables(self, database: str) -> Iterator[Listed]:
        for name in self.metastore.tables(database):
            definition = self.metastore.definition(database, name)
            if definition is not None:
                yield _listed(definition)

    def charge(self, count: int) -> None:
        """Note bytes that are about to be scanned.

        Raises:
            ScanLimit: they are more than the query may scan.
        """
        self.scanned_bytes += count
        if self.limit is not None and self.scanned_bytes > self.limit:
            raise ScanLimit(self.scanned_bytes, self.limit)


class LakeTable:
    """A table of files under a location."""

    hidden: Sequence[Column] = HIDDEN
    versioned = False

    def __init__(self, catalog: GlueCatalog, definition: Definition) -> None:
        self.catalog, self.definition = catalog, definition
        self.database, self.name = definition["DatabaseName"], definition["Name"]
        self.storage: Definition = definition.get("StorageDescriptor") or {}
        self.parameters = parameters_of(definition)
        self.data_columns = _columns(self.storage.get("Columns"), self.name)
        self.keys = _columns(definition.get("PartitionKeys"), self.name)

    @property
    def columns(self) -> Sequence[Column]:
        return (*self.data_columns, *self.keys)

    @property
    def partition_keys(self) -> Sequence[str]:
        return tuple(key.name for key in self.keys)

    @property
    def location(self) -> str:
        return str(self.storage.get("Location") or "")

    def relation(self, session: Any, scan: Scan) -> str:
        """The DuckDB relation of what a scan reads, charged to its query."""
        partitions = self.partitions(session, scan.filters)
        parts = [
            self._read(session, table, files, scan.columns)
            for table, files in self._grouped(partitions)
        ]
        return " UNION ALL BY NAME ".join(f"FROM ({part})" for part in parts)

    def partitions(self, session: Any, filters: Sequence[PartitionFilter] = ()) -> list[Partition]:
        """The partitions that meet the filters; the whole table as one when it has no keys."""
        if not self.keys:
            return [Partition((), self.location)]
        if projection.is_projected(self.parameters):
            return self._projected(session, filters)
        stored = [_stored(p) for p in self.catalog.metastore.partitions(self.database, self.name)]
        kept = set(_matching(session, self.keys, [p.values for p in stored], filters))
        return [p for p in stored if p.values in kept]

    def files(self, partition: Partition) -> list[Object]:
        """The objects of one partition."""
        return list(self._listed([partition])[0])

    def _projected(self, session: Any, filters: Sequence[PartitionFilter]) -> list[Partition]:
        names = [key.name for key in self.keys]
        columns = []
        for key, column in zip(projection.keys_of(self.parameters, names), self.keys, strict=True):
            own = [f for f in filters if f.keys == {column.name}]
            values = projection.values_of(key, _equals(own, column.name))
            rows = _matching(session, [column], [(v,) for v in values], own)
            columns.append([row[0] for row in rows])
        count = _product(map(len, columns))
        if count > projection.MAXIMUM:
            raise QueryFailed(
                "HIVE_EXCEEDED_PARTITION_LIMIT",
                f"Query over table '{self.database}.{self.name}' can potentially read more than "
                f"{projection.MAXIMUM} partitions",
            )
        rows = _matching(session, self.keys, list(itertools.product(*columns)), filters)
        place = projection.location_of
        return [Partition(v, place(self.parameters, self.location, names, v)) for v in rows]

    def _grouped(
        self, partitions: list[Partition]
    ) -> Iterator[tuple[formats.Table, list[formats.File]]]:
        """The files by the declaration that reads them: a partition may have its own."""
        groups: dict[str, tuple[formats.Table, list[formats.File]]] = {}
        for partition, objects in zip(partitions, self._listed(partitions), strict=True):
            table = self._declared(partition)
            _, files = groups.setdefault(repr(table), (table, []))
            files.extend(self._file(each, partition) for each in objects)
        yield from groups.values() or [(self._declared(Partition((), "")), [])]

    def declared(self) -> formats.Table:
        """The declaration by which the table's files are read."""
        return self._declared(Partition((), self.location))

    def _declared(self, partition: Partition) -> formats.Table:
        storage = partition.storage or self.storage
        serde = storage.get("SerdeInfo") or {}
        options = {k.lower(): v for k, v in self.parameters.items()}
        options |= {k.lower(): str(v) for k, v in (serde.get("Parameters") or {}).items()}
        if partition.storage:
            self._check_columns(partition)
        return formats.Table(
            format=formats.serde_format(
                serde.get("SerializationLibrary") or "", storage.get("InputFormat") or "", options
            ),
            columns=tuple((c.name, c.type) for c in self.data_columns),
            partition_keys=tuple((c.name, c.type) for c in (*self.keys, *HIDDEN)),
            options=options,
        )

    def _check_columns(self, partition: Partition) -> None:
        """A partition's columns may be fewer or narrower than the table's, never others."""
        declared = {c.name: c.type for c in self.data_columns}
        for column in _columns(partition.storage.get("Columns"), self.name):
            kind = declared.get(column.name)
            if kind is not None and not _fits(column.type, kind):
                where = "/".join(
                    f"{k.name}={v}" for k, v in zip(self.keys, partition.values, strict=True)
                )
                raise QueryFailed(
                    "HIVE_PARTITION_SCHEMA_MISMATCH",
                    "There is a mismatch between the table and partition schemas. The types are "
                    f"incompatible and cannot be coerced. The column '{column.name}' in table "
                    f"'{self.database}.{self.name}' is declared as type '{kind.hive}', but "
                    f"partition '{where}' declared column '{column.name}' as type "
                    f"'{column.type.hive}'.",
                )

    def _file(self, found: Object, partition: Partition) -> formats.File:
        try:
            path = self.catalog.store.read(found)
        except AwsError as error:
            raise QueryFailed(
                "HIVE_CANNOT_OPEN_SPLIT",
                f"Error opening Hive split {found.uri} (offset=0, length={found.size}): "
                f"{error.message} (Service: Amazon S3; Status Code: {error.status}; "
                f"Error Code: {error.code})",
            ) from error
        values = tuple(None if v == NULL_PARTITION else v for v in partition.values)
        return formats.File(str(path), found.uri, (*values, found.uri, str(found.size)), found.size)

    def _listed(self, partitions: list[Partition]) -> list[list[Object]]:
        """The objects of each partition, with one listing for each bucket."""
        folders = [split_uri(p.location.rstrip("/") + "/") for p in partitions]
        by_bucket: dict[str, list[str]] = defaultdict(list)
        for bucket, prefix in folders:
            by_bucket[bucket].append(prefix)
        listings = {b: self._list(b, _common(prefixes)) for b, prefixes in by_bucket.items()}
        keys = {b: [o.key for o in objects] for b, objects in listings.items()}
        return [list(_below(listings[b], keys[b], prefix)) for b, prefix in folders]

    def _list(self, bucket: str, prefix: str) -> list[Object]:
        uri = f"s3://{bucket}/{prefix}"
        try:
            return self.catalog.store.list(uri)
        except AwsError as error:
            if error.code == "AccessDenied":
                raise QueryFailed(
                    "PERMISSION_DENIED", f"Permission denied on S3 path: {uri} ({error.message})"
                ) from error
            raise QueryFailed(
                "HIVE_METASTORE_ERROR",
                f"{error.message} (Service: Amazon S3; Status Code: {error.status}; "
                f"Error Code: {error.code})",
            ) from error

    def _read(
        self, session: Any, table: formats.Table, files: list[formats.File], wanted: frozenset[str]
    ) -> str:
        self.catalog.charge(formats.scanned_bytes(table, files, wanted))
        self.catalog.files += files
        return formats.relation(_Reading(session.connection), table, files, wanted)


@dataclass(frozen=True)
class _Reading:
    """What the readers of file formats need of a session."""

    con: Any


def is_view(definition: Definition) -> bool:
    """Whether a catalog entry is a view."""
    return definition.get("TableType") == "VIRTUAL_VIEW"


def parameters_of(definition: Definition) -> dict[str, str]:
    """A table's parameters, as text."""
    return {k: str(v) for k, v in (definition.get("Parameters") or {}).items()}


def encode_view(sql: str, database: str, columns: Iterable[Column]) -> str:
    """A view's text as Athena stores it in the catalog."""
    content = {
        "originalSql": sql,
        "catalog": CATALOG,
        "schema": database,
        "columns": [{"name": c.name, "type": str(c.type)} for c in columns],
    }
    return _VIEW_MARK + base64.b64encode(json.dumps(content).encode()).decode() + _VIEW_END


def decode_view(definition: Definition) -> dict[str, Any]:
    """The content of a view that `encode_view` (or Athena) wrote.

    Raises:
        QueryFailed: it is another system's view.
    """
    text = definition.get("ViewOriginalText") or ""
    if not text.startswith(_VIEW_MARK):
        name = f"{definition['DatabaseName']}.{definition['Name']}"
        raise QueryFailed("INVALID_VIEW", f"View '{name}' is no view of Athena's")
    decoded: dict[str, Any] = json.loads(base64.b64decode(text[len(_VIEW_MARK) : -len(_VIEW_END)]))
    return decoded


def _view(definition: Definition) -> View:
    content = decode_view(definition)
    columns = tuple(Column(c["name"].lower(), parse_type(c["type"])) for c in content["columns"])
    return View(
        content["originalSql"], content.get("schema") or definition["DatabaseName"], columns
    )


def _listed(definition: Definition) -> Listed:
    storage = definition.get("StorageDescriptor") or {}
    name = definition["Name"]
    columns = (
        _columns(storage.get("Columns"), name),
        _columns(definition.get("PartitionKeys"), name),
    )
    if not is_view(definition):
        return Listed(name, (*columns[0], *columns[1]))
    sql = decode_view(definition)["originalSql"] if definition.get("ViewOriginalText") else None
    return Listed(name, columns[0], "VIEW", sql)


def _columns(declared: Any, table: str) -> tuple[Column, ...]:
    return tuple(
        Column(c["Name"].lower(), _type(c.get("Type") or "string", table), c.get("Comment"))
        for c in declared or ()
    )


def _type(text: str, table: str) -> Type:
    try:
        return parse_type(text)
    except (UnknownType, ValueError) as error:
        raise QueryFailed(
            "HIVE_INVALID_METADATA",
            f"Glue table '{table}' column type '{text}' is invalid or not supported",
        ) from error


_ORDER = ("tinyint", "smallint", "integer", "bigint")


def _fits(narrow: Type, wide: Type) -> bool:
    if narrow == wide or wide.base == "varchar":
        return narrow.base in ("varchar", "char", *_ORDER) or narrow == wide
    if narrow.base in _ORDER and wide.base in _ORDER:
        return _ORDER.index(narrow.base) <= _ORDER.index(wide.base)
    return (narrow.base, wide.base) == ("real", "double")


def _stored(partition: Definition) -> Partition:
    storage = partition.get("StorageDescriptor") or {}
    return Partition(tuple(partition["Values"]), storage.get("Location") or "", storage)


def _matching(
    session: Any,
    keys: Sequence[Column],
    rows: list[tuple[str, ...]],
    filters: Sequence[PartitionFilter],
) -> list[tuple[str, ...]]:
    """Those rows of key values that meet all filters that read only these keys."""
    names = {key.name for key in keys}
    conditions = [f.sql for f in filters if f.keys <= names]
    if not conditions or not rows:
        return rows
    columns = ", ".join(_key_sql(at, key) for at, key in enumerate(keys, 1))
    numbered = "SELECT unnest(?) AS v, generate_subscripts(?, 1) AS n"
    where = " AND ".join(f"({condition})" for condition in conditions)
    sql = f"SELECT n FROM (SELECT n, {columns} FROM ({numbered})) WHERE {where} ORDER BY n"
    values = [list(row) for row in rows]
    found = session.connection.execute(sql, [values, values]).fetchall()
    return [rows[n - 1] for (n,) in found]


def _key_sql(at: int, key: Column) -> str:
    value = f"nullif(v[{at}], '{NULL_PARTITION}')"
    return f"TRY_CAST({value} AS {key.type.duckdb}) AS {_quoted(key.name)}"


def _equals(filters: Sequence[PartitionFilter], name: str) -> list[str] | None:
    """The constants that a key must equal, where the conditions say so."""
    for each in filters:
        tree = sqlglot.parse_one(each.sql, dialect="duckdb").unnest()
        literals = list(tree.find_all(sqlglot.exp.Literal))
        if isinstance(tree, sqlglot.exp.EQ | sqlglot.exp.In) and literals:
            return [str(e.this) for e in literals]
    return None


def _below(objects: list[Object], keys: list[str], prefix: str) -> Iterator[Object]:
    for at in range(bisect.bisect_left(keys, prefix), len(keys)):
        if not keys[at].startswith(prefix):
            return
        inner = keys[at][len(prefix) :].split("/")
        if inner[-1] and objects[at].size and not any(p.startswith(("_", ".")) for p in inner):
            yield objects[at]


def _common(prefixes: list[str]) -> str:
    shared = os.path.commonprefix(prefixes)  # noqa: RUF071  keys are text, not paths
    return shared[: shared.rfind("/") + 1]


def _product(counts: Iterable[int]) -> int:
    total = 1
    for count in counts:
        total *= count
    return total


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

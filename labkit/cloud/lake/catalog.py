"""The Glue catalog as the engine's catalog: names become tables of files, views, or other tables.

Source: https://docs.aws.amazon.com/athena/latest/ug/understanding-tables-databases-and-the-data-catalog.html
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Column, Listed, QueryFailed, formats
from labkit.cloud.lake.definitions import (
    columns_of,
    decode_view,
    is_view,
    parameters_of,
    table_type_of,
    view_of,
)
from labkit.cloud.lake.governed import Governed, Visible, governed
from labkit.cloud.lake.metastore import CATALOG, Definition, Metastore
from labkit.cloud.lake.table import LakeTable
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.s3.store import Store

__all__ = [
    "MODULES", "TABLE_TYPES", "GlueCatalog", "LakeTable", "ScanLimit", "parameters_of", "reader_of",
    "table_type",
]  # fmt: skip

#: Readers of tables that are more than files under a location: ``table_type`` → source.
TABLE_TYPES: dict[str, Callable[[GlueCatalog, Definition], Any]] = {}
#: Where the readers are: what Athena reads beside files under a location.
MODULES = {"ICEBERG": "labkit.cloud.iceberg", "DELTA": "labkit.cloud.delta"}


def table_type(name: str) -> Callable[[Any], Any]:
    """Register how tables of a ``table_type`` (``ICEBERG``) are read."""

    def register(reader: Any) -> Any:
        TABLE_TYPES[name] = reader
        return reader

    return register


def reader_of(name: str) -> Any:
    """How tables of a ``table_type`` are read; ``None`` when nobody here reads them.

    The libraries behind a table type are loaded with the first table of it.
    """
    if name in MODULES:
        importlib.import_module(MODULES[name])
    return TABLE_TYPES.get(name)


class ScanLimit(Exception):
    """A query would scan more than it may. Args: bytes to scan, the limit."""


class GlueCatalog:
    """The Glue catalog for one query of one principal.

    Args:
        cloud: the workspace's local AWS.
        principal: who asks; the objects are read on its behalf.
        region: the catalog's region.
        database: where names of one part are looked up.
        limit: the most bytes that may be scanned.
        author: who changes tables.
        digits: of a second's fraction that timestamps in columnar files keep: Athena's 3, or 6.
        kinds: the table types that the caller's service reads beside files.
        projects: whether partitions may be projected, which they are in Athena alone.
    """

    name = CATALOG

    def __init__(
        self,
        cloud: Cloud,
        principal: Principal,
        region: str,
        database: str,
        limit: int | None = None,
        author: str = "",
        digits: int = 3,
        kinds: Collection[str] = ("ICEBERG",),
        projects: bool = True,
    ) -> None:
        self.database, self.limit, self.digits = database.lower(), limit, digits
        self.kinds, self.projects, self.principal = kinds, projects, principal
        self.metastore = Metastore(cloud, region, author, principal)
        self.store = Store(cloud, principal)
        self.scanned_bytes = 0
        self.files: list[formats.File] = []
        self.narrowed: dict[str, Any] = {}  # what stands behind views of some columns or rows
        self.hides_rows = False  # of a table, whose data filter is told nobody

    def resolve(self, parts: tuple[str, ...]) -> Any:
        """What a name stands for; see `labkit.cloud.engine.Catalog`.

        Of a table of which the principal may select some columns or rows, a view of those.
        """
        if parts[-1] in self.narrowed:
            return self.narrowed[parts[-1]]
        database, name = self.locate(parts)
        definition = self.metastore.definition(database, name)
        found = self._selected(definition) if definition else self._part(database, name)
        if found is None:
            full = f"{CATALOG}.{database}.{name}"
            raise QueryFailed("TABLE_NOT_FOUND", f"Table '{full}' does not exist")
        return found

    def resolve_source(self, parts: tuple[str, ...]) -> Any:
        """The same, for who reads no views: of a governed table the columns that may be selected.

        Raises:
            QueryFailed: NOT_SUPPORTED: some rows alone may be selected.
        """
        known, found = len(self.narrowed), self.resolve(parts)
        if len(self.narrowed) == known:
            return found
        if self.hides_rows:
            why = f"Lake Formation lets some rows of {parts[-1]} alone be selected, which only "
            raise QueryFailed("NOT_SUPPORTED", f"{why}Athena and QuickSight read here")
        return Visible(next(reversed(self.narrowed.values())), found.columns)

    def _part(self, database: str, name: str) -> Any:
        """What a table tells of itself under a name such as ``"orders$history"``."""
        table, _, part = name.rpartition("$")
        definition = self.metastore.definition(database, table) if table else None
        may = governed(self, definition) if definition else None
        if may:
            may.check_whole()
        reader = may.reader() if may else self
        found = reader.source(definition) if definition else None
        return getattr(found, "part", _no_part)(part)

    def _selected(self, definition: Definition) -> Any:
        may = governed(self, definition)
        if may is None:
            return self.source(definition)
        source = may.reader().source(definition)
        if (view := may.view(source)) is None:
            return source
        self.narrowed[may.name] = source
        return view

    def source(self, definition: Definition) -> Any:
        """The source or view that a table's definition describes."""
        if is_view(definition):
            return view_of(definition)
        kind = _kind(definition)
        if not kind:
            return LakeTable(self, definition)
        reader = reader_of(kind)
        if reader is None or kind not in self.kinds:
            raise QueryFailed("NOT_SUPPORTED", f"Tables of type {kind} cannot be read here")
        return reader(self, definition)

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
        if self.metastore.ready_database(database) is None:
            raise QueryFailed("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
        return database, parts[-1].lower()

    def databases(self) -> Iterable[str]:
        return self.metastore.databases()

    def tables(self, database: str) -> Iterator[Listed]:
        for name in self.metastore.tables(database):
            definition = self.metastore.definition(database, name)
            if definition is not None:
                yield self._listed(definition, governed(self, definition))

    def teller(self, definition: Definition) -> GlueCatalog:
        """The catalog that reads what a table tells of itself."""
        may = governed(self, definition)
        return may.teller() if may else self

    def _listed(self, definition: Definition, may: Governed | None) -> Listed:
        kind = "VIEW" if is_view(definition) else "BASE TABLE"
        return Listed(
            definition["Name"],
            kind,
            _view_sql(definition) if kind == "VIEW" else None,
            lambda: may.seen(self._told(definition)) if may else self._told(definition),
        )

    def _told(self, definition: Definition) -> Sequence[Column]:
        """A table's own columns; none when its metadata cannot be read, as Trino passes it over."""
        try:
            if _view_sql(definition) is not None:
                return view_of(definition).columns
            if _kind(definition) in self.kinds:
                return tuple(self.teller(definition).source(definition).columns)
            storage, name = definition.get("StorageDescriptor") or {}, definition["Name"]
            keys = columns_of(definition.get("PartitionKeys"), name)
            told = (replace(key, extra_info="partition key") for key in keys)
            return (*columns_of(storage.get("Columns"), name), *told)
        except (QueryFailed, AwsError, ValueError):
            return ()

    def charge(self, count: int) -> None:
        """Note bytes that are about to be scanned.

        Raises:
            ScanLimit: they are more than the query may scan.
        """
        self.scanned_bytes += count
        if self.limit is not None and self.scanned_bytes > self.limit:
            raise ScanLimit(self.scanned_bytes, self.limit)


def _view_sql(definition: Definition) -> str | None:
    """A view's query; ``None`` for a table, and for a view of another engine's."""
    try:
        return str(decode_view(definition)["originalSql"]) if is_view(definition) else None
    except (QueryFailed, ValueError):
        return None


def _kind(definition: Definition) -> str:
    return table_type_of(parameters_of(definition))


def _no_part(name: str) -> None:
    """A table that has nothing under such names."""

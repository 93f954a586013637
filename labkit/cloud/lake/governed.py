"""A table that Lake Formation governs, as one principal may read it.

Sources: https://docs.aws.amazon.com/athena/latest/ug/security-athena-lake-formation.html and
https://docs.aws.amazon.com/lake-formation/latest/dg/data-filters-about.html
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from labkit.cloud.engine import QueryFailed, View
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.lake.definitions import is_view
from labkit.cloud.lake.refusals import insufficient
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.s3.store import Object, Objects, Store, split_uri

if TYPE_CHECKING:
    from labkit.cloud.lake.catalog import GlueCatalog
    from labkit.cloud.lake.metastore import Definition
    from labkit.cloud.lake_formation.access import Access


class _Column(Protocol):
    @property
    def name(self) -> str: ...


Named = TypeVar("Named", bound=_Column)


def governed(catalog: GlueCatalog, definition: Definition) -> Governed | None:
    """How a catalog's principal may read a table; ``None``: as IAM alone says."""
    access = catalog.metastore.access(definition["DatabaseName"], definition["Name"])
    return Governed(catalog, definition, access) if access is not None else None


class Governed:
    """What may be read of a table.

    Args:
        catalog: whose principal reads it.
        definition: the table.
        access: what the principal may do with it.
    """

    def __init__(self, catalog: GlueCatalog, definition: Definition, access: Access) -> None:
        self._catalog, self._definition, self._access = catalog, definition, access
        #: Under which the whole table is found: nobody can know it.
        self.name = f"{definition['Name']}${uuid.uuid4().hex}"

    def seen(self, columns: Sequence[Named]) -> Sequence[Named]:
        """Those of its columns that are listed: all, where it may be described alone."""
        names = self._access.told()
        return columns if names is None else [c for c in columns if c.name.lower() in names]

    def check_whole(self) -> None:
        """Raise unless all of it may be selected.

        Raises:
            QueryFailed: PERMISSION_DENIED.
        """
        self._check()
        if not self._access.is_whole():
            raise self._refused("Required Select on all columns and rows of")

    def reader(self) -> GlueCatalog:
        """The catalog that reads it: of a folder that is registered, in Lake Formation's name.

        Raises:
            QueryFailed: PERMISSION_DENIED: the principal may not select from it.
        """
        self._check()
        return self.teller()

    def teller(self) -> GlueCatalog:
        """The catalog that reads what the table tells of itself, likewise."""
        from labkit.cloud.lake_formation.access import place_of

        catalog, cloud = self._catalog, self._catalog.metastore.cloud
        location = (self._definition.get("StorageDescriptor") or {}).get("Location") or ""
        role = place_of(cloud, catalog.metastore.region, location)
        if role is None or is_view(self._definition):
            return catalog
        session = role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
        arn = f"{session}/AWSLF" if role else f"arn:aws:iam::{cloud.account}:root"
        lent = copy.copy(catalog)
        lent.store = _Lent(catalog.store, Principal(arn, cloud.account), location)
        lent.charge = catalog.charge  # type: ignore[method-assign]
        return lent

    def view(self, source: Any) -> View | None:
        """A view of the columns and rows that may be selected; ``None`` where all may."""
        if self._access.is_all:
            return None
        names, rows = self._access.columns(), self._condition()
        columns = tuple(each for each in source.columns if each.name in names)
        if len(columns) == len(source.columns) and rows is None:
            return None
        if not columns:
            raise QueryFailed("COLUMN_NOT_FOUND", "Relation contains no accessible columns")
        chosen = ", ".join(quoted_name(each.name) for each in columns)
        where = f" WHERE {rows}" if rows else ""
        self._catalog.hides_rows |= rows is not None
        database = self._definition["DatabaseName"]
        sql = f"SELECT {chosen} FROM {quoted_name(database)}.{quoted_name(self.name)}{where}"
        return View(sql, database, columns)

    def _condition(self) -> str | None:
        try:
            return self._access.condition()
        except AwsError as error:
            raise QueryFailed("NOT_SUPPORTED", error.message) from error

    def _check(self) -> None:
        if "SELECT" not in self._access.rights:
            raise self._refused("Required Select on")

    def _refused(self, what: str) -> QueryFailed:
        refusal = insufficient(f": {what} {self._definition['Name']}")
        return QueryFailed("PERMISSION_DENIED", refusal.message)


class Visible:
    """A table without the columns that are hidden, and without what is told of its files.

    Args:
        source: the table.
        columns: those that may be selected.
    """

    hidden = ()

    def __init__(self, source: Any, columns: Sequence[Any]) -> None:
        self._source, self.columns = source, columns

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


class _Lent(Store):
    """The lake as a reader may use it, and one table's folder in Lake Formation's name.

    What the table's partitions or metadata name elsewhere is read with the reader's own rights.
    """

    def __init__(self, own: Store, lender: Principal, location: str) -> None:
        super().__init__(own.cloud, lender, own.encrypted)
        self._own, self._place = own, split_uri(f"{location.rstrip('/')}/")

    def list(self, uri: str) -> Objects:
        bucket, prefix = split_uri(f"{uri.rstrip('/')}/")
        return super().list(uri) if self._is_lent(bucket, prefix) else self._own.list(uri)

    def read(self, found: Object) -> Path:
        lent = self._is_lent(found.bucket, found.key)
        return super().read(found) if lent else self._own.read(found)

    def _is_lent(self, bucket: str, key: str) -> bool:
        return bucket == self._place[0] and key.startswith(self._place[1])

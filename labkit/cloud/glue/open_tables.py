"""Iceberg and Delta Lake tables under a crawler's targets, told by their own metadata.

Sources: https://docs.aws.amazon.com/glue/latest/dg/crawler-data-stores.html and
https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.glue.definitions import OWNER, Definition, location
from labkit.cloud.glue.names import table_name
from labkit.cloud.glue.targets import folder_of, without_excluded
from labkit.cloud.operations import Principal
from labkit.cloud.s3.store import Object, Store

_METADATA = re.compile(r"(.*/|)metadata/v?(\d+)[^/]*\.metadata\.json")
_DEPTH = 20


@dataclass(frozen=True)
class Found:
    """A table that tells its own columns.

    Args:
        name: what it is called.
        where: its location.
        make: its entry in the catalog, under a name.
    """

    name: str
    where: str
    make: Callable[[str], Definition]


def found_tables(
    cloud: Cloud, region: str, principal: Principal, crawler: Any, note: Callable[[str], None]
) -> Iterator[Found]:
    """The tables of a crawler's Iceberg and Delta targets.

    Args:
        principal: as whom the crawler reads.
        note: hears of a target under which there is none.
    """
    store = Store(cloud, principal)
    for target in crawler.targets.get("IcebergTargets") or ():
        for path in target["Paths"]:
            found = list(_iceberg(store, crawler.name, path, target))
            if not found:
                note(f"No Iceberg table found at {path}: no table was made.")
            yield from found
    for target in crawler.targets.get("DeltaTargets") or ():
        for path in target["DeltaTables"]:
            yield _delta(cloud, region, principal, crawler, path)


def _iceberg(store: Store, crawler: str, path: str, target: dict[str, Any]) -> Iterator[Found]:
    """Each folder that has a ``metadata`` folder, by the last file in it."""
    bucket, root = folder_of(path)
    listed = store.list(location(bucket, root))
    kept = without_excluded(listed, root, target.get("Exclusions") or [])
    depth, latest = target.get("MaximumTraversalDepth") or _DEPTH, dict[str, tuple[int, Object]]()
    for each in kept:
        found = _METADATA.fullmatch(each.key[len(root) :])
        if found and found[1].count("/") <= depth:
            number = int(found[2])
            latest[found[1]] = max(latest.get(found[1], (-1, each)), (number, each), key=_order)
    for folder, (_, last) in sorted(latest.items()):
        yield _found(bucket, root + folder, _iceberg_entry(store, crawler, last.uri))


def _order(numbered: tuple[int, Object]) -> tuple[int, Any]:
    return numbered[0], numbered[1].modified


def _iceberg_entry(store: Store, crawler: str, uri: str) -> Callable[[str], Definition]:
    from pyiceberg.serializers import FromInputFile

    from labkit.cloud.iceberg.catalog import table_input
    from labkit.cloud.iceberg.storage import StoreIO

    def make(name: str) -> Definition:
        metadata = FromInputFile.table_metadata(StoreIO(store).new_input(uri))
        told = {"Owner": OWNER, "Retention": 0, "Parameters": {"UpdatedByCrawler": crawler}}
        return table_input(name, metadata, uri, told)

    return make


def _delta(cloud: Cloud, region: str, principal: Principal, crawler: Any, path: str) -> Found:
    from labkit.cloud.delta.statements import entry_of, table_at
    from labkit.cloud.lake.catalog import MODULES, GlueCatalog

    bucket, folder = folder_of(path)
    catalog = GlueCatalog(cloud, principal, region, crawler.database_name, kinds=MODULES)

    def make(name: str) -> Definition:
        where = location(bucket, folder)
        made = entry_of(table_at(catalog, (crawler.database_name, name), where))
        return made | {"Parameters": made["Parameters"] | {"UpdatedByCrawler": crawler.name}}

    return _found(bucket, folder, make)


def _found(bucket: str, folder: str, make: Callable[[str], Definition]) -> Found:
    return Found(table_name(folder, bucket), location(bucket, folder), make)

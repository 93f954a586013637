"""Crawls of new folders alone: what does not fit the table in whose folder it lies is left out.

"If it discovers objects where schemas are not compatible, the crawler will not add the objects in
the Data Catalog, and adds this detail as a log":
https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.glue.definitions import OWNER
from labkit.cloud.glue.grouping import Found, Rules
from labkit.cloud.glue.places import Place
from labkit.cloud.glue.records import current
from labkit.cloud.glue.shape import merge
from labkit.cloud.glue.targets import folder_of

MODE = "CRAWL_NEW_FOLDERS_ONLY"


def unfit(cloud: Cloud, region: str, crawler: str, place: Place, found: list[Found]) -> set[str]:
    """The keys of objects in new folders of this crawler's tables, of which they are no part.

    Args:
        found: all objects of the place.
    """
    with cloud.lock("glue"):
        tables = dict(_tables(cloud, region, crawler, place))
    parts: dict[str, tuple[list[Found], list[Found]]] = {}
    for each in found:
        above = list(_folders_above(each.key))
        if home := next((folder for folder in above if folder in tables), None):
            own, new = parts.setdefault(home, ([], []))
            is_own = above[0] == home or not tables[home].isdisjoint(above)
            (own if is_own else new).append(each)
    return {each.key for own, new in parts.values() for each in _others(own, new, place.rules)}


def _others(own: list[Found], new: list[Found], rules: Rules) -> list[Found]:
    """Those of the new objects that are unlike a table's own."""
    if not own or not new:
        return []
    shape = merge([each.shape for each in own])
    return [each for each in new if not rules.alike(shape, each.shape)]


def _tables(
    cloud: Cloud, region: str, crawler: str, place: Place
) -> Iterator[tuple[str, set[str]]]:
    """The folders of a crawler's tables, with those of their partitions."""
    database = cloud.backend("glue", region).databases.get(place.database)
    for table in [*database.tables.values()] if database else ():
        definition = current(table)
        home = _folder(definition, place.root[0])
        if home and (definition.get("Parameters") or {}).get(OWNER) == crawler:
            held = [part.partition_input for part in table.partitions.values()]
            yield home, {_folder(each, place.root[0]) for each in held} - {""}


def _folder(definition: dict[str, Any], bucket: str) -> str:
    """The key prefix of a table or partition in a bucket; nothing where it lies elsewhere."""
    where = str((definition.get("StorageDescriptor") or {}).get("Location") or "")
    place = folder_of(where) if where.startswith("s3://") else ("", "")
    return place[1] if place[0] == bucket else ""


def _folders_above(key: str) -> Iterator[str]:
    """The folders in which an object lies, the deepest first.

    >>> list(_folders_above("a/b/c.csv"))
    ['a/b/', 'a/']
    """
    while "/" in key:
        key = key.rpartition("/")[0]
        yield f"{key}/"

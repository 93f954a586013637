"""External tables and partitions whose location is a manifest: a file that names those of the rows.

Source: LOCATION in https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from labkit.cloud.engine import QueryFailed
from labkit.cloud.lake.listing import list_folders, path_of
from labkit.cloud.s3.store import Object, Store


def listed(store: Store, locations: Iterable[str]) -> list[list[Object]]:
    """The objects that hold rows at each location, which is a folder or a manifest.

    Raises:
        QueryFailed: a file that is no manifest, or a mandatory one that is not there.
    """
    places = list(locations)
    return [
        objects or _named(store, manifest_of(store, place))
        for place, objects in zip(places, list_folders(store, places), strict=True)
    ]


def manifest_of(store: Store, location: str) -> Object | None:
    """The file that a location names, where it is no folder."""
    found = None if location.endswith("/") else store.find(location)
    return found if found and found.size and not list_folders(store, [location])[0] else None


def _named(store: Store, manifest: Object | None) -> list[Object]:
    if manifest is None:
        return []
    found = []
    for entry in _entries(store, manifest):
        each = store.find(entry["url"])
        if each is not None:
            found.append(each)
        elif entry.get("mandatory"):
            raise QueryFailed("HIVE_BAD_DATA", f"The mandatory file {entry['url']} of the manifest "
                              f"{manifest.uri} is not there")  # fmt: skip
    return found


def _entries(store: Store, manifest: Object) -> list[dict[str, Any]]:
    try:
        entries = json.loads(path_of(store, manifest).read_bytes())["entries"]
        if all(isinstance(each["url"], str) for each in entries):
            return list(entries)
    except (ValueError, TypeError, LookupError):
        pass
    raise QueryFailed("HIVE_BAD_DATA", f"The location {manifest.uri} is neither a folder nor a "
                      "manifest of files")  # fmt: skip

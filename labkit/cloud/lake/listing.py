"""The objects of the lake's folders, and what Athena says where S3 refuses them.

Names that begin with ``_`` or ``.`` and empty objects hold no rows. Source:
https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html
"""

from __future__ import annotations

import bisect
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from labkit.cloud.engine import QueryFailed
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import Object, Store, split_uri


def list_folders(store: Store, locations: Iterable[str]) -> list[list[Object]]:
    """The objects that hold rows below each location, with one listing for each bucket.

    Who may not list what the folders have in common may list each of them.
    """
    folders = [split_uri(location.rstrip("/") + "/") for location in locations]
    by_bucket: dict[str, list[str]] = defaultdict(list)
    for bucket, prefix in folders:
        by_bucket[bucket].append(prefix)
    listings = {b: _listed(store, b, prefixes) for b, prefixes in by_bucket.items()}
    keys = {b: [o.key for o in objects] for b, objects in listings.items()}
    return [list(_below(listings[b], keys[b], prefix)) for b, prefix in folders]


def _listed(store: Store, bucket: str, prefixes: list[str]) -> list[Object]:
    common = _common(prefixes)
    try:
        return list_objects(store, bucket, common)
    except QueryFailed:
        if common in prefixes:
            raise
    each = (found for prefix in dict.fromkeys(prefixes)
            for found in list_objects(store, bucket, prefix))  # fmt: skip
    return sorted({found.key: found for found in each}.values(), key=lambda found: found.key)


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


def list_objects(store: Store, bucket: str, prefix: str) -> list[Object]:
    """All objects below a prefix.

    Raises:
        QueryFailed: PERMISSION_DENIED, HIVE_METASTORE_ERROR.
    """
    uri = f"s3://{bucket}/{prefix}"
    try:
        return store.list(uri)
    except AwsError as error:
        if error.code == "AccessDenied":
            raise QueryFailed(
                "PERMISSION_DENIED", f"Permission denied on S3 path: {uri} ({error.message})"
            ) from error
        raise QueryFailed("HIVE_METASTORE_ERROR", error.in_java("Amazon S3")) from error


def followed(store: Store, symlinks: Iterable[Object]) -> list[Object]:
    """The objects that files of addresses name, as those of Delta Lake and S3 Inventory do.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
    """
    found = []
    for each in symlinks:
        text = path_of(store, each).read_bytes().decode(errors="replace")
        for uri in filter(None, map(str.strip, text.split("\n"))):
            target = store.find(uri)
            if target is None:
                raise QueryFailed(
                    "HIVE_BAD_DATA", f"Error parsing symlinks from: {each.uri}: no file {uri}"
                )
            found.append(target)
    return found


def path_of(store: Store, found: Object) -> Path:
    """An object's file, once the caller may read it.

    Raises:
        QueryFailed: HIVE_CANNOT_OPEN_SPLIT.
    """
    try:
        return store.read(found)
    except AwsError as error:
        raise QueryFailed(
            "HIVE_CANNOT_OPEN_SPLIT",
            f"Error opening Hive split {found.uri} (offset=0, length={found.size}): "
            f"{error.in_java('Amazon S3')}",
        ) from error

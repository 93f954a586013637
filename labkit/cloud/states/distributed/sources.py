"""What a distributed Map goes through: the state's data, objects in S3, or what these hold.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from labkit.cloud.states import items
from labkit.cloud.states.distributed import formats
from labkit.cloud.states.distributed.lake import reaching
from labkit.cloud.states.errors import StateFailed
from labkit.cloud.states.visits import Visit

READER_FAILED = "States.ItemReaderFailed"
ATHENA = "ATHENA_DATA"
Json = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """An item, and where it comes from as the context object says it."""

    value: Any
    source: str


def items_of(visit: Visit) -> list[Item]:
    """What a Map goes through.

    Raises:
        StateFailed: it cannot be read.
    """
    reader = visit.state.get("ItemReader")
    if reader is None:
        return [Item(each, items.STATE_DATA) for each in items.items_of(visit)]
    config = reader.get("ReaderConfig", {})
    most = most_items(visit)
    if most < 0:
        raise StateFailed(READER_FAILED, "field MaxItems must be positive", located=True)
    read = READERS[reader["Resource"].rpartition(":")[2]]
    with reaching(visit, reader, READER_FAILED) as (client, place):
        try:
            found = read(Bucket(client, place.get("Bucket", "")), place, config)
            return list(itertools.islice(found, most or None))
        except formats.Unreadable as error:
            raise StateFailed(READER_FAILED, str(error), located=True) from error


def most_items(visit: Visit) -> int:
    """How many items a Map reads at most; 0 where it reads them all.

    Raises:
        StateFailed: it is no number.
    """
    config = visit.state.get("ItemReader", {}).get("ReaderConfig", {})
    return int(visit.number("MaxItems", config, signed=True) or 0)


class Bucket:
    """A bucket as the execution's role may read it."""

    def __init__(self, client: Any, name: str) -> None:
        self._client, self.name = client, name

    def uri(self, key: str) -> str:
        return f"S3://{self.name}/{key}"

    def body(self, **place: Any) -> bytes:
        """An object's content."""
        found: bytes = self._client.get_object(Bucket=self.name, **place)["Body"].read()
        return found

    def listed(self, **place: Any) -> Iterator[Json]:
        """The objects of a listing."""
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, **place):
            yield from page.get("Contents", [])

    def other(self, name: str) -> Bucket:
        return Bucket(self._client, name)

    def items(self, config: Json, **place: Any) -> Iterator[Item]:
        """The items that an object holds."""
        for each in formats.items_in(self.body(**place), config):
            yield Item(each, self.uri(place["Key"]))


def _objects(bucket: Bucket, place: Json, config: Json) -> Iterator[Item]:
    """The objects under a prefix, or the items that they hold."""
    for each in bucket.listed(**_without_bucket(place)):
        if config.get("Transformation") == "LOAD_AND_FLATTEN":
            yield from bucket.items(config, Key=each["Key"])
        else:
            told = {
                "Etag": each["ETag"],
                "Key": each["Key"],
                "LastModified": int(each["LastModified"].timestamp()),
                "Size": each["Size"],
                "StorageClass": each["StorageClass"],
            }
            yield Item(told, f"S3://{bucket.name}")


def _object(bucket: Bucket, place: Json, config: Json) -> Iterator[Item]:
    """The items that an object holds, or those that the files of a manifest hold."""
    place = _without_bucket(place)
    if config.get("ManifestType") == ATHENA:
        for address in formats.lines(bucket.body(**place)):
            name, _, key = address.partition("://")[2].partition("/")
            yield from bucket.other(name).items(config, Key=key)
    elif config["InputType"] == "MANIFEST":
        yield from _inventory(bucket, bucket.body(**place))
    else:
        yield from bucket.items(config, **place)


def _inventory(bucket: Bucket, manifest: bytes) -> Iterator[Item]:
    """The objects that an inventory of S3 lists, in CSV."""
    try:
        found = json.loads(manifest)
        columns = [name.strip() for name in found["fileSchema"].split(",")]
        files = [each["key"] for each in found["files"]]
        bucket = bucket.other(found["destinationBucket"].rpartition(":")[2])
        if found["fileFormat"] != "CSV":
            raise formats.Unreadable(f"Inventories in {found['fileFormat']} are not read here.")
    except (ValueError, LookupError, AttributeError, TypeError):
        raise formats.Unreadable("The object is not a manifest of an S3 inventory.") from None
    given = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": columns}
    for key in files:
        yield from bucket.items(given, Key=key)


def _without_bucket(place: Json) -> Json:
    return {name: value for name, value in place.items() if name != "Bucket"}


READERS: dict[str, Callable[[Bucket, Json, Json], Iterator[Item]]] = {
    "getObject": _object,
    "listObjectsV2": _objects,
}

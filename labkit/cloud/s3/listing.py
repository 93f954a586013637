"""S3's listings: objects, versions and uploads, in pages, grouped by a delimiter.

Keys come in the order of their UTF-8 bytes, a key's versions with the newest first. A page has at
most 1,000 entries; all keys with the same text up to the delimiter are one entry, their common
prefix. What a page ends with is where the next one begins.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
"""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.s3 import models

from labkit.cloud import protocol
from labkit.cloud.access.s3_requests import BUCKET_ACTIONS
from labkit.cloud.operations import Answer, AwsError

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

MOST = 1000
OWNER = {"ID": models.OWNER, "DisplayName": "webfile"}
_TOKEN = b"after:"
_TAGS, _ARE_MARKERS = (b"Version", b"DeleteMarker"), "of each entry, in its order"


class Entry(NamedTuple):
    """What is listed: a key, the id of a version or upload, and moto's record of it."""

    key: str
    id: str
    record: Any


@dataclass(frozen=True)
class Asked:
    """What a listing is asked for."""

    query: dict[str, str]
    most: int

    @property
    def prefix(self) -> str:
        return self.query.get("prefix", "")

    @property
    def delimiter(self) -> str:
        return self.query.get("delimiter", "")

    def text(self, name: str) -> str:
        """A name as the answer tells it."""
        return urllib.parse.quote(name) if "encoding-type" in self.query else name

    @property
    def passes_group(self) -> bool:
        """Whether a marker within a common prefix is behind it; a key to start after is not."""
        return "list-type" not in self.query

    def group(self, key: str) -> str | None:
        """The common prefix that a key belongs to, if it does."""
        if not self.delimiter:
            return None
        stem, found, _ = key[len(self.prefix) :].partition(self.delimiter)
        return self.prefix + stem + found if found else None


class Page(NamedTuple):
    """A page of a listing, its last entry, and whether there are more."""

    entries: list[Entry]
    groups: list[str]
    last: tuple[str, str]
    more: bool


def is_listing(request: Request) -> bool:
    """Whether a request asks for one of these listings."""
    asked = next((name for name in request.query if name in BUCKET_ACTIONS), "")
    whole = bool(request.bucket) and not request.key
    return request.method == "GET" and whole and asked in ("", "versions", "uploads")


def answer(request: Request, bucket: Any) -> protocol.Reply:
    """The listing that a request asks for, of moto's record of a bucket.

    Raises:
        AwsError: ``InvalidArgument``: a token of another listing, or an unknown encoding.
    """
    query = request.query
    if query.get("encoding-type", "url") != "url":
        raise _invalid("Invalid Encoding Method specified in Request", "encoding-type", query)
    limit = "max-uploads" if "uploads" in query else "max-keys"
    asked = Asked(query, min(int(query.get(limit) or MOST), MOST))
    name = next((each for each in _LISTINGS if each in query), "")
    operation, root, listing = _LISTINGS[name]
    found = listing(asked, bucket)
    told = {"Prefix": asked.text(asked.prefix), "IsTruncated": False} | found
    told |= {"Delimiter": asked.text(asked.delimiter)} if asked.delimiter else {}
    told |= {"EncodingType": "url"} if "encoding-type" in query else {}
    body = protocol.xml_document(operation, root, told)
    body = _mixed(body, found.get(_ARE_MARKERS, []))
    headers = {"Content-Type": "application/xml", "x-amz-bucket-region": bucket.region_name}
    return protocol.Reply(200, headers, body)


def _mixed(body: bytes, are_markers: list[bool]) -> bytes:
    """A listing of versions with its markers among them, in the order of the listing.

    Clients that read the document as it comes, such as MinIO's, take a key's first for its latest.
    """
    versions, markers = (re.findall(rb"(?s)<%b>.*?</%b>" % (tag, tag), body) for tag in _TAGS)
    if not versions or not markers:
        return body
    start = body.index(versions[0])
    rest = body[start:].replace(b"".join(versions), b"").replace(b"".join(markers), b"")
    turn = {False: iter(versions), True: iter(markers)}
    return body[:start] + b"".join(next(turn[each]) for each in are_markers) + rest


def _list_objects(asked: Asked, bucket: Any) -> Answer:
    marker = asked.query.get("marker", "")
    page = _page(asked, _objects(asked, bucket, marker), (marker, ""))
    told = _told_of_objects(asked, bucket, page, owner=True) | {"Marker": asked.text(marker)}
    told["Prefix"] = asked.prefix  # the only name that is told as it is
    following = page.more and asked.delimiter
    return told | ({"NextMarker": asked.text(page.last[0])} if following else {})


def _list_objects_v2(asked: Asked, bucket: Any) -> Answer:
    token, after = asked.query.get("continuation-token"), asked.query.get("start-after")
    marker = (after or "") if token is None else from_token(token, asked.query)
    page = _page(asked, _objects(asked, bucket, marker), (marker, ""))
    told = _told_of_objects(asked, bucket, page, owner=asked.query.get("fetch-owner") == "true")
    told["KeyCount"] = len(page.entries) + len(page.groups)
    if token is not None:
        told["ContinuationToken"] = token  # where to start after is not looked at any more
    elif after:
        told["StartAfter"] = asked.text(after)
    return told | ({"NextContinuationToken": as_token(page.last[0])} if page.more else {})


def _list_versions(asked: Asked, bucket: Any) -> Answer:
    marker = _marker(asked, "version-id-marker")
    page = _page(asked, _versions(asked, bucket, marker), marker)
    told = _told_of_page(asked, page, "VersionIdMarker", marker) | {"Name": bucket.name}
    listed = [_told_of_version(asked, bucket, each) for each in page.entries]
    kept = [each for each in listed if "ETag" in each]
    marks = [each for each in listed if "ETag" not in each]
    told |= {"MaxKeys": asked.most, "Versions": kept, "DeleteMarkers": marks}
    return told | {_ARE_MARKERS: ["ETag" not in each for each in listed]}


def _list_uploads(asked: Asked, bucket: Any) -> Answer:
    marker = _marker(asked, "upload-id-marker")
    page = _page(asked, _uploads(asked, bucket, marker), marker)
    if any(u.id == marker[1] and u.key_name != marker[0] for u in bucket.multiparts.values()):
        raise _invalid("Invalid uploadId marker", "upload-id-marker", asked.query)
    ends = page.more or (page.entries and page.last[1])  # it names its last upload in any case
    following = page.last if ends else ("", "")
    told = _told_of_page(asked, page, "UploadIdMarker", marker) | {"Bucket": bucket.name}
    told |= {"NextKeyMarker": asked.text(following[0]), "NextUploadIdMarker": following[1]}
    told |= {"Prefix": asked.text(asked.prefix) if asked.prefix else None}
    return told | {
        "MaxUploads": asked.most,
        "Uploads": [_told_of_upload(asked, each) for each in page.entries],
    }


_LISTINGS: dict[str, tuple[str, str, Callable[[Asked, Any], Answer]]] = {
    "versions": ("ListObjectVersions", "ListVersionsResult", _list_versions),
    "uploads": ("ListMultipartUploads", "ListMultipartUploadsResult", _list_uploads),
    "list-type": ("ListObjectsV2", "ListBucketResult", _list_objects_v2),
    "": ("ListObjects", "ListBucketResult", _list_objects),
}


# Pages --------------------------------------------------------------------------------------------


def _page(asked: Asked, entries: Iterable[Entry], marker: tuple[str, str]) -> Page:
    """The first entries behind a marker, which may be a common prefix."""
    found: list[Entry] = []
    groups: list[str] = []
    last = marker
    for entry in entries:
        group = asked.group(entry.key)
        if group and (group == last[0] or (asked.passes_group and marker[0].startswith(group))):
            continue
        if len(found) + len(groups) == asked.most:
            return Page(found, groups, last, more=asked.most > 0)
        if group:
            groups.append(group)
        else:
            found.append(entry)
        last = (group, "") if group else (entry.key, entry.id)
    return Page(found, groups, last, more=False)


def _objects(asked: Asked, bucket: Any, marker: str) -> Iterable[Entry]:
    """The objects behind a key: the latest versions, less those that are delete markers."""
    for key in _keys(asked, bucket.keys, marker):
        versions = bucket.keys.versions(key)
        if versions and hasattr(versions[-1], "path"):
            yield Entry(key, "", versions[-1])


def _versions(asked: Asked, bucket: Any, marker: tuple[str, str]) -> Iterable[Entry]:
    for key in _keys(asked, bucket.keys, marker[0], itself=bool(marker[1])):
        versions = [Entry(key, str(v.version_id), v) for v in reversed(bucket.keys.versions(key))]
        yield from _behind(versions, marker)


def _uploads(asked: Asked, bucket: Any, marker: tuple[str, str]) -> Iterable[Entry]:
    by_key: dict[str, list[Entry]] = {}
    for each in bucket.multiparts.values():
        by_key.setdefault(each.key_name, []).append(Entry(each.key_name, each.id, each))
    for key in _keys(asked, by_key, marker[0], itself=bool(marker[1])):
        yield from _behind(by_key[key], marker)


def _keys(asked: Asked, keys: Iterable[str], marker: str, *, itself: bool = False) -> list[str]:
    """The keys with the prefix that come behind the marker, in order; it, too, if wanted."""
    prefix = asked.prefix
    return sorted(
        key
        for key in list(keys)
        if key.startswith(prefix) and (key > marker or (itself and key == marker))
    )


def _behind(entries: list[Entry], marker: tuple[str, str]) -> list[Entry]:
    """The entries of a key, less those up to the marker if it is of this key."""
    at = next((i for i, each in enumerate(entries) if each[:2] == marker), -1)
    return entries[at + 1 :]


def _marker(asked: Asked, name: str) -> tuple[str, str]:
    key, number = asked.query.get("key-marker", ""), asked.query.get(name, "")
    if number and not key and name == "version-id-marker":
        words = "A version-id marker cannot be specified without a key marker."
        raise _invalid(words, name, asked.query)
    if name == "version-id-marker" and asked.query.get(name) == "":
        raise _invalid("A version-id marker cannot be empty.", name, asked.query)
    return key, number if key else ""


def as_token(name: str) -> str:
    """What a page hands out for the next one, which begins behind a name."""
    return base64.urlsafe_b64encode(_TOKEN + name.encode()).decode()


def from_token(token: str, query: dict[str, str]) -> str:
    """The name that a page's token stands for."""
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True)
        if text.startswith(_TOKEN):
            return text.removeprefix(_TOKEN).decode()
    except (binascii.Error, ValueError):
        pass
    words = "The continuation token provided is incorrect"
    raise _invalid(words, "continuation-token", query)


def _invalid(words: str, name: str, query: dict[str, str]) -> AwsError:
    return AwsError("InvalidArgument", words, ArgumentName=name, ArgumentValue=query[name])


# What is told -------------------------------------------------------------------------------------


def _told_of_objects(asked: Asked, bucket: Any, page: Page, *, owner: bool) -> Answer:
    listed = [_told_of_object(asked, each) for each in page.entries]
    return {
        "Name": bucket.name,
        "MaxKeys": asked.most,
        "IsTruncated": page.more,
        "Contents": [each | {"Owner": OWNER} for each in listed] if owner else listed,
        "CommonPrefixes": [{"Prefix": asked.text(each)} for each in page.groups],
    }


def _told_of_object(asked: Asked, entry: Entry) -> Answer:
    version = entry.record
    checksum = version.checksum_algorithm
    return {
        "Key": asked.text(entry.key),
        "LastModified": version.last_modified,
        "ETag": version.etag,
        "Size": version.contentsize,
        "StorageClass": version.storage_class,
        "ChecksumAlgorithm": [checksum] if checksum else [],
        "ChecksumType": (version.checksum_type or "FULL_OBJECT") if checksum else None,
    }


def _told_of_version(asked: Asked, bucket: Any, entry: Entry) -> Answer:
    latest = entry.record is bucket.keys.versions(entry.key)[-1]
    told = {"VersionId": entry.id, "IsLatest": latest, "Owner": OWNER}
    if hasattr(entry.record, "path"):
        return _told_of_object(asked, entry) | told
    return {"Key": asked.text(entry.key), "LastModified": entry.record.last_modified} | told


def _told_of_upload(asked: Asked, entry: Entry) -> Answer:
    upload = entry.record
    return {
        "Key": asked.text(entry.key),
        "UploadId": entry.id,
        "Initiated": upload.begun,
        "StorageClass": upload.storage or "STANDARD",
        "Owner": OWNER,
        "Initiator": OWNER,
        "ChecksumAlgorithm": upload.metadata.get("x-amz-checksum-algorithm"),
        "ChecksumType": upload.metadata.get("x-amz-checksum-type"),
    }


def _told_of_page(asked: Asked, page: Page, name: str, marker: tuple[str, str]) -> Answer:
    """The members that a listing with two markers has beside its entries."""
    told = {
        "KeyMarker": asked.text(marker[0]),
        name: marker[1],
        "IsTruncated": page.more,
        "CommonPrefixes": [{"Prefix": asked.text(each)} for each in page.groups],
    }
    following = {"NextKeyMarker": asked.text(page.last[0]), f"Next{name}": page.last[1] or None}
    return told | (following if page.more else {})

"""S3's DeleteObjects: each key of the list is judged by itself, and refused by itself.

A key with an ETag is deleted if its object has that one. A quiet answer tells of errors alone.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from labkit.cloud import protocol
from labkit.cloud.access import policy
from labkit.cloud.access.s3_requests import find_bucket, find_version, passes_governance
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import conditions, limits, locks, versions
from labkit.cloud.s3.documents import Document, malformed

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

MOST = 1000


@dataclass(frozen=True)
class Asked:
    """What moto is to delete of a list, delete markers among it, and what is refused and why."""

    body: bytes
    deletes: bool
    quiet: bool
    refused: list[tuple[dict[str, str], AwsError]]
    markers: set[tuple[str, str]]


def split(cloud: Cloud, request: Request, body: bytes) -> Asked:
    """The request without the keys that are not to be deleted, and those keys.

    Raises:
        AwsError: ``MalformedXML``: it is no list of 1 to 1,000 keys.
    """
    document, record = Document(body), find_bucket(cloud, request.bucket)
    items = document.root.findall("Object")
    if not 1 <= len(items) <= MOST or any(item.find("Key") is None for item in items):
        raise malformed()
    refused: list[tuple[dict[str, str], AwsError]] = []
    markers: set[tuple[str, str]] = set()
    for item in items:
        fields = {field.tag: field.text or "" for field in item}
        try:
            _judge(cloud, request, record, fields)
        except AwsError as error:
            refused.append((fields, error))
            document.root.remove(item)
            continue
        key, named = fields["Key"], fields.get("VersionId")
        if named and versions.is_marker(record, key, named):
            markers.add((key, named))
    members = {each.tag: (each.text or "").strip() for each in document.root}
    quiet = members.get("Quiet", "").lower() == "true"
    left = document.written() if refused else body
    return Asked(left, "Object" in members, quiet, refused, markers)


def _judge(cloud: Cloud, request: Request, record: Any, fields: dict[str, str]) -> None:
    key, named = fields["Key"], fields.get("VersionId")
    actions = ["DeleteObjectVersion" if named is not None else "DeleteObject"]
    actions += ["BypassGovernanceRetention"] if passes_governance(request) else []
    who, bucket = request.principal, request.bucket
    if not all(policy.may(cloud, who, f"s3:{action}", bucket, key) for action in actions):
        raise AwsError("AccessDenied", "Access Denied", 403)
    if not limits.is_version_id(named or "null"):
        words = "The specified version does not exist."
        raise AwsError("NoSuchVersion", words, 404)
    locks.check_deleted(request, find_version(record, key, named), named)
    conditions.check_deleted({"LastModifiedTime", "Size"} & set(fields))
    if wanted := fields.get("ETag"):
        conditions.check_match(wanted, find_version(record, key), key)


def report(reply: protocol.Reply, asked: Asked) -> protocol.Reply:
    """The answer with an error for each refused key, and nothing else where it is to be quiet."""
    errors = "".join(
        f"<Error><Key>{escape(fields['Key'])}</Key>{_version(fields)}<Code>{error.code}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
        for fields, error in asked.refused
    ).encode()
    body, end = reply.body, b"</DeleteResult>"
    for key, version in asked.markers:
        told = f"<Key>{escape(key)}</Key><VersionId>{version}</VersionId>"
        more = f"<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>{version}"
        body = body.replace(told.encode(), f"{told}{more}</DeleteMarkerVersionId>".encode())
    if asked.quiet:
        body = re.sub(rb"(?s)<Deleted>.*?</Deleted>", b"", body)
    return protocol.Reply(reply.status, reply.headers, body.replace(end, errors + end))


def _version(fields: dict[str, str]) -> str:
    named = fields.get("VersionId")
    return f"<VersionId>{escape(named)}</VersionId>" if named else ""


def nothing_deleted() -> protocol.Reply:
    """The answer when no key was left to delete."""
    body = f'<DeleteResult xmlns="{protocol.S3_NAMESPACE}"></DeleteResult>'.encode()
    return protocol.Reply(200, {"Content-Type": "application/xml"}, body)

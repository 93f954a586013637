"""Tags of buckets and objects, in a header as in a document: which there may be.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-managing.html
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.documents import Document, malformed

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_TEXT = re.compile(r"[\w\s.:/=+\-@]*")
_PAIR = re.compile(
    r"([^=%]|%[0-9a-fA-F]{2})+(=([^=%]|%[0-9a-fA-F]{2})*)?"
)  # one of a header's tags
_LONGEST_NAME, _LONGEST_VALUE = 128, 256
_MOST = {True: 10, False: 50}


def check_header(header: str | None) -> None:
    """Raise unless an object may have the tags of an ``x-amz-tagging`` header.

    Source: https://github.com/aws/aws-cli/issues/2841, which has both refusals.
    """
    tags = urllib.parse.parse_qsl(header or "", keep_blank_values=True)
    pairs = filter(None, (header or "").split("&"))
    if len(dict(tags)) < len(tags) or not all(map(_PAIR.fullmatch, pairs)):
        words = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query"
        told = {"ArgumentName": "x-amz-tagging", "ArgumentValue": str(header)}
        words += " parameters without tag name duplicates."
        raise AwsError("InvalidArgument", words, 400, **told)
    check(tags, of_object=True)


def check_document(request: Request, document: Document, bucket: Any, version: Any) -> None:
    """Raise unless an object, or a bucket, may have the tags of a document."""
    check(list(_in(document)), of_object=bool(request.key))


def check(tags: list[tuple[str, str]], *, of_object: bool) -> None:
    """Raise unless an object, or a bucket, may have these tags."""
    if len(tags) > (most := _MOST[of_object]):
        kind = "Object" if of_object else "Bucket"
        raise AwsError("BadRequest", f"{kind} tags cannot be greater than {most}")
    seen: set[str] = set()
    for name, value in tags:
        if name in seen:
            raise _invalid("Cannot provide multiple Tags with the same key", TagKey=name)
        if name.startswith("aws:"):
            words = "Your TagKey cannot be prefixed with aws:"
            words = words if of_object else "System tags cannot be added/updated by requester"
            raise _invalid(words, TagKey=name)
        if not name or len(name) > _LONGEST_NAME or not _TEXT.fullmatch(name):
            raise _invalid("The TagKey you have provided is invalid", TagKey=name)
        if len(value) > _LONGEST_VALUE or not _TEXT.fullmatch(value):
            words = "The TagValue you have provided is invalid"
            raise _invalid(words, TagKey=name, TagValue=value)
        seen.add(name)


def of_document(body: bytes) -> list[tuple[str, str]]:
    """The names and values of a document of tags.

    Raises:
        AwsError: ``MalformedXML``.
    """
    return list(_in(Document(body)))


def are_cleared(request: Request, body: bytes) -> bool:
    """Whether a request sets an object's tags to none, which moto takes as a deletion alone."""
    sets = request.method == "PUT" and "tagging" in request.query and bool(request.key)
    return sets and not of_document(body)


def keep(backend: Any, bucket: Any, tags: list[tuple[str, str]]) -> None:
    """Give a bucket these tags in the place of those that it has; moto has no empty values."""
    backend.put_bucket_tagging(bucket.name, dict(tags))


def of_version(
    request: Request, reply: protocol.Reply, bucket: Any, version: Any
) -> protocol.Reply:
    """An answer that says which version's tags it is about, where a bucket has versions."""
    about = request.key and "tagging" in request.query and reply.status < 300
    if not about or version is None or not bucket.is_versioned:
        return reply
    number = {"x-amz-version-id": str(version.version_id or "null")}
    return replace(reply, headers=reply.headers | number)


def told(backend: Any, bucket: Any, version: Any) -> protocol.Reply:
    """The tags of an object, in whatever storage class, or else those of its bucket.

    Of an archived object moto tells none.

    Raises:
        AwsError: ``NoSuchTagSet``: the bucket has none.
    """
    if version is None:
        found = backend.get_bucket_tagging(bucket.name)["Tags"]
    else:
        found = backend.get_object_tagging(version)["Tags"]
    if version is None and not found:
        raise AwsError("NoSuchTagSet", "The TagSet does not exist", 404, BucketName=bucket.name)
    members = "".join(
        f"<Tag><Key>{escape(each['Key'])}</Key><Value>{escape(each['Value'] or '')}</Value></Tag>"
        for each in found
    )
    body = f'<Tagging xmlns="{protocol.S3_NAMESPACE}"><TagSet>{members}</TagSet></Tagging>'
    return protocol.Reply(200, {"Content-Type": "application/xml"}, body.encode())


def _in(document: Document) -> Iterator[tuple[str, str]]:
    for each in document.root.iter("Tag"):
        name, value = each.findtext("Key"), each.findtext("Value")
        if name is None or value is None:
            raise malformed()
        yield name, value


def _invalid(message: str, **told: str) -> AwsError:
    return AwsError("InvalidTag", message, 400, **told)

"""What S3 says of checksums: verified as bodies arrive, told when objects are read or joined.

An object whose client sent none has CRC64NVME. Here that is computed when somebody asks for it; of
a small object at once, so that the answer to its upload tells it.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import checksums
from labkit.cloud.s3.bodies import read_stream
from labkit.cloud.s3.checksums import ALGORITHMS, DEFAULT, Checksum
from labkit.cloud.s3.documents import Document, malformed

if TYPE_CHECKING:
    from labkit.cloud.protocol import Reply
    from labkit.cloud.s3.request import Request

_SMALL = 8 << 20
_NO_VERSION = ("x-amz-version-id", "null")
_BYTES = {"crc32": 4, "crc32c": 4, "crc64nvme": 8, "sha1": 20, "sha256": 32}
_ASKED = "x-amz-sdk-checksum-algorithm"
_PREFIX, _HEADER = "x-amz-checksum-", "HTTP_X_AMZ_CHECKSUM_"
_SEVERAL = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
_SETTINGS = ("algorithm", "mode", "type")


class Claimed:
    """The checksum that a client sends with a body, computed as the body arrives.

    Args:
        request: the upload.
        declared: the algorithm of the multipart upload that the body is a part of.

    Raises:
        AwsError: several checksums, an unknown one, or a value that is none.
    """

    def __init__(self, request: Request, declared: str | None) -> None:
        headers = (each for each in request.environ.items() if each[0].startswith(_HEADER))
        sent = {name.removeprefix(_HEADER).lower(): value for name, value in headers}
        named = [name for name, value in sent.items() if value and name not in _SETTINGS]
        trailers = trailing(request)
        trailer = next(iter(trailers), "").removeprefix(_PREFIX)
        asked = (request.header(_ASKED) or "").lower()
        if len(named) > 1 or len(trailers) > 1:
            raise _invalid(_SEVERAL)
        if named and trailers:
            raise _invalid("Expecting a single x-amz-checksum- header")
        if trailer and trailer not in ALGORITHMS:
            raise _invalid("The value specified in the x-amz-trailer header is not supported")
        _check_name(asked)
        unsaid = "" if (declared or "").startswith("sha") else declared  # a digest has to be sent
        self.name = (named or [trailer or unsaid or ""])[0]
        _check_name(self.name)
        if asked and not (named or trailer):
            words = f"{_ASKED} specified, but no corresponding {_PREFIX}* or x-amz-trailer headers"
            raise _invalid(f"{words} were found.")
        if asked not in ("", self.name):
            raise _invalid(f"Value for {_ASKED} header is invalid.")
        if declared and self.name != declared:
            raise _invalid(
                f"Checksum Type mismatch occurred, expected checksum Type: {declared}, "
                f"actual checksum Type: {self.name or 'null'}"
            )
        self._sent = request.header(_PREFIX + self.name)
        self._checksum = Checksum(self.name) if self.name else None

    def update(self, chunk: bytes) -> None:
        """See the body's next bytes."""
        if self._checksum:
            self._checksum.update(chunk)

    def verified(self, trailers: dict[str, str]) -> dict[str, str]:
        """Algorithm → checksum of the body; empty where the client speaks of none.

        Raises:
            AwsError: it is not the one that the client sent.
        """
        if self._checksum is None:
            return {}
        sent = self._sent or trailers.get(_PREFIX + self.name)
        _check_value(self.name, sent)
        if sent and sent != self._checksum.value:
            raise AwsError(
                "BadDigest",
                f"The {self.name.upper()} you specified did not match the calculated checksum.",
            )
        return {self.name: self._checksum.value}


def trailing(request: Request) -> list[str]:
    """The headers that are to follow the request's body, as it says."""
    names = (each.strip().lower() for each in (request.header("x-amz-trailer") or "").split(","))
    return [each for each in names if each]


def check_upload(request: Request) -> None:
    """Raise unless an upload in parts, or a copy, may have this algorithm and type of checksum."""
    name = (request.header("x-amz-checksum-algorithm") or "").lower()
    kind = request.header("x-amz-checksum-type")
    _check_name(name)
    if kind and not name:
        raise _invalid("The x-amz-checksum-type header can only be used with the "
                       "x-amz-checksum-algorithm header.")  # fmt: skip
    of_hashes = name.startswith("sha")
    if kind == ("FULL_OBJECT" if of_hashes else "COMPOSITE") and name in (
        "sha1",
        "sha256",
        DEFAULT,
    ):
        raise _invalid(
            f"The {kind} checksum type cannot be used with the {name} checksum algorithm."
        )


def check_parts(request: Request, body: bytes, upload: Any) -> None:
    """Raise unless the list that completes an upload agrees with its parts' checksums.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
    """
    if b"<" not in body:
        raise _invalid("You must specify at least one part")
    _check_one(request)
    listed = list(_named(body))
    upload.check_named([(number, etag) for number, etag, _ in listed])
    sizes = sum(upload.parts[number].contentsize for number, _, _ in listed)
    said = request.header("x-amz-mp-object-size")
    if said and said != str(sizes):
        raise _invalid(
            f"The provided 'x-amz-mp-object-size' header value {said} does not match what was "
            f"computed: {sizes}"
        )
    for number, etag, found in listed:
        known = upload.parts[number].checksums
        if len(found) > 1 or any(known.get(k, v) != v for k, v in found.items()):
            raise upload.no_part(number, etag)
        if strange := found.keys() - known.keys():
            words = f"The {min(strange)} you specified for part {number} did not match what we"
            raise AwsError("BadDigest", f"{words} received.")
    if upload.algorithm:
        _check_whole(request, upload, [(number, found) for number, _, found in listed])


def _check_one(request: Request) -> None:
    """Raise unless what completes an upload names one checksum of the whole, if any."""
    said = {name: request.header(_PREFIX + name) for name in ALGORITHMS}
    named = [name for name, value in said.items() if value]
    if len(named) > 1:
        raise _invalid(_SEVERAL)
    for name in named:  # a composite one may end in the count of parts
        _check_value(name, (said[name] or "").partition("-")[0])


def are_parts(body: bytes, version: Any) -> bool:
    """Whether a list that completes an upload has the parts that the object was made of."""
    return [each[0] for each in _named(body)] == [part.number for part in version.multipart.layout]


def _check_whole(request: Request, upload: Any, named: list[tuple[int, dict[str, str]]]) -> None:
    """Raise unless a list has what the upload's type of checksum needs, and the whole's is right.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/tutorial-s3-mpu-additional-checksums.html
    """
    name = upload.algorithm
    kind = checksums.kind_of(name, upload.metadata.get("x-amz-checksum-type"))
    if request.header("x-amz-checksum-type") not in (None, kind):
        raise _invalid(
            f"The upload was created using the {kind} checksum mode. The complete request must use "
            "the same checksum mode."
        )
    bare = [number for number, found in named if name not in found]
    if kind == "COMPOSITE" and bare:
        raise _invalid(
            f"The upload was created using a {name} checksum. The complete request must include "
            f"the checksum for each part. It was missing for part {bare[0]} in the request."
        )
    sent, parts = request.header(_PREFIX + name), [upload.parts.get(number) for number, _ in named]
    if sent is None or not all(part and name in part.checksums for part in parts):
        return
    listed = [checksums.Part(int(p.name), p.contentsize, p.checksums) for p in parts]
    counted = rf"(-{len(parts)})?" if kind == "COMPOSITE" else ""
    if not re.fullmatch(re.escape(checksums.of_parts(name, kind, listed)) + counted, sent):
        words = f"The {name} you specified did not match the calculated checksum."
        raise AwsError("BadDigest", words)


def _named(body: bytes) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Number, ETag and checksums of each part in the list that completes an upload."""
    stem = "Checksum"
    for part in Document(body).root.iter("Part"):
        texts = {each.tag: (each.text or "").strip() for each in part}
        number = texts.get("PartNumber", "")
        if not number.isdecimal():
            raise malformed()
        sums = {k.removeprefix(stem).lower(): v for k, v in texts.items() if k.startswith(stem)}
        if "ETag" not in texts:
            raise malformed()
        yield int(number), texts["ETag"].strip('"'), sums


def in_headers(checksums_: dict[str, str]) -> dict[str, str]:
    """What moto is told of a body's checksum."""
    told = {}
    for name, value in checksums_.items():
        told["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = name.upper()
        told[f"HTTP_X_AMZ_CHECKSUM_{name.upper()}"] = value
    return told


def told(version: Any) -> dict[str, str]:
    """The headers of an object's checksum, which is computed where it is not known."""
    ensure(version)
    kind = version.checksum_type or "FULL_OBJECT"
    count = f"-{version.checksum_parts}" if kind == "COMPOSITE" else ""
    name = _PREFIX + version.checksum_algorithm.lower()
    return {name: version.checksum_value + count, "x-amz-checksum-type": kind}


def told_if_quick(version: Any) -> dict[str, str]:
    """The same; nothing where it is not known and would take long."""
    known = version.checksum_value or version.contentsize <= _SMALL
    return told(version) if known else {}


def in_xml(headers: dict[str, str]) -> str:
    """The same as the members of an answer's body."""
    texts = {h.removeprefix(_PREFIX): v for h, v in headers.items()}
    kind = texts.pop("type", None)
    inner = "".join(f"<Checksum{k.upper()}>{v}</Checksum{k.upper()}>" for k, v in texts.items())
    return inner + (f"<ChecksumType>{kind}</ChecksumType>" if kind else "")


def with_parts(body: bytes, upload: Any) -> bytes:
    """The answer to ListParts with each part's checksum, and the class that is to be stored."""

    def told_of(found: re.Match[str]) -> str:
        known = upload.parts[int(found[1])].checksums
        wanted = {k: v for k, v in known.items() if k == upload.algorithm}
        return found[0] + in_xml({_PREFIX + k: v for k, v in wanted.items()})

    listed = re.sub(r"<PartNumber>(\d+)</PartNumber>", told_of, body.decode())
    if upload.storage:
        listed = listed.replace("<StorageClass>STANDARD<", f"<StorageClass>{upload.storage}<")
    if name := upload.algorithm:
        kind = checksums.kind_of(name, upload.metadata.get("x-amz-checksum-type"))
        told = f"<ChecksumAlgorithm>{name.upper()}</ChecksumAlgorithm>"
        told += f"<ChecksumType>{kind}</ChecksumType>"
        listed = listed.replace("</UploadId>", f"</UploadId>{told}", 1)
    return listed.encode()


def with_copied(body: bytes, upload: Any, number: int) -> bytes:
    """The answer to UploadPartCopy with the part's checksum, where the upload was begun with one.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
    """
    if not upload.algorithm:
        return body
    known = upload.parts[number].checksums[upload.algorithm]
    end = "</CopyPartResult>"
    return body.replace(
        end.encode(), f"{in_xml({_PREFIX + upload.algorithm: known})}{end}".encode()
    )


def completed(reply: Reply, version: Any) -> Reply:
    """The answer to CompleteMultipartUpload with the object's, and without a version "null"."""
    end = b"</CompleteMultipartUploadResult>"
    body = reply.body.replace(b"<VersionId>null</VersionId>", b"")
    body = body.replace(end, in_xml(told_if_quick(version)).encode() + end)
    headers = {k: v for k, v in reply.headers.items() if (k, v) != _NO_VERSION}
    return replace(reply, headers=headers, body=body)


def ensure(version: Any) -> None:
    """Have an object's version know its checksum."""
    if not version.checksum_value:
        version.checksum_algorithm, version.checksum_type = DEFAULT.upper(), "FULL_OBJECT"
        version.checksum_value = checksums.of(DEFAULT, read_stream(version.path))


def _check_name(name: str) -> None:
    if name and name not in ALGORITHMS:
        known = ", ".join(each.upper() for each in ALGORITHMS)
        raise _invalid(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid "
            f"types: [{known}]"
        )


def _check_value(name: str, value: str | None) -> None:
    if value is None:
        return
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != _BYTES[name] or base64.b64encode(digest).decode() != value:
        raise _invalid(f"Value for x-amz-checksum-{name} header is invalid.")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidRequest", message)

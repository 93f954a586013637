"""The parts of an object that was uploaded in parts: read one by one, and listed.

``partNumber`` on a GET or HEAD reads one part, with the count of all parts in a header; an object
of a single PUT has one. GetObjectAttributes lists the parts' sizes and checksums.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import object_checksums
from labkit.cloud.s3.checksums import Part
from labkit.cloud.s3.request import without_query

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Environ, Request

_ANSWER = "GetObjectAttributesResponse"
_ATTRIBUTES = {"", "Checksum", "ETag", "ObjectParts", "ObjectSize", "StorageClass"}


def take_number(request: Request) -> tuple[Request, int | None]:
    """The request of a whole object, and the number of the part that was asked for."""
    number = request.query.get("partNumber")
    if number is None or not request.reads_object:
        return request, None
    if request.header("range"):
        raise AwsError(
            "InvalidRequest", "Cannot specify both Range header and partNumber query parameter"
        )
    query = {k: v for k, v in request.query.items() if k != "partNumber"}
    environ = without_query(request.environ, "partNumber")
    return replace(request, query=query, environ=environ), int(number)


def place(version: Any, number: int | None, headers: dict[str, str]) -> tuple[int, int] | None:
    """First and last byte of a part; the count of parts goes into the headers.

    Raises:
        AwsError: ``InvalidPartNumber``: the object has no such part.
    """
    if number is None:
        return None
    parts = layout(version)
    if number > max(len(parts), 1):
        words = "The requested partnumber is not satisfiable"
        told = {"PartNumberRequested": str(number), "ActualPartCount": str(max(len(parts), 1))}
        raise AwsError("InvalidPartNumber", words, 416, **told)
    if not parts:
        return (0, version.contentsize - 1) if version.contentsize else None
    headers["x-amz-mp-parts-count"] = str(len(parts))
    start = sum(part.size for part in parts[: number - 1])
    return start, start + parts[number - 1].size - 1


def checksum(version: Any, number: int | None, headers: dict[str, str]) -> dict[str, str]:
    """The headers of a part's checksum, or of the whole's; the other's is none of the headers.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    """
    found = layout(version)
    if number is None or not found:
        return object_checksums.told_if_quick(version)
    for name in [name for name in headers if name.startswith("x-amz-checksum-")]:
        del headers[name]
    algorithm = (version.checksum_algorithm or "").lower()
    known = found[number - 1].checksums.get(algorithm)
    kind = {"x-amz-checksum-type": version.checksum_type} if version.checksum_type else {}
    return {f"x-amz-checksum-{algorithm}": known} | kind if known else {}


def layout(version: Any) -> list[Part]:
    """The parts that an object was uploaded in; none of a single PUT or a copy."""
    upload = version.multipart if version.etag.count("-") else None
    found: list[Part] = getattr(upload, "layout", [])
    return found


def asks_attributes(environ: Environ) -> Environ:
    """With the names that GetObjectAttributes asks for as moto splits them: without blanks."""
    asked = environ.get("HTTP_X_AMZ_OBJECT_ATTRIBUTES")
    return environ | ({"HTTP_X_AMZ_OBJECT_ATTRIBUTES": asked.replace(" ", "")} if asked else {})


def unsaid(request: Request) -> list[str]:
    """The numbers that a list of parts is asked for without saying them; moto would read them."""
    return [k for k in ("max-parts", "part-number-marker") if request.query.get(k) == ""]


def attributes(request: Request, reply: protocol.Reply, version: Any) -> protocol.Reply:
    """The answer to GetObjectAttributes with the checksum's type, and the parts where asked for."""
    said = request.header("x-amz-object-attributes") or ""
    if not said.strip():
        words = "The x-amz-object-attributes header specifying the attributes to be retrieved is"
        raise AwsError("InvalidArgument", f"{words} either missing or empty")
    asked = {name.strip() for name in said.split(",")}
    if strange := asked - _ATTRIBUTES:
        raise AwsError(
            "InvalidArgument",
            "Invalid attribute name specified.",
            ArgumentName="x-amz-object-attributes",
            ArgumentValue=min(strange),
        )
    parts, shown = layout(version), ""
    if "ObjectParts" in asked and parts:
        shown = f"<ObjectParts>{_listed(request, version, parts)}</ObjectParts>"
    body = reply.body.decode().replace("GetObjectAttributesOutput", _ANSWER)
    body = re.sub(r"\s*/>\s*$", f"></{_ANSWER}>", body)
    if version and "<ChecksumType>" not in body:  # moto tells it of uploads in parts
        kind = object_checksums.told(version)["x-amz-checksum-type"]
        body = body.replace("</Checksum>", f"<ChecksumType>{kind}</ChecksumType></Checksum>")
    return replace(reply, body=body.replace(f"</{_ANSWER}>", f"{shown}</{_ANSWER}>").encode())


def _listed(request: Request, version: Any, parts: list[Part]) -> str:
    """The members of ``ObjectParts``: a page of parts; their number where none has a checksum."""
    most = int(request.header("x-amz-max-parts") or 1000)
    marker = int(request.header("x-amz-part-number-marker") or 0)
    if not all((version.checksum_algorithm or "").lower() in part.checksums for part in parts):
        return f"<PartsCount>{len(parts)}</PartsCount>"
    later = [part for part in parts if part.number > marker]
    page, name = later[:most], (version.checksum_algorithm or "").lower()
    last = page[-1].number if page else 0
    numbers = {
        "PartsCount": len(parts), "PartNumberMarker": marker, "NextPartNumberMarker": last,
        "MaxParts": most, "IsTruncated": str(len(later) > most).lower(),
    }  # fmt: skip
    return "".join(f"<{k}>{v}</{k}>" for k, v in numbers.items()) + "".join(
        f"<Part><PartNumber>{part.number}</PartNumber><Size>{part.size}</Size>"
        f"{object_checksums.in_xml({'x-amz-checksum-' + name: part.checksums[name]})}</Part>"
        for part in page
    )

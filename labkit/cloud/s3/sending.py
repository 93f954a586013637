"""Sending: an answer's content comes from its file, whole or a range of it.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import parts
from labkit.cloud.s3.bodies import Body, send_stream
from labkit.cloud.s3.request import Request

_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
Answer = tuple[int, dict[str, str], Iterable[bytes]]


def whole(reply: protocol.Reply) -> Answer:
    """An answer that is in memory."""
    headers = {k: v for k, v in reply.headers.items() if k.lower() != "content-length"}
    headers["Content-Length"] = str(len(reply.body))
    return reply.status, headers, [reply.body]


def tell_of_version(
    request: Request, bucket: Any, version: Any, headers: dict[str, str], number: int | None
) -> None:
    """Put into the answer what moto does not tell of the version that is read, or of its part."""
    if bucket.is_versioned:
        headers["x-amz-version-id"] = str(version.version_id or "null")
    if (request.header("x-amz-checksum-mode") or "").upper() == "ENABLED":
        headers.update(parts.checksum(version, number, headers))
    if request.method == "HEAD":
        wished = {k for k in request.query if k.startswith("response-")}
        headers.update({k.removeprefix("response-"): request.query[k] for k in wished})


def download(
    request: Request, reply: protocol.Reply, body: Body, part: tuple[int, int] | None
) -> Answer:
    """An answer whose content is a body, or the range of it that was asked for."""
    headers = {k: v for k, v in reply.headers.items() if k.lower() != "content-length"}
    headers["Accept-Ranges"] = "bytes"
    connection = request.environ.get("werkzeug.socket")
    wanted = part or _range(request.header("range"), body.size) if reply.status == 200 else None
    if wanted is None:
        headers["Content-Length"] = str(body.size)
        return reply.status, headers, send_stream(body.path, 0, body.size, connection)
    first, last = wanted
    if part is None and last - first + 1 < body.size:
        headers = {k: v for k, v in headers.items() if not k.startswith("x-amz-checksum-")}
    headers["Content-Range"] = f"bytes {first}-{last}/{body.size}"
    headers["Content-Length"] = str(last - first + 1)
    return 206, headers, send_stream(body.path, first, last - first + 1, connection)


def unread(reply: protocol.Reply) -> Body:
    """What stands for a body where only its size is told."""
    return Body(os.devnull, int(reply.headers.get("Content-Length", "0")))


def _range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte that a ``Range`` header asks for; ``None`` for the whole.

    Raises:
        AwsError: the range starts behind the end.
    """
    found = _RANGE.match(header or "")
    if not found or found.groups() == ("", ""):
        return None
    if not found[1] and not size and int(found[2]):  # the last bytes of nothing are all of it
        return None
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    elif found[2] and int(found[2]) < int(found[1]):
        return None
    else:
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    if first >= size or first > last:
        words = "The requested range is not satisfiable"
        known = {"RangeRequested": header, "ActualObjectSize": str(size)}
        raise AwsError("InvalidRange", words, 416, **known)
    return first, last

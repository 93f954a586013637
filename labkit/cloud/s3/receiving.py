"""Receiving: a request's body goes to a file as it comes, and is checked on the way.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import base64
import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import object_checksums
from labkit.cloud.s3.bodies import CHUNK, Body, Slot, write_stream
from labkit.cloud.s3.request import Environ, Request

_SMALL_BODY = 16 << 20


def receive(
    request: Request, *, md5: bool, declared: str | None = None, slot: Slot | None = None
) -> Body:
    """Write the request's body to a file.

    Args:
        request: the upload.
        md5: whether the body's MD5 is wanted.
        declared: the checksum algorithm of the multipart upload that it is a part of.
        slot: where to; by default a file of its own.

    Raises:
        AwsError: it does not match the digest or checksum that the client sent.
    """
    trailers: dict[str, str] = {}
    claimed = object_checksums.Claimed(request, declared)
    etag = None if md5 else secrets.token_hex(16)
    body = write_stream(_content(request, trailers), claimed.update, etag=etag, slot=slot)
    try:
        _check_md5(request, body)
        return replace(body, checksums=claimed.verified(trailers))
    except AwsError:
        body.discard()
        raise


def slot_of(request: Request, upload: Any) -> contextlib.AbstractContextManager[Slot | None]:
    """The place in the whole of a part whose length is known before it is read."""
    number, length = request.query.get("partNumber", ""), _length(request)
    if not upload or not upload.slots or not length or not number.isdigit():
        return contextlib.nullcontext()
    found: contextlib.AbstractContextManager[Slot | None] = upload.slots.claim(int(number), length)
    return found


def _length(request: Request) -> int | None:
    """How long the content is, as the client says before it sends it."""
    plain = request.environ.get("CONTENT_LENGTH")
    told = request.header("x-amz-decoded-content-length") if _streams(request) else plain
    return int(told) if told and told.isdigit() else None


def _streams(request: Request) -> bool:
    return (request.header("x-amz-content-sha256") or "").startswith("STREAMING-")


def _content(request: Request, trailers: dict[str, str]) -> Iterator[bytes]:
    stream = request.environ["wsgi.input"]
    if _streams(request):
        return _exactly(_unchunk(stream, trailers), _length(request))
    length = request.environ.get("CONTENT_LENGTH")
    if length is None and not request.environ.get("wsgi.input_terminated"):
        raise AwsError("MissingContentLength", "You must provide the Content-Length header", 411)
    return _read(stream, int(length) if length else None)


def _read(stream: Any, length: int | None) -> Iterator[bytes]:
    left = length
    while left is None or left > 0:
        chunk = stream.read(CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            break
        left = None if left is None else left - len(chunk)
        yield chunk
    if left:
        raise _incomplete()


def _exactly(chunks: Iterator[bytes], length: int | None) -> Iterator[bytes]:
    """Chunks, which must come to the length that was told, where one was."""
    left = length or 0
    for chunk in chunks:
        left -= len(chunk)
        if length is not None and left < 0:
            raise _incomplete()
        yield chunk
    if length is not None and left:
        raise _incomplete()


def _incomplete() -> AwsError:
    return AwsError("IncompleteBody", "You did not provide the number of bytes specified")


def _unchunk(stream: Any, trailers: dict[str, str]) -> Iterator[bytes]:
    """The content of an ``aws-chunked`` body; its trailing headers are noted."""
    while size := int(stream.readline().split(b";")[0].strip() or b"0", 16):
        yield from _read(stream, size)
        stream.readline()
    while line := stream.readline().strip():
        name, _, value = line.decode().partition(":")
        trailers[name.lower()] = value.strip()


def _check_md5(request: Request, body: Body) -> None:
    sent = request.header("content-md5")
    if sent and base64.b64decode(sent).hex() != body.etag:
        raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")


def without_transfer_headers(environ: Environ) -> Environ:
    """The headers of how a body travelled, which its ticket has no use for."""
    dropped = ("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "HTTP_X_AMZ_TRAILER", "HTTP_TRANSFER_ENCODING")
    kept = {k: v for k, v in environ.items() if k not in dropped}
    kept["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"
    encodings = [e for e in kept.pop("HTTP_CONTENT_ENCODING", "").split(",") if e.strip()]
    left = [e.strip() for e in encodings if e.strip() != "aws-chunked"]
    return kept | ({"HTTP_CONTENT_ENCODING": ",".join(left)} if left else {})


def read_body(environ: Environ) -> bytes:
    """A request's body that is no object's content, such as XML: all of it."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > _SMALL_BODY:
        raise AwsError("MaxMessageLengthExceeded", "Your request was too big.")
    found: bytes = environ["wsgi.input"].read(length) if length else b""
    return found


_TIMEOUT = (
    "Your socket connection to the server was not read from or written to within the timeout "
    "period. Idle connections will be closed."
)


class Incoming:
    """A request's body, whose client may stop sending."""

    def __init__(self, environ: Environ) -> None:
        self._stream = environ["wsgi.input"]

    def read(self, size: int) -> bytes:
        try:
            chunk: bytes = self._stream.read(size)
        except TimeoutError as error:
            raise AwsError("RequestTimeout", _TIMEOUT) from error
        return chunk

    def readline(self) -> bytes:
        line: bytes = self._stream.readline()
        return line

    def drain(self) -> None:
        """Read what a refused client still sends, or it would never see the refusal."""
        try:
            while self.read(CHUNK):
                pass
        except (OSError, ValueError, AwsError):
            return

"""Receiving: a request's body goes to a file as it comes, and is checked on the way.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import limits, object_checksums
from labkit.cloud.s3.bodies import CHUNK, Body, Slot, write_stream
from labkit.cloud.s3.chunks import Chain
from labkit.cloud.s3.request import Environ, Request

_SMALL_BODY, _LARGE = 16 << 20, 8 << 20
# The lines between what is sent in chunks; what trails it may break off after a whole line.
_CHUNK = re.compile(rb"([0-9a-fA-F]+)\r\n")
_SIGNED_CHUNK = re.compile(rb"([0-9a-fA-F]+)\s*;\s*chunk-signature\s*=\s*([^\s;]+)\r\n")
_TRAILER_SIGNATURE = "x-amz-trailer-signature"
_END, _TRAILER = re.compile(rb"()\r\n"), re.compile(rb"(?:(.*)\r\n)?")


def receive(request: Request, *, md5: bool, declared: str | None, slot: Slot | None) -> Body:
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
    signed = _Signed(request.environ, proven=bool(claimed.name or request.header("content-md5")))
    etag = None if md5 else secrets.token_hex(16)
    watchers = (claimed.update, signed.update)
    body = write_stream(_content(request, trailers), *watchers, etag=etag, slot=slot)
    try:
        signed.verify()
        _check_trailers(request, trailers)
        _check_md5(request, body.etag)
        return replace(body, checksums=claimed.verified(trailers))
    except AwsError:
        body.discard()
        raise


class _Signed:
    """The SHA-256 that a request was signed with; its body is looked at as it arrives.

    Args:
        proven: whether another checksum tells that the body is what the client meant. Then that of
            a large body is not computed, which would take longer than all the rest.
    """

    def __init__(self, environ: Environ, *, proven: bool) -> None:
        self._sent = str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", ""))
        large = int(environ.get("CONTENT_LENGTH") or 0) >= _LARGE
        unsigned = not self._sent or self._sent in limits.DIGESTS
        self._digest = None if unsigned or (proven and large) else hashlib.sha256()

    def update(self, chunk: bytes) -> None:
        """See the body's next bytes."""
        if self._digest:
            self._digest.update(chunk)

    def verify(self) -> None:
        """Raise unless what was seen is what was signed."""
        if self._digest and (computed := self._digest.hexdigest()) != self._sent.lower():
            raise AwsError(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ClientComputedContentSHA256=self._sent,
                S3ComputedContentSHA256=computed,
            )


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
        return _exactly(_unchunk(request, stream, trailers), _length(request))
    length = request.environ.get("CONTENT_LENGTH")
    if length is None and not request.environ.get("wsgi.input_terminated"):
        words = "You must provide the Content-Length HTTP header."
        raise AwsError("MissingContentLength", words, 411)
    return _read(stream, int(length) if length else None)


def _read(stream: Any, length: int | None) -> Iterator[bytes]:
    left = length
    while left is None or left > 0:
        chunk = stream.read(CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            break
        left = None if left is None else left - len(chunk)
        yield chunk
    if length and left:
        raise _incomplete(length, length - left)


def _exactly(chunks: Iterator[bytes], length: int | None) -> Iterator[bytes]:
    """Chunks, which must come to the length that was told, where one was."""
    found = 0
    for chunk in chunks:
        found += len(chunk)
        if length is not None and found > length:
            raise _incomplete(length, found)
        yield chunk
    if length is not None and found < length:
        raise _incomplete(length, found)


def _incomplete(expected: int, found: int) -> AwsError:
    words = "You did not provide the number of bytes specified by the Content-Length HTTP header"
    told = {"NumberBytesExpected": str(expected), "NumberBytesProvided": str(found)}
    return AwsError("IncompleteBody", words, 400, **told)


def _unchunk(request: Request, stream: Any, trailers: dict[str, str]) -> Iterator[bytes]:
    """The content of an ``aws-chunked`` body; its trailing headers are noted.

    Raises:
        AwsError: ``IncompleteBody``: it breaks off; ``SignatureDoesNotMatch``: of a chunk.
    """
    digest = request.header("x-amz-content-sha256") or ""
    chain = Chain(request) if "AWS4" in digest else None
    size = None
    while size != 0:
        line = _line(stream, _SIGNED_CHUNK if chain else _CHUNK)
        size, found = int(line[1], 16), hashlib.sha256()
        for piece in _read(stream, size):
            if chain:
                found.update(piece)
            yield piece
        if size:
            _line(stream, _END)
        if chain:
            chain.check_chunk(line[2].decode("latin-1"), found.hexdigest())
    while trailer := _line(stream, _TRAILER)[1]:
        name, _, value = trailer.decode("latin-1").partition(":")
        trailers[name.lower()] = value.strip()
    if chain and digest.endswith("-TRAILER"):
        chain.check_trailers(trailers.pop(_TRAILER_SIGNATURE, ""), trailers)


def _line(stream: Any, form: re.Pattern[bytes]) -> re.Match[bytes]:
    """A line of a form, which the whole of it may not be missing."""
    found = form.fullmatch(stream.readline())
    if found is None:
        raise AwsError("IncompleteBody", "The request body terminated unexpectedly")
    return found


def _check_trailers(request: Request, trailers: dict[str, str]) -> None:
    """Raise unless what trailed a body is what the client said would."""
    if set(trailers) - {_TRAILER_SIGNATURE} != set(object_checksums.trailing(request)):
        words = "The request contained trailing data that was not well-formed or did not conform"
        raise AwsError("MalformedTrailerError", f"{words} to our published schema.")


def _check_md5(request: Request, digest: str | None) -> None:
    """Raise where a client sent another MD5 than what it sent has, which is in hexadecimal."""
    sent = request.header("content-md5")
    if sent and (expected := base64.b64decode(sent).hex()) != digest:
        words = "The Content-MD5 you specified did not match what we received."
        found = base64.b64encode(bytes.fromhex(digest or "")).decode()
        as_told = sent if "uploadId" in request.query else expected  # in hexadecimal, of an object
        told = {"ExpectedDigest": as_told, "CalculatedDigest": found}
        raise AwsError("BadDigest", words, 400, **told)


def without_transfer_headers(environ: Environ) -> Environ:
    """The headers of how a body travelled, which its ticket has no use for."""
    dropped = ("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "HTTP_X_AMZ_TRAILER", "HTTP_TRANSFER_ENCODING")
    kept = {k: v for k, v in environ.items() if k not in dropped}
    kept["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"
    encodings = kept.pop("HTTP_CONTENT_ENCODING", "").split(",")
    left = [e for e in encodings if e.strip() not in ("", "aws-chunked")]
    return kept | ({"HTTP_CONTENT_ENCODING": ",".join(left).strip()} if left else {})


def read_body(request: Request) -> bytes:
    """A request's body that is no object's content, such as XML: all of it.

    Raises:
        AwsError: it is not what the client's digests are of, or is a list of objects to delete
            that has none.
    """
    environ = request.environ
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > _SMALL_BODY:
        raise AwsError("MaxMessageLengthExceeded", "Your request was too big.")
    found: bytes = environ["wsgi.input"].read(length) if length else b""
    if request.changes:
        _check_body(request, found)
    return found


def _check_body(request: Request, body: bytes) -> None:
    signed = _Signed(request.environ, proven=False)
    signed.update(body)
    signed.verify()
    md5 = request.header("content-md5")
    _check_md5(request, hashlib.md5(body, usedforsecurity=False).hexdigest())
    if "uploadId" in request.query:
        return  # a checksum there is the whole object's
    claimed = object_checksums.Claimed(request, None)
    claimed.update(body)
    claimed.verified({})
    if "delete" in request.query and not (md5 or claimed.name):
        words = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
        raise AwsError("InvalidRequest", words)


_TIMEOUT = (
    "Your socket connection to the server was not read from or written to within the timeout "
    "period. Idle connections will be closed."
)


class Incoming:
    """A request's body, whose client may stop sending."""

    def __init__(self, environ: Environ) -> None:
        self._stream = environ["wsgi.input"]
        self._is_awaited = environ.get("HTTP_EXPECT", "").lower() == "100-continue"

    def read(self, size: int) -> bytes:
        self._is_awaited = False
        try:
            chunk: bytes = self._stream.read(size)
        except TimeoutError as error:
            raise AwsError("RequestTimeout", _TIMEOUT) from error
        return chunk

    def readline(self) -> bytes:
        self._is_awaited = False
        line: bytes = self._stream.readline()
        return line

    def drain(self) -> None:
        """Read what a refused client still sends, or it would never see the refusal.

        One that waits to be told to go on sends nothing.
        """
        if self._is_awaited:
            return
        try:
            while self.read(CHUNK):
                pass
        except (OSError, ValueError, AwsError):
            return

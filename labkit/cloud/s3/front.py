"""S3's front: bodies stream between the socket and files, moto keeps the records.

Around each of moto's answers this module does what moto cannot: it judges the caller by bucket
policy and KMS key (`access/policy.py`), unwraps ``aws-chunked`` bodies, checks digests, serves
ranges from the file, and makes the change durable before the answer.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import re
import secrets
import sqlite3
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.access import guard, policy
from labkit.cloud.access.signature import Claim, legacy_headers
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Principal, not_kept
from labkit.cloud.s3 import (
    buckets,
    conditions,
    configurations,
    delete,
    limits,
    listing,
    notices,
    object_checksums,
    parts,
    post,
)
from labkit.cloud.s3.bodies import BODIES, CHUNK, Body, Slot, send_stream, write_stream

log = logging.getLogger(__name__)
Environ = dict[str, Any]
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled"  # told only where it is
_SMALL_BODY = 16 << 20
_NO_VERSION = ("x-amz-version-id", "null")


@dataclass(frozen=True)
class Request:
    """An S3 request: whom it concerns and what it wants."""

    environ: Environ
    method: str
    bucket: str
    key: str
    query: dict[str, str]
    principal: Principal

    def header(self, name: str) -> str | None:
        """A request header, ``None`` when absent."""
        found: str | None = self.environ.get("HTTP_" + name.upper().replace("-", "_"))
        return found

    @property
    def is_upload(self) -> bool:
        """Whether the request's body is an object's content."""
        signing = {"AWSAccessKeyId", "Signature", "Expires"}  # of version 2
        plain = (
            {"partNumber", "uploadId", "x-id"}
            | signing
            | {k for k in self.query if k.lower().startswith("x-amz-")}
        )
        return (
            self.method == "PUT"
            and bool(self.key)
            and set(self.query) <= plain
            and not self.header("x-amz-copy-source")
        )

    @property
    def reads_object(self) -> bool:
        """Whether the answer is an object's content, or the headers of it."""
        plain = {"versionId", "partNumber", "x-id"}
        named = {k for k in self.query if not k.lower().startswith(("x-amz-", "response-"))}
        return self.method in ("GET", "HEAD") and bool(self.key) and named <= plain

    @property
    def writes_object(self) -> bool:
        """Whether the request makes an object, or begins one of several parts."""
        begins = self.method == "POST" and "uploads" in self.query
        puts = self.method == "PUT" and (self.is_upload or self._copies)
        return begins or (puts and "uploadId" not in self.query)

    @property
    def replaces_object(self) -> bool:
        """Whether the request puts an object, or nothing, in the place of a key's latest one."""
        query, method = self.query, self.method
        if method == "DELETE":
            return bool(self.key) and not {"versionId", "uploadId", "tagging"} & set(query)
        completes = method == "POST" and "uploadId" in query
        return completes or (self.writes_object and method == "PUT")

    @property
    def _copies(self) -> bool:
        return bool(self.key and self.header("x-amz-copy-source"))

    @property
    def changes(self) -> bool:
        return self.method in ("PUT", "POST", "DELETE")


class S3:
    """The WSGI application of S3.

    Args:
        cloud: the workspace's local AWS.
        moto: moto's application.
    """

    def __init__(self, cloud: Cloud, moto: Any) -> None:
        self.cloud, self.moto = cloud, moto

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = _Incoming(environ)
        try:
            status, headers, content = self._answer_or_refuse(environ)
        except AwsError as error:
            environ["wsgi.input"].drain()
            reply = protocol.refuse(None, error)
            status, headers, content = reply.status, reply.headers, [reply.body]
            headers["Content-Length"] = str(len(reply.body))
        start_response(f"{status} {'OK' if status < 300 else 'Error'}", list(headers.items()))
        return content if environ["REQUEST_METHOD"] != "HEAD" else []

    def _answer_or_refuse(self, environ: Environ) -> tuple[int, dict[str, str], Iterable[bytes]]:
        try:
            return self._answer(environ)
        except (OSError, sqlite3.Error) as error:
            raise not_kept(error) from error
        except AwsError:
            raise
        except Exception as error:
            log.exception("a request to S3 failed")
            raise AwsError("InternalError", f"{type(error).__name__}: {error}") from error

    def _answer(self, environ: Environ) -> tuple[int, dict[str, str], Iterable[bytes]]:
        if post.is_form(environ):
            return _whole(self._form(environ))
        claim, principal = guard.identify(environ, None)
        request = read_request(_with_legacy_headers(environ, claim), principal)
        policy.authorize_s3(self.cloud, request)
        _check_upload_id(self.cloud, request)
        limits.check(request, self._copied(request))
        if buckets.is_listing(request):
            return _whole(buckets.answer(request, self.cloud.backend("s3").buckets))
        request, number = parts.take_number(request)
        if request.reads_object and (known := self._known(request)):
            return _whole(known)
        if listing.is_listing(request) and (bucket := self._bucket(request)):
            with self.cloud.lock("s3"):
                return _whole(listing.answer(request, bucket))
        reply = self._reply(request)
        part = None
        if request.reads_object and reply.status == 200:
            version = self._version(request)
            part = parts.place(version, number, reply.headers)
            _tell_of_version(request, version, reply.headers)
        body = BODIES.redeem(reply.body)
        if body is None and not (request.method == "HEAD" and request.key):
            return _whole(reply)
        return _download(request, reply, body or _unread(reply), part)

    def _known(self, request: Request) -> protocol.Reply | None:
        """The answer to a read of what the client has already."""
        limits.check_marker(request, self._bucket(request))
        return conditions.unread(request, self._version(request))

    def _form(self, environ: Environ) -> protocol.Reply:
        """The answer to a form's upload, which is the PUT that it stands for."""
        form, principal = post.read_form(environ)
        request = read_request(post.as_put(environ, form), principal)
        policy.authorize_s3(self.cloud, request)
        reply = self._upload(request)
        return post.answer(form, self.cloud.endpoint, reply) if reply.status == 200 else reply

    def _reply(self, request: Request) -> protocol.Reply:
        if request.is_upload:
            return self._upload(request)
        body = _read_body(request.environ)
        if request.method == "POST" and "delete" in request.query and not request.key:
            return self._delete(request, body)
        if request.method == "PUT" and "policy" in request.query and not request.key:
            policy.check_new_policy(self.cloud, request, body)
        if request.method == "POST" and "uploads" in request.query:
            object_checksums.check_upload(request)
        if request.method == "PUT" and not request.key and not request.query:
            buckets.check_location(body)
        bucket, version = self._bucket(request), self._version(request)
        body = configurations.check(request, body, bucket, version)
        if told := configurations.tell(request, bucket, version):
            return told
        limits.check_tagged(request, version)
        if configurations.clears_tags(request, body):
            reply = self._forward(request, b"", request.environ | {"REQUEST_METHOD": "DELETE"})
            return replace(reply, status=200) if reply.status == 204 else reply
        if "attributes" in request.query and version:
            object_checksums.ensure(version)
        upload = self._multipart(request)
        if upload and request.method == "POST":
            object_checksums.check_parts(request, body, upload)
        marker = request.method == "DELETE" and limits.names_marker(request, bucket)
        reply = self._forward(request, body)
        if marker and reply.status == 204:
            reply.headers["x-amz-delete-marker"] = "true"
        if reply.status == 200 and "attributes" in request.query:
            return parts.attributes(request, reply, self._version(request))
        if upload and reply.status == 200 and request.method in ("GET", "POST"):
            return self._with_checksums(request, reply, upload)
        return configurations.tidy(request, reply)

    def _with_checksums(
        self, request: Request, reply: protocol.Reply, upload: Any
    ) -> protocol.Reply:
        """The answer to ListParts or CompleteMultipartUpload with what is known of checksums."""
        if request.method == "GET":
            return replace(reply, body=object_checksums.with_parts(reply.body, upload))
        told = object_checksums.in_xml(
            object_checksums.told_if_quick(self._version(request))
        ).encode()
        end = b"</CompleteMultipartUploadResult>"
        body = reply.body.replace(b"<VersionId>null</VersionId>", b"")
        headers = {k: v for k, v in reply.headers.items() if (k, v) != _NO_VERSION}
        return replace(reply, headers=headers, body=body.replace(end, told + end))

    def _upload(self, request: Request) -> protocol.Reply:
        upload = self._multipart(request)
        declared = upload.algorithm if upload else None
        with _slot(request, upload) as slot:
            body = receive(request, md5=self._needs_md5(request), declared=declared, slot=slot)
        headers = object_checksums.in_headers(body.checksums)
        environ = _without_transfer_headers(request.environ) | headers
        ticket = BODIES.ticket(body)
        try:
            reply = self._forward(request, ticket, environ)
            if reply.status == 200 and not upload:
                reply.headers.update(object_checksums.told_if_quick(self._version(request)))
            return reply
        finally:
            if BODIES.redeem(ticket):
                body.discard()

    def _needs_md5(self, request: Request) -> bool:
        """Whether the ETag is an MD5, or the client sent one; with SSE-KMS it is no digest.

        Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
        """
        if request.header("content-md5"):
            return True
        if upload := self._multipart(request):
            return not upload.kms_key_id
        return policy.encryption_of(self.cloud, request).key is None

    def _multipart(self, request: Request) -> Any:
        """moto's record of the multipart upload that a request belongs to, if it does."""
        bucket = self._bucket(request)
        return bucket and bucket.multiparts.get(request.query.get("uploadId"))

    def _bucket(self, request: Request) -> Any:
        return self.cloud.backend("s3").buckets.get(request.bucket)

    def _version(self, request: Request) -> Any:
        wanted = request.query.get("versionId")
        return policy.find_version(self._bucket(request), request.key, wanted)

    def _copied(self, request: Request) -> Any:
        """moto's record of the version that a copy reads."""
        source = policy.copy_source(request)
        buckets = self.cloud.backend("s3").buckets
        return policy.find_version(buckets.get(source[0]), *source[1:]) if source else None

    def _delete(self, request: Request, body: bytes) -> protocol.Reply:
        with self.cloud.lock("s3"):
            asked = delete.split(self.cloud, request.principal, request.bucket, body)
            if not asked.deletes:
                return delete.report(delete.nothing_deleted(), asked)
            return delete.report(self._forward(request, asked.body), asked)

    def _forward(
        self, request: Request, body: bytes, environ: Environ | None = None
    ) -> protocol.Reply:
        environ = dict(environ or request.environ)
        environ.pop("HTTP_RANGE", None)
        environ = conditions.without(environ)
        if request.writes_object:
            environ |= _encryption_headers(self.cloud, request)
            environ |= {} if _names_acl(environ) else {"HTTP_X_AMZ_ACL": "private"}
        with self.cloud.lock("s3"), BODIES.tickets(), notices.asked_for(request.query):
            _check_upload_id(self.cloud, request)  # again: it may have ended meanwhile
            if request.replaces_object:
                latest = policy.find_version(self._bucket(request), request.key)
                conditions.check_written(request, latest)
            reply: protocol.Reply | None = self.moto.call(environ, body)
            if reply is None:
                raise limits.no_such_function()
            if reply.headers.get(BUCKET_KEY, "").lower() == "false":
                del reply.headers[BUCKET_KEY]
            if request.changes and reply.status < 300:
                self._make_durable(request)
        return reply

    def _make_durable(self, request: Request) -> None:
        bucket = self.cloud.backend("s3").buckets.get(request.bucket)
        if bucket is None:
            self.cloud.state.forget_bucket(request.bucket)
        elif request.key and "uploadId" not in request.query:
            bucket.keys.dirty.add(request.key)
        if request.is_upload and not request.header("x-amz-tagging"):
            self.cloud.state.save_keys()
        else:
            self.cloud.state.save("s3")


def read_request(environ: Environ, principal: Principal) -> Request:
    """Bucket and key from a path-style address or a ``bucket.localhost`` host."""
    path = urllib.parse.unquote(protocol.raw_path(environ)).lstrip("/")
    host = environ.get("HTTP_HOST", "").rsplit(":", 1)[0]
    if host.endswith(".localhost"):
        bucket, key = host.removesuffix(".localhost"), path
    else:
        bucket, _, key = path.partition("/")
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return Request(environ, environ["REQUEST_METHOD"], bucket, key, query, principal)


def _with_legacy_headers(environ: Environ, claim: Claim) -> Environ:
    """A request with the headers that a URL of signature version 2 carries in its query."""
    if claim.signed_headers:
        return environ
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    found = legacy_headers(query).items()
    return environ | {"HTTP_" + k.upper().replace("-", "_"): v for k, v in found}


def _whole(reply: protocol.Reply) -> tuple[int, dict[str, str], Iterable[bytes]]:
    headers = {k: v for k, v in reply.headers.items() if k.lower() != "content-length"}
    headers["Content-Length"] = str(len(reply.body))
    return reply.status, headers, [reply.body]


def _check_upload_id(cloud: Cloud, request: Request) -> None:
    """Raise for an upload that was never begun, or has ended; completing one twice is allowed."""
    bucket, upload = cloud.backend("s3").buckets.get(request.bucket), request.query.get("uploadId")
    if bucket is None or upload is None:
        return
    if upload in bucket.multiparts and bucket.multiparts[upload].key_name == request.key:
        return
    done = getattr(policy.find_version(bucket, request.key), "multipart", None)
    if request.method != "POST" or done is None or done.id != upload:
        raise AwsError(
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may "
            "have been aborted or completed.",
            404,
            UploadId=upload,
        )


# Receiving ----------------------------------------------------------------------------------------


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


def _slot(request: Request, upload: Any) -> contextlib.AbstractContextManager[Slot | None]:
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


def _without_transfer_headers(environ: Environ) -> Environ:
    """The headers of how a body travelled, which its ticket has no use for."""
    dropped = ("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "HTTP_X_AMZ_TRAILER", "HTTP_TRANSFER_ENCODING")
    kept = {k: v for k, v in environ.items() if k not in dropped}
    kept["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"
    encodings = [e for e in kept.pop("HTTP_CONTENT_ENCODING", "").split(",") if e.strip()]
    left = [e.strip() for e in encodings if e.strip() != "aws-chunked"]
    return kept | ({"HTTP_CONTENT_ENCODING": ",".join(left)} if left else {})


def _encryption_headers(cloud: Cloud, request: Request) -> Environ:
    """The encryption of a new object, said in full: moto knows no defaults.

    A copy onto itself that asks for nothing new is refused, so it is not made to ask for AES256.
    """
    chosen = policy.encryption_of(cloud, request)
    header = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION"
    if chosen.key is None:
        asked = request.header("x-amz-server-side-encryption")
        onto_itself = policy.copy_source(request) == (request.bucket, request.key, None)
        return {} if onto_itself and not asked else {header: chosen.algorithm}
    return {
        header: chosen.algorithm,
        f"{header}_AWS_KMS_KEY_ID": chosen.key,
        f"{header}_BUCKET_KEY_ENABLED": str(chosen.bucket_key).lower(),
    }


def _names_acl(environ: Environ) -> bool:
    """Whether a request says who gets a new object; moto would take the bucket's own ACL."""
    return any(name.startswith(("HTTP_X_AMZ_ACL", "HTTP_X_AMZ_GRANT_")) for name in environ)


def _read_body(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > _SMALL_BODY:
        raise AwsError("MaxMessageLengthExceeded", "Your request was too big.")
    found: bytes = environ["wsgi.input"].read(length) if length else b""
    return found


class _Incoming:
    """A request's body, which knows how much of it has not been read."""

    def __init__(self, environ: Environ) -> None:
        self._stream = environ["wsgi.input"]
        length = environ.get("CONTENT_LENGTH")
        endless = not length and environ.get("wsgi.input_terminated")
        self._left = None if endless else int(length or 0)

    def read(self, size: int) -> bytes:
        return self._count(self._stream.read(size if self._left is None else min(size, self._left)))

    def readline(self) -> bytes:
        return self._count(self._stream.readline(-1 if self._left is None else self._left))

    def drain(self) -> None:
        """Read what a refused client still sends, or it would never see the refusal."""
        try:
            while self.read(CHUNK):
                pass
        except (OSError, ValueError):
            return

    def _count(self, chunk: bytes) -> bytes:
        self._left = None if self._left is None else self._left - len(chunk)
        return chunk


# Sending ------------------------------------------------------------------------------------------


def _tell_of_version(request: Request, version: Any, headers: dict[str, str]) -> None:
    """Put into the answer what moto does not tell of the version that is read."""
    if (request.header("x-amz-checksum-mode") or "").upper() == "ENABLED":
        headers.update(object_checksums.told_if_quick(version))
    if request.method == "HEAD":
        wished = {k for k in request.query if k.startswith("response-")}
        headers.update({k.removeprefix("response-"): request.query[k] for k in wished})


def _download(
    request: Request, reply: protocol.Reply, body: Body, part: tuple[int, int] | None
) -> tuple[int, dict[str, str], Iterable[bytes]]:
    headers = {k: v for k, v in reply.headers.items() if k.lower() != "content-length"}
    headers["Accept-Ranges"] = "bytes"
    connection = request.environ.get("werkzeug.socket")
    wanted = part or _range(request.header("range"), body.size) if reply.status == 200 else None
    if wanted is None:
        headers["Content-Length"] = str(body.size)
        return reply.status, headers, send_stream(body.path, 0, body.size, connection)
    first, last = wanted
    if last - first + 1 < body.size:
        headers = {k: v for k, v in headers.items() if not k.startswith("x-amz-checksum-")}
    headers["Content-Range"] = f"bytes {first}-{last}/{body.size}"
    headers["Content-Length"] = str(last - first + 1)
    return 206, headers, send_stream(body.path, first, last - first + 1, connection)


def _unread(reply: protocol.Reply) -> Body:
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
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    elif found[2] and int(found[2]) < int(found[1]):
        return None
    else:
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    if first >= size or first > last:
        raise AwsError("InvalidRange", "The requested range is not satisfiable", 416)
    return first, last

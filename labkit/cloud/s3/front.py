"""S3's front: bodies stream between the socket and files, moto keeps the records.

Around each of moto's answers this module does what moto cannot: it judges the caller by bucket
policy and KMS key (`access/policy.py`), receives bodies (`receiving.py`), serves them from their
files (`sending.py`), and makes the change durable before the answer.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.access import guard, policy
from labkit.cloud.access.s3_requests import copy_source, find_version
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import ANONYMOUS, AwsError, not_kept
from labkit.cloud.s3 import (
    buckets,
    conditions,
    configurations,
    cross_origin,
    delete,
    destinations,
    grants,
    lifecycles,
    limits,
    listing,
    object_checksums,
    parts,
    post,
    tags,
    versions,
)
from labkit.cloud.s3.asked import asked_for
from labkit.cloud.s3.bodies import BODIES
from labkit.cloud.s3.receiving import (
    Incoming,
    read_body,
    receive,
    slot_of,
    without_transfer_headers,
)
from labkit.cloud.s3.request import Environ, Request, read_request, with_legacy_headers
from labkit.cloud.s3.sending import Answer, download, tell_of_version, unread, whole

log = logging.getLogger(__name__)
BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled"  # told only where it is
_NO_VERSION = ("x-amz-version-id", "null")


class S3:
    """The WSGI application of S3.

    Args:
        cloud: the workspace's local AWS.
        moto: moto's application.
    """

    def __init__(self, cloud: Cloud, moto: Any) -> None:
        self.cloud, self.moto = cloud, moto

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = Incoming(environ)
        try:
            status, headers, content = self._answer_or_refuse(environ)
        except AwsError as error:
            environ["wsgi.input"].drain()
            reply = protocol.refuse(None, error)
            status, headers, content = reply.status, reply.headers, [reply.body]
            headers["Content-Length"] = str(len(reply.body))
        headers |= cross_origin.headers_for(self.cloud, environ)
        start_response(f"{status} {'OK' if status < 300 else 'Error'}", list(headers.items()))
        return content if environ["REQUEST_METHOD"] != "HEAD" else []

    def _answer_or_refuse(self, environ: Environ) -> Answer:
        try:
            return self._answer(environ)
        except (OSError, sqlite3.Error) as error:
            raise not_kept(error) from error
        except AwsError:
            raise
        except Exception as error:
            log.exception("a request to S3 failed")
            raise AwsError("InternalError", f"{type(error).__name__}: {error}") from error

    def _answer(self, environ: Environ) -> Answer:
        if post.is_form(environ):
            return whole(self._form(environ))
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return whole(cross_origin.preflight(self.cloud, read_request(environ, ANONYMOUS)))
        claim, principal = guard.identify(environ, None)
        limits.check_signed(environ, claim)
        request = read_request(with_legacy_headers(environ, claim), principal)
        policy.authorize_s3(self.cloud, request)
        _check_upload_id(self.cloud, request)
        limits.check(request, self._copied(request))
        if buckets.is_listing(request):
            return whole(buckets.answer(request, self.cloud.backend("s3").buckets))
        request, number = parts.take_number(request)
        if request.reads_object and (known := self._known(request)):
            return whole(known)
        if listing.is_listing(request) and (bucket := self._bucket(request)):
            with self.cloud.lock("s3"):
                return whole(listing.answer(request, bucket))
        if request.is_upload:
            return whole(self._upload(request))
        content = read_body(request.environ)
        with self.cloud.lock("s3"):  # what is told of an object is of one version
            return self._told(request, content, number)

    def _told(self, request: Request, content: bytes, number: int | None) -> Answer:
        """The answer to a request whose content is no object's."""
        reply = self._reply(request, content)
        part = None
        if request.reads_object and reply.status == 200:
            version = self._version(request)
            part = parts.place(version, number, reply.headers)
            tell_of_version(request, self._bucket(request), version, reply.headers)
        body = BODIES.redeem(reply.body)
        if body is None and not (request.method == "HEAD" and request.key):
            return whole(reply)
        return download(request, reply, body or unread(reply), part)

    def _known(self, request: Request) -> protocol.Reply | None:
        """The answer to a read of what the client has already."""
        version = self._version(request)
        versions.check(request, self._bucket(request), version)
        return conditions.unread(request, version)

    def _form(self, environ: Environ) -> protocol.Reply:
        """The answer to a form's upload, which is the PUT that it stands for."""
        form, principal = post.read_form(environ)
        request = read_request(post.as_put(environ, form), principal)
        policy.authorize_s3(self.cloud, request)
        reply = self._upload(request)
        return post.answer(form, self.cloud.endpoint, reply) if reply.status == 200 else reply

    def _reply(self, request: Request, body: bytes) -> protocol.Reply:
        versions.check_bypass(request, self._bucket(request))
        if request.method == "POST" and "delete" in request.query and not request.key:
            return self._delete(request, body)
        if request.method == "PUT" and "policy" in request.query and not request.key:
            policy.check_new_policy(self.cloud, request, body)
        if request.method == "POST" and "uploads" in request.query:
            object_checksums.check_upload(request)
            limits.check_lockable(request, self._bucket(request))
        if request.method == "PUT" and not request.key and not request.query:
            buckets.check_location(request, body)
        bucket, version = self._bucket(request), self._version(request)
        versions.check(request, bucket, version)
        body = configurations.check(request, body, bucket, version)
        if bucket and destinations.are_named(request):
            destinations.check(self.cloud, request, bucket, body)
        if told := configurations.tell(request, bucket, version):
            return told
        if request.method == "GET" and "tagging" in request.query and version:
            return tags.told(self.cloud.backend("s3"), version)
        if request.method == "PUT" and "acl" in request.query and version:
            version.acl = grants.of(request, body)
            self._make_durable(request)
            return protocol.Reply(200, {}, b"")
        if configurations.deletes(request, bucket):
            self._make_durable(request)
            return protocol.Reply(204, {}, b"")
        if tags.are_cleared(request, body):
            reply = self._forward(request, b"", request.environ | {"REQUEST_METHOD": "DELETE"})
            return replace(reply, status=200) if reply.status == 204 else reply
        if "attributes" in request.query and version:
            object_checksums.ensure(version)
        upload = self._multipart(request)
        if upload and request.method == "POST":
            object_checksums.check_parts(request, body, upload)
        named = request.query.get("versionId")
        marker = (
            named and request.method == "DELETE" and versions.is_marker(bucket, request.key, named)
        )
        reply = self._forward(request, body)
        if marker and reply.status == 204:
            reply.headers["x-amz-delete-marker"] = "true"
        if reply.status == 200 and "attributes" in request.query:
            return parts.attributes(request, reply, self._version(request))
        if upload and reply.status == 200 and request.method in ("GET", "POST"):
            return self._with_checksums(request, reply, upload)
        if request.method == "POST" and "uploads" in request.query and reply.status == 200:
            _lock_upload(request, bucket, reply.body)
            self._make_durable(request)
        if lifecycles.keep(request, body, reply, bucket):
            self._make_durable(request)
        return configurations.tidy(request, reply, self._bucket(request))

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
        with slot_of(request, upload) as slot:
            body = receive(request, md5=self._needs_md5(request), declared=declared, slot=slot)
        headers = object_checksums.in_headers(body.checksums)
        environ = without_transfer_headers(request.environ) | headers
        ticket = BODIES.ticket(body)
        try:
            with self.cloud.lock("s3"):
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
        return find_version(self._bucket(request), request.key, wanted)

    def _copied(self, request: Request) -> Any:
        """moto's record of the version that a copy reads."""
        source = copy_source(request)
        buckets = self.cloud.backend("s3").buckets
        return find_version(buckets.get(source[0]), *source[1:]) if source else None

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
        environ = parts.asks_attributes(conditions.without(environ))
        if copy_source(request):  # it has no body that would need a digest, as moto wants of a lock
            environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = "CRC64NVME"
        if request.writes_object:
            environ |= _encryption_headers(self.cloud, request)
            environ |= {} if _names_acl(environ) else {"HTTP_X_AMZ_ACL": "private"}
        with self.cloud.lock("s3"), BODIES.tickets(), asked_for(request.query):
            _check_upload_id(self.cloud, request)  # again: it may have ended meanwhile
            if request.replaces_object:
                latest = find_version(self._bucket(request), request.key)
                if not _has_made(request, latest):
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
        backend = self.cloud.backend("s3")
        bucket = backend.buckets.get(request.bucket)
        if bucket is None:
            backend.tagger.delete_all_tags_for_resource(f"arn:aws:s3:::{request.bucket}")
            self.cloud.state.forget_bucket(request.bucket)
        elif "uploadId" not in request.query and (version := self._version(request)):
            bucket.keys.touch(request.key, version)
        if request.is_upload and not request.header("x-amz-tagging"):
            self.cloud.state.save_keys()
        else:
            self.cloud.state.save("s3")


def _check_upload_id(cloud: Cloud, request: Request) -> None:
    """Raise for an upload that was never begun, or has ended; completing one twice is allowed."""
    bucket, upload = cloud.backend("s3").buckets.get(request.bucket), request.query.get("uploadId")
    if bucket is None or upload is None:
        return
    if upload in bucket.multiparts and bucket.multiparts[upload].key_name == request.key:
        return
    if not _has_made(request, find_version(bucket, request.key)):
        raise AwsError(
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may "
            "have been aborted or completed.",
            404,
            UploadId=upload,
        )


def _lock_upload(request: Request, bucket: Any, told: bytes) -> None:
    """Have an upload know how what it becomes is locked, which moto forgets."""
    name = next(each for each in bucket.multiparts if f"<UploadId>{each}<".encode() in told)
    bucket.multiparts[name].lock = tuple(map(request.header, limits.LOCKS))


def _has_made(request: Request, latest: Any) -> bool:
    """Whether a completion is made again: the object is the one that its upload became."""
    done = getattr(latest, "multipart", None)
    return (
        request.method == "POST" and done is not None and done.id == request.query.get("uploadId")
    )


def _encryption_headers(cloud: Cloud, request: Request) -> Environ:
    """The encryption of a new object, said in full: moto knows no defaults.

    A copy onto itself that asks for nothing new is refused, so it is not made to ask for AES256.
    """
    chosen = policy.encryption_of(cloud, request)
    header = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION"
    if chosen.key is None:
        asked = request.header("x-amz-server-side-encryption")
        onto_itself = copy_source(request) == (request.bucket, request.key, None)
        return {} if onto_itself and not asked else {header: chosen.algorithm}
    return {
        header: chosen.algorithm,
        f"{header}_AWS_KMS_KEY_ID": chosen.key,
        f"{header}_BUCKET_KEY_ENABLED": str(chosen.bucket_key).lower(),
    }


def _names_acl(environ: Environ) -> bool:
    """Whether a request says who gets a new object; moto would take the bucket's own ACL."""
    return any(name.startswith(("HTTP_X_AMZ_ACL", "HTTP_X_AMZ_GRANT_")) for name in environ)

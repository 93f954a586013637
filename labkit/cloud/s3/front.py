"""S3's front: bodies stream between the socket and files, moto keeps the records.

Around each of moto's answers this module does what moto cannot: it judges the caller by bucket
policy and KMS key (`access/policy.py`), receives bodies (`receiving.py`) and serves them from their
files (`sending.py`). `records.py` asks moto, and makes the change durable before the answer.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import Any

from labkit.cloud import protocol, refusing
from labkit.cloud.access import acl, guard, policy, signature
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import ANONYMOUS, AwsError, not_kept
from labkit.cloud.s3 import (
    access_logs,
    buckets,
    conditions,
    configurations,
    cross_origin,
    delete,
    destinations,
    expirations,
    grants,
    kept,
    limits,
    listing,
    locks,
    notices,
    object_checksums,
    parts,
    post,
    signed,
    tags,
    versions,
)
from labkit.cloud.s3.bodies import BODIES
from labkit.cloud.s3.receiving import (
    Incoming,
    read_body,
    receive,
    slot_of,
    without_transfer_headers,
)
from labkit.cloud.s3.records import Records
from labkit.cloud.s3.request import Environ, Request, read_request, with_legacy_headers
from labkit.cloud.s3.sending import Answer, download, tell_of_version, unread, whole

log = logging.getLogger(__name__)
_IN_MEMORY = 512 << 10  # bytes of a form's file; a larger one goes to disk
# What moto tells of how a body was sent, which is none of the object; and of pages in its own way.
_OF_THE_WAY = "content-md5", "x-amz-content-sha256", "x-amz-sdk-", "access-control-"
_OF_READS = "content-type", "last-modified"  # which moto tells of what is written, too


class S3:
    """The WSGI application of S3.

    Args:
        cloud: the workspace's local AWS.
        moto: moto's application.
    """

    def __init__(self, cloud: Cloud, moto: Any) -> None:
        self.cloud, self.records = cloud, Records(cloud, moto)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"], began = Incoming(environ), time.monotonic()
        try:
            status, headers, content = self._answer_or_refuse(environ)
        except AwsError as error:
            environ["wsgi.input"].drain()
            reply = refusing.refuse(None, error)
            status, headers, content = reply.status, reply.headers, [reply.body]
            headers["Content-Length"] = str(len(reply.body))
        if request := environ.get(access_logs.REQUEST):
            bucket = self.records.bucket(request)
            headers |= versions.told_of_marker(request, bucket, status)
            headers |= expirations.headers(self.cloud, request, bucket, status)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") and not any(content):
            headers = {k: v for k, v in headers.items() if k.lower() not in _OF_READS}
        headers = _told(headers) | cross_origin.headers_for(self.cloud, environ)
        seconds = time.monotonic() - began
        self._log(environ, access_logs.Answered(status, headers, content, seconds))
        start_response(protocol.status_line(status), list(headers.items()))
        return content if environ["REQUEST_METHOD"] != "HEAD" else []

    def _log(self, environ: Environ, answered: access_logs.Answered) -> None:
        """Write the bucket's access log; that it cannot be written is no fault of the request."""
        try:
            access_logs.write(self.cloud, environ, answered)
        except (OSError, sqlite3.Error):
            log.exception("an access log could not be written")

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
        limits.check_address(environ)
        limits.check_digest(environ)
        signed.check(environ, signature.read_claim(environ), self.cloud.region)
        claim, principal = guard.identify(environ, None)
        environ[signature.CLAIM] = claim
        request = read_request(with_legacy_headers(environ, claim), principal)
        environ[access_logs.REQUEST] = request
        policy.authorize_s3(self.cloud, request)
        kept.check_payer(request, self.records.bucket(request))
        self.records.check_upload(request)
        limits.check(request, self.records.copied(request))
        if buckets.is_listing(request):
            return whole(buckets.answer(request, self.cloud.backend("s3").buckets))
        request, number = parts.take_number(request)
        if request.reads_object and (known := self._known(request)):
            return whole(known)
        if listing.is_listing(request) and (bucket := self.records.bucket(request)):
            with self.cloud.lock("s3"):
                return whole(listing.answer(request, bucket))
        if request.is_upload:
            return whole(self._upload(request))
        content = read_body(request)
        if request.selects_rows:
            from labkit.cloud.s3.select import answering  # which few ask for: not at the start

            return answering.answer(
                content, self.records.bucket(request), self.records.version(request)
            )
        with self.cloud.lock("s3"):  # what is told of an object is of one version
            return self._told(request, content, number)

    def _told(self, request: Request, content: bytes, number: int | None) -> Answer:
        """The answer to a request whose content is no object's."""
        reply = self._reply(request, content)
        part = None
        bucket = self.records.bucket(request)  # none where S3 Control is asked
        if bucket and request.reads_object and reply.status == 200:
            version = self.records.version(request)
            part = parts.place(version, number, reply.headers)
            tell_of_version(request, bucket, version, reply.headers, number)
        body = BODIES.redeem(reply.body)
        if body is None and not (request.method == "HEAD" and request.key):
            return whole(reply)
        return download(request, reply, body or unread(reply), part)

    def _known(self, request: Request) -> protocol.Reply | None:
        """The answer to a read of what the client has already."""
        version = self.records.version(request)
        versions.check(request, self.records.bucket(request), version)
        return conditions.unread(request, version)

    def _form(self, environ: Environ) -> protocol.Reply:
        """The answer to a form's upload, which is the PUT that it stands for."""
        with SpooledTemporaryFile(_IN_MEMORY) as file:
            form, principal = post.read_form(environ, file)
            request = read_request(post.as_put(environ, form), principal)
            environ[access_logs.REQUEST] = request
            policy.authorize_s3(self.cloud, request)
            limits.check(request, None)
            reply = self._upload(request)
        return post.answer(form, self.cloud.endpoint, reply) if reply.status == 200 else reply

    def _reply(self, request: Request, body: bytes) -> protocol.Reply:
        """The answer of ours, or else moto's, to a request that keeps the rules of both."""
        versions.check_bypass(request, self.records.bucket(request))
        if request.method == "POST" and "delete" in request.query and not request.key:
            return self._delete(request, body)
        self._check(request, body)
        bucket, version = self.records.bucket(request), self.records.version(request)
        versions.check(request, bucket, version)
        body = configurations.check(request, body, bucket, version)
        if bucket and destinations.are_named(request):
            destinations.check(self.cloud, request, bucket, body)
        told = self._own(request, body, bucket, version)
        told = told or self._motos(request, body, bucket, version)
        return tags.of_version(request, told, bucket, version)

    def _check(self, request: Request, body: bytes) -> None:
        if request.method == "DELETE":
            locks.check_deleted(request, self.records.version(request))
        if request.method == "PUT" and "policy" in request.query and not request.key:
            policy.check_new_policy(self.cloud, request, body)
        if request.method == "POST" and "uploads" in request.query:
            object_checksums.check_upload(request)
            limits.check_lockable(request, self.records.bucket(request))
        if request.creates_bucket:
            buckets.check_namespace(request)
            buckets.check_location(request, body)
            if request.header("x-amz-object-ownership") == "BucketOwnerEnforced":
                acl.check_owned(grants.of(request, b""))

    def _own(
        self, request: Request, body: bytes, bucket: Any, version: Any
    ) -> protocol.Reply | None:
        """The answer to what moto has no right answer to."""
        if told := configurations.tell(request, bucket, version):
            return told
        if told := kept.answer(request, body, bucket):
            if request.changes:
                self.records.make_durable(request)
            return told
        holder = version if request.key else bucket
        if request.method == "GET" and "tagging" in request.query and holder:
            return tags.told(self.cloud.backend("s3"), bucket, version)
        if request.method == "PUT" and "tagging" in request.query and bucket and not request.key:
            tags.keep(self.cloud.backend("s3"), bucket, tags.of_document(body))
            self.records.make_durable(request)
            return protocol.Reply(204, {}, b"")
        if request.method == "PUT" and "acl" in request.query and holder:
            return self._put_acl(request, body, bucket, holder)
        if configurations.deletes(request, bucket):
            self.records.make_durable(request)
            return protocol.Reply(204, {}, b"")
        if tags.are_cleared(request, body):
            environ = request.environ | {"REQUEST_METHOD": "DELETE"}
            reply = self.records.forward(request, b"", environ)
            return replace(reply, status=200) if reply.status == 204 else reply
        return None

    def _put_acl(self, request: Request, body: bytes, bucket: Any, holder: Any) -> protocol.Reply:
        given = grants.of(request, body)
        changed = acl.document(given) != acl.document(holder.acl)
        holder.acl = given
        self.records.make_durable(request)
        if request.key and changed:
            notices.tell(self.cloud, "s3:ObjectAcl:Put", bucket, holder)
        return protocol.Reply(200, {}, b"")

    def _motos(self, request: Request, body: bytes, bucket: Any, version: Any) -> protocol.Reply:
        """moto's answer, with what it leaves out."""
        if "attributes" in request.query and version:
            object_checksums.ensure(version)
        upload = self.records.upload(request)
        completes = request.method == "POST" and "uploadId" in request.query
        if upload and request.method == "POST":
            object_checksums.check_parts(request, body, upload)
        elif completes and version:
            self.records.check_made(request, body, version)
        named = request.query.get("versionId")
        marker = (
            named and request.method == "DELETE" and versions.is_marker(bucket, request.key, named)
        )
        given = buckets.tags_of(request, body, bucket) if request.creates_bucket else []
        reply = self.records.forward(request, body)
        if marker and reply.status == 204:
            reply.headers["x-amz-delete-marker"] = "true"
        if reply.status == 200 and request.creates_bucket:  # one that was there has its ACL reset
            self.records.bucket(request).acl = grants.of(request, b"")
            if given:
                tags.keep(self.cloud.backend("s3"), self.records.bucket(request), given)
            self.records.make_durable(request)
        if reply.status == 200 and "attributes" in request.query:
            if version and bucket.is_versioned:
                reply.headers["x-amz-version-id"] = str(version.version_id or "null")
            return parts.attributes(request, reply, self.records.version(request))
        if reply.status == 200 and (completes or (upload and request.method in ("GET", "PUT"))):
            return self._with_checksums(request, reply, upload)
        if request.method == "POST" and "uploads" in request.query and reply.status == 200:
            self.records.begin_upload(request, reply.body)
            self.records.make_durable(request)
        if configurations.keep(request, body, reply, bucket):
            self.records.make_durable(request)
        return configurations.tidy(request, reply, self.records.bucket(request))

    def _with_checksums(
        self, request: Request, reply: protocol.Reply, upload: Any
    ) -> protocol.Reply:
        """What tells of an upload or of its copied part, with what is known of checksums."""
        if request.method == "GET":
            return replace(reply, body=object_checksums.with_parts(reply.body, upload))
        if request.method == "PUT":
            number = int(request.query["partNumber"])
            return replace(reply, body=object_checksums.with_copied(reply.body, upload, number))
        return object_checksums.completed(reply, self.records.version(request))

    def _upload(self, request: Request) -> protocol.Reply:
        upload = self.records.upload(request)
        declared = upload.algorithm if upload else None
        with slot_of(request, upload) as slot:
            body = receive(request, md5=self._needs_md5(request), declared=declared, slot=slot)
        headers = object_checksums.in_headers(body.checksums)
        environ = without_transfer_headers(request.environ) | headers
        ticket = BODIES.ticket(body)
        try:
            with self.cloud.lock("s3"):
                reply = self.records.forward(request, ticket, environ)
                if reply.status == 200 and not upload:
                    made = self.records.version(request)
                    reply.headers.update(object_checksums.told_if_quick(made))
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
        if upload := self.records.upload(request):
            return not upload.kms_key_id
        return policy.encryption_of(self.cloud, request).key is None

    def _delete(self, request: Request, body: bytes) -> protocol.Reply:
        with self.cloud.lock("s3"):
            asked = delete.split(self.cloud, request, body)
            told = self.records.forward(request, asked.body) if asked.deletes else None
            return delete.report(told or delete.nothing_deleted(), asked)


def _told(headers: dict[str, str]) -> dict[str, str]:
    """The headers of an answer as S3 sends them, with the request's two ids.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
    """
    kept = {k: v for k, v in headers.items() if not k.lower().startswith(_OF_THE_WAY)}
    name = next((k for k in kept if k.lower() == "x-amzn-requestid"), None)
    told = kept.pop(name) if name else secrets.token_hex(8).upper()
    return {"x-amz-request-id": told, "x-amz-id-2": told} | kept

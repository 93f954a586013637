"""moto's records of S3, as the front asks them: found, put to moto, and kept before the answer.

What moto has to be told is told on the way: encryption in full, an object's own ACL.
"""

from __future__ import annotations

import urllib.parse
from dataclasses import replace
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.access import policy
from labkit.cloud.access.s3_requests import copy_source, find_version
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import checksums, conditions, limits, object_checksums, parts, versions
from labkit.cloud.s3.asked import asked_for
from labkit.cloud.s3.bodies import BODIES
from labkit.cloud.s3.documents import named
from labkit.cloud.s3.request import Environ, Request, without_query

# moto wants a digest of whatever is put beside a lock; what there is to prove is proven before.
_A_DIGEST = {"HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM": "CRC64NVME"}
BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled"  # told only where it is
_BUCKET_KEY = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_BUCKET_KEY_ENABLED"


class Records:
    """moto's records, and moto.

    Args:
        cloud: the workspace's local AWS.
        moto: moto's application.
    """

    def __init__(self, cloud: Cloud, moto: Any) -> None:
        self.cloud, self.moto = cloud, moto

    def upload(self, request: Request) -> Any:
        """moto's record of the multipart upload that a request belongs to, if it does."""
        bucket = self.bucket(request)
        return bucket and bucket.multiparts.get(request.query.get("uploadId"))

    def bucket(self, request: Request) -> Any:
        """moto's record of the bucket, if there is one."""
        return self.cloud.backend("s3").buckets.get(request.bucket)

    def version(self, request: Request) -> Any:
        """moto's record of the version that a request names, or of the latest."""
        wanted = request.query.get("versionId")
        return find_version(self.bucket(request), request.key, wanted)

    def copied(self, request: Request) -> Any:
        """moto's record of the version that a copy reads.

        Raises:
            AwsError: ``InvalidRequest``: that is a delete marker, or the copy is to have a checksum
                by an algorithm that is none. ``NoSuchKey``, ``NoSuchVersion``:
                a part is to be copied of what is not there, which moto tells without a code.
        """
        if (source := copy_source(request)) is None:
            return None
        object_checksums.check_upload(request)
        bucket = self.cloud.backend("s3").buckets.get(source[0])
        if source[2] and versions.is_marker(bucket, *source[1:]):
            words = "The source of a copy request may not specifically refer to a delete marker by"
            raise AwsError("InvalidRequest", f"{words} version id.")
        found = find_version(bucket, *source[1:])
        named = source[2] is None or limits.is_version_id(source[2])
        if bucket and source[1] and named and found is None and "uploadId" in request.query:
            raise versions.unknown(*source[1:])
        return found

    def check_upload(self, request: Request) -> None:
        """Raise for an upload that was never begun, or has ended, and for what is put to no bucket.

        Completing one twice is allowed.
        """
        bucket, upload = self.bucket(request), request.query.get("uploadId")
        is_lost = bucket is None and not limits.is_of_table(request)
        # moto would have an object's whole body first, and make a bucket to be configured.
        if is_lost and request.needs_bucket:
            words = "The specified bucket does not exist"
            raise AwsError("NoSuchBucket", words, 404, BucketName=request.bucket)
        if bucket is None or upload is None:
            return
        if upload in bucket.multiparts and bucket.multiparts[upload].key_name == request.key:
            return
        if not _has_made(request, find_version(bucket, request.key)):
            raise _no_such_upload(upload)

    def check_made(self, request: Request, body: bytes, version: Any) -> None:
        """Raise where an upload is completed again, and not with the parts that it had."""
        if _has_made(request, version) and not object_checksums.are_parts(body, version):
            raise _no_such_upload(request.query["uploadId"])

    def begin_upload(self, request: Request, told: bytes) -> None:
        """Have an upload know the lock and the bucket key of what it becomes, and what it met.

        Args:
            told: moto's answer.
        """
        bucket = self.bucket(request)
        name = next(each for each in bucket.multiparts if f"<UploadId>{each}<".encode() in told)
        upload = bucket.multiparts[name]
        upload.lock = tuple(map(request.header, limits.LOCKS))
        upload.bucket_key = policy.encryption_of(self.cloud, request).bucket_key
        upload.met = conditions.identity(find_version(bucket, request.key))

    def forward(
        self, request: Request, body: bytes, environ: Environ | None = None
    ) -> protocol.Reply:
        """moto's answer, with what it changed kept before it is given."""
        environ = dict(environ or request.environ)
        environ.pop("HTTP_RANGE", None)
        environ = parts.asks_attributes(conditions.without(environ))
        environ = without_query(environ, *parts.unsaid(request), *self._only_version(request))
        if source := copy_source(request):
            environ |= _copy_headers(*source)
        elif request.configures_object:
            environ |= _A_DIGEST
        if request.writes_object:
            environ |= _encryption_headers(self.cloud, request)
            environ |= {} if _names_acl(environ) else {"HTTP_X_AMZ_ACL": "private"}
        with self.cloud.lock("s3"), BODIES.tickets(), asked_for(request.asked):
            self.check_upload(request)  # again: it may have ended meanwhile
            if request.replaces_object:
                latest = find_version(self.bucket(request), request.key)
                if not _has_made(request, latest):
                    conditions.check_written(request, latest)
                    if upload := self.upload(request):
                        conditions.check_unchanged(request, latest, upload.met)
            upload = self.upload(request)  # which a completion ends
            reply: protocol.Reply | None = self.moto.call(environ, body)
            if reply is None:
                raise limits.no_such_function()
            if reply.status == 200:
                reply.headers.update(_told_of_upload(request, environ, upload))
                if source and request.replaces_object and self._is_suspended(request):
                    reply.headers["x-amz-version-id"] = "null"
            if reply.headers.get(BUCKET_KEY, "").lower() == "false":
                del reply.headers[BUCKET_KEY]
            if request.changes and reply.status < 300:
                self.make_durable(request)
        return reply if request.reads_object else replace(reply, body=named(reply.body))

    def _only_version(self, request: Request) -> list[str]:
        """The name of the only version of an object without versions, which moto does not know."""
        bucket = self.bucket(request)
        plain = bucket is not None and not bucket.is_versioned and request.method == "HEAD"
        return ["versionId"] if plain and request.query.get("versionId") == "null" else []

    def _is_suspended(self, request: Request) -> bool:
        """Whether a bucket's objects have a version without a name, of which moto says nothing."""
        return bool(self.bucket(request).versioning_status == "Suspended")

    def make_durable(self, request: Request) -> None:
        """Commit what a request changed."""
        backend = self.cloud.backend("s3")
        bucket = backend.buckets.get(request.bucket)
        if bucket is None:
            backend.tagger.delete_all_tags_for_resource(f"arn:aws:s3:::{request.bucket}")
            self.cloud.state.forget_bucket(request.bucket)
        elif "uploadId" not in request.query and (version := self.version(request)):
            bucket.keys.touch(request.key, version)
        if request.is_upload and not request.header("x-amz-tagging"):
            self.cloud.state.save_keys()
        else:
            self.cloud.state.save("s3")


def _told_of_upload(request: Request, environ: Environ, upload: Any) -> dict[str, str]:
    """What moto's answers leave out of an upload in parts: its bucket key, its checksum's type.

    Args:
        environ: the request as moto has it.
        upload: moto's record of an upload that was there before.
    """
    begins = request.method == "POST" and "uploads" in request.query
    by_bucket = bool(upload) and request.method != "GET" and upload.bucket_key
    told = {}
    if by_bucket or (begins and environ.get(_BUCKET_KEY) == "true"):
        told[BUCKET_KEY] = "true"
    if begins and (name := request.header("x-amz-checksum-algorithm")):
        kind = checksums.kind_of(name.lower(), request.header("x-amz-checksum-type"))
        told["x-amz-checksum-type"] = kind
    return told


def _no_such_upload(upload: str) -> AwsError:
    words = "The specified upload does not exist. The upload ID may be invalid, or the upload"
    words += " may have been aborted or completed."
    return AwsError("NoSuchUpload", words, 404, UploadId=upload)


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
        _BUCKET_KEY: str(chosen.bucket_key).lower(),
    }


def _copy_headers(bucket: str, key: str, version: str | None) -> Environ:
    """The source as it was judged; a copy has no body to be proven."""
    query = f"?versionId={version}" if version is not None else ""
    return {"HTTP_X_AMZ_COPY_SOURCE": urllib.parse.quote(f"{bucket}/{key}") + query} | _A_DIGEST


def _names_acl(environ: Environ) -> bool:
    """Whether a request says who gets a new object; moto would take the bucket's own ACL."""
    return any(name.startswith(("HTTP_X_AMZ_ACL", "HTTP_X_AMZ_GRANT_")) for name in environ)

"""The lake as the services see it: objects listed, read by path, and written, as some principal.

Athena, the crawlers and the jobs act for somebody. Each call here is judged like a request of that
caller over HTTP: bucket policy, role policy and KMS key apply (`access/policy.py`).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.s3.utils import ARCHIVE_STORAGE_CLASSES

from labkit.cloud.access import encryption, policy
from labkit.cloud.cloud import Cloud
from labkit.cloud.members import in_utc
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.s3.bodies import BODIES, Body, link_or_copy, write_stream

_URI = re.compile(r"s3[an]?://([^/]+)/?(.*)", re.DOTALL)
_MOST_KEY = 1024


@dataclass(frozen=True)
class Object:
    """The current version of an object.

    Args:
        bucket: its bucket.
        key: its key.
        path: the file that holds its content.
        size: in bytes.
        etag: without quotes; changes with the content.
        modified: when it was put.
        archived: whether it lies in Glacier, whose objects nobody reads until they are restored.
        restored: whether a copy of what lies there may be read for now.
    """

    bucket: str
    key: str
    path: str
    size: int
    etag: str
    modified: datetime.datetime
    archived: bool = False
    restored: bool = False

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Staged:
    """A finished file that may become an object, and the ETag that it will have."""

    uri: str
    body: Body
    content_type: str

    @property
    def etag(self) -> str:
        return str(self.body.etag)


Objects = list[Object]


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix) of an ``s3://`` address.

    >>> split_uri("s3://lake/raw/a.csv")
    ('lake', 'raw/a.csv')

    Raises:
        AwsError: it is not one.
    """
    found = _URI.fullmatch(uri)
    if not found:
        raise AwsError("InvalidInputException", f"Not an S3 location: {uri}")
    return found[1], found[2]


def check_key(key: str) -> None:
    """Raise for a key of more bytes than S3 has: ``KeyTooLongError``."""
    if len(key.encode()) > _MOST_KEY:
        raise AwsError("KeyTooLongError", "Your key is too long")


class Store:
    """The objects, for one principal.

    Args:
        cloud: the workspace's local AWS.
        principal: on whose behalf; every call is judged by what it may do.
        encrypted: the algorithm and the KMS key of what it puts; by default the bucket's.
    """

    def __init__(
        self,
        cloud: Cloud,
        principal: Principal,
        encrypted: tuple[str | None, str | None] = (None, None),
    ) -> None:
        self.cloud, self.principal, self.encrypted = cloud, principal, encrypted

    def list(self, uri: str) -> Objects:
        """All objects whose key starts with the prefix, in key order.

        Raises:
            AwsError: no such bucket, or access denied.
        """
        bucket, prefix = split_uri(uri)
        policy.authorize_object(self.cloud, self.principal, "s3:ListBucket", bucket, prefix)
        with self.cloud.lock("s3"):
            keys = self._bucket(bucket).keys
            names = sorted(k for k in dict.keys(keys) if k.startswith(prefix))
            latest = [keys.versions(name)[-1] for name in names if keys.versions(name)]
        return [_object(key) for key in latest if hasattr(key, "path")]

    def find(self, uri: str) -> Object | None:
        """The object of exactly this key, if there is one."""
        bucket, key = split_uri(uri)
        with self.cloud.lock("s3"):
            versions = self._bucket(bucket).keys.versions(key)
        return _object(versions[-1]) if versions and hasattr(versions[-1], "path") else None

    def read(self, found: Object) -> Path:
        """The file of an object's content, once the caller may read it.

        Raises:
            AwsError: ``AccessDenied``, for the bucket or for the KMS key of the object;
                ``InvalidObjectState``, it lies in Glacier.
        """
        policy.authorize_object(self.cloud, self.principal, "s3:GetObject", found.bucket, found.key)
        if found.archived and not found.restored:
            raise in_glacier()
        return Path(found.path)

    def put_file(
        self, uri: str, path: Path, *, content_type: str = "binary/octet-stream"
    ) -> Object:
        """Make a finished file an object; from then on it belongs to the store."""
        if path.parent != BODIES.root / "incoming":
            aside = BODIES.incoming()
            link_or_copy(str(path), aside)
            path.unlink()
            path = aside
        return self._put(uri, Body(str(path), path.stat().st_size, _multipart_etag()), content_type)

    def stage(self, uri: str, path: Path, content_type: str = "binary/octet-stream") -> Staged:
        """Take a scratch file for an object, once the caller may put it there.

        Raises:
            AwsError: no such bucket, or access denied, for the bucket or the KMS key; or the key is
                too long.
        """
        self._may_put(uri)
        return Staged(uri, Body(str(path), path.stat().st_size, _multipart_etag()), content_type)

    def replace(
        self,
        staged: Iterable[Staged],
        gone: Iterable[Object] = (),
        also: Callable[[], None] | None = None,
        *services: str,
    ) -> None:
        """Put all objects and delete others as one change: on disk it is all there, or nothing.

        Args:
            staged: what to put.
            gone: what to delete; what is put anew under the same key stays.
            also, services: what else is part of the change, see `State.save_keys`.
        """
        staged, backend = list(staged), self.cloud.backend("s3")
        kept = {each.uri for each in staged}
        removed = [each for each in gone if each.uri not in kept]
        self._may_delete(removed)
        with self.cloud.lock("s3"):
            for each in staged:
                self._record(each.uri, each.body, each.content_type)
            for found in removed:
                backend.delete_object(found.bucket, found.key)
            self.cloud.state.save_keys(also, *services)

    def put_bytes(
        self, uri: str, content: bytes, *, content_type: str = "binary/octet-stream"
    ) -> Object:
        """Make bytes an object."""
        return self._put(uri, write_stream(iter([content])), content_type)

    def delete(self, objects: Objects) -> None:
        """Delete the current versions of objects (a delete marker, in a versioned bucket)."""
        self._may_delete(objects)
        with self.cloud.lock("s3"):
            for each in objects:
                self.cloud.backend("s3").delete_object(each.bucket, each.key)
            self.cloud.state.save_keys()

    def scratch(self) -> Path:
        """A new file name on the store's own disk, for a file that becomes an object."""
        return BODIES.incoming()

    def _put(self, uri: str, body: Body, content_type: str) -> Object:
        self._may_put(uri)
        with self.cloud.lock("s3"):
            made = self._record(uri, body, content_type)
            self.cloud.state.save_keys()
        return _object(made)

    def _record(self, uri: str, body: Body, content_type: str) -> Any:
        """moto's record of a new object, which is not yet on disk."""
        name, key = split_uri(uri)
        bucket = self._bucket(name)
        chosen = encryption.choose(self.cloud, bucket, *self.encrypted)
        locked = bucket.has_default_lock
        made = self.cloud.backend("s3").put_object(
            name,
            key,
            BODIES.ticket(body),
            encryption=chosen.algorithm,
            kms_key_id=chosen.key,
            bucket_key_enabled=chosen.bucket_key,
            lock_mode=bucket.default_lock_mode if locked else None,
            lock_until=bucket.default_retention() if locked else None,
        )
        made._metadata["Content-Type"] = content_type
        return made

    def _may_put(self, uri: str) -> None:
        bucket, key = split_uri(uri)
        check_key(key)
        self._bucket(bucket)
        policy.authorize_object(
            self.cloud, self.principal, "s3:PutObject", bucket, key, self.encrypted
        )

    def _may_delete(self, objects: Objects) -> None:
        for each in objects:
            policy.authorize_object(
                self.cloud, self.principal, "s3:DeleteObject", each.bucket, each.key
            )

    def _bucket(self, name: str) -> Any:
        bucket = self.cloud.backend("s3").buckets.get(name)
        if bucket is None:
            raise AwsError("NoSuchBucket", f"The specified bucket does not exist: {name}", 404)
        return bucket


def _object(key: Any) -> Object:
    etag, modified = key.etag.strip('"'), in_utc(key.last_modified)
    archived = key.storage_class in ARCHIVE_STORAGE_CLASSES
    restored = archived and not is_in_glacier(key)
    return Object(key.bucket_name, key.name, key.path, key.size, etag, modified, archived, restored)


def is_in_glacier(key: Any) -> bool:
    """Whether an object's record is of the archive, without a copy that may be read."""
    if key.storage_class not in ARCHIVE_STORAGE_CLASSES:
        return False
    return 'ongoing-request="false"' not in key.response_dict.get("x-amz-restore", "")


def in_glacier() -> AwsError:
    """The refusal to read an object of the archive."""
    words = "The operation is not valid for the object's storage class"
    return AwsError("InvalidObjectState", words, 403)


def _multipart_etag() -> str:
    """An ETag as a multipart upload gives, which is no digest of the content."""
    import uuid

    return f"{uuid.uuid4().hex}-1"

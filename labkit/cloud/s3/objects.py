"""moto's records of S3's objects, whose bodies are files (`bodies.py`).

moto keeps each body in memory and reads it whole for every range. Here moto never sees a body: it
gets a ticket and hands it back where it would have answered with the body.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import moto.s3.models as models
import moto.s3.notifications as notifications

from labkit.cloud import protocol
from labkit.cloud.members import moment
from labkit.cloud.s3 import checksums, copies
from labkit.cloud.s3.asked import asked
from labkit.cloud.s3.bodies import BODIES, Body, link_or_copy, read_stream, write_stream
from labkit.cloud.s3.keystore import KeyStore
from labkit.cloud.s3.uploads import DiskMultipart

_EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


class DiskKey(models.FakeKey):
    """moto's object version, its body in a file."""

    checksums: dict[str, str] = {}  # noqa: RUF012 (of a part; replaced, never changed)
    start = 0  # the first byte in the file, of a part that lies in a slot

    def __init__(self, name: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self.path = ""
        self._place = BODIES.place(kwargs.get("bucket_name"), str(name))
        super().__init__(name, value, *args, **kwargs)

    @property
    def value(self) -> bytes:
        """The content, or a ticket for it while S3's front is served."""
        if BODIES.serving:
            return BODIES.ticket(Body(self.path, self.contentsize, self._etag))
        return Path(self.path).read_bytes()

    @value.setter
    def value(self, new: Any) -> None:
        body = BODIES.redeem(new) or write_stream(
            iter([new.encode() if isinstance(new, str) else new])
        )
        self._adopt(body)

    def _adopt(self, body: Body) -> None:
        """Make a file this version's body: moved if it has just arrived, else linked."""
        if body.slot:
            self._place, self.start = Path(body.path), body.slot.start
        elif Path(body.path).parent == BODIES.root / "incoming":
            os.replace(body.path, self._place)
        else:
            link_or_copy(body.path, self._place)
        self.path, self.contentsize = str(self._place), body.size
        self._etag = self._etag or body.etag
        self.checksums = body.checksums

    @property
    def lock_until(self) -> str | None:
        """When its retention ends, as S3 tells it and moto reads it, however a client wrote it."""
        until = self.__dict__.get("lock_until")
        if not until:
            return None
        ends = moment(until).astimezone(datetime.UTC)
        return f"{ends.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"

    @lock_until.setter
    def lock_until(self, until: str | None) -> None:
        self.__dict__["lock_until"] = until

    @property
    def etag(self) -> str:
        return f'"{self._etag}"'

    def release(self) -> str | None:
        """The body's path, for whoever deletes it after the index is written."""
        return self.path

    def dispose(self, garbage: bool = False) -> None:
        """Nothing: a body goes when the index no longer names it."""
        self.disposed = True

    def __del__(self) -> None:
        """Nothing: the end of the process must not delete bodies."""

    def __getstate__(self) -> dict[str, Any]:
        """What is stored: the file's place within the workspace, which may be moved or copied."""
        fleeting = ("_value_buffer", "lock", "_place")
        kept = {name: value for name, value in self.__dict__.items() if name not in fleeting}
        return kept | {"path": BODIES.name(self.path)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._place = BODIES.find(self.path)
        self.path = str(self._place)
        self.lock = threading.Lock()


@dataclass(frozen=True)
class Gone:
    """An object, or a version of one, that was deleted; or the marker that came in its place."""

    name: str
    version_id: str | None
    is_marker: bool

    @property
    def event(self) -> notifications.S3NotificationEvent:
        """What is told of it."""
        name = f"s3:ObjectRemoved:Delete{'MarkerCreated' if self.is_marker else ''}"
        return notifications.S3NotificationEvent(name)

    @property
    def etag(self) -> str:
        return _EMPTY if self.is_marker else ""


class DiskS3Backend(models.S3Backend):
    """moto's S3 with its two whole-body reads replaced."""

    @property
    def _url_module(self) -> Any:
        import moto.s3.urls as urls

        return urls

    def get_object(
        self, bucket_name: str, key_name: str, version_id: str | None = None,
        *args: Any, **kwargs: Any,
    ) -> models.FakeKey | None:  # fmt: skip
        """moto's, of the version that a request names where moto would take the latest."""
        version_id = version_id or asked("versionId")
        return super().get_object(bucket_name, key_name, version_id, *args, **kwargs)

    def upload_part_copy(
        self, dest_bucket_name: str, multipart_id: str, part_id: int, src_bucket_name: str,
        src_key_name: str, src_version_id: str | None, start_byte: int, end_byte: int,
    ) -> models.FakeKey:  # fmt: skip
        source: Any = self.get_object(src_bucket_name, src_key_name, version_id=src_version_id)
        length = None if start_byte is None else end_byte - start_byte + 1
        multipart: Any = self.get_bucket(dest_bucket_name).multiparts[multipart_id]
        checksum = checksums.Checksum(multipart.algorithm or checksums.FASTEST)
        body = write_stream(read_stream(source.path, start_byte or 0, length), checksum.update)
        body.checksums[checksum.name] = checksum.value
        part: models.FakeKey = multipart.set_part(part_id, BODIES.ticket(body))
        return part

    def complete_multipart_upload(
        self, bucket_name: str, multipart_id: str, body: Iterator[tuple[int, str]]
    ) -> models.FakeKey | None:
        """moto's; the object has the lock and the encryption that the upload was begun with."""
        bucket: Any = self.get_bucket(bucket_name)
        upload = bucket.multiparts[multipart_id]
        mode, until, hold = upload.lock
        if bucket.has_default_lock and not mode:
            mode, until = bucket.default_lock_mode, bucket.default_retention()
        with self._ending(bucket_name, multipart_id):
            key = super().complete_multipart_upload(bucket_name, multipart_id, body)
        if key is not None:
            key.lock_mode, key.lock_until, key.lock_legal_status = mode, until, hold
            key.bucket_key_enabled = upload.bucket_key or None
        return key

    def abort_multipart_upload(self, bucket_name: str, multipart_id: str) -> None:
        with self._ending(bucket_name, multipart_id):
            super().abort_multipart_upload(bucket_name, multipart_id)

    @contextlib.contextmanager
    def _ending(self, bucket_name: str, multipart_id: str) -> Iterator[None]:
        """Let an upload's files go, once the index is written that no longer names them."""
        bucket: Any = self.get_bucket(bucket_name)
        upload: Any = bucket.multiparts.get(multipart_id)
        yield
        bucket.keys.trash += upload.files if upload else []

    def put_object(self, *args: Any, **kwargs: Any) -> models.FakeKey:
        """moto's, less a second notice of an upload in parts and a KMS key not asked for."""
        if kwargs.get("multipart") is not None:
            kwargs["disable_notification"] = True
        key = super().put_object(*args, **kwargs)
        if key.encryption == "AES256":
            key.kms_key_id = None
        bucket: Any = self.get_bucket(key.bucket_name or "")
        if bucket.versioning_status == "Suspended":
            key._version_id, key._is_versioned = "null", False
            _replace_version(bucket, key)
        return key

    def copy_object(
        self, src_key: Any, dest_bucket_name: str, dest_key_name: str, *args: Any, **kwargs: Any
    ) -> None:
        """moto's; a copy has the tags of its source alone, none of what it takes the place of."""
        tags = self.tagger.list_tags_for_resource(src_key.arn)["Tags"]
        super().copy_object(src_key, dest_bucket_name, dest_key_name, *args, **kwargs)
        key: Any = self.get_object(dest_bucket_name, dest_key_name)
        copies.finish(src_key, key, redirects=bool(kwargs.get("website_redirect_location")))
        self.tagger.delete_all_tags_for_resource(key.arn)
        self.tagger.tag_resource(key.arn, tags)

    def delete_object(
        self, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> tuple[bool, dict[str, Any]]:
        """moto's; what is gone is told, a version and a marker too, and a key that never was.

        Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
        """
        bucket: Any = self.get_bucket(bucket_name)
        versions = bucket.keys.versions(key_name)
        unnamed = version_id is None or not bucket.is_versioned
        is_told = unnamed or any(str(each.version_id) == version_id for each in versions)
        done, told = super().delete_object(bucket_name, key_name, version_id, bypass)
        if is_told:
            marks = version_id is None and bool(bucket.is_versioned)
            gone = Gone(key_name, told.get("version-id"), marks)
            notifications.send_event(self.account_id, gone.event, bucket, gone)
        return done, told

    def _set_delete_marker(self, bucket_name: str, key_name: str) -> models.FakeDeleteMarker:
        """moto's, also of a key that never was; of no version where versioning is suspended."""
        bucket: Any = self.get_bucket(bucket_name)
        name: Any = _Name(key_name)  # for moto it is the latest version, which it would hold on to
        marker = models.FakeDeleteMarker(name)
        if bucket.versioning_status == "Suspended":
            marker._version_id = "null"
        _replace_version(bucket, marker)
        return marker

    def put_object_lock_configuration(
        self, bucket_name: str, lock_enabled: bool, mode: str | None = None,
        days: int | None = None, years: int | None = None,
    ) -> None:  # fmt: skip
        """moto's, but of a bucket that may have objects already."""
        bucket = self.get_bucket(bucket_name)
        bucket.object_lock_enabled = True
        bucket.default_lock_mode = mode
        bucket.default_lock_days, bucket.default_lock_years = days, years

    def log_incoming_request(self, request: Any, bucket_name: str) -> None:
        """Nothing: `access_logs` tells what was answered, where moto makes that up."""

    def get_bucket_encryption(self, bucket_name: str) -> dict[str, Any] | None:
        """Never nothing: S3 encrypts each object, by its own keys unless the bucket says more."""
        plain = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
        return super().get_bucket_encryption(bucket_name) or plain


def _replace_version(bucket: Any, version: Any) -> None:
    """Make a version the latest of its key, in the place of one with the same number."""
    others = bucket.keys.versions(version.name)
    kept = [each for each in others if str(each.version_id) != version.version_id]
    bucket.keys.setlist(version.name, [*kept, version])


@dataclass(frozen=True)
class _Name:
    """What a delete marker knows of its object."""

    name: str


class OpenBucket(models.FakeBucket):
    """A bucket whose policy moto leaves alone: it reads no conditions, `access/policy.py` does.

    Where versioning is suspended it keeps the versions that it has, which moto would delete.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VersionSuspendedBehavior.html
    """

    # Configurations as they were put, by what they are of and their id: moto keeps some members.
    documents: dict[tuple[str, str], protocol.Reply] = {}  # noqa: RUF012 (replaced, never changed)
    replication: dict[str, Any] | None = None  # which moto gives none but those that had one

    @property
    def is_versioned(self) -> bool:
        return self.versioning_status in ("Enabled", "Suspended")

    def set_logging(self, logging_config: dict[str, Any] | None, bucket_backend: Any) -> None:
        """Whether the log may be delivered is seen when it is to be, not now as by moto."""
        self.logging = logging_config or {}

    def set_cors(self, rules: list[dict[str, Any]]) -> None:
        """moto's, which takes no origin without a text."""
        name = "AllowedOrigin"
        super().set_cors([each | {name: each[name] or ""} for each in rules])

    def lets_logs_in(self) -> bool:
        """Whether its ACL lets S3's log delivery in."""
        return bool(self._log_permissions_enabled_acl(self))

    def get_permission(self, action: str, resource: str) -> Any:
        from moto.iam.access_control import PermissionResult

        return PermissionResult.PERMITTED


def install() -> None:
    """Put the disk's classes in moto's place; before the first bucket is made."""
    models.FakeKey = DiskKey  # type: ignore[misc]
    models.FakeMultipart = DiskMultipart  # type: ignore[misc]
    models.FakeBucket = OpenBucket  # type: ignore[misc]
    models._VersionedKeyStore = KeyStore  # type: ignore[misc, assignment]
    models.s3_backends.backend = DiskS3Backend
    import moto.s3.responses as responses

    responses.FakeKey = DiskKey  # type: ignore[misc]
    responses.compute_checksum = _checksum_of_ticket  # type: ignore[assignment]


def _checksum_of_ticket(ticket: bytes, algorithm: str) -> bytes:
    """What moto asks of a copy that wants a checksum of its own."""
    body = BODIES.redeem(ticket)
    chunks = read_stream(body.path) if body else iter([ticket])
    return checksums.of(algorithm.lower(), chunks).encode()

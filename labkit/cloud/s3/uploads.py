"""moto's records of uploads in parts, whose parts are files until they are joined."""

from __future__ import annotations

import datetime
import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import moto.s3.models as models

from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import checksums
from labkit.cloud.s3.bodies import BODIES, Body, link_or_copy, read_stream, write_joined
from labkit.cloud.s3.documents import malformed
from labkit.cloud.s3.slots import Slots, are_whole

if TYPE_CHECKING:
    from labkit.cloud.s3.objects import DiskKey


class DiskMultipart(models.FakeMultipart):
    """moto's multipart upload, its parts in files."""

    layout: list[checksums.Part] = []  # noqa: RUF012 (of a completed one; replaced, never changed)
    lock: tuple[str | None, ...] = (None, None, None)  # mode, end and legal hold of what it becomes
    bucket_key = False  # what it becomes is encrypted by a key of the bucket
    met: tuple[str, ...] = ()  # the identity of the object that it was begun beside

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former: list[str] = []
        self.begun = datetime.datetime.now(datetime.UTC)
        self.unsaved: set[int] = set()
        self.slots: Slots | None = Slots()  # not after a restart: nothing is known of them then

    def complete(self, body: Iterator[tuple[int, str]]) -> tuple[Any, str, Any]:
        """Join the parts into one new file; theirs stay until that is on record."""
        parts: list[Any] = [self.parts[number] for number, _ in body]
        joined = self._joined(parts)
        digests = b"".join(bytes.fromhex(part._etag or "") for part in parts)
        etag = hashlib.md5(digests, usedforsecurity=False).hexdigest()
        size = sum(part.contentsize for part in parts)
        self.layout = [checksums.Part(int(p.name), p.contentsize, p.checksums) for p in parts]
        return BODIES.ticket(Body(str(joined), size)), f"{etag}-{len(parts)}", self._checksum()

    def _joined(self, parts: list[DiskKey]) -> Path:
        idle = self.slots is None or self.slots.end()
        if not idle or not are_whole(parts):
            return write_joined(read_stream(p.path, p.start, p.contentsize) for p in parts)
        joined = BODIES.incoming()
        link_or_copy(parts[0].path, joined)
        return joined

    @property
    def algorithm(self) -> str | None:
        """The checksum that the upload was begun with, in small letters."""
        return (self.metadata.get("x-amz-checksum-algorithm") or "").lower() or None

    def _checksum(self) -> tuple[str, str, int] | None:
        """Type, value and count of parts of the whole's checksum, where the parts have it."""
        name = self.algorithm
        if not name or not all(name in part.checksums for part in self.layout):
            return None
        kind = checksums.kind_of(name, self.metadata.get("x-amz-checksum-type"))
        return kind, checksums.of_parts(name, kind, self.layout), len(self.layout)

    def check_named(self, named: list[tuple[int, str]]) -> None:
        """Raise unless these are parts of the upload, by number and ETag, in their order.

        Raises:
            AwsError: ``MalformedXML``, ``InvalidPartOrder``, ``InvalidPart``, ``EntityTooSmall``.

        Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
        """
        if not named:
            raise malformed()
        if any(before >= after for (before, _), (after, _) in itertools.pairwise(named)):
            words = "The list of parts was not in ascending order. Parts must be ordered by part"
            raise AwsError("InvalidPartOrder", f"{words} number.", 400, UploadId=self.id)
        least = models.S3_UPLOAD_PART_MIN_SIZE
        for at, (number, etag) in enumerate(named, 1):
            part: Any = self.parts.get(number)
            if part is None or part.etag.strip('"') != etag:
                raise self.no_part(number, etag)
            if at < len(named) and part.contentsize < least:
                sizes = {"ProposedSize": str(part.contentsize), "MinSizeAllowed": str(least)}
                told = sizes | {"PartNumber": str(number), "ETag": etag}
                words = "Your proposed upload is smaller than the minimum allowed size"
                raise AwsError("EntityTooSmall", words, 400, **told)

    def no_part(self, number: int, etag: str) -> AwsError:
        """The refusal of a part that the upload has not."""
        words = "One or more of the specified parts could not be found.  The part may not have been"
        words += " uploaded, or the specified entity tag may not match the part's entity tag."
        told = {"UploadId": self.id, "PartNumber": str(number), "ETag": etag}
        return AwsError("InvalidPart", words, 400, **told)

    def set_part(self, part_id: int, value: bytes) -> models.FakeKey:
        """moto's; of a part that is sent again, the former file is remembered."""
        former: Any = self.parts.get(part_id)
        part = super().set_part(part_id, value)
        self.former += [former.path] if former else []
        self.unsaved.add(part_id)
        return part

    def take_unsaved(self) -> list[int]:
        """The numbers of the parts that came since the last call."""
        came, self.unsaved = sorted(self.unsaved), set()
        return came

    def restore(self, number: int, part: DiskKey) -> None:
        """Put a part back as it was stored; in the order of their numbers."""
        self.parts[number] = part
        self.partlist.append(number)

    def __getstate__(self) -> dict[str, Any]:
        """All but the parts: a part is a row of its own, so that it costs no more than that."""
        return self.__dict__ | {"parts": {}, "partlist": [], "unsaved": set(), "slots": None}

    @property
    def files(self) -> list[str]:
        """All files that the upload brought."""
        parts: Any = self.parts.values()
        shared = [self.slots.path] if self.slots else []
        return list(dict.fromkeys([*(part.path for part in parts), *self.former, *shared]))

    def dispose(self) -> None:
        """Nothing: the parts go when the index no longer names them."""

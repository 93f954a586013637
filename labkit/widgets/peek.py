"""A look into an object of S3 without reading all of it: a text's head, a Parquet file's schema.

A Parquet file ends with its schema, and S3 gives any range of an object, so a few kilobytes
tell the columns of gigabytes. https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import io
import zlib
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

HEAD_BYTES, LINES, WIDTH = 16_384, 20, 400
Facts = dict[str, Any]


def peek(s3: Any, which: Facts, size: int) -> Facts:
    """What is in an object.

    Args:
        s3: a client.
        which: its ``Bucket`` and ``Key``, and ``VersionId`` for one version.
        size: its bytes.

    Returns:
        ``{"text": ...}``, ``{"columns": [[name, type], ...], "rows": ...}``, or ``{"none": why}``.
    """
    if not size:
        return {"none": "The object is empty."}
    start = _read(s3, which, 0, min(size, HEAD_BYTES))
    if start[:4] == b"PAR1":
        return _schema(RangedObject(s3, which, size))
    if start[:2] == b"\x1f\x8b":
        return _gzip(start)
    return _text(start)


def _gzip(start: bytes) -> Facts:
    try:
        return _text(zlib.decompressobj(wbits=31).decompress(start, HEAD_BYTES))
    except zlib.error as error:
        return {"none": f"The gzip file cannot be read: {error}"}


def _text(start: bytes) -> Facts:
    if b"\0" in start:
        return {"none": "The object is neither text nor Parquet: there is no preview."}
    lines = start.decode("utf-8", "replace").splitlines()[:LINES]
    return {"text": "\n".join(line[:WIDTH] for line in lines)}


def _schema(file: RangedObject) -> Facts:
    try:
        found = pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        return {"none": f"The Parquet file cannot be read: {error}"}
    columns = [[field.name, str(field.type)] for field in found.schema_arrow]
    return {"columns": columns, "rows": found.metadata.num_rows}


def _read(s3: Any, which: Facts, start: int, count: int) -> bytes:
    reply = s3.get_object(**which, Range=f"bytes={start}-{start + count - 1}")
    content: bytes = reply["Body"].read()
    return content


class RangedObject(io.RawIOBase):
    """An object of S3 as a file; what is read of it is fetched.

    Args:
        s3: a client.
        which: its ``Bucket`` and ``Key``.
        size: its bytes.
    """

    def __init__(self, s3: Any, which: Facts, size: int) -> None:
        super().__init__()
        self._s3, self._which, self._size, self._at = s3, which, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = (0, self._at, self._size)[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._size - self._at)
        if count <= 0:
            return 0
        buffer[:count] = _read(self._s3, self._which, self._at, count)
        self._at += count
        return count

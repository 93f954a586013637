"""Deletion vectors: which rows of a file are deleted, as bitmaps of positions.

Source: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-format
"""

from __future__ import annotations

import base64
import struct
import uuid
import zlib
from collections.abc import Callable
from typing import Any

from pyroaring import BitMap

_MAGIC = 1681511377
_UUID_CHARS = 20
# ZeroMQ's alphabet against Python's own of Base85: the values are the same.
_Z85 = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_B85 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_TRANSLATED = bytes.maketrans(_Z85, _B85)


def positions(vector: dict[str, Any], root: str, content: Callable[[str], bytes]) -> list[int]:
    """The positions of a file's deleted rows.

    Args:
        vector: the ``deletionVector`` of an ``add`` action.
        root: the table's address, with a slash behind it.
        content: the bytes of an object.

    Raises:
        ValueError: it is none, or was damaged.
    """
    said, size = str(vector["pathOrInlineDv"]), int(vector["sizeInBytes"])
    if vector["storageType"] == "i":
        return _bitmap(_decoded(said)[:size], vector)
    held = content(said if vector["storageType"] == "p" else root + _path(said))
    start = int(vector.get("offset") or 0)
    (told,) = struct.unpack_from(">i", held, start)
    data = held[start + 4 : start + 4 + size]
    (checksum,) = struct.unpack_from(">I", held, start + 4 + size)
    if told != size or zlib.crc32(data) != checksum:
        raise ValueError("a deletion vector's size or checksum is wrong")
    return _bitmap(data, vector)


def _decoded(text: str) -> bytes:
    return base64.b85decode(text.encode().translate(_TRANSLATED))


def _path(said: str) -> str:
    """A vector's file, beside the data: a folder's name, then an identifier."""
    prefix, name = said[:-_UUID_CHARS], uuid.UUID(bytes=_decoded(said[-_UUID_CHARS:]))
    return f"{prefix}/deletion_vector_{name}.bin" if prefix else f"deletion_vector_{name}.bin"


def _bitmap(data: bytes, vector: dict[str, Any]) -> list[int]:
    """Bitmaps of 32 bits, each below the upper half of its positions."""
    magic, count = struct.unpack_from("<iq", data)
    if magic != _MAGIC:
        raise ValueError(f"a deletion vector of an unknown form: {magic}")
    at, found = 12, []
    for _ in range(count):
        (high,) = struct.unpack_from("<I", data, at)
        bitmap = BitMap.deserialize(data[at + 4 :])
        at += 4 + len(bitmap.serialize())
        found += [(high << 32) | low for low in bitmap]
    if len(found) != int(vector["cardinality"]):
        raise ValueError("a deletion vector has another number of rows than the log says")
    return found

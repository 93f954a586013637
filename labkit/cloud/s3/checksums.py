"""S3's five checksums, computed as bytes arrive and joined over an upload's parts.

A CRC is linear over GF(2): the CRC of two strings follows from theirs and the second's length. So a
whole upload's CRC comes from its parts' without reading them again, and the two CRCs that Python
lacks are computed over many short lanes at once and then joined.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
and https://github.com/madler/zlib (``crc32_combine``)
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from isal import isal_zlib

DEFAULT, FASTEST = "crc64nvme", "crc32"
ALGORITHMS = ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")
# CRC → its polynomial, bits reversed, and its width in bytes.
_CRCS = {"crc32": (0xEDB88320, 4), "crc32c": (0x82F63B78, 4), "crc64nvme": (0x9A6C9329AC4BC9B5, 8)}
_SHORT = 1024  # bytes that are seen one by one before lanes of them are made
Matrix = tuple[int, ...]


class Checksum:
    """A checksum of what it has seen.

    Args:
        name: one of `ALGORITHMS`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._crc = 0
        self._hash = hashlib.new(name) if name not in _CRCS else None

    def update(self, chunk: bytes) -> None:
        """See the next bytes."""
        if self._hash:
            self._hash.update(chunk)
        elif self.name == "crc32":
            self._crc = isal_zlib.crc32(chunk, self._crc)  # five times as fast as zlib
        else:
            self._crc = _crc(self.name, chunk, self._crc)

    @property
    def value(self) -> str:
        """The checksum in base64, as S3 writes it."""
        raw = self._hash.digest() if self._hash else self._crc.to_bytes(_CRCS[self.name][1], "big")
        return base64.b64encode(raw).decode()


@dataclass(frozen=True)
class Part:
    """A part of an upload: its number, its size in bytes and its checksums by algorithm."""

    number: int
    size: int
    checksums: dict[str, str]


def of(name: str, chunks: Iterable[bytes]) -> str:
    """The checksum of chunks, in base64.

    >>> of("crc32c", [b"123456789"]), of("crc64nvme", [b"1234", b"56789"])
    ('4waSgw==', 'rosUhgp5mIg=')
    """
    checksum = Checksum(name)
    for chunk in chunks:
        checksum.update(chunk)
    return checksum.value


def of_parts(name: str, kind: str, parts: list[Part]) -> str:
    """The checksum of an upload, less the number of parts that follows a composite one.

    Args:
        kind: ``COMPOSITE``, the checksum of the parts' checksums, or ``FULL_OBJECT``.
    """
    raw = [base64.b64decode(part.checksums[name]) for part in parts]
    if kind == "COMPOSITE":
        return of(name, raw)
    crc = 0
    for part, value in zip(parts, raw, strict=True):
        crc = _combine(name, crc, int.from_bytes(value, "big"), part.size)
    return base64.b64encode(crc.to_bytes(_CRCS[name][1], "big")).decode()


def kind_of(name: str, asked: str | None) -> str:
    """The type of an upload's checksum: composite, except of CRC64NVME or where asked otherwise."""
    return asked or ("FULL_OBJECT" if name == "crc64nvme" else "COMPOSITE")


def _crc(name: str, data: bytes, crc: int) -> int:
    lane = 1 << len(data).bit_length() // 2  # as many lanes as bytes in one: both take their time
    lanes = len(data) // lane if len(data) > _SHORT else 0
    ones = (1 << 8 * _CRCS[name][1]) - 1
    if lanes:
        over_lane = _zeros(name, lane)
        for of_lane in _lanes(name, data, lanes, lane):
            crc = _times(over_lane, crc) ^ int(of_lane)
    table, state = _table(name), crc ^ ones
    for byte in data[lanes * lane :]:
        state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state ^ ones


def _lanes(name: str, data: bytes, lanes: int, lane: int) -> Any:
    """The CRC of each lane of bytes, all lanes a byte at a time."""
    import numpy as np

    table = np.array(_table(name), dtype=np.uint64)
    columns = np.frombuffer(data, np.uint8, lanes * lane).reshape(lanes, lane).T.astype(np.uint64)
    ones = np.uint64((1 << 8 * _CRCS[name][1]) - 1)
    low, eight = np.uint64(0xFF), np.uint64(8)
    state = np.full(lanes, ones, dtype=np.uint64)
    for column in columns:
        state = table[(state ^ column) & low] ^ (state >> eight)
    return state ^ ones


def _combine(name: str, first: int, second: int, length: int) -> int:
    return _times(_zeros(name, length), first) ^ second


@functools.cache
def _table(name: str) -> list[int]:
    polynomial, _ = _CRCS[name]
    table = []
    for entry in range(256):
        for _ in range(8):
            entry = (entry >> 1) ^ (polynomial if entry & 1 else 0)
        table.append(entry)
    return table


@functools.lru_cache(maxsize=64)
def _zeros(name: str, length: int) -> Matrix:
    """What a number of zero bytes does to a CRC, as a matrix over GF(2)."""
    polynomial, width = _CRCS[name]
    power: Matrix = (polynomial, *(1 << bit for bit in range(8 * width - 1)))
    result: Matrix = tuple(1 << bit for bit in range(8 * width))
    bits = 8 * length
    while bits:
        if bits & 1:
            result = tuple(_times(power, row) for row in result)
        power = tuple(_times(power, row) for row in power)
        bits >>= 1
    return result


def _times(matrix: Matrix, vector: int) -> int:
    product = 0
    while vector:
        lowest = vector & -vector
        product ^= matrix[lowest.bit_length() - 1]
        vector ^= lowest
    return product

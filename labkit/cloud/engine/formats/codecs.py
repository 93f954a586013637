"""Avro's block codecs that fastavro leaves to further packages, by Arrow's codecs.

fastavro keeps its codecs in two open registries by name. Source:
https://avro.apache.org/docs/1.12.0/specification/#required-codecs
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

import pyarrow as pa
from fastavro import _read, _write

from labkit.cloud.engine.formats.lines import snappy_length


def register() -> None:
    """Make Snappy and Zstandard known to fastavro, for reading and for writing."""
    _read.BLOCK_READERS.update(snappy=_read_snappy, zstandard=_read_zstandard)
    writers: Any = _write
    writers.BLOCK_WRITERS.update(snappy=_writer(_pack_snappy), zstandard=_writer(_pack_zstandard))


def _block(file: BinaryIO) -> bytes:
    """A block's bytes behind their length, which is a zigzag number of seven bits a byte."""
    length = shift = 0
    while True:
        byte = file.read(1)[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return file.read((length >> 1) ^ -(length & 1))


def _read_snappy(file: BinaryIO) -> BytesIO:
    data = _block(file)[:-4]  # a checksum stands behind it
    return BytesIO(pa.Codec("snappy").decompress(data, snappy_length(data), asbytes=True))


def _read_zstandard(file: BinaryIO) -> BytesIO:
    with pa.CompressedInputStream(pa.BufferReader(_block(file)), "zstd") as stream:
        return BytesIO(stream.read())


def _pack_snappy(data: bytes) -> bytes:
    packed: bytes = pa.Codec("snappy").compress(data, asbytes=True)
    return packed + zlib.crc32(data).to_bytes(4, "big")


def _pack_zstandard(data: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(data, asbytes=True)
    return packed


def _writer(pack: Callable[[bytes], bytes]) -> Callable[[Any, bytes, Any], None]:
    def write(file: Any, data: bytes, level: Any = None) -> None:
        packed = pack(data)
        file.write(_long(len(packed)))
        file.write(packed)

    return write


def _long(number: int) -> bytes:
    left, out = number << 1, bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])

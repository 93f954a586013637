"""Plain text packed by a codec, as the readers of a lake unpack it."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pyarrow as pa

from labkit.cloud.engine.formats.lines import CHUNK


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: source.read(CHUNK), b"")


def _gzip(source: BinaryIO) -> Iterator[bytes]:
    pack = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    yield from map(pack.compress, _chunks(source))
    yield pack.flush()


def _deflate(source: BinaryIO) -> Iterator[bytes]:
    pack = zlib.compressobj()
    yield from map(pack.compress, _chunks(source))
    yield pack.flush()


def _bzip2(source: BinaryIO) -> Iterator[bytes]:
    pack = bz2.BZ2Compressor()
    yield from map(pack.compress, _chunks(source))
    yield pack.flush()


def _hadoop(codec: str) -> Callable[[BinaryIO], Iterator[bytes]]:
    """Hadoop's blocks: the plain length, then the packed length and the packed bytes."""

    def pack(source: BinaryIO) -> Iterator[bytes]:
        for chunk in iter(lambda: source.read(1 << 18), b""):
            packed = pa.Codec(codec).compress(chunk, asbytes=True)
            yield len(chunk).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + packed

    return pack


def _brotli(source: BinaryIO) -> Iterator[bytes]:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "brotli") as packed:
        for chunk in _chunks(source):
            packed.write(chunk)
    yield sink.getvalue().to_pybytes()


#: What packs plain text, by its codec.
PACKERS: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "bzip2": _bzip2,
    "snappy": _hadoop("snappy"),
    "lz4": _hadoop("lz4_raw"),
    "brotli": _brotli,
}

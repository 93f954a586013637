"""How many bytes each column of an ORC file takes, from its stripes' footers.

No library tells them, and a query is billed by them. A footer is a Protocol Buffers message,
compressed in chunks; the few fields that matter are read by number. Source:
https://orc.apache.org/specification/ORCv1/
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from labkit.cloud.engine.formats.lines import snappy_length

Fields = dict[int, list[Any]]


@lru_cache(maxsize=20_000)
def column_sizes(path: str) -> list[int]:
    """Bytes of the data and index streams of each top-level column, in the file's order."""
    with Path(path).open("rb") as file:
        footer, codec = _tail(file)
        tops = _tops([_message(t) for t in footer.get(4, [])])
        sizes = [0] * (max(tops.values(), default=-1) + 1)
        for stripe in map(_message, footer.get(3, [])):
            start, index, data, length = (stripe.get(n, [0])[0] for n in (1, 2, 3, 4))
            file.seek(start + index + data)
            for stream in _message(_plain(file.read(length), codec)).get(1, []):
                fields = _message(stream)
                column = fields.get(2, [0])[0]
                if column in tops:
                    sizes[tops[column]] += fields.get(3, [0])[0]
    return sizes


def _tail(file: BinaryIO) -> tuple[Fields, int]:
    """The file's footer and its codec, as the postscript at the end says."""
    end = file.seek(0, 2)
    file.seek(end - 1)
    length = file.read(1)[0]
    file.seek(end - 1 - length)
    script = _message(file.read(length))
    size, codec = script[1][0], script.get(2, [0])[0]
    file.seek(end - 1 - length - size)
    return _message(_plain(file.read(size), codec)), codec


def _tops(types: list[Fields]) -> dict[int, int]:
    """Which top-level column each numbered type belongs to; the root is number 0."""
    found: dict[int, int] = {}
    for place, child in enumerate(_numbers(types[0].get(2, []))):
        waiting = [child]
        while waiting:
            number = waiting.pop()
            found[number] = place
            waiting += _numbers(types[number].get(2, []))
    return found


def _numbers(values: list[Any]) -> list[int]:
    """A repeated number, packed or not."""
    found: list[int] = []
    for value in values:
        if isinstance(value, int):
            found.append(value)
            continue
        at = 0
        while at < len(value):
            number, at = _varint(value, at)
            found.append(number)
    return found


def _message(data: bytes) -> Fields:
    """A message's fields by number."""
    found: Fields = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value, at = _VALUES[key & 7](data, at)
        found.setdefault(key >> 3, []).append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def _delimited(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = _varint(data, at)
    return data[at : at + length], at + length


_VALUES: dict[int, Any] = {
    0: _varint,
    1: lambda data, at: (data[at : at + 8], at + 8),
    2: _delimited,
    5: lambda data, at: (data[at : at + 4], at + 4),
}


def _plain(data: bytes, codec: int) -> bytes:
    return b"".join(_chunks(data, codec)) if codec else data


def _chunks(data: bytes, codec: int) -> Iterator[bytes]:
    """A chunk is a length of 23 bits, a bit that says that it is not compressed, and its bytes."""
    at = 0
    while at < len(data):
        header = int.from_bytes(data[at : at + 3], "little")
        chunk = data[at + 3 : at + 3 + (header >> 1)]
        at += 3 + (header >> 1)
        yield chunk if header & 1 else _UNPACK[codec](chunk)


def _zstd(chunk: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(chunk), "zstd") as stream:
        return bytes(stream.read())


def _lz4(chunk: bytes) -> bytes:
    """A block of LZ4, which does not tell its length, and pyarrow wants to know it. Source:
    https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
    """
    out, at = bytearray(), 0
    while at < len(chunk):
        token = chunk[at]
        length, at = _lz4_length(chunk, at + 1, token >> 4)
        out += chunk[at : at + length]
        at += length
        if at < len(chunk):  # the last sequence is of literals alone
            start = len(out) - int.from_bytes(chunk[at : at + 2], "little")
            length, at = _lz4_length(chunk, at + 2, token & 15)
            for place in range(start, start + length + 4):
                out.append(out[place])
    return bytes(out)


def _lz4_length(chunk: bytes, at: int, length: int) -> tuple[int, int]:
    more = 255 if length == 15 else 0
    while more == 255:
        more = chunk[at]
        length, at = length + more, at + 1
    return length, at


#: By the number of the format's ``CompressionKind``.
_UNPACK: dict[int, Callable[[bytes], bytes]] = {
    1: lambda chunk: zlib.decompress(chunk, -15),
    2: lambda chunk: bytes(
        pa.Codec("snappy").decompress(chunk, snappy_length(chunk), asbytes=True)
    ),
    4: _lz4,
    5: _zstd,
}

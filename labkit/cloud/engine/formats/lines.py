"""The lines of a text file, whatever it is compressed with.

The name's ending decides, as in Hadoop: ``.gz``, ``.bz2``, ``.zst``, ``.deflate``, ``.snappy``,
``.lz4``; any other name is plain text. A line ends with a line feed, a carriage return or both.
Source: https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
"""

from __future__ import annotations

import bz2
import io
import mmap
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from os.path import getsize
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
from isal import igzip, igzip_lib

from labkit.cloud.engine.formats.model import File, FormatError, Table

CHUNK = 1 << 22
LONGEST_LINE = 100 << 20
NATIVE = {"": "none", "gz": "gzip", "zst": "zstd"}  # what DuckDB opens itself
_SNAPPY_FRAMED = b"\xff\x06\x00\x00sNaPpY"
_LZ4_FRAMED = b"\x04\x22\x4d\x18"
#: Bytes that a byte of Snappy or LZ4 stands for at most.
_MOST_UNPACKED = 256
_ISAL_ERROR = cast("type[Exception]", igzip_lib.IsalError)
BROKEN = (OSError, EOFError, zlib.error, _ISAL_ERROR, struct.error, pa.ArrowException)


def codec(name: str) -> str:
    """The compression that a file's name tells, ``""`` for none.

    >>> codec("a/b.csv.gz"), codec("a/b.csv")
    ('gz', '')
    """
    ending = name.rpartition("/")[2].rpartition(".")[2].lower() if "." in name else ""
    if ending in ("lzo", "lzop", "lzo_deflate"):
        raise FormatError("HIVE_UNSUPPORTED_FORMAT", f"LZO files are not read here: {name}")
    return {"zstd": "zst", "gzip": "gz"}.get(ending, ending if ending in _OPENERS else "")


def open_bytes(file: File) -> BinaryIO:
    """The file's uncompressed bytes as a stream."""
    found = codec(file.name)
    return _OPENERS[found](file.path) if found else Path(file.path).open("rb")


def lines(file: File, *, skip: int) -> Iterator[str]:
    """The file's lines without their ends, after the first few.

    Raises:
        FormatError: HIVE_CURSOR_ERROR, the compressed file is cut short or damaged; HIVE_BAD_DATA,
            a line is longer than Trino's default of ``hive.text.max-line-length``.
    """
    try:
        with open_bytes(file) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace")
            for line in islice(iter(lambda: text.readline(LONGEST_LINE + 1), ""), skip, None):
                if len(line) > LONGEST_LINE:
                    raise FormatError("HIVE_BAD_DATA", f"Line too long in text file: {file.name}")
                yield line[:-1] if line.endswith("\n") else line
    except BROKEN as error:
        raise damaged(file, error) from error


def head(file: File, size: int) -> bytes:
    """The first bytes of the file, uncompressed."""
    try:
        with open_bytes(file) as raw:
            return raw.read(size)
    except BROKEN as error:
        raise damaged(file, error) from error


def is_line_longer(file: File, than: int) -> bool:
    """Whether any line has more bytes: DuckDB, which reads as many at once, may lose the last."""
    if not codec(file.name):
        size = Path(file.path).stat().st_size
        return size > than and _is_line_longer(file.path, size, than)
    length = 0
    with open_bytes(file) as raw:
        while length <= than and (chunk := raw.read(CHUNK)):
            end = chunk.rfind(b"\n") + 1
            length = len(chunk) - end if end else length + len(chunk)
    return length > than


def _is_line_longer(path: str, size: int, than: int) -> bool:
    """Whether a plain file has a line of more bytes; leaps from the last line's end in reach."""
    with Path(path).open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = 0
        while size - at > than:
            end = data.rfind(b"\n", at, at + than + 1)
            if end < 0:
                return True
            at = end + 1
    return False


def damaged(file: File, error: Exception) -> FormatError:
    """What is told of a file that its codec cannot read."""
    return FormatError("HIVE_CURSOR_ERROR", f"Failed to read file: {file.name}: {error}")


def skipped(table: Table) -> int:
    """How many lines of each file are its header.

    Raises:
        FormatError: the table also skips a footer, or is written in no UTF-8: neither is read here.
    """
    if table.count("skip.footer.line.count"):
        raise FormatError("HIVE_UNSUPPORTED_FORMAT", "skip.footer.line.count is not supported")
    if table.option("line.delim", default="\n") not in ("\n", "\\n"):
        raise FormatError("HIVE_INVALID_METADATA", "line.delim other than \\n is not supported")
    encoding = table.option("serialization.encoding", default="UTF-8")
    if encoding.upper().replace("-", "") not in ("UTF8", "USASCII"):
        raise FormatError("NOT_SUPPORTED", f"Texts in {encoding} are not read here")
    return table.count("skip.header.line.count")


def _pyarrow(kind: str) -> Callable[[str], BinaryIO]:
    """What opens a file by Arrow, whose own streams do not know lines."""

    def opened(path: str) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(pa.input_stream(path, compression=kind), CHUNK))

    return opened


class _Blocks(io.RawIOBase):
    """A stream over decompressed blocks."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.blocks, self.rest = blocks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self.rest:
            self.rest = next(self.blocks, b"")
            if not self.rest:
                return 0
        part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _block_file(path: str, magic: bytes, kind: str) -> BinaryIO:
    """Snappy and LZ4 come in a frame of their own or in Hadoop's blocks; the first bytes tell."""
    with Path(path).open("rb") as file:
        framed = file.read(len(magic)) == magic
    if framed and kind == "lz4":
        return _pyarrow("lz4")(path)
    blocks = _snappy_frames(path) if framed else _hadoop_blocks(path, kind)
    return cast(BinaryIO, io.BufferedReader(_Blocks(blocks), CHUNK))


def _hadoop_blocks(path: str, kind: str) -> Iterator[bytes]:
    """Hadoop's block: its length, then compressed parts, each behind its own length."""
    unpack, whole = pa.Codec("snappy" if kind == "snappy" else "lz4_raw").decompress, getsize(path)
    with Path(path).open("rb") as file:
        while header := file.read(4):
            (left,) = struct.unpack(">I", header)
            while left > 0:
                (size,) = struct.unpack(">I", file.read(4))
                part = file.read(min(size, whole))
                length = snappy_length(part) if kind == "snappy" else left
                if length > _MOST_UNPACKED * len(part):
                    raise struct.error("damaged block")
                yield unpack(part, length, asbytes=True)
                left -= length


def _snappy_frames(path: str) -> Iterator[bytes]:
    """Snappy's own frame: chunks of a type, a length, a checksum and the data."""
    unpack = pa.Codec("snappy").decompress
    with Path(path).open("rb") as file:
        while header := file.read(4):
            part = file.read(int.from_bytes(header[1:4], "little"))
            if header[0] == 0:
                yield unpack(part[4:], snappy_length(part[4:]), asbytes=True)
            elif header[0] == 1:
                yield part[4:]


def snappy_length(data: bytes) -> int:
    """The uncompressed length that stands before a Snappy block, seven bits a byte."""
    length = 0
    for place, byte in enumerate(data[:5]):
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80 and length <= _MOST_UNPACKED * len(data):
            return length
    raise struct.error("damaged Snappy block")


def _deflate(path: str) -> BinaryIO:
    def blocks() -> Iterator[bytes]:
        unpack = zlib.decompressobj()
        with Path(path).open("rb") as file:
            while part := file.read(CHUNK):
                while part and not unpack.eof:
                    yield from filter(None, [unpack.decompress(part, CHUNK)])
                    part = unpack.unconsumed_tail
        if not unpack.eof:
            raise EOFError("compressed file ended early")

    return cast(BinaryIO, io.BufferedReader(_Blocks(blocks()), CHUNK))


_OPENERS: dict[str, Callable[[str], BinaryIO]] = {
    "gz": lambda path: cast(BinaryIO, igzip.IGzipFile(path)),
    "gzip": lambda path: cast(BinaryIO, igzip.IGzipFile(path)),
    "bz2": lambda path: cast(BinaryIO, bz2.BZ2File(path)),
    "zst": _pyarrow("zstd"),
    "zstd": _pyarrow("zstd"),
    "deflate": _deflate,
    "snappy": lambda path: _block_file(path, _SNAPPY_FRAMED, "snappy"),
    "lz4": lambda path: _block_file(path, _LZ4_FRAMED, "lz4"),
}

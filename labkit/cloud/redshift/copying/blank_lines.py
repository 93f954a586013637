"""Lines that DuckDB passes over, and Redshift has a record of: blank ones, and a last one that is
longer than what DuckDB reads at once."""

from __future__ import annotations

import mmap
import zlib
from pathlib import Path

import pyarrow as pa

from labkit.cloud.engine.formats import File
from labkit.cloud.engine.formats.lines import open_bytes

CHUNK = 1 << 20
#: Bytes of a file that DuckDB reads at once. Unless it is told, it takes many lines of the longest:
#: too much for all threads to have work, and to fit into a warehouse's memory.
READ_BYTES = 32_000_000
#: What a damaged file raises when it is read.
BROKEN = (OSError, EOFError, zlib.error, pa.ArrowException)


def unpacks_to_blank_line(file: File) -> bool:
    """Whether a compressed file has one; a damaged file is for the careful half to tell."""
    before, length = b"\n", 0
    try:
        with open_bytes(file) as raw:
            while chunk := raw.read(CHUNK):
                end = chunk.rfind(b"\n") + 1
                length = len(chunk) - end if end else length + len(chunk)
                if length > READ_BYTES or _blank(before + chunk, within=True):
                    return True
                before = (before + chunk)[-2:]
    except BROKEN:
        return True
    return False


def has_blank_line(path: Path) -> bool:
    if not path.stat().st_size:
        return False
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        last = len(data) - data.rfind(b"\n", 0, len(data) - 1)
        return last > READ_BYTES or _blank(data)


def _blank(data: bytes | mmap.mmap, *, within: bool = False) -> bool:
    """Whether a text has a blank line; ``within`` one that goes on before it."""
    starts = not within and data[:1] in (b"\n", b"\r")
    pairs = (b"\n\n", b"\n\r\n") if data.find(b"\r") >= 0 else (b"\n\n",)
    return starts or any(data.find(pair) >= 0 for pair in pairs)

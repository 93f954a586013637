"""What a text must not have for DuckDB to read it as others do.

Blank lines, which DuckDB passes over and Redshift has a record of; a carriage return alone, which
ends a line to DuckDB and none to others; a last line that is longer than what DuckDB reads at once,
which it loses; marks such as quotes, when the statement that reads the text does without them.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Sequence
from pathlib import Path

from labkit.cloud.engine.formats.lines import BROKEN, codec, open_bytes
from labkit.cloud.engine.formats.model import File

CHUNK = 1 << 20
#: Bytes of a file that DuckDB is to read at once. Unless it is told, it takes many lines of the
#: longest: too much for all threads to have work, and to fit into a warehouse's memory.
READ_BYTES = 32_000_000
#: A line with nothing between its end and the end of the line before; quicker than two searches.
BLANK = re.compile(rb"\n\r?\n").search
LONE_RETURN = re.compile(rb"\r[^\n]").search


class Watch:
    """One text as it goes by.

    Args:
        marks: characters that it must not have.
        blank_lines: whether it may have blank lines.
    """

    def __init__(self, marks: Sequence[str] = (), *, blank_lines: bool = False) -> None:
        self.marks, self.blank_lines = [mark.encode() for mark in marks], blank_lines
        self._before, self._length = b"\n", 0

    def stops(self, chunk: bytes) -> bool:
        """Whether the text's next part has what it must not have."""
        end = chunk.rfind(b"\n") + 1
        self._length = len(chunk) - end if end else self._length + len(chunk)
        seam = self._before + chunk[:2]
        self._before = (self._before + chunk[-2:])[-2:]
        blank = not self.blank_lines and (BLANK(seam) or BLANK(chunk))
        odd = blank or LONE_RETURN(seam) or (b"\r" in chunk and LONE_RETURN(chunk))
        return bool(odd) or self._length > READ_BYTES or any(mark in chunk for mark in self.marks)


def stops(file: File, marks: Sequence[str] = (), *, blank_lines: bool = False) -> bool:
    """Whether a text has what a `Watch` stops at; so has one whose codec cannot read it."""
    if not codec(file.name):
        return _plain_stops(Path(file.path), marks, blank_lines)
    watch = Watch(marks, blank_lines=blank_lines)
    try:
        with open_bytes(file) as raw:
            return any(watch.stops(chunk) for chunk in iter(lambda: raw.read(CHUNK), b""))
    except BROKEN:
        return True


def _plain_stops(path: Path, marks: Sequence[str], blank_lines: bool) -> bool:
    if not path.stat().st_size:
        return False
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if len(data) - data.rfind(b"\n", 0, len(data) - 1) > READ_BYTES:
            return True
        odd = not blank_lines and (data[:1] in (b"\n", b"\r") or BLANK(data))
        odd = odd or (data.find(b"\r") >= 0 and LONE_RETURN(data))
        return bool(odd) or any(data.find(mark.encode()) >= 0 for mark in marks)

"""DuckDB's failures at run time, told as Hive tells them.

A relation is lazy: a damaged file or a bad value shows when the query runs, as an error of DuckDB
with our own message, or a file's path on disk, inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce

from labkit.cloud.engine.formats.model import File, FormatError

#: A function's own error begins with ``LABKIT:`` and is none of a file's; an engine's error() is a
#: cast that fails.
_OURS = re.compile(
    r"(?<!LABKIT:)\b((?:HIVE|NOT)_[A-Z_]+): (.*?)(?:\. Detail: |' to BOOL(?!EAN)|$)", re.DOTALL
)
_CODES = {
    "Conversion Error": "HIVE_BAD_DATA",
    "Invalid Input Error": "HIVE_BAD_DATA",
    "IO Error": "HIVE_CURSOR_ERROR",
    "Invalid Error": "HIVE_CURSOR_ERROR",
}


def explain(error: Exception, files: Iterable[File] = ()) -> FormatError | None:
    """What a failed query says of its files, ``None`` if it is not about them.

    Args:
        error: what DuckDB raised.
        files: the query's files, whose names are to stand for their paths on disk.
    """
    text = str(error)
    if found := _OURS.search(text):
        return FormatError(found[1], found[2])
    code = next((c for start, c in _CODES.items() if text.startswith(start)), None)
    at_fault = [f for f in files if f.path in text]
    if not code or not at_fault:
        return None
    return FormatError(code, reduce(lambda t, f: t.replace(f.path, f.name), at_fault, text))

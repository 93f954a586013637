"""Whether a zip of code can be unpacked: to no more than Lambda takes, and each file to a place.

Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable

MOST_UNZIPPED, MOST_ZIPPED = 262_144_000, 52_428_800
_LONGEST_NAME = 255  # bytes; of any file system
_BROKEN = (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, OSError)
_EMPTY = "Uploaded file must be a non-empty zip"
UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."


def problem(code: bytes) -> str:
    """Why a zip is not taken; nothing when it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            entries = archive.infolist()
            if sum(each.file_size for each in entries) >= MOST_UNZIPPED:
                return f"Unzipped size must be smaller than {MOST_UNZIPPED} bytes"
            damaged = archive.testzip()
    except _BROKEN:
        return UNREADABLE
    names = [each.filename.strip("/") for each in entries]
    files = {each.filename.strip("/") for each in entries if not each.is_dir()}
    if not files:
        return _EMPTY
    return UNREADABLE if damaged or not _fit(names, files) else ""


def _fit(names: Iterable[str], files: set[str]) -> bool:
    """Whether no name is too long, or lies within what is a file."""
    return all(
        len(part.encode()) <= _LONGEST_NAME and "/".join(parts[:at]) not in files
        for parts in (name.split("/") for name in names)
        for at, part in enumerate(parts)
    )

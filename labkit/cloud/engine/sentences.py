"""What DuckDB says of a failure, as a client may be told it."""

from __future__ import annotations

import re

_ON_DISK = re.compile(r"(\bfile )([\"'])/[^\"'\n]*/(?:[0-9a-f]{32}~)?([^\"'/\n]*)\2")


def first_line(text: str) -> str:
    """The first sentence of an error, without its class, its files without their places on disk.

    >>> first_line('IO Error: Failed to read file "/a/s3/objects/f.parquet": cut short\\nLINE 1')
    'Failed to read file "f.parquet": cut short'
    """
    line = text.split("\n")[0]
    return _ON_DISK.sub(r"\1\2\3\2", line.partition("Error: ")[2] or line)

"""Parquet files opened, unless some of their columns are encrypted.

Arrow's process ends where it is asked for the size of a column that it cannot decrypt. A footer
that can be read, of a file with such columns, has a signature behind it. Source:
https://github.com/apache/parquet-format/blob/master/Encryption.md#54-plaintext-footer-mode
"""

from __future__ import annotations

import os

import pyarrow as pa
import pyarrow.parquet as pq

_LENGTH, _MARK = 4, b"PAR1"


def metadata(path: str) -> pq.FileMetaData:
    """What a file's end says.

    Raises:
        pa.ArrowException: no Parquet file, or one of which columns are encrypted.
    """
    found = pq.read_metadata(path)
    with open(path, "rb") as file:
        file.seek(-_LENGTH - len(_MARK), os.SEEK_END)
        length = int.from_bytes(file.read(_LENGTH), "little")
    if length != found.serialized_size:
        raise pa.ArrowInvalid("columns of the file are encrypted")
    return found

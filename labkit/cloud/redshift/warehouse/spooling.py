"""Large results lie in a file while they are read: memory holds their first megabytes alone.

A client takes rows at its own pace, after the statement has ended. The file has no name: it is gone
when nobody reads it any more. It leaves the disk a tenth of what was free when it was begun.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from labkit.cloud.engine.redshift.errors import DISK_FULL, RedshiftError

IN_MEMORY = 64 << 20
BATCH_ROWS = 20_000


def collected(reader: pa.RecordBatchReader, folder: Path) -> pa.Table:
    """All rows of a reader, in memory while they are few.

    Args:
        folder: for the file, when they are many.

    Raises:
        RedshiftError: the disk has no room for them.
    """
    held: list[pa.RecordBatch] = []
    size = 0
    with reader:  # one that is not read to its end would hold the connection
        for batch in reader:
            held.append(batch)
            size += batch.nbytes
            if size > IN_MEMORY:
                return _filed(itertools.chain(held, reader), reader.schema, folder)
    return pa.Table.from_batches(held, reader.schema)


def _filed(batches: Iterator[pa.RecordBatch], schema: pa.Schema, folder: Path) -> pa.Table:
    room = shutil.disk_usage(folder).free * 9 // 10
    with tempfile.NamedTemporaryFile(dir=folder, prefix="result-") as file:
        with pa.OSFile(file.name, "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in batches:
                room -= batch.nbytes
                if room < 0:
                    raise RedshiftError("Disk Full", DISK_FULL)
                writer.write_batch(batch)
        return pa.ipc.open_file(pa.memory_map(file.name)).read_all()

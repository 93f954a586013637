"""File formats of a data lake: files on disk to relations, query results to files.

A reader turns a table's files into the text of a DuckDB relation with the declared columns and
types, by the rules of the Hive SerDe that the table names. One reader a format, in `READERS`; one
writer a format, in `labkit.cloud.engine.formats.writers`. Source:
https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from labkit.cloud.engine.formats import (
    avro,
    cloudtrail,
    codecs,
    delimited,
    esri,
    jsons,
    opencsv,
    orc,
    parquet,
    patterns,
)
from labkit.cloud.engine.formats.errors import explain
from labkit.cloud.engine.formats.instants import are_instants
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.moments import coarse
from labkit.cloud.engine.formats.serdes import CLASSES, Classes, serde_format
from labkit.cloud.engine.formats.writers import COMPRESSIONS, ENDINGS, write
from labkit.cloud.engine.quoting import quoted_name

__all__ = [
    "CLASSES", "COMPRESSIONS", "ENDINGS", "READERS", "Classes", "File", "FormatError", "Table",
    "are_instants", "explain", "relation", "scanned_bytes", "serde_format", "write",
]  # fmt: skip

Reader = Callable[[Session, Table, Sequence[File], frozenset[str]], str]
READERS: dict[str, Reader] = {
    "csv": delimited.relation,
    "opencsv": opencsv.relation,
    "cloudtrail": cloudtrail.relation,
    "esri": esri.relation,
    "json": jsons.relation,
    "openx-json": jsons.relation,
    "regex": patterns.relation,
    "grok": patterns.relation,
    "parquet": parquet.relation,
    "orc": orc.relation,
    "avro": avro.relation,
}
_COLUMNAR = {"parquet": parquet.scanned_bytes, "orc": orc.scanned_bytes}
codecs.register()


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """SQL of a relation with exactly the wanted columns: the table's, then its partition keys.

    Args:
        session: its connection gets what the relation needs (registered streams).
        table: the declaration.
        files: the files to read, pruned by the caller.
        wanted: names of columns and partition keys; none of them gives one unnamed NULL column
            of the right number of rows.

    Raises:
        FormatError: the declaration cannot be read, or a file does not fit it.
    """
    if table.format not in READERS:
        raise FormatError("HIVE_UNSUPPORTED_FORMAT", f"Unsupported format: {table.format}")
    if not files:
        return _empty(table, wanted)
    return coarse(table, files, wanted, READERS[table.format](session, table, files, wanted))


def scanned_bytes(table: Table, files: Sequence[File], wanted: frozenset[str]) -> int:
    """Bytes that a query of these columns reads: what the scan is billed by.

    A row format is read whole, compressed as it lies there; of a columnar one the wanted columns'
    chunks and the footer. Source: https://aws.amazon.com/athena/pricing/
    """
    measure = _COLUMNAR.get(table.format)
    if measure:
        return sum(measure(table, file, wanted) for file in files)
    return sum(file.size or Path(file.path).stat().st_size for file in files)


def _empty(table: Table, wanted: frozenset[str]) -> str:
    columns = [
        f"CAST(NULL AS {kind.duckdb}) AS {quoted_name(name)}"
        for name, kind in (*table.columns, *table.partition_keys)
        if name in wanted
    ]
    return f"(SELECT {', '.join(columns) or 'NULL'} WHERE false)"

"""Lines of white space alone in CSV files, which are no rows, as for Spark.

DuckDB makes rows of them, and columns text by them. Files that have some are read from copies
without them; within quotes they stay. Source:
https://github.com/apache/spark/blob/master/sql/catalyst/src/main/scala/org/apache/spark/sql/catalyst/csv/CSVExprUtils.scala
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import duckdb

from labkit.cloud.databrew.reading.source import Reading
from labkit.cloud.engine.formats.lines import codec, open_bytes
from labkit.cloud.engine.formats.model import File, literal
from labkit.cloud.engine.quoting import quoted_name


def are_there(
    con: duckdb.DuckDBPyConnection, source: str, names: Sequence[str], delimiter: str
) -> bool:
    """Whether any row is perhaps of such a line: white space in the first column, no more."""
    first, *others = map(quoted_name, names)
    alone = " AND ".join(f"{each} IS NULL" for each in others) or "true"
    blank = f"regexp_full_match({first}, {literal(_blanks(delimiter))})"
    sql = f"SELECT 1 FROM (FROM {source}) WHERE {blank} AND {alone} LIMIT 1"
    return con.execute(sql).fetchone() is not None


def without(reading: Reading, file: File, delimiter: str, kept: int) -> File:
    """A copy of a file without them, unpacked.

    Args:
        kept: how many lines at the start stay, whatever they are.
    """
    path = reading.store.scratch()
    reading.aside.append(path)
    with open_bytes(file) as raw, path.open("wb") as copy:
        copy.writelines(_rows(raw, _blanks(delimiter).encode(), kept))
    name = file.name.rpartition(".")[0] if codec(file.name) else file.name
    return File(str(path), name, file.partition, path.stat().st_size)


def _rows(lines: Iterable[bytes], blanks: bytes, kept: int) -> Iterator[bytes]:
    """The lines that are rows, or parts of one.

    >>> list(_rows([b" \\n", b'a,"\\n', b" \\n", b'"\\n', b" \\r\\n", b"b\\n"], b"[ ]+", 1))
    [b' \\n', b'a,"\\n', b' \\n', b'"\\n', b'b\\n']
    """
    blank, within = re.compile(blanks + rb"\r?\n?"), False
    for number, line in enumerate(lines):
        if number < kept or within or not blank.fullmatch(line):
            yield line
        within ^= line.count(b'"') % 2 == 1


def _blanks(delimiter: str) -> str:
    """The regular expression of white space that separates nothing."""
    white = " \t".replace(delimiter, "")
    return f"[{white}]+"

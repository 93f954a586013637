"""CSV files that DuckDB reads otherwise than Spark, and copies of them that it reads alike.

A line of white space is no row; DuckDB makes one of it, and its column text. A field that goes on
behind its closing quote, ``"The "A" team"``, or has none is all that stands up to the delimiter,
its quotes too; DuckDB drops quotes and characters of it, or takes the rest of the file. Where some
lines end in CR alone and others do not, it drops characters. Sources:
https://github.com/apache/spark/blob/master/sql/catalyst/src/main/scala/org/apache/spark/sql/catalyst/csv/CSVExprUtils.scala
and, for ``STOP_AT_DELIMITER``, https://spark.apache.org/docs/latest/sql-data-sources-csv.html
"""

from __future__ import annotations

import contextlib
import mmap
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from labkit.cloud.databrew.reading.source import Reading
from labkit.cloud.engine.formats.lines import BROKEN, codec, open_bytes
from labkit.cloud.engine.formats.model import File, literal
from labkit.cloud.engine.formats.watching import LONE_RETURN
from labkit.cloud.engine.quoting import quoted_name

_BOM = b"\xef\xbb\xbf"
_LONE_CR = re.compile(rb"\r(?!\n)")
_QUOTED = rb'"[^"]*(?:""[^"]*)*"[ \t]*'


def has_blanks(
    con: duckdb.DuckDBPyConnection, source: str, names: Sequence[str], delimiter: str
) -> bool:
    """Whether any row is perhaps of a blank line: white space in the first column, no more."""
    first, *others = map(quoted_name, names)
    alone = " AND ".join(f"{each} IS NULL" for each in others) or "true"
    white = literal(f"[{_white(delimiter)}]+")
    blank = f"regexp_full_match({first}, {white})"
    sql = f"SELECT 1 FROM (FROM {source}) WHERE {blank} AND {alone} LIMIT 1"
    return con.execute(sql).fetchone() is not None


def is_odd(reading: Reading, file: File, delimiter: str) -> bool:
    """Whether any field perhaps goes on behind its closing quote or has none, or line ends mix."""
    with _mapped(reading, file) as data:
        if _LONE_CR.search(data) and data.find(b"\n", 0) >= 0:
            return True
        quotes = sum(chunk.count(b'"') for chunk in iter(lambda: data.read(1 << 22), b""))
        return quotes % 2 == 1 or any(odd.search(data) for odd in odd_quotes(delimiter))


def mixes_ends(file: File) -> bool:
    """Whether some lines end in CR alone and others do not; what does not unpack DuckDB tells."""
    lone, feed, last = False, False, b""
    with contextlib.suppress(*BROKEN), open_bytes(file) as raw:
        for chunk in iter(lambda: raw.read(1 << 20), b""):
            feed = feed or b"\n" in chunk
            lone = lone or bool(LONE_RETURN(last + chunk[:1]) or LONE_RETURN(chunk))
            last = chunk[-1:]
            if lone and feed:
                return True
    return False


def odd_quotes(delimiter: str) -> Iterator[re.Pattern[bytes]]:
    r"""What is found where a field goes on: quotes that close it, and more behind them.

    Within a field these are an odd number, at its start an even one. Each begins with a plain
    quote, which is searched for fast.

    >>> texts = b'1,"a ""b"" c"', b'1,"a" b', b'1,"" b', b'"a"\n"b"'
    >>> [any(odd.search(text) for odd in odd_quotes(",")) for text in texts]
    [False, True, True, False]
    """
    end, other = re.escape(delimiter.encode()), _but(delimiter.encode(), rb'\r\n" \t')
    behind = rb'(?!")[ \t]*' + other
    yield re.compile(rb'"(?<=[^\r\n"]")(?<!' + end + rb'")(?:"")*' + behind)
    yield re.compile(rb'"(?:(?<=' + end + rb'")|(?<![^\r\n]"))"(?:"")*' + behind)


def _but(delimiter: bytes, others: bytes) -> bytes:
    r"""A pattern of any byte but some others, at which no delimiter begins.

    >>> _but(b",", b"x"), _but("§".encode(), b"x")
    (b'[^,x]', b'(?:(?!\xc2\xa7)[^x])')
    """
    end = re.escape(delimiter)
    if len(delimiter) == 1:
        return b"[^" + end + others + b"]"
    return b"(?:(?!" + end + b")[^" + others + b"])"


def repaired(reading: Reading, file: File, delimiter: str) -> File:
    """A copy of a file, unpacked, whose rows DuckDB reads as Spark does."""
    path = reading.store.scratch()
    reading.aside.append(path)
    with _mapped(reading, file) as data, path.open("wb") as copy:
        copy.writelines(rows(data, delimiter.encode()))
    name = file.name.rpartition(".")[0] if codec(file.name) else file.name
    return File(str(path), name, file.partition, path.stat().st_size)


def rows(data: bytes | mmap.mmap, delimiter: bytes) -> Iterator[bytes]:
    r"""The rows of a CSV file that are not blank, each with its line's end.

    >>> list(rows(b' \na,"b"\n \r\n1," \n "\n"  ",5" x', b","))
    [b'a,"b"\n', b'1," \n "\n', b'"  ","5"" x"\n']
    """
    end, other = re.escape(delimiter), _but(delimiter, rb"\r\n")
    field = re.compile(rb"(?:(" + _QUOTED + rb")|(" + other + rb"*))(" + end + rb"|\r?\n|\r|\Z)")
    at = len(_BOM) if data[:3] == _BOM else 0
    found: list[bytes] = []
    while at < len(data):
        match = field.match(data, at)
        assert match is not None, "any text is a field"
        quoted, plain, end = match.groups()
        found.append(quoted if quoted is not None else _in_quotes(plain))
        at = match.end()
        if end != delimiter:
            if len(found) > 1 or found[0].strip(_white(delimiter.decode()).encode()):
                yield delimiter.join(found) + b"\n"
            found = []
        elif at == len(data):
            yield delimiter.join([*found, b"\n"])


def _in_quotes(field: bytes) -> bytes:
    """A field as it stands; in quotes where DuckDB might see one in quotes in it."""
    return b'"' + field.replace(b'"', b'""') + b'"' if b'"' in field else field


@contextlib.contextmanager
def _mapped(reading: Reading, file: File) -> Iterator[mmap.mmap]:
    """The bytes of a file, unpacked."""
    path = Path(file.path)
    if codec(file.name):
        path = reading.store.scratch()
        reading.aside.append(path)
        with open_bytes(file) as packed, path.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 22)
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _white(delimiter: str) -> str:
    """White space that separates nothing."""
    return " \t".replace(delimiter, "")

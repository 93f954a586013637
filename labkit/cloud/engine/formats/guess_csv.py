"""Delimited text: which delimiter, is there a header, what are the columns.

The built-in classifier tries comma, pipe, tab, semicolon and Ctrl-A; a file needs two columns and
two rows. The first row is a header if all its cells are strings that can be names (only the last
may be empty) and a row below has a value of another type. Integers are bigint, numbers double;
dates and times stay strings, and so does a column without values. Source:
https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-builtin-rules
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import zip_longest

from labkit.cloud.engine.formats.guess import Columns, widen
from labkit.cloud.engine.formats.opencsv import split
from labkit.cloud.engine.types import BIGINT, BOOLEAN, DOUBLE, UNKNOWN, VARCHAR, Type, parse_type

DELIMITERS = (",", "|", "\t", ";", "\x01")
_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BLANK = "".join(map(chr, range(0x21)))  # what Java trims: no space of more than ASCII's
_NAME = re.compile(r"[^\r\n]{1,149}")
_CUSTOM = {"LONG": "bigint", "SHORT": "smallint", "DECIMAL": "decimal(38,18)"}


@dataclass(frozen=True)
class CsvClassifier:
    """A custom classifier of delimited text.

    Args:
        delimiter: ``""`` to find it.
        quote: the character around values.
        contains_header: ``UNKNOWN`` (look), ``PRESENT`` or ``ABSENT``.
        header: names of the columns, instead of those in the file.
        allow_single_column: whether a file of one column counts.
        trim: whether values are trimmed before their type is found.
        datatypes: types of the columns, instead of those found; Glue's names (``LONG``).
        serde: ``OpenCSVSerDe``, ``LazySimpleSerDe``, or ``None`` for what fits.
    """

    delimiter: str = ""
    quote: str = '"'
    contains_header: str = "UNKNOWN"
    header: tuple[str, ...] = ()
    allow_single_column: bool = False
    trim: bool = True
    datatypes: tuple[str, ...] = ()
    serde: str = "None"


@dataclass(frozen=True)
class Guess:
    """What a sample of delimited text says."""

    columns: Columns
    delimiter: str
    header: bool
    quoted: bool


def guess(lines: Sequence[str], how: CsvClassifier) -> Guess | None:
    """The layout and schema of a sample's lines, ``None`` if they are no table."""
    lines = [line for line in lines if line.strip()]
    delimiter = how.delimiter or _delimiter(lines, how)
    if not lines or not delimiter:
        return None
    rows = [_cells(line, delimiter, how.quote) for line in lines]
    width = max(map(len, rows)) if how.header else _width(rows)
    if (width < 2 and not how.allow_single_column) or (len(rows) < 2 and not how.header):
        return None
    header = _has_header(rows, width, how)
    kinds = _kinds(rows[1:] if header else rows, width, how)
    names = how.header or (rows[0] if header else ())
    quoted = any(how.quote in line for line in lines) if how.quote else False
    return Guess(tuple(zip(_names(names, width), kinds, strict=True)), delimiter, header, quoted)


def value_type(text: str, *, trim: bool = True) -> Type:
    """The type of one value, unknown for an empty one.

    >>> [str(value_type(t)) for t in ("12", "1.5", "2020-01-01", "true", "")]
    ['bigint', 'double', 'varchar', 'boolean', 'unknown']
    """
    text = text.strip(_BLANK) if trim else text
    if not text:
        return UNKNOWN
    if _INTEGER.fullmatch(text) and -(1 << 63) <= int(text) < 1 << 63:
        return BIGINT
    if _NUMBER.fullmatch(text):
        return DOUBLE
    return BOOLEAN if text.lower() in ("true", "false") else VARCHAR


def _delimiter(lines: Sequence[str], how: CsvClassifier) -> str:
    """The delimiter that splits nearly all lines alike into the most columns."""
    best = {}
    for delimiter in DELIMITERS:
        counts = Counter(len(_cells(line, delimiter, how.quote)) for line in lines)
        width, lines_alike = counts.most_common(1)[0] if counts else (0, 0)
        if width > 1 and lines_alike >= 0.9 * len(lines):
            best[delimiter] = (lines_alike == len(lines), width)
    if best:
        return max(best, key=lambda delimiter: best[delimiter])
    return "," if how.allow_single_column else ""


def _cells(line: str, delimiter: str, quote: str) -> list[str]:
    if quote and quote in line:
        return [
            c or ""
            for c in split(line, line.count(delimiter) + 1, delimiter, quote, "")
            if c is not None
        ]
    return line.split(delimiter)


def _width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(map(len, rows)).most_common(1)[0][0]


def _has_header(rows: Sequence[Sequence[str]], width: int, how: CsvClassifier) -> bool:
    if how.contains_header in ("PRESENT", "ABSENT"):
        return how.contains_header == "PRESENT"
    first, rest = rows[0], rows[1:]
    if how.header:
        return [c.strip().lower() for c in first] == [n.strip().lower() for n in how.header]
    named = all(value_type(c) == VARCHAR and _NAME.fullmatch(c.strip()) for c in first[:-1])
    last = value_type(first[-1]) in (VARCHAR, UNKNOWN)
    differs = any(kind not in (VARCHAR, UNKNOWN) for kind in _found(rest, width, how))
    return named and last and len(first) == width and differs


def _found(rows: Sequence[Sequence[str]], width: int, how: CsvClassifier) -> list[Type]:
    columns = list(zip_longest(*rows, fillvalue=""))[:width]
    kinds = ({value_type(text, trim=how.trim) for text in set(column)} for column in columns)
    found = [reduce(widen, each, UNKNOWN) for each in kinds]
    return found + [UNKNOWN] * (width - len(found))


def _kinds(rows: Sequence[Sequence[str]], width: int, how: CsvClassifier) -> list[Type]:
    found = [VARCHAR if kind == UNKNOWN else kind for kind in _found(rows, width, how)]
    chosen = [parse_type(_CUSTOM.get(n.upper(), n.lower())) for n in how.datatypes[:width]]
    return chosen + found[len(chosen) :]


def _names(cells: Sequence[str], width: int) -> list[str]:
    """Names in lower case, ``col0`` and so on where there is none, each once."""
    counts: Counter[str] = Counter()
    names: dict[str, None] = {}
    for index, cell in enumerate([*cells, *([""] * width)][:width]):
        found = name = cell.strip().lower() or f"col{index}"
        while found in names:
            counts[name] += 1
            found = f"{name}_dup{counts[name]}"
        names[found] = None
    return list(names)

"""OpenCSVSerde: text in quotes, split by a separator, then read as the column's type.

Every field is text first. Columns may be string, boolean, int, bigint, double and their like; a
DATE is a number of days and a TIMESTAMP a number of milliseconds since 1970-01-01; a field that is
not a value of its type (an empty one, too) is HIVE_BAD_DATA unless ``use.null.for.invalid.data``
is set. A record is one line: no line feed inside quotes. Source:
https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html and Trino's ``CsvDeserializer``, whose
treatment of stray quotes this module follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from labkit.cloud.engine.formats.lines import lines, skipped
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.plain import Layout, divide, plain_relation, states
from labkit.cloud.engine.formats.simple import character
from labkit.cloud.engine.formats.stream import Decoder, line_relation
from labkit.cloud.engine.formats.text import BITS, parser
from labkit.cloud.engine.formats.text_sql import State
from labkit.cloud.engine.types import Type


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns, at DuckDB's speed for files without quotes."""
    separator, quote, escape = _characters(table)
    layout = Layout(separator, None, forbidden=quote + escape)
    plain: list[File] = []
    other = list(files)
    if all(kind.base in _PLAIN for _, _, kind in table.wanted(wanted)):
        plain, other = divide(session, table, files, wanted, layout)
        dirty = [f for f in plain if not _clean(table, f, wanted, layout)]
        plain, other = [f for f in plain if f not in dirty], other + dirty
    parts = [plain_relation(table, plain, wanted, layout)] if plain else []
    if other:
        slow = line_relation(session, table, other, wanted, decoder(table, wanted))
        parts.append(f"SELECT * FROM {slow}")
    return f"({' UNION ALL '.join(parts)})"


def decoder(table: Table, wanted: frozenset[str]) -> Decoder:
    """The function that reads a line's wanted columns."""
    characters = _characters(table)
    forgiving = table.flag("use.null.for.invalid.data")
    parses = [(i, _typed(i, kind, forgiving)) for i, _, kind in table.wanted(wanted)]
    width = len(table.columns)

    def decode(line: str) -> list[Any]:
        fields = split(line, width, *characters)
        return [None if fields[i] is None else parse(fields[i]) for i, parse in parses]

    return decode


def records(table: Table) -> Callable[[File], Iterator[str]]:
    """The texts of a file's rows, for a reader to which quotes may hold line breaks."""
    _, quote, escape = _characters(table)
    escaped, skip = re.compile(re.escape(escape) + ".", re.DOTALL), skipped(table)

    def read(file: File) -> Iterator[str]:
        held: list[str] = []
        for line in lines(file, skip=skip):
            held.append(line)
            if escaped.sub("", "\n".join(held)).count(quote) % 2 == 0:
                yield "\n".join(held)
                held = []
        if held:
            yield "\n".join(held)

    return read


def split(line: str, width: int, separator: str, quote: str, escape: str) -> list[Any]:
    """The first `width` fields of a line, ``None`` for those that it lacks.

    >>> split('1,"a ""b"", c",', 4, ",", '"', chr(92))
    ['1', 'a "b", c', '', None]
    """
    if not line:
        return [None] * width
    if quote not in line and (not escape or escape not in line):
        fields: list[Any] = line.split(separator)[:width]
        return fields + [None] * (width - len(fields))
    return _split_quoted(line, width, separator, quote, escape)


def _split_quoted(line: str, width: int, separator: str, quote: str, escape: str) -> list[Any]:
    fields: list[Any] = []
    buffer: list[str] = []
    quoted = inside = False
    at, end = 0, len(line)
    while at < end and len(fields) < width:
        here, after = line[at], line[at + 1 : at + 2]
        if here == escape:
            if (quoted or inside) and after and after in (quote, escape):
                buffer.append(after)
                at += 1
        elif here == quote:
            if (quoted or inside) and after == quote:
                buffer.append(quote)
                at += 1
            else:
                if at > 2 and line[at - 1] != separator and after not in ("", separator):
                    if buffer and not any(map(str.strip, buffer)):
                        buffer.clear()
                    else:
                        buffer.append(quote)
                quoted = not quoted
            inside = not inside
        elif here == separator and not quoted:
            fields.append("".join(buffer))
            buffer.clear()
            inside = False
        else:
            buffer.append(here)
            inside = True
        at += 1
    if len(fields) < width and not quoted:
        fields.append("".join(buffer))
    return fields + [None] * (width - len(fields))


def _characters(table: Table) -> tuple[str, str, str]:
    """Separator, quote and escape character.

    Raises:
        FormatError: two of them are the same.
    """
    separator, quote, escape = (
        character(table.option(name, default=default))
        for name, default in (("separatorchar", ","), ("quotechar", '"'), ("escapechar", "\\"))
    )
    if escape == '"':  # "Hive has a bug", says Trino's CsvDeserializerFactory, and follows it
        escape = "\\"
    if separator in (quote, escape) or (quote == escape != "\0"):
        raise FormatError(
            "HIVE_INVALID_METADATA",
            "separatorChar, quoteChar and escapeChar must be different characters",
        )
    return separator, quote, escape


def _clean(table: Table, file: File, wanted: frozenset[str], layout: Layout) -> bool:
    """Whether no field of the file needs a message or a NULL."""
    found = states(table, [file], wanted, layout)
    return all(
        found[i] is State.EXACT or kind.base in ("varchar", "char")
        for i, _, kind in table.wanted(wanted)
    )


def _typed(index: int, kind: Type, forgiving: bool) -> Callable[[str], Any]:
    if kind.base in ("varchar", "char"):
        return parser(kind)
    if kind.base not in _STRICT:
        raise FormatError("HIVE_INVALID_METADATA", f"OpenCSVSerde has no columns of type {kind}")
    read = _STRICT[kind.base](kind)

    def parse(text: str) -> Any:
        value = read(text)
        if value is None and not forgiving:
            raise FormatError(
                "HIVE_BAD_DATA",
                f"Error parsing field value '{text}' for field {index}: "
                f'For input string: "{text}"',
            )
        return value

    return parse


def _whole(kind: Type) -> Callable[[str], Any]:
    read = parser(kind)
    return lambda text: None if "." in text else read(text)


def _days(_: Type) -> Callable[[str], Any]:
    count = _whole(Type("integer"))
    return lambda text: None if (n := count(text)) is None else _after(date(1970, 1, 1), days=n)


def _millis(_: Type) -> Callable[[str], Any]:
    count = _whole(Type("bigint"))
    epoch = datetime(1970, 1, 1)
    return lambda text: None if (n := count(text)) is None else _after(epoch, milliseconds=n)


def _after(start: Any, **span: int) -> Any:
    try:
        return start + timedelta(**span)
    except OverflowError:
        return None


_PLAIN = frozenset(BITS) | {"varchar", "char", "boolean", "real", "double", "decimal"}
_STRICT: dict[str, Callable[[Type], Callable[[str], Any]]] = {
    **dict.fromkeys(BITS, _whole),
    **dict.fromkeys(("boolean", "real", "double", "decimal"), parser),
    "date": _days,
    "timestamp": _millis,
}

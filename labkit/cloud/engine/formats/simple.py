"""LazySimpleSerDe, line by line: delimited text without quotes.

A quote is a character like any other; missing fields are NULL, further ones are dropped; ``\\N`` is
NULL; the delimiter is one character, ``\\x01`` by default; collections nest by further delimiters.
Sources: https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html and
https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL (row formats).

This is the slow and complete reader. Plain files go through `labkit.cloud.engine.formats.plain`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.formats.model import FormatError, Table
from labkit.cloud.engine.formats.stream import Decoder
from labkit.cloud.engine.formats.text import parser
from labkit.cloud.engine.types import Type

Parse = Callable[[str], Any]


@dataclass(frozen=True)
class Dialect:
    """How a delimited text is written.

    Args:
        separators: of fields, of items, of keys from values, and of the levels below.
        null: the text that stands for NULL.
        escape: the character before a literal delimiter, ``""`` for none.
        last_takes_rest: further fields belong to the last column.
        java: numbers are written as Java's are.
    """

    separators: tuple[str, ...]
    null: str
    escape: str
    last_takes_rest: bool = False
    java: bool = False


def dialect(table: Table) -> Dialect:
    """The dialect that the table's SerDe properties tell."""
    options = (
        ("field.delim", "serialization.format"),
        ("collection.delim", "colelction.delim"),
        ("mapkey.delim",),
    )
    firsts = tuple(
        character(table.option(*names, default=str(i + 1))) for i, names in enumerate(options)
    )
    return Dialect(
        separators=firsts + tuple(map(chr, (4, 5, 6, 7, 8, 11, *range(14, 27), 28, 29))),
        null=table.option("serialization.null.format", default="\\N"),
        escape=character(table.option("escape.delim")),
        last_takes_rest=table.flag("serialization.last.column.takes.rest"),
    )


def character(text: str) -> str:
    """One character, given as itself, as an escape (``\\t``) or as its number (Hive's ``9``).

    Of a longer text it is the first: Hive allows one, and Trino's TextEncodingOptions follows.
    """
    text = _ESCAPES.get(text, text)
    if text.lstrip("-").isdigit() and -128 <= int(text) < 128:
        return chr(int(text) % 256)
    if text.startswith("\\u") and len(text) == 6:
        return chr(int(text[2:], 16))
    if text.startswith("\\") and len(text) == 4 and text[1:].isdigit():
        return chr(int(text[1:], 8))
    return text[:1]


def decoder(table: Table, wanted: frozenset[str]) -> Decoder:
    """The function that reads a line's wanted columns."""
    how = dialect(table)
    parses = [(i, _nullable(_parse(kind, how, 1), how)) for i, _, kind in table.wanted(wanted)]
    limit = len(table.columns) if how.last_takes_rest else 0

    def decode(line: str) -> list[Any]:
        fields = split(line, how.separators[0], how.escape, limit)
        return [parse(fields[i]) if i < len(fields) else None for i, parse in parses]

    return decode


def split(text: str, separator: str, escape: str, limit: int = 0) -> list[str]:
    """The text's parts, a separator behind the escape character being none.

    >>> split("a\\\\,b,c", ",", "\\\\")
    ['a\\\\,b', 'c']
    """
    parts = text.split(separator, limit - 1)
    if not escape or escape not in text:
        return parts
    found, start, at = [], 0, 0
    while at < len(text):
        if text[at] == separator:
            found.append(text[start:at])
            start = at + 1
            if len(found) == limit - 1:
                break
        at += 2 if text[at] == escape else 1
    return [*found, text[start:]]


def _nullable(parse: Parse, how: Dialect) -> Parse:
    return lambda text: None if text == how.null else parse(text)


def _parse(kind: Type, how: Dialect, level: int) -> Parse:
    if kind.types and level + (kind.base == "map") >= len(how.separators):
        limit = len(how.separators)
        raise FormatError("HIVE_INVALID_METADATA", f"Text has no more than {limit} nesting levels")
    match kind.base:
        case "array":
            return _array(_nullable(_parse(kind.element, how, level + 1), how), how, level)
        case "map":
            return _map(kind, how, level)
        case "row":
            parses = [_nullable(_parse(t, how, level + 1), how) for t in kind.types]
            return _row([str(n) for n in kind.names], parses, how, level)
        case "varchar" | "char" if how.escape:
            return _unescaped(parser(kind), how.escape)
    return parser(kind)


def _array(parse: Parse, how: Dialect, level: int) -> Parse:
    separator = how.separators[level]
    return lambda text: [parse(t) for t in split(text, separator, how.escape)] if text else []


def _map(kind: Type, how: Dialect, level: int) -> Parse:
    key = _parse(kind.types[0], how, level + 2)
    value = _nullable(_parse(kind.types[1], how, level + 2), how)
    entries, inner = how.separators[level], how.separators[level + 1]

    def parse(text: str) -> list[tuple[Any, Any]]:
        found: dict[Any, Any] = {}
        for entry in split(text, entries, how.escape) if text else ():
            name, *rest = split(entry, inner, how.escape, 2)
            if name != how.null and (read := key(name)) is not None:
                found.setdefault(read, value(rest[0]) if rest else None)
        return list(found.items())

    return parse


def _row(names: list[str], parses: list[Parse], how: Dialect, level: int) -> Parse:
    separator = how.separators[level]

    limit = len(names) if how.last_takes_rest else 0

    def parse(text: str) -> dict[str, Any]:
        parts = split(text, separator, how.escape, limit)
        padded = parts + [how.null] * (len(names) - len(parts))
        return {n: p(t) for n, p, t in zip(names, parses, padded, strict=False)}

    return parse


def _unescaped(parse: Parse, escape: str) -> Parse:
    def read(text: str) -> Any:
        if escape in text:
            pieces = iter(text)
            text = "".join(next(pieces, escape) if c == escape else c for c in pieces)
        return parse(text)

    return read


_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\", "\\0": "\0"}

"""The records of a text file, one after another, with what is needed to tell what is wrong there.

Three grammars: CSV (quotes are doubled inside of quotes), delimited text (``ESCAPE``,
``REMOVEQUOTES``) and fixed widths. A record knows its line, its raw text, and where each field
begins in it. Source: https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from labkit.cloud.engine.formats import File
from labkit.cloud.engine.formats.lines import open_bytes
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.redshift.copying.load_errors import (
    BAD_QUOTES,
    EXTRA_COLUMNS,
    NO_DELIMITER,
    LoadError,
)
from labkit.cloud.redshift.copying.options import CopyOptions

ENCODINGS = {"utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be",
             "iso88591": "latin-1"}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field: its text, where it begins in the record, and whether it stood in quotes."""

    text: str | None
    start: int = 0
    quoted: bool = False


@dataclass(frozen=True)
class Record:
    """A record: the number of its line, its text, and its fields or what is wrong with it."""

    line: int
    raw: str
    fields: Sequence[Field] = ()
    error: LoadError | None = None


def records(file: File, options: CopyOptions, width: int) -> Iterator[Record]:
    """The records of a file.

    Args:
        width: how many fields one has to have.
    """
    split = {"csv": _split_csv, "fixed": _split_fixed}.get(options.format, _split_text)
    for number, raw, error in _raw_records(file, options):
        if error:
            yield Record(number, raw, error=error)
            continue
        if not raw and options.ignore_blank_lines:
            continue
        place = raw.find("\0")
        if 0 <= place < len(raw) - 1 and options.null_as != "\0":
            yield Record(number, raw[:place], error=_after_end(raw, place))
            continue
        try:
            yield Record(number, raw, _checked(split(raw, options), options, width, raw))
        except LoadError as wrong:
            yield Record(number, raw, error=wrong)


def _checked(fields: list[Field], options: CopyOptions, width: int, raw: str) -> Sequence[Field]:
    if len(fields) == width + 1 and fields[-1].text == "":
        fields.pop()  # a record may end with a delimiter
    if len(fields) > width:
        raise LoadError(*EXTRA_COLUMNS, position=fields[width].start)
    missing = width - len(fields)
    if missing and not options.fill_record:
        raise _cut_short(fields)
    return [*fields, *(Field(None, len(raw)) for _ in range(missing))]


def _cut_short(fields: list[Field]) -> LoadError:
    last = fields[-1]
    return LoadError(
        *NO_DELIMITER, column=len(fields) - 1, position=last.start, value=last.text or ""
    )


def _after_end(raw: str, place: int) -> LoadError:
    """A NUL ends a record; a line has to end behind it."""
    code, at = ord(raw[place + 1]), place + 1
    reason = f"Missing newline: Unexpected character 0x{code:x} found at location {at}"
    return LoadError(1216, reason, position=at)


# Lines ------------------------------------------------------------------------------------------


def _raw_records(file: File, options: CopyOptions) -> Iterator[tuple[int, str, LoadError | None]]:
    """Line number, text, and what is wrong with its bytes; in CSV, lines with their quotes."""
    with open_bytes(file) as raw:
        lines = enumerate(_lines(raw, options), 1)
        for number, data in lines:
            if number <= options.ignore_header:
                continue
            text, error = _decoded(data, options)
            while not error and _goes_on(text, options):
                following = next(lines, None)
                if following is None:
                    break
                more, error = _decoded(following[1], options)
                text = f"{text[:-1] if options.escape else text}\n{more}"
            yield number, text, error


def _lines(raw: BinaryIO, options: CopyOptions) -> Iterator[bytes]:
    encoding = ENCODINGS.get(options.encoding)
    if encoding:
        text = raw.read().decode(encoding, "replace").removeprefix("\ufeff")
        for line in text.removesuffix("\n").split("\n"):
            yield line.removesuffix("\r").encode()
        return
    for number, chunk in enumerate(raw):
        data = chunk.removesuffix(b"\n").removesuffix(b"\r")
        yield data.removeprefix(b"\xef\xbb\xbf") if number == 0 else data


def _goes_on(text: str, options: CopyOptions) -> bool:
    """Whether a record goes on in the next line."""
    if options.format == "csv":
        return text.count(options.quote) % 2 == 1
    if options.escape:
        return (len(text) - len(text.rstrip("\\"))) % 2 == 1
    return False


def _decoded(data: bytes, options: CopyOptions) -> tuple[str, LoadError | None]:
    try:
        return data.decode(), None
    except UnicodeDecodeError as wrong:
        if options.invalid_char:
            return _replaced(data, options.invalid_char), None
        told = " ".join(f"{byte:02x}" for byte in data[wrong.start : wrong.end])
        reason = (
            "String contains invalid or unsupported UTF8 codepoints. "
            f"Bad UTF8 hex sequence: {told} (error {_utf8_error(data, wrong)})"
        )
        return data.decode(errors="replace"), LoadError(1220, reason, position=wrong.start)


def _replaced(data: bytes, mark: str) -> str:
    """Each invalid byte as the character that stands for it."""
    text = data.decode(errors="surrogateescape")
    return "".join(mark if "\udc80" <= each <= "\udcff" else each for each in text)


def _utf8_error(data: bytes, wrong: UnicodeDecodeError) -> int:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/multi-byte-character-load-errors.html"""
    first = data[wrong.start]
    if first in (0xFE, 0xFF) or 0x80 <= first < 0xC0:
        return 3
    if wrong.end >= len(data) or "end of data" in wrong.reason:
        return 2
    return 4


# Fields -----------------------------------------------------------------------------------------


def _split_csv(raw: str, options: CopyOptions) -> list[Field]:
    quote, delimiter = options.quote, options.separator
    fields: list[Field] = []
    at = 0
    while True:
        blanks = len(raw) - at - len(raw[at:].lstrip(" "))
        if raw.startswith(quote, at + blanks):
            text, end = _quoted(raw, at + blanks + 1, quote)
            while raw.startswith(" ", end):
                end += 1
            if end < len(raw) and not raw.startswith(delimiter, end):
                raise LoadError(*BAD_QUOTES, column=len(fields), position=at, value=text)
            fields.append(Field(text, at, quoted=True))
        else:
            end = raw.find(delimiter, at)
            end = len(raw) if end < 0 else end
            text = raw[at:end]
            if quote in text:
                value = text[: text.index(quote)]
                raise LoadError(*BAD_QUOTES, column=len(fields), position=at, value=value)
            fields.append(Field(text, at))
        if end >= len(raw):
            return fields
        at = end + len(delimiter)


def _quoted(raw: str, at: int, quote: str) -> tuple[str, int]:
    """The text in quotes that begins here, and the place behind it."""
    parts = []
    while True:
        end = raw.find(quote, at)
        if end < 0:
            raise LoadError(*BAD_QUOTES, position=at - 1, value=raw[at:])
        parts.append(raw[at:end])
        if not raw.startswith(quote, end + 1):
            return quote.join(parts), end + 1
        at = end + 2


def _split_text(raw: str, options: CopyOptions) -> list[Field]:
    if options.escape or options.remove_quotes:
        return _split_careful(raw, options)
    fields: list[Field] = []
    at = 0
    for text in raw.split(options.separator):
        fields.append(Field(text, at))
        at += len(text) + len(options.separator)
    return fields


def _split_careful(raw: str, options: CopyOptions) -> list[Field]:
    """Delimited text where backslashes escape, or quotes surround fields."""
    fields: list[Field] = []
    text: list[str] = []
    start = at = 0
    open_quote, quoted, escaped = "", False, False
    while at <= len(raw):
        char = raw[at : at + 1]
        if not char or (not open_quote and raw.startswith(options.separator, at)):
            whole = raw[start:at]
            value = "".join(text)
            if escaped and whole == options.null_as:
                value = whole
            fields.append(Field(value, start, quoted=quoted))
            at += len(options.separator) if char else 1
            text, start, quoted, escaped = [], at, False, False
            continue
        if options.escape and char == "\\" and at + 1 < len(raw):
            text.append(raw[at + 1])
            escaped = True
            at += 2
            continue
        if options.remove_quotes and char == open_quote:
            open_quote = ""
        elif options.remove_quotes and not open_quote and not text and char in "'\"":
            open_quote, quoted = char, True
        else:
            text.append(char)
        at += 1
    return fields


def widths(argument: str) -> list[tuple[str, int]]:
    """The fields of FIXEDWIDTH: a label and a width each (``'catid:5,catgroup:10'``)."""
    found = []
    for part in argument.split(","):
        label, _, width = part.rpartition(":")
        if not width.strip().isdigit():
            raise RedshiftError(f"Invalid fixed width specification: {argument}", SYNTAX)
        found.append((label.strip().lower(), int(width)))
    return found


def _split_fixed(raw: str, options: CopyOptions) -> list[Field]:
    fields: list[Field] = []
    at = 0
    for _, width in widths(options.argument):
        if at >= len(raw) and fields:
            break
        fields.append(Field(raw[at : at + width], at))
        at += width
    if len(raw) > at:
        raise LoadError(*EXTRA_COLUMNS, position=at)
    return fields

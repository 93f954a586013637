"""The records of a text file, one after another, with what is needed to tell what is wrong there.

Three grammars: CSV (quotes are doubled inside of quotes), delimited text (``ESCAPE``,
``REMOVEQUOTES``) and fixed widths. A record knows its line, its raw text, and where each field
begins in it. Source: https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, AnyStr, BinaryIO

from labkit.cloud.engine.formats import File
from labkit.cloud.engine.formats.lines import open_bytes
from labkit.cloud.redshift.copying.fields import Field, split_csv, split_fixed, split_text
from labkit.cloud.redshift.copying.load_errors import (
    BAD_QUOTES,
    EXTRA_COLUMNS,
    LONGEST,
    NO_DELIMITER,
    TOO_LARGE,
    LoadError,
)
from labkit.cloud.redshift.copying.options import CopyOptions

ENCODINGS = {"utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be",
             "iso88591": "latin-1"}  # fmt: skip


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
    split = {"csv": split_csv, "fixed": split_fixed}.get(options.format, split_text)
    for number, raw, error in _raw_records(file, options):
        if error:
            yield Record(number, _accepted(raw, options), error=error)
            continue
        if not raw and options.ignore_blank_lines:
            continue
        place = raw.find("\0")
        if 0 <= place < len(raw) - 1 and options.null_as != "\0":
            shown = _accepted(raw[:place], options)
            yield Record(number, shown, error=_after_end(raw, place))
            continue
        try:
            fields = _checked(split(raw, options), options, width, raw)
            yield Record(number, _accepted(raw, options), _valid(fields, options))
        except LoadError as wrong:
            told = replace(wrong, value=_accepted(wrong.value, options))
            yield Record(number, _accepted(raw, options), error=told)


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
        yield from _skip_header(lines, options)
        for number, data in lines:
            text, error = _decoded(data, options)
            if not error and _goes_on(text, options):
                text, error = _joined(text, lines, options)
            text = text.removesuffix("\r")
            if len(data) > LONGEST or len(text) > LONGEST:
                error = LoadError(*TOO_LARGE)
            yield number, text, error


def _skip_header(
    lines: Iterator[tuple[int, bytes]], options: CopyOptions
) -> Iterator[tuple[int, str, LoadError]]:
    """Pass over the first rows; of CSV one goes on until its quotes are closed, which they must."""
    for number, data in islice(lines, options.ignore_header):
        text = data.decode(errors="replace")
        if options.format == "csv" and _goes_on(text, options):
            text, _ = _joined(text, lines, options)
            if _goes_on(text, options):
                yield number, text, LoadError(*BAD_QUOTES)


def _joined(
    text: str, lines: Iterator[tuple[int, bytes]], options: CopyOptions
) -> tuple[str, LoadError | None]:
    """A line with those in which its record goes on, and what is wrong with their bytes."""
    parts, size, error, goes_on = [text], len(text), None, True
    while goes_on and not error and size <= LONGEST and (following := next(lines, None)):
        more, error = _decoded(following[1], options)
        if options.escape:
            parts[-1] = parts[-1][:-1]
        parts.append(more)
        size += 1 + len(more)
        goes_on = _goes_on(more, options) != (options.format == "csv")  # within quotes they end it
    return "\n".join(parts), error


def _lines(raw: BinaryIO, options: CopyOptions) -> Iterator[bytes]:
    if encoding := ENCODINGS.get(options.encoding):
        text = io.TextIOWrapper(raw, encoding, errors="replace", newline="\n")
        lines: Iterator[bytes] = (line.encode() for line in _bounded(text))
    else:
        lines = _bounded(raw)
    for number, line in enumerate(lines):
        data = line.removesuffix(b"\n")
        if options.format != "csv":  # where one may stand within quotes
            data = data.removesuffix(b"\r")
        yield data.removeprefix(codecs.BOM_UTF8) if number == 0 else data


def _bounded(source: IO[AnyStr]) -> Iterator[AnyStr]:
    """Lines, and as much as shows that one is too long."""
    while line := source.readline(LONGEST + 3):
        yield line
        while len(line) > LONGEST and line[-1] not in (10, "\n"):
            line = source.readline(LONGEST + 3)


def _goes_on(text: str, options: CopyOptions) -> bool:
    """Whether a record goes on in the next line."""
    if options.format == "csv":
        return text.count(options.quote) % 2 == 1
    if options.escape:
        return (len(text) - len(text.rstrip("\\"))) % 2 == 1
    return False


def _decoded(data: bytes, options: CopyOptions) -> tuple[str, LoadError | None]:
    if options.invalid_char:
        return data.decode(errors="surrogateescape"), None
    try:
        return data.decode(), None
    except UnicodeDecodeError as wrong:
        told = " ".join(f"{byte:02x}" for byte in data[wrong.start : wrong.end])
        reason = (
            "String contains invalid or unsupported UTF8 codepoints. "
            f"Bad UTF8 hex sequence: {told} (error {_utf8_error(data, wrong)})"
        )
        return data.decode(errors="replace"), LoadError(1220, reason, position=wrong.start)


#: Bytes that are no text, and code points that are no characters.
#: Source: https://docs.aws.amazon.com/redshift/latest/dg/multi-byte-character-load-errors.html
_INVALID = re.compile(
    "[\udc80-\udcff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def _accepted(text: str, options: CopyOptions) -> str:
    """Each byte of what is invalid as the character that stands for it."""
    mark = options.invalid_char
    return _INVALID.sub(lambda one: mark * len(_bytes(one[0])), text) if mark else text


def _valid(fields: Sequence[Field], options: CopyOptions) -> Sequence[Field]:
    """Fields with what stands for the invalid, of which they tell the first in hexadecimal."""
    if not options.invalid_char:
        return fields
    found = [(each, _INVALID.search(each.text or "")) for each in fields]
    return [
        replace(each, text=_accepted(each.text or "", options), invalid=_bytes(bad[0]).hex(" "))
        if bad
        else each
        for each, bad in found
    ]


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _utf8_error(data: bytes, wrong: UnicodeDecodeError) -> int:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/multi-byte-character-load-errors.html"""
    first = data[wrong.start]
    if first in (0xFE, 0xFF) or 0x80 <= first < 0xC0:
        return 3
    if wrong.end >= len(data) or "end of data" in wrong.reason:
        return 2
    return 4

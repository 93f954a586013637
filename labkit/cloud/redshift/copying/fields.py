"""The fields of one record: CSV, delimited text, and fixed widths.

Source: https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.redshift.copying.load_errors import (
    BAD_QUOTES,
    EXTRA_COLUMNS,
    NO_END_QUOTE,
    LoadError,
)
from labkit.cloud.redshift.copying.options import CopyOptions


@dataclass(frozen=True)
class Field:
    """A field: its text, where it begins, whether it stood in quotes, what in it is no text."""

    text: str | None
    start: int = 0
    quoted: bool = False
    invalid: str = ""


def split_csv(raw: str, options: CopyOptions) -> list[Field]:
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


def split_text(raw: str, options: CopyOptions) -> list[Field]:
    """A record of delimited text as its fields, each with the place where it begins."""
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
            if open_quote:
                raise LoadError(
                    *NO_END_QUOTE, column=len(fields), position=start, value=raw[start:]
                )
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


def split_fixed(raw: str, options: CopyOptions) -> list[Field]:
    """A record of ``FIXEDWIDTH`` as its fields; a short one has fewer.

    Raises:
        LoadError: it is longer than all widths together.
    """
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

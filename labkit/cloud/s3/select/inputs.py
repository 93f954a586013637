"""The records of an object, one after the other; a file is never whole in memory.

A line of CSV that ends in CR LF is one without either, as clients' documents lose the CR of a
``RecordDelimiter``. A CSV line with nothing in it is passed over.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_InputSerialization.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/selecting-content-from-objects.html
"""

from __future__ import annotations

import bz2
import codecs
import csv as python_csv
import gzip
import json
import os
import re
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.select.asked import Asked, Csv
from labkit.cloud.s3.select.events import Counts
from labkit.cloud.s3.select.operators import Field

#: The most characters that a record has.
LONGEST = 1 << 20
_CHUNK = 1 << 18
# What Python's reader of CSV does not take: a field so long, another end of a line within.
_FIELD, _LINE = 100_000, re.compile(r"[\r\n]")
_BLANK = " \t\r\n"


def too_long() -> AwsError:
    """The refusal of a record that is too long."""
    words = "The character number in one record is more than our max threshold"
    return AwsError("OverMaxRecordSize", f"{words}, maxCharsPerRecord: {LONGEST:,}.")


class Text:
    """The text of a CSV or JSON object, in records."""

    def __init__(self, path: str, asked: Asked, counts: Counts) -> None:
        self._path, self._asked, self._counts = path, asked, counts
        self._size = os.stat(path).st_size
        if asked.in_part and (asked.compression != "NONE" or asked.json == "DOCUMENT"):
            words = "Scan range queries are not supported on this type of object"
            raise AwsError(
                "UnsupportedScanRangeInput", f"{words}: it is compressed, or a document."
            )

    def fields(self) -> tuple[list[str] | None, Iterator[list[Any]]]:
        """A CSV object's header, if it is used, and its rows."""
        csv = self._asked.csv or Csv()
        first = self._first()
        if csv.header == "NONE":
            return None, self._rows(csv, first)
        if first:  # which is not in the range that is read
            header = next(self._rows(csv, 0), [])
            rows = self._rows(csv, first)
        else:
            rows = self._rows(csv, 0)
            header = next(rows, [])
        return ([str(each) for each in header] if csv.header == "USE" else None), rows

    def values(self) -> Iterator[Any]:
        """The values of a JSON object."""
        if self._asked.json == "DOCUMENT":
            yield from _documents(self._decoded())
            return
        for record in self._records("\n", self._first()):
            if text := record.strip(_BLANK):
                yield _loaded(text)

    def _first(self) -> int:
        """The first byte of the range in which records begin."""
        asked = self._asked
        if asked.first is None and asked.last is not None:
            return max(0, self._size - asked.last)
        return asked.first or 0

    def _rows(self, csv: Csv, first: int) -> Iterator[list[Any]]:
        held: str | None = None
        blank = ("", "\r") if csv.record == "\n" else ("",)
        for record in self._records(csv.record, first):
            text = record if held is None else f"{held}{csv.record}{record}"
            if held is None and (text in blank or text.startswith(csv.comments)):
                continue
            if csv.quoted_records and _is_open(text, csv):
                if len(text) > LONGEST:
                    raise too_long()
                held = text
                continue
            held = None
            yield _split(text.removesuffix("\r") if csv.record == "\n" else text, csv)
        if held is not None:
            words = "Encountered an error parsing the CSV file: a quotation mark is not closed"
            raise AwsError("CSVParsingError", f"{words}.")

    def _records(self, delimiter: str, first: int) -> Iterator[str]:
        """The records that begin in the range, of which the last may go beyond."""
        mark, last = delimiter.encode(), self._asked.last
        end = last if last is not None and self._asked.first is not None else None
        place, rest = max(0, first - len(mark)), b""
        skip = first > 0
        for chunk in self._chunks(place):
            *whole, rest = (rest + chunk).split(mark)
            for each in whole:
                began, place = place, place + len(each) + len(mark)
                if skip:
                    skip = False
                    continue
                if end is not None and began > end:
                    return
                yield _decoded(each)
            if len(rest) > 4 * LONGEST:
                raise too_long()
        if rest and not skip and not (end is not None and place > end):
            yield _decoded(rest)

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for chunk in self._chunks(0):
                yield decoder.decode(chunk)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise _encoding() from error

    def _chunks(self, start: int) -> Iterator[bytes]:
        with open(self._path, "rb") as file:
            file.seek(start)
            reader = _unpacked(file, self._asked.compression)
            try:
                while chunk := reader.read(_CHUNK):
                    self._counts.scanned = file.tell() - start
                    self._counts.processed += len(chunk)
                    yield chunk
                self._counts.scanned = file.tell() - start
            except (OSError, EOFError, zlib.error) as error:
                words = f"{self._asked.compression} is not applicable to the queried object"
                raise AwsError("InvalidCompressionFormat", f"{words}.") from error


def _unpacked(file: BinaryIO, compression: str) -> Any:
    if compression == "GZIP":
        return gzip.GzipFile(fileobj=file)
    return bz2.BZ2File(file) if compression == "BZIP2" else file


def _decoded(record: bytes) -> str:
    try:
        text = record.decode()
    except UnicodeDecodeError as error:
        raise _encoding() from error
    if len(text) > LONGEST:
        raise too_long()
    return text


def _encoding() -> AwsError:
    words = "UTF-8 encoding is required. The text encoding error was found in the object"
    return AwsError("InvalidTextEncoding", f"{words}.")


def _is_open(text: str, csv: Csv) -> bool:
    """Whether a record goes on behind its delimiter, as a quotation mark is not closed."""
    if csv.escape != csv.quote:
        text = text.replace(csv.escape * 2, "").replace(csv.escape + csv.quote, "")
    return text.count(csv.quote) % 2 == 1


def _split(record: str, csv: Csv) -> list[Any]:
    """The fields of a record."""
    if csv.quote not in record:
        return [Field(each) for each in record.split(csv.field)]
    if csv.escape == csv.quote and len(record) < _FIELD and not _LINE.search(record):
        reader = python_csv.reader([record], delimiter=csv.field, quotechar=csv.quote)
        return [Field(each) for each in next(reader)]
    fields, field, at, quoted = [], "", 0, False
    while at < len(record):
        each, two = record[at], record[at : at + 2]
        if quoted and two == csv.escape + csv.quote:
            field, at = field + csv.quote, at + 1
        elif quoted and each == csv.quote:
            quoted = False
        elif not quoted and each == csv.quote and not field:
            quoted = True
        elif not quoted and each == csv.field:
            fields.append(Field(field))
            field = ""
        else:
            field += each
        at += 1
    return [*fields, Field(field)]


def _documents(texts: Iterator[str]) -> Iterator[Any]:
    """The values that a text has, one behind the other."""
    held, done = "", False
    while not done:
        more = next(texts, None)
        done = more is None
        held = (held + (more or "")).lstrip(_BLANK)
        while held:
            try:
                value, end = _DECODER.raw_decode(held)
                _check_written(value, held[:end])
            except (ValueError, RecursionError) as error:
                if done or not isinstance(error, json.JSONDecodeError):
                    raise _json() from error
                break
            if end == len(held) and not done:  # a number may go on
                break
            if end > LONGEST:
                raise too_long()
            yield value
            held = held[end:].lstrip(_BLANK)
        if len(held) > LONGEST + _CHUNK:
            raise too_long()


def _loaded(text: str) -> Any:
    try:
        value = _DECODER.decode(text)
        _check_written(value, text)
        return value
    except (ValueError, RecursionError) as error:  # no JSON, too long a number, too deep
        raise _json() from error


def _check_written(value: Any, text: str) -> None:
    """Fail where UTF-8 cannot write a value: half of a pair of surrogates alone."""
    if _SURROGATE.search(text):
        json.dumps(value, ensure_ascii=False, default=str).encode()


def _json() -> AwsError:
    words = "Encountered an error parsing the JSON file. Check the file and try again."
    return AwsError("JSONParsingError", words)


def _no_number(text: str) -> Any:
    raise _json()


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)

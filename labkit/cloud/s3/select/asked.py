"""How a request says that its object is written, and how the answer shall be.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_SelectObjectContent.html
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.s3.documents import Document, malformed

_HEADERS, _QUOTES = ("NONE", "IGNORE", "USE"), ("ALWAYS", "ASNEEDED")
_COMPRESSIONS, _TYPES = ("NONE", "GZIP", "BZIP2"), ("DOCUMENT", "LINES")


@dataclass(frozen=True)
class Csv:
    """How CSV is written."""

    header: str = "NONE"
    comments: str = "#"
    field: str = ","
    record: str = "\n"
    quote: str = '"'
    escape: str = '"'
    quoted_records: bool = False
    always: bool = False


@dataclass(frozen=True)
class Asked:
    """A request.

    Args:
        expression: the statement.
        csv, json: what the object is, Parquet where it is neither; ``json`` is its type.
        compression: ``NONE``, ``GZIP`` or ``BZIP2``.
        out: how the answer is written: as CSV, or as JSON with a delimiter of records.
        first, last: the bytes in which the rows that are read begin.
    """

    expression: str
    csv: Csv | None
    json: str | None
    compression: str
    out: Csv | str
    first: int | None
    last: int | None
    progress: bool

    @property
    def in_part(self) -> bool:
        """Whether only a part of the object is read."""
        return self.first is not None or self.last is not None


def read(body: bytes) -> Asked:
    """What a request's document asks.

    Raises:
        AwsError: ``MalformedXML``, or a code of S3 Select's for a value that is none of its kind.
    """
    root = Document(body).root
    if _text(root, "ExpressionType") != "SQL":
        words = "The ExpressionType is not valid. Only SQL expressions are supported."
        raise AwsError("InvalidExpressionType", words)
    given, wanted = root.find("InputSerialization"), root.find("OutputSerialization")
    if given is None or wanted is None:
        raise malformed()
    sources = [each for each in ("CSV", "JSON", "Parquet") if given.find(each) is not None]
    targets = [each for each in ("CSV", "JSON") if wanted.find(each) is not None]
    if len(sources) != 1 or len(targets) != 1:
        words = "The SelectRequest entity can only contain one format of its input and its output"
        raise AwsError("ObjectSerializationConflict", f"{words}.")
    csv, json = given.find("CSV"), given.find("JSON")
    compression = _one_of(given, "CompressionType", _COMPRESSIONS, "InvalidCompressionFormat")
    if sources == ["Parquet"] and compression != "NONE":
        words = "Parquet objects are compressed within: CompressionType must be NONE"
        raise AwsError("InvalidCompressionFormat", f"{words}.")
    return Asked(
        _text(root, "Expression"),
        _csv(csv) if csv is not None else None,
        _one_of(json, "Type", _TYPES, "InvalidJsonType", None) if json is not None else None,
        compression,
        _out(wanted),
        *_range(root.find("ScanRange")),
        _flag(root.find("RequestProgress"), "Enabled"),
    )


def _csv(given: ET.Element) -> Csv:
    return Csv(
        _one_of(given, "FileHeaderInfo", _HEADERS, "InvalidFileHeaderInfo"),
        _character(given, "Comments", "#"),
        _character(given, "FieldDelimiter", ","),
        _character(given, "RecordDelimiter", "\n"),
        _character(given, "QuoteCharacter", '"'),
        _character(given, "QuoteEscapeCharacter", '"'),
        _flag(given, "AllowQuotedRecordDelimiter"),
    )


def _out(wanted: ET.Element) -> Csv | str:
    if (given := wanted.find("JSON")) is not None:
        return _text(given, "RecordDelimiter") or "\n"
    told: Any = wanted.find("CSV")
    return Csv(
        field=_character(told, "FieldDelimiter", ","),
        record=_character(told, "RecordDelimiter", "\n"),
        quote=_character(told, "QuoteCharacter", '"'),
        escape=_character(told, "QuoteEscapeCharacter", '"'),
        always=_one_of(told, "QuoteFields", _QUOTES, "InvalidQuoteFields", "ASNEEDED") == "ALWAYS",
    )


def _range(given: ET.Element | None) -> tuple[int | None, int | None]:
    if given is None:
        return None, None
    found = [_text(given, name) or None for name in ("Start", "End")]
    numbers = [int(each) if each and each.isdigit() else None for each in found]
    wrong = [text for text, number in zip(found, numbers, strict=True) if text and number is None]
    first, last = numbers
    if (
        wrong
        or (first is None and last is None)
        or (first or 0) > (last if last is not None else first or 0)
    ):
        raise AwsError("InvalidScanRange", "The ScanRange of the request is not valid.")
    return first, last


def _character(given: ET.Element, name: str, default: str) -> str:
    found = given.find(name)
    if found is None or not found.text:
        return default
    if len(found.text) > 1 and found.text != "\r\n":
        words = f"The value of {name} is not valid: it is one character"
        raise AwsError("InvalidRequestParameter", f"{words}.")
    return found.text


def _one_of(
    given: ET.Element, name: str, known: tuple[str, ...], code: str, default: str | None = "NONE"
) -> Any:
    found = _text(given, name) or default
    if found not in known:
        raise AwsError(code, f"The {name} is not valid: it is one of {', '.join(known)}.")
    return found


def _flag(given: ET.Element | None, name: str) -> bool:
    return given is not None and _text(given, name).lower() == "true"


def _text(given: ET.Element, name: str) -> str:
    found = given.find(name)
    return (found.text or "") if found is not None else ""

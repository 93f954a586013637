"""The files whose items a distributed Map goes through.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html and
https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labkit.cloud.json_text import BadJson, parse_json
from labkit.cloud.states.items import pairs

DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_GZIP = b"\x1f\x8b"
Json = dict[str, Any]


class Unreadable(Exception):
    """A file does not hold what it should. Args: why not."""


def items_in(content: bytes, config: Json) -> Iterator[Any]:
    """The items of a file.

    Args:
        config: the ``ReaderConfig``.

    Raises:
        Unreadable: it is not of its ``InputType``.
    """
    return FORMATS[config["InputType"]](content, config)


def lines(content: bytes) -> Iterator[str]:
    """The lines of a text that have something in them."""
    return (line for line in _text(content).splitlines() if line.strip())


def _csv(content: bytes, config: Json) -> Iterator[Json]:
    """Rows as objects of texts: what is missing is empty, what has no header is left out."""
    delimiter = DELIMITERS[config.get("CSVDelimiter", "COMMA")]
    source = io.StringIO(_text(content), newline="")
    rows = (row for row in csv.reader(source, delimiter=delimiter, escapechar="\\") if row)
    given = config.get("CSVHeaderLocation") == "GIVEN"
    header = config["CSVHeaders"] if given else next(rows, [])
    if len(set(header)) < len(header):
        raise Unreadable("CSV headers cannot contain duplicates.")
    missing = [""] * len(header)
    for row in rows:
        yield dict(zip(header, row + missing, strict=False))


def _json(content: bytes, config: Json) -> Iterator[Any]:
    found = _read(_text(content))
    for name in config.get("ItemsPointer", "").split("/")[1:]:
        found = _member(found, name.replace("~1", "/").replace("~0", "~"))
    if isinstance(found, dict):
        return iter(pairs(found))
    if not isinstance(found, list):
        raise Unreadable("Attempting to map over non-iterable node.")
    return iter(found)


def _member(found: Any, name: str) -> Any:
    if isinstance(found, dict) and name in found:
        return found[name]
    if isinstance(found, list) and name.isdigit() and int(name) < len(found):
        return found[int(name)]
    raise Unreadable(f"The ItemsPointer leads to nothing at '{name}'.")


def _json_lines(content: bytes, config: Json) -> Iterator[Any]:
    return (_read(line) for line in lines(content))


def _parquet(content: bytes, config: Json) -> Iterator[Json]:
    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowInvalid, OSError) as error:
        raise Unreadable(f"The object is not a Parquet file: {error}") from None
    for column in table.schema:
        if not _is_json(column.type):
            words = f"Columns of the type {column.type} are not read here: '{column.name}'."
            raise Unreadable(words)
    rows = table.to_pylist()
    try:
        json.dumps(rows, allow_nan=False)
    except ValueError:
        raise Unreadable("Numbers that are not finite are not read here.") from None
    return iter(rows)


def _is_json(kind: pa.DataType) -> bool:
    """Whether values of a type are JSON as they are; of dates and decimals AWS does not tell."""
    if pa.types.is_struct(kind):
        return all(_is_json(field.type) for field in kind)
    if pa.types.is_list(kind):
        return _is_json(kind.value_type)
    tests = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_null)
    return any(test(kind) for test in (*tests, pa.types.is_string, pa.types.is_large_string))


def _read(text: str) -> Any:
    try:
        return parse_json(text)
    except BadJson as error:
        raise Unreadable(f"The object is not valid JSON: {error.reason}") from None


def _text(content: bytes) -> str:
    try:
        plain = gzip.decompress(content) if content.startswith(_GZIP) else content
        return plain.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise Unreadable(f"The object is not a text in UTF-8: {error}") from None


FORMATS: dict[str, Callable[[bytes, Json], Iterator[Any]]] = {
    "CSV": _csv,
    "JSON": _json,
    "JSONL": _json_lines,
    "PARQUET": _parquet,
}

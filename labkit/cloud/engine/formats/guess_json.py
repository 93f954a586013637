"""JSON: what objects a sample holds, and which schema fits them all.

Objects stand one behind another, on lines of their own or not; a file that is one array is one
column ``array``, unless a custom classifier's path (``$[*]``) goes to its elements. Integers are
int, or bigint beyond 32 bits; what was only ever null is a string. A key without a name (``""``)
cannot be a column. Source:
https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

from labkit.cloud.engine.formats.guess import Columns, merge, settled, struct, widen
from labkit.cloud.engine.formats.model import FormatError
from labkit.cloud.engine.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, UNKNOWN, VARCHAR, Type

_STEP = re.compile(r"\.([^.\[\]*]+)|\['([^'*]+)'\]|(\.\*|\[\*\])|(\[\d+\])")
_PATH = re.compile(rf"\$?(?:{_STEP.pattern})*")
_DECODER = json.JSONDecoder()


def guess(text: str, path: str) -> tuple[Columns, int] | None:
    """Columns and number of the objects under a path, ``None`` if the text is no JSON."""
    found = [value for root in _roots(text) for value in _under(root, _steps(path))]
    records = [value for value in found if isinstance(value, dict)]
    if not records and path in ("", "$"):
        lists = [value for value in found if isinstance(value, list)]
        records = [{"array": value} for value in lists]
    if not records:
        return None
    schema = merge(tuple((k, type_of(v)) for k, v in record.items()) for record in records)
    columns = merge([((name.lower(), kind),) for name, kind in schema if name])
    return tuple((name, settled(kind)) for name, kind in columns), len(records)


def type_of(value: Any) -> Type:
    """The type of a JSON value.

    >>> type_of({"a": [1, 2.5], "b": None}).hive
    'struct<a:array<double>,b:unknown>'
    """
    match value:
        case bool():
            return BOOLEAN
        case int():
            return INTEGER if -(1 << 31) <= value < 1 << 31 else BIGINT
        case float():
            return DOUBLE
        case str():
            return VARCHAR
        case list():
            return Type("array", (reduce(widen, map(type_of, value), UNKNOWN),))
        case dict():
            return struct(tuple((k, type_of(v)) for k, v in value.items()))
    return UNKNOWN


def _roots(text: str) -> Iterator[Any]:
    """The values of a text, one behind another; the last may be cut off by the sample's end."""
    at = _blank(text, 0)
    if text[at : at + 1] not in ("{", "["):
        return
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            if text[at : at + 1] == "[":
                yield list(_elements(text, at + 1))
            return
        yield value
        at = _blank(text, at)


def _elements(text: str, at: int) -> Iterator[Any]:
    """The elements of an array that the sample's end cuts off."""
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, _blank(text, at))
        except (ValueError, RecursionError):
            return
        yield value
        at = _blank(text, at) + 1


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _steps(path: str) -> list[str]:
    if not _PATH.fullmatch(path):
        words = f"The JsonPath '{path}' of a classifier cannot be read"
        raise FormatError("HIVE_INVALID_METADATA", words)
    return [next(filter(None, m.groups())) for m in _STEP.finditer(path)]


def _under(value: Any, steps: list[str]) -> Iterable[Any]:
    """The values to which the steps lead; ``*`` to each element of an array, or an object's."""
    if not steps:
        return [value]
    first, rest = steps[0], steps[1:]
    if first in (".*", "[*]"):
        inner = list(value.values()) if isinstance(value, dict) else value
        each = inner if isinstance(inner, list) else []
        return [found for item in each for found in _under(item, rest)]
    if first.startswith("["):
        index = int(first[1:-1])
        picked = isinstance(value, list) and index < len(value)
        return _under(value[index], rest) if picked else []
    return _under(value[first], rest) if isinstance(value, dict) and first in value else []

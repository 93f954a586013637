"""Long lists of VALUES, as drivers and pandas write them: constants, read without a compiler.

A list whose every value is a number, a text, NULL or a parameter that its column takes as it stands
is put into columns at once, as are texts in a cast or JSON_PARSE; a column may be DEFAULT or
SYSDATE in every row instead. Of any other list, and of one that will fail, nothing is read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.functions.documents import parse as json_parse
from labkit.cloud.engine.redshift.literals import Given
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import Word, Words
from labkit.cloud.redshift.warehouse.objects import TableColumn

FEWEST = 8
"""Rows from which on it pays."""

_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?(\d{1,37})(?:\.(\d{1,37}))?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?)?")
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?[+-](?:0\d|1[0-2])(?::\d\d)?"
)
_BITS = {"int2": 16, "int4": 32, "int8": 64}
_ARROW = {
    "int2": pa.int16(), "int4": pa.int32(), "int8": pa.int64(), "float8": pa.float64(),
    "bool": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "varchar": pa.string(), "bpchar": pa.string(), "super": pa.string(),
}  # fmt: skip
#: What says the same in all rows of a statement.
_SAID = {"DEFAULT", "SYSDATE", "GETDATE", "CURRENT_TIMESTAMP", "CURRENT_DATE"}
#: A value's kind: ``number``, ``text``, ``null``, ``said``, or the type that it is of; its text.
Value = tuple[str, str]


class _Odd(Exception):
    """It takes the compiler."""


@dataclass(frozen=True)
class _Said:
    """An expression in the place of a value."""

    text: str


@dataclass(frozen=True)
class Rows:
    """The rows of a list: a table of c0, c1, ... and what other columns say in all rows."""

    table: pa.Table
    said: dict[int, str]


def read(words: Words, columns: Sequence[TableColumn], parameters: Sequence[Any]) -> Rows | None:
    """The rows of ``VALUES (...), ...`` for the columns; None where they take the compiler.

    Args:
        words: at VALUES; they stay there.
    """
    if not words.peek("VALUES"):
        return None
    with suppress(_Odd, RedshiftError, ValueError):
        lists = _lists(words.words[words.at + 1 :], words.text, columns, parameters)
        said = _said(lists)
        if len(lists[0]) >= FEWEST and len(said) < len(columns):
            arrays = {
                f"c{at}": _array(values, columns[at].type)
                for at, values in enumerate(lists)
                if at not in said
            }
            return Rows(pa.table(arrays), said)
    return None


def _said(lists: Sequence[Sequence[Any]]) -> dict[int, str]:
    """The columns that say one thing in all rows; one that says it in some takes the compiler."""
    found = {}
    for at, values in enumerate(lists):
        if any(isinstance(each, _Said) for each in values):
            (one,) = {*values}
            found[at] = one.text
    return found


def _array(values: list[Any], kind: Type) -> pa.Array:
    if kind.base == "numeric":
        return pa.array(values, pa.decimal128(kind.size, kind.scale))
    return pa.array(values, _ARROW.get(kind.base, pa.null()))


def _lists(
    words: Sequence[Word], text: str, columns: Sequence[TableColumn], parameters: Sequence[Any]
) -> list[list[Any]]:
    """Each column's values."""
    lists: list[list[Any]] = [[] for _ in columns]
    coming = iter(words)
    last = ","
    while last == ",":
        if next(coming).text != "(":
            raise _Odd
        for column, found in zip(columns, lists, strict=True):
            value, last = _value(coming, text, column.type, parameters)
            found.append(_taken(value, column))
            if last != ("," if column is not columns[-1] else ")"):
                raise _Odd
        last = next(coming).text
    if last == ";":
        last = next(coming).text
    if last:
        raise _Odd
    return lists


def _value(
    coming: Iterator[Word], text: str, kind: Type, parameters: Sequence[Any]
) -> tuple[Value, str]:
    """A value, and the mark behind it."""
    word = next(coming)
    if read := _CALLED.get(word.upper):
        value, after = read(word, coming, text), next(coming)
        return value, after.text if after.kind == "mark" else ""
    sign = "-" if word.kind == "mark" and word.text == "-" else ""
    word = next(coming) if sign else word
    value = _constant(word, text, kind, parameters)
    if sign and (value[0] != "number" or word.kind != "number"):
        raise _Odd
    after = next(coming)
    if value[0] == "said" and after.text == "(" and next(coming).text == ")":
        value, after = ("said", f"{value[1]}()"), next(coming)
    if after.text == "::" and value[0] == "text":
        value, after = (next(coming).upper.lower(), value[1]), next(coming)
    return (value[0], sign + value[1]), after.text if after.kind == "mark" else ""


def _literal(word: Word, coming: Iterator[Word], text: str) -> Value:
    """``DATE 'text'``"""
    return word.upper.lower(), _string(next(coming), text)


def _cast(word: Word, coming: Iterator[Word], text: str) -> Value:
    """``CAST ('text' AS type)``"""
    _marks(coming, "(")
    told = _string(next(coming), text)
    if next(coming).upper != "AS":
        raise _Odd
    kind = next(coming).upper.lower()
    _marks(coming, ")")
    return kind, told


def _document(word: Word, coming: Iterator[Word], text: str) -> Value:
    """``JSON_PARSE ('text')``; one with an attribute twice takes the compiler."""
    _marks(coming, "(")
    told = _string(next(coming), text)
    _marks(coming, ")")
    return "super", json_parse(told, False)


_CALLED: dict[str, Callable[[Word, Iterator[Word], str], Value]] = {
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMPTZ"), _literal),
    "CAST": _cast,
    "JSON_PARSE": _document,
}


def _marks(coming: Iterator[Word], mark: str) -> None:
    if next(coming).text != mark:
        raise _Odd


def _string(word: Word, text: str) -> str:
    """A text in plain quotes."""
    plain = word.kind == "string" and text[word.start] == "'"
    if not plain or "\\" in text[word.start : word.end] or "\0" in word.text:
        raise _Odd
    return word.text


def _constant(word: Word, text: str, kind: Type, parameters: Sequence[Any]) -> Value:
    if word.kind == "number":
        return "number", word.text
    if word.kind == "string":
        return "text", _string(word, text)
    if word.kind == "parameter" and word.text[1:].isdigit():
        place = int(word.text[1:]) - 1
        return _given(parameters[place] if place < len(parameters) else ..., kind)
    if word.upper == "NULL":
        return "null", ""
    if word.upper in ("TRUE", "FALSE"):
        return "bool", word.upper.lower()
    if word.upper in _SAID:
        return "said", word.upper
    raise _Odd


def _given(value: Any, kind: Type) -> Value:
    """A parameter; one without a type hears its column's."""
    if value is None:
        return "null", ""
    if not isinstance(value, Typed):
        raise _Odd
    if value.literal is not None and "\0" not in value.literal:
        return "text", value.literal
    if value.sql == "NULL":
        stored(value, kind, "")
        return "null", ""
    if not isinstance(value, Given):
        raise _Odd
    whole = value.type.base in (*_BITS, "numeric")
    return "number" if whole else value.type.base, value.text


def _taken(value: Value, column: TableColumn) -> Any:
    """A value as this column has it."""
    kind = column.type
    if value[0] == "said":
        return _Said(value[1])
    if column.identity or (value[0] != "null" and kind.base not in _TAKERS):
        raise _Odd
    return None if value[0] == "null" else _TAKERS[kind.base](*value, kind)


def _integer(said: str, text: str, kind: Type) -> int:
    bits = _BITS[kind.base]
    if said not in ("number", "text") or not _INTEGER.fullmatch(text):
        raise _Odd
    found = int(text)
    if not -(1 << (bits - 1)) <= found < 1 << (bits - 1):
        raise _Odd
    return found


def _decimal(said: str, text: str, kind: Type) -> Decimal:
    found = _NUMBER.fullmatch(text)
    if said not in ("number", "text", "float8") or not found:
        raise _Odd
    if said == "float8" and len(text) > 15:
        raise _Odd
    if len(found[1]) > kind.size - kind.scale or len(found[2] or "") > kind.scale:
        raise _Odd
    return Decimal(text)


def _float(said: str, text: str, kind: Type) -> float:
    """Zero below zero is zero where it is a number with its sign."""
    if said not in ("number", "text", "float8") or not _NUMBER.fullmatch(text):
        raise _Odd
    if said == "number" and len(text) > 20:
        raise _Odd
    found = float(text)
    if not found and text[0] == "-":
        raise _Odd
    return found


def _text(said: str, text: str, kind: Type) -> str:
    kept = text.rstrip(" ") if kind.base == "bpchar" else text
    if said != "text" or not 0 < len(kept.encode()) <= kind.size:
        raise _Odd
    return kept


def _day(said: str, text: str, kind: Type) -> date:
    if said not in ("text", "date") or not _DATE.fullmatch(text):
        raise _Odd
    return date.fromisoformat(text)


def _moment(said: str, text: str, kind: Type) -> datetime:
    if said not in ("text", "timestamp") or not _MOMENT.fullmatch(text):
        raise _Odd
    return datetime.fromisoformat(text)


def _instant(said: str, text: str, kind: Type) -> datetime:
    if said not in ("text", "timestamptz") or not _INSTANT.fullmatch(text):
        raise _Odd
    found = datetime.fromisoformat(text)
    if found.year in (MINYEAR, MAXYEAR):
        raise _Odd
    return found


def _truth(said: str, text: str, kind: Type) -> bool:
    if said != "bool" or text not in ("true", "false"):
        raise _Odd
    return text == "true"


def _super(said: str, text: str, kind: Type) -> str:
    if said != "super":
        raise _Odd
    return text


_TAKERS: dict[str, Callable[[str, str, Type], Any]] = {
    **dict.fromkeys(_BITS, _integer),
    "numeric": _decimal,
    "float8": _float,
    "varchar": _text,
    "bpchar": _text,
    "date": _day,
    "timestamp": _moment,
    "timestamptz": _instant,
    "bool": _truth,
    "super": _super,
}

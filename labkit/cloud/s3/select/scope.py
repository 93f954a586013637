"""Where a statement's names lead: to fields of a CSV file, or into values of JSON and Parquet.

A name without quotes is found whatever its capitals are.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-select.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.partiql.tree import ALL, MISSING, Name, Path
from labkit.cloud.s3.select.operators import Evaluated
from labkit.cloud.s3.select.statement import Statement, unsupported

_NUMBERED = re.compile(r"_([1-9]\d*)", re.ASCII)
Pairs = list[tuple[str, Any]]


def is_called(name: Name, text: str) -> bool:
    """Whether a name means a text."""
    return name.text == text or (not name.is_quoted and name.text.lower() == text.lower())


def one(name: Name, known: Sequence[str]) -> int | None:
    """The place of a name among others.

    Raises:
        AwsError: ``AmbiguousFieldName``: it means several.
    """
    found = [place for place, each in enumerate(known) if is_called(name, each)]
    if len(found) > 1:
        words = "Field name matches to multiple fields in the file"
        raise AwsError("AmbiguousFieldName", f"{words}: {name.text}. Check the SQL expression.")
    return found[0] if found else None


class Fields:
    """The fields of CSV rows, by the header's names if it is used, and by ``_1``, ``_2`` …"""

    def __init__(self, asked: Statement, header: Sequence[str] | None) -> None:
        self._alias = asked.alias or Name("S3Object")
        self._header = header or ()
        if asked.source.steps not in ((), (ALL,)):
            raise AwsError("InvalidKeyPath", "Key path in the SQL expression is not valid.")

    def find(self, path: Path) -> Evaluated:
        """How a row's value is found."""
        names = path.names
        if len(names) > 1 and is_called(path.root, self._alias.text):
            names = names[1:]
        if len(names) != 1 or not isinstance(name := names[0], Name):
            raise AwsError("InvalidKeyPath", "Key path in the SQL expression is not valid.")
        place = self._place(name)
        return lambda row: row[place] if place < len(row) else MISSING

    def _place(self, name: Name) -> int:
        if (place := one(name, self._header)) is not None:
            return place
        if numbered := _NUMBERED.fullmatch(name.text):
            return int(numbered[1]) - 1
        if self._header:
            words = "Some headers in the query are missing from the file"
            raise AwsError("MissingHeaders", f"{words}: {name.text}. Check the file and try again.")
        words = "The column index in the SQL expression is not valid"
        raise AwsError("InvalidColumnIndex", f"{words}: {name.text}.")

    def all(self, row: Any) -> Pairs:
        """A row's names and values."""
        named = len(self._header)
        return [
            (self._header[place] if place < named else f"_{place + 1}", value)
            for place, value in enumerate(row)
        ]

    def rows(self, record: Any) -> Iterator[Any]:
        """A record is a row."""
        yield record


class Values:
    """Values within values: the rows are where the statement's path leads from each record."""

    def __init__(self, asked: Statement) -> None:
        steps = asked.source.steps
        if steps and steps[0] is not ALL:
            words = "Key path in the SQL expression is not valid: a path begins with S3Object[*]"
            raise AwsError("InvalidKeyPath", f"{words}.")
        self._steps = steps[1:]
        last = steps[-1] if steps else None
        self._names = [asked.alias] if asked.alias else [Name("_1"), Name("S3Object")]
        if not asked.alias and isinstance(last, Name):
            self._names = [last]

    def find(self, path: Path) -> Evaluated:
        """How a row's value is found."""
        is_row = any(is_called(path.root, name.text) for name in self._names if name)
        steps = path.steps if is_row else path.names
        if ALL in steps:
            raise unsupported("a path with a wildcard in an expression")
        if is_row:
            return lambda row: _led(row, steps)
        return lambda row: _led(row, steps) if isinstance(row, dict) else MISSING

    def all(self, row: Any) -> Pairs:
        """A row's names and values: a row that is no structure is ``_1``."""
        if row is MISSING:
            return []
        return list(row.items()) if isinstance(row, dict) else [("_1", row)]

    def rows(self, record: Any) -> Iterator[Any]:
        """Where the statement's path leads."""
        return _spread(record, self._steps)


def _led(value: Any, steps: Sequence[Any]) -> Any:
    for step in steps:
        value = _inner(value, step)
    return value


def _inner(value: Any, step: Any) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else MISSING
    if not isinstance(value, dict):
        return MISSING
    if step.is_quoted:
        return value.get(step.text, MISSING)
    names = list(value)
    place = one(step, names)
    return MISSING if place is None else value[names[place]]


def _spread(value: Any, steps: Sequence[Any]) -> Iterator[Any]:
    """All that a path leads to: a wildcard that finds nothing leads to MISSING."""
    if not steps:
        yield value
        return
    if steps[0] is not ALL:
        yield from _spread(_inner(value, steps[0]), steps[1:])
        return
    inner = list(value.values()) if isinstance(value, dict) else value
    for each in inner if isinstance(inner, list) and inner else [MISSING]:
        yield from _spread(each, steps[1:])

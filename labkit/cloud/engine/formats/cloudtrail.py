"""CloudTrail's logs: files of one JSON object, whose ``Records`` are the rows.

The input format takes the records out; a column of text shows an object within a record, such as
``requestParameters``, as the JSON that it is. Source:
https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-understanding.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from labkit.cloud.engine.formats.jsons import Rules
from labkit.cloud.engine.formats.lines import BROKEN, damaged, open_bytes
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.stream import Row, row_relation


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns, a row for each record."""
    table.refuse_timestamp_formats(wanted)
    rules = _Rules(table, openx=True)
    parses = [(name, rules.parse(kind)) for _, name, kind in table.wanted(wanted)]

    def rows(file: File) -> Iterable[Row]:
        for record in _records(file, rules):
            found = _lowered(record)
            yield [parse(found.get(name)) for name, parse in parses]

    return row_relation(session, table, files, wanted, rows)


class _Rules(Rules):
    """JSON that keeps the case of its keys, for where it is shown; fields are found in any case."""

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(pairs)

    def fields(self, value: dict[str, Any]) -> dict[str, Any]:
        return _lowered(value)


def _lowered(value: dict[str, Any]) -> dict[str, Any]:
    return {k.lower(): v for k, v in value.items()}


def _records(file: File, rules: Rules) -> list[Any]:
    try:
        with open_bytes(file) as raw:
            found = rules.load(raw.read().decode())
        records = found["Records"]
        if all(isinstance(each, dict) for each in records):
            return list(records)
    except BROKEN as error:
        raise damaged(file, error) from error
    except (ValueError, TypeError, KeyError):
        pass
    raise FormatError("HIVE_CURSOR_ERROR", f"Not a file of CloudTrail's Records: {file.name}")

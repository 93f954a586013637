"""Esri's JSON: files of one object, whose ``features`` are the rows.

A column is an attribute under its name in any case, NULL where the value is not of its type; the
one binary column is the geometry. Sources: EsriDeserializer and EsriReader of Trino's, and
https://docs.aws.amazon.com/athena/latest/ug/geospatial-example-queries.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from labkit.cloud.engine.formats.json_values import Number, Parse
from labkit.cloud.engine.formats.jsons import Rules
from labkit.cloud.engine.formats.lines import BROKEN, damaged, open_bytes
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.stream import Row, row_relation
from labkit.cloud.engine.geometry import esri
from labkit.cloud.engine.geometry.shapes import NotRead
from labkit.cloud.engine.types import Type

_NESTED = ("array", "map", "row")


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns, a row for each feature.

    Raises:
        FormatError: the table has several binary columns.
    """
    table.refuse_timestamp_formats(wanted)
    if sum(kind.base == "varbinary" for _, kind in table.columns) > 1:
        raise FormatError(
            "HIVE_CURSOR_ERROR",
            "Multiple binary columns defined. Define only one binary column for geometries",
        )
    rules = _Rules(table, openx=False)
    rules.lenient = True
    columns = [(name, _attribute(rules, kind)) for _, name, kind in table.wanted(wanted)]

    def rows(file: File) -> Iterable[Row]:
        for feature in _features(file, rules):
            own = {k.lower(): v for k, v in (feature.get("attributes") or {}).items()}
            yield [
                _shape(file, feature.get("geometry")) if parse is None else parse(own.get(name))
                for name, parse in columns
            ]

    return row_relation(session, table, files, wanted, rows)


class _Rules(Rules):
    """JSON that keeps the case of its keys; of two of one name the last counts."""

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(pairs)


def _attribute(rules: Rules, kind: Type) -> Parse | None:
    """What reads an attribute; ``None`` for the geometry's column."""
    if kind.base == "varbinary":
        return None
    if kind.base in _NESTED:
        return lambda value: None
    read = rules.parse(kind)
    if kind.base not in ("date", "timestamp"):
        return read

    def moment(value: Any) -> Any:
        if not isinstance(value, Number):
            return read(value)
        found = datetime(1970, 1, 1) + timedelta(milliseconds=int(value))
        return found.date() if kind.base == "date" else found

    return moment


def _shape(file: File, geometry: Any) -> bytes | None:
    if geometry is None:
        return None
    try:
        return esri.write(esri.of_json(geometry))
    except (NotRead, TypeError, ValueError) as error:
        raise FormatError("HIVE_CURSOR_ERROR", f"Could not parse geometry: {file.name}") from error


def _features(file: File, rules: Rules) -> list[Any]:
    try:
        with open_bytes(file) as raw:
            found = rules.load(raw.read().decode()).get("features", [])
        if all(isinstance(each, dict) for each in found):
            return list(found)
    except BROKEN as error:
        raise damaged(file, error) from error
    except (ValueError, TypeError):
        pass
    raise FormatError("HIVE_CURSOR_ERROR", f"Invalid JSON: {file.name}")

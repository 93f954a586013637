"""The shape of an object: what a classifier says of its format and its columns.

A crawler compares shapes to find which folders are one table. Glue takes objects as compatible when
they have the same format and compression, and their schemas as similar when about 70 % agree:
https://docs.aws.amazon.com/glue/latest/dg/crawler-grouping-policy.html
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine import infer
from labkit.cloud.engine.types import Type, parse_type

SIMILAR = 0.7
UNKNOWN = "UNKNOWN"
Columns = tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class Shape:
    """One object's format and schema.

    Args:
        classification: ``csv``, ``json``, ``parquet``, ..., or ``UNKNOWN``.
        columns: name and type of each column, as Trino spells it: Hive's spelling of a struct
            whose fields have any name (``@id``) cannot be read back.
        parameters: what the table's parameters tell of the format (``delimiter``, ...).
        serde: the Hive class that reads rows.
        serde_parameters: what the class is told.
        input_format: the Hive class that splits files.
        output_format: the Hive class that would write them.
        records: how many rows, estimated from the sample.
        average_size: bytes a row.
    """

    classification: str
    columns: Columns = ()
    parameters: dict[str, str] = dataclasses.field(default_factory=dict)
    serde: str = ""
    serde_parameters: dict[str, str] = dataclasses.field(default_factory=dict)
    input_format: str = ""
    output_format: str = ""
    records: int = 0
    average_size: int = 0

    @property
    def compression(self) -> str:
        return self.parameters.get("compressionType", "none")

    def as_json(self) -> dict[str, Any]:
        """A form that the crawler's memory keeps."""
        return dataclasses.asdict(self)

    @classmethod
    def of(cls, found: infer.Inferred) -> Shape:
        """The shape of what the classifiers inferred."""
        parameters = dict(found.parameters)
        if parameters.get("compressionType") == "bz2":
            parameters["compressionType"] = "bzip2"
        return cls(
            found.classification,
            tuple((name, str(kind)) for name, kind in found.columns),
            parameters,
            found.serde,
            dict(found.serde_parameters),
            found.input_format,
            found.output_format,
            found.record_count,
            found.average_record_size,
        )

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Shape:
        """The shape that `as_json` gave."""
        return cls(**stored | {"columns": tuple((n, t) for n, t in stored["columns"])})


def compatible(one: Shape, other: Shape) -> bool:
    """Whether one SerDe with the same settings reads both rightly.

    Delimited text is read by position, so there one header must begin with the other.
    """
    if _reader(one) != _reader(other):
        return False
    pairs = zip(one.columns, other.columns, strict=False)
    return one.classification != "csv" or all(mine[0] == theirs[0] for mine, theirs in pairs)


def similar(one: Shape, other: Shape) -> bool:
    """Whether the schemas agree by 70 %."""
    same = one.columns == other.columns
    return same or infer.similarity(_typed(one.columns), _typed(other.columns)) >= SIMILAR


def merge(shapes: Sequence[Shape]) -> Shape:
    """One shape for all: the columns of each, types widened, rows summed.

    Source: https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
    """
    if len(shapes) == 1:
        return shapes[0]
    distinct = list(dict.fromkeys(s.columns for s in shapes))
    merged = infer.merge([_typed(columns) for columns in distinct])
    columns = tuple((name, str(kind)) for name, kind in merged)
    widest = max(shapes, key=lambda shape: (shape.columns == columns, len(shape.columns)))
    serde = dict(widest.serde_parameters)
    if "paths" in serde:
        serde["paths"] = ",".join(sorted(name for name, _ in columns))
    if widest.classification == "orc" and not all(_begins(columns, each) for each in distinct):
        serde[BY_INDEX] = "false"  # Athena finds columns by their places, if it is not told
    records = sum(s.records for s in shapes)
    size = sum(s.records * s.average_size for s in shapes) // max(records, 1)
    return dataclasses.replace(
        widest, columns=columns, serde_parameters=serde, records=records, average_size=size
    )


BY_INDEX = "orc.column.index.access"
# What the SerDe is told of the columns, which may differ between alike objects.
_OF_COLUMNS = ("paths", "avro.schema.literal", BY_INDEX)


def _begins(columns: Columns, own: Columns) -> bool:
    """Whether an object's columns are the first of a table's."""
    return [name for name, _ in columns][: len(own)] == [name for name, _ in own]


def _reader(shape: Shape) -> tuple[Any, ...]:
    settings = {k: v for k, v in shape.serde_parameters.items() if k not in _OF_COLUMNS}
    header = shape.parameters.get("skip.header.line.count")
    return shape.classification, shape.compression, shape.serde, settings, header


@functools.lru_cache(maxsize=4096)
def type_of(text: str) -> Type:
    """The type of a shape's column."""
    return parse_type(text)


@functools.lru_cache(maxsize=4096)
def _typed(columns: Columns) -> infer.Columns:
    return tuple((name, type_of(kind)) for name, kind in columns)

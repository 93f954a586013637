"""Columns of a Delta table: as queries see them, and as its files store them.

With column mapping a file calls a column by its physical name, fields of structs too. Timestamps
are instants, which Athena shows in UTC. Sources:
https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format and
https://trino.io/docs/current/connector/delta-lake.html#delta-lake-to-trino-type-mapping
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.formats.moments import milliseconds
from labkit.cloud.engine.nested import EACH, KEY, VALUE, listed, mapped, packed, part
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type

_INSTANT, _STORED_INSTANT = Type("timestamptz", (3,)), Type("timestamp", (6,))
_PRIMITIVES = {
    "string": Type("varchar"),
    "long": Type("bigint"),
    "integer": Type("integer"),
    "short": Type("smallint"),
    "byte": Type("tinyint"),
    "float": Type("real"),
    "double": Type("double"),
    "boolean": Type("boolean"),
    "binary": Type("varbinary"),
    "date": Type("date"),
    "timestamp": _INSTANT,
    "timestamp_ntz": _STORED_INSTANT,
}
_DECIMAL = re.compile(r"decimal\((\d+),\s*(-?\d+)\)")
_PHYSICAL, _NUMBER = "delta.columnMapping.physicalName", "delta.columnMapping.id"


@dataclass(frozen=True)
class Field:
    """A column.

    Args:
        name: as queries write it, in lower case.
        type: as queries see it.
        stored_name, stored_type: as files have it.
        number: its own, by which files of mapping ``id`` know it.
        comment: what was said of it.
    """

    name: str
    type: Type
    stored_name: str
    stored_type: Type
    number: int | None = None
    comment: str | None = None

    @property
    def sql(self) -> str:
        """The column as queries see it, over a relation that has the stored one."""
        return f"{_shown(quoted_name(self.stored_name), self.type, self.stored_type)} AS " + (
            quoted_name(self.name)
        )


def fields_of(struct: dict[str, Any], *, mapped: bool) -> tuple[Field, ...]:
    """The columns of a schema.

    Args:
        struct: the log's ``schemaString``, read.
        mapped: whether files have physical names.

    Raises:
        QueryFailed: NOT_SUPPORTED, a type that Athena does not read.
    """
    return tuple(_field(each, mapped) for each in struct["fields"])


def _field(said: dict[str, Any], mapped: bool) -> Field:
    told = said.get("metadata") or {}
    stored_name = told[_PHYSICAL] if mapped else said["name"]
    shown, stored = _types(said["type"], mapped)
    number, comment = told.get(_NUMBER), told.get("comment")
    return Field(said["name"].lower(), shown, stored_name, stored, number, comment)


def _types(said: Any, mapped: bool) -> tuple[Type, Type]:
    """A type as queries see it, and as files store it."""
    if isinstance(said, str):
        shown = _primitive(said)
        return shown, _STORED_INSTANT if shown == _INSTANT else shown
    if said["type"] == "struct":
        fields = fields_of(said, mapped=mapped)
        return (
            Type("row", tuple(f.type for f in fields), tuple(f.name for f in fields)),
            Type("row", tuple(f.stored_type for f in fields), tuple(f.stored_name for f in fields)),
        )
    inner = ("elementType",) if said["type"] == "array" else ("keyType", "valueType")
    shown_parts, stored_parts = zip(*(_types(said[part], mapped) for part in inner), strict=True)
    return Type(said["type"], shown_parts), Type(said["type"], stored_parts)


def _primitive(name: str) -> Type:
    if found := _DECIMAL.fullmatch(name):
        return Type("decimal", (int(found[1]), int(found[2])))
    if name not in _PRIMITIVES:
        raise QueryFailed("NOT_SUPPORTED", f"Unsupported Delta Lake type: {name}")
    return _PRIMITIVES[name]


def _shown(ref: str, kind: Type, stored: Type) -> str:
    """A stored value as queries see it."""
    if kind == stored:
        return ref
    if kind == _INSTANT:
        return packed(ref, (("instant", milliseconds(ref)), ("zone", "'UTC'")))
    if kind.base == "array":
        return listed(ref, _shown(EACH, kind.element, stored.element))
    if kind.base == "map":
        return mapped(ref, *map(_shown, (KEY, VALUE), kind.types, stored.types))
    fields = zip(kind.fields, stored.fields, strict=True)
    return packed(
        ref,
        (
            (str(name), _shown(part(ref, str(old)), inner, old_inner))
            for (name, inner), (old, old_inner) in fields
        ),
    )

"""Which Avro schema reads what another one wrote, by Avro's rules of schema resolution.

Source: https://avro.apache.org/docs/1.11.1/specification/#schema-resolution
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

# https://avro.apache.org/docs/1.11.1/specification/#schema-resolution: what a type is promoted to
_PROMOTED = {
    "int": ("long", "float", "double"),
    "long": ("float", "double"),
    "float": ("double",),
    "string": ("bytes",),
    "bytes": ("string",),
}
_NAMED = ("record", "error", "enum", "fixed")
Definition = dict[str, Any]


@dataclass(frozen=True)
class Schema:
    """A schema, and by their full names those that stand within it."""

    root: Any
    named: dict[str, Definition]

    def of(self, asked: Any) -> Any:
        """What a name stands for, as a dictionary; a union's list stays one."""
        if isinstance(asked, list):
            return asked
        if isinstance(asked, dict):
            return asked if isinstance(asked["type"], str) else self.of(asked["type"])
        return self.named.get(asked, {"type": asked})


def parse(text: str) -> Schema:
    """A schema's text, read.

    Raises:
        ValueError: the text is no Avro schema.
    """
    from fastavro.schema import SchemaParseException, UnknownType, parse_schema  # takes a while

    named: dict[str, Definition] = {}
    try:
        return Schema(parse_schema(json.loads(text), named_schemas=named), named)
    except UnknownType as error:
        raise ValueError(f"Undefined name: {error.name}") from error
    except SchemaParseException as error:
        raise ValueError(str(error)) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"No type: {text}") from error


def can_read(reader: Schema, writer: Schema) -> bool:
    """Whether one schema reads all that was written by another.

    >>> can_read(parse('"long"'), parse('"int"')), can_read(parse('"int"'), parse('"long"'))
    (True, False)
    """
    return _Resolution(reader, writer).fits(reader.root, writer.root)


@dataclass(frozen=True)
class _Resolution:
    """Two schemas, and what is known of pairs of their records, which may hold themselves."""

    reader: Schema
    writer: Schema
    known: dict[tuple[str, str], bool] = field(default_factory=dict)

    def fits(self, reads: Any, wrote: Any) -> bool:
        reads, wrote = self.reader.of(reads), self.writer.of(wrote)
        if isinstance(wrote, list):
            return all(self.fits(reads, each) for each in wrote)
        if isinstance(reads, list):
            return any(self.fits(each, wrote) for each in reads)
        kind = reads["type"]
        if kind != wrote["type"]:
            return kind in _PROMOTED.get(wrote["type"], ())
        if kind in _NAMED and not _same_name(reads, wrote):
            return False
        return self._parts_fit(kind, reads, wrote)

    def _parts_fit(self, kind: str, reads: Definition, wrote: Definition) -> bool:
        if kind == "array":
            return self.fits(reads["items"], wrote["items"])
        if kind == "map":
            return self.fits(reads["values"], wrote["values"])
        if kind == "fixed":
            return bool(reads["size"] == wrote["size"])
        if kind == "enum":
            return "default" in reads or {*wrote["symbols"]} <= {*reads["symbols"]}
        return kind not in ("record", "error") or self._fields_fit(reads, wrote)

    def _fields_fit(self, reads: Definition, wrote: Definition) -> bool:
        pair = (reads["name"], wrote["name"])
        if pair not in self.known:
            self.known[pair] = True  # within itself
            written = {each["name"]: each["type"] for each in wrote["fields"]}
            self.known[pair] = all(self._field_fits(each, written) for each in reads["fields"])
        return self.known[pair]

    def _field_fits(self, wanted: Definition, written: dict[str, Any]) -> bool:
        """Whether a field is among those written, by its name or an alias, or has a default."""
        for name in (wanted["name"], *wanted.get("aliases", ())):
            if name in written:
                return self.fits(wanted["type"], written[name])
        kind = self.reader.of(wanted["type"])
        enum = isinstance(kind, dict) and kind["type"] == "enum"
        return "default" in wanted or (enum and "default" in kind)


def _same_name(reads: Definition, wrote: Definition) -> bool:
    """Whether two schemas have one name, whatever their namespaces, or one is the other's alias."""
    space, _, name = reads["name"].rpartition(".")
    aliases = {a if "." in a or not space else f"{space}.{a}" for a in reads.get("aliases", ())}
    return name == wrote["name"].rpartition(".")[2] or wrote["name"] in aliases

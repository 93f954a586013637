"""The names of Avro's records: Java's reader looks at none, fastavro's wants them alike.

A table's ``avro.schema.literal`` calls its record what it likes, and Spark's files call theirs
``topLevelRecord``. Source: ``Resolver.RecordAdjust`` of https://github.com/apache/avro.
"""

from __future__ import annotations

from typing import Any

Schema = Any


def as_written(reader: Schema, writer: Schema) -> Schema:
    """A reader's schema with its records called as in the writer's, where they stand alike.

    >>> as_written({"type": "record", "name": "a.t", "fields": []},
    ...            {"type": "record", "name": "topLevelRecord", "fields": []})
    {'type': 'record', 'name': 'topLevelRecord', 'fields': []}
    """
    known: tuple[dict[str, Schema], dict[str, Schema]] = ({}, {})
    for schema, names in zip((reader, writer), known, strict=True):
        _collect(schema, names)
    found: dict[str, str] = {}
    _pair(reader, writer, known, found)
    return _renamed(reader, {own: name for own, name in found.items() if own != name})


def _collect(schema: Schema, names: dict[str, Schema]) -> None:
    """Put the records of a schema under their names."""
    if isinstance(schema, list):
        for branch in schema:
            _collect(branch, names)
    elif isinstance(schema, dict):
        if _is_record(schema):
            names[schema["name"]] = schema
        for part in _parts(schema):
            _collect(part, names)


def _is_record(schema: Schema) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "record"


def _parts(schema: dict[str, Schema]) -> list[Schema]:
    inner = [schema[key] for key in ("items", "values") if key in schema]
    inner += [schema["type"]] if isinstance(schema["type"], (dict, list)) else []
    return [*inner, *(field["type"] for field in schema.get("fields", ()))]


def _pair(
    reader: Schema,
    writer: Schema,
    known: tuple[dict[str, Schema], dict[str, Schema]],
    found: dict[str, str],
) -> None:
    """Note which of the writer's names stands where a reader's does."""
    one, other = (_plain(s, names) for s, names in zip((reader, writer), known, strict=True))
    if not isinstance(one, dict) or not isinstance(other, dict):
        return
    for key in ("items", "values"):
        if key in one and key in other:
            _pair(one[key], other[key], known, found)
    if not _is_record(one) or not _is_record(other) or one["name"] in found:
        return
    found[one["name"]] = other["name"]
    stored = {field["name"]: field for field in other["fields"]}
    for field in one["fields"]:
        names = (field["name"], *field.get("aliases", ()))
        match = next((stored[name] for name in names if name in stored), None)
        if match:
            _pair(field["type"], match["type"], known, found)


def _plain(schema: Schema, names: dict[str, Schema]) -> Schema:
    """A schema without the null beside it, and no name but what it stands for."""
    if isinstance(schema, list):
        branches = [branch for branch in schema if branch != "null"]
        return _plain(branches[0], names) if len(branches) == 1 else schema
    if isinstance(schema, str):
        return names.get(schema, schema)
    inner = schema.get("type")
    return _plain(inner, names) if isinstance(inner, (dict, list)) else schema


def _renamed(schema: Schema, names: dict[str, str]) -> Schema:
    if isinstance(schema, list):
        return [_renamed(branch, names) for branch in schema]
    if isinstance(schema, str):
        return names.get(schema, schema)
    found = dict(schema)
    for key in ("type", "items", "values"):
        if key in found:
            found[key] = _renamed(found[key], names)
    if _is_record(schema):
        found["name"] = names.get(schema["name"], schema["name"])
        found["fields"] = [
            {**field, "type": _renamed(field["type"], names)} for field in schema["fields"]
        ]
    return found

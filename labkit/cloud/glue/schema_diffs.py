"""What differs between two versions of a schema: a JSON Patch that makes one of the other.

AWS tells that the difference is in that format, not which of the patches that fit it gives. Here
items of a list are compared one by one. Sources:
https://docs.aws.amazon.com/glue/latest/webapi/API_GetSchemaVersionsDiff.html and
https://datatracker.ietf.org/doc/html/rfc6902
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from labkit.cloud.glue.records import answers
from labkit.cloud.glue.registries import find_schema
from labkit.cloud.glue.words import not_found
from labkit.cloud.operations import Answer, Context, not_here

Members = dict[str, Any]


@answers("GetSchemaVersionsDiff")
def get_schema_versions_diff(
    context: Context,
    *,
    SchemaId: Members,
    FirstSchemaVersionNumber: Members,
    SecondSchemaVersionNumber: Members,
    SchemaDiffType: str,
) -> Answer:
    """The difference of two definitions in JSON: Protobuf's are none.

    Raises:
        AwsError: ``EntityNotFoundException``: the schema has no such version.
    """
    schema = find_schema(context, SchemaId)
    if schema.data_format == "PROTOBUF":
        raise not_here("glue", context.operation, "a schema of Protobuf is not in JSON")
    asked = (FirstSchemaVersionNumber, SecondSchemaVersionNumber)
    one, other = (json.loads(_version(schema, each).schema_definition) for each in asked)
    return {"Diff": json.dumps([*_changes(one, other)], separators=(",", ":"))}


def _version(schema: Any, asked: Members) -> Any:
    last = schema.latest_schema_version
    number = last if asked.get("LatestVersion") else asked.get("VersionNumber")
    for each in schema.schema_versions.values():
        if each.version_number == number:
            return each
    raise not_found(f"Schema version is not found. VersionNumber: {number}")


def _changes(one: Any, other: Any, path: str = "") -> Iterator[Members]:
    """The steps from a value to another.

    >>> [*_changes({"a": 1, "b": [1, 2]}, {"b": [1], "c/d": 3})]
    ... # doctest: +NORMALIZE_WHITESPACE
    [{'op': 'remove', 'path': '/a'}, {'op': 'remove', 'path': '/b/1'},
     {'op': 'add', 'path': '/c~1d', 'value': 3}]
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one:
            if name in other:
                yield from _changes(one[name], other[name], _under(path, name))
            else:
                yield {"op": "remove", "path": _under(path, name)}
        for name in (each for each in other if each not in one):
            yield {"op": "add", "path": _under(path, name), "value": other[name]}
    elif isinstance(one, list) and isinstance(other, list):
        for at, pair in enumerate(zip(one, other, strict=False)):
            yield from _changes(*pair, _under(path, at))
        for at in reversed(range(len(other), len(one))):
            yield {"op": "remove", "path": _under(path, at)}
        for at in range(len(one), len(other)):
            yield {"op": "add", "path": _under(path, at), "value": other[at]}
    elif json.dumps(one) != json.dumps(other):  # 1 is not true
        yield {"op": "replace", "path": path, "value": other}


def _under(path: str, name: str | int) -> str:
    return f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"

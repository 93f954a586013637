"""Values of other types than a service's model has, refused as the service does on reading them.

That is before it looks at what lacks or breaks a constraint. What Athena says was measured, and so
was what DynamoDB says, which has words of its own; Athena reads a decimal for an integer, and cuts
it.

Sources: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/errors.md and
https://github.com/architect/dynalite/blob/main/test/helpers.js
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from typing import Any

from labkit.cloud.operations import AwsError

# What a shape's type is called, and which Python values are of it.
_SCALARS: dict[str, tuple[str, tuple[type, ...]]] = {
    "string": ("a String", (str,)),
    "integer": ("an Integer", (int,)),
    "long": ("a Long", (int,)),
    "float": ("a Float", (int, float)),
    "double": ("a Double", (int, float)),
    "boolean": ("a Boolean", (bool,)),
    "blob": ("a Blob", (bytes, bytearray)),
    "timestamp": ("milliseconds since epoch", (datetime.datetime, int, float)),
}
IN_LISTS = "Start of list found where not expected"
_IN_MAPS = "Start of structure or map found where not expected"
_DYNAMODB = "com.amazonaws.dynamodb.v20120810"


def check(service: str, shape: Any, value: Any) -> None:
    """Raise for the first value that its shape has no room for.

    Raises:
        AwsError: ``SerializationException``.
    """
    if found := next(_wrong(shape, value), None):
        tell = _in_dynamodb if service == "dynamodb" else _in_others
        raise AwsError("SerializationException", tell(*found))


def cut(shape: Any, value: Any) -> Any:
    """A value whose decimals are cut where its shape has integers."""
    match shape.type_name, value:
        case "integer" | "long", float() if math.isfinite(value):
            return int(value)
        case "structure", dict() if not getattr(shape, "is_document_type", False):
            known = shape.members
            return {k: cut(known[k], v) if k in known else v for k, v in value.items()}
        case "list", list():
            return [cut(shape.member, each) for each in value]
        case "map", dict():
            return {k: cut(shape.value, each) for k, each in value.items()}
    return value


def _wrong(shape: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    """The shapes and values that do not fit; what is null lacks, which is told elsewhere."""
    if value is None or getattr(shape, "is_document_type", False):
        return
    if shape.type_name in _SCALARS:
        _, fit = _SCALARS[shape.type_name]
        if not isinstance(value, fit) or (isinstance(value, bool) and bool not in fit):
            yield shape, value
    elif not isinstance(value, (list, tuple) if shape.type_name == "list" else dict):
        yield shape, value
    else:
        for each in _within(shape, value):
            yield from _wrong(*each)


def _within(shape: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    if shape.type_name == "list":
        yield from ((shape.member, each) for each in value)
    elif shape.type_name == "map":
        yield from ((shape.value, each) for each in value.values())
    else:
        yield from ((each, value.get(name)) for name, each in shape.members.items())


def _in_others(shape: Any, value: Any) -> str:
    match shape.type_name, value:
        case _, list():
            return IN_LISTS
        case (("structure" | "map" as kind), _):
            return "Expected null" if kind == "structure" else "Expected map or null"
        case _, dict():
            return f"{_IN_MAPS}."
        case "list", _:
            return "Expected list or null"
    return f"{_token(value)} can not be converted to {_SCALARS[shape.type_name][0]}"


def _in_dynamodb(shape: Any, value: Any) -> str:
    kind = _SCALARS.get(shape.type_name, ("",))[0].rpartition(" ")[2]
    match shape.type_name, value:
        case _, dict():
            return _IN_MAPS
        case "map", list():
            of = f"{_DYNAMODB}.{shape.value.name}"
            return f"Unrecognized collection type java.util.Map<java.lang.String, {of}>"
        case "structure", list():
            return f"Unrecognized collection type class {_DYNAMODB}.{shape.name}"
        case _, list():
            java = "java.nio.ByteBuffer" if kind == "Blob" else f"java.lang.{kind}"
            return f"Unrecognized collection type class {java}"
        case (("structure" | "map" | "list"), _):
            return "Unexpected field type"
        case "blob", _:
            return "only base-64-encoded strings are convertible to bytes"
        case "boolean", str():
            return "Unexpected token received from parser"
    token = _token(value).replace("NUMBER", "DECIMAL" if isinstance(value, float) else "NUMBER")
    return f"{token} cannot be converted to {kind}"


def _token(value: Any) -> str:
    """What Java's reader of JSON calls a value."""
    if isinstance(value, bool):
        return f"{value}_VALUE".upper()
    return "STRING_VALUE" if isinstance(value, (str, bytes)) else "NUMBER_VALUE"

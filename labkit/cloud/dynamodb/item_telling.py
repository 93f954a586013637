"""DynamoDB's items as JSON, told at once: moto asks the service's model of each value in them."""

from __future__ import annotations

import base64
from typing import Any

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.utilities import dynamo_to_dict

from labkit.cloud.cloud import Cloud, on_start

_structure: Any = BaseJSONSerializer._serialize_type_structure
Json = dict[str, Any]


@on_start
def install(_: Cloud) -> None:
    """Let moto do so."""
    serializer: Any = BaseJSONSerializer
    serializer._serialize_type_structure = _tell


def _tell(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    is_value = shape.name == "AttributeValue" and key and isinstance(value, dict)
    if is_value and serializer.operation_model.service_model.service_name == "dynamodb":
        serialized[key] = _told(dynamo_to_dict(value))
    else:
        _structure(serializer, serialized, value, shape, key)


def _told(value: Json) -> Json:
    return {kind: _TOLD.get(kind, _same)(held) for kind, held in value.items() if held is not None}


def _same(held: Any) -> Any:
    return held


def _binary(held: bytes | str) -> str:
    return held if isinstance(held, str) else base64.b64encode(held).decode()


def _each_binary(held: list[bytes | str]) -> list[str]:
    return [_binary(each) for each in held]


def _each_text(held: list[Any]) -> list[str]:
    return [str(each) for each in held]


def _list(held: list[Json]) -> list[Json]:
    return [_told(each) for each in held]


def _map(held: dict[str, Json]) -> dict[str, Json]:
    return {name: _told(each) for name, each in held.items()}


_TOLD: dict[str, Any] = {
    **dict.fromkeys(("S", "N"), str),
    **dict.fromkeys(("SS", "NS"), _each_text),
    "B": _binary,
    "BS": _each_binary,
    "L": _list,
    "M": _map,
}

"""A request as an operation and its parameters, read off botocore's own service models.

The server's half of AWS's JSON, REST-JSON and query protocols; `protocol` sends the answers.

Source: https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import base64
import functools
import json
import re
import urllib.parse
from dataclasses import dataclass
from typing import Any

from botocore.model import OperationModel, ServiceModel, Shape
from botocore.utils import parse_timestamp
from botocore.validate import ParamValidator

from labkit.cloud import newer, wire_types
from labkit.cloud.constraints import check_call
from labkit.cloud.operations import AwsError, handler_of
from labkit.cloud.protocol import (
    JSON_PROTOCOLS,
    NOT_FINITE,
    location_of,
    protocol_of,
    raw_path,
)

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Call:
    """An operation and where its parameters are to be read from."""

    operation: OperationModel
    uri: dict[str, str]


def as_form(
    model: ServiceModel | None, environ: dict[str, Any], body: bytes
) -> tuple[dict[str, Any], bytes]:
    """A call that is all in its address, which may be signed there, as the form that others send.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
    """
    query = urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if model is None or body or "Action" not in dict(query):
        return environ, body
    if protocol_of(model) != "query" and "awsQueryCompatible" not in model.metadata:
        return environ, body
    form = urllib.parse.urlencode([(k, v) for k, v in query if not k.startswith("X-Amz-")]).encode()
    path = raw_path(environ)
    told = {"REQUEST_METHOD": "POST", "QUERY_STRING": "", "REQUEST_URI": path, "RAW_URI": path}
    told |= {"CONTENT_TYPE": FORM, "CONTENT_LENGTH": str(len(form))}
    if key := dict(query).get("X-Amz-Credential"):  # by which moto knows the region
        told["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={key}, SignedHeaders=host"
    return environ | told, form


def find_call(model: ServiceModel, environ: dict[str, Any], body: bytes) -> Call | None:
    """The operation that a request names, by header, form field or route."""
    protocol = protocol_of(model)
    if protocol == "json":
        return _call(model, environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2])
    if protocol in ("query", "ec2"):
        form = urllib.parse.parse_qs(body.decode("utf-8", "replace"))
        return _call(model, form.get("Action", [""])[0])
    path, asked = raw_path(environ), set(environ.get("QUERY_STRING", "").split("&"))
    for method, pattern, fixed, name in _routes(model):
        if method != environ["REQUEST_METHOD"] or not fixed <= asked:
            continue
        if found := pattern.fullmatch(path):
            uri = {k: urllib.parse.unquote(v) for k, v in found.groupdict().items() if v}
            return _call(model, name, _member_names(model, name, uri))
    return None


def is_readable(model: ServiceModel) -> bool:
    """Whether `read_parameters` knows how a service's parameters are written."""
    return protocol_of(model) in (*JSON_PROTOCOLS, "query")


def read_parameters(call: Call, environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    """The operation's parameters, checked against its input shape.

    Raises:
        AwsError: the body does not parse, or a parameter is missing or of a wrong type.
    """
    shape = call.operation.input_shape
    if shape is None:
        return {}
    try:
        if protocol_of(call.operation.service_model) == "query":
            fields = urllib.parse.parse_qsl(body.decode(), True)
            newer.check_form(call.operation, dict(fields))
            parameters = read_form(shape, fields)
        else:
            parameters = _read_json(call, shape, environ, body)
    except ValueError as error:  # a number, a moment or a text that is none
        raise AwsError("SerializationException", str(error)) from error
    ours = handler_of(call.operation.service_model.service_name, call.operation.name) is not None
    return check_parameters(call.operation, parameters, cutting=ours)


def check_parameters(
    operation: OperationModel, parameters: dict[str, Any], *, cutting: bool = False
) -> dict[str, Any]:
    """An operation's parameters.

    Args:
        cutting: whether decimals for integers are cut.

    Raises:
        AwsError: the input shape has no room for one, or one lacks.
    """
    service, shape = operation.service_model.service_name, operation.input_shape
    report = _Validator().validate(parameters, shape)
    if report.has_errors() and cutting:
        parameters = wire_types.cut(shape, parameters)
        report = _Validator().validate(parameters, shape)
    if report.has_errors():
        wire_types.check(service, shape, parameters)
    check_call(service, operation.name, parameters)
    if report.has_errors():
        raise AwsError("ValidationException", report.generate_report())
    return parameters


def _call(model: ServiceModel, name: str, uri: dict[str, str] | None = None) -> Call | None:
    if name not in model.operation_names:
        return None
    return Call(model.operation_model(name), uri or {})


@functools.cache
def _routes(model: ServiceModel) -> list[tuple[str, re.Pattern[str], set[str], str]]:
    """(method, path pattern, fixed query, operation) of a REST service, most specific first."""
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        fixed = set(query.split("&")) if query else set()
        rank = (path.count("{"), -len(path), -len(fixed))
        found.append((rank, http["method"], _path_pattern(path), fixed, name))
    return [(m, p, q, n) for _, m, p, q, n in sorted(found, key=lambda route: route[0])]


def _path_pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\+?\})", path.rstrip("/"))
    return re.compile("".join(map(_path_part, parts)) + "/?")


def _path_part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name, greedy = part.strip("{}+"), part.endswith("+}")
    return f"(?P<{name}>{'.+' if greedy else '[^/]+'})"


def _member_names(model: ServiceModel, operation: str, uri: dict[str, str]) -> dict[str, str]:
    shape = model.operation_model(operation).input_shape
    members = shape.members.items() if shape else ()
    names = {s.serialization.get("name", k): k for k, s in members if location_of(s) == "uri"}
    return {names.get(k, k): v for k, v in uri.items()}


def _read_json(call: Call, shape: Any, environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    payload = shape.serialization.get("payload")
    parameters: dict[str, Any] = {}
    if payload and shape.members[payload].type_name == "blob":
        parameters[payload] = body
    elif body:
        parsed = _parse_body(body)
        target = shape.members[payload] if payload else shape
        newer.check(call.operation, target, parsed)
        loaded = load(target, parsed)
        parameters = {payload: loaded} if payload else loaded
    query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    newer.check_query(call.operation, query)
    parameters |= _read_headers_and_query(shape, environ, query)
    return parameters | {k: _from_text(shape.members[k], v) for k, v in call.uri.items()}


def _parse_body(body: bytes) -> Any:
    try:
        parsed = json.loads(body)
        if b"\\u" in body:
            json.dumps(parsed, ensure_ascii=False).encode()  # fails for half of a character
    except (ValueError, RecursionError) as error:
        raise AwsError("SerializationException", f"The body is not JSON: {error}") from error
    if isinstance(parsed, list):
        raise AwsError("SerializationException", wire_types.IN_LISTS)
    if not isinstance(parsed, dict):
        raise AwsError("SerializationException", "The body is not a JSON object")
    return parsed


def _read_headers_and_query(
    shape: Any, environ: dict[str, Any], query: dict[str, list[str]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        if location_of(member) == "querystring" and wire in query:
            values = query[wire]
            found[name] = values if member.type_name == "list" else _from_text(member, values[0])
        header = environ.get("HTTP_" + wire.upper().replace("-", "_"))
        if location_of(member) == "header" and header is not None:
            found[name] = _from_text(member, header)
    return found


def _from_text(shape: Shape, text: str) -> Any:
    match shape.type_name:
        case "integer" | "long" if _WHOLE.fullmatch(text):
            return int(text)
        case "float" | "double" if "_" not in text:
            return float(text)
        case "boolean" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "integer" | "long" | "float" | "double" | "boolean" as kind:
            raise ValueError(f"{text!r} is no {kind}")
        case "timestamp":
            return parse_timestamp(text)
        case "blob":
            return base64.b64decode(text)
        case "string" if shape.serialization.get("jsonvalue"):
            return json.loads(base64.b64decode(text))
    return text


class _Validator(ParamValidator):  # type: ignore[misc]
    """botocore's, which takes true and false for numbers."""

    def _validate_integer(self, param: Any, shape: Shape, errors: Any, name: str) -> None:
        if isinstance(param, bool):
            errors.report(name, "invalid type", param=param, valid_types=[int])
        else:
            super()._validate_integer(param, shape, errors, name)

    _validate_long = _validate_integer


_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)


def load(shape: Any, value: Any) -> Any:
    """A JSON value as Python's, by its shape."""
    if value is None:
        return None
    match shape.type_name:
        case "structure" if isinstance(value, dict):
            if getattr(shape, "is_document_type", False):
                return value
            names = {s.serialization.get("name", k): k for k, s in shape.members.items()}
            return {
                names[k]: load(shape.members[names[k]], v)
                for k, v in value.items()
                if k in names and v is not None
            }
        case "list" if isinstance(value, list):
            return [load(shape.member, item) for item in value]
        case "map" if isinstance(value, dict):
            return {k: load(shape.value, v) for k, v in value.items()}
        case "timestamp" if not isinstance(value, (dict, list, bool)):
            return parse_timestamp(value)
        case "blob" if isinstance(value, str):
            return base64.b64decode(value)
        case "float" | "double" if isinstance(value, int) or value in NOT_FINITE.values():
            return float(value)
    return value


def read_form(shape: Any, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The members of a query request, by their shape."""
    fields = dict(pairs)
    found = _form_value(shape, "", fields)
    return found if isinstance(found, dict) else {}


def _form_value(shape: Any, prefix: str, fields: dict[str, str]) -> Any:
    """A member of a query request: ``Tags.member.1.Key=a`` and its like."""
    dotted = f"{prefix}." if prefix else ""
    match shape.type_name:
        case "structure":
            found = {
                k: _form_value(s, dotted + s.serialization.get("name", k), fields)
                for k, s in shape.members.items()
            }
            return {k: v for k, v in found.items() if v is not None} or (None if prefix else {})
        case "list" if fields.get(prefix) == "":
            return []
        case "list":
            item = shape.member.serialization.get("name", "member")
            stem = prefix if shape.serialization.get("flattened") else f"{prefix}.{item}"
            return _form_list(shape.member, stem, fields)
        case "map":
            stem = prefix if shape.serialization.get("flattened") else f"{prefix}.entry"
            return _form_map(shape, stem, fields)
    return _from_text(shape, fields[prefix]) if prefix in fields else None


def _form_list(member: Any, stem: str, fields: dict[str, str]) -> list[Any] | None:
    """The items of a list."""
    return [_form_value(member, each, fields) for each in _numbered(stem, fields)] or None


def _form_map(shape: Any, stem: str, fields: dict[str, str]) -> dict[str, Any] | None:
    """The entries of a map: ``Attributes.entry.1.key=a`` and ``Attributes.entry.1.value=b``."""
    key, value = (
        each.serialization.get("name", name)
        for each, name in ((shape.key, "key"), (shape.value, "value"))
    )
    return {
        fields.get(f"{each}.{key}", ""): _form_value(shape.value, f"{each}.{value}", fields)
        for each in _numbered(stem, fields)
    } or None


def _numbered(stem: str, fields: dict[str, str]) -> list[str]:
    """The beginnings of fields that are numbered from 1 on.

    Raises:
        ValueError: a number is left out, so that what follows would be, too.
    """
    inside = (k.removeprefix(f"{stem}.") for k in fields if k.startswith(f"{stem}."))
    numbers = {rest.partition(".")[0] for rest in inside}
    ordered = list(map(str, range(1, len(numbers) + 1)))
    if numbers != set(ordered):
        raise ValueError(f"The members of {stem} are not numbered from 1 on")
    return [f"{stem}.{number}" for number in ordered]

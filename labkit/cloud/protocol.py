"""AWS's wire protocols, server side, read off botocore's own service models.

botocore knows every operation's name, route and shapes, but only the client's half of the wire.
This is the other half for the JSON, REST-JSON and query protocols: an answer becomes bytes here, an
error in `refusing`, a request an operation and its parameters in `receiving`. S3 (REST-XML) is
spoken by moto.

Source: https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import base64
import datetime
import functools
import http.client
import json
import re
import threading
import uuid
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import botocore.session
import moto.core.utils
from botocore.model import OperationModel, ServiceModel, Shape

# Signing names that are not the service's name in botocore.
SERVICE_OF_SIGNING_NAME = {
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
    "redshift-data": "redshift-data",
    "elasticmapreduce": "emr",
    "tagging": "resourcegroupstaggingapi",
}
# Services that share a signing name, by the beginning of their paths.
SERVICE_OF_PATH = {("ses", "/v2/"): "sesv2", ("glue", "/iceberg/"): "iceberg-rest"}
# And by what their targets begin with.
SERVICE_OF_TARGET = {("dynamodb", "DynamoDBStreams_"): "dynamodbstreams"}
JSON_PROTOCOLS = ("json", "rest-json")
# What JSON has no number for. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_session = botocore.session.Session()
# moto takes a loader for each model, which lists the folders of all services again.
moto.core.utils.create_loader = functools.cache(moto.core.utils.create_loader)


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def status_line(status: int) -> str:
    """A status with its name: ``404 Not Found``."""
    return f"{status} {http.client.responses.get(status, 'Error')}"


def service_model(service: str) -> ServiceModel | None:
    """botocore's model of a service, ``None`` when it has none of that name.

    It is read once, however many ask for it at a time.
    """
    with _reading:
        return _model(service) if service in _services() else None


_reading = threading.RLock()


@functools.cache
def _services() -> frozenset[str]:
    return frozenset(_session.get_available_services())


@functools.cache
def _model(service: str) -> ServiceModel:
    return moto.core.utils.get_service_model(service)  # it is read once for both


def protocol_of(model: ServiceModel) -> str:
    """The wire protocol that this module speaks with a service."""
    known = (*JSON_PROTOCOLS, "query", "ec2", "rest-xml")
    offered = model.metadata.get("protocols") or [model.metadata["protocol"]]
    return next((p for p in known if p in offered), str(model.metadata["protocol"]))


def location_of(shape: Shape) -> str | None:
    """Where a member stands, if not in the body: ``uri``, ``header``, ``querystring``, ..."""
    found: str | None = shape.serialization.get("location")
    return found


def raw_path(environ: dict[str, Any]) -> str:
    """The request's path as it was sent, still percent-encoded."""
    sent = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ.get("PATH_INFO", "/")
    return str(sent).partition("?")[0] or "/"


def answer(operation: OperationModel, result: dict[str, Any]) -> Reply:
    """An operation's result as its protocol sends it."""
    request_id = str(result.get("RequestId") or uuid.uuid4())
    if protocol_of(operation.service_model) == "query":
        return _xml_answer(operation, result, request_id)
    shape = operation.output_shape
    headers, status = _answer_headers(shape, result, request_id)
    status = status or operation.http.get("responseCode", 200)
    payload = shape.serialization.get("payload") if shape else None
    if shape and payload and shape.members[payload].type_name == "blob":
        content = result.get(payload, b"")
        body = content if isinstance(content, bytes) else content.read()
    elif shape and payload:
        body = to_json(dump(shape.members[payload], result.get(payload)) or {})
    else:
        body = to_json(dump(shape, result) or {}) if shape else b"{}"
    return Reply(status, headers | {"Content-Type": json_type(operation.service_model)}, body)


def json_type(model: ServiceModel) -> str:
    """What a service calls its JSON."""
    if protocol_of(model) == "rest-json":
        return "application/json"
    return f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.1')}"


def _answer_headers(
    shape: Any, result: dict[str, Any], request_id: str
) -> tuple[dict[str, str], int | None]:
    headers, status = {"x-amzn-RequestId": request_id}, None
    for name, member in shape.members.items() if shape else ():
        value = result.get(name)
        if location_of(member) == "header" and value is not None:
            headers[member.serialization.get("name", name)] = str(value)
        if location_of(member) == "statusCode":
            status = value
    return headers, status


def to_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=str).encode()


def dump(shape: Any, value: Any) -> Any:
    """A Python value as JSON's, by its shape; members that the shape lacks are left out."""
    if value is None or shape is None:
        return None
    match shape.type_name:
        case "structure":
            if getattr(shape, "is_document_type", False):
                return value
            return {
                tag: dump(member, value[name])
                for tag, name, member, place in _members(shape)
                if place is None and value.get(name) is not None
            }
        case "list":
            return [dump(shape.member, item) for item in value]
        case "map":
            return {k: dump(shape.value, v) for k, v in value.items()}
        case "timestamp":
            return _epoch(shape, value)
        case "blob":
            return base64.b64encode(value).decode()
        case "integer" | "long":
            return int(value)
        case "float" | "double":
            return NOT_FINITE.get(repr(float(value)), float(value))
    return value


@functools.cache
def _members(shape: Any) -> list[tuple[str, str, Any, str | None]]:
    """Each member of a structure: what it is called on the wire, its name, its shape and place."""
    members = shape.members.items()
    return [(s.serialization.get("name", name), name, s, location_of(s)) for name, s in members]


def _epoch(shape: Any, value: Any) -> Any:
    """A moment's whole milliseconds, cut as moto cuts them: one record, one time in all answers."""
    moment = _moment(value)
    if shape.serialization.get("timestampFormat") == "iso8601":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000).timestamp()


def _moment(value: Any) -> datetime.datetime:
    if isinstance(value, (int, float)):
        return datetime.datetime.fromtimestamp(value, datetime.UTC)
    found = datetime.datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _xml_answer(operation: OperationModel, result: dict[str, Any], request_id: str) -> Reply:
    namespace = operation.service_model.metadata.get("xmlNamespace", "")
    shape = operation.output_shape
    wrapper = shape.serialization.get("resultWrapper") if shape else None
    inner = _xml_members(shape, result) if shape else ""
    inner = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
    body = (
        f'<{operation.name}Response xmlns="{namespace}">{inner}<ResponseMetadata><RequestId>'
        f"{request_id}</RequestId></ResponseMetadata></{operation.name}Response>"
    )
    return Reply(200, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode())


def xml_document(operation: str, root: str, result: dict[str, Any]) -> bytes:
    """The result of an operation of S3 as a document of its own, as REST-XML sends it.

    What is listed comes behind what the list is of: clients that read the document as it comes,
    such as the SDK for Java, give each entry its bucket and owner.
    """
    model = moto.core.utils.get_service_model("s3")
    namespace = model.metadata.get("xmlNamespace") or S3_NAMESPACE
    members = model.operation_model(operation).output_shape.members.items()
    inner = "".join(
        _xml(shape, shape.serialization.get("name", name), result[name], _MILLISECONDS)
        for name, shape in sorted(members, key=lambda m: (m[1].type_name == "list", m[0] != "Name"))
        if result.get(name) is not None
    )
    prolog = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{prolog}<{root} xmlns="{namespace}">{inner}</{root}>'.encode()


_SECONDS, _MILLISECONDS = "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z"


def _xml_members(shape: Any, value: dict[str, Any], moments: str = _SECONDS) -> str:
    return "".join(
        _xml(member, tag, value[name], moments)
        for tag, name, member, _ in _members(shape)
        if value.get(name) is not None
    )


def _xml(shape: Any, tag: str, value: Any, moments: str = _SECONDS) -> str:
    match shape.type_name:
        case "structure":
            return f"<{tag}>{_xml_members(shape, value, moments)}</{tag}>"
        case "list" if shape.serialization.get("flattened"):
            return "".join(_xml(shape.member, tag, item, moments) for item in value)
        case "list":
            item_tag = shape.member.serialization.get("name", "member")
            inner = "".join(_xml(shape.member, item_tag, item, moments) for item in value)
            return f"<{tag}>{inner}</{tag}>"
        case "map" if shape.serialization.get("flattened"):
            return "".join(_xml_entry(shape, k, v, tag) for k, v in value.items())
        case "map":
            return f"<{tag}>{''.join(_xml_entry(shape, k, v) for k, v in value.items())}</{tag}>"
        case "boolean":
            text = "true" if value else "false"
        case "timestamp":
            text = _moment(value).astimezone(datetime.UTC).strftime(moments)
        case "blob":
            text = base64.b64encode(value).decode()
        case _:
            text = escaped(value)
    return f"<{tag}>{text}</{tag}>"


def escaped(value: Any) -> str:
    """A text in XML, which has no room for most control characters, and reads CR LF as LF."""
    return escape(_NOT_IN_XML.sub("\ufffd", str(value)), {"\r": "&#13;"})


_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml_entry(shape: Any, key: str, value: Any, tag: str = "entry") -> str:
    key_tag = shape.key.serialization.get("name", "key")
    value_tag = shape.value.serialization.get("name", "value")
    return f"<{tag}>{_xml(shape.key, key_tag, key)}{_xml(shape.value, value_tag, value)}</{tag}>"

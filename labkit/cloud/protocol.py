"""AWS's wire protocols, server side, read off botocore's own service models.

botocore knows every operation's name, route and shapes, but only the client's half of the wire.
This is the other half for the JSON, REST-JSON and query protocols: an answer becomes bytes here, a
request an operation and its parameters in `receiving`. S3 (REST-XML) is spoken by moto.

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

from labkit.cloud.operations import AwsError

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
                s.serialization.get("name", k): dump(s, value[k])
                for k, s in shape.members.items()
                if value.get(k) is not None and location_of(s) is None
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
    return value


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
        _xml(s, s.serialization.get("name", k), value[k], moments)
        for k, s in shape.members.items()
        if value.get(k) is not None
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
            text = _escaped(value)
    return f"<{tag}>{text}</{tag}>"


def _escaped(value: Any) -> str:
    """A text in XML, which has no room for most control characters."""
    return escape(_NOT_IN_XML.sub("\ufffd", str(value)))


_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml_entry(shape: Any, key: str, value: Any, tag: str = "entry") -> str:
    key_tag = shape.key.serialization.get("name", "key")
    value_tag = shape.value.serialization.get("name", "value")
    return f"<{tag}>{_xml(shape.key, key_tag, key)}{_xml(shape.value, value_tag, value)}</{tag}>"


def _members_of(model: ServiceModel, code: str) -> Any:
    """The members of an error's shape; none of an error that the service does not name."""
    return model.shape_for(code).members if code in model.shape_names else ()


# What S3 calls a request that is not signed as it should be, as other services call it.
_UNSIGNED_IN_JSON = {
    "InvalidAccessKeyId": "UnrecognizedClientException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}
_UNSIGNED_IN_FORMS = {
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidAccessKeyId": "InvalidClientTokenId",
}


def refuse(model: ServiceModel | None, error: AwsError) -> Reply:
    """An error as the service's protocol sends it; S3's XML where the service is not known."""
    request_id = str(uuid.uuid4())
    protocol = protocol_of(model) if model else "rest-xml"
    headers = {"x-amzn-RequestId": request_id, "x-amz-request-id": request_id}
    if model and protocol in JSON_PROTOCOLS:
        code = _UNSIGNED_IN_JSON.get(error.code, error.code)
        said = _of_its_shape(model, code)
        fields = {"__type": said, "message": error.message, "Message": error.message}
        if "RequestId" in _members_of(model, code):
            fields["RequestId"] = request_id
        headers |= {"Content-Type": json_type(model), "x-amzn-errortype": said}
        if "awsQueryCompatible" in model.metadata:
            headers["x-amzn-query-error"] = f"{_query_code(model, code)};Sender"
        return Reply(error.status, headers, to_json(fields | error.details))
    in_forms = _UNSIGNED_IN_FORMS if protocol == "query" else {}
    code = in_forms.get(error.code, error.code)
    inner = f"<Code>{_escaped(code)}</Code><Message>{_escaped(error.message)}</Message>"
    if protocol == "rest-xml":
        inner += "".join(f"<{k}>{_escaped(v)}</{k}>" for k, v in error.details.items())
        body = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    else:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    prolog = '<?xml version="1.0" encoding="UTF-8"?>'
    return Reply(
        error.status, headers | {"Content-Type": "application/xml"}, (prolog + body).encode()
    )


def refuse_unknown(error: AwsError, content_type: str) -> Reply:
    """A refusal by a service that is not known: in JSON, as nearly all speak, unless in forms."""
    if content_type.startswith("application/x-www-form-urlencoded"):
        return refuse(None, error)
    headers = {"x-amzn-RequestId": str(uuid.uuid4()), "x-amzn-errortype": error.code}
    said = {"__type": error.code, "message": error.message, "Message": error.message}
    sent = content_type if content_type.startswith("application/x-amz-json") else "application/json"
    return Reply(error.status, headers | {"Content-Type": sent}, to_json(said))


def _of_its_shape(model: ServiceModel, code: str) -> str:
    """An error's code; of services that spoke forms before JSON, with where its shape is from."""
    spoke_forms = "awsQueryCompatible" in model.metadata
    return f"com.amazonaws.{model.service_name}#{code}" if spoke_forms else code


def _query_code(model: ServiceModel, code: str) -> str:
    """What an error was called when its service spoke forms."""
    shape = model.shape_for(code) if code in model.shape_names else None
    return str(shape.metadata.get("error", {}).get("code", code)) if shape else code

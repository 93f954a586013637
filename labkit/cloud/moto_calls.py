"""moto's application, called in process, and what it says in our words."""

from __future__ import annotations

import io
import json
import logging
import re
import uuid
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import moto.core.responses
from botocore.model import ServiceModel
from moto.core import DEFAULT_ACCOUNT_ID

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError
from labkit.cloud.state import wants_room

log = logging.getLogger(__name__)
#: DynamoDB's, of its answers: clients compare it.
_CHECKSUM = "x-amz-crc32"
# Whose answers may be large, and have no members of moto's own.
_LARGE = ("dynamodb", "dynamodbstreams", "kinesis", "logs", "sqs")
_NULL = re.compile(rb":\s*null\b")
_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_BEGINNING = re.compile(rb"(?:\w+: )?An error occurred \(\w+\) +when calling the \w+ operation: +")


class Moto:
    """moto's application, called in process; its unhandled errors become ``None``.

    It is told the account, of which there is one. By itself it looks for a request's key among
    IAM's users, and makes IAM anew for each of AWS's partitions to find that none there has it:
    half a second of a first call.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        moto.core.responses.gen_amzn_requestid_long = _request_id  # type: ignore[assignment]

    def call(self, environ: dict[str, Any], body: bytes) -> protocol.Reply | None:
        """moto's answer; ``None`` where it has none (a missing operation, or a crash).

        Raises:
            OSError, sqlite3.Error: what it makes has no room on the disk.
        """
        environ = {
            **environ,
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_MOTO_ACCOUNT_ID": DEFAULT_ACCOUNT_ID,
        }
        seen: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            seen.update(status=int(status[:3]), headers=dict(headers))

        try:
            content = b"".join(self._app(environ, start))
        except Exception as error:  # whatever moto trips over is one thing: no answer
            if wants_room(error):
                raise
            log.info("moto has no answer to %s", environ.get("HTTP_X_AMZ_TARGET"), exc_info=True)
            return None
        html = seen["headers"].get("Content-Type", "").startswith("text/html")
        if seen["status"] >= 500 or (seen["status"] == 404 and html and b"<!doctype" in content):
            return None
        if seen["status"] >= 400:
            content = _with_both_messages(_without_beginning(content))
        if _CHECKSUM in seen["headers"]:
            seen["headers"][_CHECKSUM] = str(zlib.crc32(content))
        return protocol.Reply(seen["status"], seen["headers"], content)


def _without_beginning(content: bytes) -> bytes:
    """An error whose message does not begin as clients begin it when they print one."""
    told, begins = _BEGINNING.subn(b"", content)
    return re.sub(rb" {2,}", b" ", told) if begins else content


def _with_both_messages(content: bytes) -> bytes:
    """An error in JSON, its message in both spellings: clients read the one that a model names."""
    try:
        told = json.loads(content)
    except ValueError:
        return content
    words = told.get("message", told.get("Message")) if isinstance(told, dict) else None
    return protocol.to_json({"message": words, "Message": words} | told) if words else content


def with_own_status(model: ServiceModel, reply: protocol.Reply) -> protocol.Reply:
    """An error in XML with the status that the service's model gives it; moto has 400 for many."""
    found = _CODE.search(reply.body) if reply.status >= 400 else None
    if found is None:
        return reply
    errors = (shape.metadata.get("error", {}) for shape in model.error_shapes)
    known = {each.get("code"): each.get("httpStatusCode") for each in errors}
    return replace(reply, status=known.get(found[1].decode()) or reply.status)


def as_modelled(model: ServiceModel, operation: str, reply: protocol.Reply) -> protocol.Reply:
    """An answer in JSON as the model has it; of REST with the status of the model.

    moto tells what is not there as null, tells members of its own, among them the secrets of
    EventBridge's connections, and calls JSON HTML; its status is 200, 201 or 204 as it comes, and
    400 for some errors. An operation that tells a status of its own keeps it.
    """
    if protocol.protocol_of(model) in protocol.JSON_PROTOCOLS and reply.status < 300:
        reply = _as_json(model, model.operation_model(operation).output_shape, reply)
    if protocol.protocol_of(model) != "rest-json" or reply.status in (304, *range(500, 600)):
        return reply
    asked = model.operation_model(operation)
    if reply.status >= 400:
        code = {k.lower(): v for k, v in reply.headers.items()}.get("x-amzn-errortype")
        shape = next((each for each in model.error_shapes if each.name == code), None)
        if shape is None:
            return reply
        status = shape.metadata.get("error", {}).get("httpStatusCode") or reply.status
        return replace(reply, status=status, body=_with_type(shape, reply.body))
    members = asked.output_shape.members.values() if asked.output_shape else ()
    if any(each.serialization.get("location") == "statusCode" for each in members):
        return reply
    return replace(reply, status=asked.http.get("responseCode") or reply.status)


def _as_json(model: ServiceModel, shape: Any, reply: protocol.Reply) -> protocol.Reply:
    body, json_type = reply.body, protocol.json_type(model)
    if shape is None or not body:
        body = body if protocol.protocol_of(model) == "rest-json" else b"{}"
    elif shape.serialization.get("payload") or body[:1] != b"{":
        return reply
    elif model.service_name not in _LARGE or _NULL.search(body):
        body = protocol.to_json(_told(shape, json.loads(body)))
    kept = {k: v for k, v in reply.headers.items() if k.lower() != "content-type"}
    if _CHECKSUM in kept:
        kept[_CHECKSUM] = str(zlib.crc32(body))
    return replace(reply, headers=kept | {"Content-Type": json_type}, body=body)


def _told(shape: Any, value: Any) -> Any:
    """A value whose structures have the members of their shapes, and no null."""
    match shape.type_name, value:
        case "structure", dict() if not getattr(shape, "is_document_type", False):
            known = {each.serialization.get("name", k): each for k, each in shape.members.items()}
            return {k: _told(known[k], v) for k, v in value.items() if k in known and v is not None}
        case "list", list():
            return [_told(shape.member, each) for each in value]
        case "map", dict():
            return {k: _told(shape.value, each) for k, each in value.items()}
    return value


def _with_type(shape: Any, content: bytes) -> bytes:
    """An error that says whose mistake it is, where its shape does, as Lambda's do."""
    if "Type" not in shape.members:
        return content
    return protocol.to_json({"Type": "User"} | json.loads(content or b"{}"))


def _request_id(headers: dict[str, Any] | None = None) -> str:
    """A request's number as AWS has it; moto's is a word of 52 letters."""
    number = str(uuid.uuid4())
    if headers is not None:
        headers["x-amzn-requestid"] = number
    return number


def from_moto(error: Any) -> AwsError:
    """An error that moto's records raise, in our words for it."""
    code = getattr(error, "error_type", None) or getattr(error, "code", None)
    status = error.code if isinstance(getattr(error, "code", None), int) else 400
    return AwsError(str(code or type(error).__name__), str(error.message), status)

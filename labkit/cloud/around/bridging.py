"""What older and other clients say to services that speak JSON, as that JSON.

SQS and CloudWatch were asked in forms and answered in XML, and still are by SDKs from before 2023
and 2025. Some speak CBOR to CloudWatch, to Resource Groups Tagging and to more services each year.
A request becomes JSON once its signature is known, its answer goes back.

Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html
and https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

import copy
import functools
import io
import json
import urllib.parse
import uuid
from abc import ABC, abstractmethod
from typing import Any

from botocore.model import ServiceModel
from botocore.parsers import ResponseParserError, RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

from labkit.cloud import newer, protocol, receiving, refusing
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import Reply

Environ = dict[str, Any]
_CBOR, _EMPTY = "rpc-v2-cbor", b"\xa0"
# What botocore's reader raises at bytes that are no CBOR.
_NO_CBOR = (ResponseParserError, ArithmeticError, MemoryError, RecursionError, TypeError)
_QUEUES = "http://queue.amazonaws.com/doc/2012-11-05/"
# What SQS's lists and maps are called in forms and XML, by their shapes; botocore forgot it.
_NAMES = {
    "AWSAccountIdList": "AWSAccountId",
    "ActionNameList": "ActionName",
    "AttributeNameList": "AttributeName",
    "BatchResultErrorEntryList": "BatchResultErrorEntry",
    "ChangeMessageVisibilityBatchRequestEntryList": "ChangeMessageVisibilityBatchRequestEntry",
    "ChangeMessageVisibilityBatchResultEntryList": "ChangeMessageVisibilityBatchResultEntry",
    "DeleteMessageBatchRequestEntryList": "DeleteMessageBatchRequestEntry",
    "DeleteMessageBatchResultEntryList": "DeleteMessageBatchResultEntry",
    "MessageAttributeNameList": "MessageAttributeName",
    "MessageBodyAttributeMap": "MessageAttribute",
    "MessageBodySystemAttributeMap": "MessageSystemAttribute",
    "MessageList": "Message",
    "MessageSystemAttributeList": "MessageSystemAttributeName",
    "MessageSystemAttributeMap": "Attribute",
    "QueueAttributeMap": "Attribute",
    "QueueUrlList": "QueueUrl",
    "SendMessageBatchRequestEntryList": "SendMessageBatchRequestEntry",
    "SendMessageBatchResultEntryList": "SendMessageBatchResultEntry",
    "TagKeyList": "TagKey",
    "TagMap": "Tag",
}


class Bridge(ABC):
    """Between a client's protocol and a service's JSON.

    Args:
        model: of the service.
        name: of the operation.
    """

    def __init__(self, model: ServiceModel, name: str) -> None:
        self.model, self.name = model, name
        known = name in model.operation_names
        self.operation = model.operation_model(name) if known else None

    def forth(self, environ: Environ, body: bytes) -> tuple[Environ, bytes]:
        """A request as JSON."""
        shape = self.operation.input_shape if self.operation else None
        said = protocol.dump(shape, self._read(environ, body)) if shape else {}
        target = f"{self.model.metadata['targetPrefix']}.{self.name}"
        told = {"PATH_INFO": "/", "RAW_URI": "/", "REQUEST_URI": "/", "QUERY_STRING": ""}
        told |= {"CONTENT_TYPE": "application/x-amz-json-1.0", "HTTP_X_AMZ_TARGET": target}
        return environ | told, protocol.to_json(said)

    def back(self, reply: Reply) -> Reply:
        """The answer to it as the client reads it."""
        said = json.loads(reply.body or b"{}")
        if reply.status < 300:
            shape = self.operation.output_shape if self.operation else None
            return self._answer(receiving.load(shape, said) if shape else {})
        headers = {name.lower(): value for name, value in reply.headers.items()}
        code = headers.get("x-amzn-query-error", "").partition(";")[0]
        words = str(said.get("message") or said.get("Message") or "")
        kind = str(said.get("__type", "")).rpartition("#")[2]
        return self._refusal(AwsError(code or kind, words, reply.status), kind)

    @abstractmethod
    def _read(self, environ: Environ, body: bytes) -> dict[str, Any]: ...

    @abstractmethod
    def _answer(self, result: dict[str, Any]) -> Reply: ...

    @abstractmethod
    def _refusal(self, error: AwsError, kind: str) -> Reply: ...


class Forms(Bridge):
    """AWS's query protocol."""

    def _read(self, environ: Environ, body: bytes) -> dict[str, Any]:
        operation = _in_forms(self.model).operation_model(self.name)
        shape, fields = operation.input_shape, urllib.parse.parse_qsl(body.decode(), True)
        newer.check_form(operation, dict(fields))
        try:
            found = receiving.read_form(shape, fields)
        except ValueError as error:
            raise AwsError("MalformedInput", str(error)) from error
        path = protocol.raw_path(environ)
        if "QueueUrl" in shape.members and path.count("/") > 1:  # where a form was sent to
            found.setdefault("QueueUrl", f"http://{environ['HTTP_HOST']}{path}")
        return found

    def _answer(self, result: dict[str, Any]) -> Reply:
        return protocol.answer(_in_forms(self.model).operation_model(self.name), result)

    def _refusal(self, error: AwsError, kind: str) -> Reply:
        return refusing.refuse(_in_forms(self.model), error)


class Cbor(Bridge):
    """Smithy's RPC in CBOR."""

    def _read(self, environ: Environ, body: bytes) -> dict[str, Any]:
        try:
            found = RpcV2CBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body or _EMPTY)))
        except (*_NO_CBOR, ValueError) as error:
            raise AwsError("SerializationException", f"The body is not CBOR: {error}") from error
        newer.check(self.operation, self.operation and self.operation.input_shape, found)
        return receiving.check_parameters(self.operation, found)

    def _answer(self, result: dict[str, Any]) -> Reply:
        shape, body = self.operation and self.operation.output_shape, bytearray()
        if shape:
            RpcV2CBORSerializer()._serialize_data_item(body, result, shape)
        return self._reply(200, bytes(body or _EMPTY), {})

    def _refusal(self, error: AwsError, kind: str) -> Reply:
        texts = ("__type", kind, "message", error.message)
        body = b"\xa2" + b"".join(map(_text, texts))
        had_forms = "awsQueryCompatible" in self.model.metadata
        headers = {"x-amzn-query-error": f"{error.code};Sender"} if had_forms else {}
        return self._reply(error.status, body, headers)

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> Reply:
        told = {"Content-Type": "application/cbor", "smithy-protocol": _CBOR}
        told["x-amzn-RequestId"] = str(uuid.uuid4())
        return Reply(status, told | headers, body)


def bridge_of(model: ServiceModel | None, environ: Environ, body: bytes) -> Bridge | None:
    """What is between a request and its service; ``None`` where it speaks the service's JSON."""
    if model is None or protocol.protocol_of(model) != "json":
        return None
    if environ.get("HTTP_SMITHY_PROTOCOL") == _CBOR:
        return Cbor(model, protocol.raw_path(environ).rpartition("/")[2])
    in_form = environ.get("CONTENT_TYPE", "").startswith(receiving.FORM)
    if in_form and "awsQueryCompatible" in model.metadata:
        form = urllib.parse.parse_qs(body.decode("utf-8", "replace"))
        return Forms(model, form.get("Action", [""])[0])
    return None


@functools.cache
def _in_forms(model: ServiceModel) -> ServiceModel:
    """A service's model as it was when it spoke forms."""
    said = copy.deepcopy(model._service_description)
    said["metadata"] |= {"protocols": ["query"]}
    said["metadata"].setdefault("xmlNamespace", _QUEUES)
    for name, operation in said["operations"].items():
        operation.get("output", {}).setdefault("resultWrapper", f"{name}Result")
    names = _NAMES if model.service_name == "sqs" else {}
    for name, shape in said["shapes"].items():
        if shape["type"] == "map" and name in names:
            of_tags = name == "TagMap"
            shape["key"]["locationName"] = "Key" if of_tags else "Name"
            shape["value"]["locationName"] = "Value"
        for member in shape.get("members", {}).values():
            if member["shape"] in names:
                member["locationName"] = names[member["shape"]]
    return ServiceModel(said, model.service_name)


def _text(said: str) -> bytes:
    """A text in CBOR, its length in four bytes."""
    content = said.encode()
    return b"\x7a" + len(content).to_bytes(4, "big") + content

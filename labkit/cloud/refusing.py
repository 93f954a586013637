"""An error as each of AWS's wire protocols sends it: see `protocol`, which sends answers.

Source: https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import uuid
from typing import Any

from botocore.model import ServiceModel

from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import JSON_PROTOCOLS, Reply, escaped, json_type, protocol_of, to_json

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
    "UnknownOperationException": "InvalidAction",
}
# What SQS calls in JSON what it calls otherwise in forms.
_OF_SQS = {
    "InvalidParameterValue": "InvalidParameterValueException",
    "MissingParameter": "MissingRequiredParameterException",
}


def refuse(model: ServiceModel | None, error: AwsError, *, unknown: str = "rest-xml") -> Reply:
    """An error as the service's protocol sends it; S3's XML where the service is not known."""
    request_id = str(uuid.uuid4())
    protocol = protocol_of(model) if model else unknown
    headers = {"x-amzn-RequestId": request_id, "x-amz-request-id": request_id}
    if model and protocol in JSON_PROTOCOLS:
        code = _UNSIGNED_IN_JSON.get(error.code, error.code)
        said = _of_its_shape(model, code)
        fields = {"__type": said}
        if error.message:
            fields |= {"message": error.message, "Message": error.message}
        if "RequestId" in _members_of(model, code):
            fields["RequestId"] = request_id
        if "Type" in _members_of(model, code):  # whose mistake it is, as Lambda tells
            fields["Type"] = "User"
        headers |= {"Content-Type": json_type(model), "x-amzn-errortype": said}
        if "awsQueryCompatible" in model.metadata:
            headers["x-amzn-query-error"] = f"{_query_code(model, code)};Sender"
        return Reply(error.status, headers, to_json(fields | error.details))
    in_forms = _UNSIGNED_IN_FORMS if protocol == "query" else {}
    code = in_forms.get(error.code, error.code)
    inner = f"<Code>{escaped(code)}</Code><Message>{escaped(error.message)}</Message>"
    if protocol == "rest-xml":
        inner += "".join(f"<{k}>{escaped(v)}</{k}>" for k, v in error.details.items())
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


def refuse_unknown(service: str, error: AwsError, content_type: str) -> Reply:
    """A refusal by a service that is not known: in JSON, as nearly all speak, unless in forms.

    S3's other names (``s3express``, ``s3-object-lambda``) speak XML.
    """
    if service.startswith("s3"):
        return refuse(None, error)
    if content_type.startswith("application/x-www-form-urlencoded"):
        return refuse(None, error, unknown="query")
    headers = {"x-amzn-RequestId": str(uuid.uuid4()), "x-amzn-errortype": error.code}
    said = {"__type": error.code, "message": error.message, "Message": error.message}
    sent = content_type if content_type.startswith("application/x-amz-json") else "application/json"
    return Reply(error.status, headers | {"Content-Type": sent}, to_json(said))


def _of_its_shape(model: ServiceModel, code: str) -> str:
    """An error's code; of services that spoke forms before JSON, with where its shape is from."""
    if "awsQueryCompatible" not in model.metadata:
        return code
    code = _OF_SQS.get(code, code) if model.service_name == "sqs" else code
    if code not in model.shape_names:
        told = ((each.metadata.get("error") or {}, each.name) for each in model.error_shapes)
        code = next((name for error, name in told if error.get("code") == code), code)
    return f"com.amazonaws.{model.service_name}#{code}"


def _query_code(model: ServiceModel, code: str) -> str:
    """What an error was called when its service spoke forms."""
    shape = model.shape_for(code) if code in model.shape_names else None
    return str(shape.metadata.get("error", {}).get("code", code)) if shape else code


def _members_of(model: ServiceModel, code: str) -> Any:
    """The members of an error's shape; none of an error that the service does not name."""
    return model.shape_for(code).members if code in model.shape_names else ()

"""Calls of AWS's APIs as a task makes them: names in Pascal case, answers as JSON.

The optimized integrations speak as the first AWS SDK for Java did, ``aws-sdk`` ones as the second:
times as milliseconds or as ISO 8601, errors as ``SQS.AmazonSQSException`` or ``Sqs.SqsException``.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

import base64
import functools
import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

from labkit.cloud.json_text import compact
from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import service_model
from labkit.cloud.states.errors import StateFailed
from labkit.cloud.states.visits import iso

# The service in a resource's ARN, where botocore calls it otherwise.
NAMES = {
    "apigatewaymanagementapi": "apigatewaymanagementapi",
    "cloudwatchevents": "events",
    "cloudwatchlogs": "logs",
    "cognitoidentity": "cognito-identity",
    "cognitoidentityprovider": "cognito-idp",
    "costexplorer": "ce",
    "databasemigration": "dms",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "redshiftdata": "redshift-data",
    "redshiftserverless": "redshift-serverless",
    "resourcegroupstaggingapi": "resourcegroupstaggingapi",
    "servicecatalog": "servicecatalog",
    "sfn": "stepfunctions",
}
# Prefix of the errors, service and exception of the first SDK.
FIRST_SDK = {
    "athena": ("Athena", "AmazonAthena", "AmazonAthenaException"),
    "databrew": ("DataBrew", "AWSGlueDataBrew", "AWSGlueDataBrewException"),
    "dynamodb": ("DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"),
    "events": ("EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"),
    "glue": ("Glue", "AWSGlue", "AWSGlueException"),
    "lambda": ("Lambda", "AWSLambda", "AWSLambdaException"),
    "sns": ("SNS", "AmazonSNS", "AmazonSNSException"),
    "sqs": ("SQS", "AmazonSQS", "AmazonSQSException"),
    "stepfunctions": ("StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"),
}
# Headers as the SDK tells them; the others are told as they are.
_HEADERS = {
    "content-length": "Content-Length",
    "content-type": "Content-Type",
    "date": "Date",
    "x-amz-log-result": "X-Amz-Log-Result",
    "x-amz-executed-version": "X-Amz-Executed-Version",
    "x-amzn-requestid": "x-amzn-RequestId",
}
# What S3 answered long before its model had a shape of it, to which few of its SDKs came.
_UNNAMED = ("AccessDenied",)
Answer = dict[str, Any]
_MISSING = re.compile(r'Missing required parameter in (\S+): "(\w+)"')
_NULL = "failed to satisfy constraint: Member must not be null"


@functools.cache
def botocore_name(service: str) -> str | None:
    """botocore's name of the service in an ``aws-sdk`` resource."""
    name = NAMES.get(service, service)
    return name if service_model(name) else None


def operation_of(service: str, action: str) -> str | None:
    """The operation that an action (``startQueryExecution``) is, if the service has it."""
    model = service_model(service)
    name = action[:1].upper() + action[1:]
    names = {each.lower(): each for each in model.operation_names} if model else {}
    return names.get(name.lower())


def call(client: Any, operation: str, arguments: Answer, *, first: bool) -> Answer:
    """Ask a service. Returns its answer as a task gives it.

    Args:
        client: a boto3 client.
        operation: such as ``StartQueryExecution``.
        arguments: with names in Pascal case.
        first: as the first SDK does.

    Raises:
        StateFailed: the service refused.
    """
    model = client.meta.service_model.operation_model(operation)
    parameters = _spelled(model.input_shape, arguments)
    if first and isinstance(url := parameters.get("QueueUrl"), str):
        _reach(client, operation, url)
    try:
        found = getattr(client, xform_name(operation))(**parameters)
    except ClientError as error:
        raise refused(client, error, first=first) from error
    except ParamValidationError as error:
        raise _unfit(client, operation, str(error), first=first) from error
    answer: Answer = _written(model.output_shape, found, moment_ms if first else iso_of) or {}
    return answer | (metadata(found) if first else {})


def metadata(answer: Answer) -> Answer:
    """What the optimized integrations tell of the HTTP answer."""
    said = answer["ResponseMetadata"]
    headers = {_HEADERS.get(k, k): str(v) for k, v in said["HTTPHeaders"].items() if k != "server"}
    http = {
        "AllHttpHeaders": {name: [value] for name, value in headers.items()},
        "HttpHeaders": headers,
        "HttpStatusCode": said["HTTPStatusCode"],
    }
    request = {"RequestId": said.get("RequestId", "")}
    return {"SdkHttpMetadata": http, "SdkResponseMetadata": request}


def refused(client: Any, error: ClientError, *, first: bool) -> StateFailed:
    """A service's error, named as the SDK names it: by any operation's errors of the service."""
    model = client.meta.service_model
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    said = error.response["ResponseMetadata"]
    status, request = said.get("HTTPStatusCode", 400), said.get("RequestId", "")
    names = {code, error.response["Error"].get("QueryErrorCode"), type(error).__name__}
    known = (s for s in model.error_shapes if s.name not in _UNNAMED)
    shape = next((s for s in known if names & {s.name, s.error_code}), None)
    if first:
        prefix, service, general = first_names(model.service_name)
        facts = (f"Request ID: {request}", "Proxy: null")
        cause = AwsError(code, message, status).in_java(service, *facts)
    else:
        prefix, service, general = second_names(model.service_id)
        more = f", Extended Request ID: {said['HostId']}" if said.get("HostId") else ""
        cause = (
            f"{message} (Service: {service}, Status Code: {status}, Request ID: {request}{more})"
        )
    name = _exception(shape.name) if shape else general
    return StateFailed(f"{prefix}.{name}", cause, located=True)


def first_names(service: str) -> tuple[str, str, str]:
    """The first SDK's prefix, service and exception."""
    title = service.title()
    return FIRST_SDK.get(service, (title, f"Amazon{title}", f"Amazon{title}Exception"))


def second_names(service_id: str) -> tuple[str, str, str]:
    """The second SDK's prefix, service and exception.

    >>> second_names("DynamoDB")
    ('DynamoDb', 'DynamoDb', 'DynamoDbException')
    """
    name = re.sub(r"[A-Z]{2,}", lambda found: found[0].capitalize(), service_id.replace(" ", ""))
    return name, name, f"{name}Exception"


def _exception(shape: str) -> str:
    return shape if shape.endswith("Exception") else f"{shape}Exception"


def _unfit(client: Any, operation: str, words: str, *, first: bool) -> StateFailed:
    """The refusal of arguments that botocore does not send: the SDKs do, and the service judges."""
    code, missing = "ValidationException", _MISSING.findall(words)
    if missing and client.meta.service_model.service_name == "sqs":
        code = "MissingParameter"
        words = f"The request must contain the parameter {missing[0][1]}."
    elif missing:
        found = "; ".join(f"Value null at '{_path(*each)}' {_NULL}" for each in missing)
        words = f"{len(missing)} validation error{'s' * (len(missing) > 1)} detected: {found}"
    answered = {"HTTPStatusCode": 400, "RequestId": str(uuid.uuid4())}
    said: Any = {"Error": {"Code": code, "Message": words}, "ResponseMetadata": answered}
    return refused(client, ClientError(said, operation), first=first)


def _reach(client: Any, operation: str, url: str) -> None:
    """Raise where a queue's URL leads to none: the first SDK asks at the host that it names."""
    where = urlsplit(url)
    if where.netloc and not where.path.strip("/"):
        cause = f"Unable to execute HTTP request: {where.hostname}: Name or service not known"
        raise StateFailed("SQS.SdkClientException", cause, located=True)
    if not where.netloc:
        words = f"The address {url} is not valid for this endpoint."
        answered = {"HTTPStatusCode": 404, "RequestId": str(uuid.uuid4())}
        said: Any = {
            "Error": {"Code": "InvalidAddress", "Message": words},
            "ResponseMetadata": answered,
        }
        raise refused(client, ClientError(said, operation), first=True)


def _path(within: str, member: str) -> str:
    """The path of a member as services write it.

    >>> _path("Entries[0]", "Source"), _path("input", "Item")
    ('entries.1.member.source', 'item')
    """
    path = re.sub(r"\[(\d+)\]", lambda at: f".{int(at[1]) + 1}.member", within)
    names = [*path.split("."), member] if within != "input" else [member]
    return ".".join(name[:1].lower() + name[1:] for name in names)


def _spelled(shape: Any, value: Any) -> Any:
    """A task's arguments with the members spelled as the API does.

    S3 gets the body of an object as JSON, a text in its quotation marks, as AWS writes it.
    A list or an object is JSON where the API wants a text: AWS's sample
    https://github.com/aws-samples/automating-pii-data-detection-and-data-masking-tasks-with-aws-glue-databrew-and-aws-step-functions
    gives a recipe's step its columns so.
    """
    if shape is None or value is None:
        return {} if shape is None else value
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {name.lower(): name for name in shape.members}
        return {
            names.get(k.lower(), k): _spelled(shape.members.get(names.get(k.lower(), k)), v)
            if k.lower() in names
            else v
            for k, v in value.items()
            if v is not None  # which the SDK takes as not given
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_spelled(shape.member, each) for each in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {k: _spelled(shape.value, v) for k, v in value.items()}
    if shape.type_name == "blob" and "streaming" in shape.serialization:
        return compact(value)
    if shape.type_name in ("string", "blob") and isinstance(value, list | dict):
        return compact(value)
    return value


def moment_ms(moment: Any) -> int:
    return int(moment.timestamp() * 1000)


def iso_of(moment: Any) -> str:
    return iso(moment.timestamp())


def _written(shape: Any, value: Any, moment: Callable[[Any], Any]) -> Any:
    """An answer as a task gives it."""
    if shape is None or value is None:
        return None
    match shape.type_name:
        case "structure":
            return {
                name[:1].upper() + name[1:]: _written(member, value[name], moment)
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case "list":
            return [_written(shape.member, each, moment) for each in value]
        case "map":
            return {k: _written(shape.value, v, moment) for k, v in value.items()}
        case "timestamp":
            return moment(value)
        case "blob":
            return _text(value)
    return value


def _text(value: Any) -> str:
    content = value if isinstance(value, bytes) else value.read()
    try:
        return str(content.decode())
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()

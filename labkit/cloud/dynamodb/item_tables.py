"""What DynamoDB refuses of tables, their keys, tags and time to live.

moto makes tables with two hash keys or none, and has the time to live count by another attribute
while it counts by one.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html and, for
the words, https://github.com/mhart/dynalite/blob/main/validations/createTable.js
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from labkit.cloud.constraints import refusal as constraint
from labkit.cloud.dynamodb import change_streams, item_descriptions, item_indexes
from labkit.cloud.operations import AwsError, Context

_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
_SHORTEST, _LONGEST = 3, 255
_LENGTHS = (
    f"Member must have length less than or equal to {_LONGEST}, Member must have length greater "
    f"than or equal to {_SHORTEST}, Member must satisfy regular expression pattern: {_NAME.pattern}"
)
_OF_A_TABLE = ("DeleteTable", "DescribeTimeToLive", "UpdateTable", "UpdateTimeToLive")
_TABLE = re.compile(r"arn:[^:]+:dynamodb:[^:]+:\d+:table/([^/]+)")
_PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
    "protection first."
)
_TTL = "TimeToLive is"
Json = dict[str, Any]


def check_call(context: Context, parameters: Json) -> None:
    """Raise for what moto takes; other calls are passed on.

    Raises:
        AwsError: ``ValidationException``, ``ResourceNotFoundException``.
    """
    operation = context.operation
    _check_names(operation, parameters)
    if operation in _OF_A_TABLE:
        _check_there(context, parameters["TableName"])
    if operation == "CreateTable":
        for member in ("AttributeDefinitions", "KeySchema"):
            if member not in parameters:
                words = "is required but was not present in the request"
                raise _bad(f"The parameter '{member}' {words}")
        _check_mode(**parameters)
        item_indexes.check_keys(parameters["KeySchema"], parameters["AttributeDefinitions"])
        item_indexes.check_new(parameters)
        _check_stream(parameters.get("StreamSpecification") or {})
    elif operation == "DeleteTable":
        table = context.backend("dynamodb").tables[parameters["TableName"].rpartition("/")[2]]
        if table.deletion_protection_enabled:
            raise _bad(_PROTECTED)
    elif operation == "UpdateTable":
        _check_change(context, parameters)
    elif operation == "UpdateTimeToLive":
        _check_ttl(context, **parameters)
    elif operation in ("TagResource", "UntagResource", "ListTagsOfResource"):
        _check_tagged(context, parameters["ResourceArn"])


def _check_names(operation: str, parameters: Json) -> None:
    """Raise for what no table is called."""
    if batch := parameters.get("RequestItems"):
        if not all(each.startswith("arn:") or _is_name(each) for each in batch):
            told = json.dumps(batch, separators=(",", ":"), default=_shown)
            where = f"Value '{told}' at 'requestItems' failed to satisfy constraint: Map keys must"
            raise _bad(f"1 validation error detected: {where} satisfy constraint: [{_LENGTHS}]")
        return
    name, new = parameters.get("TableName") or "", operation == "CreateTable"
    if not name or (name.startswith("arn:") and not new):
        return
    if len(name) > _LONGEST or (new and len(name) < _SHORTEST):
        short = len(name) < _SHORTEST
        most = f"{'greater' if short else 'less'} than or equal to"
        must = f"have length {most} {_SHORTEST if short else _LONGEST}"
        raise constraint(name, "tableName", must)
    if not _NAME.fullmatch(name):
        must = f"satisfy regular expression pattern: {_NAME.pattern}"
        raise constraint(name, "tableName", must)


def _is_name(name: str) -> bool:
    return _SHORTEST <= len(name) <= _LONGEST and bool(_NAME.fullmatch(name))


def _shown(value: Any) -> str:
    return base64.b64encode(value).decode()


def _check_there(context: Context, name: str) -> None:
    if name.rpartition("/")[2] not in context.backend("dynamodb").tables:
        words = f"Requested resource not found: Table: {name} not found"
        raise AwsError("ResourceNotFoundException", words)


def _check_mode(BillingMode: str = "", ProvisionedThroughput: Json | None = None, **_: Any) -> None:
    if BillingMode == "PAY_PER_REQUEST" and ProvisionedThroughput:
        words = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode"
        raise _bad(f"One or more parameter values were invalid: {words} is PAY_PER_REQUEST")


def _check_stream(wanted: Json) -> None:
    if wanted.get("StreamEnabled") and not wanted.get("StreamViewType"):
        words = "StreamViewType must be specified when StreamEnabled is true"
        raise _bad(f"One or more parameter values were invalid: {words}")
    if wanted.get("StreamEnabled") is False and wanted.get("StreamViewType"):
        words = "StreamViewType can be specified only when StreamEnabled is true"
        raise _bad(f"One or more parameter values were invalid: {words}")


def _check_change(context: Context, parameters: Json) -> None:
    if parameters.keys() <= {"TableName", "AttributeDefinitions"}:
        words = "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"
        rest = "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
        raise _bad(f"{words} {rest}")
    _check_stream(parameters.get("StreamSpecification") or {})
    table = context.backend("dynamodb").tables.get(parameters["TableName"].rpartition("/")[2])
    if table is not None:
        change_streams.check_change(table, parameters.get("StreamSpecification") or {})
        item_descriptions.check_update(table, parameters)


def _check_ttl(
    context: Context, *, TableName: str, TimeToLiveSpecification: Json, **_: Any
) -> None:
    table = context.backend("dynamodb").tables.get(TableName.rpartition("/")[2])
    if table is None:
        return
    counts = table.ttl["TimeToLiveStatus"] == "ENABLED"
    by, wanted = table.ttl.get("AttributeName"), TimeToLiveSpecification["AttributeName"]
    if counts and by != wanted:
        raise _bad(f"{_TTL} active on a different AttributeName: current AttributeName is {by}")
    if counts is TimeToLiveSpecification["Enabled"]:
        raise _bad(f"{_TTL} already {'enabled' if counts else 'disabled'}")


def _check_tagged(context: Context, arn: str) -> None:
    found = _TABLE.match(arn)
    if not found:
        raise _bad(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    if found[1] not in context.backend("dynamodb").tables:
        words = f"Requested resource not found: ResourcArn: {arn} not found"
        raise AwsError("ResourceNotFoundException", words)


def _bad(words: str) -> AwsError:
    return AwsError("ValidationException", words)

"""What DynamoDB tells of a table, and what an update of it keeps.

moto forgets the types of all keys that an update does not name again, and knows no table's number,
no class, no ARN of an index and no count of what is in it.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
and https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from labkit.cloud.around.item_values import refusal
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import AwsError, Context, operation

_INVALID = "One or more parameter values were invalid: "
_PARTS = {"HASH": "hash", "RANGE": "range"}
_MOST = {"Account": 80_000, "Table": 40_000}
_describe: Any = Table.describe
_create: Any = DynamoHandler.create_table
_update: Any = DynamoHandler.update_table
_delete: Any = DynamoDBBackend.delete_table
Json = dict[str, Any]


@on_start
def install(_: Cloud) -> None:
    """Let moto tell and keep it."""
    Table.describe = _described  # type: ignore[method-assign, assignment]
    DynamoHandler.create_table = _created  # type: ignore[method-assign, assignment]
    DynamoHandler.update_table = _updated  # type: ignore[method-assign, assignment]
    DynamoDBBackend.delete_table = _deleted  # type: ignore[method-assign, assignment]


@operation("dynamodb", "DescribeLimits")
def describe_limits(context: Context) -> Json:
    """What an account may have that nobody has asked for more.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    """
    units = ("MaxReadCapacityUnits", "MaxWriteCapacityUnits")
    return {f"{of}{unit}": most for of, most in _MOST.items() for unit in units}


def check_update(table: Any, parameters: Json) -> None:
    """Raise for an index that is not there, is there already, or has keys of no type.

    Raises:
        AwsError: ``ResourceNotFoundException``, ``ValidationException``.
    """
    names = {each.name for each in table.all_indexes()}
    types = _types(table.attr) | _types(parameters.get("AttributeDefinitions") or ())
    for change in parameters.get("GlobalSecondaryIndexUpdates") or ():
        ((kind, index),) = change.items()
        if kind != "Create" and index["IndexName"] not in names:
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
        if kind == "Create" and index["IndexName"] in names:
            raise refusal(f"{_INVALID}Attempting to create an index which already exists")
        for key in index["KeySchema"] if kind == "Create" else ():
            if key["AttributeName"] not in types:
                part = f"Global Secondary Index {_PARTS[key['KeyType']]} key"
                words = "not specified in Attribute Definitions.Type unknown."
                raise refusal(f"{_INVALID}{part} {words}")
    held, kept = _types(table.attr), _keys([table.schema])
    for name, kind in _types(parameters.get("AttributeDefinitions") or ()).items():
        if name in kept and held[name] != kind:
            words = f"Attribute {name} is a key of the type {held[name]} already"
            raise refusal(_INVALID + words)


def _described(table: Any, base_key: str = "TableDescription") -> Any:
    told = _describe(table, base_key)
    shown = told[base_key]
    made = f"{table.table_arn}/{shown['CreationDateTime']}"
    shown["TableId"] = str(uuid.uuid5(uuid.NAMESPACE_OID, made))
    shown["TableStatus"] = table.__dict__.get("status", shown["TableStatus"])
    if name := table.__dict__.get("table_class"):
        shown["TableClassSummary"] = {"TableClass": name}
    if table.billing_mode == "PAY_PER_REQUEST":
        since = table.__dict__.get("on_demand_since", shown["CreationDateTime"])
        shown["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] = since
    for index in shown["GlobalSecondaryIndexes"] + shown["LocalSecondaryIndexes"]:
        index |= _counted(table, index)
    for index in shown["GlobalSecondaryIndexes"]:
        index["ProvisionedThroughput"] = {"NumberOfDecreasesToday": 0} | (
            index["ProvisionedThroughput"] or {}
        )
    return told


def _counted(table: Any, index: Json) -> Json:
    """An index's ARN, and how many items have all of its keys."""
    keys = {each["AttributeName"] for each in index["KeySchema"]}
    held = sum(keys <= item.attrs.keys() for item in table.all_items())
    arn = f"{table.table_arn}/index/{index['IndexName']}"
    return {"IndexArn": arn, "IndexSizeBytes": 0, "ItemCount": held}


def _created(handler: Any) -> Any:
    _create(handler)
    return _told(handler, handler.dynamodb_backend.tables[handler.body["TableName"]])


def _updated(handler: Any) -> Any:
    table = handler.dynamodb_backend.get_table(handler.body["TableName"])
    known = _types(table.attr) | _types(handler.body.get("AttributeDefinitions") or ())
    was = table.billing_mode
    _update(handler)
    if table.billing_mode == "PAY_PER_REQUEST" != was:
        table.on_demand_since = utcnow()
    used = _keys([table.schema, *(each.schema for each in table.all_indexes())])
    table.attr = [
        {"AttributeName": name, "AttributeType": known[name]} for name in known if name in used
    ]
    return _told(handler, table)


def _told(handler: Any, table: Any) -> Any:
    if name := handler.body.get("TableClass"):
        table.table_class = name
    return DynamoResult(table.describe())


def _deleted(backend: Any, name: str) -> Any:
    table = _delete(backend, name)
    table.status = "DELETING"
    return table


def _types(definitions: Any) -> dict[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in definitions}


def _keys(schemas: list[list[Json]]) -> set[str]:
    return {each["AttributeName"] for schema in schemas for each in schema}

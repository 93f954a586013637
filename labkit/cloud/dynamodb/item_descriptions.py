"""What DynamoDB tells of a table, and what an update of it keeps.

moto keeps two tags of a key, forgets the types of all keys that an update does not name again,
passes over what it says of encryption, replicas and most units on demand, what a creation says of a
policy, and knows no table's number, no class, no ARN of an index and no count of what is in it.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
and https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from __future__ import annotations

import contextlib
import itertools
import uuid
from typing import Any

from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.kms.exceptions import NotFoundException
from moto.kms.models import kms_backends

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb.item_indexes import check_projection
from labkit.cloud.dynamodb.item_keys import is_in
from labkit.cloud.dynamodb.item_values import refusal
from labkit.cloud.noting import each_item
from labkit.cloud.operations import AwsError, Context, not_here, operation

_INVALID = "One or more parameter values were invalid: "
_ON_DEMAND = "PAY_PER_REQUEST"
_BOTH = "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is"
_NEITHER = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is"
_ONE_INDEX = (
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per "
    "table"
)
_SAME = (
    "The provisioned throughput for the table will not change. The requested value equals the "
    "current value."
)
_REFER = (
    "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
    "limits."
)
_NO_UNITS = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
_INDEXES = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
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
    DynamoDBBackend.tag_resource = _tagged  # type: ignore[method-assign, assignment]


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
    for member in ("ReplicaUpdates", "GlobalTableWitnessUpdates"):
        if parameters.get(member):
            raise not_here("dynamodb", "UpdateTable", "a table is in one region")
    mode = parameters.get("BillingMode", table.billing_mode)
    units = parameters.get("ProvisionedThroughput")
    if mode == _ON_DEMAND and units:
        raise refusal(f"{_INVALID}{_NEITHER} {_ON_DEMAND}")
    if mode == "PROVISIONED" and table.billing_mode == _ON_DEMAND and not units:
        raise refusal(f"{_INVALID}{_BOTH} PROVISIONED")
    if units and table.billing_mode == mode and units.items() <= table.throughput.items():
        told = [
            f"Current {each} provisioned for the table: {count}. Requested {each}: {count}."
            for each, count in units.items()
        ]
        raise refusal(f"{_SAME} {' '.join(told)} {_REFER}")
    changes = parameters.get("GlobalSecondaryIndexUpdates") or ()
    if len([each for each in changes if "Update" not in each]) > 1:
        raise AwsError("LimitExceededException", _ONE_INDEX)
    names = {each.name for each in table.all_indexes()}
    types = _types(table.attr) | _types(parameters.get("AttributeDefinitions") or ())
    for change in changes:
        if len(change) != 1:
            kinds = (
                f"GlobalSecondaryIndexUpdate.{each}" for each in ("Update", "Create", "Delete")
            )
            raise refusal(f"{_INVALID}One of {', '.join(kinds)} must not be null")
        ((kind, index),) = change.items()
        if kind != "Create" and index["IndexName"] not in names:
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
        if kind == "Create" and index["IndexName"] in names:
            raise refusal(f"{_INVALID}Attempting to create an index which already exists")
        if kind == "Create":
            check_projection(index["Projection"])
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
    if units := table.__dict__.get("most_on_demand"):
        shown["OnDemandThroughput"] = units
    shown["ProvisionedThroughput"] = _units_of(table, table.throughput)
    since = table.__dict__.get("on_demand_since")
    if since or table.billing_mode == _ON_DEMAND:
        told_since = {"LastUpdateToPayPerRequestDateTime": since or shown["CreationDateTime"]}
        shown["BillingModeSummary"] |= told_since
    else:  # it has never been
        shown.pop("BillingModeSummary", None)
    for index in itertools.chain.from_iterable(shown[kind] for kind in _INDEXES):
        index |= _counted(table, index)
    for index in shown["GlobalSecondaryIndexes"]:
        index["ProvisionedThroughput"] = _units_of(table, index["ProvisionedThroughput"])
    for kind in [kind for kind in _INDEXES if not shown[kind]]:
        del shown[kind]
    return told


def _units_of(table: Any, units: Json | None) -> Json:
    held = _NO_UNITS if table.billing_mode == _ON_DEMAND else units or {}
    return {"NumberOfDecreasesToday": 0} | held


def _counted(table: Any, index: Json) -> Json:
    """An index's ARN, and how many items have all of its keys."""
    keys = [each["AttributeName"] for each in index["KeySchema"]]
    held = sum(is_in(table, keys, item.attrs) for item in each_item(table.items))
    arn = f"{table.table_arn}/index/{index['IndexName']}"
    return {"IndexArn": arn, "IndexSizeBytes": 0, "ItemCount": held}


def _created(handler: Any) -> Any:
    _create(handler)
    table = handler.dynamodb_backend.tables[handler.body["TableName"]]
    if policy := handler.body.get("ResourcePolicy"):
        handler.dynamodb_backend.put_resource_policy(table.table_arn, policy, None)
    return _told(handler, table)


def _updated(handler: Any) -> Any:
    table = handler.dynamodb_backend.get_table(handler.body["TableName"])
    known = _types(table.attr) | _types(handler.body.get("AttributeDefinitions") or ())
    was = table.billing_mode
    _update(handler)
    if table.billing_mode == _ON_DEMAND != was:
        table.on_demand_since = utcnow()
    elif was == _ON_DEMAND:
        vars(table).setdefault("on_demand_since", table.created_at)
    used = _keys([table.schema, *(each.schema for each in table.all_indexes())])
    table.attr = [
        {"AttributeName": name, "AttributeType": known[name]} for name in known if name in used
    ]
    return _told(handler, table)


def _told(handler: Any, table: Any) -> Any:
    if name := handler.body.get("TableClass"):
        table.table_class = name
    if units := handler.body.get("OnDemandThroughput"):
        known = table.__dict__.get("most_on_demand", {}) | units
        table.most_on_demand = {member: most for member, most in known.items() if most != -1}
    if (asked := handler.body.get("SSESpecification")) is not None:
        table.sse_specification = _encryption(table, asked) if asked.get("Enabled") else None
    return DynamoResult(table.describe())


def _encryption(table: Any, asked: Json) -> Json:
    """What encrypts a table: DynamoDB's own key, or one that may be named by its alias."""
    kms = kms_backends[table.account_id][table.region_name]
    own = table._get_default_encryption_key(table.account_id, table.region_name)
    named = asked.get("KMSMasterKeyId") or own
    with contextlib.suppress(NotFoundException):
        named = kms.describe_key(named).arn
    return {"Enabled": True, "KMSMasterKeyId": named}


def _deleted(backend: Any, name: str) -> Any:
    table = _delete(backend, name)
    policies = backend.resource_policies
    for arn in [each for each in policies if f"{each}/".startswith(f"{table.table_arn}/")]:
        del policies[arn]  # no policy of another table that has its name next
    table.status = "DELETING"
    return table


def _tagged(backend: Any, arn: str, tags: dict[str, str]) -> None:
    """Give a table tags, in place of those of the same keys."""
    for table in backend.tables.values():
        if table.table_arn == arn:
            known = {each["Key"]: each["Value"] for each in table.tags} | tags
            table.tags = [{"Key": key, "Value": value} for key, value in known.items()]


def _types(definitions: Any) -> dict[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in definitions}


def _keys(schemas: list[list[Json]]) -> set[str]:
    return {each["AttributeName"] for schema in schemas for each in schema}

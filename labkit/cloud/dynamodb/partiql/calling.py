"""DynamoDB's other calls, as PartiQL asks them: by the workspace's own client."""

from __future__ import annotations

from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from labkit.cloud import loopback
from labkit.cloud.dynamodb import item_keys
from labkit.cloud.dynamodb.item_values import refusal
from labkit.cloud.dynamodb.partiql.plans import Keys
from labkit.cloud.dynamodb.partiql.statement import Statement
from labkit.cloud.operations import AwsError, Context

Json = dict[str, Any]


def ask(context: Context, operation: str, **members: Any) -> Json:
    """One call; members that are None are left out.

    Raises:
        AwsError: as DynamoDB refuses it.
    """
    client = loopback.client(context.cloud, "dynamodb", context.region)
    given = {name: value for name, value in members.items() if value is not None}
    try:
        answer: Json = getattr(client, xform_name(operation))(**given)
    except ClientError as error:
        told: Any = error.response
        details = {name: told[name] for name in ("CancellationReasons", "Item") if name in told}
        code, message = told["Error"]["Code"], told["Error"]["Message"]
        raise AwsError(
            code, message, told["ResponseMetadata"]["HTTPStatusCode"], **details
        ) from error
    return answer


def table_of(context: Context, asked: Statement) -> Any:
    """The record of a statement's table.

    Raises:
        AwsError: ``ResourceNotFoundException``; ``ValidationException``: it lacks the index.
    """
    table = item_keys.table_of(context, asked.table)
    if table is None:
        raise AwsError("ResourceNotFoundException", "Requested resource not found")
    if asked.index is not None and item_keys.table_of(context, asked.table, asked.index) is None:
        raise refusal("The table does not have the specified index")
    return table


def keys_of(table: Any, asked: Statement, parameters: list[Json]) -> Keys:
    """The keys that a statement reads by."""
    return Keys(item_keys.keys_of(table, asked.index), item_keys.types_of(table), parameters)

"""Targets for analytics: records of Kinesis' streams, and statements of Redshift's Data API.

A stream's record has the event's id for its partition key, or what a path of the event leads to. A
statement goes to a cluster or a workgroup of Redshift Serverless, several make one transaction.

Sources: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_KinesisParameters.html,
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RedshiftDataParameters.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.events.inputs import MISSING, Event, find
from labkit.cloud.json_text import compact

Json = dict[str, Any]
_MOST_CHARACTERS = 256
# A rule's parameters of a target → what the Data API calls them.
_DATA_API = {
    "Database": "Database",
    "DbUser": "DbUser",
    "SecretManagerArn": "SecretArn",
    "Sql": "Sql",
    "Sqls": "Sqls",
    "StatementName": "StatementName",
    "WithEvent": "WithEvent",
}


def addressed(target: Json, event: Event) -> Json:
    """A target as it is delivered to: one in Kinesis knows the partition key of the event.

    >>> target = {"Arn": "arn:aws:kinesis:r:1:stream/s"}
    >>> addressed(target, {"id": "e"})["PartitionKey"]
    'e'
    >>> path = {"KinesisParameters": {"PartitionKeyPath": "$.detail.n"}}
    >>> addressed(target | path, {"id": "e", "detail": {"n": 7}})["PartitionKey"]
    '7'
    """
    if target["Arn"].split(":")[2] != "kinesis":
        return target
    path = target.get("KinesisParameters", {}).get("PartitionKeyPath")
    found = find(event, path) if path else MISSING
    key = event["id"] if found is MISSING else found
    text = key if isinstance(key, str) else compact(key)
    return target | {"PartitionKey": text[:_MOST_CHARACTERS]}


def to_stream(kinesis: Any, item: Json) -> None:
    """Put a record into a stream."""
    target = item["target"]
    name, key = target["Arn"].rpartition("/")[2], target["PartitionKey"]
    kinesis.put_record(StreamName=name, Data=item["text"].encode(), PartitionKey=key)


def to_warehouse(data: Any, item: Json) -> None:
    """Begin a statement in a cluster, or in a workgroup by its ARN."""
    target = item["target"]
    given = target.get("RedshiftDataParameters", {})
    asked = {_DATA_API[name]: value for name, value in given.items() if name in _DATA_API}
    arn = target["Arn"].split(":")
    serverless = arn[2] == "redshift-serverless"
    asked |= {"WorkgroupName": target["Arn"]} if serverless else {"ClusterIdentifier": arn[6]}
    ask = data.batch_execute_statement if "Sqls" in asked else data.execute_statement
    ask(**asked)

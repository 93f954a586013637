"""Backups of DynamoDB's tables: which are listed, and what a restored table is like.

moto lists all backups, whatever is asked for, each of 123 bytes; it restores tables that never kept
their moments, and to provisioned throughput and no encryption, whatever the table had and the call
says.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html and
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.models.table import Backup

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb.exports import check_recovery
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

_NOT_CHANGED = ("OnDemandThroughputOverride", "VectorIndexOverride")
_NOTHING = {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
_INDEXES = {
    "LocalSecondaryIndexOverride": "indexes",
    "GlobalSecondaryIndexOverride": "global_indexes",
}


_FEATURES = {
    "LocalSecondaryIndexes": "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes": "GlobalSecondaryIndexes",
    "StreamDescription": "StreamSpecification",
    "SSEDescription": "SSEDescription",
}
_details: Any = Backup.details
_summary: Any = Backup.summary


@on_start
def install(_: Cloud) -> None:
    """Let moto describe backups so."""
    kind: Any = Backup
    kind.details = property(lambda self: _details.fget(self) | _size(self))
    kind.summary = property(_summarized)
    kind.description = property(_described)


def _size(backup: Any) -> Answer:
    return {"BackupSizeBytes": sum(item.size() for item in backup.table.all_items())}


def _summarized(backup: Any) -> Answer:
    table = backup.table.describe()["TableDescription"]
    told: Answer = _summary.fget(backup) | _size(backup) | {"TableId": table["TableId"]}
    return told


def _described(backup: Any) -> Answer:
    """A backup, with its table's settings and features."""
    table = backup.table.describe()["TableDescription"]
    features = {name: table[of] for name, of in _FEATURES.items() if table.get(of)}
    if backup.table.ttl.get("TimeToLiveStatus") == "ENABLED":
        features["TimeToLiveDescription"] = backup.table.ttl
    told = {
        "TableCreationDateTime": table["CreationDateTime"],
        "TableSizeBytes": backup.details["BackupSizeBytes"],
        "BillingMode": backup.table.billing_mode or "PROVISIONED",
    }
    return {
        "BackupDetails": backup.details,
        "SourceTableDetails": table | told,
        "SourceTableFeatureDetails": features,
    }


@operation("dynamodb", "ListBackups")
def list_backups(
    context: Context,
    *,
    TableName: str | None = None,
    BackupType: str = "USER",
    TimeRangeLowerBound: datetime | None = None,
    TimeRangeUpperBound: datetime | None = None,
    ExclusiveStartBackupArn: str | None = None,
    Limit: int = 100,
) -> Answer:
    """Backups in the order of their making, of a table and a time where one is named."""
    found = [
        each
        for each in context.backend("dynamodb").list_backups(TableName)
        if BackupType in (each.type, "ALL")
        and _lies_within(each, TimeRangeLowerBound, TimeRangeUpperBound)
    ]
    arns = [each.arn for each in found]
    start = arns.index(ExclusiveStartBackupArn) + 1 if ExclusiveStartBackupArn in arns else 0
    told = found[start : start + Limit]
    answer: Answer = {"BackupSummaries": [each.summary for each in told]}
    more = told and told[-1] is not found[-1]
    return answer | ({"LastEvaluatedBackupArn": told[-1].arn} if more else {})


def _lies_within(backup: Any, lower: datetime | None, upper: datetime | None) -> bool:
    made = backup.creation_date_time.replace(tzinfo=UTC)
    return (lower is None or lower <= made) and (upper is None or made < upper)


@operation("dynamodb", "RestoreTableFromBackup", alone=True)
def restore_table_from_backup(
    context: Context, *, TargetTableName: str, BackupArn: str, **overrides: Any
) -> Answer:
    backend = context.backend("dynamodb")
    source = backend.get_backup(BackupArn).table
    _check(context, source, overrides)
    with context.cloud.changing("dynamodb"):
        made = backend.restore_table_from_backup(TargetTableName, BackupArn)
        return _settled(made, source, overrides)


@operation("dynamodb", "RestoreTableToPointInTime", alone=True)
def restore_table_to_point_in_time(
    context: Context,
    *,
    TargetTableName: str,
    SourceTableName: str = "",
    SourceTableArn: str = "",
    **overrides: Any,
) -> Answer:
    """A table as it is now: of another moment see `item_moments`."""
    backend = context.backend("dynamodb")
    name = SourceTableName or SourceTableArn.rpartition("/")[2]
    if source := backend.tables.get(name):
        check_recovery(source)
        _check(context, source, overrides)
    with context.cloud.changing("dynamodb"):
        made = backend.restore_table_to_point_in_time(TargetTableName, name)
        return _settled(made, source, overrides)


def _check(context: Context, source: Any, overrides: dict[str, Any]) -> None:
    """Raise for what a restored table cannot be like."""
    if strange := [each for each in _NOT_CHANGED if overrides.get(each)]:
        raise not_here("dynamodb", context.operation, strange[0])
    if _mode(source, overrides) == "PROVISIONED" and not _throughput(source, overrides):
        words = "ProvisionedThroughputOverride must be specified where BillingMode is PROVISIONED"
        raise AwsError("ValidationException", words)
    for member, kept in _INDEXES.items():
        known = {each.name for each in getattr(source, kept)}
        for each in overrides.get(member) or ():
            if each["IndexName"] not in known:
                words = f"The table has no index {each['IndexName']}"
                raise AwsError("ValidationException", words)


def _mode(source: Any, overrides: dict[str, Any]) -> str:
    return str(overrides.get("BillingModeOverride") or source.billing_mode or "PROVISIONED")


def _throughput(source: Any, overrides: dict[str, Any]) -> dict[str, int] | None:
    """What is provisioned; nothing of a table that was billed by the request."""
    said = overrides.get("ProvisionedThroughputOverride")
    return said or (None if source.billing_mode == "PAY_PER_REQUEST" else source.throughput)


def _settled(made: Any, source: Any, overrides: dict[str, Any]) -> Answer:
    """A table with its source's settings, or those that are said; of its indexes those named."""
    made.billing_mode = _mode(source, overrides)
    free = made.billing_mode == "PAY_PER_REQUEST"
    made.throughput = dict(_NOTHING if free else _throughput(source, overrides) or _NOTHING)
    made.sse_specification = copy.deepcopy(source.sse_specification)
    if said := overrides.get("SSESpecificationOverride"):
        key = said.get("KMSMasterKeyId") or made._get_default_encryption_key(
            made.account_id, made.region_name
        )
        made.sse_specification = said | {"KMSMasterKeyId": key}
    chosen: dict[str, Any] = {}
    for member, kept in _INDEXES.items():
        if (indexes := overrides.get(member)) is not None:
            chosen |= {each["IndexName"]: each for each in indexes}
            setattr(made, kept, [each for each in getattr(made, kept) if each.name in chosen])
    for index in made.global_indexes:
        provisioned = chosen.get(index.name, {}).get("ProvisionedThroughput", index.throughput)
        index.throughput = dict(_NOTHING if free else provisioned)
    told: Answer = made.describe()
    return told

"""DynamoDB's tables of stacks, made and changed by DynamoDB's own calls.

moto leaves out how long items live, point-in-time recovery, policies, classes and what it does not
know, says that the table is as the template has it, and changes nothing. Of what is changed, the
call is told alone: DynamoDB refuses what is so already. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.stacks.kinds import Members, Part, Reading, kind, renaming

# Members that are as without where their switch is off.
_SWITCHES = {"TimeToLiveSpecification": "Enabled", "ContributorInsightsSpecification": "Enabled"}
_RECOVERY, _ON = "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"
# What a table is where its template does not say, as a change must say it.
_DEFAULTS: Members = {
    "DeletionProtectionEnabled": False,
    "SSESpecification": {"Enabled": False},
    "StreamSpecification": {"StreamEnabled": False},
    "TableClass": "STANDARD",
}
Call = Callable[[Members, Any], tuple[str, Members]]
_encrypted = renaming({"SSEEnabled": "Enabled"})


def _table(members: Members) -> Members:
    said: Members = {"BillingMode": "PROVISIONED", _RECOVERY: {_ON: False}} | _on(members)
    if indexes := said.get("GlobalSecondaryIndexes"):
        said["GlobalSecondaryIndexes"] = [_on(each) for each in indexes]
    if "ResourcePolicy" in said:
        said["ResourcePolicy"] = said["ResourcePolicy"]["PolicyDocument"]
    if "SSESpecification" in said:
        said["SSESpecification"] = _encrypted(said["SSESpecification"])
    if "StreamSpecification" in said:
        said["StreamSpecification"] = {"StreamEnabled": True} | said["StreamSpecification"]
    return said


def _on(members: Members) -> Members:
    """The members without the switches that are off."""
    return {name: value for name, value in members.items() if not _is_off(name, value)}


def _is_off(name: str, value: Any) -> bool:
    switch = _SWITCHES.get(name)
    return switch is not None and str(value.get(switch, False)).lower() != "true"


def _changed(members: Members) -> Members:
    """All but what goes with an index."""
    return {n: v for n, v in (_DEFAULTS | members).items() if n != "AttributeDefinitions"}


def _set(call: str, name: str) -> Call:
    def told(members: Members, value: Any) -> tuple[str, Members]:
        return call, {"TableName": members["TableName"], name: value}

    return told


def _lives_on(members: Members, said: Members) -> tuple[str, Members]:
    return _set("UpdateTimeToLive", "TimeToLiveSpecification")(members, said | {"Enabled": False})


def _indexed(members: Members, index: Members) -> tuple[str, Members]:
    told = {name: members[name] for name in ("TableName", "AttributeDefinitions")}
    return "UpdateTable", told | {"GlobalSecondaryIndexUpdates": [{"Create": index}]}


def _not_indexed(members: Members, index: Members) -> tuple[str, Members]:
    gone = [{"Delete": {"IndexName": index["IndexName"]}}]
    return _set("UpdateTable", "GlobalSecondaryIndexUpdates")(members, gone)


TABLE = kind(
    "dynamodb",
    "Table",
    name="TableName",
    by={"TableName": "TableName"},
    shaped=_table,
    changed=_changed,
    differs=True,
    parts=(
        Part(
            "TimeToLiveSpecification",
            _set("UpdateTimeToLive", "TimeToLiveSpecification"),
            _lives_on,
        ),
        Part(_RECOVERY, _set("UpdateContinuousBackups", _RECOVERY)),
        Part("GlobalSecondaryIndexes", _indexed, _not_indexed, first=False),
    ),
    read=Reading("DescribeTable", "Table.TableStatus", "ACTIVE"),
    attributes={"Arn": "Table.TableArn", "StreamArn": "Table.LatestStreamArn"},
)

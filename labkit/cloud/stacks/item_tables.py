"""DynamoDB's tables of stacks: with all that a template says of them, by DynamoDB's own calls.

moto leaves out how long items live, point-in-time recovery, policies, classes and what it does not
know, and says that the table is as the template has it. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from labkit.cloud.stacks.calls import ask
from labkit.cloud.stacks.kinds import Members, renaming

# Members that are as without where their switch is off.
_SWITCHES = {
    "TimeToLiveSpecification": "Enabled",
    "PointInTimeRecoverySpecification": "PointInTimeRecoveryEnabled",
    "ContributorInsightsSpecification": "Enabled",
}
# What is set when the table is there.
_LATER = {
    "TimeToLiveSpecification": "UpdateTimeToLive",
    "PointInTimeRecoverySpecification": "UpdateContinuousBackups",
}
_encrypted = renaming({"SSEEnabled": "Enabled"})


def teach() -> None:
    """Let moto's stacks make their tables by DynamoDB's calls."""
    table: Any = Table
    table.create_from_cloudformation_json = staticmethod(_make)


def _make(
    resource_name: str, cloudformation_json: Members, account_id: str, region_name: str, **_: Any
) -> Any:
    table = {"TableName": resource_name}
    said = dict(cloudformation_json.get("Properties") or {}) | table
    said = _on(said)
    if indexes := said.get("GlobalSecondaryIndexes"):
        said["GlobalSecondaryIndexes"] = [_on(each) for each in indexes]
    later = {name: said.pop(name) for name in _LATER if name in said}
    if "ResourcePolicy" in said:
        said["ResourcePolicy"] = said["ResourcePolicy"]["PolicyDocument"]
    if "SSESpecification" in said:
        said["SSESpecification"] = _encrypted(said["SSESpecification"])
    if "StreamSpecification" in said:
        said["StreamSpecification"] = {"StreamEnabled": True} | said["StreamSpecification"]
    ask("dynamodb", "CreateTable", said)
    try:
        for name, value in later.items():
            ask("dynamodb", _LATER[name], table | {name: value})
    except ValidationError:
        ask("dynamodb", "DeleteTable", table)
        raise
    return dynamodb_backends[account_id][region_name].tables[resource_name]


def _on(members: Members) -> Members:
    """The members without the switches that are off."""
    return {name: value for name, value in members.items() if not _is_off(name, value)}


def _is_off(name: str, value: Any) -> bool:
    switch = _SWITCHES.get(name)
    return switch is not None and str(value.get(switch, False)).lower() != "true"

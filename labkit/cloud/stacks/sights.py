"""QuickSight in a stack: its assets, with who may see them and their tags.

A dashboard that a stack changes is published, and a version that QuickSight could not make fails
its resource. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_QuickSight.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud import stacks
from labkit.cloud.stacks.kinds import Kind, Members, Part, Reading, kind

_MADE = "CREATION_SUCCESSFUL|UPDATE_SUCCESSFUL"
_TOLD = ("CreatedTime", "LastUpdatedTime", "LastPublishedTime", "Status", "Type")
_OF_VERSION = ("Arn", "CreatedTime", "Description", "SourceEntityArn", "Status", "VersionNumber")


def _sight(noun: str, key: str = "", **more: Any) -> Kind:
    """One of QuickSight's: named by its account and its id."""
    key = key or f"{noun}Id"
    by = {"AwsAccountId": "AwsAccountId", key: key}
    told: Any = {"id": f"AwsAccountId|{key}", "shaped": _of_account, "parts": (_tags(noun, key),)}
    return kind("quicksight", noun, name=key, **{"by": by} | told | more)


def _asset(noun: str, status: str = "", errors: str = "", **more: Any) -> Kind:
    """One that is given to people; with the paths of its state and of why it has failed."""
    told: Any = {"parts": (_tags(noun, f"{noun}Id"), _permissions(noun))}
    if status:
        read = Reading(f"Describe{noun}", f"{noun}.{status}", _MADE, f"{noun}.{errors}.Message")
        names = [*_TOLD, *(f"Version.{name}" for name in _OF_VERSION)]
        told |= {"read": read, "attributes": {name: f"{noun}.{name}" for name in names}}
    return _sight(noun, **told | more)


def _of_account(members: Members) -> Members:
    return {"AwsAccountId": stacks.caller().account} | members


def _topic(members: Members) -> Members:
    aside = ("AwsAccountId", "TopicId", "CustomInstructions", "FolderArns", "Tags")
    told = {name: members.pop(name) for name in aside if name in members}
    return _of_account(told | {"Topic": members})


def _tags(noun: str, key: str) -> Part:
    def arn(members: Members) -> Members:
        resource = f"{noun.lower()}/{members[key]}"
        return {"ResourceArn": stacks.caller().arn(resource, "quicksight")}

    return Part(
        "Tags",
        lambda members, tag: ("TagResource", arn(members) | {"Tags": [tag]}),
        lambda members, tag: ("UntagResource", arn(members) | {"TagKeys": [tag["Key"]]}),
        first=False,
    )


def _permissions(noun: str) -> Part:
    def told(way: str, members: Members, item: Members) -> tuple[str, Members]:
        named = {name: members[name] for name in ("AwsAccountId", f"{noun}Id")}
        return f"Update{noun}Permissions", named | {f"{way}Permissions": [item]}

    return Part(
        "Permissions",
        lambda members, item: told("Grant", members, item),
        lambda members, item: told("Revoke", members, item),
        first=False,
    )


def _imports(members: Members) -> bool:
    """Whether a data set is there with its rows only, as is usual."""
    policy = members.get("IngestionWaitPolicy") or {}
    waits = str(policy.get("WaitForSpiceIngestion", True)).lower() != "false"
    return waits and members["ImportMode"] == "SPICE"


def _published(answer: Members) -> tuple[str, Members]:
    """The version that a change has made is the one that readers see."""
    number = int(answer["VersionArn"].rpartition("/")[2])
    named = {"DashboardId": answer["DashboardId"], "VersionNumber": number}
    return "UpdateDashboardPublishedVersion", _of_account(named)


_IMPORT = Reading(
    "DescribeIngestion",
    "Ingestion.IngestionStatus",
    "COMPLETED|CANCELLED",
    "Ingestion.ErrorInfo.Message",
    _imports,
)
SIGHTS: dict[str, Kind] = {
    "AWS::QuickSight::Analysis": _asset(
        "Analysis", "Status", "Errors", dropped={"ForceDeleteWithoutRecovery": True}
    ),
    "AWS::QuickSight::CustomPermissions": _sight("CustomPermissions", "CustomPermissionsName"),
    "AWS::QuickSight::Dashboard": _asset(
        "Dashboard", "Version.Status", "Version.Errors", then=_published
    ),
    "AWS::QuickSight::DataSet": _asset(
        "DataSet",
        passed=("IngestionWaitPolicy",),
        by={name: name for name in ("AwsAccountId", "DataSetId", "IngestionId")},
        read=_IMPORT,
    ),
    "AWS::QuickSight::DataSource": _asset("DataSource", "Status", "ErrorInfo"),
    "AWS::QuickSight::Folder": _asset("Folder"),
    "AWS::QuickSight::RefreshSchedule": Kind(
        "quicksight",
        "CreateRefreshSchedule",
        "UpdateRefreshSchedule",
        "DeleteRefreshSchedule",
        name="Schedule.ScheduleId",
        by={
            "AwsAccountId": "AwsAccountId",
            "DataSetId": "DataSetId",
            "ScheduleId": "Schedule.ScheduleId",
        },
        shaped=_of_account,
    ),
    "AWS::QuickSight::Template": _asset("Template", "Version.Status", "Version.Errors"),
    "AWS::QuickSight::Theme": _asset("Theme", "Version.Status", "Version.Errors"),
    "AWS::QuickSight::Topic": _sight("Topic", shaped=_topic),
}

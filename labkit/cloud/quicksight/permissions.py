"""Who may do what with a resource: lists of a principal and its actions, of one kind for all.

A principal is the ARN of a user, a group or a namespace; the actions are those that the resource's
kind knows. Granting to a principal adds to what it has; revoking the last action removes it.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ResourcePermission.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.quicksight import kinds
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.words import invalid, limit_exceeded

Record = dict[str, Any]
MOST = 100
_VIEW = {
    kinds.DATA_SOURCE: "DescribeDataSource DescribeDataSourcePermissions PassDataSource",
    kinds.DATA_SET: (
        "DescribeDataSet DescribeDataSetPermissions PassDataSet DescribeIngestion ListIngestions "
        "DescribeDataSetRefreshProperties DescribeRefreshSchedule ListRefreshSchedules"
    ),
    kinds.ANALYSIS: "DescribeAnalysis QueryAnalysis DescribeAnalysisPermissions",
    kinds.DASHBOARD: "DescribeDashboard ListDashboardVersions QueryDashboard",
    kinds.TEMPLATE: (
        "DescribeTemplate DescribeTemplateAlias ListTemplateAliases ListTemplateVersions"
    ),
    kinds.THEME: "DescribeTheme DescribeThemeAlias ListThemeAliases ListThemeVersions",
    kinds.FOLDER: "DescribeFolder",
    kinds.TOPIC: "DescribeTopic",
}
_MANAGE = {
    kinds.DATA_SOURCE: "UpdateDataSource DeleteDataSource UpdateDataSourcePermissions",
    kinds.DATA_SET: (
        "UpdateDataSet DeleteDataSet UpdateDataSetPermissions CreateIngestion CancelIngestion "
        "PutDataSetRefreshProperties DeleteDataSetRefreshProperties CreateRefreshSchedule "
        "UpdateRefreshSchedule DeleteRefreshSchedule"
    ),
    kinds.ANALYSIS: "UpdateAnalysis DeleteAnalysis RestoreAnalysis UpdateAnalysisPermissions",
    kinds.DASHBOARD: (
        "UpdateDashboard DeleteDashboard DescribeDashboardPermissions UpdateDashboardPermissions "
        "UpdateDashboardPublishedVersion UpdateDashboardLinks"
    ),
    kinds.TEMPLATE: (
        "UpdateTemplate DeleteTemplate DescribeTemplatePermissions UpdateTemplatePermissions "
        "CreateTemplateAlias UpdateTemplateAlias DeleteTemplateAlias ListTemplates"
    ),
    kinds.THEME: (
        "UpdateTheme DeleteTheme DescribeThemePermissions UpdateThemePermissions "
        "CreateThemeAlias UpdateThemeAlias DeleteThemeAlias"
    ),
    kinds.FOLDER: (
        "CreateFolder UpdateFolder DeleteFolder CreateFolderMembership DeleteFolderMembership "
        "DescribeFolderPermissions UpdateFolderPermissions"
    ),
    kinds.TOPIC: (
        "UpdateTopic DeleteTopic DescribeTopicPermissions UpdateTopicPermissions "
        "DescribeTopicRefresh ListTopicRefreshSchedules DescribeTopicRefreshSchedule "
        "CreateTopicRefreshSchedule UpdateTopicRefreshSchedule DeleteTopicRefreshSchedule"
    ),
}
#: Without which no set of AWS is: its viewers' sets as they were before refreshes had actions.
_LEAST = {
    kinds.DATA_SOURCE: _VIEW[kinds.DATA_SOURCE],
    kinds.DATA_SET: (
        "DescribeDataSet DescribeDataSetPermissions PassDataSet DescribeIngestion ListIngestions"
    ),
    kinds.DASHBOARD: _VIEW[kinds.DASHBOARD],
}
#: The kinds of what users and groups are given.
KINDS = tuple(_VIEW)


def view_actions(kind: Kind) -> list[str]:
    """What the console grants to a viewer of a resource."""
    return [f"quicksight:{action}" for action in _VIEW[kind].split()]


def owner_actions(kind: Kind) -> list[str]:
    """What the console grants to an owner of a resource."""
    return view_actions(kind) + [f"quicksight:{action}" for action in _MANAGE[kind].split()]


def grant(kind: Kind, held: list[Record], given: Sequence[Record]) -> list[Record]:
    """What principals hold after more is given to them.

    Raises:
        AwsError: an action is none of the kind's, or what a viewer needs is not whole.
    """
    actions = {each["Principal"]: list(each["Actions"]) for each in held}
    for each in given:
        _check(kind, each)
        mine = actions.setdefault(each["Principal"], [])
        mine += [action for action in each["Actions"] if action not in mine]
        if not {f"quicksight:{action}" for action in _LEAST.get(kind, "").split()} <= set(mine):
            raise _unsupported(kind, mine)
    if len(actions) > MOST:
        raise limit_exceeded(f"A resource has at most {MOST} principals.")
    return _as_list(actions)


def revoke(held: list[Record], taken: Sequence[Record]) -> list[Record]:
    """What principals hold after something is taken from them."""
    actions = {each["Principal"]: list(each["Actions"]) for each in held}
    for each in taken:
        mine = actions.get(each["Principal"], [])
        actions[each["Principal"]] = [action for action in mine if action not in each["Actions"]]
    return _as_list(actions)


def held(record: Record) -> list[Record]:
    """A resource's permissions, as its ``Describe...Permissions`` tells them."""
    return list(record["_"].get("permissions", []))


def allows(record: Record, principals: Sequence[str], action: str) -> bool:
    """Whether one of these principals (a user, its groups, its namespace) may do something."""
    return any(p["Principal"] in principals and action in p["Actions"] for p in held(record))


def _check(kind: Kind, given: Record) -> None:
    unknown = [action for action in given["Actions"] if action not in owner_actions(kind)]
    if unknown:
        raise _unsupported(kind, unknown)


def _unsupported(kind: Kind, actions: Sequence[str]) -> AwsError:
    return invalid(
        f"ResourcePermission list contains unsupported permission sets for this resource: "
        f"{', '.join(actions)}. Valid sets for this resource are "
        f"[{', '.join(view_actions(kind))}], [{', '.join(owner_actions(kind))}]"
    )


def _as_list(actions: dict[str, list[str]]) -> list[Record]:
    return [{"Principal": who, "Actions": what} for who, what in actions.items() if what]

"""Dashboards: versions of a definition, one of which is published.

The first version is published when it is made; each update makes a further one, which is seen when
it is published. Who names no version sees the published one. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_UpdateDashboard.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeDashboard.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import permissions, principals, records, sharing
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.definitions import builds, catalog, versions
from labkit.cloud.quicksight.kinds import ANALYSIS, DASHBOARD
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.search import matching
from labkit.cloud.quicksight.words import conflict, invalid

SUMMARY = ("Arn", "DashboardId", "Name", "CreatedTime", "LastUpdatedTime", "LastPublishedTime")
OF_VERSION = ("Arn", "CreatedTime", "VersionNumber", "Status", "SourceEntityArn", "Description")
LINK_ACTIONS = ["quicksight:DescribeDashboard", "quicksight:QueryDashboard"]
LINK_ACTIONS += ["quicksight:ListDashboardVersions"]


@answers("CreateDashboard")
def create(context: Context, *, DashboardId: str, Name: str, **members: Any) -> Answer:
    told, definition = builds.build(context, members)
    links = _checked_links(context, members.get("LinkEntities") or [])
    shared = (members.get("LinkSharingConfiguration") or {}).get("Permissions") or []
    _check_link_permissions(context, shared)
    with context.cloud.state.together():
        record = records.create(
            context,
            DASHBOARD,
            DashboardId,
            {"Name": Name, "LinkEntities": links, "LastPublishedTime": records.now()},
            permissions=members.get("Permissions"),
            tags=members.get("Tags"),
            private={"link": permissions.grant(DASHBOARD, [], shared)},
        )
        made = versions.add(
            context, DASHBOARD, DashboardId, told, _private(context, members, definition)
        )
        records.keep(context, DASHBOARD, DashboardId, published=made["VersionNumber"])
        folders.join(context, members.get("FolderArns"), record["Arn"])
    return _begun(context, DashboardId, made)


@answers("UpdateDashboard")
def update(context: Context, *, DashboardId: str, Name: str, **members: Any) -> Answer:
    records.find(context, DASHBOARD, DashboardId)
    told, definition = builds.build(context, members)
    named = {} if "Errors" in told else {"Name": Name}  # one that failed keeps its name
    with context.cloud.state.together():
        made = versions.add(
            context, DASHBOARD, DashboardId, told, _private(context, members, definition)
        )
        records.update(context, DASHBOARD, DashboardId, named)
    return _begun(context, DashboardId, made)


@answers("UpdateDashboardPublishedVersion")
def publish(context: Context, *, DashboardId: str, VersionNumber: int) -> Answer:
    version = versions.find(context, DASHBOARD, DashboardId, VersionNumber)
    if version["Status"] != "CREATION_SUCCESSFUL":
        raise conflict(
            f"Dashboard {DashboardId} version {VersionNumber} is in state {version['Status']}."
        )
    with context.cloud.state.together():
        records.keep(context, DASHBOARD, DashboardId, published=VersionNumber)
        now = {"LastPublishedTime": records.now()}
        found = records.update(context, DASHBOARD, DashboardId, now)
    return {"DashboardId": DashboardId, "DashboardArn": found["Arn"]}


@answers("DescribeDashboard")
def describe(
    context: Context,
    *,
    DashboardId: str,
    VersionNumber: int | None = None,
    AliasName: str | None = None,
) -> Answer:
    version = versions.find(context, DASHBOARD, DashboardId, VersionNumber, AliasName)
    record = records.find(context, DASHBOARD, DashboardId)
    return {"Dashboard": {**records.shown(record), "Version": records.shown(version)}}


@answers("DescribeDashboardDefinition")
def describe_definition(
    context: Context,
    *,
    DashboardId: str,
    VersionNumber: int | None = None,
    AliasName: str | None = None,
) -> Answer:
    version = versions.find(context, DASHBOARD, DashboardId, VersionNumber, AliasName)
    record = records.find(context, DASHBOARD, DashboardId)
    return {
        **records.shown(record, "DashboardId", "Name"),
        **records.shown(version, "Errors", "ThemeArn"),
        "ResourceStatus": version["Status"],
        "Definition": builds.told_whole(version["_"]["definition"]),
        "DashboardPublishOptions": version["_"]["options"],
    }


@answers("DeleteDashboard")
def delete(context: Context, *, DashboardId: str, VersionNumber: int | None = None) -> Answer:
    record = records.find(context, DASHBOARD, DashboardId)
    if VersionNumber is None:
        with context.cloud.state.together():
            versions.forget(context, DASHBOARD, DashboardId)
            records.remove(context, DASHBOARD, DashboardId)
    else:
        versions.find(context, DASHBOARD, DashboardId, VersionNumber)
        if record["_"]["published"] == VersionNumber:
            raise conflict(f"Version {VersionNumber} is the published version of the dashboard.")
        versions.remove(context, DASHBOARD, DashboardId, VersionNumber)
    return records.shown(record, "Arn", "DashboardId")


@lists("ListDashboards", "DashboardSummaryList")
def list_all(context: Context) -> list[Record]:
    return _summaries(records.listed(context, DASHBOARD))


@lists("SearchDashboards", "DashboardSummaryList")
def search_all(context: Context, *, Filters: list[Record]) -> list[Record]:
    return _summaries(matching(context, DASHBOARD, Filters))


@lists("ListDashboardVersions", "DashboardVersionSummaryList")
def list_versions(context: Context, *, DashboardId: str) -> list[Record]:
    records.find(context, DASHBOARD, DashboardId)
    every = versions.every(context.cloud, context.region, DASHBOARD, DashboardId)
    return [records.shown(each, *OF_VERSION) for each in every]


@answers("UpdateDashboardLinks")
def link(context: Context, *, DashboardId: str, LinkEntities: list[str]) -> Answer:
    records.find(context, DASHBOARD, DashboardId)
    links = _checked_links(context, LinkEntities)
    found = records.update(context, DASHBOARD, DashboardId, {"LinkEntities": links})
    return {"DashboardArn": found["Arn"], "LinkEntities": links}


@answers("DescribeDashboardPermissions")
def describe_permissions(context: Context, *, DashboardId: str) -> Answer:
    return _permissions(records.find(context, DASHBOARD, DashboardId))


@answers("UpdateDashboardPermissions")
def update_permissions(
    context: Context,
    *,
    DashboardId: str,
    GrantPermissions: list[Record] | None = None,
    RevokePermissions: list[Record] | None = None,
    GrantLinkPermissions: list[Record] | None = None,
    RevokeLinkPermissions: list[Record] | None = None,
) -> Answer:
    record = records.find(context, DASHBOARD, DashboardId)
    _check_link_permissions(context, GrantLinkPermissions or [])
    left = permissions.revoke(record["_"]["link"], RevokeLinkPermissions or [])
    linked = permissions.grant(DASHBOARD, left, GrantLinkPermissions or [])
    sharing.change(context, DASHBOARD, DashboardId, GrantPermissions, RevokePermissions)
    return _permissions(records.keep(context, DASHBOARD, DashboardId, link=linked))


def _private(context: Context, members: Record, definition: Record) -> Record:
    options = members.get("DashboardPublishOptions") or {}
    return {
        "definition": definition,
        "maker": context.principal.arn,
        "options": options,
        "parameters": builds.plain(members.get("Parameters")),
    }


def _checked_links(context: Context, arns: list[str]) -> list[str]:
    for arn in arns:
        region, id = catalog.place_of(arn)
        if records.look_up(context.cloud, region, ANALYSIS, id) is None:
            raise invalid(f"Linked entity {arn} is not found.")
    return arns


def _check_link_permissions(context: Context, given: list[Record]) -> None:
    """A link is for all of the account's users, to view alone."""
    principals.check(context.cloud, DASHBOARD, given)
    for each in given:
        if ":namespace/" not in each["Principal"]:
            raise invalid("Link permissions are granted to a namespace.")
        if not set(each["Actions"]) <= set(LINK_ACTIONS):
            raise invalid(f"Link permissions are those of a viewer: {', '.join(LINK_ACTIONS)}")


def _permissions(record: Record) -> Answer:
    linked = record["_"]["link"]
    shared = {"LinkSharingConfiguration": {"Permissions": linked}} if linked else {}
    return {**sharing.told(DASHBOARD, record), **shared}


def _begun(context: Context, id: str, version: Record) -> Answer:
    return {
        **records.shown(records.find(context, DASHBOARD, id), "Arn", "DashboardId"),
        "VersionArn": version["Arn"],
        "Status": 202,
        "CreationStatus": builds.answer(version["Status"]),
    }


def _summaries(found: list[Record]) -> list[Record]:
    return [
        {**records.shown(each, *SUMMARY), "PublishedVersionNumber": each["_"]["published"]}
        for each in found
    ]

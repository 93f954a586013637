"""Dashboards: versions, the published one, options, permissions, links, search."""

from typing import Any

import pytest

from tests.quicksight.conftest import refused

READ = ["DescribeDashboard", "ListDashboardVersions", "QueryDashboard"]
READ = [f"quicksight:{action}" for action in READ]
NOWHERE = [{"Identifier": "students", "DataSetArn": "arn:aws:quicksight:x:1:dataset/none"}]


@pytest.fixture
def dashboard(quicksight: Any, small: Any, number: Any) -> str:
    """The id of a new dashboard."""
    id = f"dashboard-{next(number)}"
    quicksight.create_dashboard(
        DashboardId=id,
        Name=id,
        Definition=small,
        VersionDescription="first",
        DashboardPublishOptions={"AdHocFilteringOption": {"AvailabilityStatus": "DISABLED"}},
    )
    return id


def test_the_first_version_is_published(quicksight: Any, dashboard: str) -> None:
    found = quicksight.describe_dashboard(DashboardId=dashboard)["Dashboard"]
    version = found["Version"]
    assert (version["VersionNumber"], version["Status"]) == (1, "CREATION_SUCCESSFUL")
    assert (version["Arn"], version["Description"]) == (f"{found['Arn']}/version/1", "first")
    assert [sheet["SheetId"] for sheet in version["Sheets"]] == ["s1", "s2"]


def test_an_update_is_seen_when_it_is_published(
    quicksight: Any, small: Any, dashboard: str
) -> None:
    fewer = {**small, "Sheets": small["Sheets"][:1]}
    fewer["Sheets"][0]["Visuals"][0]["BarChartVisual"]["Actions"] = []
    answer = quicksight.update_dashboard(DashboardId=dashboard, Name="New", Definition=fewer)
    assert answer["VersionArn"].endswith("/version/2")
    assert _version(quicksight, dashboard) == 1
    assert _version(quicksight, dashboard, AliasName="$LATEST") == 2
    assert _version(quicksight, dashboard, AliasName="$PUBLISHED") == 1
    quicksight.update_dashboard_published_version(DashboardId=dashboard, VersionNumber=2)
    assert _version(quicksight, dashboard) == 2
    assert _version(quicksight, dashboard, VersionNumber=1) == 1
    found = quicksight.describe_dashboard_definition(DashboardId=dashboard)
    assert len(found["Definition"]["Sheets"]) == 1
    listed = quicksight.list_dashboard_versions(DashboardId=dashboard)
    assert [v["VersionNumber"] for v in listed["DashboardVersionSummaryList"]] == [1, 2]


def test_a_version_that_failed_is_not_published(
    quicksight: Any, small: Any, dashboard: str
) -> None:
    bad = {**small, "DataSetIdentifierDeclarations": NOWHERE}
    quicksight.update_dashboard(DashboardId=dashboard, Name="Another", Definition=bad)
    found = quicksight.describe_dashboard(DashboardId=dashboard, VersionNumber=2)["Dashboard"]
    assert (found["Name"], found["Version"]["Status"]) == (dashboard, "CREATION_FAILED")
    publish = quicksight.update_dashboard_published_version
    assert refused(publish, DashboardId=dashboard, VersionNumber=2)[0] == "ConflictException"
    assert refused(publish, DashboardId=dashboard, VersionNumber=9)[0] == (
        "ResourceNotFoundException"
    )


def test_deleting_versions(quicksight: Any, small: Any, dashboard: str) -> None:
    quicksight.update_dashboard(DashboardId=dashboard, Name=dashboard, Definition=small)
    code, _ = refused(quicksight.delete_dashboard, DashboardId=dashboard, VersionNumber=1)
    assert code == "ConflictException"
    quicksight.delete_dashboard(DashboardId=dashboard, VersionNumber=2)
    quicksight.update_dashboard(DashboardId=dashboard, Name=dashboard, Definition=small)
    listed = quicksight.list_dashboard_versions(DashboardId=dashboard)
    assert [v["VersionNumber"] for v in listed["DashboardVersionSummaryList"]] == [1, 3]
    quicksight.delete_dashboard(DashboardId=dashboard)
    assert refused(quicksight.describe_dashboard, DashboardId=dashboard)[0] == (
        "ResourceNotFoundException"
    )


def test_publish_options(quicksight: Any, dashboard: str) -> None:
    found = quicksight.describe_dashboard_definition(DashboardId=dashboard)
    options = {"AdHocFilteringOption": {"AvailabilityStatus": "DISABLED"}}
    assert found["DashboardPublishOptions"] == options


def test_permissions_and_link(quicksight: Any, dashboard: str, author: str) -> None:
    everyone = author.split(":user/")[0] + ":namespace/default"
    link = [{"Principal": everyone, "Actions": READ}]
    quicksight.update_dashboard_permissions(
        DashboardId=dashboard,
        GrantPermissions=[{"Principal": author, "Actions": READ}],
        GrantLinkPermissions=link,
    )
    found = quicksight.describe_dashboard_permissions(DashboardId=dashboard)
    assert found["Permissions"] == [{"Principal": author, "Actions": READ}]
    assert found["LinkSharingConfiguration"] == {"Permissions": link}
    changed = quicksight.update_dashboard_permissions(
        DashboardId=dashboard, RevokeLinkPermissions=link
    )
    assert "LinkSharingConfiguration" not in changed
    code, _ = refused(
        quicksight.update_dashboard_permissions,
        DashboardId=dashboard,
        GrantLinkPermissions=[{"Principal": author, "Actions": READ}],
    )
    assert code == "InvalidParameterValueException"


def test_links(quicksight: Any, small: Any, dashboard: str) -> None:
    made = quicksight.create_analysis(AnalysisId=dashboard, Name="Source", Definition=small)
    quicksight.update_dashboard_links(DashboardId=dashboard, LinkEntities=[made["Arn"]])
    found = quicksight.describe_dashboard(DashboardId=dashboard)["Dashboard"]
    assert found["LinkEntities"] == [made["Arn"]]
    code, _ = refused(
        quicksight.update_dashboard_links, DashboardId=dashboard, LinkEntities=[made["Arn"] + "x"]
    )
    assert code == "InvalidParameterValueException"


def test_search_counts_groups(quicksight: Any, dashboard: str, author: str) -> None:
    group = quicksight.create_group(GroupName=dashboard, Namespace="default")["Group"]["Arn"]
    quicksight.create_group_membership(
        MemberName="author", GroupName=dashboard, Namespace="default"
    )
    quicksight.update_dashboard_permissions(
        DashboardId=dashboard, GrantPermissions=[{"Principal": group, "Actions": READ}]
    )
    found = _search(quicksight, "QUICKSIGHT_VIEWER_OR_OWNER", author)
    assert dashboard in found
    assert dashboard not in _search(quicksight, "DIRECT_QUICKSIGHT_VIEWER_OR_OWNER", author)
    assert dashboard not in _search(quicksight, "QUICKSIGHT_OWNER", author)
    assert dashboard in _search(quicksight, "DASHBOARD_NAME", dashboard[5:], "StringLike")


def test_a_dashboard_in_a_folder(quicksight: Any, small: Any, number: Any) -> None:
    id = f"in-folder-{next(number)}"
    folder = quicksight.create_folder(FolderId=id, Name=id, FolderType="SHARED")
    made = {"DashboardId": id, "Name": id, "Definition": small}
    quicksight.create_dashboard(**made, FolderArns=[folder["Arn"]])
    found = quicksight.list_folder_members(FolderId=id)["FolderMemberList"]
    assert [each["MemberId"] for each in found] == [id]
    made["DashboardId"] = f"{id}-other"
    code, _ = refused(quicksight.create_dashboard, **made, FolderArns=[folder["Arn"] + "x"])
    assert code == "ResourceNotFoundException"
    assert refused(quicksight.describe_dashboard, DashboardId=made["DashboardId"])


def _version(quicksight: Any, id: str, **which: Any) -> int:
    found = quicksight.describe_dashboard(DashboardId=id, **which)["Dashboard"]["Version"]
    return int(found["VersionNumber"])


def _search(quicksight: Any, name: str, value: str, operator: str = "StringEquals") -> list[str]:
    filters = [{"Operator": operator, "Name": name, "Value": value}]
    found = quicksight.search_dashboards(Filters=filters)["DashboardSummaryList"]
    return [each["DashboardId"] for each in found]

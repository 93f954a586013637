"""Asset bundles: out of an account as a file, into it again, under other names, or not at all."""

import datetime as dt
import io
import json
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import connect, everything, kill_cloud, start_cloud, stop_cloud
from tests.quicksight.conftest import QuickSight, refused

ENDED = ("SUCCESSFUL", "FAILED", "FAILED_ROLLBACK_COMPLETED", "FAILED_ROLLBACK_ERROR")
TAG = {"Key": "half", "Value": "done"}
THEME = {"DataColorPalette": {"Colors": ["#112233", "#445566"]}}


@pytest.fixture(scope="module")
def dashboard(quicksight: Any, data_sets: dict[str, str], author: str) -> str:
    """The ARN of a dashboard with a theme of its own, a tag and a reader."""
    definition = json.loads(SMALL)
    definition["DataSetIdentifierDeclarations"][0]["DataSetArn"] = data_sets["student-ext"]
    theme = quicksight.create_theme(
        ThemeId="bundle-theme", Name="Quiet", BaseThemeId="CLASSIC", Configuration=THEME
    )
    made = quicksight.create_dashboard(
        DashboardId="bundled",
        Name="Bundled",
        Definition=definition,
        ThemeArn=theme["Arn"],
        Tags=[{"Key": "team", "Value": "registrar"}],
        Permissions=[{"Principal": author, "Actions": READ}],
    )
    return str(made["Arn"])


@pytest.fixture(scope="module")
def bundle(quicksight: Any, dashboard: str) -> bytes:
    """The dashboard with all that it needs."""
    told = export(quicksight, "whole", dashboard, IncludeAllDependencies=True,
                  IncludePermissions=True, IncludeTags=True)  # fmt: skip
    return fetched(told["DownloadUrl"])


def test_a_bundle_has_a_file_for_each_asset(bundle: bytes, author: str) -> None:
    files = read(bundle)
    assert sorted(files) == [
        "dashboard/bundled.json",
        "dataset/exports-students.json",
        "datasource/exports-students.json",
        "theme/bundle-theme.json",
    ]
    found = files["dashboard/bundled.json"]
    assert (found["resourceType"], found["dashboardId"], found["name"]) == (
        "dashboard", "bundled", "Bundled",
    )  # fmt: skip
    assert found["tags"] == [{"key": "team", "value": "registrar"}]
    assert [each["principal"] for each in found["permissions"]] == [author]
    [sheet] = found["definition"]["sheets"]
    assert [name for each in sheet["visuals"] for name in each] == ["kpiVisual"]


def test_a_bundle_is_imported_under_a_prefix(quicksight: Any, bundle: bytes) -> None:
    tags = [{"DataSetIds": ["*"], "Tags": [{"Key": "k", "Value": "v"}]}]
    told = imported(quicksight, "prefixed", bundle, OverrideTags={"DataSets": tags},
                    OverrideParameters={
        "ResourceIdOverrideConfiguration": {"PrefixForAllResources": "copy-"},
        "Dashboards": [{"DashboardId": "bundled", "Name": "A copy"}],
    })  # fmt: skip
    assert (told["JobStatus"], told.get("Errors")) == ("SUCCESSFUL", None)
    assert fetched(told["AssetBundleImportSource"]["Body"]) == bundle
    made = quicksight.describe_dashboard(DashboardId="copy-bundled")["Dashboard"]
    assert (made["Name"], made["Version"]["Status"]) == ("A copy", "CREATION_SUCCESSFUL")
    assert made["Version"]["ThemeArn"].endswith("theme/copy-bundle-theme")
    [arn] = made["Version"]["DataSetArns"]
    assert arn.endswith("dataset/copy-exports-students")
    tags = quicksight.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "k", "Value": "v"}]
    source = quicksight.describe_data_set(DataSetId="copy-exports-students")["DataSet"]
    assert "datasource/copy-exports-students" in json.dumps(source["PhysicalTableMap"])


def test_what_is_there_is_changed(quicksight: Any, bundle: bytes) -> None:
    more = {"refreshschedule/daily.json": {"resourceType": "refreshSchedule"}}
    told = imported(quicksight, "again", written(read(bundle) | more), OverrideParameters={
        "Dashboards": [{"DashboardId": "bundled", "Name": "Bundled anew"}]})  # fmt: skip
    assert told["JobStatus"] == "SUCCESSFUL"
    assert [each["Message"] for each in told["Warnings"]] == [
        "refreshschedule/daily.json is not imported here."
    ]
    found = quicksight.describe_dashboard(DashboardId="bundled")["Dashboard"]
    assert (found["Name"], found["Version"]["VersionNumber"]) == ("Bundled anew", 2)


def test_what_a_dashboard_was_made_with_goes_along(
    quicksight: Any, small: Any, author: str, fresh: Any
) -> None:
    """Its values, its version's description, its link's readers, its folder and its analysis."""
    id, namespace = fresh("with"), author.rpartition("user/")[0] + "namespace/default"
    source = quicksight.create_analysis(AnalysisId=id, Name=id, Definition=small)["Arn"]
    folder = quicksight.create_folder(FolderId=id, Name=id)["Arn"]
    second = quicksight.create_folder(FolderId=f"{id}-2", Name=id)["Arn"]
    shared = {"Permissions": [{"Principal": namespace, "Actions": READ}]}
    values = {"StringParameters": [{"Name": "Who", "Values": ["x"]}]}
    who = {"ParameterValueType": "SINGLE_VALUED", "Name": "Who"}
    declared = [*small["ParameterDeclarations"], {"StringParameterDeclaration": who}]
    arn = quicksight.create_dashboard(
        DashboardId=id, Name=id, Definition=small | {"ParameterDeclarations": declared},
        Parameters=values, VersionDescription="spring", LinkEntities=[source],
        LinkSharingConfiguration=shared, FolderArns=[folder],
    )["Arn"]  # fmt: skip
    member = {"MemberId": id, "MemberType": "DASHBOARD"}
    quicksight.create_folder_membership(FolderId=f"{id}-2", **member)
    options = {"IncludePermissions": True, "IncludeFolderMemberships": True}
    bundle = fetched(export(quicksight, id, arn, **options)["DownloadUrl"])
    [file] = read(bundle).values()
    assert (file["parameters"], file["folderArns"]) == (
        {"stringParameters": [{"name": "Who", "values": ["x"]}]}, [folder, second],
    )  # fmt: skip

    def told(dashboard: str) -> Any:
        found = quicksight.describe_dashboard(DashboardId=dashboard)["Dashboard"]
        rights = quicksight.describe_dashboard_permissions(DashboardId=dashboard)
        over = quicksight.list_folders_for_resource(ResourceArn=found["Arn"])["Folders"]
        version = found["Version"]["Description"]
        return version, rights.get("LinkSharingConfiguration"), found.get("LinkEntities"), over

    prefix = {"ResourceIdOverrideConfiguration": {"PrefixForAllResources": "copy-"}}
    ended = imported(quicksight, id, bundle, OverrideParameters=prefix)
    assert (ended["JobStatus"], ended.get("Warnings")) == ("SUCCESSFUL", None)
    assert told(f"copy-{id}") == told(id) == ("spring", shared, [source], [folder, second])
    quicksight.delete_folder_membership(FolderId=id, **member)
    quicksight.delete_analysis(AnalysisId=id, ForceDeleteWithoutRecovery=True)
    [warning] = imported(quicksight, id, bundle)["Warnings"]
    assert (warning["Arn"], source in warning["Message"]) == (arn, True)
    assert told(id) == ("spring", shared, [], [folder, second])
    again = fetched(export(quicksight, id, arn)["DownloadUrl"])
    assert read(again)[f"dashboard/{id}.json"]["parameters"] == file["parameters"]


def test_a_failed_import_is_rolled_back(quicksight: Any, bundle: bytes, client: Any) -> None:
    files = read(bundle)
    files["dashboard/bundled.json"]["definition"]["dataSetIdentifierDeclarations"][0][
        "dataSetArn"] = "arn:aws:quicksight:eu-west-1:999999999999:dataset/nowhere"  # fmt: skip
    client("s3").create_bucket(Bucket="asset-bundles")
    client("s3").put_object(Bucket="asset-bundles", Key="b.qs", Body=written(files))
    quicksight.start_asset_bundle_import_job(
        AssetBundleImportJobId="broken",
        AssetBundleImportSource={"S3Uri": "s3://asset-bundles/b.qs"},
        FailureAction="ROLLBACK",
        OverrideParameters={
            "ResourceIdOverrideConfiguration": {"PrefixForAllResources": "broken-"}
        },
    )
    told = ended(quicksight.describe_asset_bundle_import_job, AssetBundleImportJobId="broken")
    assert told["JobStatus"] == "FAILED_ROLLBACK_COMPLETED"
    [error] = told["Errors"]
    assert error["Arn"].endswith("dashboard/broken-bundled")
    assert told["AssetBundleImportSource"] == {"S3Uri": "s3://asset-bundles/b.qs"}
    listed = everything(quicksight.list_data_sets, "DataSetSummaries")
    listed += everything(quicksight.list_themes, "ThemeSummaryList")
    assert "broken-" not in json.dumps(listed, default=str)


def test_what_was_changed_is_as_before(
    quicksight: Any, bundle: bytes, author: str, fresh: Any
) -> None:
    """A name, a tag, a link and a folder that a bundle's file gives, whose permission is none."""
    before, name, folder = _as_it_is(quicksight), "dashboard/bundled.json", fresh("folder")
    arn = quicksight.create_folder(FolderId=folder, Name=folder)["Arn"]
    alone = written({name: read(bundle)[name] | {"folderArns": [arn]}})
    link = {"Principals": [author.rpartition("user/")[0] + "namespace/default"], "Actions": READ}
    given = {"Principals": [author + "-gone"], "Actions": READ}
    permissions = {"Permissions": given, "LinkSharingConfiguration": {"Permissions": link}}
    more = {
        "OverrideParameters": {"Dashboards": [{"DashboardId": "bundled", "Name": "Broken"}]},
        "OverrideTags": {"Dashboards": [{"DashboardIds": ["*"], "Tags": [TAG]}]},
    }

    def run(id: str, permissions: Any) -> str:
        given = {"Dashboards": [{"DashboardIds": ["bundled"], **permissions}]}
        told = imported(
            quicksight, id, alone, FailureAction="ROLLBACK", OverridePermissions=given, **more
        )
        return str(told["JobStatus"])

    assert run("half", permissions) == "FAILED_ROLLBACK_COMPLETED"
    assert _as_it_is(quicksight) == before
    linked = {"LinkSharingConfiguration": {"Permissions": link}}
    assert run("linked", linked) == "SUCCESSFUL"
    name, tags, told, over = _as_it_is(quicksight)
    assert (name, TAG in tags, told, over) == ("Broken", True, link["Principals"], [arn])


def test_an_import_that_is_killed_is_rolled_back(tmp_path: Path) -> None:
    """The first theme is there already; it is changed when the server dies, the last are not."""
    home, told = tmp_path / "home", {"resourceType": "theme", "baseThemeId": "CLASSIC"}
    server = start_cloud(home)
    quicksight = of(connect(home, server))
    quicksight.create_theme(ThemeId="t0", Name="old", BaseThemeId="CLASSIC", Configuration=THEME)
    files = {
        f"theme/t{n}.json": told | {"themeId": f"t{n}", "name": "new", "configuration": THEME}
        for n in range(500)
    }
    quicksight.start_asset_bundle_import_job(
        AssetBundleImportJobId="killed",
        AssetBundleImportSource={"Body": written(files)},
        FailureAction="ROLLBACK",
    )
    while quicksight.describe_theme(ThemeId="t0")["Theme"]["Name"] == "old":
        pass
    kill_cloud(server)
    server = start_cloud(home)
    try:
        quicksight = of(connect(home, server))
        job = ended(quicksight.describe_asset_bundle_import_job, AssetBundleImportJobId="killed")
        assert job["JobStatus"] == "FAILED_ROLLBACK_COMPLETED"
        assert "interrupted" in job["Errors"][0]["Message"]
        left = everything(quicksight.list_themes, "ThemeSummaryList")
        assert ("t0", "old") in {(each["ThemeId"], each["Name"]) for each in left}
        assert "new" not in {each["Name"] for each in left}
    finally:
        stop_cloud(server)


def of(cloud: Any) -> QuickSight:
    """QuickSight of a cloud of its own."""
    return QuickSight(cloud.client("quicksight"), cloud.account)


def _as_it_is(quicksight: Any) -> tuple[str, Any, list[str], list[str]]:
    """The dashboard's name, its tags, to whom its link is open, and its folders."""
    found = quicksight.describe_dashboard(DashboardId="bundled")["Dashboard"]
    tags = quicksight.list_tags_for_resource(ResourceArn=found["Arn"])["Tags"]
    shared = quicksight.describe_dashboard_permissions(DashboardId="bundled")
    linked = (shared.get("LinkSharingConfiguration") or {}).get("Permissions") or []
    over = quicksight.list_folders_for_resource(ResourceArn=found["Arn"])["Folders"]
    return found["Name"], tags, [each["Principal"] for each in linked], over


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip", "not a valid zip file"),
        ({"x/a.json": {"resourceType": "robot"}}, "resource type robot"),
        ({"theme/a.json": {"resourceType": "theme", "themeId": "a", "colour": 1}}, "member colour"),
        ({"theme/a.json": {"resourceType": "theme", "themeId": "a"}}, "is not valid"),
    ],
    ids=["no zip", "an unknown kind", "an unknown member", "a member too few"],
)
def test_what_is_no_bundle_fails(quicksight: Any, content: Any, message: str) -> None:
    body = content if isinstance(content, bytes) else written(content)
    told = imported(quicksight, "no-bundle", body)
    assert (told["JobStatus"], told["Errors"][0]["Type"]) == (
        "FAILED", "InvalidParameterValueException",
    )  # fmt: skip
    assert message in told["Errors"][0]["Message"]


def test_an_export_for_cloudformation(quicksight: Any, dashboard: str) -> None:
    told = export(
        quicksight, "template", dashboard, "CLOUDFORMATION_JSON", IncludeAllDependencies=True,
        CloudFormationOverridePropertyConfiguration={
            "ResourceIdOverrideConfiguration": {"PrefixForAllResources": True},
            "Dashboards": [{"Arn": dashboard, "Properties": ["Name"]}],
        },
    )  # fmt: skip
    template = json.loads(fetched(told["DownloadUrl"]))
    found = template["Resources"]["DashboardBundled"]
    assert found["Type"] == "AWS::QuickSight::Dashboard"
    assert found["DependsOn"] == ["DataSetExportsStudents", "ThemeBundleTheme"]
    assert found["Properties"]["DashboardId"] == {"Fn::Sub": "${PrefixForAllResources}bundled"}
    assert found["Properties"]["Name"] == {"Ref": "DashboardBundledName"}
    assert sorted(template["Parameters"]) == ["DashboardBundledName", "PrefixForAllResources"]
    assert ":dataset/${PrefixForAllResources}exports-students" in json.dumps(found)


def test_a_moment_in_a_template_for_cloudformation(quicksight: Any, small: Any, fresh: Any) -> None:
    id, day = fresh("dated"), dt.datetime(2020, 9, 1, 8, tzinfo=dt.UTC)
    since = {"Name": "Since", "DefaultValues": {"StaticValues": [day]}}
    declared = [*small["ParameterDeclarations"], {"DateTimeParameterDeclaration": since}]
    arn = quicksight.create_dashboard(
        DashboardId=id, Name=id, Definition=small | {"ParameterDeclarations": declared},
        Parameters={"DateTimeParameters": [{"Name": "Since", "Values": [day]}]},
    )["Arn"]  # fmt: skip
    told = export(quicksight, id, arn, "CLOUDFORMATION_JSON")
    [found] = json.loads(fetched(told["DownloadUrl"]))["Resources"].values()
    [value] = found["Properties"]["Parameters"]["DateTimeParameters"]
    default = found["Properties"]["Definition"]["ParameterDeclarations"][-1]
    default = default["DateTimeParameterDeclaration"]["DefaultValues"]["StaticValues"]
    assert value["Values"] == default == ["2020-09-01T08:00:00Z"]


def test_what_there_is_not_fails_an_export(quicksight: Any, dashboard: str) -> None:
    missing = dashboard.replace("bundled", "never")
    quicksight.start_asset_bundle_export_job(
        AssetBundleExportJobId="missing", ResourceArns=[missing], ExportFormat="QUICKSIGHT_JSON"
    )
    told = ended(quicksight.describe_asset_bundle_export_job, AssetBundleExportJobId="missing")
    assert told["JobStatus"] == "FAILED"
    assert (told["Errors"][0]["Arn"], told["Errors"][0]["Type"]) == (
        missing, "ResourceNotFoundException",
    )  # fmt: skip
    jobs = quicksight.list_asset_bundle_export_jobs
    listed = everything(jobs, "AssetBundleExportJobSummaryList")
    assert "missing" in [each["AssetBundleExportJobId"] for each in listed]
    code, message = refused(
        quicksight.start_asset_bundle_export_job,
        AssetBundleExportJobId="user",
        ResourceArns=[dashboard.replace("dashboard/", "user/default/")],
        ExportFormat="QUICKSIGHT_JSON",
    )
    assert (code, "is not the ARN" in message) == ("InvalidParameterValueException", True)


def export(quicksight: Any, id: str, arn: str, form: str = "QUICKSIGHT_JSON", **more: Any) -> Any:
    quicksight.start_asset_bundle_export_job(
        AssetBundleExportJobId=id, ResourceArns=[arn], ExportFormat=form, **more
    )
    told = ended(quicksight.describe_asset_bundle_export_job, AssetBundleExportJobId=id)
    assert (told["JobStatus"], told.get("Errors")) == ("SUCCESSFUL", None)
    return told


def imported(quicksight: Any, id: str, bundle: bytes, **more: Any) -> Any:
    quicksight.start_asset_bundle_import_job(
        AssetBundleImportJobId=id, AssetBundleImportSource={"Body": bundle}, **more
    )
    return ended(quicksight.describe_asset_bundle_import_job, AssetBundleImportJobId=id)


def ended(describe: Any, **names: str) -> Any:
    """A job when it has ended."""
    deadline = time.monotonic() + 120
    while (told := describe(**names))["JobStatus"] not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return told


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())


def read(bundle: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as file:
        return {name: json.loads(file.read(name)) for name in file.namelist()}


def written(files: dict[str, Any]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, content in files.items():
            file.writestr(name, json.dumps(content))
    return held.getvalue()


READ = [f"quicksight:{each}" for each in (
    "DescribeDashboard", "ListDashboardVersions", "QueryDashboard")]  # fmt: skip
SMALL = json.dumps({
    "DataSetIdentifierDeclarations": [{"Identifier": "students", "DataSetArn": ""}],
    "Sheets": [{"SheetId": "one", "Name": "One", "Visuals": [{"KPIVisual": {
        "VisualId": "count",
        "ChartConfiguration": {"FieldWells": {"Values": [{"CategoricalMeasureField": {
            "FieldId": "f", "AggregationFunction": "COUNT",
            "Column": {"DataSetIdentifier": "students", "ColumnName": "student_id"},
        }}]}},
    }}]}],
})  # fmt: skip

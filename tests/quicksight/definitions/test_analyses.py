"""Analyses: made, changed, deleted with a window, restored, found."""

import datetime
from typing import Any

import pytest

from tests.quicksight.conftest import refused

OWN = ("DescribeAnalysis", "UpdateAnalysis", "DeleteAnalysis", "QueryAnalysis")
OWN += ("RestoreAnalysis", "DescribeAnalysisPermissions", "UpdateAnalysisPermissions")


@pytest.fixture
def analysis(quicksight: Any, small: Any, number: Any) -> str:
    """The id of a new analysis."""
    id = f"analysis-{next(number)}"
    quicksight.create_analysis(AnalysisId=id, Name=f"Name of {id}", Definition=small)
    return id


def test_describe(quicksight: Any, analysis: str, data_sets: Any) -> None:
    found = quicksight.describe_analysis(AnalysisId=analysis)["Analysis"]
    assert found["Arn"].endswith(f":analysis/{analysis}")
    assert (found["Name"], found["Status"]) == (f"Name of {analysis}", "CREATION_SUCCESSFUL")
    assert found["DataSetArns"] == [data_sets["student-ext"]]
    assert [(s["SheetId"], s["Name"]) for s in found["Sheets"]] == [
        ("s1", "First"),
        ("s2", "Second"),
    ]


def test_update(quicksight: Any, small: Any, analysis: str) -> None:
    more = {**small, "Sheets": [*small["Sheets"], {"SheetId": "s3", "Name": "Third"}]}
    answer = quicksight.update_analysis(AnalysisId=analysis, Name="New", Definition=more)
    assert answer["UpdateStatus"] == "UPDATE_IN_PROGRESS"
    found = quicksight.describe_analysis(AnalysisId=analysis)["Analysis"]
    assert (found["Name"], found["Status"], len(found["Sheets"])) == ("New", "UPDATE_SUCCESSFUL", 3)


def test_lists_that_a_definition_lacks_are_told_empty(
    quicksight: Any, data_sets: Any, fresh: Any
) -> None:
    declared = [{"Identifier": "students", "DataSetArn": data_sets["student-ext"]}]
    plain = {"DataSetIdentifierDeclarations": declared, "Sheets": [{"SheetId": "s", "Name": "S"}]}
    made = {"Name": "x", "Definition": plain}
    quicksight.create_analysis(AnalysisId=(id := fresh("plain")), **made)
    quicksight.create_dashboard(DashboardId=id, **made)
    lists = ("CalculatedFields", "ParameterDeclarations", "FilterGroups")
    for found in (
        quicksight.describe_analysis_definition(AnalysisId=id),
        quicksight.describe_dashboard_definition(DashboardId=id),
    ):
        assert found["Definition"] == plain | {name: [] for name in lists}


def test_update_that_fails_keeps_the_definition(quicksight: Any, small: Any, analysis: str) -> None:
    nowhere = [{"Identifier": "students", "DataSetArn": "arn:aws:quicksight:x:1:dataset/none"}]
    changed = {**small, "DataSetIdentifierDeclarations": nowhere}
    quicksight.update_analysis(AnalysisId=analysis, Name="New", Definition=changed)
    found = quicksight.describe_analysis_definition(AnalysisId=analysis)
    assert [each["Type"] for each in found["Errors"]] == ["DATA_SET_NOT_FOUND"]
    assert (found["ResourceStatus"], found["Definition"]) == ("UPDATE_FAILED", small)
    assert found["Name"] == f"Name of {analysis}"


def test_what_cannot_lie_in_its_folder_is_not_made(
    quicksight: Any, small: Any, number: Any
) -> None:
    id = f"in-folder-{next(number)}"
    arn = quicksight.create_folder(FolderId=id, Name=id)["Arn"].replace("us-east-1", "eu-west-1")
    call = {"AnalysisId": id, "Name": id, "Definition": small, "FolderArns": [arn]}
    assert refused(quicksight.create_analysis, **call)[0] == "ResourceNotFoundException"
    assert refused(quicksight.describe_analysis, AnalysisId=id)[0] == "ResourceNotFoundException"


def test_delete_and_restore(quicksight: Any, small: Any, analysis: str) -> None:
    gone = quicksight.delete_analysis(AnalysisId=analysis, RecoveryWindowInDays=7)
    assert 6 < (gone["DeletionTime"].timestamp() - _now(quicksight, analysis)) / 86_400 < 8
    assert quicksight.describe_analysis(AnalysisId=analysis)["Analysis"]["Status"] == "DELETED"
    code, _ = refused(quicksight.update_analysis, AnalysisId=analysis, Name="x", Definition=small)
    assert code == "ConflictException"
    quicksight.restore_analysis(AnalysisId=analysis)
    found = quicksight.describe_analysis(AnalysisId=analysis)["Analysis"]
    assert found["Status"] == "CREATION_SUCCESSFUL"


def test_a_restored_analysis_is_in_its_folders_when_asked(
    quicksight: Any, analysis: str, fresh: Any
) -> None:
    member = {"FolderId": fresh("folder"), "MemberId": analysis, "MemberType": "ANALYSIS"}
    quicksight.create_folder(FolderId=member["FolderId"], Name="f")
    quicksight.create_folder_membership(**member)

    def held() -> int:
        listed = quicksight.list_folder_members(FolderId=member["FolderId"])
        return len(listed["FolderMemberList"])

    for asked, after in ((True, 1), (False, 0)):
        for _ in range(2):
            quicksight.delete_analysis(AnalysisId=analysis, RecoveryWindowInDays=7)
        assert held() == 0
        quicksight.restore_analysis(AnalysisId=analysis, RestoreToFolders=asked)
        assert held() == after
    quicksight.create_folder_membership(**member)
    quicksight.delete_analysis(AnalysisId=analysis)
    quicksight.delete_folder(FolderId=member["FolderId"])
    quicksight.restore_analysis(AnalysisId=analysis, RestoreToFolders=True)
    found = quicksight.describe_analysis(AnalysisId=analysis)["Analysis"]
    assert quicksight.list_folders_for_resource(ResourceArn=found["Arn"])["Folders"] == []


def test_force_delete(quicksight: Any, small: Any, analysis: str) -> None:
    quicksight.delete_analysis(AnalysisId=analysis, ForceDeleteWithoutRecovery=True)
    code, _ = refused(quicksight.describe_analysis, AnalysisId=analysis)
    assert code == "ResourceNotFoundException"
    quicksight.create_analysis(AnalysisId=analysis, Name="Again", Definition=small)


def test_window_or_force(quicksight: Any, analysis: str) -> None:
    both = {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True}
    code, _ = refused(quicksight.delete_analysis, AnalysisId=analysis, **both)
    assert code == "InvalidParameterValueException"


def test_an_id_is_taken_once(quicksight: Any, small: Any, analysis: str) -> None:
    code, _ = refused(quicksight.create_analysis, AnalysisId=analysis, Name="x", Definition=small)
    assert code == "ResourceExistsException"


def test_an_empty_source_is_none(quicksight: Any, small: Any) -> None:
    made = {"AnalysisId": "unsourced", "Name": "x", "SourceEntity": {}}
    quicksight.create_analysis(**made, Definition=small)
    assert quicksight.describe_analysis(AnalysisId="unsourced")["Analysis"].get("Errors") is None
    quicksight.delete_analysis(AnalysisId="unsourced", ForceDeleteWithoutRecovery=True)


def test_neither_definition_nor_source(quicksight: Any) -> None:
    code, said = refused(quicksight.create_analysis, AnalysisId="none", Name="x")
    assert (code, said) == (
        "InvalidParameterValueException",
        "Either a SourceEntity or a Definition must be provided.",
    )


def test_values_of_parameters_are_kept(quicksight: Any, small: Any, number: Any) -> None:
    since = {"DateTimeParameterDeclaration": {"Name": "Since"}}
    dated = {**small, "ParameterDeclarations": [*small["ParameterDeclarations"], since]}
    day = datetime.datetime(2020, 9, 1, tzinfo=datetime.UTC)
    id = f"dated-{next(number)}"
    quicksight.create_analysis(
        AnalysisId=id,
        Name=id,
        Definition=dated,
        Parameters={"DateTimeParameters": [{"Name": "Since", "Values": [day]}]},
    )
    found = quicksight.describe_analysis(AnalysisId=id)["Analysis"]
    assert found["Status"] == "CREATION_SUCCESSFUL"


def test_a_theme_that_there_is_not(quicksight: Any, small: Any) -> None:
    arn = "arn:aws:quicksight:us-east-1:123456789012:theme/none"
    call = {"AnalysisId": "unthemed", "Name": "x", "Definition": small, "ThemeArn": arn}
    assert refused(quicksight.create_analysis, **call)[0] == "ResourceNotFoundException"


def test_search_by_owner_and_name(quicksight: Any, small: Any, author: str, number: Any) -> None:
    id = f"owned-{next(number)}"
    actions = [f"quicksight:{action}" for action in OWN]
    quicksight.create_analysis(
        AnalysisId=id,
        Name=id,
        Definition=small,
        Permissions=[{"Principal": author, "Actions": actions}],
    )
    for name, value in (("QUICKSIGHT_OWNER", author), ("ANALYSIS_NAME", id)):
        filters = [{"Operator": "StringEquals", "Name": name, "Value": value}]
        found = quicksight.search_analyses(Filters=filters)["AnalysisSummaryList"]
        assert id in [each["AnalysisId"] for each in found]
    held = quicksight.describe_analysis_permissions(AnalysisId=id)["Permissions"]
    assert held == [{"Principal": author, "Actions": actions}]


def _now(quicksight: Any, id: str) -> float:
    found = quicksight.describe_analysis(AnalysisId=id)["Analysis"]
    return float(found["LastUpdatedTime"].timestamp())

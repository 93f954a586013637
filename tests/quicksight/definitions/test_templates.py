"""Templates: out of analyses, into analyses and dashboards, versioned and named."""

from typing import Any

import pytest

from tests.quicksight.conftest import refused


@pytest.fixture
def template(quicksight: Any, small: Any, data_sets: Any, number: Any) -> str:
    """The id of a template that was made from an analysis."""
    id = f"template-{next(number)}"
    made = quicksight.create_analysis(AnalysisId=id, Name=id, Definition=small)
    place = {"DataSetPlaceholder": "pupils", "DataSetArn": data_sets["student-ext"]}
    source = {"SourceAnalysis": {"Arn": made["Arn"], "DataSetReferences": [place]}}
    quicksight.create_template(TemplateId=id, Name=id, SourceEntity=source)
    return id


def test_from_an_analysis(quicksight: Any, template: str) -> None:
    version = quicksight.describe_template(TemplateId=template)["Template"]["Version"]
    assert (version["VersionNumber"], version["Status"]) == (1, "CREATION_SUCCESSFUL")
    [configured] = version["DataSetConfigurations"]
    columns = {c["Name"]: c["DataType"] for c in configured["DataSetSchema"]["ColumnSchemaList"]}
    assert (configured["Placeholder"], columns["cumulative_gpa"]) == ("pupils", "DECIMAL")
    definition = quicksight.describe_template_definition(TemplateId=template)["Definition"]
    assert definition["CalculatedFields"][0]["DataSetIdentifier"] == "pupils"
    assert "students" not in str(definition)


def test_into_an_analysis(quicksight: Any, data_sets: Any, template: str) -> None:
    made = quicksight.create_analysis(
        AnalysisId=f"{template}-2",
        Name="x",
        SourceEntity=_source(quicksight, template, data_sets["student-ext"]),
    )
    found = quicksight.describe_analysis_definition(AnalysisId=made["AnalysisId"])
    assert found["ResourceStatus"] == "CREATION_SUCCESSFUL"
    assert found["Definition"]["DataSetIdentifierDeclarations"] == [
        {"Identifier": "pupils", "DataSetArn": data_sets["student-ext"]}
    ]


def test_a_theme_goes_along(quicksight: Any, small: Any, data_sets: Any, fresh: Any) -> None:
    id, themes = fresh("themed"), "arn:aws:quicksight::aws:theme/"
    made = quicksight.create_analysis(
        AnalysisId=id, Name=id, Definition=small, ThemeArn=f"{themes}SEASIDE"
    )
    place = {"DataSetPlaceholder": "pupils", "DataSetArn": data_sets["student-ext"]}
    source = {"SourceAnalysis": {"Arn": made["Arn"], "DataSetReferences": [place]}}
    quicksight.create_template(TemplateId=id, Name=id, SourceEntity=source)
    told = quicksight.describe_template(TemplateId=id)["Template"]["Version"]
    assert told["ThemeArn"] == f"{themes}SEASIDE"
    for number, (given, theme) in enumerate((("", "SEASIDE"), ("MIDNIGHT", "MIDNIGHT"))):
        more = {"ThemeArn": f"{themes}{given}"} if given else {}
        call = {"DashboardId": f"{id}-{number}", "Name": id, **more}
        quicksight.create_dashboard(
            **call, SourceEntity=_source(quicksight, id, data_sets["student-ext"])
        )
        told = quicksight.describe_dashboard(DashboardId=call["DashboardId"])["Dashboard"]
        assert told["Version"]["ThemeArn"] == f"{themes}{theme}"


def test_a_data_set_without_the_columns(quicksight: Any, data_sets: Any, template: str) -> None:
    arn = data_sets["page-views"]
    quicksight.create_dashboard(
        DashboardId=template, Name="x", SourceEntity=_source(quicksight, template, arn)
    )
    version = quicksight.describe_dashboard(DashboardId=template)["Dashboard"]["Version"]
    assert version["Status"] == "CREATION_FAILED"
    error = version["Errors"][0]
    assert error["Type"] == "COLUMN_REPLACEMENT_MISSING"
    assert error["Message"] == f"Required column 'student_id' is missing in data set '{arn}'"


def test_a_source_that_there_is_not(quicksight: Any, data_sets: Any, template: str) -> None:
    source = _source(quicksight, template, data_sets["student-ext"])
    source["SourceTemplate"]["Arn"] += "/version/9"
    made = quicksight.create_dashboard(
        DashboardId=f"{template}-none", Name="x", SourceEntity=source
    )
    found = quicksight.describe_dashboard(DashboardId=made["DashboardId"])["Dashboard"]
    assert [e["Type"] for e in found["Version"]["Errors"]] == ["SOURCE_NOT_FOUND"]


def test_an_update_that_fails_keeps_the_name(quicksight: Any, template: str) -> None:
    nowhere = {"SourceTemplate": {"Arn": f"arn:aws:quicksight:us-east-1:1:template/{template}-x"}}
    quicksight.update_template(TemplateId=template, Name="Another", SourceEntity=nowhere)
    found = quicksight.describe_template(TemplateId=template)["Template"]
    assert (found["Name"], found["Version"]["Status"]) == (template, "CREATION_FAILED")
    quicksight.update_template(
        TemplateId=template,
        Name="Another",
        SourceEntity={"SourceTemplate": {"Arn": found["Arn"] + "/version/1"}},
    )
    assert quicksight.describe_template(TemplateId=template)["Template"]["Name"] == "Another"


def test_a_placeholder_that_nothing_is_given_for(quicksight: Any, template: str) -> None:
    source = _source(quicksight, template, "arn:aws:quicksight:x:1:dataset/y")
    source["SourceTemplate"]["DataSetReferences"][0]["DataSetPlaceholder"] = "others"
    code, said = refused(
        quicksight.create_analysis, AnalysisId="unplaced", Name="x", SourceEntity=source
    )
    assert (code, said) == (
        "InvalidParameterValueException",
        "Data set references are missing for placeholders: pupils",
    )


def test_versions_and_aliases(quicksight: Any, template: str) -> None:
    arn = quicksight.describe_template(TemplateId=template)["Template"]["Arn"]
    source = {"SourceTemplate": {"Arn": arn}}
    quicksight.update_template(TemplateId=template, SourceEntity=source)
    named = {"TemplateId": template, "AliasName": "live"}
    made = quicksight.create_template_alias(**named, TemplateVersionNumber=1)["TemplateAlias"]
    assert made["Arn"] == f"{arn}/alias/live"
    assert refused(quicksight.create_template_alias, **named, TemplateVersionNumber=1)[0] == (
        "ResourceExistsException"
    )
    assert _version(quicksight, **named) == 1
    assert _version(quicksight, TemplateId=template) == 2
    assert _version(quicksight, TemplateId=template, AliasName="$LATEST") == 2
    gone = refused(quicksight.delete_template, TemplateId=template, VersionNumber=1)
    assert gone[0] == "ConflictException"
    quicksight.update_template_alias(**named, TemplateVersionNumber=2)
    aliases = quicksight.list_template_aliases(TemplateId=template)["TemplateAliasList"]
    assert [(a["AliasName"], a["TemplateVersionNumber"]) for a in aliases] == [("live", 2)]
    quicksight.delete_template_alias(**named)
    assert refused(quicksight.describe_template_alias, **named)[0] == "ResourceNotFoundException"
    listed = quicksight.list_template_versions(TemplateId=template)
    assert [v["VersionNumber"] for v in listed["TemplateVersionSummaryList"]] == [1, 2]
    for number in (1, 2):
        quicksight.delete_template(TemplateId=template, VersionNumber=number)
    assert refused(quicksight.describe_template, TemplateId=template)[0] == (
        "ResourceNotFoundException"
    )


def test_a_reserved_alias(quicksight: Any, template: str) -> None:
    named = {"TemplateId": template, "AliasName": "$LATEST", "TemplateVersionNumber": 1}
    code, _ = refused(quicksight.create_template_alias, **named)
    assert code == "InvalidParameterValueException"


def _source(quicksight: Any, template: str, data_set: str) -> dict[str, Any]:
    arn = quicksight.describe_template(TemplateId=template)["Template"]["Arn"]
    place = {"DataSetPlaceholder": "pupils", "DataSetArn": data_set}
    return {"SourceTemplate": {"Arn": arn, "DataSetReferences": [place]}}


def _version(quicksight: Any, **which: Any) -> int:
    return int(quicksight.describe_template(**which)["Template"]["Version"]["VersionNumber"])


@pytest.mark.parametrize("who", ["*", "arn:aws:iam::111122223333:root"])
def test_other_accounts_may_be_given_a_template(quicksight: Any, template: str, who: str) -> None:
    """As ``cid-cmd export`` gives it; nothing else goes to other accounts."""
    given = [{"Principal": who, "Actions": ["quicksight:DescribeTemplate"]}]
    answer = quicksight.update_template_permissions(TemplateId=template, GrantPermissions=given)
    assert answer["Permissions"] == given
    given = [{"Principal": who, "Actions": ["quicksight:DescribeAnalysis"]}]
    call = {"AnalysisId": template, "GrantPermissions": given}
    code, _ = refused(quicksight.update_analysis_permissions, **call)
    assert code == "InvalidParameterValueException"

"""QuickSight in stacks of CloudFormation: what a stack changes is what readers see."""

import copy
import json
from typing import Any

import pytest

from tests.conftest import everything

Json = dict[str, Any]


@pytest.fixture
def stack(client: Any, fresh: Any) -> Any:
    """Make or change a stack of one dashboard; gives its state and its outputs."""
    cloudformation, name = client("cloudformation"), fresh("board")

    def put(id: str, definition: Json, **more: Any) -> tuple[str, Json]:
        properties = {"DashboardId": id, "Name": id, "Definition": definition, **more}
        told = {"Type": "AWS::QuickSight::Dashboard", "Properties": properties}
        outputs = {"At": {"Value": {"Fn::GetAtt": ["Board", "Version.Status"]}}}
        body = json.dumps({"Resources": {"Board": told}, "Outputs": outputs})
        stacks = everything(cloudformation.describe_stacks, "Stacks")
        known = {each["StackName"] for each in stacks}
        call = cloudformation.update_stack if name in known else cloudformation.create_stack
        call(StackName=name, TemplateBody=body)
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
        return found["StackStatus"], outputs

    yield put
    cloudformation.delete_stack(StackName=name)


@pytest.fixture
def broken(small: Json) -> Json:
    """A definition of a column that its data set lacks."""
    made = copy.deepcopy(small)
    [declared] = made["DataSetIdentifierDeclarations"]
    column = {"DataSetIdentifier": declared["Identifier"], "ColumnName": "nowhere"}
    field = {"CategoricalDimensionField": {"FieldId": "f", "Column": column}}
    wells = {"BarChartAggregatedFieldWells": {"Category": [field]}}
    bars = {"BarChartVisual": {"VisualId": "bars", "ChartConfiguration": {"FieldWells": wells}}}
    made["Sheets"] = [{"SheetId": "one", "Visuals": [bars]}]
    return made | {"FilterGroups": [], "CalculatedFields": []}


def test_a_dashboard_that_a_stack_changes_is_published(
    quicksight: Any, stack: Any, small: Json, broken: Json, fresh: Any
) -> None:
    id = fresh("stacked")
    assert stack(id, small) == ("CREATE_COMPLETE", {"At": "CREATION_SUCCESSFUL"})
    tags = [{"Key": "team", "Value": "deans"}]
    assert stack(id, small, VersionDescription="new", Tags=tags)[0] == "UPDATE_COMPLETE"
    assert stack(id, broken, Tags=tags)[0] == "UPDATE_ROLLBACK_COMPLETE"
    found = quicksight.describe_dashboard(DashboardId=id)["Dashboard"]
    assert found["Version"]["Description"] == "new"
    assert quicksight.list_tags_for_resource(ResourceArn=found["Arn"])["Tags"] == tags


def test_a_dashboard_that_quicksight_cannot_make_fails_its_stack(
    quicksight: Any, stack: Any, broken: Json, fresh: Any
) -> None:
    id = fresh("failed")
    assert stack(id, broken) == ("ROLLBACK_COMPLETE", {})
    listed = everything(quicksight.list_dashboards, "DashboardSummaryList")
    assert id not in {each["DashboardId"] for each in listed}


def test_a_topic_and_custom_permissions_are_made_by_a_stack(
    quicksight: Any, client: Any, data_sets: dict[str, str], fresh: Any
) -> None:
    cloudformation, name = client("cloudformation"), fresh("asked")
    words = {"CustomInstructionsString": "Semesters begin in fall."}
    asked = {"TopicId": name, "Name": name, "CustomInstructions": words}
    asked["DataSets"] = [{"DatasetArn": data_sets["student-ext"], "DatasetName": "students"}]
    quiet = {"CustomPermissionsName": name, "Capabilities": {"ExportToCsv": "DENY"}}
    resources = {
        "Topic": {"Type": "AWS::QuickSight::Topic", "Properties": asked},
        "Quiet": {"Type": "AWS::QuickSight::CustomPermissions", "Properties": quiet},
    }
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
    assert quicksight.describe_topic(TopicId=name)["CustomInstructions"] == words
    found = quicksight.describe_custom_permissions(CustomPermissionsName=name)
    assert found["CustomPermissions"]["Capabilities"] == {"ExportToCsv": "DENY"}
    cloudformation.delete_stack(StackName=name)
    profiles = everything(quicksight.list_custom_permissions, "CustomPermissionsList")
    assert name not in {each["CustomPermissionsName"] for each in profiles}


@pytest.mark.parametrize(("waits", "ends"), [("true", "ROLLBACK"), ("false", "CREATE")])
def test_a_data_set_is_there_with_its_rows_unless_its_stack_does_not_wait(
    quicksight: Any, client: Any, data_sets: dict[str, str], fresh: Any, waits: str, ends: str
) -> None:
    cloudformation, id = client("cloudformation"), fresh("rowless")
    views = data_sets["page-views"].rpartition("/")[2]
    tables = quicksight.describe_data_set(DataSetId=views)["DataSet"]["PhysicalTableMap"]
    failing = "mod({pageview_count}, {pageview_count} - {pageview_count})"
    column = {"ColumnName": "none", "ColumnId": "none", "Expression": failing}
    steps = [{"CreateColumnsOperation": {"Columns": [column]}}]
    logical = {"Alias": "views", "Source": {"PhysicalTableId": "p"}, "DataTransforms": steps}
    properties = {
        "DataSetId": id,
        "Name": id,
        "ImportMode": "SPICE",
        "PhysicalTableMap": tables,
        "LogicalTableMap": {"l": logical},
        "IngestionWaitPolicy": {"WaitForSpiceIngestion": waits},
    }
    made = {"Rows": {"Type": "AWS::QuickSight::DataSet", "Properties": properties}}
    cloudformation.create_stack(StackName=id, TemplateBody=json.dumps({"Resources": made}))
    [found] = cloudformation.describe_stacks(StackName=id)["Stacks"]
    listed = everything(quicksight.list_data_sets, "DataSetSummaries")
    there = id in {each["DataSetId"] for each in listed}
    assert (found["StackStatus"], there) == (f"{ends}_COMPLETE", ends == "CREATE")
    cloudformation.delete_stack(StackName=id)

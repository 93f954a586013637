"""What a click does where the dashboard's author says it."""

from typing import Any

import pytest

from labkit.charts.pages import Session
from tests.quicksight.embedding.boards import dashboard, orders
from tests.quicksight.embedding.test_sessions import rows


def action(operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "CustomActionId": "click",
        "Name": "Click",
        "Status": "ENABLED",
        "Trigger": "DATA_POINT_CLICK",
        "ActionOperations": [operation],
    }


@pytest.fixture(scope="module")
def acting(boards: Any, board: str, reader: str) -> Session:
    """A session in which a region filters the years alone, and a product leads elsewhere."""
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    definition = orders(arn)
    [sheet] = definition["Sheets"]
    regions, products, _ = sheet["Visuals"]
    filters = {
        "FilterOperation": {
            "SelectedFieldsConfiguration": {"SelectedFieldOptions": "ALL_FIELDS"},
            "TargetVisualsConfiguration": {
                "SameSheetTargetVisualConfiguration": {"TargetVisuals": ["by-year"]}
            },
        }
    }
    elsewhere = {"LocalNavigationConfiguration": {"TargetSheetId": "more"}}
    regions["BarChartVisual"]["Actions"] = [action(filters)]
    products["BarChartVisual"]["Actions"] = [action({"NavigationOperation": elsewhere})]
    definition["Sheets"].append({"SheetId": "more", "Name": "More"})
    boards.dashboard("acting", definition, reader)
    return Session.open(boards.url(reader, dashboard("acting")))


def test_a_filter_action_has_targets(acting: Session) -> None:
    value = {"set": "o", "column": "region", "value": "West", "kind": "text"}
    picked = [{"visual": "by-region", "values": [value]}]
    assert rows(acting, "by-year", picked=picked) == {"2024": 50}
    assert rows(acting, "by-product", picked=picked) == {"Apples": 90, "Pears": 60}


def test_a_navigation_action_leads_to_a_sheet(acting: Session) -> None:
    model = acting.json("model.json")
    assert [each["name"] for each in model["sheets"]] == ["Sheet 1", "More"]
    assert {each["id"]: each["goto"] for each in model["sheets"][0]["tiles"]} == {
        "by-region": "",
        "by-product": "more",
        "by-year": "",
    }


#: A parameter's value as an action says it, and as a page gets it.
VALUES: dict[str, tuple[Any, Any]] = {
    "a field": ({"SourceField": "by-region.category.region"}, {"column": "region"}),
    "a column": (
        {"SourceColumn": {"DataSetIdentifier": "o", "ColumnName": "product"}},
        {"column": "product"},
    ),
    "a parameter": ({"SourceParameterName": "Other"}, {"parameter": "Other"}),
    "values": (
        {"CustomValuesConfiguration": {"CustomValues": {"StringValues": ["North"]},
                                       "IncludeNullValue": True}},
        {"values": ["North", None]},
    ),
    "all": ({"SelectAllValueOptions": "ALL_VALUES"}, {"values": []}),
}  # fmt: skip


def test_a_click_sets_parameters(boards: Any, board: str, reader: str) -> None:
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    definition = orders(arn)
    region = definition["Sheets"][0]["Visuals"][0]["BarChartVisual"]
    [field] = region["ChartConfiguration"]["FieldWells"]["BarChartAggregatedFieldWells"]["Category"]
    field["CategoricalDimensionField"]["FieldId"] = "by-region.category.region"
    said = [{"DestinationParameterName": "Where", "Value": value} for value, _ in VALUES.values()]
    region["Actions"] = [action({"SetParametersOperation": {"ParameterValueConfigurations": said}})]
    definition["ParameterDeclarations"] = [
        {"StringParameterDeclaration": {"Name": name, "ParameterValueType": "MULTI_VALUED"}}
        for name in ("Where", "Other")
    ]
    boards.dashboard("setting", definition, reader)
    session = Session.open(boards.url(reader, dashboard("setting")))
    tiles = session.json("model.json")["sheets"][0]["tiles"]
    told = {each["id"]: (each["filters"], each["sets"]) for each in tiles}
    sets = [{"parameter": "Where", "to": to} for _, to in VALUES.values()]
    assert (told["by-region"], told["by-product"]) == ((False, sets), (True, []))

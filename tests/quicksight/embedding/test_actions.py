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

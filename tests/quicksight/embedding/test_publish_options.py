"""What a dashboard's publish options let its readers do."""

from typing import Any

import pytest

from labkit import charts
from labkit.charts.pages import Session
from tests.quicksight.embedding.boards import dashboard, orders, visual
from tests.quicksight.embedding.test_actions import action
from tests.quicksight.embedding.test_sessions import refused, rows

OFF = {"AvailabilityStatus": "DISABLED"}
WEST = {"set": "o", "column": "region", "value": "West", "kind": "text"}
CLICK = {"picked": [{"visual": "by-region", "values": [WEST]}]}
RANGE = {
    "NumericEqualityFilter": {
        "FilterId": "mine",
        "Column": {"DataSetIdentifier": "o", "ColumnName": "amount"},
        "Value": 20,
        "MatchOperator": "EQUALS",
        "NullOption": "NON_NULLS_ONLY",
    }
}


@pytest.fixture(scope="module")
def published(boards: Any, board: str, reader: str) -> Any:
    """``published(ExportToCSVOption=OFF)``: a session with a dashboard of these options."""
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    shape = orders(arn)
    by_author = {
        "FilterOperation": {
            "SelectedFieldsConfiguration": {"SelectedFieldOptions": "ALL_FIELDS"},
            "TargetVisualsConfiguration": {
                "SameSheetTargetVisualConfiguration": {"TargetVisualOptions": "ALL_VISUALS"}
            },
        }
    }
    shape["Sheets"][0]["Visuals"][1]["BarChartVisual"]["Actions"] = [action(by_author)]
    table = visual("table", "Hidden", group_by="region", values="sum(amount)")
    [field] = table["TableVisual"]["ChartConfiguration"]["FieldWells"][
        "TableAggregatedFieldWells"
    ]["Values"]  # fmt: skip
    id = field["NumericalMeasureField"]["FieldId"]
    options = {"SelectedFieldOptions": [{"FieldId": id, "Visibility": "HIDDEN"}]}
    table["TableVisual"]["ChartConfiguration"]["FieldOptions"] = options
    hidden = charts.definition([table], data_sets={"o": arn})["Sheets"][0]["Visuals"]
    shape["Sheets"].append({"SheetId": "tables", "Name": "Tables", "Visuals": hidden})

    def open(**options: Any) -> Session:
        id = f"published-{'-'.join(options) or 'plainly'}"
        boards.dashboard(id, shape, reader, options=options)
        return Session.open(boards.url(reader, dashboard(id)))

    return open


def labels(session: Session, visual: str) -> list[str]:
    return [each["label"] for each in session.json(f"visuals/{visual}.json")["fields"]]


def tiles(session: Session) -> dict[str, Any]:
    sheets = session.json("model.json")["sheets"]
    return {each["id"]: each for sheet in sheets for each in sheet["tiles"]}


def test_all_is_allowed_and_controls_are_collapsed_unless_said(published: Any) -> None:
    session = published()
    assert session.json("model.json")["open"] is False
    assert rows(session, "by-year", chosen={"product": ["Pears"]}, filters=[RANGE])
    assert labels(session, "hidden") == ["region", "Sum of amount"]
    assert (tiles(session)["by-region"]["rows"], tiles(session)["by-region"]["filters"]) == (
        True,
        True,
    )


@pytest.mark.parametrize("option", ["ExportToCSVOption", "VisualMenuOption"])
def test_without_export_nobody_reads_rows(published: Any, option: str) -> None:
    session = published(**{option: OFF})
    for query in ({}, {"rows": 1}):
        status, said = refused(session, "visuals/by-region.json", **query)
        assert (status, said.endswith("without export of its rows.")) == (401, True)
    assert not tiles(session)["by-region"]["rows"]
    shown = session.json("visuals/by-region.json", scale=1)
    assert (shown["rows"], shown["fields"], bool(shown["png"])) == ([], [], True)
    assert shown["warnings"][-1].startswith("The rows are not shown")
    assert "<title>South · Sum of amount: 70" in session.read("visuals/by-region.svg").decode()


HIDDEN = [
    {"ExportWithHiddenFieldsOption": OFF},
    {"VisualPublishOptions": {"ExportHiddenFieldsOption": OFF}},
]


@pytest.mark.parametrize("option", HIDDEN, ids=list)
def test_without_hidden_fields(published: Any, option: dict[str, Any]) -> None:
    session = published(**option)
    found = session.json("visuals/hidden.json", rows=1)
    assert [each["label"] for each in found["fields"]] == ["region"]
    assert found["rows"] == [["North"], ["South"], ["West"]]


FILTERS = [{"chosen": {"year": [2023]}}, {"filters": [RANGE]}, CLICK]


def test_without_ad_hoc_filtering(published: Any) -> None:
    session = published(AdHocFilteringOption=OFF)
    said = (401, "This dashboard is published without ad hoc filtering.")
    assert [refused(session, "visuals/by-year.svg", **query) for query in FILTERS] == [said] * 3
    found = tiles(session)
    assert (found["by-region"]["filters"], found["by-product"]["filters"]) == (False, True)
    pears = {"set": "o", "column": "product", "value": "Pears", "kind": "text"}
    by_author = {"picked": [{"visual": "by-product", "values": [pears]}]}
    assert rows(session, "by-region", **by_author) == {"North": 20, "South": 40}
    by_control = {"chosen": {"region": ["West"]}}
    assert rows(session, "by-product", **by_control) == {"Apples": 50}


def test_without_tooltips(published: Any) -> None:
    session = published(DataPointTooltipOption=OFF)
    for path in ("visuals/by-region.svg", "sheet.svg", "page.html"):
        page = session.read(path, **{"plain": 1} if path == "page.html" else {}).decode()
        assert "data-pick" in page
        assert "<title>South" not in page
        assert "Sum of amount: 70" not in page


def test_controls_stand_open(published: Any) -> None:
    session = published(SheetControlsOption={"VisibilityState": "EXPANDED"})
    assert session.json("model.json")["open"] is True

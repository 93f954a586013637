"""What a session serves: pictures and rows of its dashboard, with a reader's choices."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest

from labkit import charts
from labkit.charts.pages import Session
from tests.quicksight.embedding.boards import Boards, dashboard, visual

PNG = b"\x89PNG\r\n"


def rows(session: Session, visual: str, **query: Any) -> dict[str, Any]:
    """A visual's first two columns, each row's second by its first."""
    return {str(row[0]): row[1] for row in session.json(f"visuals/{visual}.json", **query)["rows"]}


def refused(session: Session, path: str, **query: Any) -> tuple[int, str]:
    """The status and the sentence with which a part of a session is refused."""
    told = {k: v if isinstance(v, str) else json.dumps(v) for k, v in query.items()}
    url = f"{session.address}/{path}?{urllib.parse.urlencode(told)}"
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(url)
    body = error.value.read().decode()
    return error.value.code, json.loads(body)["message"] if body.startswith("{") else body


def test_the_visuals(session: Session) -> None:
    assert [(each["id"], each["title"], each["type"]) for each in session.visuals] == [
        ("by-region", "By region", "BarChartVisual"),
        ("by-product", "By product", "BarChartVisual"),
        ("by-year", "By year", "PieChartVisual"),
    ]
    assert {each["sheet"] for each in session.visuals} == {"sheet-1"}


def test_a_visual_as_files(session: Session) -> None:
    found = session.json("visuals/by-region.json")
    assert [(each["label"], each["well"]) for each in found["fields"]] == [
        ("region", "Category"),
        ("Sum of amount", "Values"),
    ]
    assert {row[0]: row[1] for row in found["rows"]} == {"North": 30, "South": 70, "West": 50}
    png = session.read("visuals/by-region.png", width=300, height=200, scale=2)
    assert png.startswith(PNG)
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (600, 400)
    svg = session.read("visuals/by-region.svg", width=300, height=200).decode()
    assert re.search(r'width="300(\.0)?px"', svg)
    assert svg.count("data-pick") == 3
    assert "<title>South · Sum of amount: 70</title>" in svg


def test_a_tables_picture_ends_at_its_last_row_where_that_is_asked_for(
    boards: Boards, board: str, reader: str
) -> None:
    orders = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    rows = visual("table", "Rows", group_by="region", values="sum(amount)")
    boards.dashboard("rows", charts.definition([rows], data_sets={"o": orders}), reader)
    session = Session.open(boards.url(reader, dashboard("rows")))
    whole, fitting, crowded = (
        session.read("visuals/rows.png", width=300, **asked)
        for asked in ({"height": 400}, {"height": 400, "fit": 1}, {"height": 120, "fit": 1})
    )
    assert int.from_bytes(whole[20:24]) == 400
    assert 120 < int.from_bytes(fitting[20:24]) < 200  # a title, a head and three rows
    assert int.from_bytes(crowded[20:24]) == 120  # it says which rows it leaves out


def test_a_click_on_a_number_that_no_double_holds(boards: Boards, reader: str) -> None:
    """A script reads numbers as doubles: the rows of another id were shown."""
    schema = {"id": "INTEGER", "n": "INTEGER"}
    arn = boards.data_set("board-ids", schema, [(2**53, 1), (2**53 + 1, 2)])
    bars, table = (
        charts.visual(kind, kind, schema=schema, data_set="d", **wells)
        for kind, wells in (
            ("bar chart", {"category": "id", "values": "sum(n)"}),
            ("table", {"group_by": "n"}),
        )
    )
    boards.dashboard("ids", charts.definition([bars, table], data_sets={"d": arn}), reader)
    session = Session.open(boards.url(reader, dashboard("ids")))
    marks = re.findall("data-pick='(.*?)'", session.read("visuals/bar-chart.svg").decode())
    found = [
        session.json("visuals/table.json", picked=[{"visual": "bar-chart", "values": values}])
        for values in (json.loads(each, parse_int=float) for each in marks)
    ]
    assert sorted(each["rows"] for each in found) == [[[1]], [[2]]]
    shown = session.json("visuals/bar-chart.json", script=1)["rows"]
    assert sorted(shown, key=str) == [[f"{2**53 + 1}", 2], [2**53, 1]]


def test_a_data_set_that_cannot_be_read_fails_its_own_visuals(
    boards: Boards, board: str, reader: str
) -> None:
    """The page of a dashboard could not be shown for any of its data sets."""
    orders = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    gone = boards.data_set("board-gone", {"region": "STRING"}, [("North",)])
    well = visual("bar chart", "Well", category="region", values="sum(amount)")
    lost = charts.visual("table", "Lost", schema={"region": "STRING"}, data_set="g",
                         group_by="region")  # fmt: skip
    made = charts.definition(
        [well, lost], data_sets={"o": orders, "g": gone},
        filters=[charts.choice("region", "Region", data_set="g")],
    )  # fmt: skip
    boards.dashboard("half", made, reader)
    boards.quicksight.delete_data_set(DataSetId="board-gone")
    session = Session.open(boards.url(reader, dashboard("half")))
    assert rows(session, "well")["North"] == 30
    found = session.json("visuals/lost.json")
    assert (found["rows"], found["warnings"]) == (
        [], ["This visual cannot be shown: DataSet board-gone is not found."],
    )  # fmt: skip
    assert session.read("sheet.png", width=600).startswith(PNG)
    assert b"Well" in session.read("page.html")
    assert session.json("model.json")


CHOICES = [
    pytest.param({"chosen": {"region": ["North"]}}, {"Apples": 10, "Pears": 20}, id="control"),
    pytest.param({"chosen": {"region": []}}, {"Apples": 90, "Pears": 60}, id="all"),
    pytest.param({"chosen": {"year": [2023]}}, {"Apples": 40}, id="another column"),
    pytest.param({"chosen": {"region": "West"}}, {"Apples": 50}, id="one value"),
    pytest.param({"chosen": {"day": ["2023-05-01"]}}, {"Apples": 40}, id="a day"),
    pytest.param(
        {"chosen": {"day": ["2024-06-02", "2024-05-01T12:00:00"]}},
        {"Apples": 50, "Pears": 40},
        id="a day and a moment",
    ),
    pytest.param(
        {"chosen": {"region": ["North", "West"], "year": [2024]}},
        {"Apples": 50, "Pears": 20},
        id="two columns",
    ),
    pytest.param({"state": {"filter:filter-region": ["South"]}}, {"Apples": 30, "Pears": 40},
                 id="state"),
    pytest.param(
        {
            "filters": [
                {
                    "NumericRangeFilter": {
                        "FilterId": "mine",
                        "Column": {"DataSetIdentifier": "o", "ColumnName": "amount"},
                        "RangeMinimum": {"StaticValue": 20},
                        "RangeMaximum": {"StaticValue": 45},
                        "IncludeMinimum": True,
                        "IncludeMaximum": False,
                        "NullOption": "NON_NULLS_ONLY",
                    }
                }
            ]
        },
        {"Apples": 30, "Pears": 60},
        id="a filter of the API",
    ),
    pytest.param(
        {
            "filters": [
                {
                    "CategoryFilter": {
                        "FilterId": "filter-region",
                        "Column": {"DataSetIdentifier": "o", "ColumnName": "region"},
                        "Configuration": {
                            "FilterListConfiguration": {
                                "MatchOperator": "DOES_NOT_CONTAIN",
                                "CategoryValues": ["West"],
                            }
                        },
                    }
                }
            ]
        },
        {"Apples": 40, "Pears": 60},
        id="instead of the definition's",
    ),
    pytest.param(
        {
            "picked": [
                {
                    "visual": "by-region",
                    "values": [
                        {"set": "o", "column": "region", "value": "West", "kind": "text"},
                    ],
                }
            ]
        },
        {"Apples": 50},
        id="a click",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), CHOICES)
def test_choices(session: Session, query: Any, expected: Any) -> None:
    assert rows(session, "by-product", **query) == expected


def test_what_is_clicked_stays_as_it_is(session: Session) -> None:
    value = {"set": "o", "column": "year", "value": 2023, "kind": "number"}
    picked = [{"visual": "by-year", "values": [value]}]
    assert rows(session, "by-year", picked=picked) == {"2023": 40, "2024": 110}
    assert rows(session, "by-region", picked=picked) == {"North": 10, "South": 30}


REFUSED = [
    pytest.param({"chosen": {"color": ["red"]}}, "There is no column color.", id="column"),
    pytest.param({"parameters": {"P": ["1"]}}, "There is no parameter P.", id="parameter"),
    pytest.param({"filters": [{"CategoryFilter": {}}]}, "This is no filter", id="filter"),
    pytest.param({"state": {"filter:x": []}}, "There is no control of filter:x.", id="control"),
    pytest.param({"picked": [{"visual": "by-year"}]}, "picked lists visuals", id="picked"),
    pytest.param({"picked": ["by-year"]}, "picked lists visuals", id="picked text"),
    pytest.param({"chosen": "{"}, "chosen is no JSON", id="JSON"),
    pytest.param({"chosen": "[1]"}, "chosen is written as an object.", id="shape"),
    pytest.param({"width": "wide"}, "width is a number.", id="number"),
    pytest.param({"width": "90000"}, "width is a number from 60 to 4000.", id="size"),
]


@pytest.mark.parametrize(("query", "sentence"), REFUSED)
def test_what_is_no_choice(session: Session, query: Any, sentence: str) -> None:
    status, said = refused(session, "visuals/by-region.json", **query)
    assert (status, said.startswith(sentence)) == (400, True), said


def test_a_sheet(session: Session) -> None:
    assert session.read("sheet.png", width=900, chosen={"region": ["North"]}).startswith(PNG)
    svg = session.read("sheet.svg", chosen={"region": ["North"]}).decode()
    assert svg.count("<svg ") == 4
    ids = re.findall(r'\bid="([^"]+)"', svg)
    for word in ("Board orders", ">Region<", ">North<", ">All<", "By product"):
        assert word in svg
    assert len({each for each in ids if "mark-" in each}) == sum("mark-" in each for each in ids)


def test_unknown_parts(session: Session) -> None:
    assert refused(session, "visuals/other.svg") == (
        404,
        "Visual other is not found. Known: by-region, by-product, by-year.",
    )
    assert refused(session, "nothing")[0] == 404
    assert refused(session, "sheet.svg", sheet="other")[0] == 404


def test_one_visual(boards: Any, board: str, reader: str) -> None:
    ids = {"DashboardId": "orders", "SheetId": "sheet-1", "VisualId": "by-year"}
    url = boards.url(reader, {"DashboardVisual": {"InitialDashboardVisualId": ids}})
    alone = Session.open(url)
    assert [each["id"] for each in alone.visuals] == ["by-year"]
    assert refused(alone, "visuals/by-region.json")[0] == 404
    assert rows(alone, "by-year") == {"2023": 40, "2024": 110}


def test_who_may_frame_it(boards: Any, board: str, reader: str, cloud: Any) -> None:
    url = boards.url(reader, dashboard("orders"), AllowedDomains=["https://example.edu"])
    with urllib.request.urlopen(url) as page:
        policy = page.headers["Content-Security-Policy"]
        secret = page.geturl().rstrip("/").rpartition("/")[2]
        assert page.headers["Cache-Control"] == "no-store"
    frames = next(part for part in policy.split("; ") if part.startswith("frame-ancestors"))
    assert (
        frames == "frame-ancestors 'self' http://127.0.0.1:* http://localhost:* https://example.edu"
    )
    assert "default-src 'none'" in policy
    assert secret not in (cloud.home / "test.log").read_text()


def test_addresses_that_are_not_let_in(quicksight: Any, session: Session) -> None:
    quicksight.update_ip_restriction(IpRestrictionRuleMap={"203.0.113.0/24": "x"}, Enabled=True)
    try:
        assert refused(session, "visuals")[0] == 401
    finally:
        quicksight.update_ip_restriction(IpRestrictionRuleMap={}, Enabled=False)
    assert session.json("visuals")

"""A reader sees her own rows and columns, whatever she asks; so does who has her file."""

import base64
import json
import re
import zlib
from typing import Any

import pytest

from labkit.charts.pages import NotDrawn, Session
from tests.quicksight.embedding.boards import ROWS, SCHEMA, dashboard, orders
from tests.quicksight.embedding.test_sessions import refused, rows

SOUTH = {
    "CategoryFilter": {
        "FilterId": "filter-region",
        "Column": {"DataSetIdentifier": "o", "ColumnName": "region"},
        "Configuration": {
            "FilterListConfiguration": {"MatchOperator": "CONTAINS", "CategoryValues": ["South"]}
        },
    }
}
ATTEMPTS = [
    pytest.param({}, {"North": 30}, id="nothing chosen"),
    pytest.param({"chosen": {"region": ["South"]}}, {}, id="another region"),
    pytest.param({"filters": [SOUTH]}, {}, id="a filter"),
    pytest.param({"state": {"filter:filter-region": []}}, {"North": 30}, id="all"),
]


@pytest.fixture(scope="module")
def north(boards: Any, secured: str, reader: str) -> Session:
    """The session of a reader who sees the North."""
    return Session.open(boards.url(reader, dashboard("secured")))


@pytest.mark.parametrize(("query", "expected"), ATTEMPTS)
def test_rows_of_a_user(north: Session, query: Any, expected: Any) -> None:
    assert rows(north, "by-region", **query) == expected


def test_controls_offer_what_is_seen(north: Session) -> None:
    [sheet] = north.json("model.json")["sheets"]
    assert [control["options"] for control in sheet["controls"]] == [["North"], ["Apples", "Pears"]]


def test_a_file_holds_what_is_seen(north: Session) -> None:
    text = north.read("page.html").decode()
    pictures = "".join(unpacked(text))
    assert "North" in pictures
    assert not re.search("South|West", text + pictures)


def unpacked(page: str) -> list[str]:
    """All pictures of a file."""
    found = re.search(r'<script type="application/json" id="pictures">(.*?)</script>', page)
    assert found
    packs = json.loads(found[1])
    return [
        picture
        for pack in packs.values()
        for picture in json.loads(zlib.decompress(base64.b64decode(pack["pictures"])))
    ]


def test_rows_of_a_tag(boards: Any) -> None:
    rules = [{"TagKey": "tenant", "ColumnName": "region", "MatchAllValue": "*"}]
    arn = boards.data_set(
        "board-tags",
        SCHEMA,
        ROWS,
        RowLevelPermissionTagConfiguration={"Status": "ENABLED", "TagRules": rules},
    )
    made = boards.dashboard("tags", orders(arn))
    for tag, expected in (("South", {"South": 70}), ("*", {"North": 30, "South": 70, "West": 50})):
        session = Session.open(boards.anonymous_url(made, {"tenant": tag}))
        assert rows(session, "by-region") == expected
    nobody = Session.open(boards.anonymous_url(made, {}))
    assert rows(nobody, "by-region") == {}


def test_columns_of_others(boards: Any, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = boards.reader("accountant")
    rule = {"Principals": [other], "ColumnNames": ["product"]}
    arn = boards.data_set("board-columns", SCHEMA, ROWS, ColumnLevelPermissionRules=[rule])
    boards.dashboard("columns", orders(arn), reader)
    session = Session.open(boards.url(reader, dashboard("columns")))
    for query in ({}, {"rows": 1}):
        found = session.json("visuals/by-product.json", **query)
        assert found["rows"] == []
        assert found["warnings"][0].startswith("This visual cannot be shown: ")
    monkeypatch.setenv("LABKIT_PICTURES", "off")
    with pytest.warns(NotDrawn, match="This visual cannot be shown: "):
        session.picture("visuals/by-product", "By product")
    assert rows(session, "by-region", chosen={"product": ["Pears"]}) == {}


def test_what_is_taken_away(boards: Any, quicksight: Any, secured: str) -> None:
    user = boards.reader("leaver")
    actions = {"Principal": user, "Actions": ["quicksight:DescribeDashboard",
                                              "quicksight:ListDashboardVersions",
                                              "quicksight:QueryDashboard"]}  # fmt: skip
    change = quicksight.update_dashboard_permissions
    change(DashboardId="secured", GrantPermissions=[actions])
    session = Session.open(boards.url(user, dashboard("secured")))
    assert rows(session, "by-region") == {}
    change(DashboardId="secured", RevokePermissions=[actions])
    for path in ("visuals", "visuals/by-region.json", "model.json", "sheet.svg"):
        assert refused(session, path)[0] == 401

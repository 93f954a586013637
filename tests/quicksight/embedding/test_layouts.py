"""Sheets as the console exports them: grids, free form, sections, all controls, as one picture."""

import base64
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from labkit import charts
from labkit.charts.pages import Session
from labkit.cloud.quicksight.embedding.layout import Place, places
from labkit.cloud.quicksight.render import Theme
from labkit.errors import NoChart
from tests.quicksight.embedding.boards import BUCKET, SCHEMA, dashboard, orders, visual
from tests.quicksight.embedding.test_sessions import refused, rows

DEFINITIONS = Path(__file__).parents[1] / "definitions"
EXPORTS = sorted(path.stem for path in (DEFINITIONS / "exports").glob("*.json"))
VIEWS = ["user_id", "course_id", "timestamp_year", "timestamp_month", "timestamp_day"]
VIEWS += ["timestamp_hour", "pageview_count"]
SETTINGS = ("QueryExecutionOptions",)  # of an analysis, which a dashboard's definition lacks


@pytest.fixture(scope="module")
def data_sets(boards: Any) -> dict[str, str]:
    """The ARNs of the data sets that the exports declare, by the ids in their ARNs."""
    header, row = csv.reader((DEFINITIONS / "student_ext.csv").read_text().splitlines())
    students = {name: _type(name) for name in header}
    views = dict.fromkeys(VIEWS, "INTEGER")
    return {
        "student-ext": boards.data_set("layout-students", students, [row]),
        "page-views": boards.data_set("layout-views", views, [[1, 1001, 2020, 9, 1, 10, 3]]),
    }


@pytest.fixture(scope="module")
def opened(boards: Any, data_sets: dict[str, str], reader: str) -> Any:
    """``opened("page_views")``: a session with a dashboard of an export."""

    def open(name: str) -> Session:
        export = json.loads((DEFINITIONS / "exports" / f"{name}.json").read_text())
        definition = {k: v for k, v in export["Definition"].items() if k not in SETTINGS}
        for each in definition["DataSetIdentifierDeclarations"]:
            each["DataSetArn"] = data_sets[each["DataSetArn"].partition("/")[2]]
        id = f"layout-{name.replace('_', '-')}"
        boards.dashboard(id, definition, reader)
        return Session.open(boards.url(reader, dashboard(id)))

    return open


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_shown_whole(opened: Any, name: str) -> None:
    session = opened(name)
    model = session.json("model.json")
    for sheet in model["sheets"]:
        svg = session.read("sheet.svg", sheet=sheet["id"], width=900).decode()
        visuals = [each for each in sheet["tiles"] if each["type"] == "visual"]
        assert svg.count("<svg ") == 1 + len(visuals)
        assert all(control["label"] for control in sheet["controls"])
        for tile in sheet["tiles"]:
            assert 0 <= tile["left"] <= tile["left"] + tile["width"] <= sheet["width"] + 1
    assert "<script" not in session.read("").decode().partition("<body>")[0]


SHOWN: dict[str, tuple[dict[str, Any], bool]] = {
    "no rule": ({}, True),
    "hidden": ({"Visibility": "HIDDEN"}, False),
    "hidden by a rule": ({"RenderingRules": [("${Show} = 'b'", "HIDDEN")]}, False),
    "a rule that does not hold": ({"RenderingRules": [("${Show} = 'c'", "HIDDEN")]}, True),
    "shown by a rule": (
        {"Visibility": "HIDDEN", "RenderingRules": [("locate(${Show}, 'b') > 0", "VISIBLE")]},
        True,
    ),
    "a rule of no value": ({"RenderingRules": [("${Unset} = 'b'", "HIDDEN")]}, True),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_rules_show_and_hide_elements(name: str) -> None:
    said, shown = SHOWN[name]
    rules = [{"Expression": expression, "ConfigurationOverrides": {"Visibility": then}}
             for expression, then in said.get("RenderingRules", ())]  # fmt: skip
    where = dict.fromkeys(("XAxisLocation", "YAxisLocation", "Width", "Height"), "90px")
    element = {"ElementId": "v", "ElementType": "VISUAL", **where, **said, "RenderingRules": rules}
    layout = {"Configuration": {"FreeFormLayout": {"Elements": [element]}}}
    found = places({"Layouts": [layout]}, 1600, {"Show": "b", "Unset": None})
    assert bool(found) is shown


def _type(name: str) -> str:
    if name.endswith("_date"):
        return "DATETIME"
    if name.endswith("_gpa"):
        return "DECIMAL"
    numbers = ("_id", "admitted", "enrolled", "_alum", "_ed", "_student", "_ind", "_indicator")
    return "INTEGER" if name.endswith((*numbers, "_year", "_percentile")) else "STRING"


@pytest.fixture(scope="module")
def parameters(boards: Any, board: str, reader: str) -> Session:
    """A session with a dashboard whose one parameter filters, and stands in a title and a text."""
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    listed = {"MatchOperator": "EQUALS", "ParameterName": "Where", "NullOption": "ALL_VALUES"}
    filters = {
        "CategoryFilter": {
            "FilterId": "f",
            "Column": {"DataSetIdentifier": "o", "ColumnName": "region"},
            "Configuration": {"CustomFilterConfiguration": listed},
        }
    }
    control = {
        "Dropdown": {
            "ParameterControlId": "c",
            "Title": "Where",
            "SourceParameterName": "Where",
            "SelectableValues": {"Values": ["North", "South"]},
            "DisplayOptions": {"InfoIconLabelOptions": {"InfoIconText": "The region"}},
        }
    }
    declared = {"Name": "Where", "ParameterValueType": "SINGLE_VALUED"}
    declared["DefaultValues"] = {"StaticValues": ["South"]}
    since = {"DateTimeParameterDeclaration": {"Name": "Since"}}
    content = "<b>Of</b> <parameter>${Where}</parameter><script>alert(1)</script>"
    content += "<expression>${Where}</expression>"
    content = f"<text-box>{content}</text-box>"
    definition = {
        "DataSetIdentifierDeclarations": [{"Identifier": "o", "DataSetArn": arn}],
        "ParameterDeclarations": [{"StringParameterDeclaration": declared}, since],
        "FilterGroups": [
            {
                "FilterGroupId": "g",
                "Filters": [filters],
                "ScopeConfiguration": {"AllSheets": {}},
                "CrossDataset": "SINGLE_DATASET",
            }
        ],
        "Sheets": [
            {
                "SheetId": "s",
                "Visuals": [
                    visual("bar chart", "By product", category="product", values="sum(amount)"),
                    visual("table", "Years", group_by="year", values="sum(amount)"),
                ],
                "ParameterControls": [control],
                "TextBoxes": [{"SheetTextBoxId": "t", "Content": content}],
                "Layouts": [{"Configuration": {"GridLayout": {"Elements": [
                    _element("TEXT_BOX", "t", 0, 2), _element("VISUAL", "by-product", 2, 8),
                    _element("VISUAL", "years", 10, 8),
                ]}}}],
            }
        ],
    }  # fmt: skip
    boards.dashboard("parameters", definition, reader)
    return Session.open(boards.url(reader, dashboard("parameters")))


def _element(kind: str, id: str, row: int, rows: int) -> dict[str, Any]:
    place = {"ColumnIndex": 0, "ColumnSpan": 36, "RowIndex": row, "RowSpan": rows}
    return {"ElementId": id, "ElementType": kind, **place}


def test_a_parameter(parameters: Session) -> None:
    assert rows(parameters, "by-product") == {"Apples": 30, "Pears": 40}
    assert rows(parameters, "by-product", parameters={"where": ["North"]}) == {
        "Apples": 10,
        "Pears": 20,
    }
    every = {"Apples": 90, "Pears": 60}
    assert rows(parameters, "by-product", parameters={"Where": ["[ALL]"]}) == every
    assert rows(parameters, "by-product", state={"parameter:Where": []}) == every
    told = refused(parameters, "visuals/by-product.json", parameters={"Since": ["soon"]})
    assert told == (400, "soon is no DateTime.")


def test_what_controls_start_with(boards: Any, board: str, reader: str) -> None:
    """A rolling date's moment, a parameter's number, and nothing where all is selected."""
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    rolling = {"RollingDate": {"Expression": "truncDate('YYYY', parseDate('2024-05-01'))"}}
    now = {"AnchorDateConfiguration": {"AnchorOption": "NOW"}, "NullOption": "NON_NULLS_ONLY"}
    relative = {"RelativeDateType": "LAST", "TimeGranularity": "DAY", "ParameterName": "N"}
    by: dict[str, Any] = {"Column": _column("day"), "SortDirection": "DESC"}
    by |= {"AggregationFunction": {"DateAggregationFunction": "MAX"}}
    filters = {
        "TimeRangeFilter": {"RangeMinimumValue": rolling, "NullOption": "NON_NULLS_ONLY"},
        "TimeEqualityFilter": rolling,
        "RelativeDatesFilter": now | relative,
        "TopBottomFilter": {"ParameterName": "N", "AggregationSortConfigurations": [by]},
    }
    kinds = ["DateTimePicker", "DateTimePicker", "RelativeDateTime", "TextField"]
    controls = [
        {kind: {"FilterControlId": f"c{name}", "SourceFilterId": name, "Title": name}}
        for kind, name in zip(kinds, filters, strict=True)
    ]
    shape = charts.definition(
        [visual("table", "Years", group_by="year", values="sum(amount)")], data_sets={"o": arn}
    )
    shape["FilterGroups"] = [
        {
            "FilterGroupId": name,
            "Filters": [{name: {**body, "FilterId": name, "Column": by["Column"]}}],
            "ScopeConfiguration": {"AllSheets": {}},
            "CrossDataset": "SINGLE_DATASET",
        }
        for name, body in filters.items()
    ]
    declared = {"Name": "N", "ParameterValueType": "SINGLE_VALUED"}
    declared["DefaultValues"] = {"StaticValues": [3]}
    every = {"Name": "Every", "ParameterValueType": "MULTI_VALUED"}
    every["DefaultValues"] = {"StaticValues": ["ALL_VALUES"]}
    shape["ParameterDeclarations"] = [
        {"IntegerParameterDeclaration": declared},
        {"StringParameterDeclaration": every},
        {"StringParameterDeclaration": {**every, "Name": "One"}},
    ]
    shape["Sheets"][0]["FilterControls"] = controls
    after = {"SourceSheetControlId": "r", "ColumnToMatch": _column("region")}
    shape["Sheets"][0]["ParameterControls"] = [
        _drop_down("r", "Every", "region"),
        _drop_down(
            "p", "One", "product", CascadingControlConfiguration={"SourceControls": [after]}
        ),
    ]
    boards.dashboard("starts", shape, reader)
    start = "2024-01-01T00:00:00+00:00"
    session = Session.open(boards.url(reader, dashboard("starts")))
    found = session.json("model.json")
    [sheet] = found["sheets"]
    offered = {each["label"]: each["options"] for each in sheet["controls"]}
    assert offered["One"] == ["Apples", "Pears"]
    assert found["state"] == {
        "parameter:N": [3],
        "parameter:Every": [],
        "parameter:One": [],
        "filter:TimeRangeFilter": [start, None],
        "filter:TimeEqualityFilter": [start],
        "filter:RelativeDatesFilter": ["LAST", "DAY", 3],
        "filter:TopBottomFilter": [3],
    }
    null = session.json("model.json", state={"parameter:Every": [None]})  # no row has it
    assert null["state"]["parameter:Every"] == [None]
    offered = {each["label"]: each["options"] for each in null["sheets"][0]["controls"]}
    assert offered["One"] == []


def test_a_control_after_one_that_leaves_values_out(boards: Any, board: str, reader: str) -> None:
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    shape = orders(arn)
    first, second = (each["Filters"][0]["CategoryFilter"] for each in shape["FilterGroups"])
    out = {"MatchOperator": "DOES_NOT_CONTAIN", "CategoryValues": ["North", "South"]}
    first["Configuration"] = {"FilterListConfiguration": out}
    by_filter = {
        body["SourceFilterId"]: body
        for each in shape["Sheets"][0]["FilterControls"]
        for body in each.values()
    }
    id = by_filter[first["FilterId"]]["FilterControlId"]
    source = {"SourceSheetControlId": id, "ColumnToMatch": _column("region")}
    by_filter[second["FilterId"]]["CascadingControlConfiguration"] = {"SourceControls": [source]}
    boards.dashboard("leaving-out", shape, reader)
    session = Session.open(boards.url(reader, dashboard("leaving-out")))
    [sheet] = session.json("model.json")["sheets"]
    assert {each["label"]: each["options"] for each in sheet["controls"]} == {
        "Region": ["North", "South", "West"],
        "Product": ["Apples"],
    }


def _column(name: str) -> dict[str, str]:
    return {"DataSetIdentifier": "o", "ColumnName": name}


def _drop_down(id: str, parameter: str, column: str, **members: Any) -> dict[str, Any]:
    source = {"Title": parameter, "SourceParameterName": parameter, "Type": "MULTI_SELECT"}
    values = {"SelectableValues": {"LinkToDataSetColumn": _column(column)}}
    return {"Dropdown": {"ParameterControlId": id, **source, **values, **members}}


def test_words_of_a_text_box(parameters: Session) -> None:
    """Parameters are filled in; of the markup only what is known gets through."""
    [sheet] = parameters.json("model.json", state={"parameter:Where": ["North"]})["sheets"]
    [box] = [each for each in sheet["tiles"] if each["type"] == "text"]
    assert re.sub("<[^>]*>", "", box["html"]) == "Of Northalert(1)North"
    assert "<script" not in box["html"]
    assert ">North<" in parameters.read("sheet.svg", parameters={"Where": ["North"]}).decode()


PADDINGS: dict[str, tuple[str, tuple[int, ...]]] = {
    "one size": ("10px", (10, 10, 580, 380)),
    "two": ("10px 20px", (20, 10, 560, 380)),
    "three": ("10px 20px 30px", (20, 10, 560, 360)),
    "four": ("10px 20px 30px 40px", (40, 10, 540, 360)),
    "none": ("", (0, 0, 600, 400)),
}


@pytest.mark.parametrize("name", PADDINGS)
def test_padding_leaves_room(name: str) -> None:
    said, room = PADDINGS[name]
    found = Place("VISUAL", "v", 0, 0, 600, 400, {"Padding": said}).inside()
    assert (found.left, found.top, found.width, found.height) == room


def test_an_element_ends_with_the_grid() -> None:
    element = _element("VISUAL", "v", 0, 2) | {"ColumnIndex": 20, "ColumnSpan": 20}
    sheet = {"Layouts": [{"Configuration": {"GridLayout": {"Elements": [element]}}}]}
    [found] = places(sheet, 1600, {})
    assert found.left + found.width == pytest.approx(1600)


def test_words_on_the_sheet_go_on_to_the_next_element() -> None:
    framed = {"BackgroundStyle": {"Color": "#FFFFFF"}}
    boxes = [_element("TEXT_BOX", "a", 0, 1), _element("TEXT_BOX", "b", 1, 1) | framed]
    sheet = {"Layouts": [{"Configuration": {"GridLayout": {"Elements": boxes}}}]}
    assert [each.height for each in places(sheet, 1600, {})] == [31, 19]


TILES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[Any, ...]]] = {
    "nothing said": ({}, {}, (0, 0)),
    "the theme's": ({"Border": {"Show": True, "Color": "#2A5D78", "Width": "2px"},
                     "Padding": "9px"}, {}, (2, 9)),
    "the element's": ({"Border": {"Color": "#2A5D78", "Width": "2px"}, "Padding": "9px"},
                      {"BorderStyle": {"Color": "#2A5D78", "Width": "4px"}, "Padding": "1px"},
                      (4, 1)),
    "no border": ({"Border": {"Show": False, "Color": "#2A5D78"}}, {}, (0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", TILES)
def test_a_theme_says_what_tiles_look_like(name: str) -> None:
    tile, own, (border, padding) = TILES[name]
    theme = Theme.of({"Sheet": {"Tile": tile}})
    elements = [_element("VISUAL", "v", 0, 12) | own, _element("TEXT_BOX", "t", 12, 2)]
    sheet = {"Layouts": [{"Configuration": {"GridLayout": {"Elements": elements}}}]}
    visual, box = places(sheet, 1600, {}, theme.sheet)
    assert (visual.border[0], visual.padding[0]) == (border, padding)
    assert (box.border[0], box.padding[0]) == (0, 0)


def test_a_tile_has_its_border_and_padding(boards: Any, board: str, reader: str) -> None:
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    shape = charts.definition(
        [visual("table", "Years", group_by="year", values="sum(amount)")], data_sets={"o": arn}
    )
    [sheet] = shape["Sheets"]
    [body] = sheet["Visuals"][0].values()
    border = {"Visibility": "VISIBLE", "Color": "#2A5D78", "Width": "3px"}
    element = _element("VISUAL", body["VisualId"], 0, 12) | {"BorderStyle": border}
    element |= {"Padding": "10px 20px", "BorderRadius": "8px"}
    sheet["Layouts"] = [{"Configuration": {"GridLayout": {"Elements": [element]}}}]
    boards.dashboard("edges", shape, reader)
    session = Session.open(boards.url(reader, dashboard("edges")))
    [[tile]] = [each["tiles"] for each in session.json("model.json")["sheets"]]
    assert tile["style"] == {
        "border": "3px solid #2A5D78", "border-radius": "8px", "padding": "10px 20px 10px 20px",
    }  # fmt: skip
    [place] = re.findall(r'<svg x="([\d.]+)" y="([\d.]+)"', session.read("sheet.svg").decode())
    assert place == ("39", "59")  # of the sheet's margins 16 and 46, the border, the padding


def test_a_sheet_has_its_title_and_description(boards: Any, reader: str) -> None:
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    shape = charts.definition(
        [visual("table", "Years", group_by="year", values="sum(amount)")], data_sets={"o": arn}
    )
    shape["Sheets"][0] |= {"Title": "Sales & more", "Description": "By region."}
    boards.dashboard("headed", shape, reader)
    session = Session.open(boards.url(reader, dashboard("headed")))
    [heading] = [each["heading"] for each in session.json("model.json")["sheets"]]
    assert heading == {"title": "Sales & more", "description": "By region."}
    svg = session.read("sheet.svg").decode()
    assert all(word in svg for word in ("&amp;", "By", "region."))


def test_a_text_box_has_its_background(boards: Any, board: str, reader: str) -> None:
    """Dark here, with words in the light colour that can be read on it."""
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    shape = charts.definition(
        [visual("table", "Years", group_by="year", values="sum(amount)")], data_sets={"o": arn}
    )
    [sheet] = shape["Sheets"]
    words = '<text-box><inline color="PrimaryBackground">Cost</inline></text-box>'
    sheet["TextBoxes"] = [{"SheetTextBoxId": "t", "Content": words}]
    element = _element("TEXT_BOX", "t", 0, 2) | {"BackgroundStyle": {"Color": "#2A5D78"}}
    sheet["Layouts"] = [{"Configuration": {"GridLayout": {"Elements": [element]}}}]
    boards.dashboard("ground", shape, reader)
    session = Session.open(boards.url(reader, dashboard("ground")))
    [[box]] = [each["tiles"] for each in session.json("model.json")["sheets"]]
    assert box["style"]["background"] == "#2A5D78"
    assert int(box["style"]["color"][1:3], 16) > 200
    assert "#2a5d78" in session.read("sheet.svg").decode().lower()


def test_a_theme_says_what_a_sheet_looks_like(boards: Any, board: str, reader: str) -> None:
    """Its background, on which words are light here, and no room between and around the tiles."""
    hidden = {"Show": False}
    look = {"Background": {"Color": "#22334A"}, "TileLayout": {"Gutter": hidden, "Margin": hidden}}
    boards.quicksight.create_theme(
        ThemeId="ground", Name="g", BaseThemeId="CLASSIC", Configuration={"Sheet": look}
    )
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    boards.dashboard("themed", orders(arn), reader)
    boards.quicksight.update_dashboard(
        DashboardId="themed",
        Name="themed",
        Definition=orders(arn),
        ThemeArn=f"arn:aws:quicksight:us-east-1:{boards.quicksight.account}:theme/ground",
    )
    boards.quicksight.update_dashboard_published_version(DashboardId="themed", VersionNumber=2)
    session = Session.open(boards.url(reader, dashboard("themed")))
    [sheet] = session.json("model.json")["sheets"]
    first, second = sheet["tiles"][:2]
    assert second["left"] == pytest.approx(first["left"] + first["width"], abs=0.1)
    page = session.read("").decode()
    assert "--ground:#22334A;" in page
    assert "--margin:0" in page
    [red] = re.findall("--on:#(..)", page)
    assert int(red, 16) > 200
    assert "#22334a" in session.read("sheet.svg").decode().lower()


def test_what_a_control_says_of_itself(parameters: Session) -> None:
    [sheet] = parameters.json("model.json")["sheets"]
    told = {each["title"]: (each["info"], each["hint"]) for each in sheet["controls"]}
    assert told == {"Where": ("The region", True)}


def test_images_of_a_sheet(boards: Any, board: str, reader: str) -> None:
    """The file is on the page and in the picture; one that is not there is told."""
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]
    shape = charts.definition(
        [visual("table", "Years", group_by="year", values="sum(amount)")], data_sets={"o": arn}
    )
    logo = io.BytesIO()
    Image.new("RGB", (8, 4), "#AA0055").save(logo, "PNG")
    boards.s3.put_object(Bucket=BUCKET, Key="logo.png", Body=logo.getvalue())
    keys = {"logo": "logo.png", "crest": "none.png"}
    [sheet] = shape["Sheets"]
    shape["StaticFiles"] = [
        {"ImageStaticFile": {"StaticFileId": id, "Source": {"S3Options": _object(key)}}}
        for id, key in keys.items()
    ]
    sheet["Images"] = [
        {
            "SheetImageId": id,
            "Source": {"SheetImageStaticFileSource": {"StaticFileId": id}},
            "Scaling": {"ScalingType": "SCALE_TO_CONTAINER"},
            "ImageContentAltText": f"The {id}",
        }
        for id in keys
    ]
    elements = [_element("IMAGE", id, 5 * at, 5) for at, id in enumerate(keys)]
    sheet["Layouts"] = [{"Configuration": {"GridLayout": {"Elements": elements}}}]
    boards.dashboard("images", shape, reader)
    session = Session.open(boards.url(reader, dashboard("images")))
    [[shown, missing]] = [each["tiles"] for each in session.json("model.json")["sheets"]]
    assert session.read(shown["source"]) == logo.getvalue()
    assert refused(session, "images/crest")[0] == 404
    assert (missing["title"], "source" in missing) == ("The crest", False)
    assert base64.b64encode(logo.getvalue()) in session.read("page.html")
    picture = Image.open(io.BytesIO(session.read("sheet.png", width=600))).convert("RGB")
    at = (picture.width // 4, 46 + 60)
    assert sum(abs(a - b) for a, b in zip(picture.getpixel(at), (170, 0, 85), strict=True)) < 12  # type: ignore[arg-type]
    assert "The crest" in session.read("sheet.svg").decode()


def _object(key: str) -> dict[str, str]:
    return {"BucketName": BUCKET, "ObjectKey": key, "Region": "us-east-1"}


def test_a_file_of_a_parameter(parameters: Session) -> None:
    page = parameters.read("page.html").decode()
    assert not re.search(r"https?://(?!www\.w3\.org|purl\.org|creativecommons)", page)
    packs = json.loads(re.search(r'id="pictures">(.*?)</script>', page)[1])  # type: ignore[index]
    assert {id: pack["keys"] for id, pack in packs.items()} == {
        "by-product": ["parameter:Where"],
        "years": ["parameter:Where"],
    }
    assert sorted(packs["years"]["index"]) == ["0", "1", "2"]
    assert re.search("<noscript>.*Trust HTML.*</noscript>", page)
    assert packs["years"]["first"] == packs["years"]["index"]["2"]
    fixed = parameters.read("page.html", controls=",").decode()
    assert '"fixed":' in fixed


def test_a_file_of_too_many_pictures(boards: Any, reader: str) -> None:
    many = [(f"R{at % 30}", f"P{at % 31}", 2024, at, "2024-01-01") for at in range(930)]
    arn = boards.data_set("board-many", SCHEMA, many)
    boards.dashboard("many", orders(arn), reader)
    session = Session.open(boards.url(reader, dashboard("many")))
    status, said = refused(session, "page.html")
    assert status == 409
    assert "would hold 2,976 pictures; 300 are the most" in said
    assert "Leave out the control Product (31 values): page.html?controls=control-region" in said
    assert refused(session, "page.html", controls="Nothing")[0] == 400
    with pytest.raises(NoChart, match="300 are the most"):
        session.read("page.html")


def test_a_file_in_plain_text(session: Session) -> None:
    page = session.read("page.html", controls="Region", plain="1").decode()
    packs = json.loads(re.search(r'id="pictures">(.*?)</script>', page)[1])  # type: ignore[index]
    assert len(packs["by-product"]["pictures"]) == 4
    assert "South · Sum of amount" in packs["by-region"]["svg"]

"""Embedded dashboards in a real browser: live ones, and files from disk without a network."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from labkit.charts.calls import PUBLISHED
from labkit.charts.pages import Session
from tests.browser.conftest import SCREENSHOTS
from tests.quicksight.conftest import allow_bucket, quicksight
from tests.quicksight.embedding.boards import ROWS, SCHEMA, Boards, dashboard, orders

pytestmark = pytest.mark.browser
__all__ = ["allow_bucket", "quicksight"]


@pytest.fixture(scope="module")
def boards(quicksight: Any, client: Any, allow_bucket: Any) -> Boards:
    return Boards(quicksight, client, allow_bucket)


@pytest.fixture(scope="module")
def reader(boards: Boards) -> str:
    arn = boards.data_set("browser-orders", SCHEMA, ROWS)
    user = boards.reader("browser")
    boards.dashboard("light", orders(arn), user, options=PUBLISHED)
    boards.dashboard("dark", orders(arn), user, "MIDNIGHT", PUBLISHED)
    return user


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose errors fail the test, and that asks nobody but this machine."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    found = context.new_page()
    errors: list[str] = []
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.on("console", lambda said: errors.extend(_mistakes(said)))
    found.on("request", lambda asked: errors.extend(_foreign(asked.url)))
    yield found
    context.close()
    assert errors == []


def _foreign(url: str) -> list[str]:
    return [] if re.match(r"(http://127\.0\.0\.1:\d+/labkit|file:|data:|blob:)", url) else [url]


def _mistakes(said: ConsoleMessage) -> list[str]:
    return [said.text] if said.type == "error" and "401" not in said.text else []


def drawn(page: Page, times: int) -> None:
    """Wait until all visuals are drawn so many times."""
    page.wait_for_selector(f'body[data-drawn="{times}"]', timeout=30_000)


def marks(page: Page, visual: str) -> list[str]:
    """What a visual's marks tell, in the order of the alphabet."""
    titles = page.locator(f'[data-visual="{visual}"] [data-pick] title')
    return sorted(titles.all_text_contents())


@pytest.fixture
def live(page: Page, boards: Boards, reader: str) -> Page:
    page.goto(boards.url(reader, dashboard("light")))
    drawn(page, 1)
    return page


def test_a_control_filters(live: Page) -> None:
    live.locator("summary[aria-label^=Region]").click()
    live.get_by_role("checkbox", name="West").uncheck()
    drawn(live, 2)
    live.get_by_role("checkbox", name="South").uncheck()
    drawn(live, 3)
    assert marks(live, "by-product") == ["Apples · Sum of amount: 10", "Pears · Sum of amount: 20"]
    live.keyboard.press("Escape")
    expect(live.locator("summary[aria-label^=Region]")).to_have_text("North")
    live.screenshot(path=SCREENSHOTS / "dashboard-live.png")
    live.get_by_role("button", name="Reset").click()
    drawn(live, 4)
    assert len(marks(live, "by-region")) == 3


def test_parameters_in_the_address(page: Page, boards: Boards, reader: str) -> None:
    """Several values of one that has no control; a click sets another one."""
    arn = boards.quicksight.describe_data_set(DataSetId="browser-orders")["DataSet"]["Arn"]
    shape = orders(arn)
    declared = {"Name": "Where", "ParameterValueType": "MULTI_VALUED"}
    shape["ParameterDeclarations"] = [{"StringParameterDeclaration": declared}]
    [group, *_] = shape["FilterGroups"]
    how = {"MatchOperator": "EQUALS", "ParameterName": "Where", "NullOption": "NON_NULLS_ONLY"}
    by = {"CustomFilterConfiguration": how}
    group["Filters"][0]["CategoryFilter"]["Configuration"] = by
    shape["Sheets"][0]["FilterControls"] = []
    column = {"DataSetIdentifier": "o", "ColumnName": "region"}
    to = {"DestinationParameterName": "Where", "Value": {"SourceColumn": column}}
    shape["Sheets"][0]["Visuals"][0]["BarChartVisual"]["Actions"] = [
        {
            "CustomActionId": "set",
            "Name": "Set",
            "Trigger": "DATA_POINT_CLICK",
            "ActionOperations": [
                {"SetParametersOperation": {"ParameterValueConfigurations": [to]}}
            ],
        }
    ]
    boards.dashboard("addressed", shape, reader)
    page.goto(boards.url(reader, dashboard("addressed")) + "#p.where=North&p.where=West")
    drawn(page, 1)
    assert marks(page, "by-product") == ["Apples · Sum of amount: 60", "Pears · Sum of amount: 20"]
    page.get_by_role("button", name="West ·").click()
    drawn(page, 2)
    assert marks(page, "by-product") == ["Apples · Sum of amount: 50"]


def test_a_click_on_a_bar_filters_the_others(live: Page) -> None:
    bar = live.get_by_role("button", name="West ·")
    bar.click()
    drawn(live, 2)
    assert marks(live, "by-product") == ["Apples · Sum of amount: 50"]
    assert len(marks(live, "by-region")) == 3
    expect(bar).to_have_attribute("aria-pressed", "true")
    live.get_by_role("button", name="Remove the filter By region").click()
    drawn(live, 3)
    assert len(marks(live, "by-product")) == 2


def test_the_keyboard_picks_a_mark(live: Page) -> None:
    live.get_by_role("button", name="North").focus()
    live.keyboard.press("ArrowRight")
    expect(live.locator("[data-pick]:focus path").first).to_have_css("stroke-width", "3px")
    live.keyboard.press("Enter")
    drawn(live, 2)
    assert marks(live, "by-product") == ["Apples · Sum of amount: 30", "Pears · Sum of amount: 40"]


def test_a_picture_on_a_phone_has_room_for_rows(live: Page) -> None:
    live.set_viewport_size({"width": 390, "height": 800})
    expect(live.locator("body")).to_have_class("narrow")
    box = live.get_by_role("figure", name="By year").bounding_box()
    assert box is not None
    assert box["height"] >= 200


def test_many_tabs_have_a_line_of_their_own(page: Page, boards: Boards, reader: str) -> None:
    """They stood in three lines between the title and the buttons."""
    arn = boards.quicksight.describe_data_set(DataSetId="browser-orders")["DataSet"]["Arn"]
    shape = orders(arn)
    named = [{"SheetId": f"more-{at}", "Name": f"A sheet with a name {at}"} for at in range(9)]
    shape["Sheets"] += [{**each, "Visuals": []} for each in named]
    boards.dashboard("tabs", shape, reader, options=PUBLISHED)
    page.goto(boards.url(reader, dashboard("tabs")))
    drawn(page, 1)
    places = [page.locator(each).bounding_box() or {} for each in ("h1", ".tools", "#tabs")]
    *above, tabs = places
    assert all(each["y"] + each["height"] <= tabs["y"] for each in above)


def test_a_text_that_is_longer_than_its_box_is_read_to_its_end(
    page: Page, boards: Boards, reader: str
) -> None:
    """Its last line was cut at half its height."""
    arn = boards.quicksight.describe_data_set(DataSetId="browser-orders")["DataSet"]["Arn"]
    shape = orders(arn)
    [sheet] = shape["Sheets"]
    told = "".join(f"Line {at}<br/>" for at in range(40))
    sheet["TextBoxes"] = [{"SheetTextBoxId": "long", "Content": f"<text-box>{told}</text-box>"}]
    place = {"ElementId": "long", "ElementType": "TEXT_BOX", "ColumnSpan": 36, "RowSpan": 3}
    sheet["Layouts"] = [{"Configuration": {"GridLayout": {"Elements": [place]}}}]
    boards.dashboard("told", shape, reader, options=PUBLISHED)
    page.goto(boards.url(reader, dashboard("told")))
    drawn(page, 1)
    box = page.locator(".tile.text")
    box.hover()
    page.mouse.wheel(0, 5000)
    expect(box.get_by_text("Line 39")).to_be_in_viewport()


def test_the_rows_behind_a_picture(live: Page) -> None:
    figure = live.get_by_role("figure", name="By year")
    figure.hover()
    figure.get_by_role("button", name="Rows").click()
    expect(figure.get_by_role("row")).to_have_text(["yearSum of amount", "202340", "2024110"])


def test_what_is_published_without_filtering_and_tooltips(
    page: Page, boards: Boards, reader: str
) -> None:
    arn = boards.quicksight.describe_data_set(DataSetId="browser-orders")["DataSet"]["Arn"]
    off = {"AvailabilityStatus": "DISABLED"}
    names = ("AdHocFilteringOption", "DataPointTooltipOption", "ExportToCSVOption")
    boards.dashboard("bare", orders(arn), reader, options=dict.fromkeys(names, off))
    page.goto(boards.url(reader, dashboard("bare")))
    drawn(page, 1)
    assert (marks(page, "by-region"), page.get_by_role("button", name="Rows").count()) == ([], 0)
    assert page.locator("[data-pick].live").count() == 0
    region = page.locator("summary[aria-label^=Region]")
    expect(region).to_be_hidden()
    page.get_by_text("Controls", exact=True).click()
    region.click()
    page.get_by_role("checkbox", name="West").uncheck()
    drawn(page, 2)
    page.screenshot(path=SCREENSHOTS / "dashboard-bare.png")


def test_a_rule_shows_an_element_when_its_parameter_changes(
    page: Page, boards: Boards, reader: str
) -> None:
    arn = boards.quicksight.describe_data_set(DataSetId="browser-orders")["DataSet"]["Arn"]
    shape = orders(arn)
    [sheet] = shape["Sheets"]
    declared = {"Name": "Show", "ParameterValueType": "SINGLE_VALUED"}
    declared["DefaultValues"] = {"StaticValues": ["regions"]}
    shape["ParameterDeclarations"] = [{"StringParameterDeclaration": declared}]
    values = {"Values": ["regions", "products"]}
    control = {"ParameterControlId": "show", "Title": "Show", "SourceParameterName": "Show"}
    sheet["ParameterControls"] = [{"Dropdown": {**control, "SelectableValues": values}}]

    def place(id: str, when: str) -> dict[str, Any]:
        rule = {"Expression": f"${{Show}} = '{when}'"}
        rule["ConfigurationOverrides"] = {"Visibility": "VISIBLE"}
        where = {"XAxisLocation": "0px", "YAxisLocation": "0px", "Width": "700px"}
        shown = {"Height": "400px", "Visibility": "HIDDEN", "RenderingRules": [rule]}
        return {"ElementId": id, "ElementType": "VISUAL", **where, **shown}

    elements = [place("by-region", "regions"), place("by-product", "products")]
    sheet["Layouts"] = [{"Configuration": {"FreeFormLayout": {"Elements": elements}}}]
    boards.dashboard("ruled", shape, reader, options=PUBLISHED)
    page.goto(boards.url(reader, dashboard("ruled")))
    drawn(page, 1)
    expect(page.get_by_role("figure")).to_have_accessible_name("By region")
    page.get_by_label("Show", exact=True).select_option("products")
    drawn(page, 2)
    expect(page.get_by_role("figure")).to_have_accessible_name("By product")
    assert len(marks(page, "by-product")) == 2
    page.get_by_role("button", name="Apples ·").click()
    drawn(page, 3)
    expect(page.get_by_role("button", name="Apples ·")).to_have_attribute("aria-pressed", "true")


def test_a_used_link_says_so(page: Page, boards: Boards, reader: str) -> None:
    url = boards.url(reader, dashboard("light"))
    Session.open(url)
    with page.expect_response(url) as answer:
        page.evaluate("url => { location.href = url }", url)
    assert answer.value.status == 401
    expect(page.get_by_role("heading")).to_have_text("This link has been used or has expired")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_file_filters_without_a_network(
    browser: Browser, boards: Boards, reader: str, tmp_path: Path, page: Page, theme: str
) -> None:
    path = tmp_path / "dashboard.html"
    path.write_bytes(Session.open(boards.url(reader, dashboard(theme))).read("page.html"))
    page.context.set_offline(True)
    page.goto(path.as_uri())
    drawn(page, 1)
    page.get_by_label("Region", exact=True).select_option("South")
    drawn(page, 2)
    assert marks(page, "by-product") == ["Apples · Sum of amount: 30", "Pears · Sum of amount: 40"]
    page.get_by_role("button", name="Pears").click()
    drawn(page, 3)
    expect(page.get_by_label("Product", exact=True)).to_have_value("Pears")
    assert marks(page, "by-region") == ["South · Sum of amount: 40"]
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(244, 246, 248)", "dark": "rgb(32, 45, 62)"}[theme]
    page.screenshot(path=SCREENSHOTS / f"dashboard-file-{theme}.png")

"""The profile's page: all that the job told, nothing that runs, in any width and light."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from labkit.cloud.databrew.profile.defaults import NUMBER, STATISTICS
from labkit.cloud.databrew.profile.entities import ENTITIES
from labkit.cloud.engine import DuckEngine, Session
from labkit.widgets.profile import ProfileView
from labkit.widgets.profile_masks import suggestion
from tests.databrew.profiling import profiled
from tools.browser import find

STUDENTS = {
    "id": ("int", list(range(1, 41))),
    "first_name": ("string", ["Ann", "<b>Bob</b>", *["Cem"] * 38]),
    "gpa": ("double", [n / 10 for n in range(39)] + [35.2]),
    "clicks": ("int", [n * 7 for n in range(38)] + [None, 250]),
    "hard": ("int", [-n for n in range(40)]),
    "active": ("boolean", [True] * 38 + [False, None]),
    "empty": ("string", [""] * 39 + [None]),
    "same": ("int", [7] * 40),
}
DETECTED = {
    "EntityDetectorConfiguration": {
        "EntityTypes": ["USA_ALL", "PERSON_NAME"],
        "AllowedStatistics": [{"Statistics": ["AGGREGATED_GROUP", "TOP_VALUES_GROUP"]}],
    }
}


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    engine = DuckEngine(threads=1)
    with engine.session() as opened:
        yield opened
    engine.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=find(), args=options)
        yield browser.new_page(viewport={"width": 760, "height": 900})
        browser.close()


def shown(session, columns=STUDENTS, configuration=DETECTED) -> str:
    return ProfileView(profiled(session, columns, configuration))._repr_html_()


def text(html: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.S))


def test_it_runs_nothing_and_fetches_nothing(session):
    assert not re.search(r"<script|\son\w+=|https?:|src=|url\(|@import", shown(session))


def test_it_is_the_same_each_time_and_from_json(session):
    document = profiled(session, STUDENTS, DETECTED)
    views = ProfileView(document), ProfileView(json.dumps(document))
    assert views[0]._repr_html_() == views[1]._repr_html_()
    assert repr(views[0]) == "<Data profile of 40 rows and 8 columns>"


def test_values_and_names_are_no_markup(session):
    columns = {"<i>x</i>": ("string", ["<b>Bob</b>", '"', "&"] * 2)}
    html = shown(session, columns)
    assert "<b>Bob</b>" not in html
    assert "<i>x</i>" not in html
    assert "&lt;b&gt;Bob&lt;/b&gt;" in html


@pytest.mark.parametrize(
    "says",
    [
        "Rows 40",
        "Missing cells 13.1%",
        "Duplicate rows 0",
        "Personal data 1 column: PERSON_NAME",
        "first_name holds PERSON_NAME; SHUFFLE_ROWS hides it.",
        "empty has no values at all.",
        "same has one and the same value.",
        "clicks has no value in 1 row (2.5%).",
        "gpa has 1 outlier, such as 35.2.",
        "id and hard go opposite ways (r = -1.00).",
    ],
)
def test_the_overview_says_what_stands_out(session, says):
    assert says in text(shown(session))


def test_every_statistic_of_a_numeric_column_is_shown(session):
    only = {"gpa": STUDENTS["gpa"]}
    for name in set(STATISTICS[NUMBER]) - {"Z_SCORE_DISTRIBUTION"}:
        chosen = [{"Statistics": {"IncludedStatistics": [name]}}]
        html = shown(session, only, {"ColumnStatisticsConfigurations": chosen})
        assert "evaluated no statistics" not in html, name


@pytest.mark.parametrize("count", [0, 1])
def test_no_rows_or_one(session, count):
    columns = {name: (kind, values[:count]) for name, (kind, values) in STUDENTS.items()}
    assert f"Rows {count} " in text(shown(session, columns))


def test_what_was_not_evaluated_is_not_shown(session):
    nothing = {"IncludedStatistics": ["NONE"]}
    configuration = {
        "DatasetStatisticsConfiguration": nothing,
        "ColumnStatisticsConfigurations": [{"Statistics": nothing}],
    }
    said = text(shown(session, STUDENTS, configuration))
    assert "Duplicate" not in said
    assert "Correlations" not in said
    assert said.count("evaluated no statistics") == len(STUDENTS)


def test_columns_of_classes_have_no_box_plot(session):
    assert "lkp-box" not in shown(session, {"flag": ("int", [0, 1, 1])}).split("</style>")[1]
    assert "lkp-box" in shown(session, {"gpa": STUDENTS["gpa"]}).split("</style>")[1]


@pytest.mark.parametrize("name", ENTITIES)
def test_every_entity_type_has_a_step_that_hides_it(name):
    step, why = suggestion(name)
    assert re.fullmatch(r"[A-Z_]+", step)
    assert why.endswith(".")


@pytest.mark.browser
@pytest.mark.parametrize("light", ["light", "dark"])
def test_a_browser_shows_one_tab_at_a_time_in_its_width(session, page, light):
    page.emulate_media(color_scheme=light)
    page.set_content(shown(session))
    panels = page.locator(".lkp-panel0"), page.locator(".lkp-panel1")
    assert [panel.is_visible() for panel in panels] == [True, False]
    page.get_by_text("Column statistics").click()
    assert [panel.is_visible() for panel in panels] == [False, True]
    page.locator("summary", has_text="gpa").click()
    assert page.locator("details[open]").get_by_text("Whiskers: 5 to 95%").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 760


@pytest.mark.browser
@pytest.mark.parametrize("light", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(session, page, light):
    page.emulate_media(color_scheme=light)
    page.set_content(shown(session))
    for kind in ("lk-quiet", "lkp-loud", "lkp-with", "lkp-note", "lk-badge"):
        assert contrast(page, f".{kind}") >= 4.5, kind


def contrast(page, selector: str) -> float:
    """The least ratio of https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio among some elements."""
    pairs = page.evaluate(
        """selector => [...document.querySelectorAll(selector)].filter(e => e.innerText).map(e => {
            let behind = e;
            while (getComputedStyle(behind).backgroundColor == 'rgba(0, 0, 0, 0)')
              behind = behind.parentElement;
            const canvas = document.createElement('canvas').getContext('2d');
            return [getComputedStyle(e).color, getComputedStyle(behind).backgroundColor].map(c => {
              canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
              return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)})})""",
        selector,
    )
    assert pairs, selector
    lights = ([luminance(colour) for colour in pair] for pair in pairs)
    return min((max(pair) + 0.05) / (min(pair) + 0.05) for pair in lights)


def luminance(colour: list[int]) -> float:
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(itertools.starmap(float.__mul__, zip(linear, (0.2126, 0.7152, 0.0722), strict=True)))

"""A data profile's page in a real browser, in a narrow window, by day and by night."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from labkit.cloud.engine import DuckEngine
from labkit.widgets.profile import ProfileView
from tests.databrew.profiling import DETECTED, STUDENTS, profiled

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def html() -> str:
    engine = DuckEngine(threads=1)
    with engine.session() as session:
        document = profiled(session, STUDENTS, DETECTED)
    engine.close()
    return ProfileView(document)._repr_html_()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page(viewport={"width": 760, "height": 900})
    yield made
    made.close()


@pytest.mark.parametrize("light", ["light", "dark"])
def test_a_browser_shows_one_tab_at_a_time_in_its_width(html, page, light):
    page.emulate_media(color_scheme=light)
    page.set_content(html)
    panels = page.locator(".lkp-panel0"), page.locator(".lkp-panel1")
    assert [panel.is_visible() for panel in panels] == [True, False]
    page.get_by_text("Column statistics").click()
    assert [panel.is_visible() for panel in panels] == [False, True]
    page.locator("summary", has_text="gpa").click()
    assert page.locator("details[open]").get_by_text("Whiskers: 5 to 95%").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 760


@pytest.mark.parametrize("light", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(html, page, light):
    page.emulate_media(color_scheme=light)
    page.set_content(html)
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
            return [getComputedStyle(behind).backgroundColor, getComputedStyle(e).color].map(c => {
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

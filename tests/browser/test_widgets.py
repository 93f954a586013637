"""The consoles in a real JupyterLab: what is clicked happens, what is seen can be read."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SIZE
from tests.browser.test_profile_view import contrast

pytestmark = pytest.mark.browser

START = """
import labkit
from labkit.widgets import CatalogBrowser, CrawlerConsole, QueryEditor, S3Browser
lab = labkit.start(1)
lab.storage.add_key_users()
raw = f"s3://{lab.names.raw_bucket}/"
if not lab.storage.count(raw + "sisdb/"):
    lab.storage.fetch_demo_data(scale=0.02)
"""
CRAWL = """
if not {"db_raw_sisdemo", "db_raw_lmsdemo"} <= set(lab.catalog.databases()):
    for name in lab.catalog.crawlers().crawler:
        lab.catalog.run_crawler(name)
"""
RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
EDITOR = "QueryEditor(lab, database='db_raw_sisdemo', sql='SELECT * FROM ed_level ORDER BY 1')"
WAIT_MS = 30_000


def shows(notebook, text):
    expect(notebook.page.locator(".lk").first).to_contain_text(text, timeout=WAIT_MS)


def rows(notebook):
    return notebook.page.locator(".lk-result tbody tr")


@pytest.fixture(scope="module")
def notebook(open_for_all):
    """A notebook that makes a query editor on the crawled lake."""
    notebook = open_for_all([START + CRAWL, EDITOR])
    notebook.run_all()
    yield notebook
    assert notebook.errors == []


@pytest.fixture
def editor(notebook):
    """The notebook with an editor that is new."""
    notebook.page.set_viewport_size(SIZE)
    notebook.run_again(2)
    notebook.named("Run query").wait_for()
    return notebook


def write(notebook, sql):
    area = notebook.named("SQL statement", "textbox")
    area.fill(sql)
    return area


def test_a_crawler_runs_and_shows_its_tables(open_notebook):
    notebook = open_notebook([START, "CrawlerConsole(lab)"])
    notebook.run_all()
    notebook.named("Run dataedu-sisdemo-crawler").dblclick()
    shows(notebook, "Tables in db_raw_sisdemo (12)")
    shows(notebook, "SUCCEEDED")
    assert notebook.page.get_by_role("alert").all_inner_texts() == []
    shows(notebook, "aws glue start-crawler --name dataedu-sisdemo-crawler")
    notebook.click("Show columns of student")
    shows(notebook, "parent_highest_ed")
    notebook.screenshot("crawler-console")
    notebook.page.evaluate(RESTART)
    notebook.click("Refresh")
    shows(notebook, "The kernel that this belongs to has ended.")
    assert notebook.errors == []


def test_a_statement_runs_and_shows_rows_and_bill(editor):
    editor.click("Run query")
    shows(editor, "Results (5)")
    shows(editor, "On AWS this costs: $0.00005")
    expect(rows(editor)).to_have_count(5)
    editor.screenshot("query-editor")
    editor.named("Query stats", "tab").click()
    shows(editor, "Where the time went")
    editor.screenshot("query-statistics")


def test_ctrl_enter_runs_the_statement_not_the_cell(editor):
    prompt = editor.cells.nth(1).locator(".jp-InputPrompt").last
    before = prompt.inner_text()
    write(editor, "SELECT 40 + 2 AS answer").press("Control+Enter")
    expect(rows(editor).first).to_contain_text("42", timeout=WAIT_MS)
    expect(prompt).to_have_text(before)


def test_only_the_selection_runs(editor):
    area = write(editor, "SELECT 1 AS one")
    area.evaluate("area => area.setSelectionRange(0, 8)")
    area.press("Shift+ArrowLeft")
    area.evaluate("area => area.setSelectionRange(0, 8)")
    expect(editor.named("Run query")).to_have_text("Run selection")
    editor.click("Run query")
    shows(editor, "_col0")


def test_an_error_is_marked_where_it_is(editor):
    write(editor, "SELECT count(*),\n  nope\nFROM student")
    editor.click("Run query")
    shows(editor, "line 2:3: Column 'nope' cannot be resolved")
    expect(editor.page.locator(".lk-sql-marked")).to_have_text("2")
    mark = editor.page.locator(".lk-sql-error").bounding_box()
    assert mark is not None
    assert mark["width"] > 20
    for kind in (".lk-badge", ".lk-quiet", ".lk-tab", ".lk-sql-marked"):
        assert contrast(editor.page, kind) >= 4.5, kind
    editor.screenshot("query-error")
    write(editor, "SELECT 1")
    expect(editor.page.locator(".lk-sql-error")).to_have_count(0)


def test_a_running_statement_is_cancelled(editor):
    log = "db_raw_lmsdemo.requests"
    write(editor, f"SELECT count(*) FROM {log} a, {log} b, {log} c")
    editor.click("Run query")
    shows(editor, "RUNNING")
    expect(editor.named("Run query")).to_be_disabled()
    for _ in range(20):
        if editor.named("Cancel query").is_enabled():
            editor.named("Cancel query").dispatch_event("click")
        editor.page.wait_for_timeout(500)
        if editor.page.get_by_text("CANCELLED").count():
            break
    shows(editor, "CANCELLED")
    expect(editor.named("Run query")).to_be_enabled()


def test_explain_shows_the_plan(editor):
    editor.click("Explain query")
    shows(editor, "Fragment 0")
    shows(editor, "Data scanned: 0 bytes")


def test_typing_offers_columns_of_an_alias(editor):
    area = write(editor, "SELECT s. FROM student s")
    area.evaluate("area => area.setSelectionRange(9, 9)")
    area.press_sequentially("stud")
    suggestion = editor.named("student_id", "option")
    expect(suggestion).to_be_visible()
    chosen = area.get_attribute("aria-activedescendant")
    expect(editor.page.locator(f"[id='{chosen}']")).to_contain_text("student_id")
    editor.screenshot("query-suggestions")
    area.press("Enter")
    expect(area).to_have_value("SELECT s.student_id FROM student s")


def test_rows_are_sorted_searched_and_paged(editor):
    write(editor, "SELECT x, 'v' || cast(x AS varchar) AS v FROM UNNEST(sequence(1, 60)) AS t (x)")
    editor.click("Run query")
    shows(editor, "Results (60)")
    expect(rows(editor)).to_have_count(25)
    editor.click("Sort by x")
    editor.click("Sort by x")
    expect(rows(editor).first).to_contain_text("v60")
    editor.click("Next page")
    expect(rows(editor).first).to_contain_text("v35")
    editor.named("Search rows", "searchbox").fill("v7")
    expect(rows(editor)).to_have_count(1)


def test_tabs_saved_and_recent_statements(editor):
    editor.click("New query")
    write(editor, "SELECT 'kept' AS word")
    editor.click("Run query")
    shows(editor, "kept")
    editor.click("Save query")
    editor.named("Name of the query", "textbox").fill("Mine")
    editor.click("Save named query")
    shows(editor, "Saved as Mine.")
    editor.named("Saved queries", "tab").click()
    editor.click("Delete Mine")
    shows(editor, "No statement has been saved yet.")
    editor.named("Recent queries", "tab").click()
    editor.named(re.compile("^Open SELECT 'kept'")).first.click()
    expect(editor.named("Query 3", "tab")).to_have_attribute("aria-selected", "true")
    editor.click("Close Query 3")
    editor.click("New query")
    expect(editor.named("Query 4", "tab")).to_have_attribute("aria-selected", "true")
    editor.named("Query 1", "tab").click()
    expect(editor.named("SQL statement", "textbox")).to_have_value(re.compile("ed_level"))


def test_the_tree_previews_a_table_and_results_are_downloaded(editor):
    editor.named("Filter tables and views", "searchbox").fill("school")
    editor.click("Menu of school")
    editor.named("Preview table", "menuitem").click()
    shows(editor, "Results (4)")
    with editor.page.expect_download() as waiting:
        editor.click("Download results")
    assert waiting.value.path().read_text().startswith('"school_id"')


def test_the_tree_is_one_stop_of_the_tab_key(editor):
    def press(*keys):
        for key in keys:
            editor.page.keyboard.press(key)
        return editor.page.evaluate("document.activeElement.getAttribute('aria-label')")

    editor.named("Filter tables and views", "searchbox").click()
    assert press("Tab") == "Show columns of course"
    assert press("ArrowDown", "ArrowDown", "ArrowUp") == "Show columns of course_outcome"
    assert press("Enter") == "Hide columns of course_outcome"
    assert press("ArrowDown") == "Insert student_id"
    assert press("End", "ArrowUp", "ArrowRight") == "Menu of student"
    assert press("Tab", "Shift+Tab") == "Menu of student"
    assert press("Tab") != "Show columns of university"
    assert press("Shift+Tab", "Enter", "Tab", "ArrowDown", "Escape") == "Menu of student"


def test_the_catalog_and_the_storage_are_browsed(open_notebook):
    notebook = open_notebook(
        [START + CRAWL, "CatalogBrowser(lab, database='db_raw_lmsdemo')", "S3Browser(lab)"]
    )
    notebook.run_all()
    notebook.click("Open requests")
    notebook.named("Partitions (32)", "tab").click()
    shows(notebook, "process_date=2020-08-17")
    notebook.click("Preview requests")
    shows(notebook, "Data scanned")
    expect(rows(notebook)).to_have_count(10, timeout=WAIT_MS)
    first = rows(notebook).first.inner_text()
    notebook.click("Sort by id")
    notebook.click("Sort by id")
    expect(rows(notebook).first).not_to_have_text(first)
    notebook.screenshot("catalog-browser")
    notebook.named(re.compile("^Open bucket dataedu-raw")).click()
    for folder in ("sisdb/", "sisdemo/", "student/"):
        notebook.click(f"Open folder {folder}")
    notebook.click("Show LOAD00000001.parquet")
    pane = notebook.page.locator(".lk-object")
    expect(pane).to_contain_text("SSE-KMS", timeout=WAIT_MS)
    expect(pane).to_contain_text("student_id")
    pane.scroll_into_view_if_needed()
    notebook.screenshot("s3-browser")
    assert notebook.errors == []


def test_it_fits_a_narrow_cell(editor):
    editor.page.set_viewport_size({"width": 900, "height": 1000})
    editor.click("Run query")
    shows(editor, "Results (5)")
    box = editor.page.locator(".lk").first.bounding_box()
    assert box is not None
    assert editor.page.evaluate("document.querySelector('.lk').scrollWidth") <= box["width"] + 1
    editor.screenshot("query-editor-narrow")


def test_an_editor_without_a_statement_has_room_for_one(open_notebook):
    notebook = open_notebook([START, "QueryEditor(lab)"])
    notebook.run_all()
    box = notebook.named("SQL statement", "textbox").bounding_box()
    assert box is not None
    assert box["height"] > 100


def test_a_crawlers_name_can_be_read_where_it_is_narrow(open_notebook):
    notebook = open_notebook([START + CRAWL, "CrawlerConsole(lab)"])
    notebook.run_all()
    notebook.click("Show details of dataedu-lmsdemo-crawler")
    shows(notebook, "csv · 21 columns")  # of requests, beside its partition key
    notebook.page.set_viewport_size({"width": 720, "height": 450})
    name = notebook.page.locator(".lk-crawlers b", has_text="dataedu-sisdemo-crawler")
    box = name.bounding_box()
    assert box is not None
    assert box["width"] > 60
    expect(notebook.named("Run dataedu-sisdemo-crawler")).to_be_visible()
    notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    notebook.page.set_viewport_size({"width": 390, "height": 800})
    box = name.bounding_box()
    assert box is not None
    assert box["width"] > 120  # a line of its own, not one of three letters

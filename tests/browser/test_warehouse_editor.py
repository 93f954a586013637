"""The warehouse's query editor in a real JupyterLab: a query runs, and its plan is seen."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_widgets import rows, shows, write

pytestmark = pytest.mark.browser

START = """
import labkit
from labkit.widgets import WarehouseEditor
lab = labkit.start(1)
lab.warehouse.create()
lab.warehouse("""
MADE = """
CREATE TABLE enrolled (id int, student varchar(20), score numeric(5,2)) DISTSTYLE EVEN;
INSERT INTO enrolled VALUES (1, 'Ada', 97.50), (2, 'Grace', NULL), (3, 'Emmy', 88.00);
CREATE VIEW passed AS SELECT * FROM enrolled WHERE score > 50;
"""
SQL = "SELECT e.student, f.score FROM enrolled e JOIN enrolled f ON e.id = f.id ORDER BY e.id"
EDITOR = f"WarehouseEditor(lab, sql={SQL!r})"


def test_statements_run_and_the_plan_is_seen(open_notebook):
    editor = open_notebook([f"{START}{MADE!r})", EDITOR])
    editor.run_all()
    editor.click("Run query")
    shows(editor, "Results (3)")
    expect(rows(editor).nth(1)).to_contain_text("Grace")
    editor.click("Show columns of enrolled")
    shows(editor, "numeric")
    editor.screenshot("warehouse-editor")
    editor.named("Chart", "tab").click()
    expect(editor.page.locator(".lk-chart rect")).to_have_count(2)
    expect(editor.page.get_by_role("img", name="Bars of score by student")).to_be_visible()
    editor.screenshot("warehouse-chart")
    editor.page.get_by_label("Type", exact=True).select_option("line")
    expect(editor.page.locator(".lk-chart path")).to_have_count(1)
    editor.click("Explain query")
    shows(editor, "Seq Scan on enrolled")
    expect(editor.page.locator(".lk-plan-drawn svg")).to_be_visible()
    editor.page.locator(".lk-plan").scroll_into_view_if_needed()
    editor.screenshot("warehouse-plan")
    write(editor, "SELECT 40 + 2 AS answer;\nSELECT count(*) FROM passed;\nSELECT nope FROM passed")
    editor.click("Run query")
    shows(editor, 'column "nope" does not exist')
    editor.screenshot("warehouse-error")
    editor.named("1: 1 row", "tab").click()
    expect(rows(editor).first).to_contain_text("42")
    editor.screenshot("warehouse-parts")
    area = write(editor, "SELECT e. FROM public.enrolled e")
    area.evaluate("area => area.setSelectionRange(9, 9)")
    area.press_sequentially("stu")
    expect(editor.named("student", "option")).to_be_visible()
    area.press("Escape")
    editor.named("Query history", "tab").click()
    shows(editor, "EXPLAIN SELECT e.student")
    editor.screenshot("warehouse-history")
    assert editor.errors == []

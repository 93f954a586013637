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
CREATE TABLE enrolled (id int, student varchar(20), score numeric(5,2));
INSERT INTO enrolled VALUES (1, 'Ada', 97.50), (2, 'Grace', NULL), (3, 'Emmy', 88.00);
CREATE VIEW passed AS SELECT * FROM enrolled WHERE score > 50;
"""
EDITOR = "WarehouseEditor(lab, sql='SELECT * FROM enrolled ORDER BY id')"


def test_statements_run_and_the_plan_is_seen(open_notebook):
    editor = open_notebook([f"{START}{MADE!r})", EDITOR])
    editor.run_all()
    editor.click("Run query")
    shows(editor, "Results (3)")
    expect(rows(editor).nth(1)).to_contain_text("Grace")
    editor.click("Show columns of enrolled")
    shows(editor, "numeric")
    editor.screenshot("warehouse-editor")
    editor.click("Explain query")
    shows(editor, "Seq Scan on enrolled")
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
    shows(editor, "EXPLAIN SELECT * FROM enrolled ORDER BY id")
    editor.screenshot("warehouse-history")
    assert editor.errors == []

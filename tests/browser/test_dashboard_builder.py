"""The dashboard builder and the question bar in a real JupyterLab, by clicks and by keys."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WAIT_MS = 30_000
START = """
import itertools
import labkit
from labkit.widgets import DashboardBuilder, QuestionBar
numbers = itertools.count(1)
lab = labkit.start(1)
lab.chart.sign_up()
lab.storage.add_key_users()
if "Homework" not in set(lab.chart.data_sets().data_set):
    lab.chart.add_data_set("Homework", sql=(
        "SELECT element_at(ARRAY['Arts', 'Law', 'Science'], 1 + n % 3) AS school_name, "
        "element_at(ARRAY['late', 'on time'], 1 + n % 2) AS status, CAST(n % 5 AS double) AS gpa, "
        "n AS views, date_add('day', n * 5, DATE '2020-01-01') AS day "
        "FROM UNNEST(sequence(1, 60)) AS t(n)"))
    lab.chart.add_topic("Homework", lab.chart.data_set("Homework"))
"""


NAME = "board = f'Board {next(numbers)}'"
BUILDER = "DashboardBuilder(lab, dashboard=board, data_set='Homework')"
BAR = "QuestionBar(lab, 'Homework')"


@pytest.fixture(scope="module")
def notebook(open_for_all):
    """A notebook that makes a builder of a new dashboard, and one that makes a question bar."""
    notebook = open_for_all([START, NAME, BUILDER, BAR])
    notebook.run_all(timeout_s=240)
    yield notebook
    assert notebook.errors == []


@pytest.fixture
def builder(notebook):
    """The notebook with a builder of a dashboard of the test's own."""
    notebook.run_again(2, 3)
    notebook.page.locator(".lk-db-tile").first.wait_for(timeout=WAIT_MS)
    return notebook


def choose(builder, *fields):
    for name in fields:
        builder.named(re.compile(rf"^{name}, ")).click()
        chip = builder.page.locator(".lk-db-chip-name").filter(has_text=name)
        expect(chip.first).to_be_visible(timeout=WAIT_MS)


def tile(builder, at):
    return builder.page.locator(".lk-db-tile").nth(at)


def says(place, text):
    expect(place).to_contain_text(text, timeout=WAIT_MS)


def pick(builder, label, value):
    builder.page.get_by_label(label, exact=True).select_option(value)


def test_a_dashboard_is_clicked_together_and_published(builder):
    choose(builder, "school_name", "gpa")
    says(tile(builder, 0), "Science")
    expect(builder.named("AutoGraph")).to_have_attribute("aria-pressed", "true")
    builder.named("Add visual").dblclick()  # adds one
    expect(tile(builder, 1)).to_have_class(re.compile("lk-db-chosen"))
    expect(builder.page.locator(".lk-db-tile")).to_have_count(2)
    choose(builder, "status", "views", "gpa")
    builder.click("Pie chart")
    says(tile(builder, 1), "on time")
    says(builder.page.get_by_role("group", name="Not shown"), "Sum of gpa")
    builder.screenshot("dashboard-builder")
    tile(builder, 0).locator("[data-pick]").first.click()
    chip = builder.page.locator(".lk-db-picks")
    says(chip, "school_name: Arts")
    builder.click("Clear the clicked filter")
    expect(chip).to_have_count(0)
    builder.click("Publish dashboard")
    name = builder.named("Name of the dashboard", "textbox")
    title = name.input_value()
    name.fill("n" * 3000)
    builder.click("Publish now")
    expect(builder.page.get_by_role("alert")).to_be_visible(timeout=WAIT_MS)
    expect(name).to_have_value("n" * 3000)  # what was refused can be mended
    name.fill(title)
    builder.click("Publish now")
    says(builder.page.locator(".lk").first, "as version 1.")
    builder.page.reload()
    builder.cells.first.wait_for(timeout=WAIT_MS)
    builder.wait_for_kernel()
    builder.run_again(3)
    says(tile(builder, 1), "on time")
    expect(builder.page.locator(".lk-db-tile")).to_have_count(2)


def test_filters_controls_and_undo(builder):
    choose(builder, "school_name", "views")
    builder.named("Filter by school_name").click()
    values = builder.page.get_by_role("group", name="Values of school_name")
    values.get_by_label("Law", exact=True).check()
    expect(tile(builder, 0)).not_to_contain_text("Science", timeout=WAIT_MS)
    pick(builder, "Control", "Dropdown")
    control = builder.page.locator(".lk-db-controls")
    says(control, "Law")
    builder.named("school_name: Law").click()
    control.get_by_label("Arts", exact=True).check()
    says(tile(builder, 0), "Arts")
    builder.screenshot("dashboard-filters")
    for _ in range(4):
        builder.click("Undo")
    says(tile(builder, 0), "Science")
    expect(control).to_have_count(0)


def test_fields_calculated_parameters_insights_and_sheets(builder):
    builder.click("Add calculated field")
    builder.named("Name of the field", "textbox").fill("rate")
    builder.named("Formula", "textbox").fill("sum({views}) / cont({gpa})")
    builder.click("Save")
    says(builder.page.get_by_role("alert"), "Did you mean count?")
    builder.named("Formula", "textbox").fill("sum({views}) / count(")
    says(builder.page.locator(".lk-db-help"), "count(")
    builder.named("Formula", "textbox").fill("sum({views}) / count({gpa})")
    builder.click("Save")
    choose(builder, "day", "rate")
    builder.named("Field day by day").click()
    pick(builder, "Each", "MONTH")
    says(builder.page.locator(".lk-db-chip").first, "day by month")
    builder.named("Parameters", "tab").click()
    builder.named("Name of the parameter", "textbox").fill("Least")
    pick(builder, "Type of the parameter", "Decimal")
    builder.named("Value of the parameter", "textbox").fill("2")
    builder.click("Add parameter")
    says(builder.page.get_by_role("list", name="Parameters"), "$Least")
    builder.click("Add insight")
    form = builder.page.get_by_role("form", name="New insight")
    form.get_by_label("Category", exact=True).select_option("school_name")
    form.get_by_label("Value", exact=True).select_option("views")
    form.get_by_role("button", name="Add").click()
    says(tile(builder, 1), "Science")
    builder.screenshot("dashboard-insight")
    builder.click("Add sheet")
    expect(builder.named("Sheet 2", "tab")).to_have_attribute("aria-selected", "true")
    expect(builder.page.locator(".lk-db-tile")).to_have_count(0)


def test_a_chart_by_the_keyboard(builder):
    field = builder.named(re.compile("^school_name, "))
    field.focus()
    field.press("Enter")
    field.press("ArrowDown")
    expect(builder.named(re.compile("^status, "))).to_be_focused()
    builder.page.keyboard.press("ArrowDown")
    builder.page.keyboard.press("Enter")
    says(tile(builder, 0), "Science")
    tile(builder, 0).focus()
    builder.page.keyboard.press("Delete")
    expect(builder.page.locator(".lk-db-tile")).to_have_count(0, timeout=WAIT_MS)


def test_a_double_click_acts_on_what_was_clicked(builder):
    choose(builder, "school_name", "gpa", "views")
    names = builder.page.locator(".lk-db-chip-name")
    expect(names).to_have_count(3)
    remove = builder.named(re.compile("^Remove "))
    place = remove.nth(1).bounding_box()
    for count in (1, 2):  # what comes next is under the pointer by then
        builder.page.mouse.move(place["x"] + 5, place["y"] + 5)
        builder.page.mouse.down(click_count=count)
        builder.page.mouse.up(click_count=count)
        expect(names).to_have_count(2)
    builder.click("Undo")
    expect(names).to_have_count(3)


def test_the_question_bar_answers(notebook):
    notebook.run_again(4)
    question = notebook.named("Question", "searchbox")
    question.fill("average gpa by sch")
    question.press("Tab")
    expect(question).to_have_value("average gpa by school name ")
    question.press("Enter")
    place = notebook.page.locator(".lk-qb-answer")
    says(place.get_by_role("status"), "Average gpa by school name")
    says(place, "Science")
    notebook.screenshot("question-bar")
    question.press("Enter")  # the same again is answered too
    expect(notebook.named("Ask")).to_be_enabled(timeout=WAIT_MS)
    question.fill("what is the weather")
    question.press("Enter")
    says(notebook.page.locator(".lk-qb-none"), "No answer")
    notebook.page.get_by_role("group", name="Near questions").get_by_role("button").first.click()
    expect(place).to_be_visible(timeout=WAIT_MS)

"""The recipe editor in a real JupyterLab: a recipe is clicked together, published and run."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_widgets import CRAWL, START, WAIT_MS, shows

pytestmark = pytest.mark.browser

PROJECT = """
from labkit.widgets import RecipeEditor
lab.storage.add_key_users(lab.role_arn("dataedu-databrew-role"))
lab.recipe.add_data_set("student", table="db_raw_sisdemo.student")
lab.recipe.add_data_set("ed-level", table="db_raw_sisdemo.ed_level")
lab.recipe.create("clicked", [])
lab.recipe.add_project("clicked", data_set="student")
"""
EDITOR = "RecipeEditor(lab, 'clicked')"


@pytest.fixture(scope="module")
def notebook(open_for_all):
    """A notebook that makes a project whose recipe is empty, and its editor."""
    notebook = open_for_all([START + CRAWL, PROJECT, EDITOR])
    notebook.run_all(timeout_s=240)
    yield notebook
    assert notebook.errors == []


@pytest.fixture
def editor(notebook):
    """The notebook with the project made anew."""
    notebook.run_again(2, 3)
    notebook.named("Publish recipe").wait_for(timeout=WAIT_MS)
    return notebook


def choose(editor, category, operation):
    editor.named(category).first.click()
    editor.named(operation, "menuitem").first.click()


def pick(editor, label, value):
    editor.page.get_by_label(label, exact=True).select_option(value)


def take(editor, steps):
    """Preview and apply the form, and wait until the recipe has so many steps."""
    editor.click("Preview changes")
    shows(editor, "Preview")
    expect(
        editor.page.locator(".lk-rx-head.lk-rx-new, .lk-rx-head.lk-rx-changed").first
    ).to_be_visible(timeout=WAIT_MS)
    editor.named("Apply step").dblclick()
    shows(editor, f"Recipe ({steps})")
    expect(editor.page.get_by_role("alert")).to_have_count(0)


def test_a_recipe_is_clicked_together_published_and_run(editor):
    editor.screenshot("recipe-editor")
    choose(editor, "Clean", "Upper case")
    pick(editor, "Source column", "last_name")
    take(editor, 1)
    choose(editor, "Column", "Rename")
    pick(editor, "Source column", "home_state_name")
    editor.page.get_by_label("Target column", exact=True).fill("home_state")
    editor.click("Preview changes")
    shows(editor, "new: home_state")
    editor.screenshot("recipe-preview")
    take(editor, 2)
    choose(editor, "Structure", "Join")
    editor.page.get_by_label("Second data set", exact=True).select_option(label="ed-level")
    pick(editor, "Column of this table", "parent_highest_ed")
    pick(editor, "Column of the second data set", "ed_level_id")
    take(editor, 3)
    shows(editor, "Inner join on parent_highest_ed = ed_level_id")
    editor.click("Publish recipe")
    description = editor.named("Description of the version", "textbox")
    expect(description).to_be_focused()
    description.fill("Three steps")
    description.press("Enter")
    shows(editor, "Published clicked as version 1.0.")
    expect(editor.named("Publish recipe")).to_be_focused()
    editor.click("Run job")
    editor.click("Start job")
    shows(editor, "SUCCEEDED")
    expect(editor.page.get_by_role("list", name="Files").locator("li").first).to_be_visible()
    editor.screenshot("recipe-job")


def test_a_step_is_edited_moved_and_undone(editor):
    choose(editor, "Clean", "Lower case")
    pick(editor, "Source column", "gender")
    take(editor, 1)
    choose(editor, "Column", "Rename")
    pick(editor, "Source column", "gender")
    editor.page.get_by_label("Target column", exact=True).fill("sex")
    take(editor, 2)
    editor.named("Delete step 1").dblclick()  # step 2 becomes step 1, and stays
    shows(editor, "Recipe (1)")
    editor.click("Undo")
    shows(editor, "Recipe (2)")
    editor.click("Move step 2 up")
    shows(editor, "There is no column 'gender'")
    editor.click("Edit step 2")
    editor.page.get_by_label("Target column", exact=True).fill("title")
    editor.click("Save step")
    shows(editor, "Rename gender to title")
    editor.named("Step 1: Change gender to lower case").click()
    shows(editor, "after step 1")
    editor.screenshot("recipe-looking-back")


def test_a_list_is_edited_as_it_was_written(editor):
    choose(editor, "Encode", "Bucketization")
    pick(editor, "Source column", "student_id")
    values = {"Target column": "part", "Bucket names": "low\nhigh", "Percentage": "50"}
    for label, text in values.items():
        editor.page.get_by_label(label, exact=True).fill(text)
    take(editor, 1)
    editor.click("Edit step 1")
    names = editor.page.get_by_label("Bucket names", exact=True)
    expect(names).to_have_value(values["Bucket names"], timeout=WAIT_MS)


def test_everything_can_be_reached_by_the_keyboard(editor):
    editor.named("Find an operation", "searchbox").fill("sentence")
    editor.page.keyboard.press("Tab")
    shows(editor, "Sentence case")
    editor.named("Sentence case", "menuitem").focus()
    editor.page.keyboard.press("Enter")
    form = editor.page.get_by_label("Source column", exact=True)
    expect(form).to_be_focused(timeout=WAIT_MS)
    form.press_sequentially("first_name")
    expect(form).to_have_value("first_name")
    form.press("Escape")
    expect(form).to_have_value("first_name")  # what was filled in is not lost unasked
    expect(editor.named("Cancel step")).to_be_focused()
    editor.page.keyboard.press("Enter")
    expect(editor.page.locator(".lk-rx-form")).to_have_count(0)


def test_the_schema_and_the_profile(editor):
    editor.named("Schema", "tab").click()
    shows(editor, "student_id")
    editor.named("Profile", "tab").click()
    editor.click("Run data profile")
    shows(editor, "Data profile overview")
    editor.screenshot("recipe-profile")

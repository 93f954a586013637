"""``lab.recipe``: what lab 2 calls, on the lab's own lake."""

import json

import pytest
from botocore.exceptions import ClientError

from labkit import recipes
from labkit.errors import RunFailed, UnknownName
from labkit.exercises.states import State
from labkit.progress import Bar
from labkit.widgets import ProfileView

WORKSHOP = "labkit/recipes/student-ext-2.json"
UPPER = {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "gender"}}}


@pytest.fixture(scope="package")
def kitchen(lake):
    """The lab with the data set ``student`` and the key for DataBrew's role."""
    lake.storage.add_key_users(lake.role_arn("dataedu-databrew-role"))
    lake.recipe.add_data_set("student", table="db_raw_sisdemo.student")
    return lake


def test_a_data_set_is_made_and_changed(kitchen):
    uri = f"s3://{kitchen.names.raw_bucket}/sisdb/"
    for place in (uri, f"{uri}other/"):
        kitchen.recipe.add_data_set("changing", uri=place, format="PARQUET")
    found = kitchen.recipe.data_sets().set_index("data_set").place
    assert found["changing"] == f"{uri}other/"
    assert found["student"] == "db_raw_sisdemo.student"


def test_a_profile_tells_of_columns(kitchen):
    profile = kitchen.recipe.profile("student", full=True)
    columns = profile.columns.set_index("column")
    counted = "SELECT count(*), count(DISTINCT student_id) FROM db_raw_sisdemo.student"
    rows, students = kitchen.query(counted).df.iloc[0]
    assert profile.document["sampleSize"] == rows
    assert columns.distinct["student_id"] == students
    shown = ProfileView(profile.document)._repr_html_()
    assert "Column statistics" in shown
    assert ProfileView(profile)._repr_html_() == shown
    assert profile.run.bill == pytest.approx(5 / 60 * 0.48)


def test_a_profile_without_the_key_fails_in_databrews_words(kitchen):
    role = kitchen.role_arn("dataedu-databrew-role")
    kitchen.storage.remove_key_users(role)
    try:
        with pytest.raises(RunFailed, match="the key of the data lake"):
            kitchen.recipe.profile("student")
    finally:
        kitchen.storage.add_key_users(role)


def test_the_workshops_recipe_makes_47_columns(kitchen):
    kitchen.recipe.add_project("student-ext-2", data_set="student")
    assert kitchen.recipe.apply("student-ext-2", WORKSHOP) == 24
    rows = kitchen.recipe.rows("student-ext-2", 5)
    assert rows.shape == (5, 47)
    assert {"first_semester_term_name", "parent_ed_level_desc", "school_name"} <= set(rows)
    steps = kitchen.recipe.steps("student-ext-2")
    assert list(steps.in_words[:1]) == ["Rename department_id to fk_department_id"]
    assert steps.in_words[3] == "Inner join on fk_department_id = department_id"
    document = kitchen.recipe.document("student-ext-2")
    assert recipes.read(document) == recipes.load(WORKSHOP)


def test_a_recipe_is_published_and_its_job_writes_a_table(kitchen):
    kitchen.recipe.create("upper", [UPPER])
    assert kitchen.recipe.publish("upper", "Genders alike") == "1.0"
    to = f"s3://{kitchen.names.curated_bucket}/sisdemo/upper/"
    run = kitchen.recipe.run_job("upper", data_set="student", recipe="upper", to=to)
    assert run.outputs
    assert all(uri.startswith(to) for uri in run.outputs)
    assert run.node_hours == pytest.approx(5 / 60)
    table = "db_cur_sisdemo.upper"
    written = kitchen.recipe.run_job(
        "upper-2", data_set="student", recipe="upper", to=to, table=table
    )
    assert written.outputs
    found = kitchen.query("SELECT DISTINCT gender FROM db_cur_sisdemo.upper ORDER BY 1").df
    assert set(found.gender) <= {"F", "M", "X"}


def test_a_job_is_scheduled(kitchen):
    to = f"s3://{kitchen.names.curated_bucket}/daily/"
    kitchen.recipe.create("daily", [UPPER])
    kitchen.recipe.publish("daily")
    kitchen.recipe.put_job(
        "daily", data_set="student", recipe="daily", to=to, format="CSV", compression=None
    )
    for cron, jobs in (("cron(0 6 * * ? *)", "daily"), ("cron(0 7 * * ? *)", ["daily"])):
        kitchen.recipe.add_schedule("mornings", jobs=jobs, cron=cron)
    found = kitchen.client("databrew").describe_schedule(Name="mornings")
    assert (found["JobNames"], found["CronExpression"]) == (["daily"], cron)
    assert "daily" in list(kitchen.recipe.jobs().job)


def test_the_bill_counts_sessions_and_node_hours(kitchen):
    kitchen.recipe.add_project("billed", data_set="student", recipe="billed", sample=5)
    kitchen.recipe.rows("billed", 1)
    kitchen.recipe.profile("student")
    bill = kitchen.recipe.bill().set_index("what")
    assert bill.dollars["sessions of half an hour"] >= 1
    assert bill.dollars["node-hours of jobs"] >= round(5 / 60 * 0.48, 4)


def test_a_project_keeps_its_recipe(kitchen):
    kitchen.recipe.add_project("steady", data_set="student")
    kitchen.recipe.add_project("steady", data_set="student", sample=5)
    with pytest.raises(ClientError, match="ConflictException"):
        kitchen.recipe.add_project("steady", data_set="student", recipe="another")


def test_calls_are_told_as_commands(kitchen):
    kitchen.recipe.create("told", [UPPER])
    kitchen.recipe.publish("told", "x")
    assert "aws databrew publish-recipe --name told --description x" in kitchen.commands()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda recipe: recipe.rows("nowhere"), "No project named 'nowhere'"),
        (lambda recipe: recipe.steps("nowhere"), "No recipe named 'nowhere'"),
        (lambda recipe: recipe.document("r", format="yml"), r"No format .* Did you mean 'yaml'"),
    ],
    ids=["project", "recipe", "format"],
)
def test_unknown_names_say_what_there_is(kitchen, call, message):
    with pytest.raises(UnknownName, match=message):
        call(kitchen.recipe)


def test_steps_come_as_text_and_as_yaml(kitchen):
    kitchen.recipe.create(
        "spelled", json.dumps({"steps": [{"operation": "DELETE_DUPLICATE_ROWS"}]})
    )
    assert kitchen.recipe.document("spelled", format="yaml").startswith(
        "- Action:\n    Operation: "
    )


def test_one_step_and_one_condition_need_no_list(kitchen):
    late = recipes.step("REMOVE_VALUES", where=("birth_date", "GREATER_THAN", "2021-05-09"))
    assert late["ConditionExpressions"] == [
        {"TargetColumn": "birth_date", "Condition": "GREATER_THAN", "Value": "2021-05-09"}
    ]
    kitchen.recipe.create("one", late)
    assert kitchen.recipe.steps("one").operation.tolist() == ["REMOVE_VALUES"]


def test_steps_that_are_applied_twice_are_told_of(kitchen):
    kitchen.recipe.add_project("twice", data_set="student")
    rename = recipes.step("RENAME", sourceColumn="gender", targetColumn="sex")
    kitchen.recipe.apply("twice", [rename])
    with pytest.raises(ClientError) as refused:
        kitchen.recipe.apply("twice", [rename])
    assert "The recipe had 1 step before" in refused.value.__notes__[0]
    kitchen.recipe.create("twice", [])
    assert kitchen.recipe.apply("twice", [rename]) == 1


def test_an_exercise_tells_why_a_recipe_fails(kitchen, monkeypatch):
    said = []
    monkeypatch.setattr(Bar, "finish", lambda _, progress, **options: said.append(progress.text))
    kitchen.recipe.create("failing", [recipes.step("UPPER_CASE", sourceColumn="gendr")])
    kitchen.recipe.publish("failing")
    assert State("recipe", "failing", "db_raw_sisdemo.student", "gender").read(kitchen) == "fails"
    assert "Step 1 (UPPER_CASE): There is no column 'gendr'" in said[-1]

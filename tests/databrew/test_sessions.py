"""Interactive sessions: what they show, what a step does, and what stays."""

import io

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.conftest import connect, start_cloud, stop_cloud
from tests.databrew.brew import MAY, Brew, step
from tests.databrew.test_recipes import refused
from tests.roles import make_role

UPPER = step("UPPER_CASE", sourceColumn="name")
FULL = step("DUPLICATE", sourceColumn="name", targetColumn="who")
NUMBERS = "n\n" + "\n".join(str(n) for n in range(1, 11)) + "\n"


def column(shown, name):
    return next(each for each in shown["columns"] if each["name"] == name)


def test_a_session_shows_the_sample(brew):
    session = brew.open()
    shown = brew.act(ClientSessionId=session)
    assert shown["rows"] == [[1, "ann", 7.5], [2, "bob", None], [3, "ann", 1], [4, None, 2.5]]
    assert [(c["name"], c["type"]) for c in shown["columns"]] == [
        ("id", "int"),
        ("name", "string"),
        ("score", "double"),
    ]
    assert (shown["steps"], shown["rowCount"], shown["columnCount"]) == (0, 4, 3)
    assert shown["sample"] == {"type": "FIRST_N", "size": 500, "rows": 4}


def test_a_column_has_figures(brew):
    brew.open()
    shown = brew.act()
    score, name = column(shown, "score")["statistics"], column(shown, "name")["statistics"]
    assert score["histogram"][0]["from"] == score["minimum"] == 1
    assert sum(part["count"] for part in score["histogram"]) == score["valid"] == 3
    assert (score["maximum"], score["missing"], score["distinct"]) == (7.5, 1, 3)
    assert score["mean"] == pytest.approx(11 / 3)
    assert name["topValues"][0] == {"value": "ann", "count": 2}
    assert (name["valid"], name["missing"], name["distinct"], name["unique"]) == (3, 1, 2, 1)
    assert "histogram" not in name


def test_a_float_has_its_own_digits(brew):
    """As a job writes them, not those of the double that holds it."""
    brew.open(text="n\n0.1\n-0.001\n1e10\n")
    shown = brew.try_out(step("CHANGE_DATA_TYPE", sourceColumn="n", columnDataType="float"))
    assert (shown["columns"][0]["type"], shown["rows"]) == ("float", [[0.1], [-0.001], [10**10]])
    assert column(shown, "n")["statistics"]["minimum"] == -0.001


def test_bytes_and_what_is_nested_are_shown_as_jobs_write_them(brew):
    kinds = [
        ("b", pa.binary()),
        ("l", pa.list_(pa.float32())),
        ("s", pa.struct([("b", pa.binary())])),
    ]
    row = {"b": b"\0\xff", "l": [0.1, float("nan"), None], "s": {"b": b"\xff"}}
    parquet.write_table(pa.Table.from_pylist([row], pa.schema(kinds)), out := io.BytesIO())
    brew.s3.create_bucket(Bucket=brew.name)
    brew.s3.put_object(Bucket=brew.name, Key="in/a.parquet", Body=out.getvalue())
    place = {"S3InputDefinition": {"Bucket": brew.name, "Key": "in/a.parquet"}}
    brew.databrew.create_dataset(Name=brew.name, Format="PARQUET", Input=place)
    brew.recipe()
    names = dict.fromkeys(("Name", "DatasetName", "RecipeName"), brew.name)
    brew.databrew.create_project(**names, RoleArn=brew.role)
    brew.databrew.start_project_session(Name=brew.name)
    assert brew.act()["rows"] == [["AP8=", '[0.1,"NaN",null]', '{"b":"/w=="}']]


def test_steps_that_ask(brew):
    brew.open(UPPER, text="name,on\nann@x.org,2020-01-01\nbob,x\n,7\n")
    back = brew.act(RecipeStep=step("GET_STEP_DATAFRAME", stepIndex="0"))
    assert (back["steps"], back["rows"][0]) == (0, ["ann@x.org", "2020-01-01"])
    assert brew.act()["rows"][0] == ["ANN@X.ORG", "2020-01-01"]
    again = brew.act(RecipeStep=step("GET_ACTION_RESULT", actionId="1"))
    assert again == back
    asked = [step("GET_ADVANCED_DATATYPE", sourceColumn=name) for name in ("name", "on")]
    assert [brew.act(RecipeStep=each)["advancedDataType"] for each in asked] == ["Email", None]
    assert brew.steps() == [UPPER]
    told = refused(brew.act, RecipeStep=step("GET_ACTION_RESULT", actionId="99"))
    assert told[2].startswith("There is no result of the action 99.")


@pytest.mark.parametrize(
    ("sample", "rows"),
    [
        ({"Type": "FIRST_N", "Size": 3}, [[1], [2], [3]]),
        ({"Type": "LAST_N", "Size": 2}, [[9], [10]]),
        ({"Type": "FIRST_N"}, [[n] for n in range(1, 11)]),
    ],
    ids=["first", "last", "default"],
)
def test_a_sample_is_the_first_or_the_last_rows(brew, sample, rows):
    brew.open(text=NUMBERS, Sample=sample)
    assert brew.act()["rows"] == rows


def test_a_random_sample_is_the_same_each_time(brew):
    brew.open(text=NUMBERS, Sample={"Type": "RANDOM", "Size": 4})
    first = brew.act()["rows"]
    assert len({row[0] for row in first}) == 4
    brew.databrew.start_project_session(Name=brew.name, AssumeControl=True)
    assert brew.act()["rows"] == first


@pytest.mark.parametrize(
    ("frame", "names", "rows"),
    [
        ({"StartColumnIndex": 1}, ["name", "score"], 4),
        ({"StartColumnIndex": 0, "ColumnRange": 1, "RowRange": 2}, ["id"], 2),
        ({"StartColumnIndex": 0, "HiddenColumns": ["name"]}, ["id", "score"], 4),
        ({"StartColumnIndex": 0, "StartRowIndex": 3}, ["id", "name", "score"], 1),
        ({"StartColumnIndex": 9, "StartRowIndex": 99}, [], 0),
        ({"StartColumnIndex": 0, "StartRowIndex": 10**30}, ["id", "name", "score"], 0),
        ({"StartColumnIndex": 0, "RowRange": -1}, ["id", "name", "score"], 0),
    ],
    ids=["from", "range", "hidden", "rows", "outside", "far outside", "less than none"],
)
def test_a_frame_is_a_part_of_it(brew, frame, names, rows):
    brew.open()
    shown = brew.act(ViewFrame=frame)
    assert [each["name"] for each in shown["columns"]] == names
    assert len(shown["rows"]) == (rows if names else 0)
    assert shown["rowCount"] == 4


def test_analytics_can_be_left_out(brew):
    brew.open()
    shown = brew.act(ViewFrame={"StartColumnIndex": 0, "Analytics": "DISABLE"})
    assert {"statistics" in each for each in shown["columns"]} == {False}


def test_a_previewed_step_leaves_nothing(brew):
    brew.open()
    shown = brew.try_out(UPPER)
    assert [row[1] for row in shown["rows"]] == ["ANN", "BOB", "ANN", None]
    assert shown["changes"] == {"new": [], "changed": ["name"], "removed": [], "rowCount": 4}
    assert brew.steps() == []
    assert brew.act()["rows"][0][1] == "ann"


def test_a_taken_step_goes_to_the_end_of_the_recipe(brew):
    brew.open(UPPER)
    shown = brew.act(RecipeStep=FULL)
    assert shown["changes"] == {"new": ["who"], "changed": [], "removed": [], "rowCount": 4}
    assert shown["steps"] == 2
    assert brew.steps() == [UPPER, FULL]
    assert "who" in [each["name"] for each in brew.act()["columns"]]


def test_a_session_looks_back(brew):
    brew.open(UPPER, FULL)
    assert brew.act(StepIndex=0)["rows"][0] == [1, "ann", 7.5]
    back = brew.act(StepIndex=1)
    assert (back["rows"][0], back["changes"]["changed"]) == ([1, "ANN", 7.5], ["name"])
    earlier = brew.try_out(step("DELETE", sourceColumns='["score"]'), StepIndex=1)
    assert [each["name"] for each in earlier["columns"]] == ["id", "name"]
    assert brew.steps() == [UPPER, FULL]


def test_a_change_of_the_recipe_is_seen(brew):
    brew.open(UPPER)
    assert brew.act()["rows"][0][1] == "ANN"
    brew.databrew.update_recipe(Name=brew.name, Steps=[])
    assert brew.act()["rows"][0][1] == "ann"


def test_values_that_json_has_no_word_for_are_texts(brew):
    brew.open(text="n,day\n5,2024-02-29\n1e308,x\n-1e308,y\n")
    brew.act(RecipeStep=step("CHANGE_DATA_TYPE", sourceColumn="day", columnDataType="date"))
    shown = brew.try_out(step("POWER", sourceColumn="n", exponent="2", targetColumn="p"))
    assert [row[1:] for row in shown["rows"]] == [
        ["2024-02-29", 25],
        [None, "Infinity"],
        [None, "Infinity"],
    ]
    assert column(shown, "day")["statistics"]["minimum"] == "2024-02-29"
    ends = [part["to"] for part in column(shown, "n")["statistics"]["histogram"]]
    assert ends == sorted(ends)
    assert ends[-1] == 1e308


def test_rows_stay_in_order(brew):
    text = "n\n" + "\n".join(str(n * 7919 % 5000) for n in range(5000)) + "\n"
    brew.open(text=text, Sample={"Type": "FIRST_N", "Size": 5000})
    made = step("DUPLICATE", sourceColumn="n", targetColumn="m")
    shown = brew.try_out(made)
    assert [row[1] for row in shown["rows"]] == [n * 7919 % 5000 for n in range(5000)]


def test_conditions_choose_the_rows(brew):
    brew.open()
    shown = brew.try_out(step("UPPER_CASE", ("IS", "name", "ann"), sourceColumn="name"))
    assert [row[1] for row in shown["rows"]] == ["ANN", "bob", "ANN", None]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (step("UPPER_CASE", sourceColumn="nome"),
         ["Step 2 (UPPER_CASE): There is no column 'nome'.", "'name'", "There are: id, name"]),
        (step("UPER_CASE", sourceColumn="name"), ["Step 2 (UPER_CASE)", "UPPER_CASE"]),
        (step("UPPER_CASE"), ["Step 2 (UPPER_CASE)", "sourceColumn", "missing"]),
        (step("UPPER_CASE", sourceColumn="name", sort="1"), ["Step 2", "no parameter 'sort'"]),
        (step("UPPER_CASE", ("ISNT", "name"), sourceColumn="name"), ["Step 2", "'ISNT'", "IS_NOT"]),
        (step("ENCRYPT", sourceColumns='["name"]', kmsKeyArn="arn:aws:kms:us-east-1:1:key/none"),
         ["NotFoundException", "key/none"]),
    ],
    ids=["column", "operation", "missing", "parameter", "condition", "key"],
)  # fmt: skip
def test_an_error_names_the_step_and_what_exists(brew, wrong, words):
    brew.open(FULL)
    for preview in (True, False):
        code, status, message = refused(brew.act, RecipeStep=wrong, Preview=preview)
        assert (code, status) == ("ValidationException", 400)
        assert all(word in message for word in words), message
    assert brew.steps() == [FULL]


def test_a_wrong_step_in_the_recipe_is_named_by_its_number(brew):
    brew.open(UPPER, step("RENAME", sourceColumn="nobody", targetColumn="b"), FULL)
    assert "Step 2 (RENAME)" in refused(brew.act)[2]
    assert brew.act(StepIndex=1)["rows"][0][1] == "ANN"


def test_a_session_is_opened_first(brew):
    brew.project()
    assert refused(brew.act)[0] == "ValidationException"
    brew.databrew.start_project_session(Name=brew.name)
    found = brew.databrew.describe_project(Name=brew.name)
    assert found["SessionStatus"] == "READY"
    assert found["OpenedBy"].endswith(":user/learner")
    assert found["OpenDate"] >= found["CreateDate"]


def test_opening_again_ends_the_session_before(brew):
    first = brew.open()
    second = brew.databrew.start_project_session(Name=brew.name)["ClientSessionId"]
    assert refused(brew.act, ClientSessionId=first)[:2] == ("ConflictException", 409)
    assert brew.act(ClientSessionId=second)["steps"] == 0


def test_another_user_must_assume_control(brew, cloud, client, fresh):
    brew.open()
    iam, user = client("iam"), fresh("other")
    iam.create_user(UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName=user)["AccessKey"]
    other = cloud.client(
        "databrew",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    busy = refused(other.start_project_session, Name=brew.name)
    assert busy[:2] == ("ConflictException", 409)
    other.start_project_session(Name=brew.name, AssumeControl=True)
    opened = brew.databrew.describe_project(Name=brew.name)["OpenedBy"]
    assert opened.endswith(f":user/{user}")


def test_data_that_the_role_may_not_read_fails_the_session(brew, client, fresh):
    may = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
    role = make_role(client("iam"), fresh("poor"), "databrew", may)
    brew.dataset()
    brew.recipe()
    names = {"DatasetName": brew.name, "RecipeName": brew.name, "RoleArn": role}
    brew.databrew.create_project(Name=brew.name, **names)
    code, status, message = refused(brew.databrew.start_project_session, Name=brew.name)
    assert (code, status) == ("AccessDeniedException", 403)
    assert "s3:GetObject" in message
    found = brew.databrew.describe_project(Name=brew.name)
    assert found["SessionStatus"] == "FAILED"


def test_a_new_sample_is_read_by_the_open_session(brew):
    brew.open()
    assert brew.act()["rowCount"] == 4
    brew.databrew.update_project(
        Name=brew.name, RoleArn=brew.role, Sample={"Type": "FIRST_N", "Size": 2}
    )
    assert brew.act()["rowCount"] == 2


def test_a_step_index_is_for_looking_back(brew):
    brew.open(UPPER)
    assert refused(brew.act, StepIndex=2)[0] == "ValidationException"
    assert refused(brew.act, StepIndex=0, RecipeStep=FULL)[0] == "ValidationException"
    assert brew.steps() == [UPPER]


def test_the_hundred_and_first_step_is_refused(brew):
    brew.open(*[UPPER] * 100)
    assert refused(brew.act, RecipeStep=UPPER)[0] == "ValidationException"
    assert brew.act()["steps"] == 100


def test_actions_are_numbered(brew):
    brew.open()
    send = brew.databrew.send_project_session_action
    assert [send(Name=brew.name)["ActionId"] for _ in range(3)] == [1, 2, 3]


def test_a_session_goes_on_after_a_restart(tmp_path):
    process = start_cloud(tmp_path)
    cloud = connect(tmp_path, process)
    brew = Brew(cloud.client, "kept", make_role(cloud.client("iam"), "brew", "databrew", MAY))
    session = brew.open(UPPER)
    before = brew.act()
    stop_cloud(process)
    process = start_cloud(tmp_path)
    try:
        brew = Brew(connect(tmp_path, process).client, "kept", brew.role)
        assert brew.act(ClientSessionId=session) == before
    finally:
        stop_cloud(process)

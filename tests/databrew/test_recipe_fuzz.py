"""Recipes that nobody would write: refused or run, never a crash, never a file elsewhere."""

import json
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databrew.brew import Brew

KNOWN = json.loads(Path("labkit/operations.json").read_text(encoding="utf-8"))
COLUMNS = ["id", "name", "score", "when", "mail", "flag"]
ROWS = "\n".join(
    f"{n},{word},{n * 1.5},2024-0{n % 9 + 1}-1{n},{word}@x.example,{n % 2 == 0}"
    for n, word in enumerate(["ann", "", "bob ross", "Zoë", 'x"y', "7"], start=1)
)
TEXT = f"{','.join(COLUMNS)}\n{ROWS}\n"
ODD = [
    "", " ", "'", '"', "\\", "%", "$1", "(", "[", "[]", "{}", "null", "-1", "0", "1e400", "NaN",
    "9" * 30, "true", "é\u0301", "\u202e", "a" * 500, "(a+)+$", ".*", "yyyy-MM-dd", "UTC", "#row",
    '["id"]', '["id","name"]', '{"a":1}', '[{"key":"id","value":"id"}]', "s0", "${x}",
    "x') TO 'ELSEWHERE/a' --", "'; COPY (SELECT 1) TO 'ELSEWHERE/b'; --", "read_csv('/etc/passwd')",
]  # fmt: skip


@pytest.fixture(scope="module")
def kitchen(cloud, brew_role, tmp_path_factory):
    """A project with a session, a client that waits long enough, and a folder nobody may write."""
    once = Config(retries={"total_max_attempts": 1}, read_timeout=50, parameter_validation=False)
    brew = Brew(lambda service: cloud.client(service, config=once), "fuzzed", brew_role)
    brew.open(text=TEXT)
    return brew, tmp_path_factory.mktemp("elsewhere")


def values(parameter):
    """What a parameter might be given: what fits its kind, or anything."""
    columns = st.sampled_from(COLUMNS)
    fitting = {
        "column": columns,
        "columns": st.lists(columns, max_size=3).map(json.dumps),
        "new column": st.sampled_from(["fresh", "id", ""]),
        "new columns": st.just('["one","two"]'),
        "texts": st.lists(st.sampled_from(ODD), max_size=3).map(json.dumps),
        "number": st.floats(allow_nan=False).map(str),
        "whole": st.integers(-3, 40).map(str),
        "flag": st.sampled_from(["true", "false"]),
        "choice": st.sampled_from(parameter.get("choices") or [""]),
    }
    anything = st.sampled_from(ODD)
    return st.one_of(fitting.get(parameter["kind"], anything), anything)


@st.composite
def steps(draw):
    """A step of a known operation with some of its parameters, and perhaps a condition."""
    operation = draw(st.sampled_from(KNOWN["operations"]))
    given_ones = [p for p in operation["parameters"] if p.get("required") or draw(st.booleans())]
    parameters = {p["name"]: draw(values(p)) for p in given_ones}
    step = {"Action": {"Operation": operation["name"], "Parameters": parameters}}
    if draw(st.booleans()):
        name = draw(st.sampled_from([c["name"] for c in KNOWN["conditions"]]))
        condition = {"Condition": name, "TargetColumn": draw(st.sampled_from([*COLUMNS, "x"]))}
        step["ConditionExpressions"] = [condition | {"Value": draw(st.sampled_from(ODD))}]
    return step


def answered(call, **parameters):
    """What a call answers, or nothing when it refuses as DataBrew refuses."""
    try:
        return call(**parameters)
    except ClientError as error:
        refusal = error.response
    assert refusal["Error"]["Code"] in REFUSALS, refusal
    assert refusal["ResponseMetadata"]["HTTPStatusCode"] < 500, refusal
    assert refusal["Error"]["Message"], refusal
    return None


REFUSALS = ("ValidationException", "AccessDeniedException", "ResourceNotFoundException")
SLOW = settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def placed(step, folder):
    """A step whose threats are against a folder that the test looks into."""
    return json.loads(json.dumps(step).replace("ELSEWHERE", str(folder)))


@SLOW
@given(steps())
def test_a_session_refuses_or_shows_any_step(kitchen, step):
    brew, elsewhere = kitchen
    send = brew.databrew.send_project_session_action
    answer = answered(send, Name=brew.name, RecipeStep=placed(step, elsewhere), Preview=True)
    if answer:
        shown = json.loads(answer["Result"])
        assert len(shown["columns"]) <= 20
        assert all(len(row) == len(shown["columns"]) for row in shown["rows"])
    assert list(elsewhere.iterdir()) == []
    assert brew.act()["rowCount"] == 6


@SLOW
@given(st.lists(steps(), max_size=4))
def test_a_recipe_of_any_steps_is_kept_as_it_is_or_refused(kitchen, written):
    brew, _ = kitchen
    name = "any steps"
    answered(brew.databrew.create_recipe, Name=name, Steps=written)
    kept = answered(brew.databrew.describe_recipe, Name=name, RecipeVersion="LATEST_WORKING")
    if kept:
        assert kept["Steps"] == written
        brew.databrew.delete_recipe_version(Name=name, RecipeVersion="LATEST_WORKING")

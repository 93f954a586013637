"""The picture of an execution: every state in the colour of what became of it."""

import contextlib
import json
import re

import pytest

from labkit.errors import RunFailed, UnknownName
from labkit.widgets.graph import ExecutionGraph, execution_graph
from labkit.widgets.layout import END, START, lay_out
from tests.conftest import wait_for
from tests.roles import make_role, policy

DONE = {"Type": "Pass", "End": True}
TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:s3:listObjects",
    "Parameters": {"Bucket": "no-such-bucket-here"},
}
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]
TWO = {
    "StartAt": "C",
    "States": {
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}],
            "Default": "W",
        },
        "F": {"Type": "Fail", "Error": "Two"},
        "W": {"Type": "Wait", "Seconds": 600, "End": True},
    },
}


@pytest.fixture(scope="module")
def role(lab):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return make_role(lab.client("iam"), "flow-pictures", "states", everything)


@pytest.fixture
def run(lab, role, fresh):
    """``run(states, value)``: the picture of an execution to its end."""

    def go(states, value=None):
        definition = {"StartAt": next(iter(states)), "States": states}
        arn = lab.flows.put_machine(fresh("drawn"), definition, role=role)
        execution = lab.flows.start(arn, value)
        with contextlib.suppress(RunFailed):
            lab.flows.wait(execution)
        return execution_graph(lab, execution)

    return go


def said(graph):
    return {name: status for name, (status, _) in graph.statuses.items()}


OUTCOMES = {
    "all went well": (
        {"A": {"Type": "Pass", "Next": "B"}, "B": DONE},
        {"A": "succeeded", "B": "succeeded"},
    ),
    "one failed": ({"A": {**TASK, "Next": "B"}, "B": DONE}, {"A": "failed", "B": "not reached"}),
    "one was caught": (
        {"A": {**TASK, "Catch": CATCH, "Next": "B"}, "B": DONE, "Z": DONE},
        {"A": "caught", "B": "not reached", "Z": "succeeded"},
    ),
    "it says so": ({"F": {"Type": "Fail", "Error": "E"}}, {"F": "failed"}),
    "no path": (
        {"A": {"Type": "Pass", "InputPath": "$.nope", "Next": "B"}, "B": DONE},
        {"A": "failed", "B": "not reached"},
    ),
    "tried again": (
        {"A": {**TASK, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}], "End": True}},
        {"A": "failed"},
    ),
}


@pytest.mark.parametrize(("states", "outcomes"), OUTCOMES.values(), ids=OUTCOMES)
def test_outcomes(run, states, outcomes):
    assert said(run(states)) == outcomes


def test_a_map_that_fails(run):
    graph = run({"M": {"Type": "Map", "ItemProcessor": TWO, "Next": "Z"}, "Z": DONE}, [2, 2])
    found = said(graph)
    assert (found["M"], found["F"], found["Z"]) == ("failed", "failed", "not reached")


def test_a_loop_counts(run):
    states = {
        "A": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "C"},
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "A"}],
            "Default": "B",
        },
        "B": DONE,
    }
    graph = run(states, {"n": 0})
    assert graph.statuses == {"A": ("succeeded", 3), "C": ("succeeded", 3), "B": ("succeeded", 1)}
    assert {("A", "C"), ("C", "A"), ("C", "B")} <= graph.ways


def test_one_that_still_runs(lab, role, fresh):
    states = {"W": {"Type": "Wait", "Seconds": 600, "Next": "B"}, "B": DONE}
    arn = lab.flows.put_machine(fresh("waits"), {"StartAt": "W", "States": states}, role=role)
    execution = lab.flows.start(arn)
    wait_for(lambda: len(lab.flows.events(execution)) > 1)
    assert said(execution_graph(lab, execution)) == {"W": "running", "B": "not reached"}
    lab.client("stepfunctions").stop_execution(executionArn=execution)
    assert said(execution_graph(lab, execution)) == {"W": "aborted", "B": "not reached"}


def test_the_picture_is_whole():
    """No script, no address, every state's name, and the same picture every time."""
    definition = {"StartAt": "A & B", "States": {"A & B": {"Type": "Pass", "Next": "M"}}}
    definition["States"]["M"] = {"Type": "Map", "ItemProcessor": TWO, "End": True}
    page = ExecutionGraph(definition)._repr_html_()
    assert page == ExecutionGraph(json.dumps(definition))._repr_html_()
    assert not re.search(r"<script|https?://|url\(", page)
    assert all(f">{name}</text>" in page for name in ("A &amp; B", "M", "C", "F", "W"))
    assert page.count("not reached") > 4


def test_nothing_stands_on_anything_else():
    states = {
        "S": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "IsNull": True, "Next": name} for name in "ABC"],
            "Default": "Z",
        },
        "A": {"Type": "Pass", "Next": "P"},
        "B": {"Type": "Pass", "Next": "S"},
        "C": {"Type": "Pass", "Next": "Z"},
        "P": {"Type": "Parallel", "Branches": [TWO, TWO], "Next": "Z"},
        "Z": DONE,
    }
    layout = lay_out({"StartAt": "S", "States": states})
    boxes = [(n.x, n.y, n.x + n.width, n.y + n.height) for n in layout.nodes]
    for at, one in enumerate(boxes):
        assert one[0] >= 0
        assert (one[2], one[3]) <= (layout.width, layout.height)
        for other in boxes[at + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0]
            assert apart or one[3] <= other[1] or other[3] <= one[1]
    places = {node.name: node.y for node in layout.nodes}
    assert places[START] < places["S"] < places["A"] < places["P"] < places["Z"] < places[END]


# The helper ---------------------------------------------------------------------------------------


def test_a_flow_runs(lab, role, fresh):
    name = fresh("flow")
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": DONE}
    arn = lab.flows.put_machine(name, {"StartAt": "A", "States": states}, role=role)
    assert name in lab.flows.machines()
    ended = lab.flows.run(name, {"n": 1})
    assert (ended.status, ended.output, ended.error) == ("SUCCEEDED", {"n": 1}, "")
    assert list(lab.flows.executions(arn)["status"]) == ["SUCCEEDED"]
    history = lab.flows.history(ended.arn)
    assert list(history["event"])[:2] == ["ExecutionStarted", "PassStateEntered"]
    assert list(history["state"]) == ["", "A", "A", "B", "B", "B"]
    assert lab.flows.definition(ended.arn)["States"] == states
    assert execution_graph(lab, ended).statuses == execution_graph(lab, ended.arn).statuses


@pytest.mark.parametrize("value", [0, False, [], ""])
def test_a_flow_gets_its_input_as_it_is(lab, role, fresh, value):
    arn = lab.flows.put_machine(fresh("flow"), {"StartAt": "B", "States": {"B": DONE}}, role=role)
    assert lab.flows.run(arn, value).output == value


def test_a_rule_on_uploads_leaves_what_a_bucket_told_before(lab, role, fresh):
    s3, bucket = lab.client("s3"), fresh("uploads")
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:sns:{lab.region}:{lab.account}:{bucket}"
    may = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Resource": arn}
    attributes = {"Policy": policy(may | {"Action": "sns:Publish"})}
    topic = lab.client("sns").create_topic(Name=bucket, Attributes=attributes)["TopicArn"]
    told = [{"Id": "mine", "TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]}]
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": told}
    )
    arn = lab.flows.put_machine(bucket, {"StartAt": "B", "States": {"B": DONE}}, role=role)
    lab.flows.start_on_upload(bucket, uri=f"s3://{bucket}/in/", machine=arn)
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert found["TopicConfigurations"] == told
    assert "EventBridgeConfiguration" in found


QUERY = {"Status": {"State": "FAILED", "StateChangeReason": "Column 'a' cannot be resolved"}}
CAUSES = {
    "a text": ("no rows", r"FAILED\. Mine no rows$"),
    "a query's record": (
        json.dumps({"QueryExecution": {"Query": "SELECT a", **QUERY}}),
        r"FAILED\. Mine Column 'a' cannot be resolved\nlab\.catalog\.columns",
    ),
}


@pytest.mark.parametrize(("cause", "says"), CAUSES.values(), ids=CAUSES)
def test_a_flow_that_fails_says_why(lab, role, fresh, cause, says):
    states = {"F": {"Type": "Fail", "Error": "Mine", "Cause": cause}}
    name = fresh("flow")
    lab.flows.put_machine(name, {"StartAt": "F", "States": states}, role=role)
    with pytest.raises(RunFailed, match=says):
        lab.flows.run(name)


def test_an_unknown_flow(lab):
    with pytest.raises(UnknownName, match="No state machine named 'nope'"):
        lab.flows.start("nope")

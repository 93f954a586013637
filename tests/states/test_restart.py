"""Executions outlive the server: they go on where they were, and start nothing twice."""

import json

import pytest

from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud, wait_for
from tests.states.conftest import OPTIONS, Machines, make_role

SLOW = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS t(a) CROSS JOIN "
    "UNNEST(sequence(1, 10000)) AS u(b) CROSS JOIN UNNEST(sequence(1, 4)) AS v(c) "
    "WHERE (a * b + c) % 7 = 1"
)


ENDS = {"killed": kill_cloud, "put away": stop_cloud}


class World:
    """A workspace whose server can go down and come up again."""

    def __init__(self, home):
        self.home, self.names = home, iter(range(1000))
        self.server = start_cloud(home)
        self.cloud = connect(home, self.server)
        self.role = make_role(self.client("iam"), "flows", "states.amazonaws.com")

    def client(self, service):
        return self.cloud.client(service, config=OPTIONS)

    @property
    def machines(self):
        fresh = lambda stem: f"{stem}-{next(self.names)}"  # noqa: E731
        return Machines(self.client("stepfunctions"), self.role, fresh)

    def restart(self, end):
        end(self.server)
        self.server = start_cloud(self.home)
        self.cloud = connect(self.home, self.server)

    def until(self, execution, kind, count=1):
        """Wait until the history has so many events of a type."""
        kinds = lambda: [e["type"] for e in self.machines.history(execution)]  # noqa: E731
        wait_for(lambda: kinds().count(kind) >= count)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("restart"))
    yield world
    stop_cloud(world.server)


def once(outcome, *kinds):
    assert {kind: outcome.kinds.count(kind) for kind in kinds} == dict.fromkeys(kinds, 1)
    assert [event["id"] for event in outcome.events] == list(range(1, len(outcome.events) + 1))


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_in_a_wait(world, end):
    states = {"W": {"Type": "Wait", "Seconds": 2, "Next": "P"}, "P": {"Type": "Pass", "End": True}}
    execution = world.machines.start(world.machines.make(states), {"a": 1})
    world.until(execution, "WaitStateEntered")
    world.restart(end)
    ended = world.machines.wait(execution)
    assert (ended.status, ended.output) == ("SUCCEEDED", {"a": 1})
    once(ended, "ExecutionStarted", "WaitStateEntered", "WaitStateExited", "ExecutionSucceeded")


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_in_a_map_run(world, end, kind):
    """What had ended is not run again, what ran goes on, what had not begun begins."""
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}}
    wait = {"W": {"Type": "Wait", "SecondsPath": "$", "End": True}}
    processor = config | {"StartAt": "W", "States": wait}
    states = {"M": {"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": processor, "End": True}}
    execution = world.machines.start(world.machines.make(states), [0, 2, 2, 1])
    world.until(execution, "MapRunStarted")
    (run,) = world.machines.sfn.list_map_runs(executionArn=execution)["mapRuns"]
    asked = {"mapRunArn": run["mapRunArn"]}

    def two_run():
        told = world.machines.sfn.describe_map_run(**asked)
        return told["status"] != "RUNNING" or told["executionCounts"]["running"] == 2

    wait_for(two_run)
    world.restart(end)
    ended = world.machines.wait(execution)
    assert (ended.status, ended.output) == ("SUCCEEDED", [0, 2, 2, 1])
    once(ended, "MapStateStarted", "MapRunStarted", "MapRunSucceeded", "MapStateExited")
    children = world.machines.sfn.list_executions(**asked)["executions"]
    assert [each["status"] for each in children] == ["SUCCEEDED"] * 4


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_in_a_query(world, end):
    """The query fell with the server; on AWS it would not have, so it is asked once more."""
    bucket = f"results-{next(world.names)}"
    world.client("s3").create_bucket(Bucket=bucket)
    states = {
        "Q": {
            "Type": "Task",
            "Resource": "arn:aws:states:::athena:startQueryExecution.sync",
            "Parameters": {
                "QueryString": SLOW,
                "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/"},
            },
            "End": True,
        }
    }
    execution = world.machines.start(world.machines.make(states))
    world.until(execution, "TaskSubmitted")
    world.restart(end)
    ended = world.machines.wait(execution, timeout_s=120)
    assert (ended.status, ended.cause) == ("SUCCEEDED", None)
    once(ended, "TaskScheduled", "TaskStarted", "TaskSucceeded")
    submitted = [json.loads(d["output"]) for d in ended.details("TaskSubmitted")]
    assert ended.output["QueryExecution"]["QueryExecutionId"] == submitted[-1]["QueryExecutionId"]
    assert len(submitted) == 2


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_in_a_run_that_outlives_it_too(world, end):
    """A nested execution goes on as well; its parent finds it by its ARN."""
    child = world.machines.make({"W": {"Type": "Wait", "Seconds": 2, "End": True}})
    resource = "arn:aws:states:::states:startExecution.sync:2"
    arguments = {"StateMachineArn": child, "Input": {"n": 1}}
    states = {"N": {"Type": "Task", "Resource": resource, "Parameters": arguments, "End": True}}
    execution = world.machines.start(world.machines.make(states))
    world.until(execution, "TaskSubmitted")
    world.restart(end)
    ended = world.machines.wait(execution)
    assert (ended.status, ended.output["Output"]) == ("SUCCEEDED", {"n": 1})
    once(ended, "TaskScheduled", "TaskSubmitted", "TaskSucceeded")
    listed = world.client("stepfunctions").list_executions(stateMachineArn=child)["executions"]
    assert len(listed) == 1


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_in_some_of_a_maps_iterations(world, end):
    """What was done is not done again."""
    inner = {
        "W": {"Type": "Wait", "SecondsPath": "$", "Next": "P"},
        "P": {"Type": "Pass", "Parameters": {"n.$": "$"}, "End": True},
    }
    processor = {"StartAt": "W", "States": inner}
    states = {"M": {"Type": "Map", "ItemProcessor": processor, "End": True}}
    execution = world.machines.start(world.machines.make(states), [0, 2])
    world.until(execution, "MapIterationSucceeded")
    world.restart(end)
    ended = world.machines.wait(execution)
    assert ended.output == [{"n": 0}, {"n": 2}]
    once(ended, "MapStateStarted", "MapStateSucceeded")
    assert ended.kinds.count("WaitStateEntered") == ended.kinds.count("MapIterationSucceeded") == 2


def test_a_task_token_is_good_for_the_next_server(world):
    url = world.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
    states = {
        "T": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
            "End": True,
        }
    }
    execution = world.machines.start(world.machines.make(states))
    world.until(execution, "TaskSubmitted")
    world.restart(kill_cloud)
    (message,) = world.client("sqs").receive_message(QueueUrl=url)["Messages"]
    token = json.loads(message["Body"])["token"]
    world.client("stepfunctions").send_task_success(taskToken=token, output="[1]")
    ended = world.machines.wait(execution)
    assert ended.output == [1]
    once(ended, "TaskScheduled", "TaskSubmitted", "TaskSucceeded")


def test_between_the_attempts_of_a_retrier(world):
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 1}]
    states = {
        "T": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:listObjects",
            "Parameters": {"Bucket": "no-such-bucket-here"},
            "Retry": retry,
            "End": True,
        }
    }
    execution = world.machines.start(world.machines.make(states))
    world.until(execution, "TaskFailed")
    world.restart(kill_cloud)
    ended = world.machines.wait(execution)
    assert (ended.status, ended.error) == ("FAILED", "S3.NoSuchBucketException")
    assert ended.kinds.count("TaskScheduled") == ended.kinds.count("TaskFailed") == 2

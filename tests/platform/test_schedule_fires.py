"""Schedules in a running server: the one file that has to wait for the minute, once for all."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.databrew import lake as lakes
from tests.roles import lets_in, make_role

EVERY_MINUTE = "cron(* * * * ? *)"
PATIENCE_S = 75


@pytest.fixture(scope="module", autouse=True)
def queue(client):
    """A rule that sends to this queue on each minute."""
    events, wanted = client("events"), {"QueueName": "minutely", "Attributes": lets_in("events")}
    url = client("sqs").create_queue(**wanted)["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    events.put_rule(Name="minutely", ScheduleExpression=EVERY_MINUTE)
    events.put_targets(Rule="minutely", Targets=[{"Id": "1", "Arn": arn["Attributes"]["QueueArn"]}])
    yield url
    events.disable_rule(Name="minutely")


@pytest.fixture(scope="module", autouse=True)
def job(client):
    """A job of DataBrew that a schedule starts on the next minute; one on each is refused."""
    role = make_role(client("iam"), "minutely", "databrew", lakes.READ_AND_WRITE)
    lake = lakes.Lake(client, "minutely", role)
    lake.put("in/a.csv", "a\n1\n")
    name = lake.recipe_job(lake.dataset("in/a.csv"))
    soon = f"{datetime.now(UTC) + timedelta(seconds=65):cron(%-M %-H * * ? *)}"
    lake.databrew.create_schedule(Name="minutely", CronExpression=soon, JobNames=[name])
    yield lake, name
    lake.databrew.delete_schedule(Name="minutely")


def test_a_scheduled_rule_fires_on_the_minute(client, queue):
    deadline, got = time.monotonic() + PATIENCE_S, []
    while not got and time.monotonic() < deadline:
        got = client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
    event = json.loads(got[0]["Body"])
    assert (event["detail-type"], event["source"]) == ("Scheduled Event", "aws.events")
    assert event["time"].endswith(":00Z")


def test_a_scheduled_job_of_databrew_runs(job):
    lake, name = job
    deadline, runs = time.monotonic() + PATIENCE_S, []
    while not runs and time.monotonic() < deadline:
        runs = lake.databrew.list_job_runs(Name=name)["JobRuns"]
        time.sleep(0.1)
    assert lake.wait(name, runs[0]["RunId"])["State"] == "SUCCEEDED"
    assert ":databrew:" in runs[0]["StartedBy"]

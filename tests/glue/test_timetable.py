"""The clock of scheduled crawlers, by a clock of the test's own; what EventBridge hears."""

import datetime
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import moto.glue.models as models
import pytest

from labkit.cloud.glue.column_tasks.settings import Clock as StatisticsClock
from labkit.cloud.glue.schedule import check_schedule
from labkit.cloud.glue.timetable import Clock
from labkit.cloud.glue.triggers import Clock as TriggerClock
from labkit.cloud.operations import AwsError
from tests.glue.lake import Lake
from tests.roles import lets_in

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC).timestamp()  # a Monday
ACCOUNT = "999999999999"  # no other test's


@pytest.fixture
def crawlers() -> Any:
    found = models.glue_backends[ACCOUNT]["us-east-1"].crawlers
    yield found
    found.clear()


def test_clock_starts_what_is_due_once(crawlers: dict[str, Any]) -> None:
    crawlers["hourly"] = SimpleNamespace(name="hourly", schedule="cron(30 * * * ? *)")
    crawlers["off"] = SimpleNamespace(
        name="off", schedule="cron(30 * * * ? *)", schedule_state="NOT_SCHEDULED"
    )
    crawlers["plain"] = SimpleNamespace(name="plain", schedule="")
    started: list[str] = []
    now = NOON
    cloud: Any = SimpleNamespace(account=ACCOUNT)
    clock = Clock(cloud, lambda cloud, region, name: started.append(name), lambda: now)
    assert clock.tick() == 1800
    now += 1799
    assert clock.tick() == 1
    assert started == []
    now += 1
    assert clock.tick() == 3600
    assert started == ["hourly"]
    crawlers["hourly"].schedule = "cron(0 8 ? * TUE *)"
    assert clock.tick() == 19.5 * 3600
    crawlers.clear()
    assert clock.tick() is None


def test_crawl_that_cannot_start_is_skipped(crawlers: dict[str, Any]) -> None:
    crawlers["busy"] = SimpleNamespace(name="busy", schedule="cron(0 * * * ? *)")
    now = NOON
    cloud: Any = SimpleNamespace(account=ACCOUNT)

    def refuse(*_: Any) -> None:
        raise AwsError("CrawlerRunningException", "it runs")

    clock = Clock(cloud, refuse, lambda: now)
    clock.tick()
    now += 3600
    assert clock.tick() == 3600


def test_triggers_fire_when_they_are_due(crawlers: dict[str, Any]) -> None:
    triggers = models.glue_backends[ACCOUNT]["us-east-1"].triggers
    for name, state in (("on", "ACTIVATED"), ("off", "CREATED")):
        when = {"trigger_type": "SCHEDULED", "schedule": "cron(30 * * * ? *)"}
        triggers[name] = SimpleNamespace(name=name, state=state, **when)  # type: ignore[assignment]
    fired: list[str] = []
    now = NOON
    cloud: Any = SimpleNamespace(account=ACCOUNT)
    clock = TriggerClock(cloud, lambda cloud, region, name: fired.append(name), lambda: now)
    assert clock.tick() == 1800
    now += 1800
    clock.tick()
    triggers.clear()
    assert fired == ["on"]


def test_column_statistics_are_computed_when_they_are_due(crawlers: dict[str, Any]) -> None:
    tables = {}
    for name, state in (("on", "SCHEDULED"), ("off", "NOT_SCHEDULED")):
        schedule = {"ScheduleExpression": "cron(30 * * * ? *)", "State": state}
        tables[name] = SimpleNamespace(name=name, statistics_settings={"Schedule": schedule})
    databases: Any = models.glue_backends[ACCOUNT]["us-east-1"].databases
    databases["d"] = SimpleNamespace(name="d", tables=tables)
    clock = StatisticsClock(SimpleNamespace(account=ACCOUNT), lambda *_: None)  # type: ignore[arg-type]
    plans = list(clock.plans())
    databases.clear()
    assert plans == [("us-east-1", "d\non", "cron(30 * * * ? *)")]


@pytest.mark.parametrize(
    "expression", ["rate(1 hour)", "cron(0,3 * * * ? *)", "cron(* * * * ? *)", "cron(0 0 1 * 1 *)"]
)
def test_schedules_that_glue_does_not_take(expression: str) -> None:
    with pytest.raises(AwsError, match="InvalidInputException"):
        check_schedule(expression)


def test_eventbridge_hears_of_crawls(lake: Lake, client: Callable[[str], Any]) -> None:
    sqs, events = client("sqs"), client("events")
    queue = sqs.create_queue(QueueName=lake.name, Attributes=lets_in("events"))["QueueUrl"]
    where = {"QueueUrl": queue, "AttributeNames": ["QueueArn"]}
    arn = sqs.get_queue_attributes(**where)["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.glue"], "detail": {"crawlerName": [lake.crawler]}}
    events.put_rule(Name=lake.name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=lake.name, Targets=[{"Id": "q", "Arn": arn}])
    lake.put("data/day=1/a.csv", "id,name\n1,x\n")
    lake.crawl()
    heard: list[dict[str, Any]] = []
    deadline = time.monotonic() + 120
    while len(heard) < 2 and time.monotonic() < deadline:
        got = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        heard += [json.loads(message["Body"])["detail"] for message in got]
    assert [detail["state"] for detail in heard] == ["Started", "Succeeded"]
    assert (heard[1]["tablesCreated"], heard[1]["partitionsCreated"]) == ("1", "1")

"""Schedules: their records, and that they start jobs."""

import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from labkit.cloud.databrew.jobs import timetable
from labkit.cloud.databrew.jobs.timetable import Timetable
from tests.databrew.lake import Lake


class Cloud:
    """As much of a local AWS as a timetable looks at."""

    def __init__(self, **schedules: tuple[str, list[str]]) -> None:
        self.schedules = {
            name: {
                "Name": name,
                "CronExpression": expression,
                "JobNames": jobs,
                "_": {"region": "us-east-1"},
            }
            for name, (expression, jobs) in schedules.items()
        }

    def records(self, kind: str) -> dict[str, Any]:
        assert kind == "databrew.schedule"
        return self.schedules


def moment(text: str) -> float:
    return datetime.datetime.fromisoformat(f"{text}+00:00").timestamp()


def test_what_is_due_is_started() -> None:
    cloud: Any = Cloud(
        hourly=("cron(0 * * * ? *)", ["a", "b"]), daily=("Cron(30 6 * * ? *)", ["c"])
    )
    clock, started = [moment("2026-01-01 05:10")], []
    table = Timetable(cloud, lambda cloud, region, name: started.append(name), now=lambda: clock[0])
    assert table.tick() == 50 * 60
    assert started == []
    clock[0] = moment("2026-01-01 06:00")
    assert table.tick() == 30 * 60
    assert started == ["a", "b"]
    clock[0] = moment("2026-01-01 06:30")
    table.tick()
    assert started == ["a", "b", "c"]


def test_a_schedule_that_changes_or_goes() -> None:
    cloud: Any = Cloud(one=("cron(0 * * * ? *)", ["a"]))
    clock, started = [moment("2026-01-01 05:10")], []
    table = Timetable(cloud, lambda cloud, region, name: started.append(name), now=lambda: clock[0])
    table.tick()
    cloud.schedules["one"]["CronExpression"] = "cron(30 * * * ? *)"
    assert table.tick() == 20 * 60
    cloud.schedules.clear()
    clock[0] = moment("2026-01-01 09:00")
    assert table.tick() is None
    assert started == []


def test_one_job_that_cannot_start_does_not_stop_the_others() -> None:
    started = []

    def start(cloud: Any, region: str, name: str) -> None:
        if name == "gone":
            raise timetable.AwsError("ResourceNotFoundException", "Job gone wasn't found.")
        started.append(name)

    cloud: Any = Cloud(one=("cron(0 * * * ? *)", ["gone", "a"]))
    clock = [moment("2026-01-01 05:10")]
    table = Timetable(cloud, start, now=lambda: clock[0])
    table.tick()
    clock[0] = moment("2026-01-01 06:00")
    table.tick()
    assert started == ["a"]


# Records ------------------------------------------------------------------------------------------


def test_what_is_told_of_a_schedule(lake: Lake, databrew: Any) -> None:
    lake.put("in/people.csv", "id\n1\n")
    job, name = lake.recipe_job(lake.dataset("in/people.csv")), lake.fresh("schedule")
    databrew.create_schedule(
        Name=name, CronExpression="Cron(0 6 ? * MON *)", JobNames=[job], Tags={"a": "b"}
    )
    found = databrew.describe_schedule(Name=name)
    assert (found["CronExpression"], found["JobNames"]) == ("Cron(0 6 ? * MON *)", [job])
    assert (found["Tags"], found["ResourceArn"][-len(name) :]) == ({"a": "b"}, name)
    assert [each["Name"] for each in databrew.list_schedules(JobName=job)["Schedules"]] == [name]
    with pytest.raises(databrew.exceptions.ConflictException, match="is used by the schedule"):
        databrew.delete_job(Name=job)
    databrew.update_schedule(Name=name, CronExpression="cron(0 7 ? * MON *)", JobNames=[job])
    changed = databrew.describe_schedule(Name=name)["CronExpression"]
    assert changed == "cron(0 7 ? * MON *)"
    databrew.delete_schedule(Name=name)
    assert databrew.list_schedules(JobName=job)["Schedules"] == []
    databrew.delete_job(Name=job)


EVERY_DAY = "cron(0 6 * * ? *)"
NONE = "ResourceNotFoundException"
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no cron expression": (
        "create_schedule",
        {"Name": "a", "CronExpression": "rate(5 minutes)"},
        "ValidationException",
    ),
    "a bad cron expression": (
        "create_schedule",
        {"Name": "a", "CronExpression": "cron(0 25 * * ? *)"},
        "ValidationException",
    ),
    "hours the wrong way round": (
        "create_schedule",
        {"Name": "a", "CronExpression": "cron(0 22-2 * * ? *)"},
        "ValidationException",
    ),
    "faster than five minutes, from one hour to the next": (
        "create_schedule",
        {"Name": "a", "CronExpression": "cron(2,58 * * * ? *)"},
        "ValidationException",
    ),
    "faster than five minutes": (
        "create_schedule",
        {"Name": "a", "CronExpression": "cron(0/4 * * * ? *)"},
        "ValidationException",
    ),
    "no such job": (
        "create_schedule",
        {"Name": "a", "CronExpression": EVERY_DAY, "JobNames": ["none"]},
        "ValidationException",
    ),
    "nothing to tell": ("describe_schedule", {"Name": "none"}, NONE),
    "nothing to update": ("update_schedule", {"Name": "none", "CronExpression": EVERY_DAY}, NONE),
    "nothing to delete": ("delete_schedule", {"Name": "none"}, NONE),
}


@pytest.mark.parametrize(("call", "members", "code"), REFUSED.values(), ids=REFUSED)
def test_refuses(databrew: Any, call: str, members: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(databrew, call)(**members)
    assert refused.value.response["Error"]["Code"] == code


def test_a_name_that_is_taken(lake: Lake, databrew: Any) -> None:
    name = lake.fresh("schedule")
    databrew.create_schedule(Name=name, CronExpression=EVERY_DAY)
    with pytest.raises(databrew.exceptions.ConflictException):
        databrew.create_schedule(Name=name, CronExpression=EVERY_DAY)
    databrew.delete_schedule(Name=name)

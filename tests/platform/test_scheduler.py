"""EventBridge Scheduler: schedules in their time zones, which really call their targets."""

import datetime
import functools
import json
import time

import pytest
from botocore.exceptions import ClientError

from labkit.cloud.events.schedule import BadSchedule
from labkit.cloud.scheduler.expressions import read
from tests.conftest import wait_for
from tests.roles import policy, trust
from tests.states.conftest import make_role

OFF = {"Mode": "OFF"}
NOW = "2026-03-28T22:30:10"


def seconds(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC).timestamp()


NEXT = {  # an expression in a zone → when it is due next, in UTC
    "rate": ("rate(5 minutes)", "UTC", "2026-03-28T22:35:10"),
    "at": ("at(2026-03-29T09:00:00)", "UTC", "2026-03-29T09:00:00"),
    "at in a zone": ("at(2026-07-01T09:00:00)", "Europe/Berlin", "2026-07-01T07:00:00"),
    "at that is over": ("at(2026-03-01T09:00:00)", "UTC", None),
    "cron": ("cron(0 6 * * ? *)", "UTC", "2026-03-29T06:00:00"),
    "cron in a zone": ("cron(0 6 * * ? *)", "America/New_York", "2026-03-29T10:00:00"),
    "its day there": ("cron(0 23 28 3 ? *)", "America/New_York", "2026-03-29T03:00:00"),
    "after the clocks leapt": ("cron(0 6 * * ? *)", "Europe/Berlin", "2026-03-29T04:00:00"),
    "what they leapt over": ("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-30T00:30:00"),
}


@pytest.mark.parametrize(("expression", "zone", "due"), NEXT.values(), ids=NEXT)
def test_next_time(expression, zone, due):
    now = seconds(NOW)
    assert read(expression, zone).after(now, since=now) == (due and seconds(due))


def test_what_the_clocks_show_twice_comes_once():
    schedule, now = read("cron(30 2 25 10 ? *)", "Europe/Berlin"), seconds("2026-10-24T12:00:00")
    first = schedule.after(now, since=now)
    assert first == seconds("2026-10-25T00:30:00")
    assert schedule.after(first, since=now) == seconds("2027-10-25T00:30:00")


def test_between_two_dates():
    start, end = seconds("2026-04-01T00:00:00"), seconds("2026-04-02T12:00:00")
    schedule, now = read("cron(0 6 * * ? *)", "UTC", start, end), seconds(NOW)
    first = schedule.after(now, since=now)
    assert first == seconds("2026-04-01T06:00:00")
    second = schedule.after(first, since=now)
    assert (second, schedule.after(second, since=now)) == (seconds("2026-04-02T06:00:00"), None)


def test_one_of_a_unit_may_be_several():
    one, several = (read(f"rate(1 {unit})").after(0, since=0) for unit in ("hour", "hours"))
    assert one == several == 3600


@pytest.mark.parametrize(
    ("expression", "zone"),
    [("at(tomorrow)", "UTC"), ("rate(1 week)", "UTC"), ("rate(1 minute)", "Mars/Olympus")],
)
def test_bad_expressions(expression, zone):
    with pytest.raises(BadSchedule):
        read(expression, zone)


# Fired --------------------------------------------------------------------------------------------


def soon(delay_s=2.5):
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=delay_s)
    return moment.strftime("at(%Y-%m-%dT%H:%M:%S)")


@pytest.fixture
def scheduler(aws):
    return aws("scheduler")


@pytest.fixture
def role(aws, fresh):
    return make_role(aws("iam"), fresh("schedules"), "scheduler.amazonaws.com")


@pytest.fixture
def inbox(aws, fresh):
    class Inbox:
        name = fresh("inbox")
        url = aws("sqs").create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"

        def take(self, wait_s=None):
            """What has come within these seconds; without them what comes, however late."""
            if wait_s is None:
                return wait_for(lambda: self.take(wait_s=20))
            asked = {"QueueUrl": self.url, "MessageAttributeNames": ["All"]}
            found = aws("sqs").receive_message(**asked, WaitTimeSeconds=wait_s)
            return found.get("Messages", [])

    return Inbox()


def test_a_queue_gets_a_schedules_input_once(scheduler, fresh, role, inbox):
    name = fresh("once")
    text = '{"at": "<aws.scheduler.scheduled-time>", "by": "<aws.scheduler.schedule-arn>"}'
    made = scheduler.create_schedule(
        Name=name,
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        Target={"Arn": inbox.arn, "RoleArn": role, "Input": text},
    )
    (message,) = inbox.take()
    got = json.loads(message["Body"])
    assert got["by"] == made["ScheduleArn"]
    assert scheduler.get_schedule(Name=name)["ScheduleExpression"] == f"at({got['at'][:-1]})"
    assert inbox.take(wait_s=1) == []


def test_a_schedule_that_is_over_deletes_itself(scheduler, fresh, role, inbox):
    name = fresh("gone")
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        ActionAfterCompletion="DELETE",
        Target={"Arn": inbox.arn, "RoleArn": role},
    )
    (message,) = inbox.take()
    assert json.loads(message["Body"])["source"] == "aws.scheduler"
    listed = functools.partial(scheduler.list_schedules, NamePrefix=name)
    wait_for(lambda: not listed()["Schedules"])  # its input is on its way before it has gone
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scheduler.get_schedule(Name=name)


def test_an_update_says_all_anew(scheduler, fresh, role, inbox):
    asked = {
        "Name": fresh("anew"),
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": OFF,
        "Target": {"Arn": inbox.arn, "RoleArn": role},
    }
    end = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
    more = {"State": "DISABLED", "ActionAfterCompletion": "DELETE", "EndDate": end}

    def told():
        found = scheduler.get_schedule(Name=asked["Name"])
        return {name: found.get(name) for name in more}

    plain = {"State": "ENABLED", "ActionAfterCompletion": "NONE", "EndDate": None}
    scheduler.create_schedule(**asked)
    assert told() == plain
    scheduler.update_schedule(**asked, **more)
    assert told() == more
    scheduler.update_schedule(**asked)
    assert told() == plain
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scheduler.update_schedule(**asked | {"Name": fresh("nobody")})


def test_a_schedule_that_is_disabled_is_silent(scheduler, fresh, role, inbox):
    scheduler.create_schedule(
        Name=fresh("silent"),
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        State="DISABLED",
        Target={"Arn": inbox.arn, "RoleArn": role},
    )
    assert inbox.take(wait_s=4) == []


def test_any_action_of_any_service(scheduler, fresh, role, inbox):
    arguments = {"QueueUrl": inbox.url, "MessageBody": "<aws.scheduler.attempt-number>"}
    scheduler.create_schedule(
        Name=fresh("universal"),
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
            "RoleArn": role,
            "Input": json.dumps(arguments),
        },
    )
    (message,) = inbox.take()
    assert message["Body"] == "1"


def test_a_state_machine_runs_on_schedule(scheduler, fresh, role, aws):
    sfn = aws("stepfunctions")
    flow = make_role(aws("iam"), fresh("flow"), "states.amazonaws.com")
    states = {"A": {"Type": "Pass", "End": True}}
    machine = sfn.create_state_machine(
        name=fresh("scheduled"),
        definition=json.dumps({"StartAt": "A", "States": states}),
        roleArn=flow,
    )["stateMachineArn"]
    scheduler.create_schedule(
        Name=fresh("nightly"),
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        Target={"Arn": machine, "RoleArn": role, "Input": '{"n": 1}'},
    )
    deadline = time.monotonic() + 120
    while not (found := sfn.list_executions(stateMachineArn=machine)["executions"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    said = sfn.describe_execution(executionArn=found[0]["executionArn"])
    assert (len(found), said["input"]) == (1, '{"n": 1}')


def test_what_cannot_be_delivered_is_put_aside(scheduler, fresh, role, inbox):
    lost = "arn:aws:sqs:us-east-1:123456789012:nowhere"
    target = {"Arn": lost, "RoleArn": role, "Input": "hello"}
    scheduler.create_schedule(
        Name=fresh("lost"),
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        Target=target | {"DeadLetterConfig": {"Arn": inbox.arn}},
    )
    (letter,) = inbox.take()
    said = {k: v["StringValue"] for k, v in letter["MessageAttributes"].items()}
    assert (letter["Body"], said["TARGET_ARN"], said["ERROR_CODE"]) == (
        "hello",
        lost,
        "NO_RESOURCE",
    )


REFUSED = {
    "an expression": ({"ScheduleExpression": "rate(1 week)"}, "Invalid Schedule Expression"),
    "a start": ({"StartDate": "2026-01-01T00:00:00Z"}, "cannot be earlier than 5 minutes ago"),
    "a zone": ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Invalid Schedule Expression"),
    "a group": ({"GroupName": "nosuch"}, "Schedule group nosuch does not exist"),
    "a window": ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes must be"),
    "a role": ({}, "must allow AWS EventBridge Scheduler to assume the role"),
}


@pytest.mark.parametrize(("options", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(scheduler, fresh, aws, inbox, options, words):
    other = make_role(aws("iam"), fresh("other"), "glue.amazonaws.com")
    asked = {"ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF} | options
    with pytest.raises(ClientError, match=words):
        scheduler.create_schedule(
            Name=fresh("bad"), Target={"Arn": inbox.arn, "RoleArn": other}, **asked
        )


def test_a_role_may_trust_some_groups_alone(scheduler, fresh, aws, inbox):
    iam, name = aws("iam"), fresh("grouped")
    role = make_role(iam, name, "scheduler.amazonaws.com")
    scheduler.create_schedule_group(Name=name)
    arn = f"arn:aws:scheduler:us-east-1:123456789012:schedule-group/{name}"
    some = trust("scheduler") | {"Condition": {"StringEquals": {"aws:SourceArn": arn}}}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(some))
    asked = {"ScheduleExpression": soon(), "FlexibleTimeWindow": OFF}
    target = {"Arn": inbox.arn, "RoleArn": role, "Input": "hello"}
    scheduler.create_schedule(Name=name, GroupName=name, Target=target, **asked)
    assert [each["Body"] for each in inbox.take()] == ["hello"]
    with pytest.raises(ClientError, match="must allow AWS EventBridge Scheduler"):
        scheduler.create_schedule(Name=name, Target=target, **asked)


def test_a_group_is_made_once_and_listed_when_it_is_there(scheduler, fresh):
    name = fresh("group")
    scheduler.create_schedule_group(Name=name)
    with pytest.raises(ClientError, match=f"Schedule group {name} already exists"):
        scheduler.create_schedule_group(Name=name)
    assert scheduler.list_schedules(GroupName=name)["Schedules"] == []
    with pytest.raises(ClientError, match="Schedule group nosuch does not exist"):
        scheduler.list_schedules(GroupName="nosuch")
    with pytest.raises(ClientError, match="Schedule group nosuch does not exist"):
        scheduler.delete_schedule_group(Name="nosuch")
    with pytest.raises(ClientError, match="default schedule group cannot be deleted"):
        scheduler.delete_schedule_group(Name="default")

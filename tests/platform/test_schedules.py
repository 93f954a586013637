"""Schedule expressions, the clock that follows them, and what targets get."""

import datetime
import json
from types import SimpleNamespace

import pytest

from labkit.cloud.events.clock import Clock
from labkit.cloud.events.inputs import input_of
from labkit.cloud.events.schedule import BadSchedule, parse_schedule
from labkit.cloud.scheduler import clock, expressions

MONDAY = "2026-11-23T05:30:10"


def seconds(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC).timestamp()


NEXT = {
    "rate-minute": ("rate(1 minute)", "2026-11-23T05:31:10"),
    "rate-days": ("rate(7 days)", "2026-11-30T05:30:10"),
    "every-minute": ("cron(* * * * ? *)", "2026-11-23T05:31:00"),
    "every-quarter": ("cron(0/15 * * * ? *)", "2026-11-23T05:45:00"),
    "daily": ("cron(0 10 * * ? *)", "2026-11-23T10:00:00"),
    "daily-past": ("cron(0 5 * * ? *)", "2026-11-24T05:00:00"),
    "weekdays": ("cron(0 4 ? * MON-FRI *)", "2026-11-24T04:00:00"),
    "sunday-is-1": ("cron(0 4 ? * 1 *)", "2026-11-29T04:00:00"),
    "list": ("cron(0 4,6 ? * MON,WED *)", "2026-11-23T06:00:00"),
    "first-of-month": ("cron(0 8 1 * ? *)", "2026-12-01T08:00:00"),
    "month-name": ("cron(0 0 1 FEB ? *)", "2027-02-01T00:00:00"),
    "last-day": ("cron(0 0 L * ? *)", "2026-11-30T00:00:00"),
    "last-friday": ("cron(0 0 ? * 6L *)", "2026-11-27T00:00:00"),
    "second-tuesday": ("cron(0 0 ? * TUE#2 *)", "2026-12-08T00:00:00"),
    "nearest-weekday": ("cron(0 0 5W 12 ? *)", "2026-12-04T00:00:00"),
    "leap-day": ("cron(0 0 29 2 ? *)", "2028-02-29T00:00:00"),
    "a-year": ("cron(0 0 1 1 ? 2030)", "2030-01-01T00:00:00"),
}


@pytest.mark.parametrize(("expression", "due"), NEXT.values(), ids=NEXT)
def test_next_time(expression, due):
    now = seconds(MONDAY)
    assert parse_schedule(expression).after(now, since=now) == seconds(due)


def test_a_year_that_is_over_never_comes():
    assert parse_schedule("cron(0 0 1 1 ? 2020)").after(seconds(MONDAY), since=0) is None


BAD = [
    "rate(0 minutes)", "rate(1 minutes)", "rate(2 minute)", "rate(1 week)", "every day",
    "cron(0 10 * * *)", "cron(0 10 * * * *)", "cron(0 10 ? * ? *)", "cron(60 0 * * ? *)",
    "cron(0 0 * 13 ? *)", "cron(0 0 ? * 8 *)", "cron(0/0 0 * * ? *)", "cron(x 0 * * ? *)",
    "cron(0 22-2 * * ? *)", "cron(0 5,22-2 * * ? *)", "cron(0 0 ? * FRI-MON *)",
    "cron(0 0 31 2 ? *)", "cron(0 0 ? * MON#6 *)",
]  # fmt: skip


@pytest.mark.parametrize("expression", BAD)
def test_bad_expressions(expression):
    with pytest.raises(BadSchedule):
        parse_schedule(expression)


class Fake:
    """A clock over two rules, with a time that the test sets."""

    def __init__(self, monkeypatch):
        self.now, self.fired = seconds(MONDAY), []
        self.minutely = self.rule("minutely", "rate(1 minute)")
        self.noon = self.rule("noon", "cron(0 12 * * ? *)", state="DISABLED")
        rules = {rule.name: rule for rule in (self.minutely, self.noon)}
        bus = SimpleNamespace(rules=rules)
        backends = {"1": {"us-east-1": SimpleNamespace(event_buses={"default": bus})}}
        monkeypatch.setattr("moto.events.models.events_backends", backends)
        kept = {}
        self.cloud = SimpleNamespace(account="1", records=lambda _: kept)
        self.clock = self.restart()

    def restart(self):
        self.clock = Clock(
            self.cloud,
            now=lambda: self.now,
            fire=lambda _, rule, due: self.fired.append((rule.name, due - seconds(MONDAY))),
        )
        return self.clock

    def rule(self, name, expression, state="ENABLED"):
        return SimpleNamespace(name=name, arn=name, scheduled_expression=expression, state=state)


def test_the_clock(monkeypatch):
    fake = Fake(monkeypatch)
    assert fake.clock.tick() == 60
    fake.now += 59
    assert (fake.clock.tick(), fake.fired) == (1, [])
    fake.now += 1
    assert (fake.clock.tick(), fake.fired) == (60, [("minutely", 60)])
    fake.now += 150  # it overslept: fired once, then back in step
    assert (fake.clock.tick(), fake.fired[1:]) == (30, [("minutely", 120)])
    fake.noon.state, fake.minutely.state = "ENABLED", "DISABLED"
    assert fake.clock.tick() == seconds("2026-11-23T12:00:00") - fake.now
    fake.noon.state = "DISABLED"
    assert fake.clock.tick() is None


@pytest.mark.parametrize(("after_s", "fired"), [(5, [5]), (-5, [])], ids=["made before", "after"])
def test_what_was_due_before_the_clock_looked(after_s, fired):
    monday, got, kept = seconds(MONDAY), [], {}
    moment = datetime.datetime.fromtimestamp(monday + after_s, datetime.UTC)
    text = expressions.written(f"{moment:at(%Y-%m-%dT%H:%M:%S)}", "UTC", None, None)
    schedule = SimpleNamespace(last_modified_date=monday)
    late = Clock(
        SimpleNamespace(records=lambda _: kept),
        now=lambda: monday + 10,
        fire=lambda _, rule, due: got.append(due - monday),
        scheduled=lambda _: iter([clock.Scheduled("a", text, schedule, "us-east-1")]),
        parse=expressions.rewritten,
        since=clock.made,
    )
    assert (late.tick(), late.tick(), got) == (None, None, fired)


def test_what_is_no_longer_taken_leaves_the_others_alone(monkeypatch):
    fake = Fake(monkeypatch)
    fake.noon.scheduled_expression, fake.noon.state = "cron(0 22-2 * * ? *)", "ENABLED"
    assert fake.clock.tick() == 60


def test_a_restart_keeps_the_beat(monkeypatch):
    fake = Fake(monkeypatch)
    fake.clock.tick()
    fake.now += 3600 * 24 + 20
    assert fake.restart().tick() == 40
    assert fake.fired == []


EVENT = {
    "version": "0",
    "source": "aws.s3",
    "detail": {"bucket": {"name": "lake"}, "size": 3, "tags": ["a", "b"], "say": 'a "b"'},
}
INPUTS = {
    "all": ({}, EVENT),
    "constant": ({"Input": '{"a": 1}'}, {"a": 1}),
    "path": ({"InputPath": "$.detail.bucket"}, {"name": "lake"}),
    "path-item": ({"InputPath": "$.detail.tags[1]"}, "b"),
    "path-missing": ({"InputPath": "$.nothing"}, None),
    "template": (
        {
            "InputPathsMap": {"b": "$.detail.bucket.name", "n": "$.detail.size"},
            "InputTemplate": '{"bucket": <b>, "size": <n>, "line": "<b> has <n> <other>"}',
        },
        {"bucket": "lake", "size": 3, "line": "lake has 3 <other>"},
    ),
    "template-objects": (
        {"InputPathsMap": {"d": "$.detail.tags"}, "InputTemplate": '{"t": <d>, "r": "<d>"}'},
        {"t": ["a", "b"], "r": '["a","b"]'},
    ),
    "template-quotes": (
        {"InputPathsMap": {"s": "$.detail.say"}, "InputTemplate": '"it said <s>"'},
        'it said a "b"',
    ),
    "template-missing": (
        {"InputPathsMap": {"m": "$.nothing"}, "InputTemplate": '{"a": <m>, "b": "<m>!"}'},
        {"a": "", "b": "!"},
    ),
    "template-around": (
        {"InputTemplate": '{"e": <aws.events.event>}'},
        {"e": {"source": "aws.s3", "version": "0"}},
    ),
    "template-rule": (
        {"InputTemplate": '{"rule": <aws.events.rule-name>, "e": <aws.events.event.json>}'},
        {"rule": "weekly", "e": EVENT},
    ),
}


@pytest.mark.parametrize(("target", "text"), INPUTS.values(), ids=INPUTS)
def test_input(target, text):
    if "InputTemplate" in target:
        target = {"InputTransformer": target}
    arn = "arn:aws:events:us-east-1:123456789012:rule/weekly"
    assert json.loads(input_of(target, EVENT, arn)) == text

"""When refresh schedules are due, and that an import begins then."""

import datetime as dt
import time

import pytest

from labkit.cloud.cloud import Cloud
from labkit.cloud.events.clock import Clock
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.ingestions import running, timetable
from labkit.cloud.quicksight.kinds import DATA_SET
from labkit.cloud.scheduler import expressions
from tests.quicksight.conftest import refused

NOW = dt.datetime(2026, 3, 4, 10, 20, tzinfo=dt.UTC)  # a Wednesday
#: A frequency and when it is due after that moment.
FREQUENCIES = {
    "a quarter of an hour": ({"Interval": "MINUTE15"}, "2026-03-04 10:35"),
    "hourly": ({"Interval": "HOURLY", "TimeOfTheDay": "00:05"}, "2026-03-04 11:05"),
    "daily": ({"Interval": "DAILY", "TimeOfTheDay": "06:30"}, "2026-03-05 06:30"),
    "daily in Paris": (
        {"Interval": "DAILY", "TimeOfTheDay": "12:00", "Timezone": "Europe/Paris"},
        "2026-03-04 11:00",
    ),
    "weekly": (
        {"Interval": "WEEKLY", "TimeOfTheDay": "01:00", "RefreshOnDay": {"DayOfWeek": "MONDAY"}},
        "2026-03-09 01:00",
    ),
    "monthly": (
        {"Interval": "MONTHLY", "TimeOfTheDay": "01:00", "RefreshOnDay": {"DayOfMonth": "2"}},
        "2026-04-02 01:00",
    ),
    "the last day": (
        {"Interval": "MONTHLY", "RefreshOnDay": {"DayOfMonth": "LAST_DAY_OF_MONTH"}},
        "2026-03-31 00:00",
    ),
}


@pytest.mark.parametrize(("frequency", "due"), FREQUENCIES.values(), ids=FREQUENCIES)
def test_when_a_schedule_is_due(frequency, due):
    schedule = {"ScheduleFrequency": frequency}
    moment = NOW.timestamp()
    found = expressions.rewritten(timetable.expression(schedule)).after(moment, moment)
    assert f"{dt.datetime.fromtimestamp(found, dt.UTC):%Y-%m-%d %H:%M}" == due


@pytest.mark.parametrize(
    "frequency",
    [
        {"Interval": "DAILY", "TimeOfTheDay": "25:00"},
        {"Interval": "DAILY", "Timezone": "Mars/X"},
        {"Interval": "WEEKLY"},
        {"Interval": "MONTHLY", "RefreshOnDay": {"DayOfWeek": "MONDAY"}},
        {"Interval": "MINUTE15"},
    ],
    ids=["an hour", "a zone", "no day", "no date", "minutes of a full refresh"],
)
def test_what_no_clock_shows_is_refused(lake, quicksight, frequency):
    id = lake.create({"p": lake.orders()})
    schedule = {"ScheduleId": "s", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": frequency}
    code, _ = refused(quicksight.create_refresh_schedule, DataSetId=id, Schedule=schedule)
    assert code == "InvalidParameterValueException"


def test_a_data_set_has_one_hourly_schedule(lake, quicksight):
    id = lake.create({"p": lake.orders()})
    one = {"RefreshType": "FULL_REFRESH", "ScheduleFrequency": {"Interval": "HOURLY"}}
    make = quicksight.create_refresh_schedule
    make(DataSetId=id, Schedule=one | {"ScheduleId": "one"})
    quicksight.update_refresh_schedule(DataSetId=id, Schedule=one | {"ScheduleId": "one"})
    code, _ = refused(make, DataSetId=id, Schedule=one | {"ScheduleId": "two"})
    assert code == "InvalidParameterValueException"


def test_what_is_due_begins_where_it_is_for_spice(tmp_path):
    """The clock's own time is the test's; the import runs, and fails for want of its source."""
    cloud, moment = Cloud(tmp_path / "home"), [time.time()]
    schedule = {
        "ScheduleId": "s",
        "Arn": "arn:s",
        "RefreshType": "FULL_REFRESH",
        "ScheduleFrequency": {"Interval": "MINUTE30"},
    }
    source = "arn:aws:quicksight:us-east-1:123456789012:datasource/gone"
    table = {"RelationalTable": {"DataSourceArn": source, "Name": "t", "InputColumns": []}}
    for id, mode in (("d", "SPICE"), ("other", "DIRECT_QUERY")):
        its = {"s": schedule | {"Arn": f"arn:{id}"}}
        private = {"id": id, "region": cloud.region, "revision": 1, "schedules": its}
        members = {"DataSetId": id, "Arn": f"arn:{id}", "ImportMode": mode}
        records.put(cloud, DATA_SET, {**members, "PhysicalTableMap": {"p": table}, "_": private})
    clock = Clock(
        cloud, now=lambda: moment[0], fire=timetable.fire, scheduled=timetable.scheduled,
        parse=expressions.rewritten, kind=timetable.KIND,
    )  # fmt: skip
    clock.tick()
    moment[0] += 29 * 60
    clock.tick()
    assert running.of_data_set(cloud, cloud.region, "d") == []
    moment[0] += 2 * 60
    clock.tick()
    [begun] = running.of_data_set(cloud, cloud.region, "d")
    assert (begun["RequestSource"], begun["RequestType"]) == ("SCHEDULED", "FULL_REFRESH")
    assert running.of_data_set(cloud, cloud.region, "other") == []
    cloud.stop()
    [ended] = running.of_data_set(cloud, cloud.region, "d")
    kinds = ("DATA_SOURCE_NOT_FOUND", "INTERNAL_SERVICE_ERROR")  # the second: it was interrupted
    assert ended["ErrorInfo"]["Type"] in kinds

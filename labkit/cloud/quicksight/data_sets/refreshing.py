"""How a data set is refreshed: the window of an incremental refresh, and schedules.

A schedule has a frequency, at best every 15 minutes, and a clock of its time zone. A data set has
at most five. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RefreshSchedule.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.data_sets.checks import storable
from labkit.cloud.quicksight.ingestions import timetable
from labkit.cloud.quicksight.kinds import DATA_SET
from labkit.cloud.quicksight.records import Record, answers
from labkit.cloud.quicksight.words import (
    conflict,
    exists,
    invalid,
    limit_exceeded,
    not_found,
    precondition,
)

MOST = 5


@answers("PutDataSetRefreshProperties")
def put_data_set_refresh_properties(
    context: Context, *, DataSetId: str, DataSetRefreshProperties: Record
) -> Answer:
    """Set the window that an incremental refresh looks back."""
    record = _in_spice(context, DataSetId)
    wanted = DataSetRefreshProperties.get("RefreshConfiguration")
    if wanted:
        name = wanted["IncrementalRefresh"]["LookbackWindow"]["ColumnName"]
        kinds = {column["Name"]: column["Type"] for column in record["OutputColumns"]}
        if kinds.get(name) != "DATETIME":
            raise invalid(f"The window's column '{name}' is no date of the data set.")
    else:
        _check_window_unused(record)
    records.keep(context, DATA_SET, DataSetId, refresh=DataSetRefreshProperties)
    return {}


@answers("DescribeDataSetRefreshProperties")
def describe_data_set_refresh_properties(context: Context, *, DataSetId: str) -> Answer:
    return {"DataSetRefreshProperties": _properties(context, DataSetId)}


@answers("DeleteDataSetRefreshProperties")
def delete_data_set_refresh_properties(context: Context, *, DataSetId: str) -> Answer:
    _properties(context, DataSetId)
    _check_window_unused(records.find(context, DATA_SET, DataSetId))
    records.keep(context, DATA_SET, DataSetId, refresh=None)
    return {}


@answers("CreateRefreshSchedule")
def create_refresh_schedule(context: Context, *, DataSetId: str, Schedule: Record) -> Answer:
    """A new schedule of a data set."""
    record = _in_spice(context, DataSetId)
    known = timetable.schedules(record)
    if Schedule["ScheduleId"] in known:
        raise exists(f"RefreshSchedule {Schedule['ScheduleId']} already exists.")
    if len(known) >= MOST:
        raise limit_exceeded(f"A data set has at most {MOST} refresh schedules.")
    return _kept(context, record, Schedule)


@answers("UpdateRefreshSchedule")
def update_refresh_schedule(context: Context, *, DataSetId: str, Schedule: Record) -> Answer:
    record = _in_spice(context, DataSetId)
    _schedule(record, Schedule["ScheduleId"])
    return _kept(context, record, Schedule)


@answers("DescribeRefreshSchedule")
def describe_refresh_schedule(context: Context, *, DataSetId: str, ScheduleId: str) -> Answer:
    schedule = _schedule(records.find(context, DATA_SET, DataSetId), ScheduleId)
    return {"RefreshSchedule": schedule, "Arn": schedule["Arn"]}


@answers("ListRefreshSchedules")
def list_refresh_schedules(context: Context, *, DataSetId: str) -> Answer:
    found = timetable.schedules(records.find(context, DATA_SET, DataSetId))
    return {"RefreshSchedules": list(found.values())}


@answers("DeleteRefreshSchedule")
def delete_refresh_schedule(context: Context, *, DataSetId: str, ScheduleId: str) -> Answer:
    record = records.find(context, DATA_SET, DataSetId)
    schedule = _schedule(record, ScheduleId)
    kept = {n: each for n, each in timetable.schedules(record).items() if n != ScheduleId}
    records.keep(context, DATA_SET, DataSetId, schedules=kept)
    timetable.look_again(context.cloud)
    return {"ScheduleId": ScheduleId, "Arn": schedule["Arn"]}


def _kept(context: Context, record: Record, schedule: Record) -> Answer:
    if schedule["RefreshType"] == "INCREMENTAL_REFRESH" and not _window(record):
        raise precondition("An incremental refresh needs the data set's refresh properties.")
    id = schedule["ScheduleId"]
    arn = f"{record['Arn']}/refresh-schedule/{id}"
    made = storable(schedule) | {"Arn": arn}
    known = timetable.schedules(record) | {id: made}
    timetable.check(made, (each for name, each in known.items() if name != id))
    records.keep(context, DATA_SET, record["DataSetId"], schedules=known)
    timetable.look_again(context.cloud)
    return {"ScheduleId": id, "Arn": arn}


def _in_spice(context: Context, id: str) -> Record:
    record = records.find(context, DATA_SET, id)
    if record["ImportMode"] != "SPICE":
        raise invalid(f"The data set {id} is not in SPICE.")
    return record


def _check_window_unused(record: Record) -> None:
    for schedule in timetable.schedules(record).values():
        if schedule["RefreshType"] == "INCREMENTAL_REFRESH":
            name = schedule["ScheduleId"]
            raise conflict(f"The schedule {name} refreshes incrementally and needs the window.")


def _window(record: Record) -> Any:
    return (record["_"].get("refresh") or {}).get("RefreshConfiguration")


def _properties(context: Context, id: str) -> Record:
    found: Record | None = records.find(context, DATA_SET, id)["_"].get("refresh")
    if found is None:
        raise not_found(f"Refresh properties of the data set {id} are not found.")
    return found


def _schedule(record: Record, id: str) -> Record:
    found = timetable.schedules(record).get(id)
    if found is None:
        raise not_found(f"RefreshSchedule {id} is not found.")
    return found

"""A table's settings of its column statistics: how they are computed, and on which schedule.

They are kept with the table, and go with it.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-column-statistics.html
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import moto.glue.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.timetable import Plan, Timetable, follow
from labkit.cloud.glue.column_tasks.runs import start_run
from labkit.cloud.glue.records import answers, find_table
from labkit.cloud.glue.schedule import check_schedule
from labkit.cloud.glue.trust import role_name_of
from labkit.cloud.glue.words import exists, invalid, not_found
from labkit.cloud.members import given, now
from labkit.cloud.operations import Answer, AwsError, Context, Principal

log = logging.getLogger(__name__)
Settings = dict[str, Any]
_WAKE = threading.Event()  # set when a schedule may have changed
_KEPT = ("Role", "ColumnNameList", "SampleSize", "SecurityConfiguration")


@answers("CreateColumnStatisticsTaskSettings")
def create_settings(context: Context, *, DatabaseName: str, TableName: str, **asked: Any) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    if _known(table):
        raise exists(f"Column statistics settings of table {TableName}")
    _put(context, table, {"DatabaseName": DatabaseName.lower(), "TableName": table.name}, asked)
    return {}


@answers("UpdateColumnStatisticsTaskSettings")
def update_settings(context: Context, *, DatabaseName: str, TableName: str, **asked: Any) -> Answer:
    table = find_table(context, DatabaseName, TableName)
    _put(context, table, _settings(context, DatabaseName, TableName), asked)
    return {}


@answers("GetColumnStatisticsTaskSettings")
def get_settings(context: Context, *, DatabaseName: str, TableName: str) -> Answer:
    return {"ColumnStatisticsTaskSettings": _settings(context, DatabaseName, TableName)}


@answers("DeleteColumnStatisticsTaskSettings")
def delete_settings(context: Context, *, DatabaseName: str, TableName: str) -> Answer:
    _settings(context, DatabaseName, TableName)
    find_table(context, DatabaseName, TableName).statistics_settings = None
    return {}


@answers("StartColumnStatisticsTaskRunSchedule")
def start_schedule(context: Context, *, DatabaseName: str, TableName: str) -> Answer:
    return _turn(context, DatabaseName, TableName, "SCHEDULED")


@answers("StopColumnStatisticsTaskRunSchedule")
def stop_schedule(context: Context, *, DatabaseName: str, TableName: str) -> Answer:
    return _turn(context, DatabaseName, TableName, "NOT_SCHEDULED")


def _turn(context: Context, database: str, name: str, state: str) -> Answer:
    settings = _settings(context, database, name)
    if "Schedule" not in settings:
        raise invalid(f"Column statistics settings of table {name} have no schedule")
    schedule = settings["Schedule"] | {"State": state}
    _keep(find_table(context, database, name), settings | {"Schedule": schedule})
    return {}


def _put(context: Context, table: Any, settings: Settings, asked: Settings) -> None:
    """Keep settings with what is asked for in place of what was."""
    if asked.get("Role"):
        role_name_of(context, asked["Role"])
    changed = given({member: asked.get(member) for member in _KEPT})
    if asked.get("Schedule"):
        check_schedule(asked["Schedule"])
        schedule = {"ScheduleExpression": asked["Schedule"], "State": "SCHEDULED"}
        changed |= {"Schedule": schedule, "ScheduleType": "CRON"}
    common = {"CatalogID": context.account, "SettingSource": "TABLE"}
    _keep(table, settings | common | changed)


def _keep(table: Any, settings: Settings) -> None:
    table.statistics_settings = settings
    _WAKE.set()


def _known(table: Any) -> Settings | None:
    return getattr(table, "statistics_settings", None)


def _settings(context: Context, database: str, name: str) -> Settings:
    found = _known(find_table(context, database, name))
    if found is None:
        raise not_found(f"Column statistics settings of table {name} not found.")
    return found


class Clock(Timetable):
    """Starts the runs that are due."""

    def plans(self) -> Iterator[Plan]:
        """The tables whose schedule is followed, by database and name."""
        for region, backend in list(models.glue_backends[self._cloud.account].items()):
            for database in list(backend.databases.values()):
                for table in list(database.tables.values()):
                    schedule = (_known(table) or {}).get("Schedule") or {}
                    if schedule.get("State") == "SCHEDULED":
                        where = f"{database.name}\n{table.name}"
                        yield region, where, schedule["ScheduleExpression"]


def _start(cloud: Cloud, region: str, where: str) -> None:
    """Start a run as a table's settings say, and note with them that it was tried."""
    database, name = where.split("\n")
    owner = Principal(f"arn:aws:iam::{cloud.account}:root", cloud.account)
    context = Context(cloud, "glue", "StartColumnStatisticsTaskRun", region, owner)
    settings = _settings(context, database, name)
    asked = {member: settings[member] for member in _KEPT if member in settings}
    tried: Settings = {"Status": "STARTED", "ExecutionTimestamp": now()}
    try:
        tried |= start_run(context, DatabaseName=database, TableName=name, **asked) or {}
    except AwsError as error:
        tried |= {"Status": "FAILED", "ErrorMessage": error.message}
        log.warning("the column statistics of %s.%s were skipped: %s", database, name, error)
    with cloud.changing("glue"):
        settings = _settings(context, database, name)
        _keep(find_table(context, database, name), settings | {"LastExecutionAttempt": tried})


@on_start
def follow_schedules(cloud: Cloud) -> None:
    """Start the clock."""
    follow(Clock(cloud, _start).tick, _WAKE, "column statistics clock")

"""Scheduled actions of Redshift Serverless: snapshots at set times.

A schedule is ``at`` a moment or a ``cron`` expression of six fields, in UTC. Source:
https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_CreateScheduledAction.html
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.schedule import BadSchedule
from labkit.cloud.operations import OPERATIONS, Answer, AwsError, Context, Principal
from labkit.cloud.redshift import records
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.scheduled import Actions
from labkit.cloud.redshift.serverless.answering import answers, invalid, lists
from labkit.cloud.redshift.serverless.kinds import NAMESPACE, SCHEDULED_ACTION, SERVICE
from labkit.cloud.scheduler import expressions

log = logging.getLogger(__name__)
WAKE = threading.Event()  # set when an action may have changed


@answers("CreateScheduledAction")
def create_scheduled_action(
    context: Context,
    *,
    scheduledActionName: str,
    namespaceName: str,
    roleArn: str,
    schedule: Record,
    targetAction: Record,
    enabled: bool = True,
    **members: Any,
) -> Answer:
    records.find(context, NAMESPACE, namespaceName)
    told = {
        "scheduledActionName": scheduledActionName,
        "scheduledActionUuid": str(uuid.uuid4()),
        "namespaceName": namespaceName,
        "roleArn": roleArn,
        "schedule": _checked(schedule),
        "targetAction": targetAction,
        "state": "ACTIVE" if enabled else "DISABLED",
    }
    made = records.create(context, SCHEDULED_ACTION, scheduledActionName, told | _plain(members))
    WAKE.set()
    return {"scheduledAction": _shown(made)}


@answers("GetScheduledAction")
def get_scheduled_action(context: Context, *, scheduledActionName: str) -> Answer:
    found = records.find(context, SCHEDULED_ACTION, scheduledActionName)
    return {"scheduledAction": _shown(found)}


@lists("ListScheduledActions", "scheduledActions")
def list_scheduled_actions(context: Context, *, namespaceName: str | None = None) -> list[Record]:
    return [
        {name: each[name] for name in ("namespaceName", "scheduledActionName")}
        for each in records.listed(context, SCHEDULED_ACTION)
        if namespaceName in (None, each["namespaceName"])
    ]


@answers("UpdateScheduledAction")
def update_scheduled_action(
    context: Context,
    *,
    scheduledActionName: str,
    roleArn: str | None = None,
    schedule: Record | None = None,
    targetAction: Record | None = None,
    enabled: bool | None = None,
    **members: Any,
) -> Answer:
    changed = records.find(context, SCHEDULED_ACTION, scheduledActionName) | _plain(members)
    changed |= records.given({"roleArn": roleArn, "targetAction": targetAction})
    if schedule:
        changed["schedule"] = _checked(schedule)
    if enabled is not None:
        changed["state"] = "ACTIVE" if enabled else "DISABLED"
    records.put(context.cloud, SCHEDULED_ACTION, changed)
    WAKE.set()
    return {"scheduledAction": _shown(changed)}


@answers("DeleteScheduledAction")
def delete_scheduled_action(context: Context, *, scheduledActionName: str) -> Answer:
    found = records.find(context, SCHEDULED_ACTION, scheduledActionName)
    records.remove(context.cloud, SCHEDULED_ACTION, found)
    WAKE.set()
    return {"scheduledAction": _shown(found)}


def run(cloud: Cloud, region: str, name: str) -> None:
    """Take the snapshot that an action asks for, named by the time."""
    found = records.look_up(cloud, region, SCHEDULED_ACTION, name)
    wanted = (found or {}).get("targetAction", {}).get("createSnapshot")
    if found is None or not wanted:
        return
    context = Context(
        cloud, SERVICE, "CreateSnapshot", region, Principal(found["roleArn"], cloud.account)
    )
    moment = time.strftime("%Y-%m-%d-%H-%M-%S", time.gmtime())
    members = {key: value for key, value in wanted.items() if key != "snapshotNamePrefix"}
    members["snapshotName"] = f"{wanted['snapshotNamePrefix']}-{moment}"
    try:
        OPERATIONS[SERVICE, "CreateSnapshot"](context, **members)
    except AwsError as error:
        log.warning("the scheduled action %s did not run: %s", name, error)


@on_start
def follow_actions(cloud: Cloud) -> None:
    """Start the clock."""
    _ACTIONS.follow(cloud, run, "redshift serverless clock")


def _shown(record: Record) -> Record:
    """An action as an answer tells it, with the times when it is next due."""
    return records.shown(record) | {"nextInvocations": _ACTIONS.upcoming(record)}


def _written(record: Record) -> str:
    schedule = record["schedule"]
    text = schedule.get("cron", "")
    if "at" in schedule:
        text = datetime.fromtimestamp(schedule["at"], UTC).strftime("at(%Y-%m-%dT%H:%M:%S)")
    elif not text.startswith("cron("):  # "(0 10 ? * MON *)", as its page has it
        text = f"cron{text}" if text.startswith("(") else f"cron({text})"
    return expressions.written(text, "UTC", record.get("startTime"), record.get("endTime"))


_ACTIONS = Actions(SCHEDULED_ACTION, "state", _written, WAKE)


def _checked(schedule: Record) -> Record:
    kept = dict(schedule)
    if isinstance(kept.get("at"), datetime):
        kept["at"] = kept["at"].timestamp()
    try:
        expressions.read(*json.loads(_written({"schedule": kept})))
    except BadSchedule as error:
        raise invalid(f"The schedule {schedule} is not valid.") from error
    return kept


def _plain(members: Record) -> Record:
    """The description and the times between which an action is due."""
    found = {}
    if members.get("scheduledActionDescription"):
        found["scheduledActionDescription"] = members["scheduledActionDescription"]
    for name in ("startTime", "endTime"):
        if members.get(name):
            found[name] = members[name].timestamp()
    return found

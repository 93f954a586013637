"""Scheduled actions: a cluster is paused at night, resumed in the morning, resized for a peak.

Times are ``cron(...)`` of six fields or ``at(2026-11-26T18:00:00)``, in UTC. The action is run by
Redshift as the role that the action names; what fails is told as an event. Source:
https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateScheduledAction.html
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.schedule import BadSchedule
from labkit.cloud.operations import OPERATIONS, Answer, AwsError, Context, Principal
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import SCHEDULED_ACTION
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.scheduled import Actions
from labkit.cloud.redshift.words import fault
from labkit.cloud.scheduler import expressions

log = logging.getLogger(__name__)
WAKE = threading.Event()  # set when an action may have changed
ACTIONS = ("ResizeCluster", "PauseCluster", "ResumeCluster")


@answers("CreateScheduledAction")
def create_scheduled_action(
    context: Context,
    *,
    ScheduledActionName: str,
    TargetAction: Record,
    Schedule: str,
    IamRole: str,
    Enable: bool = True,
    **members: Any,
) -> Answer:
    told = {
        "ScheduledActionName": ScheduledActionName,
        "TargetAction": _checked_action(TargetAction),
        "Schedule": _checked(Schedule),
        "IamRole": IamRole,
        "State": "ACTIVE" if Enable else "DISABLED",
    }
    made = records.create(context, SCHEDULED_ACTION, ScheduledActionName, told | _plain(members))
    WAKE.set()
    return shown(made)


@answers("DescribeScheduledActions")
def describe_scheduled_actions(
    context: Context,
    *,
    ScheduledActionName: str | None = None,
    TargetActionType: str | None = None,
    Active: bool | None = None,
    Filters: list[Record] | None = None,
    StartTime: datetime | None = None,
    EndTime: datetime | None = None,
    **page: Any,
) -> Answer:
    def keep(record: Record) -> bool:
        return (
            (not TargetActionType or TargetActionType in record["TargetAction"])
            and (Active is None or Active == (record["State"] == "ACTIVE"))
            and all(_passes(record, each) for each in Filters or ())
            and _runs_within(record, StartTime, EndTime)
        )

    return listing(
        context, SCHEDULED_ACTION, "ScheduledActions",
        name=ScheduledActionName, keep=keep, show=shown, **page,
    )  # fmt: skip


@answers("ModifyScheduledAction")
def modify_scheduled_action(
    context: Context,
    *,
    ScheduledActionName: str,
    TargetAction: Record | None = None,
    Schedule: str | None = None,
    IamRole: str | None = None,
    Enable: bool | None = None,
    **members: Any,
) -> Answer:
    changed = records.find(context, SCHEDULED_ACTION, ScheduledActionName) | _plain(members)
    if TargetAction:
        changed["TargetAction"] = _checked_action(TargetAction)
    if Schedule:
        changed["Schedule"] = _checked(Schedule)
    if Enable is not None:
        changed["State"] = "ACTIVE" if Enable else "DISABLED"
    changed["IamRole"] = IamRole or changed["IamRole"]
    records.put(context.cloud, SCHEDULED_ACTION, changed)
    WAKE.set()
    return shown(changed)


@answers("DeleteScheduledAction")
def delete_scheduled_action(context: Context, *, ScheduledActionName: str) -> Answer:
    found = records.find(context, SCHEDULED_ACTION, ScheduledActionName)
    records.remove(context.cloud, SCHEDULED_ACTION, found)
    WAKE.set()
    return {}


def _runs_within(record: Record, start: datetime | None, end: datetime | None) -> bool:
    """Whether an active action is due within a span; any action where none is told."""
    if start is None and end is None:
        return True
    first = max(records.now(), start.timestamp() if start else 0.0)
    due = _ACTIONS.due_after(record, first)
    return due is not None and (end is None or due < end.timestamp())


def shown(record: Record) -> Record:
    """An action as an answer tells it, with the times when it is next due."""
    return records.shown(record) | {"NextInvocations": _ACTIONS.upcoming(record)}


def run(cloud: Cloud, region: str, name: str) -> None:
    """Do what an action says, as its role."""
    found = records.look_up(cloud, region, SCHEDULED_ACTION, name)
    for operation, members in (found or {}).get("TargetAction", {}).items():
        role = Principal(str((found or {})["IamRole"]), cloud.account)
        context = Context(cloud, "redshift", operation, region, role)
        try:
            OPERATIONS["redshift", operation](context, **members)
        except AwsError as error:
            log.warning("the scheduled action %s did not run: %s", name, error)


@on_start
def follow_actions(cloud: Cloud) -> None:
    """Start the clock."""
    _ACTIONS.follow(cloud, run, "redshift clock")


def _written(record: Record) -> str:
    start, end = record.get("StartTime"), record.get("EndTime")
    return expressions.written(record["Schedule"], "UTC", start, end)


_ACTIONS = Actions(SCHEDULED_ACTION, "State", _written, WAKE)


def _plain(members: Record) -> Record:
    """The description and the times between which an action is due."""
    found = records.given({"ScheduledActionDescription": members.get("ScheduledActionDescription")})
    for name in ("StartTime", "EndTime"):
        if members.get(name):
            found[name] = members[name].timestamp()
    return found


def _checked(expression: str) -> str:
    try:
        if not expression.startswith(("cron(", "at(")):
            raise BadSchedule(expression)
        expressions.read(expression)
    except BadSchedule as error:
        raise fault("InvalidScheduleFault", f"The schedule {expression} is not valid.") from error
    return expression


def _checked_action(action: Record) -> Record:
    if len(action) != 1 or not set(action) <= set(ACTIONS):
        raise fault("InvalidScheduledActionFault", f"Give one of {', '.join(ACTIONS)}.")
    return action


def _passes(record: Record, wanted: Record) -> bool:
    target = next(iter(record["TargetAction"].values()))
    values = {"cluster-identifier": target.get("ClusterIdentifier"), "iam-role": record["IamRole"]}
    return values.get(wanted["Name"]) in wanted["Values"]

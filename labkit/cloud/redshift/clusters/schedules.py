"""Snapshot schedules: when automated snapshots of the clusters that follow one are taken.

A definition is ``rate(12 hours)``, or ``cron(30 12 MON)``: minutes, hours and day of the week, in
UTC. Source: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events import timetable
from labkit.cloud.events.schedule import BadSchedule, kept_schedule, parse_schedule
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters import snapshots
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SNAPSHOT_SCHEDULE
from labkit.cloud.redshift.clusters.listing import listing
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.words import fault

WAKE = threading.Event()  # set when a schedule may have changed
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+)\)")
SHORTEST_S, TOLD = 3600, 5


@answers("CreateSnapshotSchedule")
def create_snapshot_schedule(
    context: Context,
    *,
    ScheduleDefinitions: list[str] | None = None,
    ScheduleIdentifier: str = "",
    ScheduleDescription: str | None = None,
    Tags: list[Record] | None = None,
    DryRun: bool = False,
    NextInvocations: int | None = None,
) -> Answer:
    """``DryRun`` tells when the snapshots would be taken."""
    if not ScheduleIdentifier:
        raise fault("InvalidScheduleFault", "Give the ScheduleIdentifier.")
    told = records.given({
        "ScheduleIdentifier": ScheduleIdentifier.lower(),
        "ScheduleDefinitions": _checked(ScheduleDefinitions or []),
        "ScheduleDescription": ScheduleDescription,
        "Tags": Tags or [],
    })  # fmt: skip
    if DryRun:
        records.check_free(context, SNAPSHOT_SCHEDULE, ScheduleIdentifier)
        return told | {"NextInvocations": upcoming(told, NextInvocations or TOLD)}
    made = records.create(context, SNAPSHOT_SCHEDULE, ScheduleIdentifier, told)
    return _shown(context, made)


@answers("DescribeSnapshotSchedules")
def describe_snapshot_schedules(
    context: Context,
    *,
    ClusterIdentifier: str | None = None,
    ScheduleIdentifier: str | None = None,
    **page: Any,
) -> Answer:
    def keep(record: Record) -> bool:
        return ClusterIdentifier is None or ClusterIdentifier in _clusters(context, record)

    return listing(
        context, SNAPSHOT_SCHEDULE, "SnapshotSchedules", name=ScheduleIdentifier, keep=keep,
        show=lambda each: _shown(context, each), **page,
    )  # fmt: skip


@answers("ModifySnapshotSchedule")
def modify_snapshot_schedule(
    context: Context, *, ScheduleIdentifier: str, ScheduleDefinitions: list[str]
) -> Answer:
    found = records.find(context, SNAPSHOT_SCHEDULE, ScheduleIdentifier)
    changed = found | {"ScheduleDefinitions": _checked(ScheduleDefinitions)}
    records.put(context.cloud, SNAPSHOT_SCHEDULE, changed)
    WAKE.set()
    return _shown(context, changed)


@answers("DeleteSnapshotSchedule")
def delete_snapshot_schedule(context: Context, *, ScheduleIdentifier: str) -> Answer:
    """Not while a cluster follows it."""
    found = records.find(context, SNAPSHOT_SCHEDULE, ScheduleIdentifier)
    if _clusters(context, found):
        raise fault(
            "InvalidClusterSnapshotScheduleStateFault",
            f"The snapshot schedule {ScheduleIdentifier} is associated with clusters.",
        )
    records.remove(context.cloud, SNAPSHOT_SCHEDULE, found)
    return {}


@answers("ModifyClusterSnapshotSchedule")
def modify_cluster_snapshot_schedule(
    context: Context,
    *,
    ClusterIdentifier: str,
    ScheduleIdentifier: str | None = None,
    DisassociateSchedule: bool = False,
) -> Answer:
    record = records.find(context, CLUSTER, ClusterIdentifier)
    followed = None
    if ScheduleIdentifier and not DisassociateSchedule:
        found = records.find(context, SNAPSHOT_SCHEDULE, ScheduleIdentifier)
        followed = found["ScheduleIdentifier"]
    changed = record | {
        "SnapshotScheduleIdentifier": followed,
        "SnapshotScheduleState": "ACTIVE" if followed else None,
    }
    records.put(context.cloud, CLUSTER, changed)
    WAKE.set()
    return {}


def upcoming(schedule: Record, count: int) -> list[float]:
    """The next times of a schedule, of all its definitions."""
    found: set[float] = set()
    now = time.time()
    for definition in schedule["ScheduleDefinitions"]:
        moment: float | None = now
        times = kept_schedule(_six_fields(definition))
        for _ in range(count):
            moment = times.after(moment, now) if moment else None
            found |= {moment} if moment else set()
    return sorted(found)[:count]


class Timetable(timetable.Timetable):
    """Takes the automated snapshots that are due."""

    def plans(self) -> Iterator[timetable.Plan]:
        for cluster in records.every(self._cloud, CLUSTER):
            region, name = cluster["_"]["region"], cluster["_"]["name"]
            followed = cluster.get("SnapshotScheduleIdentifier")
            found = followed and records.look_up(self._cloud, region, SNAPSHOT_SCHEDULE, followed)
            for definition in (found or {}).get("ScheduleDefinitions", ()):
                yield region, name, _six_fields(definition)


def take(cloud: Cloud, region: str, name: str) -> None:
    """An automated snapshot of a cluster that is up."""
    cluster = records.look_up(cloud, region, CLUSTER, name)
    if cluster and cluster["ClusterStatus"] == "available":
        snapshots.take_automated(cloud, cluster)


@on_start
def follow_schedules(cloud: Cloud) -> None:
    """Start the clock."""
    timetable.follow(Timetable(cloud, take).tick, WAKE, "redshift snapshots")


def _six_fields(definition: str) -> str:
    """A definition as EventBridge writes it.

    >>> _six_fields("cron(30 12 MON)"), _six_fields("rate(12 hours)")
    ('cron(30 12 ? * MON *)', 'rate(12 hours)')
    """
    if found := _CRON.fullmatch(definition):
        minutes, hours, days = found.groups()
        return f"cron({minutes} {hours} {'* * ?' if days == '*' else f'? * {days}'} *)"
    return definition


def _checked(definitions: list[str]) -> list[str]:
    for definition in definitions:
        try:
            times = parse_schedule(_six_fields(definition))
        except BadSchedule as error:
            raise fault(
                "InvalidScheduleFault", f"The schedule {definition} is not valid."
            ) from error
        if getattr(times, "period_s", SHORTEST_S) < SHORTEST_S:
            raise fault("InvalidScheduleFault", f"{definition} is more often than hourly.")
    return definitions


def _clusters(context: Context, schedule: Record) -> list[str]:
    name = schedule["ScheduleIdentifier"]
    return [
        each["ClusterIdentifier"]
        for each in records.listed(context, CLUSTER)
        if each.get("SnapshotScheduleIdentifier") == name
    ]


def _shown(context: Context, record: Record) -> Record:
    clusters = _clusters(context, record)
    return records.shown(record) | {
        "NextInvocations": upcoming(record, TOLD),
        "AssociatedClusterCount": len(clusters),
        "AssociatedClusters": [
            {"ClusterIdentifier": each, "ScheduleAssociationState": "ACTIVE"} for each in clusters
        ],
    }

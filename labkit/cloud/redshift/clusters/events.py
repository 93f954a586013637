"""What happened to clusters and snapshots in the last 14 days: DescribeEvents.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-event-notifications.html
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters import subscriptions
from labkit.cloud.redshift.clusters.kinds import CLUSTER, SNAPSHOT
from labkit.cloud.redshift.clusters.listing import pages
from labkit.cloud.redshift.lifecycle import FOLLOWERS, answers
from labkit.cloud.redshift.records import Kind, Record

KEPT_S = 14 * 86400
MINUTES = 60
KIND = "redshift.event"
_SOURCES = {CLUSTER: "cluster", SNAPSHOT: "cluster-snapshot"}
# By the state that has ended: what is told, and the event's id where the guide names one.
_TOLD = {
    (CLUSTER, "creating"): (
        "Amazon Redshift cluster {0} has been created and is ready for use.",
        "REDSHIFT-EVENT-2000",
    ),
    (CLUSTER, "deleting"): (
        "The Amazon Redshift cluster {0} was deleted at {1}.",
        "REDSHIFT-EVENT-2001",
    ),
    (CLUSTER, "renaming"): (
        "Amazon Redshift cluster {0} was renamed at {1}.",
        "REDSHIFT-EVENT-2013",
    ),
    (CLUSTER, "rebooting"): ("Cluster {0} was rebooted at {1}.", "REDSHIFT-EVENT-3000"),
    (CLUSTER, "resizing"): (
        "The resize for your Amazon Redshift cluster {0} is complete: {2} {3} nodes since {1}.",
        "REDSHIFT-EVENT-3002",
    ),
    (CLUSTER, "pausing"): ("Amazon Redshift cluster {0} was paused at {1}.", None),
    (CLUSTER, "resuming"): ("Amazon Redshift cluster {0} was resumed at {1}.", None),
    (CLUSTER, "modifying"): ("Amazon Redshift cluster {0} was modified at {1}.", None),
    (SNAPSHOT, "creating"): ("Snapshot {0} was completed at {1}.", None),
}  # fmt: skip
# What a message's subject says of it; AWS's guide does not tell its own words.
_TITLES = {
    "creating": "Created",
    "deleting": "Deleted",
    "renaming": "Renamed",
    "rebooting": "Rebooted",
    "resizing": "Resized",
    "pausing": "Paused",
    "resuming": "Resumed",
    "modifying": "Modified",
}


@answers("DescribeEvents")
def describe_events(
    context: Context,
    *,
    SourceIdentifier: str | None = None,
    SourceType: str | None = None,
    StartTime: datetime | None = None,
    EndTime: datetime | None = None,
    Duration: int = MINUTES,
    **page: Any,
) -> Answer:
    """Those of the last hour, unless a time is named."""
    start = StartTime.timestamp() if StartTime else time.time() - Duration * 60
    end = EndTime.timestamp() if EndTime else time.time() + 1
    found = [
        each["event"]
        for each in context.cloud.records(KIND).values()
        if each["region"] == context.region
        and start <= each["event"]["Date"] <= end
        and SourceIdentifier in (None, each["event"]["SourceIdentifier"])
        and SourceType in (None, each["event"]["SourceType"])
    ]
    return pages("Events", found, **page)


@answers("DescribeEventCategories")
def describe_event_categories(context: Context, *, SourceType: str | None = None) -> Answer:
    """The events that the local AWS tells of."""
    told = [
        {"SourceType": source, "Events": [_category(text, number)
            for (kind, _), (text, number) in _TOLD.items() if _SOURCES[kind] == source]}
        for source in _SOURCES.values() if SourceType in (None, source)
    ]  # fmt: skip
    return {"EventCategoriesMapList": told}


def note(cloud: Cloud, kind: Kind, before: Record, after: Record | None) -> None:
    """Write down that a state has ended."""
    told = _TOLD.get((kind, before[kind.status]))
    failed = after is not None and after[kind.status] == kind.failed
    if told is None or (after and after[kind.status] == before[kind.status]):
        return
    text, number = told
    if failed:
        text, number = "The operation on {0} failed at {1}.", None
    titled = _TITLES[before[kind.status]]
    title = f"{kind.name.capitalize()} {'Failed' if failed else titled}"
    severity = "ERROR" if failed else "INFO"
    _write(cloud, kind, after or before, text, number, severity, title)


FOLLOWERS.append(note)


def _write(
    cloud: Cloud,
    kind: Kind,
    record: Record,
    text: str,
    number: str | None,
    severity: str,
    title: str,
) -> None:
    name = record.get("SnapshotIdentifier") or record["ClusterIdentifier"]
    moment = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    event = {
        "SourceIdentifier": name,
        "SourceType": _SOURCES[kind],
        "Message": text.format(name, moment, record["NumberOfNodes"], record["NodeType"]),
        "EventCategories": ["management"],
        "Severity": severity,
        "Date": records.now(),
        "EventId": number,
    }
    held = cloud.records(KIND)
    for key, each in list(held.items()):
        if each["event"]["Date"] < time.time() - KEPT_S:
            held.pop(key, None)
    region, told = record["_"]["region"], records.given(event)
    held[str(uuid.uuid4())] = {"region": region, "event": told}
    subscriptions.tell(cloud, region, told, title)


def _category(text: str, number: str | None) -> Record:
    names = ("[name]", "[time]", "[number]", "[type]")
    told = {"EventId": number, "EventDescription": text.format(*names)}
    return records.given(told | {"EventCategories": ["management"], "Severity": "INFO"})

"""The refreshes of topics, and their schedules, one a data set.

On AWS a refresh reads the values of a topic's data sets anew, so that questions may name them. The
local Q reads them when it is asked, so a refresh only sees whether the data sets are still there,
and a schedule is kept but has nothing to run. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DescribeTopicRefresh.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TopicRefreshSchedule.html
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.definitions.catalog import columns_of, place_of
from labkit.cloud.quicksight.kinds import TOPIC
from labkit.cloud.quicksight.records import Record, answers
from labkit.cloud.quicksight.topics.records import find
from labkit.cloud.quicksight.words import exists, invalid, not_found

MOST = 100


def refresh(context: Context, topic_id: str) -> Answer:
    """Refresh a topic; what the call that made or changed it answers."""
    record, id = find(context, topic_id), str(uuid.uuid4())
    arns = [each["DatasetArn"] for each in record["Topic"].get("DataSets", ())]
    gone = any(columns_of(context.cloud, arn) is None for arn in arns)
    known = {**record["_"].get("refreshes", {}), id: "FAILED" if gone else "COMPLETED"}
    latest = dict(list(known.items())[-MOST:])
    records.keep(context, TOPIC, topic_id, refreshes=latest)
    arn = f"{record['Arn']}/refresh/{id}"
    return {**records.shown(record, "Arn", "TopicId"), "RefreshArn": arn}


@answers("DescribeTopicRefresh")
def describe_refresh(context: Context, *, TopicId: str, RefreshId: str) -> Answer:
    record = find(context, TopicId)
    status = record["_"].get("refreshes", {}).get(RefreshId)
    if status is None:
        raise not_found(f"Refresh {RefreshId} of topic {TopicId} is not found.")
    arn = f"{record['Arn']}/refresh/{RefreshId}"
    return {"RefreshDetails": {"RefreshArn": arn, "RefreshId": RefreshId, "RefreshStatus": status}}


@answers("CreateTopicRefreshSchedule")
def create_schedule(
    context: Context,
    *,
    TopicId: str,
    DatasetArn: str,
    RefreshSchedule: Record,
    DatasetName: str | None = None,
) -> Answer:
    record, id = find(context, TopicId), place_of(DatasetArn)[1]
    if DatasetArn not in [each["DatasetArn"] for each in record["Topic"].get("DataSets", ())]:
        raise invalid(f"Data set {DatasetArn} is not in topic {TopicId}.")
    if id in _schedules(record):
        raise exists(f"A refresh schedule for data set {id} already exists.")
    made = {"DatasetId": id, "DatasetArn": DatasetArn, "DatasetName": DatasetName}
    return _put(context, record, {**made, "RefreshSchedule": _plain(RefreshSchedule)})


@answers("UpdateTopicRefreshSchedule")
def update_schedule(
    context: Context, *, TopicId: str, DatasetId: str, RefreshSchedule: Record
) -> Answer:
    record = find(context, TopicId)
    changed = {**_schedule(record, DatasetId), "RefreshSchedule": _plain(RefreshSchedule)}
    return _put(context, record, changed)


@answers("DescribeTopicRefreshSchedule")
def describe_schedule(context: Context, *, TopicId: str, DatasetId: str) -> Answer:
    record = find(context, TopicId)
    found = _schedule(record, DatasetId)
    return {**_named(record, found), "RefreshSchedule": found["RefreshSchedule"]}


@answers("DeleteTopicRefreshSchedule")
def delete_schedule(context: Context, *, TopicId: str, DatasetId: str) -> Answer:
    record = find(context, TopicId)
    gone = _schedule(record, DatasetId)
    left = {id: each for id, each in _schedules(record).items() if id != DatasetId}
    records.keep(context, TOPIC, TopicId, schedules=left)
    return _named(record, gone)


@answers("ListTopicRefreshSchedules")
def list_schedules(context: Context, *, TopicId: str) -> Answer:
    record = find(context, TopicId)
    found = list(_schedules(record).values())
    return {"TopicId": TopicId, "TopicArn": record["Arn"], "RefreshSchedules": found}


def _put(context: Context, record: Record, schedule: Record) -> Answer:
    known = {**_schedules(record), schedule["DatasetId"]: schedule}
    records.keep(context, TOPIC, record["TopicId"], schedules=known)
    return _named(record, schedule)


def _schedules(record: Record) -> dict[str, Record]:
    return dict(record["_"].get("schedules", {}))


def _schedule(record: Record, id: str) -> Record:
    found = _schedules(record).get(id)
    if found is None:
        raise not_found(f"A refresh schedule for data set {id} is not found.")
    return found


def _named(record: Record, schedule: Record) -> Answer:
    named = {"TopicId": record["TopicId"], "TopicArn": record["Arn"]}
    return {**named, "DatasetArn": schedule["DatasetArn"]}


def _plain(schedule: dict[str, Any]) -> Record:
    start = schedule.get("StartingAt")
    moment = {"StartingAt": start.timestamp()} if isinstance(start, datetime.datetime) else {}
    return {**schedule, **moment}

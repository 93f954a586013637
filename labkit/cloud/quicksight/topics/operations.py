"""The operations on topics.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateTopic.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records, sharing
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.kinds import TOPIC
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.search import matching
from labkit.cloud.quicksight.topics.records import check, find
from labkit.cloud.quicksight.topics.refreshing import refresh

sharing.register(TOPIC)


@answers("CreateTopic")
def create(
    context: Context,
    *,
    TopicId: str,
    Topic: Record,
    Tags: list[Record] | None = None,
    FolderArns: list[str] | None = None,
    CustomInstructions: Record | None = None,
) -> Answer:
    check(context, Topic)
    folders.check(context, FolderArns)
    told = {"Topic": Topic, "Name": Topic.get("Name"), "CustomInstructions": CustomInstructions}
    with context.cloud.state.together():
        made = records.create(context, TOPIC, TopicId, told, tags=Tags)
        folders.join(context, FolderArns, made["Arn"])
    return refresh(context, TopicId)


@answers("UpdateTopic")
def update(
    context: Context, *, TopicId: str, Topic: Record, CustomInstructions: Record | None = None
) -> Answer:
    find(context, TopicId)
    check(context, Topic)
    told: dict[str, Any] = {"Topic": Topic, "Name": Topic.get("Name")}
    given = {"CustomInstructions": CustomInstructions} if CustomInstructions else {}
    records.update(context, TOPIC, TopicId, told | given)
    return refresh(context, TopicId)


@answers("DescribeTopic")
def describe(context: Context, *, TopicId: str) -> Answer:
    names = ("Arn", "TopicId", "Topic", "CustomInstructions")
    return records.shown(find(context, TopicId), *names)


@answers("DeleteTopic")
def delete(context: Context, *, TopicId: str) -> Answer:
    return records.shown(records.remove(context, TOPIC, TopicId), "Arn", "TopicId")


@lists("ListTopics", "TopicsSummaries")
def list_all(context: Context) -> list[Record]:
    return [_summary(record) for record in records.listed(context, TOPIC)]


@lists("SearchTopics", "TopicSummaryList")
def search(context: Context, *, Filters: list[Record]) -> list[Record]:
    return [_summary(record) for record in matching(context, TOPIC, Filters)]


def _summary(record: Record) -> Record:
    version = record["Topic"].get("UserExperienceVersion")
    experience = {"UserExperienceVersion": version} if version else {}
    return {**records.shown(record, "Arn", "TopicId", "Name"), **experience}

"""Answers to questions that a topic's author has reviewed.

Each answer of a batch is taken or refused for itself.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_InvalidTopicReviewedAnswer.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.definitions.catalog import columns_of
from labkit.cloud.quicksight.kinds import TOPIC
from labkit.cloud.quicksight.records import Record, answers
from labkit.cloud.quicksight.topics.records import find


@answers("BatchCreateTopicReviewedAnswer")
def create(context: Context, *, TopicId: str, Answers: list[Record]) -> Answer:
    record = find(context, TopicId)
    known, refused = _known(record), {}
    for each in Answers:
        fault = _fault(context, each, known)
        if fault:
            refused[each["AnswerId"]] = fault
        else:
            arn = f"{record['Arn']}/reviewed-answer/{each['AnswerId']}"
            known[each["AnswerId"]] = {**each, "Arn": arn}
    records.keep(context, TOPIC, TopicId, answers=known)
    return _outcome(record, [each["AnswerId"] for each in Answers], refused)


@answers("BatchDeleteTopicReviewedAnswer")
def delete(context: Context, *, TopicId: str, AnswerIds: list[str] | None = None) -> Answer:
    record, ids = find(context, TopicId), AnswerIds or []
    known = _known(record)
    refused = {id: "MISSING_ANSWER" for id in ids if id not in known}
    left = {id: each for id, each in known.items() if id not in ids}
    records.keep(context, TOPIC, TopicId, answers=left)
    return _outcome(record, ids, refused)


@answers("ListTopicReviewedAnswers")
def list_all(context: Context, *, TopicId: str) -> Answer:
    record = find(context, TopicId)
    told = list(_known(record).values())
    return {"TopicId": TopicId, "TopicArn": record["Arn"], "Answers": told}


def _fault(context: Context, answer: Record, known: dict[str, Record]) -> str:
    """Why an answer is not taken, in the API's words; empty for one that is."""
    if not answer["DatasetArn"].startswith("arn:aws:quicksight:"):
        return "INVALID_DATASET_ARN"
    if columns_of(context.cloud, answer["DatasetArn"]) is None:
        return "DATASET_DOES_NOT_EXIST"
    if answer["AnswerId"] in known:
        return "DUPLICATED_ANSWER"
    return "" if answer.get("Mir") or answer.get("PrimaryVisual") else "MISSING_REQUIRED_FIELDS"


def _known(record: Record) -> dict[str, Record]:
    return dict(record["_"].get("answers", {}))


def _outcome(record: Record, ids: list[str], refused: dict[str, str]) -> Answer:
    return {
        "TopicId": record["TopicId"],
        "TopicArn": record["Arn"],
        "SucceededAnswers": [{"AnswerId": id} for id in ids if id not in refused],
        "InvalidAnswers": [{"AnswerId": id, "Error": why} for id, why in refused.items()],
    }

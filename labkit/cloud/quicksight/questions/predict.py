"""``PredictQAResults``: a question is looked up in dashboards, then answered from topics.

Visuals of the asker's dashboards come first, then reviewed answers, then generated ones. What no
topic understands is ``NO_ANSWER``, with near misses beside it.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PredictQAResults.html
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labkit.cloud.operations import Answer, AwsError, Context
from labkit.cloud.quicksight import permissions, principals, records
from labkit.cloud.quicksight.kinds import TOPIC
from labkit.cloud.quicksight.questions import answering, dashboards
from labkit.cloud.quicksight.questions.lexicon import Lexicon
from labkit.cloud.quicksight.questions.readers import Reader, lexicons
from labkit.cloud.quicksight.questions.remembered import remember
from labkit.cloud.quicksight.questions.restate import restate
from labkit.cloud.quicksight.records import Record, answers
from labkit.cloud.quicksight.sources.failures import EXPECTED, SourceError, told
from labkit.cloud.quicksight.words import denied, invalid

MOST_TOPICS = 4
MOST_RESULTS = 5


@dataclass(frozen=True)
class Asked:
    """A topic's answer to one reader.

    Args:
        record: of the topic.
        lexicon: of the topic as the reader sees it.
        answer: with an IR, or without one.
        reviewed: the id of the reviewed answer that it is, else empty.
    """

    record: Record
    lexicon: Lexicon
    answer: answering.Answer
    reviewed: str = ""


@answers("PredictQAResults", alone=False)
def predict_qa_results(
    context: Context,
    *,
    QueryText: str,
    IncludeQuickSightQIndex: str = "INCLUDE",
    IncludeGeneratedAnswer: str = "INCLUDE",
    MaxTopicsToConsider: int = MOST_TOPICS,
) -> Answer:
    """Answer a question for the user of QuickSight that the caller is."""
    user = _user(context)
    found: list[Record] = []
    if IncludeQuickSightQIndex == "INCLUDE":
        found += dashboards.matching(context, user, QueryText)
    if IncludeGeneratedAnswer == "INCLUDE":
        reader = Reader(context.cloud, context.principal, context.region, user["Arn"])
        found += generated(reader, topics_of(context, user), QueryText, MaxTopicsToConsider)
    first = found[0] if found and found[0]["ResultType"] in _ANSWERS else _NONE
    rest = [each for each in found if each is not first]
    return {"PrimaryResult": first, "AdditionalResults": rest[:MOST_RESULTS]}


def topics_of(context: Context, user: Record) -> list[Record]:
    """The topics that a user may ask: those shared with it, and of an administrator all."""
    names = principals.names_of(context.cloud, user["Arn"])
    return [
        each
        for each in records.listed(context, TOPIC)
        if user["Role"].startswith("ADMIN")
        or permissions.allows(each, names, "quicksight:DescribeTopic")
    ]


def ask(reader: Reader, record: Record, question: str, *, clock: dt.datetime) -> list[Asked]:
    """What a topic answers to one reader, best first.

    Raises:
        AwsError: a data set of the topic is not there, SPICE holds nothing of it yet, or the source
            of a direct query cannot be read.
    """
    try:
        found = [_ask(record, each, question, clock) for each in lexicons(reader, record)]
    except AwsError:
        raise
    except (SourceError, *EXPECTED) as error:
        raise invalid(told(error)[1]) from error
    return sorted(found, key=lambda each: (each.answer.ir is None, -each.answer.score))


def _ask(record: Record, lexicon: Lexicon, question: str, clock: dt.datetime) -> Asked:
    reviewed = _reviewed(record, lexicon, question)
    if reviewed:
        return reviewed
    return Asked(
        record, lexicon, answering.answer(lexicon.topic, question, clock=clock, lexicon=lexicon)
    )


def _reviewed(record: Record, lexicon: Lexicon, question: str) -> Asked | None:
    """An answer that an author has reviewed, if the reader may see all that it names."""
    known = {each.name for each in lexicon.topic.fields}
    for id, each in record["_"].get("answers", {}).items():
        ir = each.get("Mir") or each.get("PrimaryVisual", {}).get("Ir")
        same = _plain(each["Question"]) == _plain(question)
        if ir and same and each["DatasetArn"] == lexicon.topic.data_set_arn:
            if not dashboards.columns_of_ir(ir) <= known:
                return None
            whole = {"Metrics": [], "GroupByList": [], "Filters": []} | ir
            made = answering.Answer(whole, restate(whole, lexicon.topic), 1.0)
            return Asked(record, lexicon, made, reviewed=id)
    return None


def generated(
    reader: Reader, topics: Sequence[Record], question: str, most: int = MOST_TOPICS
) -> Iterator[Record]:
    """Results of the topics that understand the question best, else their near misses."""
    clock = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    asked: list[Asked] = []
    for record in topics:
        try:
            asked += ask(reader, record, question, clock=clock)
        except AwsError:  # a data set of it is gone, or not imported yet: others may answer
            continue
    asked.sort(key=lambda each: (each.answer.ir is None, not each.reviewed, -each.answer.score))
    answered = [each for each in asked if each.answer.ir][:most]
    yield from (_result(reader, each, question) for each in answered)
    if not answered:
        yield from _near(reader, asked, clock)


def _near(reader: Reader, asked: Sequence[Asked], clock: dt.datetime) -> Iterator[Record]:
    """Questions that would be answered, in the words of the topics."""
    yield _NONE
    for each in asked:
        for question in each.answer.alternatives:
            other = _ask(each.record, each.lexicon, question, clock)
            if other.answer.ir:
                yield _result(reader, other, question)


def _result(reader: Reader, asked: Asked, question: str) -> Record:
    topic, answer = asked.record, asked.answer
    id, answer_id = _ids(topic, question)
    answer_id = asked.reviewed or answer_id
    remember(reader.cloud, reader.region, answer_id, topic["TopicId"], question)
    host = f"https://{reader.region}.quicksight.aws.amazon.com"
    return {
        "ResultType": "GENERATED_ANSWER",
        "GeneratedAnswer": {
            "QuestionText": question,
            "AnswerStatus": _status(asked),
            "TopicId": topic["TopicId"],
            "TopicName": topic["Topic"].get("Name", topic["TopicId"]),
            "Restatement": answer.restatement[:1024],
            "QuestionId": id,
            "AnswerId": answer_id,
            "QuestionUrl": f"{host}/sn/topics/{topic['TopicId']}/questions/{id}",
        },
    }


def _ids(topic: Record, question: str) -> tuple[str, str]:
    """The ids of a question to a topic, and of what is generated for it."""
    id = hashlib.sha256(f"{topic['Arn']}|{_plain(question)}".encode()).hexdigest()[:32]
    return id, f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"


def _status(asked: Asked) -> str:
    """Retrieved as it was reviewed; downgraded where a word was left aside."""
    if asked.reviewed:
        return "ANSWER_RETRIEVED"
    return "ANSWER_GENERATED" if asked.answer.score == 1 else "ANSWER_DOWNGRADE"


def _user(context: Context) -> Record:
    """The user of QuickSight that the caller is."""
    arn = principals.caller_arn(context)
    found = principals.find(context.cloud, arn)
    if found is None:
        raise denied(f"{context.principal.arn} is not a user of QuickSight.")
    return found


def _plain(question: str) -> str:
    return " ".join(question.lower().split()).rstrip("?.! ")


_NONE: Record = {"ResultType": "NO_ANSWER"}
_ANSWERS = ("DASHBOARD_VISUAL", "GENERATED_ANSWER")

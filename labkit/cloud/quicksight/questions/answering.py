"""A question's answer: the IR, the sentence that says how it was read, and what else it may mean.

Below `ENOUGH` nothing is answered: a wrong chart is worse than none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from labkit.cloud.quicksight.questions.doubts import SENTENCES
from labkit.cloud.quicksight.questions.grammar import understand
from labkit.cloud.quicksight.questions.ir import topic_ir
from labkit.cloud.quicksight.questions.ir_filters import RELATIVE
from labkit.cloud.quicksight.questions.lexicon import Lexicon
from labkit.cloud.quicksight.questions.reading import Reading
from labkit.cloud.quicksight.questions.restate import restate
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.values import spelled
from labkit.cloud.quicksight.questions.words import tokens

ENOUGH = 0.6
MOST_ALTERNATIVES = 3


@dataclass(frozen=True)
class Answer:
    """What a question was understood as.

    Args:
        ir: the API's ``TopicIR``; ``None`` where there is no answer.
        restatement: the reading as a sentence; without an answer, why there is none.
        score: 0 to 1, how much of the question the reading explains.
        alternatives: other questions that it may have meant.
        reading: before any chart.
    """

    ir: dict[str, Any] | None
    restatement: str
    score: float
    alternatives: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)


def answer(
    topic: Topic,
    question: str,
    *,
    values: Mapping[str, Iterable[str]] | None = None,
    clock: dt.datetime,
    lexicon: Lexicon | None = None,
) -> Answer:
    """Answer a question from a topic.

    Args:
        topic: that is asked.
        question: in plain English.
        values: a field's cell values, those that the asker may see.
        clock: what "last month" is counted from.
        lexicon: of this topic and these values, where several questions are asked.
    """
    lexicon = lexicon or Lexicon(topic, values or {})
    topic = lexicon.topic
    reading = understand(question, lexicon, clock.date())
    if why := _unanswered(reading, lexicon):
        near = _near(question, reading, lexicon, clock.date())
        return Answer(None, why, reading.score, near, reading)
    ir = topic_ir(reading, topic)
    others = _others(reading, topic, restate(ir, topic))
    return Answer(ir, restate(ir, topic), reading.score, others, reading)


def _unanswered(reading: Reading, lexicon: Lexicon) -> str:
    """Why a reading has no answer; empty where it has one."""
    refused = _refused(reading) or _no_such_value(reading, lexicon)
    return refused or ("" if reading.score >= ENOUGH else _why_not(reading))


def _refused(reading: Reading) -> str:
    """What is not answered here, and what the topic's author does not allow."""
    if reading.why:
        return _NOT_ANSWERED[reading.why]
    if _contradicts(reading):
        return "The question asks for two things at once of one field."
    if reading.limit and not reading.groups:
        return "The question does not say of what the first are asked for."
    if reading.limit and _counts_itself(reading):
        return f"The question does not say by what {reading.groups[0].field.label} is ranked."
    if _is_ambiguous_share(reading):
        return "Whether the share is of all or of each group is not said."
    for metric in reading.metrics:
        if metric.field and metric.field.kind == "text" and metric.aggregation in _OF_NUMBERS:
            return f"{metric.field.label} is a text: it has no {metric.aggregation.lower()}."
        if metric.field and metric.aggregation and not metric.field.permits(metric.aggregation):
            return f"The topic does not allow {metric.aggregation} of {metric.field.label}."
    return ""


def _no_such_value(reading: Reading, lexicon: Lexicon) -> str:
    """A text that none of the field's known values is."""
    for one in reading.conditions:
        known = lexicon.values_of(one.field)
        said = {spelled(each) for each in one.values}
        if one.operator in _EXACT and one.field.kind == "text" and known and not said <= known:
            return f"No {one.field.label} is called {', '.join(map(repr, one.values))}."
        if one.operator == "null" and (none := known & _NONE):
            return f"Whether {one.field.label} is empty or {min(none)!r} is not said."
    return ""


def _contradicts(reading: Reading) -> bool:
    """Whether no row can fulfil the conditions: two values, or two periods, of one field."""
    exact = [
        each.field.name
        for each in reading.conditions
        if each.joined == "and" and not each.inverse and each.operator in _EXACT and not each.unit
    ]
    moving = [each.field.name for each in reading.conditions if each.operator in RELATIVE]
    return any(len(set(each)) < len(each) for each in (exact, moving))


def _counts_itself(reading: Reading) -> bool:
    groups = [each.field for each in reading.groups]
    return bool(reading.metrics) and reading.metrics[0].field in groups


def _is_ambiguous_share(reading: Reading) -> bool:
    """ "Percentage of female students by school": of all women, or of each school's students?"""
    share = any(each.comparison == "PERCENT_OF_TOTAL" for each in reading.metrics)
    return share and bool(reading.conditions) and bool(reading.groups)


_NOT_ANSWERED = {
    "why": "Questions that ask why are not answered here.",
    "ARITHMETIC": "Two numbers taken from each other or divided are not answered here.",
    "FUTURE": "Questions about what will be are not answered here.",
    **SENTENCES,
}
_EXACT = ("=",)
_NONE = frozenset(("none", "no", "unknown", "n a", "not known", "nothing"))
_OF_NUMBERS = ("SUM", "AVERAGE", "MAX", "MIN", "MEDIAN", "STDEV", "VAR")


def _why_not(reading: Reading) -> str:
    if reading.unknown:
        return f"Nothing in the topic is called {', '.join(map(repr, reading.unknown))}."
    return "The question names nothing that the topic has."


def _near(question: str, reading: Reading, lexicon: Lexicon, today: dt.date) -> tuple[str, ...]:
    """The question with words of the topic in place of unknown ones, else what can be asked.

    Such a question is one that has an answer.
    """
    unknown = set(reading.unknown)
    mended = " ".join(
        (lexicon.near(each.lower) or each.text) if each.text in unknown else each.text
        for each in tokens(question)
    )
    plain = " ".join(each.text for each in tokens(question))
    if mended != plain and not _unanswered(understand(mended, lexicon, today), lexicon):
        return (mended,)
    return tuple(_asked(lexicon.topic, [each.field for each in reading.metrics]))


def _asked(topic: Topic, said: Sequence[TopicField | None]) -> Sequence[str]:
    measures = [each for each in topic.fields if each.measure]
    measure = next((each for each in said if each in measures), next(iter(measures), None))
    groups = [each for each in topic.fields if _is_category(each)]
    groups = groups or [each for each in topic.fields if not each.measure]
    return [f"{measure.label} by {each.label}" for each in groups[:MOST_ALTERNATIVES] if measure]


def _is_category(field_: TopicField) -> bool:
    semantic = field_.record.get("SemanticType") or {}
    return field_.kind == "text" and semantic.get("TypeName") not in ("Person", "Identifier")


def _others(reading: Reading, topic: Topic, said: str) -> tuple[str, ...]:
    """The same question with other aggregations that the field allows."""
    if not reading.metrics or reading.metrics[0].field is None:
        return ()
    first, *rest = reading.metrics
    assert first.field
    names = ("SUM", "AVERAGE", "MAX") if first.field.measure else ("COUNT", "DISTINCT_COUNT")
    made = []
    for name in names:
        if first.field.permits(name) and not first.field.is_aggregate:
            other = replace(reading, metrics=(replace(first, aggregation=name), *rest))
            made.append(restate(topic_ir(other, topic), topic))
    return tuple(each for each in made if each != said)[:MOST_ALTERNATIVES]

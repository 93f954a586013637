"""Questions in plain language: a topic to ask about, and the answer with its picture.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PredictQAResults.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.charts import Fields
from labkit.charts.pages import Picture, Session
from labkit.charts.sets import known_among
from labkit.errors import NoChart

if TYPE_CHECKING:
    from labkit.charts.sets import DataSet
    from labkit.lab import Lab

_ID = re.compile(r"(^|_)id$", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What Q made of a question.

    Args:
        question: as it was asked.
        reading: how it was understood, in a sentence; empty where it was not.
        picture: the chart, if there is an answer.
        near: questions that would have been understood.
    """

    question: str
    reading: str
    picture: Picture | None
    near: tuple[str, ...] = ()

    def __repr__(self) -> str:
        if self.picture:
            return f"{self.reading}\n{self.picture!r}"
        hint = f" Near to it: {'; '.join(self.near)}" if self.near else ""
        return f"Q has no answer to {self.question!r}.{hint}"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        if not self.picture:
            return {"text/plain": repr(self)}
        bundle, metadata = self.picture._repr_mimebundle_(**options)
        return {**bundle, "text/plain": repr(self)}, metadata


def answer(lab: Lab, question: str) -> Answer:
    """Ask, and draw the best answer.

    Raises:
        NoChart: there is no topic yet.
    """
    calls = lab.chart.calls
    if not calls.call("list_topics", MaxResults=1)["TopicsSummaries"]:
        raise NoChart("Q answers from a topic, and there is none yet: lab.chart.add_topic.")
    result = calls.call(
        "predict_qa_results", QueryText=question, IncludeQuickSightQIndex="EXCLUDE"
    )["PrimaryResult"]
    session = Session.open(lab.chart.calls.embed_url({"QSearchBar": {}})) if lab.endpoint else None
    if result["ResultType"] != "GENERATED_ANSWER":
        near = session.json("near", question=question) if session else []
        return Answer(question, "", None, tuple(near))
    found = result["GeneratedAnswer"]
    return Answer(question, found["Restatement"], _picture(session, found))


def topic_of(name: str, data_set: DataSet, synonyms: Mapping[str, Fields]) -> dict[str, Any]:
    """A topic's details: each column under a name that people use, ids not to be summed."""
    known_among(data_set.schema, *synonyms)
    columns = [_column(each, kind, synonyms) for each, kind in data_set.schema.items()]
    about = {"DatasetArn": data_set.arn, "DatasetName": data_set.name, "Columns": columns}
    return {"Name": name, "UserExperienceVersion": "NEW_READER_EXPERIENCE", "DataSets": [about]}


def _column(name: str, kind: str, synonyms: Mapping[str, Fields]) -> dict[str, Any]:
    is_measure = kind in ("INTEGER", "DECIMAL") and not _ID.search(name)
    made: dict[str, Any] = {
        "ColumnName": name,
        "ColumnFriendlyName": name.replace("_", " "),
        "ColumnDataRole": "MEASURE" if is_measure else "DIMENSION",
        "IsIncludedInTopic": True,
    }
    if words := synonyms.get(name, ()):
        made["ColumnSynonyms"] = [words] if isinstance(words, str) else list(words)
    return made


def _picture(session: Session | None, found: dict[str, Any]) -> Picture:
    if session is None:
        return Picture.page(found["QuestionText"], found.get("QuestionUrl", ""))
    return session.picture(f"answers/{found['AnswerId']}", found["QuestionText"])

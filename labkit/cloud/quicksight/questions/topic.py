"""A topic as the grammar sees it: fields with their words, filters and entities with names.

A topic names the columns of data sets in the words of those who ask: a friendly name, synonyms,
whether a column is counted or grouped, how it is aggregated when nobody says. The record is the
API's ``TopicDetails``: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TopicDetails.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.quicksight.questions.glued import taken_apart
from labkit.cloud.quicksight.questions.words import name_words, stem, tokens
from labkit.cloud.quicksight.visuals.model import Kind

Record = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class TopicField:
    """A column or calculated field of a topic.

    Args:
        name: of the column, as the data set has it.
        label: its friendly name.
        names: everything that it is called: name, friendly name, synonyms.
        kind: what its values are.
        measure: whether it is aggregated rather than grouped by.
        aggregation: the API's name of the default aggregation.
        allowed: aggregations that the author lets be used; empty for every one.
        refused: aggregations that the author does not.
        granularity: a date's default.
        record: the API's ``TopicColumn`` or ``TopicCalculatedField``.
    """

    name: str
    label: str
    names: tuple[str, ...]
    kind: Kind
    measure: bool
    aggregation: str
    allowed: frozenset[str]
    refused: frozenset[str]
    granularity: str
    record: Record

    @property
    def is_id(self) -> bool:
        """Whether it identifies rather than measures."""
        return identifies(self.name)

    @property
    def is_aggregate(self) -> bool:
        """Whether it is a calculated field that aggregates by itself."""
        return bool(_AGGREGATES.search(self.record.get("Expression", "")))

    def permits(self, aggregation: str) -> bool:
        return aggregation not in self.refused and (not self.allowed or aggregation in self.allowed)


@dataclass(frozen=True)
class Topic:
    """One data set of a topic, ready for questions."""

    name: str
    data_set_arn: str
    data_set_name: str
    fields: tuple[TopicField, ...]
    filters: tuple[Record, ...] = ()
    entities: tuple[Record, ...] = ()
    date_name: str = ""

    def field(self, name: str) -> TopicField:
        return next(each for each in self.fields if each.name == name)

    @property
    def key(self) -> TopicField | None:
        """What identifies the rows: the first field, where it holds identifiers."""
        return self.fields[0] if self.fields and self.fields[0].is_id else None

    @property
    def label(self) -> TopicField | None:
        """What the rows are called by: a field of names, that of the topic's own noun first.

        Rows that have a key are not called by the name of something else: an order not by its
        customer's.
        """
        named = [each for each in self.fields if each.name.lower().endswith("name")]
        named += [each for each in self.fields if each.name.lower().endswith("title")]
        named.sort(key=lambda each: not self.name.lower().startswith(each.name.lower()[:-4]))
        found = next((each for each in named if each.kind == "text"), None)
        vague = found and (self._names_another(found) or found in self.own_names)
        return self.key if self.key and vague else found

    @property
    def own_names(self) -> tuple[TopicField, ...]:
        """A person's names in parts: ``first_name``, ``last_name``."""
        texts = [each for each in self.fields if each.kind == "text"]
        parts = ((each, {*name_words(each.name)} - _WHOLE_NAME) for each in texts)
        return tuple(each for each, said in parts if said and said <= _OF_A_NAME)

    def _names_another(self, label: TopicField) -> bool:
        said = {*name_words(label.name)} - _OF_A_NAME
        own = {*name_words(self.name), *name_words(self.data_set_name)}
        own |= {*name_words(self.key.name)} if self.key else set()
        return bool(said) and not said & own

    @property
    def date(self) -> TopicField | None:
        """The date that "last month" speaks of: the topic's default, else the first."""
        dates = [each for each in self.fields if each.kind == "date"]
        named = [each for each in dates if each.name == self.date_name]
        return next(iter(named or dates), None)


def read_topic(details: Record, kinds: Mapping[str, Kind] | None = None) -> tuple[Topic, ...]:
    """The data sets of a topic.

    Args:
        details: the API's ``TopicDetails``.
        kinds: what the data sets' columns hold; where it is not said, the topic's roles and
            semantic types tell.
    """
    return tuple(_topic(details, each, kinds or {}) for each in details.get("DataSets", ()))


def identifies(name: str) -> bool:
    """Whether a column of this name holds identifiers: ``student_id``, ``stuid``, ``EMP_NO``.

    >>> identifies("order id"), identifies("EMP_NO"), identifies("amount_paid")
    (True, True, False)
    """
    words = [each.lower for each in tokens(name) if each.kind == "word"]
    last = words[-1] if words else ""
    return (last.endswith("id") and last not in _NO_IDS) or (last in _NUMBERS and len(words) > 1)


def _topic(details: Record, data_set: Record, kinds: Mapping[str, Kind]) -> Topic:
    return Topic(
        name=details.get("Name", ""),
        data_set_arn=data_set.get("DatasetArn", ""),
        data_set_name=data_set.get("DatasetName", ""),
        fields=_told_apart(details, data_set, tuple(_fields(data_set, kinds))),
        filters=tuple(data_set.get("Filters", ())),
        entities=tuple(data_set.get("NamedEntities", ())),
        date_name=data_set.get("DataAggregation", {}).get("DefaultDateColumnName", ""),
    )


def _told_apart(
    details: Record, data_set: Record, fields: tuple[TopicField, ...]
) -> tuple[TopicField, ...]:
    """The fields with further names for those whose words are written together."""
    rows = {*name_words(details.get("Name", "")), *name_words(data_set.get("DatasetName", ""))}
    own = rows | {word for each in fields for word in name_words(each.name)}
    apart = [taken_apart(each.name, rows if len(each.name) < 6 else own) for each in fields]
    return tuple(
        replace(each, names=(*each.names, words)) if words else each
        for each, words in zip(fields, apart, strict=True)
    )


def _fields(data_set: Record, kinds: Mapping[str, Kind]) -> Iterator[TopicField]:
    for record in data_set.get("Columns", ()):
        if record.get("IsIncludedInTopic", True):
            label = record.get("ColumnFriendlyName") or record["ColumnName"]
            yield _field(record, record["ColumnName"], label, "ColumnSynonyms", kinds)
    for record in data_set.get("CalculatedFields", ()):
        if record.get("IsIncludedInTopic", True):
            name = record["CalculatedFieldName"]
            yield _field(record, name, name, "CalculatedFieldSynonyms", kinds)


def _field(
    record: Record, name: str, label: str, synonyms: str, kinds: Mapping[str, Kind]
) -> TopicField:
    kind = kinds.get(name) or _kind(record)
    measure = _is_measure(record, name, kind)
    return TopicField(
        name=name,
        label=label,
        names=tuple(dict.fromkeys((label, name, *_listed(record, synonyms)))),
        kind=kind,
        measure=measure,
        aggregation=record.get("Aggregation") or ("SUM" if measure else "COUNT"),
        allowed=frozenset(_listed(record, "AllowedAggregations")),
        refused=frozenset(_listed(record, "NotAllowedAggregations")),
        granularity=record.get("TimeGranularity", ""),
        record=record,
    )


def _kind(record: Record) -> Kind:
    if record.get("TimeGranularity") or record.get("SemanticType", {}).get("TypeName") in _DATES:
        return "date"
    adds_up = record.get("Aggregation") in _OF_NUMBERS
    return "number" if record.get("ColumnDataRole") == "MEASURE" or adds_up else "text"


def _is_measure(record: Record, name: str, kind: Kind) -> bool:
    """Whether a field is a number to compute with: as it is told, else where it identifies none."""
    if role := record.get("ColumnDataRole"):
        return bool(role == "MEASURE")
    return kind == "number" and not identifies(name)


def typed(field: TopicField, kind: Kind) -> TopicField:
    """A field of which is known what its column holds."""
    measure = _is_measure(field.record, field.name, kind)
    aggregation = field.record.get("Aggregation") or ("SUM" if measure else "COUNT")
    return replace(field, kind=kind, measure=measure, aggregation=aggregation)


def _listed(record: Record, key: str) -> Sequence[str]:
    return record.get(key) or ()


_AGGREGATES = re.compile(
    r"\b(?:sum|avg|count|min|max|median|distinct_count|percentile\w*|stdevp?|varp?)(?:If)?\s*\("
    r"(?![^()]*,\s*\[)",
    re.IGNORECASE,
)
_NUMBERS = ("no", "nbr")
_OF_NUMBERS = ("SUM", "AVERAGE", "MEDIAN", "STDEV", "STDEVP", "VAR", "VARP")
_OF_A_NAME = frozenset(
    stem(each) for each in "name title first last full given family middle short long".split()
)
_WHOLE_NAME = frozenset(map(stem, ("name", "title")))
# English words that end as identifiers do.
_NO_IDS = frozenset(
    """paid unpaid prepaid valid invalid grid bid void avoid said aid acid covid hybrid liquid solid
    rapid raid mid lid kid amid fluid android asteroid plaid humid""".split()
)
_DATES = ("Date", "DatePart", "Time")

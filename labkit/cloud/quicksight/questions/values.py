"""Cell values, and the names of filters and entities, by the words that they are found by."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.words import name_words, stem

FEW_VALUES = 200
_COMPARING = frozenset("higher lower larger smaller greater more less better worse".split())
_SEX = {stem("sex"), stem("gender")}
_SEXES = {
    "F": "female females woman women girl girls".split(),
    "M": "male males man men boy boys".split(),
}


_TRUE = {"yes": "no", "y": "n", "true": "false"}


def with_flags(topic: Topic, values: Mapping[str, Iterable[str]]) -> Topic:
    """The topic with fields that hold yes and no alone told as such, where its author does not."""
    return replace(
        topic, fields=tuple(_flagged(each, values.get(each.name, ())) for each in topic.fields)
    )


def _flagged(field: TopicField, values: Iterable[str]) -> TopicField:
    own = {each.lower(): each for each in values}
    truth = next((each for each, no in _TRUE.items() if own.keys() == {each, no}), None)
    semantic = field.record.get("SemanticType") or {}
    if truth is None or semantic.get("TruthyCellValue") or field.kind != "text":
        return field
    told = {**semantic, "TruthyCellValue": own[truth]}
    return replace(field, record={**field.record, "SemanticType": told})


def value_index(
    topic: Topic, values: Mapping[str, Iterable[str]]
) -> dict[str, tuple[TopicField, str]]:
    index: dict[str, tuple[TopicField, str]] = {}
    for field in _indexed(topic):
        for value in values.get(field.name, ()):
            index.setdefault(spelled(value), (field, value))
    for field in topic.fields:
        seen = values.get(field.name)
        own = [each for each in _value_synonyms(field) if seen is None or each[1] in set(seen)]
        for text, value in own:
            index[spelled(text)] = (field, value)
    for text, owned in _sexes(topic, values):
        index.setdefault(text, owned)
    index.pop("", None)
    return index


def _sexes(
    topic: Topic, values: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, tuple[TopicField, str]]]:
    """ "Female students" where the values are letters; they are taken for such if not known."""
    fields = (each for each in _indexed(topic) if _SEX & {*name_words(each.name)})
    field = next((each for each in fields if each.kind == "text"), None)
    for letter, words in _SEXES.items() if field else ():
        known = values.get(field.name, (letter,)) if field else ()
        value = next((each for each in known if each.lower() in (letter.lower(), *words)), None)
        if field and value is not None:
            yield from ((word, (field, value)) for word in words)


def _value_synonyms(field: TopicField) -> Iterator[tuple[str, str]]:
    for entry in field.record.get("CellValueSynonyms") or ():
        for synonym in entry.get("Synonyms") or ():
            yield synonym, entry.get("CellValue", "")
    semantic = field.record.get("SemanticType") or {}
    for truth in ("Truthy", "Falsey"):
        for synonym in semantic.get(f"{truth}CellValueSynonyms") or ():
            yield synonym, semantic.get(f"{truth}CellValue", "")


def value_words(
    topic: Topic, values: Mapping[str, Iterable[str]]
) -> dict[str, tuple[TopicField, str]]:
    """Words that only one value has, of fields with few values."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for field in _indexed(topic):
        own = list(values.get(field.name, ()))
        for value in own if len(own) <= FEW_VALUES else ():
            for word in _WORDS.findall(value.lower()):
                if len(word) > 3 and word not in _COMPARING:
                    found[stem(word)].add((field.name, value))
    alone = {word: next(iter(each)) for word, each in found.items() if len(each) == 1}
    return {word: (topic.field(name), value) for word, (name, value) in alone.items()}


def _indexed(topic: Topic) -> Iterator[TopicField]:
    return (each for each in topic.fields if not each.record.get("DisableIndexing"))


def named_index(topic: Topic) -> dict[str, str]:
    index = {}
    for record in topic.filters:
        for name in (record["FilterName"], *record.get("FilterSynonyms", ())):
            index[spelled(name)] = f"filter:{record['FilterName']}"
    for record in topic.entities:
        for name in (record["EntityName"], *record.get("EntitySynonyms", ())):
            index[spelled(name)] = f"entity:{record['EntityName']}"
    return index


def spelled(text: str) -> str:
    """A value as it is looked up: words and numbers with one space between."""
    return " ".join(_WORDS.findall(text.lower()))


_WORDS = re.compile(r"[^\W_]+")

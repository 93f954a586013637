"""A question beside its reading: what doubts look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.cloud.quicksight.questions.items import Item, tags
from labkit.cloud.quicksight.questions.lexicon import Lexicon
from labkit.cloud.quicksight.questions.reading import Metric, Reading
from labkit.cloud.quicksight.questions.topic import Topic
from labkit.cloud.quicksight.questions.words import name_words


@dataclass(frozen=True)
class Asked:
    """A question: its text, all items that it says, and the words of what it is asked of."""

    text: str
    items: Sequence[Item]
    lexicon: Lexicon

    @property
    def topic(self) -> Topic:
        return self.lexicon.topic

    @property
    def tags(self) -> str:
        return tags(self.items)


def own_words(topic: Topic) -> set[str]:
    """What the rows are called."""
    return {*name_words(topic.name), *name_words(topic.data_set_name)}


def compares(reading: Reading, comparison: str) -> bool:
    return any(each.comparison == comparison for each in reading.metrics)


def counts(metric: Metric) -> bool:
    return metric.field is None or metric.aggregation.endswith("COUNT")

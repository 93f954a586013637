"""The words of the fields' names, and what each of them tells of its field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from labkit.cloud.quicksight.questions.shortened import (
    OF_THE_LANGUAGE,
    VOWELS,
    abbreviates,
    begins,
    derived,
    initials_of,
    same,
)
from labkit.cloud.quicksight.questions.small_words import STOP_WORDS
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.words import Token, name_words, stem
from labkit.cloud.quicksight.questions.words import tokens as split

WEAK_WORDS = {stem(word): weight for word, weight in {
    "name": 0.2, "id": 0.3, "code": 0.3, "desc": 0.35, "description": 0.35, "type": 0.6,
    "number": 0.6, "date": 0.6, "count": 0.5, "indicator": 0.3, "ind": 0.3, "level": 0.6,
    "f": 0.3, "mph": 0.3, "pct": 0.5, "fk": 0.9, "day": 0.7,
    "in": 0.2, "of": 0.1, "to": 0.6, "timestamp": 0.3, "status": 0.7, "made": 0.3,
    "is": 0.2, "was": 0.2, "has": 0.2,
    "per": 0.2, "kg": 0.2, "km": 0.2, "cm": 0.2, "mm": 0.2, "ml": 0.2, "lb": 0.2, "m": 0.2,
    "usd": 0.2, "eur": 0.2, "dollar": 0.2, "c": 0.3, "feet": 0.3, "meter": 0.3, "unit": 0.6,
}.items()}  # fmt: skip


# What the rows are called tells little of a field: ``payment_type`` of payments
OF_ROWS = 0.6


class Names:
    """What the fields of a topic are called, by word."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic

    def starting(self, word: str) -> Iterator[int]:
        """Names that have a word, or one that people shorten it to."""
        for each in (word, *self.abbreviations(word)):
            yield from self.by_stem.get(each, ())

    def abbreviations(self, word: str) -> list[str]:
        """Words of names that begin this one, or leave out its vowels: ``bal``, ``acct``.

        "Directed" speaks of the director, "located" of the location.
        """
        if word in OF_THE_LANGUAGE:
            return []
        shorter = [each for each in self._short if begins(each, word) or abbreviates(each, word)]
        return [*shorter, *(each for each in derived(word) if each in self.by_stem)]

    def initialled(self, tokens: Sequence[Token], start: int) -> Iterator[int]:
        """Names with the initials of the words from here: "high school" is ``hs``."""
        initials = initials_of(tokens, start, self.by_stem)
        yield from self.by_stem[initials] if initials else ()

    @cached_property
    def phrases(self) -> list[tuple[TopicField, tuple[str, ...], str]]:
        return [
            (field, name_words(name), "".join(plain(name)).lower())
            for field in self.topic.fields
            for name in field.names
        ]

    @cached_property
    def by_stem(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = defaultdict(list)
        for at, (_, stems, _joined) in enumerate(self.phrases):
            for each in {other for one in stems for other in same(one)}:
                index[each].append(at)
        return index

    @cached_property
    def weights(self) -> dict[str, float]:
        """What a word tells: less where many fields have it."""
        fields: dict[str, set[str]] = defaultdict(set)
        for field, stems, _ in self.phrases:
            for each in stems:
                fields[each].add(field.name)
        rows = {*name_words(self.topic.name), *name_words(self.topic.data_set_name)}
        return {
            each: WEAK_WORDS.get(each, OF_ROWS if each in rows else 1.0) / len(names) ** 0.5
            for each, names in fields.items()
        }

    @cached_property
    def _short(self) -> list[str]:
        """Words of names as they are written, no ending cut, that may be abbreviations."""
        written = {
            part.lower()
            for field in self.topic.fields
            for name in field.names
            for part in plain(name)
        }
        said = (each for each in self.weights if each in written and each not in STOP_WORDS)
        return [each for each in said if each[-1] not in VOWELS and each not in _PLACES]


_PLACES = ("at", "on", "in", "to", "by", "of")


def plain(name: str) -> list[str]:
    """The words of a name as they are written."""
    return [each.text for each in split(name) if each.kind in ("word", "number")]

"""Which words of a question name a field, a cell value, a filter or an entity of the topic.

A field is named by all of its words or by those that tell it from the others: "school" is
``school_name``, since names and codes stand for what they name. A cell value is found by its whole
text, or by a word that no other value has.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from labkit.cloud.quicksight.questions.names import Names, plain
from labkit.cloud.quicksight.questions.shortened import initials_of, same
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.values import (
    named_index,
    value_index,
    value_words,
    with_flags,
)
from labkit.cloud.quicksight.questions.words import Token, distance, stem

LONGEST = 6
ENOUGH = 0.4
LINKS = frozenset("of the in whose every they".split())
BY_OTHER_WORD = 0.95
# Words of the language before they are cell values: "orders with no discount".
_DENYING = frozenset(("no", "not", "none"))


@dataclass(frozen=True)
class Named:
    """Some words of a question that name something of the topic.

    Args:
        start: the first token.
        end: the token after the last.
        field: the field that is named, or that has the value.
        value: the cell value that is named, else ``None``.
        filter: the named filter's or entity's name, else empty.
        score: 1 for the whole name, less for a part of it.
    """

    start: int
    end: int
    field: TopicField | None
    value: str | None = None
    filter: str = ""
    score: float = 1.0

    @property
    def length(self) -> int:
        return self.end - self.start


class Lexicon:
    """The words of a topic, and of the cell values that the asker may see."""

    def __init__(self, topic: Topic, values: Mapping[str, Iterable[str]]) -> None:
        topic = with_flags(topic, values)
        self.topic = topic
        self._names = Names(topic)
        self._cells = values
        self._given = frozenset(values)
        self._values = value_index(topic, values)
        self._value_words = value_words(topic, values)
        self._named = named_index(topic)

    def find(self, tokens: Sequence[Token]) -> list[Named]:
        """What the question names, best first and without overlaps."""
        found = [*self._fields(tokens), *self._shared(tokens), *self._spans(tokens)]
        found.sort(key=lambda each: (-each.score * (each.length + 0.5), each.start))
        taken: set[int] = set()
        kept = []
        for each in found:
            places = set(range(each.start, each.end))
            if not places & taken:
                taken |= places
                kept.append(each)
        return kept

    def knows(self, word: Token) -> bool:
        """Whether a word stands in any name or value."""
        return (
            word.stem in self._names.by_stem
            or word.stem in self._value_words
            or word.lower in self._value_parts
            or (
                len(word.stem) > 4
                and any(each.startswith(word.stem) for each in self._names.by_stem)
            )
        )

    def values_of(self, field: TopicField) -> set[str]:
        """What a field's cell values are called, as `spelled`; none where they are not known."""
        return self._texts.get(field.name, set()) if field.name in self._given else set()

    def cell_values(self, field: TopicField) -> set[str]:
        """The values themselves that some word stands for."""
        return {value for owner, value in self._values.values() if owner is field}

    def shares(self, field: TopicField, value: str) -> bool:
        """Whether another field has the same cell value."""
        others = [name for name in self._cells if name != field.name]
        return any(value in self._cells[name] for name in others)

    @cached_property
    def _texts(self) -> dict[str, set[str]]:
        texts: dict[str, set[str]] = defaultdict(set)
        for text, (owner, _) in self._values.items():
            texts[owner.name].add(text)
        return texts

    def near(self, word: str) -> str | None:
        """A field's or a value's word one or two edits away: for a slip of the finger."""
        if len(word) < 5:
            return None
        most = 1 if len(word) < 7 else 2
        close = (
            (distance(word, each, most), each)
            for each in self._spellings
            if each[0] == word[0] and abs(len(each) - len(word)) <= most
        )
        best = min(close, default=(most + 1, ""))
        return best[1] if best[0] <= most else None

    @cached_property
    def _spellings(self) -> set[str]:
        names = {
            part.lower()
            for field in self.topic.fields
            for name in field.names
            for part in plain(name)
        }
        return names | {each for each in self._values if " " not in each}

    @cached_property
    def _value_parts(self) -> set[str]:
        return {part for each in self._values for part in each.split()}

    def _fields(self, tokens: Sequence[Token]) -> Iterator[Named]:
        starts = (at for at, each in enumerate(tokens) if _may_name(each))
        for start in starts:
            yield from self._joined(tokens, start)
            named = {
                *self._names.starting(tokens[start].stem),
                *self._names.initialled(tokens, start),
            }
            for at in sorted(named):
                found = self._partly(tokens, start, at)
                if found and found.score >= ENOUGH:
                    yield found

    def _shared(self, tokens: Sequence[Token]) -> Iterator[Named]:
        """ "Low and high estimates": a word that two names share and one says."""
        for at in range(len(tokens) - 3):
            one, and_, _, last = tokens[at : at + 4]
            if and_.lower in ("and", "or"):
                for field, stems, _joined in self._names.phrases:
                    if stems == (one.stem, last.stem):
                        yield Named(at, at + 1, field)

    def _joined(self, tokens: Sequence[Token], start: int) -> Iterator[Named]:
        """Names without a sign between the words: ``invoicedate``."""
        for end in range(start + 1, min(start + 4, len(tokens)) + 1):
            text = "".join(each.lower for each in tokens[start:end])
            for field, stems, joined in self._names.phrases:
                if len(stems) < end - start and joined in (text, text.removesuffix("s")):
                    yield Named(start, end, field, score=1.0)

    def _partly(self, tokens: Sequence[Token], start: int, at: int) -> Named | None:
        """The longest run of words, from here, that are all in this name."""
        field, stems, _ = self._names.phrases[at]
        left, end, other = list(stems), start, 0
        for place in range(start, min(start + LONGEST, len(tokens))):
            word = tokens[place].stem
            if tokens[place].kind == "string":
                break
            readings = itertools.chain(same(word), self._names.abbreviations(word))
            used = next((each for each in readings if each in left), None)
            initials = initials_of(tokens, place, left) if not used and place >= end else None
            if initials:
                left.remove(initials)
                end = place + len(initials)
            elif place < end:
                continue
            elif used:
                left.remove(used)
                other += used != word
                end = end if tokens[place].lower in LINKS else place + 1
            elif tokens[place].lower not in LINKS or not left:
                break
        if end == start or (_is_count(tokens, start, end) and not _has_of(stems)):
            return None
        total = sum(map(self._names.weights.__getitem__, stems))
        score = 1 - sum(map(self._names.weights.__getitem__, left)) / total
        liking = self._liking(field, left) * BY_OTHER_WORD**other
        return Named(start, end, field, score=score * liking)

    def _liking(self, field: TopicField, left: Sequence[str]) -> float:
        """Of two fields that a word may mean, the one that people mean."""
        if not left:
            return 1.0
        unsaid = {stem("name"): 0.0, stem("desc"): 0.01, stem("code"): 0.02, stem("id"): 0.03}
        cost = max((unsaid.get(each, 0.02) for each in left), default=0.0)
        position = self.topic.fields.index(field) / 10_000
        return 1 - cost - position

    def _spans(self, tokens: Sequence[Token]) -> Iterator[Named]:
        for start in range(len(tokens)):
            for end in range(start + 1, min(start + LONGEST, len(tokens)) + 1):
                yield from self._at(tokens, start, end)

    def _at(self, tokens: Sequence[Token], start: int, end: int) -> Iterator[Named]:
        for text in _variants(tokens[start:end]):
            if text in self._named:
                yield Named(start, end, None, filter=self._named[text], score=1.2)
            if text in self._values and text not in _DENYING:
                field, value = self._values[text]
                yield Named(start, end, field, value=value, score=1.1)
        if end == start + 1 and (word := self._value_words.get(tokens[start].stem)):
            yield Named(start, end, *word, score=0.6)


def _may_name(token: Token) -> bool:
    """Whether a field's name may begin here: what is quoted is a value."""
    return token.lower not in LINKS and token.kind != "string"


def _has_of(stems: Sequence[str]) -> bool:
    """Whether the name itself is ``num_of_staff``."""
    return len(stems) > 2 and stems[1] == "of"


def _is_count(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether "number of cards" counts cards rather than naming ``card_number``."""
    return end - start > 1 and tokens[start].stem == "number" and tokens[start + 1].lower == "of"


def _variants(span: Sequence[Token]) -> Iterator[str]:
    """A run of words as a cell value may be written: as it is, and one instead of many."""
    text = span[0].lower
    for before, each in itertools.pairwise(span):
        text += each.lower if before.end == each.start else f" {each.lower}"
    yield text
    if len(span) == 1 and text.endswith("s") and len(text) > 3:
        yield text.removesuffix("s")

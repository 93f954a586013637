"""Spend as a noun: "spend by service" asks for what a topic's cost column holds.

As a verb the word says little ("hours that students spend"), and is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.quicksight.questions.topic import Topic
from labkit.cloud.quicksight.questions.words import Token, name_words, stem, tokens

NOUNS = frozenset(("spend", "spending", "spendings"))
_COSTS = tuple(map(stem, "cost expense charge expenditure".split()))
_BEFORE = frozenset(
    """the total average avg mean sum overall all is was are were what whats what's show me of by
    our my their in with and compare plot list see much highest lowest most least maximum minimum
    max min daily weekly monthly quarterly yearly annual""".split()
)
_AFTER = frozenset(
    """by per for in on over across each last this previous since between from during before after
    and or trend versus vs . ? ! ,""".split()
)
# A word that no topic has: a question about money that is not there gets no answer.
UNKNOWN = "expenditure"


def with_costs(words: Sequence[Token], topic: Topic) -> list[Token]:
    """The words of a question, its nouns for what is spent said as the topic's own column."""
    if not any(each.lower in NOUNS for each in words) or _has(topic, NOUNS):
        return list(words)
    said = [each.text for each in tokens(_cost_of(topic))]
    found: list[Token] = []
    for at, word in enumerate(words):
        instead = [Token(each, "word", word.start, word.end) for each in said]
        found += instead if _is_noun(words, at) else [word]
    return found


def _is_noun(words: Sequence[Token], at: int) -> bool:
    before, after = words[:at][-1:], words[at + 1 : at + 2]
    return (
        words[at].lower in NOUNS
        and all(each.lower in _BEFORE for each in before)
        and all(each.lower in _AFTER for each in after)
    )


def _has(topic: Topic, said: frozenset[str]) -> bool:
    stems = {stem(each) for each in said}
    return any(stems & {*name_words(name)} for each in topic.fields for name in each.names)


def _cost_of(topic: Topic) -> str:
    """The name of the topic's cost, where one number is called so; else what nothing is."""
    numbers = [each for each in topic.fields if each.kind == "number"]
    for cost in _COSTS:
        found = [each for each in numbers if any(cost in name_words(n) for n in each.names)]
        if found:
            return found[0].names[0] if len(found) == 1 else UNKNOWN
    return UNKNOWN

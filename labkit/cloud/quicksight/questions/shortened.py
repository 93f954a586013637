"""How people shorten the words of a name, or say others for them: ``acct``, ``hs``, "sex"."""

from __future__ import annotations

from collections.abc import Container, Sequence

from labkit.cloud.quicksight.questions.small_words import SAME, STOP_WORDS
from labkit.cloud.quicksight.questions.vocabulary import phrases
from labkit.cloud.quicksight.questions.words import Token, stem

SHORTEST = 3
VOWELS = frozenset("aeiou")
_OF_VERBS = tuple(map(stem, "er or ion ation us ance al".split()))


def same(word: str) -> tuple[str, ...]:
    return _SAME.get(word, (word,))


def begins(short: str, word: str) -> bool:
    """Whether a word is longer than its beginning, as "balance" is than ``bal``."""
    return SHORTEST <= len(short) < len(word) and word.startswith(short)


def abbreviates(short: str, word: str) -> bool:
    """Whether letters of a word, the first and the last among them, stand for it.

    >>> abbreviates("qty", "quantity"), abbreviates("amt", "amount"), abbreviates("sex", "six")
    (True, True, False)
    """
    if len(short) < 2 or VOWELS & {*short[1:]}:
        return False
    ends = short[0] == word[0] and short[-1] == word[-1] and len(word) > len(short) + 1
    left = iter(word)
    return ends and all(each in left for each in short)


def derived(verb: str) -> list[str]:
    """Nouns of who does it, where and what comes of it.

    >>> "director" in derived("direct"), "terminus" in derived("terminat")
    (True, True)
    """
    roots = [each for each in (verb, verb.removesuffix("at")) if len(each) >= SHORTEST]
    return [f"{root}{ending}" for root in dict.fromkeys(roots) for ending in _OF_VERBS]


def initials_of(tokens: Sequence[Token], start: int, known: Container[str]) -> str | None:
    """The initials of the words from here, where a name has them as a word."""
    words = [each.lower for each in tokens[start : start + 4]]
    for length in range(len(words), 1, -1):
        text = "".join(each[0] for each in words[:length])
        idle = {words[0], words[length - 1]} & _IDLE
        if text in known and text not in _SAME and not idle:
            return text
    return None


_SAME: dict[str, tuple[str, ...]] = {}
for _line in SAME:
    _stems = tuple(dict.fromkeys(map(stem, _line.split())))
    for _each in _stems:
        _SAME[_each] = tuple(dict.fromkeys((_each, *_SAME.get(_each, ()), *_stems)))
# Words that say nothing of a field, so that no initials begin or end with them.
_IDLE = STOP_WORDS | {wording[0] for wording, _ in phrases() if len(wording) == 1}
# Words that rank and sum are no abbreviations of a name's: "highest" is not "high".
OF_THE_LANGUAGE = frozenset(
    stem(word) for wording, phrase in phrases() if phrase.tag in "ATCOD" for word in wording
)

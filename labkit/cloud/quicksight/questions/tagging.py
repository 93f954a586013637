"""A question as a row of items, one letter each: what the rules of the grammar match.

``F`` is a field, ``V`` a cell value, ``L`` a named filter, ``E`` an entity; ``N`` a number, ``M`` a
date, ``S`` a quoted text, ``W`` a word that nobody knows; the other letters are the vocabulary's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labkit.cloud.quicksight.questions.items import Item, text_of
from labkit.cloud.quicksight.questions.lexicon import Lexicon, Named
from labkit.cloud.quicksight.questions.mentions import WHOLE
from labkit.cloud.quicksight.questions.nouns import (
    of_each_kind,
    over,
    split_by_values,
    with_nouns,
    without_kinds,
    without_units,
    without_verbs,
)
from labkit.cloud.quicksight.questions.small_words import STOP_WORDS
from labkit.cloud.quicksight.questions.spending import with_costs
from labkit.cloud.quicksight.questions.vocabulary import Phrase, phrases
from labkit.cloud.quicksight.questions.words import Token, distance, tokens

_PHRASES = dict(phrases())
SHORTEST_SLIP = 6
_WORDS_OF_PHRASES = frozenset(word for wording in _PHRASES for word in wording)
_LONGEST = max(map(len, _PHRASES))
_BEFORE_VERBS = frozenset(", . ? ; and you to please then i".split())
_LITERALS = {"number": "N", "date": "M", "string": "S"}


def tag(question: str, lexicon: Lexicon) -> list[Item]:
    """The items of a question, words that say nothing left out."""
    words = with_costs(_unquoted(tokens(question), lexicon), lexicon.topic)
    words = _spelled(words, lexicon)
    named = {each.start: each for each in lexicon.find(words)}
    items = [_owned(each, lexicon) for each in _items(words, named)]
    items = without_kinds(of_each_kind(items))
    items = with_nouns(without_verbs(without_units(over(items))), lexicon)
    return split_by_values(items, lexicon)


def _unquoted(words: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """Quotes round a field's name are not about a value."""
    found: list[Token] = []
    for word in words:
        inner = tokens(word.text) if word.kind == "string" else []
        names = lexicon.find(inner) if inner else []
        whole = len(names) == 1 and names[0].value is None and names[0].length == len(inner) > 1
        found += inner if whole else [word]
    return found


def _owned(item: Item, lexicon: Lexicon) -> Item:
    """ "Dates" alone are the topic's date, "names" and "ids" those of its rows."""
    topic, text = lexicon.topic, item.text.lower().removesuffix("s")
    if item.tag != "W" or text not in ("date", "id", "name"):
        return item
    ids = (each for each in topic.fields if each.is_id)
    label = None if topic.label is topic.key else topic.label
    own = {"date": topic.date, "name": label, "id": next(ids, None)}
    field = own[text]
    named = Named(0, 0, field, score=0.5)
    return Item("F", field.name, item.text, named) if field else item


def _spelled(words: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """Slips of the finger mended, in words that nothing else explains."""
    return [_mended(each, lexicon) for each in words]


def _mended(word: Token, lexicon: Lexicon) -> Token:
    if word.kind != "word" or not _is_odd(word, lexicon):
        return word
    near = lexicon.near(word.lower) or _near_phrase(word.lower)
    return Token(near, "word", word.start, word.end) if near else word


def _near_phrase(word: str) -> str | None:
    """A word of the language one edit away."""
    if len(word) < SHORTEST_SLIP:
        return None
    close = (each[0] for each in _PHRASES if len(each) == 1 and each[0][0] == word[0])
    return next((each for each in close if distance(word, each, 1) <= 1), None)


def _is_odd(word: Token, lexicon: Lexicon) -> bool:
    return not (word.lower in STOP_WORDS or word.lower in _WORDS_OF_PHRASES or lexicon.knows(word))


def _items(words: Sequence[Token], named: dict[int, Named]) -> Iterator[Item]:
    at, letters = 0, False
    while at < len(words):
        phrase, length = _phrase(words, at, _room(named, at))
        if letters and len(words[at].text) == 1 and words[at].kind == "word":
            phrase = None
        name = named.get(at)
        if name and not _is_said_otherwise(words, at, name, phrase, length):
            yield _named_item(words[at : at + name.length], name)
            at += name.length
        elif phrase and not (words[at].lower == "time" and length == 1 and not _is_step(words, at)):
            yield Item(phrase.tag, phrase.means, text_of(words[at : at + length]))
            letters = phrase.tag == "c" and words[at].lower != "like"
            at += length
            continue
        else:
            yield from _literal(words[at], letters=letters, after=_place(words, at))
            at += 1


def _room(named: dict[int, Named], at: int) -> int:
    """How many words there are before the next whole name, which no phrase takes apart.

    "Total number of platforms" is a sum of ``number_of_platforms``.
    """
    whole = (each.start for each in named.values() if each.length > 2 and each.score >= WHOLE)
    return min((start - at for start in whole if start > at), default=_LONGEST)


def _phrase(words: Sequence[Token], at: int, room: int) -> tuple[Phrase | None, int]:
    for length in range(min(_LONGEST, len(words) - at, room), 0, -1):
        key = tuple(each.lower for each in words[at : at + length])
        if key in _PHRASES and words[at].kind != "string" and not _is_compared(words, at, key):
            return _PHRASES[key], length
    return None, 0


def _is_compared(words: Sequence[Token], at: int, key: Sequence[str]) -> bool:
    """ "18 or older" is one comparison; in "or older than 18" the "or" joins two."""
    after = [each.lower for each in words[at + len(key) : at + len(key) + 1]]
    return len(key) > 1 and key[0] in ("or", "and") and after == ["than"]


def _is_said_otherwise(
    words: Sequence[Token], at: int, name: Named, phrase: Phrase | None, length: int
) -> bool:
    """Whether a phrase of the language explains the words better than a name of the topic."""
    if not phrase:
        return words[at].lower in STOP_WORDS and name.length == 1 and not _is_exact(words[at], name)
    if phrase.tag == "s" or (phrase.tag == "h" and name.length == length):
        return _sorts(words, at)
    if phrase.tag == "U" and _is_counted(words, at):
        return False
    if name.length > length:
        return False
    return length > name.length or name.score < 1


def _is_exact(word: Token, name: Named) -> bool:
    """Whether a word such as "them" is a name itself, rather than almost "theme"."""
    names = name.field.names if name.field else ()
    return name.score >= 1 and (name.value is not None or word.lower in map(str.lower, names))


def _is_step(words: Sequence[Token], at: int) -> bool:
    """Whether "time" is a step of time: "by time", not "time spent"."""
    return at > 0 and words[at - 1].lower in ("by", "over", "per", "across", "into", "against")


def _is_counted(words: Sequence[Token], at: int) -> bool:
    """ "How many hours": a number, not a step of time."""
    return {each.lower for each in words[max(at - 2, 0) : at]} & {
        "many",
        "number",
        "total",
    } != set()


def _sorts(words: Sequence[Token], at: int) -> bool:
    """Whether "rank" is a verb here: it follows a pause or a request."""
    return at == 0 or words[at - 1].lower in _BEFORE_VERBS


def _named_item(words: Sequence[Token], name: Named) -> Item:
    if name.filter:
        return Item(
            "L" if name.filter.startswith("filter:") else "F", name.filter, text_of(words), name
        )
    if name.value is not None:
        return Item("V", name.value, text_of(words), name)
    return Item("F", name.field.name if name.field else "", text_of(words), name)


def _place(words: Sequence[Token], at: int) -> str:
    """The word of place before this one, an article left out."""
    before = [each.lower for each in words[max(at - 2, 0) : at]]
    before = before[:-1] if before[-1:] in (["the"], ["a"], ["an"]) else before
    return before[-1] if before and before[-1] in ("in", "from", "at", "near") else ""


def _literal(word: Token, *, letters: bool, after: str) -> Iterator[Item]:
    """What stands for itself; "the letter a" is a letter, not an article."""
    if word.kind in _LITERALS:
        yield Item(_LITERALS[word.kind], word.text, word.text, after=after)
    elif word.kind == "word" and (
        word.lower not in STOP_WORDS or (letters and len(word.text) == 1)
    ):
        yield Item("W", word.text, word.text, after=after)

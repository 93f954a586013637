"""A question as a row of items, one letter each: what the rules of the grammar match.

``F`` is a field, ``V`` a cell value, ``L`` a named filter, ``E`` an entity; ``N`` a number, ``M`` a
date, ``S`` a quoted text, ``W`` a word that nobody knows; the other letters are the vocabulary's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from labkit.cloud.quicksight.questions.lexicon import Lexicon, Named
from labkit.cloud.quicksight.questions.topic import TopicField
from labkit.cloud.quicksight.questions.vocabulary import GENERIC, STOP_WORDS, VERBS, Phrase, phrases
from labkit.cloud.quicksight.questions.words import Token, distance, name_words, stem, tokens

_PHRASES = dict(phrases())
SHORTEST_SLIP = 6
_WORDS_OF_PHRASES = frozenset(word for wording in _PHRASES for word in wording)
_LONGEST = max(map(len, _PHRASES))
_BEFORE_VERBS = frozenset(", . ? ; and you to please then i".split())
_VERB_STEMS = frozenset(map(stem, VERBS))
_IDS = {stem(word) for word in "id ids no nbr number key".split()}
_LITERALS = {"number": "N", "date": "M", "string": "S"}


@dataclass(frozen=True)
class Item:
    """One thing that a question says.

    Args:
        tag: one letter.
        means: the phrase's meaning, the literal, or the unknown word.
        named: the field, value or filter behind ``F``, ``V`` and ``L``.
        text: as it was written.
    """

    tag: str
    means: str
    text: str
    named: Named | None = None


def tag(question: str, lexicon: Lexicon) -> list[Item]:
    """The items of a question, words that say nothing left out."""
    words = _spelled(_unquoted(tokens(question), lexicon), lexicon)
    named = {each.start: each for each in lexicon.find(words)}
    items = _without_kinds([_owned(each, lexicon) for each in _items(words, named)])
    return _with_nouns(_without_verbs(_over(items)), lexicon)


def tags(items: Sequence[Item]) -> str:
    """The letters of the items, for the rules."""
    return "".join(each.tag for each in items)


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
    own = {"date": topic.date, "name": topic.label, "id": next(ids, None)}
    field = own[text]
    named = Named(0, 0, field, score=0.5)
    return Item("F", field.name, item.text, named) if field else item


def is_generic(item: Item) -> bool:
    """Whether it says what kind of thing a field is, and nothing more."""
    return item.tag in "FW" and item.text.lower() in GENERIC


def _without_kinds(items: Sequence[Item]) -> list[Item]:
    """ "Party name" is the party, and so are the "names of the parties"."""
    around = zip([None, *items], items, [*items[1:], None], strict=False)
    return [
        _as_id(each, after)
        for before, each, after in around
        if not (
            is_generic(each) and (_tells(before, each) or (_is_field(after) and _is_part(each)))
        )
    ]


def _over(items: Sequence[Item]) -> list[Item]:
    """ "Over 2000" is more than that, unless it is over some time."""
    after = [*(each.tag for each in items[1:]), "", ""]
    return [
        replace(each, tag="O", means=">")
        if each.text.lower() == "over" and after[at] == "N" and after[at + 1] != "U"
        else each
        for at, each in enumerate(items)
    ]


def _without_verbs(items: Sequence[Item]) -> list[Item]:
    """ "Players who work", but not "in each store"."""
    befores = zip([None, *items], items, strict=False)
    return [each for before, each in befores if not _is_idle_verb(each, before)]


def _is_idle_verb(item: Item, before: Item | None) -> bool:
    verb = item.tag == "W" and item.text.islower() and stem(item.text) in _VERB_STEMS
    return verb and before is not None and before.tag not in "BECAT"


def _tells(before: Item | None, kind: Item) -> bool:
    """Whether the field before says more: not so in "museum names", where a field is ``Name``."""
    return _is_field(before) and before is not None and (not _is_part(before) or _is_part(kind))


def _as_id(item: Item, after: Item | None) -> Item:
    """ "Tax ids" are the field, not what its rows are called."""
    said = item.named and after and is_generic(after) and {*name_words(after.text)} <= _IDS
    if not said or item.tag != "F" or not item.named or not item.named.field:
        return item
    return replace(item, named=replace(item.named, score=1.0)) if item.named.field.is_id else item


def _is_part(item: Item) -> bool:
    return item.named is None or item.named.score < 1


def _is_field(item: Item | None) -> bool:
    return item is not None and item.tag == "F"


def _with_nouns(items: Sequence[Item], lexicon: Lexicon) -> list[Item]:
    """What the rows are called is ``r``, unless it is grouped by: "poker players", "elections"."""
    own = {*name_words(lexicon.topic.name), *name_words(lexicon.topic.data_set_name)}
    key = lexicon.topic.key
    kept = {*name_words(key.name)} - _IDS if key else set()
    found: list[Item] = []
    for item in items:
        partly = item.tag == "F" and item.named and item.named.score < 1
        said = {*name_words(item.text)}
        grouped = found and found[-1].tag in "BE"
        keyed = partly and not grouped and key and _says_key(item, key, kept)
        if keyed and key:
            item = replace(item, means=key.name, named=Named(0, 0, key, score=0.5))
        noun = partly and (said <= own or keyed)
        label = lexicon.topic.label if grouped and noun else None
        if label:
            item = replace(item, means=label.name, named=Named(0, 0, label))
        found.append(replace(item, tag="r") if noun and not grouped else item)
    return found


def _says_key(item: Item, key: TopicField, words: set[str]) -> bool:
    """Whether "patients" are the rows that ``patient_id`` identifies."""
    said = {*name_words(item.text)}
    named = item.named.field if item.named else None
    return said <= words or (named is key and not said & _IDS)


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
        phrase, length = _phrase(words, at)
        if letters and len(words[at].text) == 1 and words[at].kind == "word":
            phrase = None
        name = named.get(at)
        if name and not _is_said_otherwise(words, at, name, phrase, length):
            yield _named_item(words[at : at + name.length], name)
            at += name.length
        elif phrase and not (words[at].lower == "time" and length == 1 and not _is_step(words, at)):
            yield Item(phrase.tag, phrase.means, _text(words[at : at + length]))
            letters = phrase.tag == "c" and words[at].lower != "like"
            at += length
            continue
        else:
            yield from _literal(words[at], letters=letters)
            at += 1


def _phrase(words: Sequence[Token], at: int) -> tuple[Phrase | None, int]:
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        key = tuple(each.lower for each in words[at : at + length])
        if key in _PHRASES and words[at].kind != "string":
            return _PHRASES[key], length
    return None, 0


def _is_said_otherwise(
    words: Sequence[Token], at: int, name: Named, phrase: Phrase | None, length: int
) -> bool:
    """Whether a phrase of the language explains the words better than a name of the topic."""
    if not phrase:
        return words[at].lower in STOP_WORDS and name.length == 1 and not _is_exact(words[at], name)
    if phrase.tag == "s":
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
            "L" if name.filter.startswith("filter:") else "F", name.filter, _text(words), name
        )
    if name.value is not None:
        return Item("V", name.value, _text(words), name)
    return Item("F", name.field.name if name.field else "", _text(words), name)


def _literal(word: Token, *, letters: bool) -> Iterator[Item]:
    """What stands for itself; "the letter a" is a letter, not an article."""
    if word.kind in _LITERALS:
        yield Item(_LITERALS[word.kind], word.text, word.text)
    elif word.kind == "word" and (
        word.lower not in STOP_WORDS or (letters and len(word.text) == 1)
    ):
        yield Item("W", word.text, word.text)


def _text(words: Sequence[Token]) -> str:
    return " ".join(each.text for each in words)

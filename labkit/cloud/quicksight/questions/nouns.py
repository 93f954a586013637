"""Items in the light of their neighbours: kinds of fields, what the rows are called, idle verbs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.quicksight.questions.items import Item, is_generic, tags
from labkit.cloud.quicksight.questions.lexicon import Lexicon, Named
from labkit.cloud.quicksight.questions.rules import PAUSE
from labkit.cloud.quicksight.questions.shortened import same
from labkit.cloud.quicksight.questions.small_words import VERBS
from labkit.cloud.quicksight.questions.spoken import spoken_of
from labkit.cloud.quicksight.questions.topic import TopicField
from labkit.cloud.quicksight.questions.words import name_words, stem

_IDS = {stem(word) for word in "id ids no nbr number key".split()}
_VERB_STEMS = frozenset(map(stem, VERBS))


def without_kinds(items: Sequence[Item]) -> list[Item]:
    """ "Party name" is the party, and so are the "names of the parties"."""
    around = zip([None, *items], items, [*items[1:], None], strict=False)
    return [
        _as_id(each, after)
        for before, each, after in around
        if not (is_generic(each) and (_tells(before, each) or _is_told(before, each, after)))
    ]


def of_each_kind(items: Sequence[Item]) -> list[Item]:
    """ "How many parcels of each type": the type is ``parcel_type``, named before."""
    found: list[Item] = []
    for item in items:
        named = [each.named for each in found if each.tag == "F" and each.named]
        kind = item.tag == "W" and is_generic(item) and found and found[-1].tag in "BE"
        own = (each for each in named if kind and each.field and _has_word(each.field, item.text))
        of = next(own, None)
        found.append(
            replace(item, tag="F", means=of.field.name, named=of) if of and of.field else item
        )
    return found


def split_by_values(items: Sequence[Item], lexicon: Lexicon) -> list[Item]:
    """ "The number of male and female students" counts each: that they are all is no condition."""
    match = re.search("C(?P<values>V&V)", tags(items))
    values = [each for each in items[slice(*match.span("values"))] if each.named] if match else []
    fields = {each.named.field for each in values if each.named}
    field = next(iter(fields)) if len(fields) == 1 else None
    if not match or not field:
        return list(items)
    every = {each.means for each in values} >= lexicon.cell_values(field)
    split = [Item("B", "COLOR", ""), Item("F", field.name, "", Named(0, 0, field)), PAUSE]
    said = items[match.start() : match.end("values")]
    return [*items[: match.start()], *split, *(said[:1] if every else said), *items[match.end() :]]


def _has_word(field: TopicField, word: str) -> bool:
    return {*name_words(word)} <= {*name_words(field.name)}


def over(items: Sequence[Item]) -> list[Item]:
    """ "Over 2000" is more than that, unless it is over some time."""
    after = [*(each.tag for each in items[1:]), "", ""]
    return [
        replace(each, tag="O", means=">")
        if each.text.lower() == "over" and after[at] == "N" and after[at + 1] != "U"
        else each
        for at, each in enumerate(items)
    ]


def without_units(items: Sequence[Item]) -> list[Item]:
    """ "Longer than 100 minutes" is a comparison with 100."""
    before = ["", "", *(each.tag for each in items)]
    return [
        each
        for at, each in enumerate(items)
        if not (each.tag == "U" and before[at] == "O" and before[at + 1] == "N")
    ]


def without_verbs(items: Sequence[Item]) -> list[Item]:
    """ "Players who work", but not "in each store"."""
    befores = zip([None, *items], items, strict=False)
    return [each for before, each in befores if not _is_idle_verb(each, before)]


def _is_idle_verb(item: Item, before: Item | None) -> bool:
    verb = item.tag == "W" and item.text.islower() and stem(item.text) in _VERB_STEMS
    return verb and before is not None and before.tag not in "BECAT"


def _tells(before: Item | None, kind: Item) -> bool:
    """Whether the field before says more: not so in "museum names", where a field is ``Name``."""
    return _is_field(before) and before is not None and (not _is_part(before) or _is_part(kind))


def _is_told(before: Item | None, kind: Item, after: Item | None) -> bool:
    """Whether the field after says more: not so in "by status placed after 2017"."""
    grouped = before is not None and before.tag == "B" and kind.tag == "F"
    verb = after is not None and after.text.lower().endswith("ed")
    return _is_field(after) and _is_part(kind) and not (grouped and verb)


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


def with_nouns(items: Sequence[Item], lexicon: Lexicon) -> list[Item]:
    """What the rows are called is ``r``, unless it is grouped by: "poker players", "elections"."""
    said = {*name_words(lexicon.topic.name), *name_words(lexicon.topic.data_set_name)}
    own = {other for each in said for other in same(each)}
    key = lexicon.topic.key
    kept = {*name_words(key.name)} - _IDS if key else set()
    found: list[Item] = []
    items = _together(items, own)
    groups = [items[match.end() - 1] for match in re.finditer("[BE]F", tags(items))]
    shown_by = any(not {*name_words(each.text)} <= own | kept for each in groups)
    for item, after in zip(items, [*items[1:], None], strict=False):
        partly = item.tag == "F" and item.named and item.named.score < 1
        said = {*name_words(item.text)}
        grouped = found and found[-1].tag in "BE"
        keyed = partly and not grouped and key and _says_key(item, key, kept)
        if keyed and key:
            item = replace(item, means=key.name, named=Named(0, 0, key, score=0.5))
        noun = (partly or item.tag == "W") and (said <= own or keyed)
        alone = partly or not _is_field(after)
        counted = shown_by or (found and found[-1].text.lower() == "group")
        label = lexicon.topic.label if grouped and noun and alone and not counted else None
        if label:
            item = replace(item, tag="F", means=label.name, named=Named(0, 0, label))
        spoken = spoken_of(found[-1].text, lexicon.topic) if noun and found else None
        if spoken and found[-1].tag in "AT":
            found.append(Item("F", spoken.name, "", Named(0, 0, spoken)))
        found.append(replace(item, tag="r") if noun and (counted or not grouped) else item)
    return found


def _together(items: Sequence[Item], own: set[str]) -> list[Item]:
    """ "High schoolers" of the table ``highschooler``."""
    found: list[Item] = []
    for item in items:
        whole = (
            f"{found[-1].text} {item.text}" if found and found[-1].tag == item.tag == "W" else ""
        )
        if whole and {*name_words(whole.replace(" ", ""))} <= own:
            found[-1] = replace(item, text=whole.replace(" ", ""))
        else:
            found.append(item)
    return found


def _says_key(item: Item, key: TopicField, words: set[str]) -> bool:
    """Whether "patients" are the rows that ``patient_id`` identifies."""
    said = {*name_words(item.text)}
    named = item.named.field if item.named else None
    return said <= words or (named is key and not said & _IDS)

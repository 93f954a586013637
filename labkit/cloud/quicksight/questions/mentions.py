"""Fields where a question names them: after "by", after "colored by", or on their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labkit.cloud.quicksight.questions.items import Item
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.words import name_words

WHOLE = 0.9


@dataclass(frozen=True)
class Mention:
    """A field where the question names it: after "by", after "colored by", or on its own."""

    field: TopicField
    place: int
    how: str
    whole: bool = True
    verb: bool = False


def mentions_in(items: Sequence[Item], used: set[int]) -> list[Mention]:
    found = []
    for place, item in enumerate(items):
        if item.tag == "F" and place not in used and item.named and item.named.field:
            whole = item.named.score >= WHOLE
            verb = item.text.lower().endswith("ed")
            found.append(Mention(item.named.field, place, _role(items, place), whole, verb))
    return found


def grouped(mentions: list[Mention]) -> list[Mention]:
    """Fields that are named in passing are no group where another is named as one."""
    if not any(each.how for each in mentions):
        return [each for each in mentions if not each.verb] or mentions
    kept = (each for each in mentions if each.how or not each.verb)
    return [each for each in kept if each.how or each.whole or each.field.measure]


def without_rows(mentions: list[Mention], topic: Topic) -> list[Mention]:
    """ "Enrollment of schools by town": the field ``school`` is what the rows are called.

    So is it in "names and heights of schools", where two others are the chart. A number that is
    called as the topic is asked for: "sales by region" of Sales.
    """
    own = {*name_words(topic.name)}
    named = [m for m in mentions if not m.how and not m.field.measure]
    rows = [m for m in named if {*name_words(m.field.name)} <= own]
    others = [each for each in mentions if each not in rows]
    return others if any(each.how for each in others) or len(others) > 1 else mentions


def ranked_by(mentions: list[Mention], topic: Topic) -> list[Mention]:
    """ "The top ten films by gross": the number by which rows are ranked, shown by their names."""
    numbers = [each for each in mentions if each.field.measure]
    names = [replace(each, how="BY") for each in mentions if not each.field.measure]
    if not numbers:
        return mentions
    if not names and topic.label:
        names = [Mention(topic.label, 0, "BY")]
    by = next((each for each in numbers if each.how), numbers[-1])
    return [*names, replace(by, how="")]


def once(mentions: Sequence[Mention]) -> list[Mention]:
    """Each field once, where it is first named; a "by" further on still counts."""
    found: dict[str, Mention] = {}
    for each in mentions:
        found.setdefault(each.field.name, each)
    return list(found.values())


def _role(items: Sequence[Item], place: int) -> str:
    before = items[place - 1] if place else None
    if before is not None and before.tag == "&" and place > 1:
        return _shared_role(items, place)
    if before is not None and before.tag == "W" and place > 1 and items[place - 2].tag in "BE":
        return _role(items, place - 1)
    if before is None or before.tag not in "BEv":
        return ""
    if before.tag == "E" and place > 1 and items[place - 2].tag == "B":
        return items[place - 2].means
    return {"E": "BY", "v": "VERSUS"}.get(before.tag, before.means)


def _shared_role(items: Sequence[Item], place: int) -> str:
    """ "By gender and school": the second field is grouped by as the first is."""
    named = items[place].named
    field_ = named.field if named else None
    is_group = items[place - 2].tag == "F" and field_ is not None and not field_.measure
    return _role(items, place - 2) if is_group else ""

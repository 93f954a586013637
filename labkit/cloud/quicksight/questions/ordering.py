"""What a question says of order and number: "sorted by Y from low to high", "the five highest"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from labkit.cloud.quicksight.questions.items import Item, is_generic, tags
from labkit.cloud.quicksight.questions.reading import Order
from labkit.cloud.quicksight.questions.rules import PAUSE, Items, at, first, matches, without
from labkit.cloud.quicksight.questions.topic import TopicField

_TARGET = r"(?P<target>X|Y|[AT]E?F|C[AE]?[Fr]|C[WE]?|A(?=d)|K|F|U|W)"
ORDERS = (
    rf"[sh]w?K?B{_TARGET}w?d",
    rf"[sh]w?B?{_TARGET}w?d",
    rf"[sh]w?dw?B{_TARGET}",
    rf"sw?d{_TARGET}",
    rf"[,&]B{_TARGET}d",
    rf"sw?B?{_TARGET}",
    rf"dB{_TARGET}",
    r"s?B?d(?P<target>Y|X|C|AF)",
    r"(?P<target>X|Y)w?d",
    r"d(?P<target>F)$",
    r"[sh]?w?B?d(?P<target>)",
)
# "Rank the teams by number of players from high to low": the teams are the groups.
RANKED = r"(?<![^,&w])s(?:F)B(?P<target>C[AE]?[Fr]|A(?P<field>F))w?d"
# "Rank regions by profit": the highest first.
RANKED_BY = r"(?<![^,&w])s(?P<group>F)B(?P<target>F|r|C[AE]?[Fr]|AF)$"
LIMITS = (
    r"(?P<number>N)(?P<way>T)",
    r"(?P<way>T)(?P<number>N)",
    r"(?P<way>R)(?P<number>N)(?=F)",
    r"(?P<number>N)[Fr][wi]*(?P<way>T)",
    r"(?P<number>N)[Fr][wi]*(?P<way>A)(?=F)",
    r"(?P<number>N)(?P<way>A)(?=F|$|[,])",
)
SUPERLATIVE = r"F[^T]*?(?P<way>T(?=[ACFr])|A(?=[AC]))"
SAID_BEFORE = r"(?P<way>T)(?P<number>F)(?=(?P<group>F))"
SAID_LAST = r"(?P<group>F)[^TF]*(?P<number>F)(?P<way>T)$"
ALPHABETS = (
    "alphabetical",
    "alphabetically",
    "in alphabetical order",
    "from a to z",
    "from z to a",
    "a to z",
    "z to a",
)
_OF_COUNTS = frozenset("most least fewest frequent common".split())
_ENDS = {"MAX": "DESCENDING", "MIN": "ASCENDING"}
_WORDS = "one two three four five six seven eight nine ten".split()


def take_order(items: Items) -> tuple[Order | None, Items]:
    """The order that is asked for, and the rest of the question."""
    match = first(RANKED, items)
    if match:
        found, target = items[match.start() : match.end()], slice(*match.span("target"))
        kept = [items[match.start() + 1], PAUSE, *items[target], PAUSE]
        rest = [*items[: match.start()], *kept, *items[match.end() :]]
        return Order(_target(items, match), _direction(found)), rest
    if ranked := _ranked(items):
        return ranked
    for rule in ORDERS:
        match = first(rule, items)
        if match:
            found = items[match.start() : match.end()]
            left = [each for each in found if each.tag == "W" and not is_generic(each)]
            rest = without(items, match)
            by = items[slice(*match.span("target"))]
            axis = _target(items, match)
            kept = {"W": left, "U": [PAUSE, Item("B", "BY", ""), *by]}.get(tags(by), [])
            kept = [PAUSE, *by] if tags(by) == "F" and axis == "y" else kept
            return Order(axis, _direction(found)), [*rest, *kept]
    return None, items


def _ranked(items: Items) -> tuple[Order, Items] | None:
    match = first(RANKED_BY, items)
    if not match:
        return None
    group, number = items[match.start("group")], items[slice(*match.span("target"))]
    one, other = (each.named.field if each.named else None for each in (group, number[-1]))
    if number[0].tag == "r" or (other and other.is_id and len(number) == 1):
        number = [Item("C", "COUNT", "number of"), *number]
    plain = len(number) == 1
    if not one or one.measure or (plain and not (other and other.measure)):
        return None
    by = [PAUSE, *number, Item("B", "BY", "by"), group]
    return Order("y", "DESCENDING"), [*items[: match.start()], *by]


def take_limit(items: Items) -> tuple[tuple[int, str] | None, Items]:
    """How many groups are asked for, and the rest of the question."""
    items = [_counted(each, after) for each, after in zip(items, [*items, None][1:], strict=True)]
    for rule in LIMITS:
        match = first(rule, items)
        if match:
            number, way = at(items, match, "number"), at(items, match, "way")
            assert number is not None
            assert way is not None
            direction = _ENDS.get(way.means, way.means if way.tag == "T" else "ASCENDING")
            used = (number, way)
            return (int(float(number.means)), direction), [i for i in items if i not in used]
    return None, items


def take_busiest(items: Items) -> tuple[Order | None, Items]:
    """ "Busiest hours by views": the hours with the most stand first."""
    match = first(r"(?P<way>T)(?=F)", items)
    named = items[match.end()].named if match else None
    if not match or not named or not named.field or named.field.measure:
        return None, items
    way = "DESCENDING" if items[match.start()].means == "DESCENDING" else "ASCENDING"
    return Order("y", way), _cut(items, match)  # type: ignore[arg-type]


def take_superlative(items: Items) -> tuple[tuple[int, str] | None, Items]:
    """ "Which school has the highest ...": one group, where the question asks for one."""
    match = first(SUPERLATIVE, items)
    if match:
        way = items[match.start("way")]
        if way.tag == "A" and way.means not in _ENDS:
            return None, items
        return (1, _ENDS.get(way.means, way.means)), [each for each in items if each is not way]
    return _told_by_a_number(items)


def _told_by_a_number(items: Items) -> tuple[tuple[int, str] | None, Items]:
    """ "The most profitable category", "which author sold the best": whose number is highest."""
    for match in (*matches(SAID_BEFORE, items), *matches(SAID_LAST, items)):
        way, number, group = (items[match.start(part)] for part in ("way", "number", "group"))
        one, other = (each.named.field if each.named else None for each in (number, group))
        if not one or not other or not one.measure or other.measure:
            continue
        if way is items[-1] or other.kind == "text":
            return (1, way.means), [each for each in items if each is not way]
    return None, items


def _cut(items: Items, match: re.Match[str]) -> Items:
    return [*items[: match.start()], *items[match.end() :]]


def _target(items: Sequence[Item], match: re.Match[str]) -> Literal["x", "y"] | TopicField:
    """Axes by their letter; a number by what counts or sums; else the field itself."""
    found = items[match.start("target") : match.end("target")]
    letters = tags(found)
    words = [each.text.lower() for each in items[match.start() : match.end()] if each.tag == "d"]
    if letters == "F" and found[0].named and found[0].named.field:
        named = found[0].named.field
        return "y" if _is_of_counts(words) and not named.measure else named
    spelled = any(each in ALPHABETS for each in words)
    return "x" if spelled or letters in ("X", "K", "U", "W") else "y"


def _is_of_counts(words: Sequence[str]) -> bool:
    """Whether "from most to least" tells of numbers, whatever stands before it."""
    return any({*each.split()} & _OF_COUNTS for each in words)


def _direction(items: Sequence[Item]) -> Literal["ASCENDING", "DESCENDING"]:
    said = [each.means for each in items if each.tag == "d"]
    return "DESCENDING" if said == ["DESCENDING"] else "ASCENDING"


def _counted(item: Item, after: Item | None) -> Item:
    """ "Five highest": a number in letters."""
    if after and after.tag in "TFrA" and item.tag == "W" and item.means.lower() in _WORDS:
        return Item("N", str(_WORDS.index(item.means.lower()) + 1), item.text)
    return item

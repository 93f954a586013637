"""Time units in a question: "by month", "bin hire_date by weekday", "each year"."""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.quicksight.questions.date_conditions import year_of
from labkit.cloud.quicksight.questions.items import Item
from labkit.cloud.quicksight.questions.lexicon import Named
from labkit.cloud.quicksight.questions.rules import Items, first
from labkit.cloud.quicksight.questions.topic import Topic, TopicField

BINS = (
    r"G(?P<field>F)[BE]*(?P<unit>U)",
    r"(?P<field>F),?G[BE]*(?P<unit>U)",
    r"(?P<field>F)[BE]+(?P<unit>U)",
    r"(?P<unit>U)(?P<field>F)",
    r"(?P<field>F)(?P<unit>U)",
    r"G[BE]*(?P<unit>U)",
    r"[BEs]+(?P<unit>U)",
    r"(?P<unit>U)",
)


def take_units(items: Items, topic: Topic) -> tuple[dict[str, str], Items]:
    """The unit of each date that is grouped by, and the rest of the question."""
    units: dict[str, str] = {}
    for rule in BINS:
        match = first(rule, items)
        while match:
            found = items[match.start() : match.end()]
            unit = next(each.means for each in found if each.tag == "U")
            named = next((_date_field(each) for each in found if each.tag == "F"), None)
            if named is None and any(each.tag == "F" for each in found):
                kept = [each for each in found if each.tag == "F"]
                if kept:
                    break
            field = named or _mentioned(items) or topic.date
            if field is None:
                items = [*items[: match.start()], *_undated(found, topic), *items[match.end() :]]
            else:
                units.setdefault(field.name, unit)
                items = [
                    *items[: match.start()],
                    *_group(items, field, found),
                    *items[match.end() :],
                ]
            match = first(rule, items)
    return units, items


def _undated(found: Items, topic: Topic) -> Items:
    """ "Per year" without a date: a year that is a number, else nothing that is known."""
    unit = next(each for each in found if each.tag == "U")
    year = year_of(topic) if unit.means == "YEAR" else None
    if found[0].tag not in "BE":
        return []
    if year:
        return [Item("B", "BY", ""), Item("F", year.name, unit.text, Named(0, 0, year))]
    return [replace(unit, tag="W")]


def _date_field(item: Item) -> TopicField | None:
    field = item.named.field if item.named else None
    return field if field and field.kind == "date" else None


def _mentioned(items: Items) -> TopicField | None:
    return next((date for each in items if each.tag == "F" and (date := _date_field(each))), None)


def _group(items: Items, field: TopicField, found: Items) -> Items:
    """The date as a group, unless the question has named it already."""
    said = [each for each in items if each.tag == "F" and each not in found]
    if any(_date_field(each) == field for each in said):
        return [Item(",", "stop", "")]
    return [Item("B", "BY", ""), Item("F", field.name, "", Named(0, 0, field))]

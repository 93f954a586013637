"""Conditions on dates: "since March 2021", "in the last 7 days", "on Mondays"."""

from __future__ import annotations

from labkit.cloud.quicksight.questions.found import Found, field_of, inverse_of, one_of
from labkit.cloud.quicksight.questions.reading import Condition
from labkit.cloud.quicksight.questions.tagging import Item
from labkit.cloud.quicksight.questions.times import YEARS, bounds
from labkit.cloud.quicksight.questions.topic import Topic


def on_date(found: Found, topic: Topic) -> list[Condition] | None:
    field = field_of(found) or topic.date
    if field and field.kind != "date" and found[0].text.lower().endswith("ed"):
        field = topic.date
    span, how = one_of(found, "M", "N"), one_of(found, "D")
    if not field or field.kind != "date" or not span:
        return None
    limits = _limits(span)
    if not limits:
        return None
    if not how:
        return [Condition(field, "between", limits, inverse_of(found))]
    since = how.text.lower() in ("since",)
    if how.means == "before":
        return [Condition(field, "<", (limits[0],))]
    return [Condition(field, ">=", (limits[0] if since else limits[1],))]


def in_range(found: Found, topic: Topic) -> list[Condition] | None:
    field = field_of(found) or topic.date
    spans = [_limits(each) for each in found if each.tag in ("M", "N")]
    if not field or field.kind != "date" or not all(spans):
        return None
    (start, _), (_, end) = (each for each in spans if each)
    return [Condition(field, "between", (start, end), inverse_of(found))]


def _limits(item: Item) -> tuple[str, str] | None:
    if item.tag == "M":
        return bounds(item)
    if item.means.isdigit() and int(item.means) in YEARS:
        return f"{item.means}-01-01", f"{int(item.means) + 1}-01-01"
    return None


def in_moving(found: Found, topic: Topic) -> list[Condition] | None:
    field, moving = field_of(found) or topic.date, one_of(found, "P")
    if not field or field.kind != "date" or not moving:
        return None
    function, unit, count = moving.means.split(":")
    return [Condition(field, function, (count,), unit=unit)]


def on_weekdays(found: Found, topic: Topic) -> list[Condition] | None:
    """ "On Mondays": of the topic's date."""
    if not topic.date:
        return None
    days = [day for each in found if each.tag == "H" for day in each.means.split(",")]
    return [Condition(topic.date, "=", tuple(days), inverse_of(found), unit="WEEKDAY")]

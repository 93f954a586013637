"""Conditions on dates: "since March 2021", "in the last 7 days", "on Mondays"."""

from __future__ import annotations

import datetime as dt

from labkit.cloud.quicksight.questions.found import Found, field_of, inverse_of, one_of
from labkit.cloud.quicksight.questions.items import Item
from labkit.cloud.quicksight.questions.reading import Condition
from labkit.cloud.quicksight.questions.times import YEARS, bounds
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.words import name_words, stem

_YEAR = stem("year")
_YEARS = {_YEAR, *map(stem, "founded established opened built launched released born".split())}


def on_date(found: Found, topic: Topic) -> list[Condition] | None:
    field = field_of(found) or topic.date
    if field and field.kind != "date" and found[0].text.lower().endswith("ed"):
        field = _date_of(found[0], topic) or topic.date
    span, how = one_of(found, "M", "N"), one_of(found, "D")
    if not field or field.kind != "date" or not span:
        return None
    limits = _limits(span)
    if not limits:
        return None
    if not how:
        return [Condition(field, "between", limits, inverse_of(found))]
    if how.means == "before":
        return [Condition(field, "<", (limits[0],))]
    if how.text.lower() == "since":
        return [Condition(field, ">=", (limits[0],))]
    return [Condition(field, ">", (_day_before(limits[1]),))]


def _date_of(verb: Item, topic: Topic) -> TopicField | None:
    """ "Settled in 2018" is of ``date_settled``."""
    dates = (each for each in topic.fields if each.kind == "date")
    return next((each for each in dates if stem(verb.text.lower()) in name_words(each.name)), None)


def in_years(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Opened before 2000" of a year that is a number."""
    field = field_of(found) or (None if topic.date else year_of(topic))
    span, how = one_of(found, "N"), one_of(found, "D", "O")
    years = field and field.kind == "number" and {*name_words(field.name)} & _YEARS
    if not years or not field or not span or not how or not _is_year(span):
        return None
    sign = {"before": "<", "after": ">"}.get(how.means, how.means)
    return [Condition(field, ">=" if how.text.lower() == "since" else sign, (span.means,))]


def _is_year(item: Item) -> bool:
    return item.means.isdigit() and 1000 <= int(item.means) < YEARS.stop


def year_of(topic: Topic) -> TopicField | None:
    """The one year that is a number, where there is one."""
    years = [each for each in topic.fields if _YEAR in name_words(each.name)]
    return years[0] if len(years) == 1 else None


def _day_before(day: str) -> str:
    return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()


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

"""Doubts about the dates of a reading: whose they are, and whether the time is one of them."""

from __future__ import annotations

import re

from labkit.cloud.quicksight.questions.asked import Asked, compares
from labkit.cloud.quicksight.questions.reading import Reading
from labkit.cloud.quicksight.questions.words import name_words, stem

_BORN = frozenset(map(stem, "birth born birthday dob".split()))
_DAYS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_PARTICIPLE = re.compile(r"(?:ed|en|wn|ing)$")
_GONE = frozenset("left quit went came began ended resigned departed graduate".split())
_WHEN = re.compile(
    r"(\w+)(?: (?:in|on|during|since|before|after|until|between|from|within))?"
    r"(?: the)? (?:\d{4}|last|this|next|today|yesterday|past|previous|january|february|march|april"
    r"|june|july|august|september|october|november|december)\b"
)


def may_be_a_date(reading: Reading, asked: Asked) -> bool:
    """ "Tickets closed in April": those whose status is closed now, or that were closed then."""
    said = [each for each in asked.items if each.tag == "V" and each.text.lower().endswith("ed")]
    values = {word for each in said for word in name_words(each.text)}
    dates = [each for each in asked.topic.fields if each.kind == "date"]
    used = [each.field for each in reading.conditions] + [each.field for each in reading.groups]
    timed = any(each in dates for each in used)
    return timed and any({*name_words(each.name)} & values for each in dates)


def is_of_another_date(reading: Reading, asked: Asked) -> bool:
    """ "Employees who left in 2021", "graduating in 2022": not by the topic's one default date."""
    dates = [each for each in asked.topic.fields if each.kind == "date"]
    used = {each.field for each in reading.conditions if each.field.kind == "date"}
    verb = _WHEN.search(asked.text.lower())
    if len(dates) < 2 or not verb or not used & {asked.topic.date}:
        return False
    own = {word for each in used for name in each.names for word in name_words(name)}
    values = [each for each in asked.items if each.tag == "V"]
    value = any(each.text.lower().endswith(verb[1]) and _is_done(each.means) for each in values)
    return (verb[1] in _GONE or value) and stem(verb[1]) not in own


def _is_done(value: str) -> bool:
    return _PARTICIPLE.search(value.lower()) is not None


def counts_other_dates(reading: Reading, asked: Asked) -> bool:
    """ "Hires vs terminations by month": each by its own date."""
    counted = [each.field for each in reading.metrics if each.aggregation not in ("MIN", "MAX")]
    groups = [each.field for each in reading.groups if each.field.kind == "date"]
    return any(each and each.kind == "date" and each not in groups for each in counted) and bool(
        groups
    )


def compares_one_period(reading: Reading, asked: Asked) -> bool:
    """ "This year compared to last year": only one of the two is let through."""
    dates = [each for each in reading.conditions if each.field.kind == "date" and each.unit]
    alone = len(dates) == 1 and "v" in asked.tags
    timed = any(each.field.kind == "date" for each in reading.groups)
    return bool(dates) and (compares(reading, "POP_OVERTIME_DIFF_AS_PERC") or (alone and not timed))


def is_one_month_of_each_year(reading: Reading, asked: Asked) -> bool:
    """ "Sales in December by year", "born in March": one of each, where one is taken."""
    month = re.search("J(?!,?N)", asked.tags) is not None
    used = [each.field for each in reading.conditions if each.field.kind == "date"]
    births = [each for each in used for name in each.names if {*name_words(name)} & _BORN]
    return month and (bool(births) or any(each.unit == "YEAR" for each in reading.groups))


def has_no_hours(reading: Reading, asked: Asked) -> bool:
    """ "Average hourly views" of a date of days: the hours are a field of their own."""
    groups = [each for each in (*reading.groups, reading.colour) if each]
    units = ("HOUR", "MINUTE", "SECOND", "HOUR_OF_DAY")
    return any(each.unit in units and each.field.granularity in _DAYS for each in groups)

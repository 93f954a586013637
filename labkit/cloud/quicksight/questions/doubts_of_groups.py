"""Doubts about what numbers are shown by: ranks, orders, contrasts, dates."""

from __future__ import annotations

import re

from labkit.cloud.quicksight.questions.asked import Asked, compares, counts
from labkit.cloud.quicksight.questions.reading import Reading
from labkit.cloud.quicksight.questions.words import name_words

_BEST = frozenset("top bottom best worst leading".split())
_MOST = frozenset(("most", "the most", "least", "the least", "fewest", "the fewest"))


def ranks_in_each(reading: Reading, asked: Asked) -> bool:
    """ "The top three customers in each region": what is ranked is not what is shown by."""
    groups = [each.field.name for each in (*reading.groups, reading.colour) if each]
    for match in re.finditer(r"T(?:N|E)?(?P<of>F)|N?T(?P<own>F)", asked.tags):
        named = asked.items[match.end() - 1].named
        best = asked.items[match.start()].text.lower() in _BEST
        field = named.field if named else None
        if best and field and not field.measure:
            return field.name not in groups or len(groups) > 1
    return False


def sorts_what_is_not_shown(reading: Reading, asked: Asked) -> bool:
    """ "All orders sorted by sales": one number has no order."""
    return reading.order is not None and not reading.groups


def finds_one_of_several_groups(reading: Reading, asked: Asked) -> bool:
    """ "The most profitable product category": one group of two fields at once."""
    return reading.limit is not None and reading.limit[0] == 1 and reading.colour is not None


def ranks_single_rows(reading: Reading, asked: Asked) -> bool:
    """ "The month with the fewest views": the least of one row is not the month's."""
    most = [each for each in asked.items if each.tag == "T" and each.text.lower() in _MOST]
    extremes = [each for each in reading.metrics if each.aggregation in ("MIN", "MAX")]
    return bool(most and extremes and reading.groups) and reading.limit is None


def may_be_a_date(reading: Reading, asked: Asked) -> bool:
    """ "Tickets closed in April": those whose status is closed now, or that were closed then."""
    said = [each for each in asked.items if each.tag == "V" and each.text.lower().endswith("ed")]
    values = {word for each in said for word in name_words(each.text)}
    dates = [each for each in asked.topic.fields if each.kind == "date"]
    used = [each.field for each in reading.conditions] + [each.field for each in reading.groups]
    timed = any(each in dates for each in used)
    return timed and any({*name_words(each.name)} & values for each in dates)


def develops_without_dates(reading: Reading, asked: Asked) -> bool:
    """ "How did sales in each region develop": that is over time, not over regions."""
    trend = any(each.tag == "q" and each.means == "LineChartVisual" for each in asked.items)
    fields = [each.field for each in (*reading.groups, reading.colour) if each]
    dated = [each for each in fields if each.kind != "text"]
    return trend and asked.topic.date is not None and bool(fields) and not dated


def ranks_its_own_count(reading: Reading, asked: Asked) -> bool:
    """ "Which customer bought the most": each is counted once a row, of nothing named."""
    groups = [each.field for each in reading.groups]
    last = asked.tags.rstrip(",").endswith("T")
    return last and reading.metrics[0].field in groups


def contrasts_one_value(reading: Reading, asked: Asked) -> bool:
    """ "Returned vs not returned": two sides, of which one condition keeps one."""
    if not re.search("[vk]", asked.tags):
        return False
    measured = any(each.field.measure for each in reading.groups[:1]) and "k" in asked.tags
    spans = [each for each in reading.conditions if each.field.kind == "date"]
    both = len(spans) > 1 and not any(each.field.kind == "date" for each in reading.groups)
    denied = "v" in asked.tags and any(each.inverse for each in reading.conditions)
    return measured or both or denied


def compares_one_period(reading: Reading, asked: Asked) -> bool:
    """ "This year compared to last year": only one of the two is let through."""
    dates = [each for each in reading.conditions if each.field.kind == "date"]
    return compares(reading, "POP_OVERTIME_DIFF_AS_PERC") and any(each.unit for each in dates)


def is_one_month_of_each_year(reading: Reading, asked: Asked) -> bool:
    """ "Sales in December by year": a December of each, where one is taken."""
    month = re.search("J(?!N)", asked.tags) is not None
    return month and any(each.unit == "YEAR" for each in reading.groups)


def leaves_out_a_participle(reading: Reading, asked: Asked) -> bool:
    """ "Insured patients": some of the rows, by a field that says no yes and no."""
    pairs = zip(asked.items, asked.items[1:], strict=False)
    said = [one.named for one, rows in pairs if one.tag == "F" and rows.tag == "r"
            and one.text.lower().endswith("ed")]  # fmt: skip
    asked_for = [each.field for each in reading.conditions]
    asked_for += [each.field for each in reading.groups if compares(reading, "PERCENT_OF_TOTAL")]
    fields = [each.field for each in said if each and each.field and each.field.kind == "text"]
    return any(each not in asked_for for each in fields)


def sorts_its_own_count(reading: Reading, asked: Asked) -> bool:
    """ "Teams ordered by satisfaction": what they are ordered by is not shown."""
    order, groups = reading.order, [each.field for each in reading.groups]
    hidden = order is not None and not isinstance(order.target, str)
    own = reading.metrics[0].field in groups and counts(reading.metrics[0])
    return hidden and own and not reading.visual

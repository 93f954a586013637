"""Doubts about what numbers are shown by: ranks, orders, contrasts, dates."""

from __future__ import annotations

import re

from labkit.cloud.quicksight.questions.asked import Asked, compares, counts
from labkit.cloud.quicksight.questions.reading import Reading
from labkit.cloud.quicksight.questions.words import name_words, stem

_RANGES = re.compile(r"(\w+) (?:group|range|band|bracket|bucket|bin|interval)s?\b(?! by)")
_BEST = frozenset("top bottom best worst leading common popular frequent".split())
_MOST = frozenset(("most", "the most", "least", "the least", "fewest", "the fewest"))


def ranks_in_each(reading: Reading, asked: Asked) -> bool:
    """ "The top three customers in each region": what is ranked is not what is shown by."""
    groups = [each.field.name for each in (*reading.groups, reading.colour) if each]
    for match in re.finditer(r"T(?:N|E)?(?P<of>F)|N?T(?P<own>F)", asked.tags):
        named = asked.items[match.end() - 1].named
        best = bool({*asked.items[match.start()].text.lower().split()} & _BEST)
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


def ranks_by_a_number(reading: Reading, asked: Asked) -> bool:
    """ "The average fare of the ten longest rides": rides are ranked, not their lengths."""
    named = [each.named.field for each in asked.items if each.tag == "F" and each.named]
    shown = [each.field for each in reading.metrics]
    other = any(each and each.measure and each not in shown for each in named[:1])
    number = any(each.field.measure and not each.field.is_id for each in reading.groups[:1])
    return reading.limit is not None and (other or number)


def counts_its_last_group(reading: Reading, asked: Asked) -> bool:
    """ "Hires by year and department", "by year by department": what comes last is no number."""
    counted = [each.field for each in reading.metrics if each.field and counts(each)]
    ends = re.finditer(r"B(?:U|F)(?P<last>(?:,F)*&F|BF)", asked.tags)
    spans = [asked.items[slice(*each.span("last"))] for each in ends if "C" not in asked.tags]
    last = [each.named for span in spans for each in span if each.named]
    return any(each.field in counted for each in last)


def groups_by_a_value(reading: Reading, asked: Asked) -> bool:
    """ "Employees per manager", where one job is "Manager": not the managers alone."""
    found = re.finditer(r"[BE](?P<value>V)(?![&|,v])", asked.tags)
    named = [asked.items[each.start("value")].named for each in found]
    shown = [each.field for each in (*reading.groups, reading.colour) if each]
    return any(each and each.field not in shown for each in named)


def limits_groups_of_nothing(reading: Reading, asked: Asked) -> bool:
    """ "Managers with more than ten employees": of which groups is the number?"""
    return not reading.groups and any(each.aggregation for each in reading.conditions)


def takes_one_of_several_fields(reading: Reading, asked: Asked) -> bool:
    """ "Rides to Union Square": a station where rides start, too."""
    named = [each.named.field for each in asked.items if each.tag == "F" and each.named]
    return any(
        asked.lexicon.shares(each.field, value)
        for each in reading.conditions
        for value in each.values
        if each.field.kind == "text" and each.field not in named
    )


def says_not_who(reading: Reading, asked: Asked) -> bool:
    """ "Who earns the most", "who is the manager": a number is nobody, and all are not one."""
    who, verb = [*asked.text.lower().split(), "", ""][:2]
    one = verb == "is" and asked.tags.rstrip(",") == "wiF"
    return who == "who" and (one or not reading.groups)


def leaves_out_a_participle(reading: Reading, asked: Asked) -> bool:
    """ "Insured patients": some of the rows, by a field that says no yes and no."""
    pairs = zip(asked.items, asked.items[1:], strict=False)
    said = [one.named for one, rows in pairs if one.tag == "F" and rows.tag == "r"
            and one.text.lower().endswith("ed")]  # fmt: skip
    asked_for = [each.field for each in reading.conditions]
    asked_for += [each.field for each in reading.groups if compares(reading, "PERCENT_OF_TOTAL")]
    fields = [each.field for each in said if each and each.field and each.field.kind == "text"]
    return any(each not in asked_for for each in fields)


def groups_by_ranges(reading: Reading, asked: Asked) -> bool:
    """ "Patients by age group": several ages each, and which is not said."""
    said = {stem(found[1]) for found in _RANGES.finditer(asked.text.lower())}
    groups = [each.field for each in (*reading.groups, reading.colour) if each]
    numbers = [each for each in groups if each.kind == "number"]
    return any(said & {*name_words(name)} for each in numbers for name in each.names)


def sorts_its_own_count(reading: Reading, asked: Asked) -> bool:
    """ "Teams ordered by satisfaction": what they are ordered by is not shown."""
    order, groups = reading.order, [each.field for each in reading.groups]
    hidden = order is not None and not isinstance(order.target, str)
    own = reading.metrics[0].field in groups and counts(reading.metrics[0])
    return hidden and own and not reading.visual

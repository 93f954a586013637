"""Readings that say less than the question asks: what makes them doubtful, each by its name.

A wrong chart is worse than none, so a doubtful reading is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labkit.cloud.quicksight.questions.items import Item, tags
from labkit.cloud.quicksight.questions.reading import Metric, Reading
from labkit.cloud.quicksight.questions.topic import Topic
from labkit.cloud.quicksight.questions.words import name_words, stem


@dataclass(frozen=True)
class Asked:
    """A question: its text, all items that it says, and the topic that it is asked of."""

    text: str
    items: Sequence[Item]
    topic: Topic

    @property
    def tags(self) -> str:
        return tags(self.items)


Doubt = Callable[[Reading, Asked], bool]
_BEST = frozenset("top bottom best worst leading".split())
_HOW_MUCH = re.compile(r"\bhow much\b", re.IGNORECASE)
_PER_CENT = re.compile(r"\d\s*(?:%|percent)", re.IGNORECASE)
_PERCENT = frozenset(map(stem, "percent percentage pct percentile share rate".split()))
_RATE = re.compile(r"\brates?\b", re.IGNORECASE)
_MOST = frozenset(("most", "the most", "least", "the least", "fewest", "the fewest"))
_STEPS = frozenset("days weeks months quarters years hours minutes".split())
_MIDDLES = frozenset(("AVERAGE", "MEDIAN", "STDEV", "VAR"))


def doubt(reading: Reading, asked: Asked) -> str:
    """The name of the first doubt about a reading, else nothing."""
    if not reading.metrics:
        return ""
    return next((name for name, holds in DOUBTS.items() if holds(reading, asked)), "")


def _leaves_out_an_average(reading: Reading, asked: Asked) -> bool:
    """ "Orders per customer on average": counts of each are shown, and no average."""
    said = {each.means for each in asked.items if each.tag == "A"} & _MIDDLES
    taken = {each.aggregation for each in reading.metrics}
    return not said <= taken | {each.aggregation for each in reading.conditions}


def _averages_each_row(reading: Reading, asked: Asked) -> bool:
    """ "Average sales per order": a row's own average is the row, and its parts may be several."""
    afters = zip(asked.items, asked.items[1:], strict=False)
    rows = [each for per, each in afters if per.tag == "B" and per.text.lower() == "per"]
    by_row = any({*name_words(each.text)} <= _own(asked.topic) for each in rows)
    return by_row and any(each.aggregation in _MIDDLES for each in reading.metrics)


def _asks_how_much(reading: Reading, asked: Asked) -> bool:
    """ "How much did they spend": no number of the topic is named."""
    return _HOW_MUCH.search(asked.text) is not None and not any(
        each.field and each.field.measure for each in reading.metrics
    )


def _ranks_in_each(reading: Reading, asked: Asked) -> bool:
    """ "The top three customers in each region": what is ranked is not what is shown by."""
    groups = [each.field.name for each in (*reading.groups, reading.colour) if each]
    for match in re.finditer(r"T(?:N|E)?(?P<of>F)|N?T(?P<own>F)", asked.tags):
        named = asked.items[match.end() - 1].named
        best = asked.items[match.start()].text.lower() in _BEST
        field = named.field if named else None
        if best and field and not field.measure:
            return field.name not in groups or len(groups) > 1
    return False


def _counts_twice(reading: Reading, asked: Asked) -> bool:
    """ "Orders by number of items": the same is counted, and no group is."""
    counts = [each for each in reading.metrics if each.aggregation.endswith("COUNT")]
    fields = {each.field for each in counts}
    return "BC" in asked.tags and len(counts) > 1 and (None in fields or len(fields) < len(counts))


def _sorts_what_is_not_shown(reading: Reading, asked: Asked) -> bool:
    """ "All orders sorted by sales": one number has no order."""
    return reading.order is not None and not reading.groups


def _is_share_of_rows(reading: Reading, asked: Asked) -> bool:
    """ "Percent of orders with a discount": rows are asked for, and no number of them is shown."""
    rows = re.search(r"t[Ei]*r", asked.tags) is not None
    return rows and _is(reading, "PERCENT_OF_TOTAL") and not _counts(reading.metrics[0])


def _is_share_of_nothing(reading: Reading, asked: Asked) -> bool:
    return _is(reading, "PERCENT_OF_TOTAL") and not reading.groups


def _is_difference_of_nothing(reading: Reading, asked: Asked) -> bool:
    """A difference is from one period to the next: "between Furniture and Technology" is none."""
    dated = any(each.field.kind == "date" or each.unit for each in reading.groups[:1])
    return _is(reading, "DIFF") and not dated


def _says_that_there_are_none(reading: Reading, asked: Asked) -> bool:
    """ "Customers that have no orders": that is no order number."""
    return any(each.tag == "F" and each.text.lower().startswith("no ") for each in asked.items)


def _compares_with_a_percentage(reading: Reading, asked: Asked) -> bool:
    """ "A discount of 20 %" may be 20 or 0.2."""
    numbers = [each for each in reading.conditions if each.field.kind == "number"]
    said = [each for each in numbers if not {*name_words(each.field.name)} & _PERCENT]
    return bool(said) and _PER_CENT.search(asked.text) is not None


def _finds_one_of_several_groups(reading: Reading, asked: Asked) -> bool:
    """ "The most profitable product category": one group of two fields at once."""
    return reading.limit is not None and reading.limit[0] == 1 and reading.colour is not None


def _asks_for_a_rate(reading: Reading, asked: Asked) -> bool:
    """ "Withdrawal rate by school": rows are counted, and held against none."""
    said = _RATE.search(asked.text) is not None
    named = {word for each in reading.metrics if each.field for word in name_words(each.field.name)}
    return said and _counts(reading.metrics[0]) and not _PERCENT & named


def _is_growth_of_nothing(reading: Reading, asked: Asked) -> bool:
    """Growth is from one period to the next."""
    dated = any(each.field.kind == "date" for each in reading.groups)
    return _is(reading, "POP_OVERTIME_DIFF_AS_PERC") and not dated


def _ranks_single_rows(reading: Reading, asked: Asked) -> bool:
    """ "The month with the fewest views": the least of one row is not the month's."""
    most = [each for each in asked.items if each.tag == "T" and each.text.lower() in _MOST]
    extremes = [each for each in reading.metrics if each.aggregation in ("MIN", "MAX")]
    return bool(most and extremes and reading.groups) and reading.limit is None


def _asks_of_each_row(reading: Reading, asked: Asked) -> bool:
    """ "Users who viewed more than 100 pages": in all, where a row holds some of them."""
    named = [each.named.field for each in asked.items if each.tag == "F" and each.named]
    groups = [each.field for each in reading.groups if each.field in named]
    own = _own(asked.topic)
    others = [each for each in groups if each.is_id or not {*name_words(each.name)} & own]
    counted = reading.metrics[0].field in others
    sums = [each.field for each in reading.conditions if not each.aggregation]
    return counted and any(each.measure for each in sums)


def _may_be_a_date(reading: Reading, asked: Asked) -> bool:
    """ "Tickets closed in April": those whose status is closed now, or that were closed then."""
    said = [each for each in asked.items if each.tag == "V" and each.text.lower().endswith("ed")]
    values = {word for each in said for word in name_words(each.text)}
    dates = [each for each in asked.topic.fields if each.kind == "date"]
    used = [each.field for each in reading.conditions] + [each.field for each in reading.groups]
    timed = any(each in dates for each in used)
    return timed and any({*name_words(each.name)} & values for each in dates)


def _develops_without_dates(reading: Reading, asked: Asked) -> bool:
    """ "How did sales in each region develop": that is over time, not over regions."""
    trend = any(each.tag == "q" and each.means == "LineChartVisual" for each in asked.items)
    fields = [each.field for each in (*reading.groups, reading.colour) if each]
    dated = [each for each in fields if each.kind != "text"]
    return trend and asked.topic.date is not None and bool(fields) and not dated


def _ranks_its_own_count(reading: Reading, asked: Asked) -> bool:
    """ "Which customer bought the most": each is counted once a row, of nothing named."""
    groups = [each.field for each in reading.groups]
    last = asked.tags.rstrip(",").endswith("T")
    return last and reading.metrics[0].field in groups


def _contrasts_one_value(reading: Reading, asked: Asked) -> bool:
    """ "Returned vs not returned": two sides, of which one condition keeps one."""
    if not re.search("[vk]", asked.tags):
        return False
    measured = any(each.field.measure for each in reading.groups[:1]) and "k" in asked.tags
    spans = [each for each in reading.conditions if each.field.kind == "date"]
    both = len(spans) > 1 and not any(each.field.kind == "date" for each in reading.groups)
    denied = "v" in asked.tags and any(each.inverse for each in reading.conditions)
    return measured or both or denied


def _compares_one_period(reading: Reading, asked: Asked) -> bool:
    """ "This year compared to last year": only one of the two is let through."""
    dates = [each for each in reading.conditions if each.field.kind == "date"]
    return _is(reading, "POP_OVERTIME_DIFF_AS_PERC") and any(each.unit for each in dates)


def _is_one_month_of_each_year(reading: Reading, asked: Asked) -> bool:
    """ "Sales in December by year": a December of each, where one is taken."""
    month = re.search("J(?!N)", asked.tags) is not None
    return month and any(each.unit == "YEAR" for each in reading.groups)


def _counts_a_flag(reading: Reading, asked: Asked) -> bool:
    """ "Escalated and critical tickets": a field of yes and no is counted, not asked for yes."""
    counted = [each.field for each in reading.metrics if _counts(each) and each.field]
    flags = [(each.record.get("SemanticType") or {}).get("TruthyCellValue") for each in counted]
    return any(flags) and any(each.kind == "text" for each in counted)


def _leaves_out_a_participle(reading: Reading, asked: Asked) -> bool:
    """ "Insured patients": some of the rows, by a field that says no yes and no."""
    pairs = zip(asked.items, asked.items[1:], strict=False)
    said = [one.named for one, rows in pairs if one.tag == "F" and rows.tag == "r"
            and one.text.lower().endswith("ed")]  # fmt: skip
    asked_for = [each.field for each in reading.conditions]
    asked_for += [each.field for each in reading.groups if _is(reading, "PERCENT_OF_TOTAL")]
    fields = [each.field for each in said if each and each.field and each.field.kind == "text"]
    return any(each not in asked_for for each in fields)


def _counts_its_steps(reading: Reading, asked: Asked) -> bool:
    """ "How many days do they stay": a number of days, not one for each day."""
    pairs = zip(asked.items, asked.items[1:], strict=False)
    steps = [each for count, each in pairs if count.tag == "C" and each.text.lower() in _STEPS]
    return bool(steps) and any(each.unit or each.field.kind == "date" for each in reading.groups)


def _sorts_its_own_count(reading: Reading, asked: Asked) -> bool:
    """ "Teams ordered by satisfaction": what they are ordered by is not shown."""
    order, groups = reading.order, [each.field for each in reading.groups]
    hidden = order is not None and not isinstance(order.target, str)
    own = reading.metrics[0].field in groups and _counts(reading.metrics[0])
    return hidden and own and not reading.visual


def _runs_over_nothing(reading: Reading, asked: Asked) -> bool:
    running = _is(reading, "RUNNING_SUM") or _is(reading, "MOVING_AVERAGE")
    return running and not reading.groups


def _own(topic: Topic) -> set[str]:
    """What the rows are called."""
    return {*name_words(topic.name), *name_words(topic.data_set_name)}


def _is(reading: Reading, comparison: str) -> bool:
    return any(each.comparison == comparison for each in reading.metrics)


def _counts(metric: Metric) -> bool:
    return metric.field is None or metric.aggregation.endswith("COUNT")


DOUBTS: dict[str, Doubt] = {
    "AVERAGE": _leaves_out_an_average,
    "EACH_ROW": _averages_each_row,
    "HOW_MUCH": _asks_how_much,
    "RANKED_IN_EACH": _ranks_in_each,
    "COUNTED_TWICE": _counts_twice,
    "ORDER": _sorts_what_is_not_shown,
    "SHARE_OF_ROWS": _is_share_of_rows,
    "SHARE": _is_share_of_nothing,
    "NONE": _says_that_there_are_none,
    "PERCENTAGE": _compares_with_a_percentage,
    "ONE_OF_TWO": _finds_one_of_several_groups,
    "RATE": _asks_for_a_rate,
    "GROWTH": _is_growth_of_nothing,
    "EXTREME": _ranks_single_rows,
    "IN_ALL": _asks_of_each_row,
    "DATE": _may_be_a_date,
    "DEVELOP": _develops_without_dates,
    "OWN_COUNT": _ranks_its_own_count,
    "CONTRAST": _contrasts_one_value,
    "ONE_PERIOD": _compares_one_period,
    "MONTH": _is_one_month_of_each_year,
    "RUNNING": _runs_over_nothing,
    "FLAG": _counts_a_flag,
    "PARTICIPLE": _leaves_out_a_participle,
    "STEPS": _counts_its_steps,
    "HIDDEN_ORDER": _sorts_its_own_count,
    "ARITHMETIC": _is_difference_of_nothing,
}
SENTENCES = {
    "AVERAGE": "An average of numbers that are counted first is not answered here.",
    "EACH_ROW": "Whether the average is of rows or of their parts is not said.",
    "HOW_MUCH": "The question does not name the number that it asks for.",
    "RANKED_IN_EACH": "The first of each group are not answered here.",
    "COUNTED_TWICE": "Groups by a number of rows are not answered here.",
    "ORDER": "The question does not say of what a sorted list is asked for.",
    "SHARE_OF_ROWS": "The share of the rows that meet a condition is not answered here.",
    "NONE": "Groups that have no rows are not answered here.",
    "PERCENTAGE": "Whether 20 % are 20 or 0.2 is not said.",
    "ONE_OF_TWO": "The question does not say which of two fields the one group is of.",
    "RATE": "The question does not say what the rate is held against.",
    "GROWTH": "The question does not name the date over which something grows.",
    "EXTREME": "Whether the most is of single rows or of each group is not said.",
    "IN_ALL": "Whether a number is of single rows or of all is not said.",
    "DATE": "Whether a word is about what is so or about when it came so is not said.",
    "DEVELOP": "The question does not name the dates over which something develops.",
    "OWN_COUNT": "The question does not say by what is ranked.",
    "CONTRAST": "The two sides of the comparison are not understood.",
    "ONE_PERIOD": "Two periods that are named are not compared here.",
    "MONTH": "One month of each year is not answered here.",
    "RUNNING": "The question does not say over what a total runs.",
    "FLAG": "Rows of two conditions of which one is a field of its own are not answered here.",
    "PARTICIPLE": "The question does not say which value of a field it asks for.",
    "STEPS": "A number of days, months or hours is not counted here.",
    "HIDDEN_ORDER": "What the groups are ordered by is no number that the question asks for.",
    "SHARE": "The question does not say what the share is held against.",
}

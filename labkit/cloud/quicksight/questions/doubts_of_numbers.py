"""Doubts about the numbers of a reading: counts, averages, shares, sums."""

from __future__ import annotations

import re

from labkit.cloud.quicksight.questions.asked import Asked, compares, counts, own_words
from labkit.cloud.quicksight.questions.reading import Reading
from labkit.cloud.quicksight.questions.words import name_words, stem

_HOW_MUCH = re.compile(r"\bhow much\b", re.IGNORECASE)
_PER_CENT = re.compile(r"\d\s*(?:%|percent)", re.IGNORECASE)
_PERCENT = frozenset(map(stem, "percent percentage pct percentile share rate".split()))
_RATE = re.compile(r"\brates?\b", re.IGNORECASE)
_STEPS = frozenset("days weeks months quarters years hours minutes".split())
_MIDDLES = frozenset(("AVERAGE", "MEDIAN", "STDEV", "VAR"))


def leaves_out_an_average(reading: Reading, asked: Asked) -> bool:
    """ "Orders per customer on average": counts of each are shown, and no average."""
    said = {each.means for each in asked.items if each.tag == "A"} & _MIDDLES
    taken = {each.aggregation for each in reading.metrics}
    return not said <= taken | {each.aggregation for each in reading.conditions}


def averages_each_row(reading: Reading, asked: Asked) -> bool:
    """ "Average sales per order": a row's own average is the row, and its parts may be several."""
    afters = zip(asked.items, asked.items[1:], strict=False)
    rows = [each for per, each in afters if per.tag == "B" and per.text.lower() == "per"]
    by_row = any({*name_words(each.text)} <= own_words(asked.topic) for each in rows)
    return by_row and any(each.aggregation in _MIDDLES for each in reading.metrics)


def asks_how_much(reading: Reading, asked: Asked) -> bool:
    """ "How much did they spend": no number of the topic is named."""
    return _HOW_MUCH.search(asked.text) is not None and not any(
        each.field and each.field.measure for each in reading.metrics
    )


def counts_twice(reading: Reading, asked: Asked) -> bool:
    """ "Orders by number of items": the same is counted, and no group is."""
    counts = [each for each in reading.metrics if each.aggregation.endswith("COUNT")]
    fields = {each.field for each in counts}
    return "BC" in asked.tags and len(counts) > 1 and (None in fields or len(fields) < len(counts))


def is_share_of_rows(reading: Reading, asked: Asked) -> bool:
    """ "Percent of orders with a discount": rows are asked for, and no number of them is shown."""
    rows = re.search(r"t[Ei]*r", asked.tags) is not None
    return rows and compares(reading, "PERCENT_OF_TOTAL") and not counts(reading.metrics[0])


def is_share_of_nothing(reading: Reading, asked: Asked) -> bool:
    """ "Bonus as a percentage of salary": one number of another is no share of a total."""
    numbers = any(each.field.measure and not each.field.is_id for each in reading.groups)
    return compares(reading, "PERCENT_OF_TOTAL") and (numbers or not reading.groups)


def is_difference_of_nothing(reading: Reading, asked: Asked) -> bool:
    """A difference is from one period to the next: "between Furniture and Technology" is none."""
    dated = any(each.field.kind == "date" or each.unit for each in reading.groups[:1])
    return compares(reading, "DIFF") and not dated


def says_that_there_are_none(reading: Reading, asked: Asked) -> bool:
    """ "Customers that have no orders": that is no order number."""
    return any(each.tag == "F" and each.text.lower().startswith("no ") for each in asked.items)


def compares_with_a_percentage(reading: Reading, asked: Asked) -> bool:
    """ "A discount of 20 %" may be 20 or 0.2."""
    numbers = [each for each in reading.conditions if each.field.kind == "number"]
    said = [each for each in numbers if not {*name_words(each.field.name)} & _PERCENT]
    ranked = reading.limit is not None  # "the top 10 %"
    return (ranked or bool(said)) and _PER_CENT.search(asked.text) is not None


def asks_for_a_rate(reading: Reading, asked: Asked) -> bool:
    """ "Withdrawal rate by school": rows are counted, and held against none."""
    said = _RATE.search(asked.text) is not None
    named = {word for each in reading.metrics if each.field for word in name_words(each.field.name)}
    return said and counts(reading.metrics[0]) and not _PERCENT & named


def is_growth_of_nothing(reading: Reading, asked: Asked) -> bool:
    """Growth is from one period to the next."""
    dated = any(each.field.kind == "date" for each in reading.groups)
    return compares(reading, "POP_OVERTIME_DIFF_AS_PERC") and not dated


def asks_of_each_row(reading: Reading, asked: Asked) -> bool:
    """ "Users who viewed more than 100 pages": in all, where a row holds some of them."""
    named = [each.named.field for each in asked.items if each.tag == "F" and each.named]
    groups = [each.field for each in reading.groups if each.field in named]
    own = own_words(asked.topic)
    others = [each for each in groups if each.is_id or not {*name_words(each.name)} & own]
    counted = reading.metrics[0].field in others
    sums = [each.field for each in reading.conditions if not each.aggregation]
    return counted and any(each.measure for each in sums)


def runs_over_nothing(reading: Reading, asked: Asked) -> bool:
    running = compares(reading, "RUNNING_SUM") or compares(reading, "MOVING_AVERAGE")
    return running and not reading.groups


def counts_a_flag(reading: Reading, asked: Asked) -> bool:
    """ "Escalated and critical tickets": a field of yes and no is counted, not asked for yes."""
    counted = [each.field for each in reading.metrics if counts(each) and each.field]
    flags = [(each.record.get("SemanticType") or {}).get("TruthyCellValue") for each in counted]
    return any(flags) and any(each.kind == "text" for each in counted)


def asks_for_what_it_limits(reading: Reading, asked: Asked) -> bool:
    """ "Views between 8 and 10": the views of these hours, or what has so many views."""
    named = [each.named.field for each in asked.items if each.tag == "F" and each.named]
    counted = reading.metrics[0].field
    implied = not re.search("[rC]", asked.tags) and (counted is None or counted not in named)
    limits = [each.field for each in reading.conditions if not each.aggregation]
    return implied and counts(reading.metrics[0]) and any(each.measure for each in limits)


def leaves_out_what_was_done(reading: Reading, asked: Asked) -> bool:
    """ "How many patients were readmitted", "how often is a course viewed": not how many rows."""
    used = [each.field for each in reading.metrics] + [each.field for each in reading.groups]
    used += [each.field for each in reading.conditions]
    often = any(each.text.lower() == "how often" for each in asked.items)
    befores = zip(asked.items, asked.items[1:], strict=False)
    done = [
        each.named.field
        for before, each in befores
        if each.tag == "F" and each.named and (before.tag == "i" or often)
        and each.text.lower().endswith("ed")
    ]  # fmt: skip
    return any(each and each.measure and each not in used for each in done)


def sums_what_rows_have(reading: Reading, asked: Asked) -> bool:
    """ "Employees with a bonus": which rows, and not how much in all."""
    found = re.search(r"rw(?P<had>F)(?=$|[,B])", asked.tags)
    had = asked.items[found.start("had")].named if found and "A" not in asked.tags else None
    shown = [each.field for each in reading.metrics if not each.aggregation]
    return bool(had and had.field and had.field.measure and had.field in shown)


def counts_its_steps(reading: Reading, asked: Asked) -> bool:
    """ "How many days do they stay": a number of days, not one for each day."""
    pairs = zip(asked.items, asked.items[1:], strict=False)
    steps = [each for count, each in pairs if count.tag == "C" and each.text.lower() in _STEPS]
    return bool(steps) and any(each.unit or each.field.kind == "date" for each in reading.groups)

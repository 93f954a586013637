"""The numbers that a question names: "average GPA", "how many students", "number of page views"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labkit.cloud.quicksight.questions.items import Item
from labkit.cloud.quicksight.questions.reading import Metric
from labkit.cloud.quicksight.questions.rules import matches
from labkit.cloud.quicksight.questions.topic import Topic, TopicField

_NUMBERS = (
    r"(?P<how>A)(?=[,&]+(?:A[,&]+)?AF)",
    r"(?P<how>[AT])E?(?P<field>F)",
    r"(?P<how>C)[AT](?P<field>F)",
    r"(?P<how>C)[EWs]?(?P<field>F)",
    r"(?P<how>A)C(?P<field>F)",
    r"(?P<how>C)[EWs]?(?P<field>r)",
    r"(?P<how>A)(?P<rows>C)",
    r"(?P<how>C)(?P<rows>)",
)
# "Average rate per number of adults": a number that is grouped by.
_GROUPED = r"(?:(?<=[AC]F)|(?<=[AC]F.)|(?<=[AC]F..)|(?<=[AC][Wr])|(?<=^C..))[BE](?P<count>C)F"
_EXTREMES = {"DESCENDING": "MAX", "ASCENDING": "MIN"}


def metrics_of(items: Sequence[Item]) -> tuple[list[tuple[int, Metric]], set[int]]:
    """Fields after an aggregation, and counts, in the question's order."""
    found: list[tuple[int, Metric]] = []
    used: set[int] = {match.start("count") for match in matches(_GROUPED, items)}
    for rule in _NUMBERS:
        for match in matches(rule, items):
            places = set(range(match.start(), match.end()))
            if not places & used and not _is_of_each(items, match):
                used |= places
                found.append((match.start(), _metric(_said(items, match))))
    return sorted(found, key=lambda each: each[0]), used


def _is_of_each(items: Sequence[Item], match: re.Match[str]) -> bool:
    """ "How many in each ward" counts rows, "how many different wards" counts wards."""
    after = items[match.start() + 1] if match.end() - match.start() > 2 else None
    return after is not None and after.text.lower() in ("each", "every")


def _said(items: Sequence[Item], match: re.Match[str]) -> Sequence[Item]:
    """What a rule has found; in "maximum and minimum price" the price is said once for both."""
    found = items[match.start() : match.end()]
    shared = len(found) == 1 and items[match.end() :][:1] and items[match.end()].tag in ",&"
    if not shared or found[0].tag != "A":
        return found
    return [*found, next(each for each in items[match.end() :] if each.tag == "F")]


def _metric(found: Sequence[Item]) -> Metric:
    named = next((each.named for each in found if each.tag in "Fr"), None)
    field_, how = (named.field if named else None), found[0]
    if found[-1].tag == "r" and field_ and not field_.is_id:
        return Metric(None, "COUNT")
    inner = next((each for each in found[1:] if each.tag in "AT"), None)
    if field_ is None:
        return Metric(None, "COUNT")
    if how.tag in "AT" or inner:
        said = inner or how
        return Metric(field_, _aggregation(said, field_))
    return Metric(field_, _count(how.means, field_))


def _aggregation(said: Item, field_: TopicField) -> str:
    """A "total" sums what can be summed and counts the rest; the oldest date is the first one."""
    if said.means == "TOTAL":
        return "SUM" if field_.measure else "COUNT"
    how = _EXTREMES.get(said.means, said.means)
    if field_.kind == "date" and said.text.lower() in ("oldest", "youngest"):
        return "MIN" if said.text.lower() == "oldest" else "MAX"
    return how


def _count(how: str, field_: TopicField) -> str:
    """ "Number of page views" is their sum, "number of schools" counts them."""
    additive = field_.measure and field_.aggregation == "SUM"
    if how == "TOTAL":
        return "SUM" if additive else "COUNT"
    if how == "MANY":
        return "SUM" if additive else _count("COUNT", field_)
    if how == "COUNT" and additive:
        return ""
    if how == "COUNT" and field_.aggregation == "DISTINCT_COUNT":
        return "DISTINCT_COUNT"
    return how


def counted_rows(noun: TopicField | None) -> Metric:
    """ "Students by school": how many of them."""
    if noun is None or not noun.is_id:
        return Metric(None, "COUNT")
    return Metric(noun, _count("COUNT", noun))


def of_rows(noun: TopicField | None, loose: Sequence[str], topic: Topic) -> Metric | None:
    """ "Payments by month" counts them; "average payment" is of the one amount that they have."""
    how = next((each for each in loose if each not in ("SUM", "TOTAL")), None)
    if not how:
        return counted_rows(noun or _row_id(topic))
    amounts = [each for each in topic.fields if each.measure and _is_money(each)]
    return Metric(amounts[0], how) if len(amounts) == 1 else None


def _is_money(field_: TopicField) -> bool:
    return (field_.record.get("SemanticType") or {}).get("TypeName") == "Currency"


def unique(items: Sequence[Item]) -> TopicField | None:
    """ "Unique students by month" counts them."""
    if len(items) < 2 or items[0].means != "UNIQUE" or items[1].tag not in "Fr":
        return None
    named = items[1].named
    return named.field if named else None


def _row_id(topic: Topic) -> TopicField | None:
    return next((each for each in topic.fields if each.is_id), None)

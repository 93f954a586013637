"""Conditions on numbers: "taller than 180", "at least 3 kids", "between 10 and 20"."""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.quicksight.questions.found import Found, field_of, inverse_of, one_of
from labkit.cloud.quicksight.questions.reading import Condition
from labkit.cloud.quicksight.questions.spoken import spoken_of
from labkit.cloud.quicksight.questions.times import YEARS
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.value_conditions import is_number, literal


def between(found: Found, topic: Topic) -> list[Condition] | None:
    field, numbers = field_of(found), [each.means for each in found if each.tag == "N"]
    if not field or field.kind != "number" or (topic.date and _are_years(field, found)):
        return None
    return [Condition(field, "between", tuple(numbers), inverse_of(found))]


def compare(found: Found, topic: Topic) -> list[Condition] | None:
    field, sign = field_of(found) or _implied(found, topic), one_of(found, "O")
    value = literal(found)
    if not field or not sign or value is None or not _may_be(field, found, value):
        return None
    if sign.means in ("=", "!="):
        return [Condition(field, "=", (value,), inverse_of(found))]
    if field.kind != "number" or not is_number(value):
        return None
    sign_means = _OPPOSITE[sign.means] if one_of(found, "n") else sign.means
    return [Condition(field, sign_means, (value,))]


def compare_before(found: Found, topic: Topic) -> list[Condition] | None:
    """ "The amount of donations above 100": of the number that was named last."""
    return None if _implied(found, topic) else compare(found, topic)


def compare_said_twice(found: Found, topic: Topic) -> list[Condition] | None:
    """ "That carried more than 500 passengers": two words of one name."""
    return compare(found, topic) if field_of(found) is field_of(found[-1:]) else None


def compare_twice(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Who earn more than 8000 and less than 12000": both of one field."""
    *_, sign, value = found
    one, other = (compare(each, topic) for each in (found, [found[0], sign, value]))
    or_ = one_of(found, "|") is not None
    return [*one, replace(other[0], joined="or" if or_ else "and")] if one and other else None


def counted(found: Found, topic: Topic) -> list[Condition] | None:
    """ "With more than 100 students": the number of rows of a group."""
    noun = found[-1].named
    made = compare([replace(found[-1], tag="F"), *found[:-1]], topic)
    return (
        [replace(each, aggregation=noun.field.aggregation) for each in made or ()] or None
        if noun and noun.field and noun.field.is_id
        else None
    )


def having(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Courses with more than 500 page views": a group's own number."""
    field = field_of(found)
    if not field or not field.measure:
        return None
    return [
        replace(each, aggregation=field.aggregation) for each in compare(found, topic) or ()
    ] or None


def _are_years(field: TopicField, found: Found) -> bool:
    """ "Admitted between 2017 and 2019", where the field only says whether."""
    numbers = [each.means for each in found if each.tag == "N"]
    done = one_of(found, "F")
    return all(each.isdigit() and int(each) in YEARS for each in numbers) and (
        done is not None and done.text.lower().endswith("ed") and not field.is_id
    )


def _may_be(field: TopicField, found: Found, value: str) -> bool:
    """Whether the field can have the value: a number no text, none what another field has."""
    own = one_of(found, "V")
    if own and own.named and own.named.field is not field:
        return False
    return field.kind != "number" or is_number(value)


def _implied(found: Found, topic: Topic) -> TopicField | None:
    """ "Older than 18" speaks of an age."""
    sign = one_of(found, "O")
    return spoken_of(sign.text, topic) if sign else None


_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}

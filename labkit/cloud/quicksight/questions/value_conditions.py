"""Conditions that name a value: "whose school is Science", "without a state"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from labkit.cloud.quicksight.questions.found import Found, field_of, inverse_of, one_of
from labkit.cloud.quicksight.questions.reading import Condition
from labkit.cloud.quicksight.questions.times import bounds
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.words import name_words, stem


def absent(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Students without a home state", "workers who do not have a boss"."""
    field, without, verb = field_of(found), one_of(found, "n", "O"), one_of(found, "i")
    said = without is not None and without.text.lower() in ("no", "without")
    said = said or (verb is not None and verb.text.lower() in ("have", "has", "had"))
    said = said and field is not topic.key
    return [Condition(field, "null")] if field and said and not _holds_numbers(field) else None


def _holds_numbers(field: TopicField) -> bool:
    """Whether it holds amounts or flags, of which "without" may mean zero."""
    flagged = (field.record.get("SemanticType") or {}).get("TruthyCellValue")
    return bool(flagged) or (field.measure and not field.is_id)


def flag(found: Found, topic: Topic) -> list[Condition] | None:
    """ "First generation students": those of whom a yes-or-no field is true."""
    field, sign = field_of(found), one_of(found, "O")
    if sign and sign.means != "!=":
        return None
    semantic = (field.record.get("SemanticType") or {}) if field else {}
    truth = semantic.get("TruthyCellValue")
    return [Condition(field, "=", (truth,), inverse_of(found))] if field and truth else None


def flag_of_rows(found: Found, topic: Topic) -> list[Condition] | None:
    """The same where the field's own name ends with what the rows are called."""
    last = found[-1].text.split()[-1:]
    own = {*name_words(topic.name), *name_words(topic.data_set_name)}
    return flag(found, topic) if {*name_words(" ".join(last))} & own else None


def equal(found: Found, topic: Topic) -> list[Condition] | None:
    field, value = field_of(found), literal(found)
    if not field or value is None or field.kind == "date":
        return None
    if field.kind == "number" and not is_number(value):
        return None
    return [Condition(field, "=", (value,), inverse_of(found))]


def one_of_several(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Whose language is either French or German"."""
    field, values = field_of(found), [each for each in found if each.tag in "SW"]
    names = all(each.tag == "S" or each.text[0].isupper() for each in values)
    if not field or field.kind != "text" or not names:
        return None
    return _any_of(field, values, inverse=inverse_of(found))


def _any_of(field: TopicField, values: Found, *, inverse: bool) -> list[Condition]:
    first, *rest = [Condition(field, "=", (each.means,), inverse) for each in values]
    return [first, *(replace(each, joined="and" if inverse else "or") for each in rest)]


def one_of_numbers(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Born in 1948 or 1949"."""
    field, numbers = field_of(found), [each.means for each in found if each.tag == "N"]
    if not field or field.kind != "number" or not one_of(found, "|"):
        return None
    first, *rest = [Condition(field, "=", (each,)) for each in numbers]
    return [first, *(replace(each, joined="or") for each in rest)]


def number_equal(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Students in grade 4": of what is not summed; "sales 2020" are those of the year."""
    field, value = field_of(found), literal(found)
    if not field or field.kind != "number" or not field.measure or value is None:
        return None
    return None if field.aggregation == "SUM" else [Condition(field, "=", (value,))]


def with_number(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Reservations with 2 kids"."""
    field, value = field_of(found), literal(found)
    said = found[0].text.lower() in ("with", "having")
    if not said or not field or not field.measure or value is None:
        return None
    return [Condition(field, "=", (value,))]


def called(found: Found, topic: Topic) -> list[Condition] | None:
    """ "That do not have ward Beta", 'directed by "Ang Lee"': a name of the field's own."""
    field, value = field_of(found), one_of(found, "S", "W")
    named = value and (value.tag == "S" or value.text[0].isupper())
    if not field or field.kind != "text" or not value or not named:
        return None
    return [Condition(field, "=", (value.means,), inverse_of(found))]


def in_name(found: Found, topic: Topic) -> list[Condition] | None:
    """'Donors with "Smith" in their names'."""
    with_, value, name = found
    field, said = field_of(found), {*name_words(name.text)} <= _NAMES
    if not field or not said or with_.text.lower() not in ("with", "having", "whose"):
        return None
    return [Condition(field, "CONTAINS", (value.means,))]


def in_place(found: Found, topic: Topic) -> list[Condition] | None:
    """ "From Kenya": of the one field that holds places, cities rather than buildings."""
    values = [each for each in found if each.tag in "SW"]
    texts = [each for each in topic.fields if each.kind == "text" and not each.is_id]
    tiers = ([each for each in texts if {*name_words(each.name)} & tier] for tier in _PLACES)
    places = next(filter(None, tiers), [])
    sign = one_of(found, "O")
    named = all(each.tag == "S" or each.text[0].isupper() for each in values)
    if not values[0].after or not named or len(places) != 1 or (sign and sign.means != "!="):
        return None
    return _any_of(places[0], values, inverse=inverse_of(found))


def of_kind(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Companies in the banking industry"."""
    value, field = found[0], field_of(found)
    if not field or field.kind != "text" or not value.after:
        return None
    return [Condition(field, "=", (value.means,))]


def all_except(found: Found, topic: Topic) -> list[Condition] | None:
    """ "In each country, excluding Nepal": of the field that was named last."""
    field, sign, value = field_of(found), one_of(found, "O"), literal(found)
    if not field or field.kind != "text" or not sign or value is None or sign.means != "!=":
        return None
    return [Condition(field, "=", (value,), True)]


def year_equal(found: Found, topic: Topic) -> list[Condition] | None:
    field, value = field_of(found), literal(found)
    if not field or field.measure or value is None or field.kind == "date":
        return None
    return [Condition(field, "=", (value,), inverse_of(found))]


def text_like(found: Found, topic: Topic) -> list[Condition] | None:
    field, how = field_of(found), one_of(found, "c")
    texts = [each.means for each in found if each.tag in ("S", "W", "N", "A")]
    texts += [each.text for each in found if each.tag == "V"]
    if not field or not how or not texts or field.kind not in ("text",):
        return None
    made = [Condition(field, how.means, (each,), inverse_of(found)) for each in texts]
    joined: Literal["and", "or"] = "or" if one_of(found, "|") else "and"
    return [made[0], *(replace(each, joined=joined) for each in made[1:])]


def of_value(found: Found, topic: Topic) -> list[Condition] | None:
    """Cell values: those of one field are its list."""
    values = [each for each in found if each.tag == "V"]
    field = values[0].named.field if values[0].named else None
    same = all(each.named and each.named.field == field for each in values)
    if not field or not same:
        return None
    return [Condition(field, "=", tuple(each.means for each in values), inverse_of(found))]


def field_value(found: Found, topic: Topic) -> list[Condition] | None:
    """ "School is Engineering": the field is said beside its value."""
    made = of_value(found, topic)
    return made if made and made[0].field == field_of(found) else None


def literal(found: Found) -> str | None:
    said = one_of(found, "N", "S", "V", "W", "M", "A", "T")
    return bounds(said)[0] if said and said.tag == "M" else said.means if said else None


def is_number(value: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", value))


_PLACES = tuple(
    frozenset(map(stem, each.split()))
    for each in (
        """city town village county state province region district country nation nationality
        continent hometown location neighborhood""",
        "campus station park port building stadium venue",
    )
)
_NAMES = {stem(each) for each in ("name", "title")}

"""What a question asks of the rows: "whose salary is between 8000 and 12000 or ...".

Each rule is a wording, as a regular expression over the items' tags, and what it means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from labkit.cloud.quicksight.questions.date_conditions import (
    in_moving,
    in_range,
    in_years,
    on_date,
    on_weekdays,
)
from labkit.cloud.quicksight.questions.found import Found, field_of, inverse_of, one_of
from labkit.cloud.quicksight.questions.reading import Condition
from labkit.cloud.quicksight.questions.rules import Items
from labkit.cloud.quicksight.questions.tagging import Item
from labkit.cloud.quicksight.questions.times import bounds
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.words import name_words, stem

Make = Callable[[Found, Topic], Sequence[Condition] | None]


def take_conditions(items: Items, topic: Topic) -> tuple[tuple[Condition, ...], Items]:
    """The conditions of a question, in its order, and the rest of it."""
    places: list[tuple[int, Sequence[Condition]]] = []
    for rule, make in RULES:
        start = 0
        while match := re.compile(rule).search(_tags(items), start):
            made = make(items[match.start() : match.end()], topic)
            start = match.start() + 1
            if made is not None:
                mark = Item("~" if _is_adjective(items, match) else "#", "", "")
                first, end = match.span("used" if "used" in match.groupdict() else 0)
                items = [*items[:first], *[mark] * (end - first), *items[end:]]
                places.append((first, made))
    places.sort(key=lambda each: each[0])
    return _joined(places, items), _rest(items)


def _is_adjective(items: Found, match: re.Match[str]) -> bool:
    """Whether a condition is a word before what it tells of: "female students"."""
    return match.group() == "V" and _tags(items[match.end() : match.end() + 1]) in ("r", "F", "V")


def _tags(items: Found) -> str:
    return "".join(each.tag for each in items)


def _joined(
    places: Sequence[tuple[int, Sequence[Condition]]], items: Items
) -> tuple[Condition, ...]:
    """Conditions with the word between them: "or" only where it is said."""
    found: list[Condition] = []
    for start, made in places:
        before = _tags(items[:start]).rstrip("wi")
        or_ = bool(found) and before.endswith(("#|", "~|"))
        head = replace(made[0], joined="or") if or_ else made[0]
        found += [head, *made[1:]]
    return tuple(found)


def _rest(items: Items) -> Items:
    """What the conditions leave: one pause in the place of each."""
    items = [each for each in items if each.tag != "~"]
    text = _tags(items)
    used = re.compile(r"w?i?#+(?:[&|]w?i?#+)*")
    rest: Items = []
    at = 0
    for match in used.finditer(text):
        rest += [*items[at : match.start()], Item(",", "stop", "")]
        at = match.end()
    return [*rest, *items[at:]]


def _between(found: Found, topic: Topic) -> list[Condition] | None:
    field, numbers = field_of(found), [each.means for each in found if each.tag == "N"]
    if not field or field.kind != "number":
        return None
    return [Condition(field, "between", tuple(numbers), inverse_of(found))]


def _null(found: Found, topic: Topic) -> list[Condition] | None:
    field = field_of(found)
    return [Condition(field, "null", (), inverse_of(found))] if field else None


def _compare(found: Found, topic: Topic) -> list[Condition] | None:
    field, sign = field_of(found) or _implied(found, topic), one_of(found, "O")
    value = _literal(found)
    if not field or not sign or value is None or not _may_be(field, found, value):
        return None
    if sign.means in ("=", "!="):
        return [Condition(field, "=", (value,), inverse_of(found))]
    if field.kind != "number" or not _is_number(value):
        return None
    sign_means = _OPPOSITE[sign.means] if one_of(found, "n") else sign.means
    return [Condition(field, sign_means, (value,))]


def _compare_twice(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Who earn more than 8000 and less than 12000": both of one field."""
    *_, sign, value = found
    one, other = (_compare(each, topic) for each in (found, [found[0], sign, value]))
    or_ = one_of(found, "|") is not None
    return [*one, replace(other[0], joined="or" if or_ else "and")] if one and other else None


def _may_be(field: TopicField, found: Found, value: str) -> bool:
    """Whether the field can have the value: a number no text, none what another field has."""
    own = one_of(found, "V")
    if own and own.named and own.named.field is not field:
        return False
    return field.kind != "number" or _is_number(value)


def _absent(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Students without a home state"."""
    field, without = field_of(found), one_of(found, "n", "O")
    said = without is not None and without.text.lower() in ("no", "without")
    return [Condition(field, "null")] if field and said and not field.is_id else None


def _counted(found: Found, topic: Topic) -> list[Condition] | None:
    """ "With more than 100 students": the number of rows of a group."""
    noun = found[-1].named
    made = _compare([replace(found[-1], tag="F"), *found[:-1]], topic)
    return (
        [replace(each, aggregation=noun.field.aggregation) for each in made or ()] or None
        if noun and noun.field and noun.field.is_id
        else None
    )


def _having(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Courses with more than 500 page views": a group's own number."""
    field = field_of(found)
    if not field or not field.measure:
        return None
    return [
        replace(each, aggregation=field.aggregation) for each in _compare(found, topic) or ()
    ] or None


def _flag(found: Found, topic: Topic) -> list[Condition] | None:
    """ "First generation students": those of whom a yes-or-no field is true."""
    field = field_of(found)
    semantic = (field.record.get("SemanticType") or {}) if field else {}
    truth = semantic.get("TruthyCellValue")
    return [Condition(field, "=", (truth,), inverse_of(found))] if field and truth else None


def _flag_of_rows(found: Found, topic: Topic) -> list[Condition] | None:
    """The same where the field's own name ends with what the rows are called."""
    last = found[-1].text.split()[-1:]
    own = {*name_words(topic.name), *name_words(topic.data_set_name)}
    return _flag(found, topic) if {*name_words(" ".join(last))} & own else None


def _implied(found: Found, topic: Topic) -> TopicField | None:
    """ "Older than 18" speaks of an age."""
    sign = one_of(found, "O")
    spoken = _SPEAKS_OF.get(sign.text.lower().split()[0]) if sign else None
    word = stem(spoken) if spoken else None
    named = (each for each in topic.fields if each.kind == "number")
    return next((f for f in named if word in {w for n in f.names for w in name_words(n)}), None)


def _equal(found: Found, topic: Topic) -> list[Condition] | None:
    field, value = field_of(found), _literal(found)
    if not field or value is None or (field.kind == "number" and not _is_number(value)):
        return None
    return [Condition(field, "=", (value,), inverse_of(found))]


def _one_of_several(found: Found, topic: Topic) -> list[Condition] | None:
    """ "Whose language is either French or German"."""
    field, inverse = field_of(found), inverse_of(found)
    values = [each.means for each in found if each.tag in "SW"]
    names = all(each.tag == "S" or each.text[0].isupper() for each in found if each.tag in "SW")
    if not field or field.kind != "text" or not names:
        return None
    first, *rest = [Condition(field, "=", (each,), inverse) for each in values]
    return [first, *(replace(each, joined="and" if inverse else "or") for each in rest)]


def _called(found: Found, topic: Topic) -> list[Condition] | None:
    """ "That do not have ward Beta", 'directed by "Ang Lee"': a name of the field's own."""
    field, value = field_of(found), one_of(found, "S", "W")
    named = value and (value.tag == "S" or value.text[0].isupper())
    if not field or field.kind != "text" or not value or not named:
        return None
    return [Condition(field, "=", (value.means,), inverse_of(found))]


def _except(found: Found, topic: Topic) -> list[Condition] | None:
    """ "In each country, excluding Nepal": of the field that was named last."""
    field, sign, value = field_of(found), one_of(found, "O"), _literal(found)
    if not field or field.kind != "text" or not sign or value is None or sign.means != "!=":
        return None
    return [Condition(field, "=", (value,), True)]


def _year_equal(found: Found, topic: Topic) -> list[Condition] | None:
    field, value = field_of(found), _literal(found)
    if not field or field.measure or value is None or field.kind == "date":
        return None
    return [Condition(field, "=", (value,), inverse_of(found))]


def _text_like(found: Found, topic: Topic) -> list[Condition] | None:
    field, how = field_of(found), one_of(found, "c")
    texts = [each.means for each in found if each.tag in ("S", "W", "N", "A")]
    if not field or not how or not texts or field.kind not in ("text",):
        return None
    made = [Condition(field, how.means, (each,), inverse_of(found)) for each in texts]
    joined: Literal["and", "or"] = "or" if one_of(found, "|") else "and"
    return [made[0], *(replace(each, joined=joined) for each in made[1:])]


def _value(found: Found, topic: Topic) -> list[Condition] | None:
    """Cell values: those of one field are its list."""
    values = [each for each in found if each.tag == "V"]
    field = values[0].named.field if values[0].named else None
    same = all(each.named and each.named.field == field for each in values)
    if not field or not same:
        return None
    return [Condition(field, "=", tuple(each.means for each in values), inverse_of(found))]


def _field_value(found: Found, topic: Topic) -> list[Condition] | None:
    """ "School is Engineering": the field is said beside its value."""
    made = _value(found, topic)
    return made if made and made[0].field == field_of(found) else None


def _literal(found: Found) -> str | None:
    said = one_of(found, "N", "S", "V", "W", "M", "A", "T")
    return bounds(said)[0] if said and said.tag == "M" else said.means if said else None


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", value))


_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_SPEAKS_OF = {"older": "age", "younger": "age", "taller": "height", "heavier": "weight"}
_IS = "[iw]*"
VALUES = "V(?:[|&,v]+V)*"
RULES: tuple[tuple[str, Make], ...] = (
    (rf"F{_IS}n?{_IS}bN&N", _between),
    (r"bN&NF", _between),
    (rf"F{_IS}n?[bG]?[MN][&B-]?D?M", in_range),
    (r"n?b[MN]&[MN]", in_range),
    (r"b?[MN]D[MN]", in_range),
    (rf"F{_IS}D[MN]", on_date),
    (rf"F{_IS}DN", in_years),
    (r"D[MN]", on_date),
    (r"DN", in_years),
    (rf"F{_IS}n?{_IS}P", in_moving),
    (r"n?P", in_moving),
    (rf"F{_IS}n?z", _null),
    (r"n?zF", _null),
    (r"(?<=[BE])F,?&?(?P<used>O[SW])", _except),
    (r"(?<=F)w?ONF", _having),
    (rf"F{_IS}n?O[MN][&|,]+{_IS}O[MN]", _compare_twice),
    (rf"F{_IS}n?O[MN]", _compare),
    (r"n?ONC?r", _counted),
    (r"n?ONF", _compare),
    (r"n?ON", _compare),
    (rf"F{_IS}NO", _compare),
    (r"NOF", _compare),
    (r"NO", in_years),
    (rf"F{_IS}n?O(?:[SWV])", _compare),
    (rf"(?:^|h)F(?P<used>{_IS}n?{_IS}c+[SWNA])", _text_like),
    (rf"n?{_IS}c+[SWNA](?:[|&][SWNA])*F", _text_like),
    (rf"F{_IS}n?{_IS}c+[SWNA](?:[|&][SWNA])*", _text_like),
    (rf"F{_IS}n?{_IS}[SW](?:[|&,]+n?[SW])+", _one_of_several),
    (rf"F{_IS}in?[NS]", _equal),
    (r"[nO]?SF", _called),
    (r"FBS", _called),
    (rf"n{_IS}F[SW]", _called),
    (r"F,?&?(?P<used>O[SW])", _except),
    (r"nFN", _equal),
    (r"FS", _equal),
    (rf"wF{_IS}in?W", _equal),
    (rf"F{_IS}in?{VALUES}", _field_value),
    (rf"[nO]?b?{VALUES}", _value),
    (r"FN(?!T)", _year_equal),
    (r"n?F(?=r)", _flag),
    (r"(?<![BEACT&])n?F", _flag_of_rows),
    (r"C(?P<used>F)(?![OMN])", _flag_of_rows),
    (rf"(?<=r){_IS}[nO]F", _absent),
    (r"(?<=,w)n?F(?=[,&]|$)", _flag),
    (rf"(?<=r){_IS}n?F", _flag),
    (rf"F{_IS}n?[MN]", on_date),
    (r"n?M", on_date),
    (r"n?H(?:[|&,]H)*", on_weekdays),
    (r"(?<![TGDO])N", on_date),
)

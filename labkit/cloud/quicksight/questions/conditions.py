"""What a question asks of the rows: "whose salary is between 8000 and 12000 or ...".

Each rule is a wording, as a regular expression over the items' tags, and what it means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from labkit.cloud.quicksight.questions.date_conditions import (
    in_moving,
    in_range,
    in_years,
    on_date,
    on_weekdays,
)
from labkit.cloud.quicksight.questions.found import Found, field_of, inverse_of, one_of
from labkit.cloud.quicksight.questions.items import Item
from labkit.cloud.quicksight.questions.reading import Condition
from labkit.cloud.quicksight.questions.rules import Items
from labkit.cloud.quicksight.questions.spoken import spoken_of
from labkit.cloud.quicksight.questions.topic import Topic, TopicField
from labkit.cloud.quicksight.questions.value_conditions import (
    absent,
    all_except,
    called,
    equal,
    field_value,
    flag,
    flag_of_rows,
    is_number,
    literal,
    number_equal,
    of_value,
    one_of_numbers,
    one_of_several,
    text_like,
    with_number,
    year_equal,
)

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
    value = literal(found)
    if not field or not sign or value is None or not _may_be(field, found, value):
        return None
    if sign.means in ("=", "!="):
        return [Condition(field, "=", (value,), inverse_of(found))]
    if field.kind != "number" or not is_number(value):
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
    return field.kind != "number" or is_number(value)


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


def _implied(found: Found, topic: Topic) -> TopicField | None:
    """ "Older than 18" speaks of an age."""
    sign = one_of(found, "O")
    return spoken_of(sign.text, topic) if sign else None


_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_IS = "[iw]*"
VALUES = "V(?:[|&,v]+V)*"
RULES: tuple[tuple[str, Make], ...] = (
    (rf"F{_IS}n?{_IS}bN&N", _between),
    (r"bN&NF", _between),
    (rf"F{_IS}n?[bG]?[MN][&B-]?D?M", in_range),
    (r"n?b[MN]&[MN]", in_range),
    (r"b?[MN]D[MN]", in_range),
    (rf"F{_IS}DN", in_years),
    (rf"F{_IS}D[MN]", on_date),
    (r"D[MN]", on_date),
    (r"DN", in_years),
    (rf"F{_IS}n?{_IS}P", in_moving),
    (r"n?P", in_moving),
    (rf"F{_IS}n?z", _null),
    (r"n?zF", _null),
    (r"(?<=[BE])F,?&?(?P<used>O[SW])", all_except),
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
    (rf"(?:^|h)F(?P<used>{_IS}n?{_IS}c+[SWNA])", text_like),
    (rf"n?{_IS}c+[SWNA](?:[|&][SWNA])*F", text_like),
    (rf"F{_IS}n?{_IS}c+[SWNA](?:[|&][SWNA])*", text_like),
    (rf"F{_IS}n?{_IS}[SW](?:[|&,]+n?[SW])+", one_of_several),
    (rf"F{_IS}N(?:[|,]+N)+", one_of_numbers),
    (rf"F{_IS}in?[NS]", equal),
    (r"[nO]?SF", called),
    (r"FBS", called),
    (rf"n{_IS}F[SW]", called),
    (r"F,?&?(?P<used>O[SW])", all_except),
    (r"nFN", equal),
    (r"OFS", equal),
    (r"(?<![BE])FS", equal),
    (rf"wF{_IS}in?W", equal),
    (rf"F{_IS}in?{VALUES}", field_value),
    (rf"[nO]?b?{VALUES}", of_value),
    (r"wNF", with_number),
    (r"(?<![ACTBEs])FN(?![TOR])", number_equal),
    (r"FN(?!T)", year_equal),
    (r"n?F(?=r)", flag),
    (r"(?<![BEACT&])n?F", flag_of_rows),
    (r"C(?P<used>F)(?![OMN])", flag_of_rows),
    (rf"(?<=r){_IS}[nO]F", absent),
    (r"(?<=,w)n?F(?=[,&]|$)", flag),
    (rf"(?<=r){_IS}n?F", flag),
    (rf"F{_IS}n?[MN]", on_date),
    (r"n?M", on_date),
    (r"n?H(?:[|&,]H)*", on_weekdays),
    (r"(?<![TGDO])N", on_date),
)

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
from labkit.cloud.quicksight.questions.found import Found, field_of, inverse_of
from labkit.cloud.quicksight.questions.items import Item, tags
from labkit.cloud.quicksight.questions.number_conditions import (
    between,
    compare,
    compare_before,
    compare_said_twice,
    compare_twice,
    counted,
    having,
)
from labkit.cloud.quicksight.questions.reading import Condition
from labkit.cloud.quicksight.questions.rules import Items
from labkit.cloud.quicksight.questions.topic import Topic
from labkit.cloud.quicksight.questions.value_conditions import (
    absent,
    all_except,
    called,
    equal,
    field_value,
    flag,
    flag_of_rows,
    in_name,
    in_place,
    number_equal,
    of_kind,
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
        while match := re.compile(rule).search(tags(items), start):
            made = make(items[match.start() : match.end()], topic)
            start = match.start() + 1
            if made is not None:
                mark = Item("~" if _is_adjective(items, match) else "#", "", "")
                first, end = _span(match, items)
                items = [*items[:first], *[mark] * (end - first), *items[end:]]
                places.append((first, made))
    places.sort(key=lambda each: each[0])
    return _joined(places, items), _rest(items)


def _span(match: re.Match[str], items: Items) -> tuple[int, int]:
    """What a rule uses up: not the field of "rent for each landlord who is not Miller"."""
    first, end = match.span("used" if "used" in match.groupdict() else 0)
    if _GROUPED.match(tags(items), max(first - 1, 0)):
        first += 1
    return first, end


def _is_adjective(items: Found, match: re.Match[str]) -> bool:
    """Whether a condition is a word before what it tells of: "female students"."""
    return match.group() == "V" and tags(items[match.end() : match.end() + 1]) in ("r", "F", "V")


def _joined(
    places: Sequence[tuple[int, Sequence[Condition]]], items: Items
) -> tuple[Condition, ...]:
    """Conditions with the word between them: "or" only where it is said."""
    found: list[Condition] = []
    for start, made in places:
        before = tags(items[:start]).rstrip("wirC")
        or_ = bool(found) and before.endswith(("#|", "~|"))
        head = replace(made[0], joined="or") if or_ else made[0]
        found += [head, *made[1:]]
    return tuple(found)


def _rest(items: Items) -> Items:
    """What the conditions leave: one pause in the place of each."""
    items = [each for each in items if each.tag != "~"]
    text = tags(items)
    used = re.compile(r"w?i?#+(?:[&|]w?i?#+)*")
    rest: Items = []
    at = 0
    for match in used.finditer(text):
        rest += [*items[at : match.start()], Item(",", "stop", "")]
        at = match.end()
    return [*rest, *items[at:]]


def _null(found: Found, topic: Topic) -> list[Condition] | None:
    field = field_of(found)
    return [Condition(field, "null", (), inverse_of(found))] if field else None


_IS = "[iw]*"
_GROUPED = re.compile(r"[BE]F[iwnOD]")
VALUES = "V(?:[|&,v]+V)*"
RULES: tuple[tuple[str, Make], ...] = (
    (rf"F{_IS}n?{_IS}bN&N", between),
    (r"bN&NF", between),
    (rf"F{_IS}n?[bG]?[MN][&B-]?D?M", in_range),
    (r"n?b[MN]&[MN]", in_range),
    (r"b?[MN]D[MN]", in_range),
    (rf"F{_IS}DN", in_years),
    (rf"F{_IS}D[MN]", on_date),
    (r"D[MN]", on_date),
    (r"DN", in_years),
    (rf"F{_IS}n?{_IS}P", in_moving),
    (r"n?P", in_moving),
    (rf"F{_IS}n?{_IS}z", _null),
    (rf"n?{_IS}zF", _null),
    (r"O[SW](?:[|&,]+[SW])*", in_place),
    (r"(?<=[BE])F,?&?(?P<used>O[SW])", all_except),
    (rf"F{_IS}n?ONF", compare_said_twice),
    (r"(?<=F)w?ONF", having),
    (rf"F{_IS}n?O[MN][&|,]+{_IS}O[MN]", compare_twice),
    (rf"F{_IS}n?O[MN]", compare),
    (r"n?ONC?r", counted),
    (r"n?ONF", compare),
    (rf"Fr?(?P<used>{_IS}n?ON)", compare_before),
    (r"n?ON", compare),
    (rf"F{_IS}NO", compare),
    (r"NOF", compare),
    (r"NO", in_years),
    (rf"F{_IS}n?O(?:[SWV])", compare),
    (rf"(?:^|h)F(?P<used>{_IS}n?{_IS}c+[SWNAV])", text_like),
    (rf"n?{_IS}c+[SWNA](?:[|&][SWNA])*F", text_like),
    (rf"F{_IS}n?{_IS}c+[SWNAV](?:[|&][SWNAV])*", text_like),
    (rf"F{_IS}n?{_IS}[SW](?:[|&,]+n?[SW])+", one_of_several),
    (rf"F{_IS}N(?:[|,]+N)+", one_of_numbers),
    (rf"F{_IS}in?[NS]", equal),
    (r"wSF", in_name),
    (r"[nO]?SF", called),
    (r"FBS", called),
    (rf"n{_IS}F[SW]", called),
    (r"F,?&?(?P<used>O[SW])", all_except),
    (r"nFN", equal),
    (r"OFS", equal),
    (r"(?:(?<!E)|B)FS", equal),
    (rf"wF{_IS}in?W", equal),
    (rf"F{_IS}in?{VALUES}", field_value),
    (rf"[nO]?b?{VALUES}", of_value),
    (r"wNF", with_number),
    (r"(?<![ACTBEs])FN(?![TOR])", number_equal),
    (r"FN(?!T)", year_equal),
    (r"[nO]?F(?=r)", flag),
    (r"(?<![BEACT&])n?F", flag_of_rows),
    (r"C(?P<used>F)(?![OMN])", flag_of_rows),
    (rf"(?<=r){_IS}[nO]{_IS}F", absent),
    (r"(?<=,w)n?F(?=[,&]|$)", flag),
    (rf"(?<=r){_IS}n?F", flag),
    (r"WF", of_kind),
    (rf"[nO]?{_IS}b?[SW](?:[|&,]+[SW])*", in_place),
    (rf"F{_IS}n?[MN]", on_date),
    (r"n?M", on_date),
    (r"n?H(?:[|&,]H)*", on_weekdays),
    (r"(?<![TGDO])N", on_date),
)

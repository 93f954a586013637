"""Times in a question: "in October 2020", "since 2021", "last 7 days", "on Mondays".

A span of time becomes one item ``M`` whose meaning is ``first/after``, the first moment and the
first one after it; what moves with the clock becomes ``P``: ``LAST:DAY:7``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence

from labkit.cloud.quicksight.questions.items import Item, text_of
from labkit.cloud.quicksight.questions.rules import Items, first

YEARS = range(1900, 2101)


def with_times(items: Sequence[Item], today: dt.date) -> Items:
    """The items with spans of time as one item each."""
    items = [_dated(each) for each in items]
    for rule, make in RULES:
        at = first(rule, items)
        while at:
            new = make(items[at.start() : at.end()], today)
            kept = items[at.start() : at.end()] if new is None else [new]
            items = [*items[: at.start()], *kept, *items[at.end() :]]
            at = None if new is None else first(rule, items)
    return items


def bounds(item: Item) -> tuple[str, str]:
    """The first moment of a span, and the first one after it."""
    start, _, end = item.means.partition("/")
    return start, end


def _dated(item: Item) -> Item:
    """A written date is the span of its day."""
    if item.tag != "M":
        return item
    day = dt.date.fromisoformat(item.means)
    return _span(day, day + dt.timedelta(days=1), item.text)


def _span(start: dt.date, end: dt.date, text: str) -> Item:
    return Item("M", f"{start.isoformat()}/{end.isoformat()}", text)


def _month_year(found: Sequence[Item], today: dt.date) -> Item | None:
    year = _year(found[-1])
    return _month(found[0], year, text_of(found)) if year else None


def _month_day_year(found: Sequence[Item], today: dt.date) -> Item | None:
    year, day = _year(found[-1]), int(float(found[1].means))
    if not year or not 1 <= day <= 31:
        return None
    start = dt.date(year, int(found[0].means), min(day, 28)) + dt.timedelta(days=max(day - 28, 0))
    return _span(start, start + dt.timedelta(days=1), text_of(found))


def _month_alone(found: Sequence[Item], today: dt.date) -> Item | None:
    """The latest month of that name that has begun."""
    month = int(found[0].means)
    if found[0].text == "may":
        return None
    return _month(found[0], today.year - (month > today.month), text_of(found))


def _months(found: Sequence[Item], today: dt.date) -> Item | None:
    """ "From October to December 2020": all months from the one to the other."""
    months = [at for at, each in enumerate(found) if each.tag == "J"]
    if any(each.tag == "B" and each.text.lower() not in _THROUGH for each in found):
        return None
    first_, last = (found[at] for at in months)
    years = [each for each in found if each.tag == "N"]
    if any(_year(each) is None for each in years):
        return None
    end = _year(years[-1]) if found[-1].tag == "N" else None
    end = end or today.year - (int(first_.means) > today.month)
    early = int(first_.means) <= int(last.means)
    if found[-1].tag != "N" and not early:
        end += 1
    start = _year(years[0]) if len(years) == 2 else end - (not early)
    assert start
    span = dt.date(start, int(first_.means), 1), _next_month(dt.date(end, int(last.means), 1))
    return _span(*span, text_of(found)) if span[0] < span[1] else None


def _years(found: Sequence[Item], today: dt.date) -> Item | None:
    """ "From 2018 to 2021": those between, too."""
    one, other = (_year(each) for each in found if each.tag == "N")
    if not one or not other or one >= other:
        return None
    return _span(dt.date(one, 1, 1), dt.date(other + 1, 1, 1), text_of(found))


def _weekdays(found: Sequence[Item], today: dt.date) -> Item | None:
    """ "From Monday to Friday": the days between, too."""
    one, other = (each.means for each in found if each.tag == "H")
    if "," in one + other or any(each.text.lower() in ("by", "per") for each in found):
        return None
    days = [*_WEEK, *_WEEK][_WEEK.index(one) :]
    return Item("H", ",".join(days[: days.index(other) + 1]), text_of(found))


def _quarter_year(found: Sequence[Item], today: dt.date) -> Item | None:
    quarter = re.fullmatch(r"[qQ]([1-4])", found[0].text + found[1].text)
    year = _year(found[-1])
    if not quarter or not year:
        return None
    start = dt.date(year, 3 * int(quarter[1]) - 2, 1)
    return _span(start, _next_month(_next_month(_next_month(start))), text_of(found))


def _month(item: Item, year: int, text: str) -> Item:
    start = dt.date(year, int(item.means), 1)
    return _span(start, _next_month(start), text)


def _next_month(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _year(item: Item) -> int | None:
    number = float(item.means)
    return int(number) if number.is_integer() and int(number) in YEARS else None


def _relative(found: Sequence[Item], today: dt.date) -> Item | None:
    count = next((each.means for each in found if each.tag == "N"), "1")
    if found[-1].means in ("WEEKDAY", "MONTH_OF_YEAR", "HOUR_OF_DAY"):
        return None
    function = "LAST" if len(found) == 3 else _FUNCTIONS[found[0].means]
    function = "NEXT" if found[0].means == "NEXT" else function
    return Item("P", f"{function}:{found[-1].means}:{count}", text_of(found))


def _day(found: Sequence[Item], today: dt.date) -> Item | None:
    return Item("P", _DAYS[found[0].means], found[0].text) if found[0].means in _DAYS else None


def _to_date(found: Sequence[Item], today: dt.date) -> Item | None:
    return Item("P", f"NOW:{found[0].means}:1", text_of(found))


# "Last month" is the whole month before; "last 3 months" are those and the running one:
# https://docs.aws.amazon.com/quicksight/latest/user/add-a-date-filter2.html
_FUNCTIONS = {"LAST": "PREVIOUS", "THIS": "THIS", "NEXT": "NEXT"}
_WEEK = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
_THROUGH = ("through", "thru")
_DAYS = {"TODAY": "THIS:DAY:1", "YESTERDAY": "PREVIOUS:DAY:1"}
Make = Callable[[Sequence[Item], dt.date], Item | None]
RULES: tuple[tuple[str, Make], ...] = (
    (r"b?J(?:,?N)?B?J(?:,?N)?(?!N)", _months),
    (r"bJ(?:,?N)?&J(?:,?N)?(?!N)", _months),
    (r"(?<=b)NN(?!N)", _years),
    (r"b?HB?H", _weekdays),
    (r"JN,?N", _month_day_year),
    (r"J,?N", _month_year),
    (r"WNN", _quarter_year),
    (r"RNU", _relative),
    (r"RU", _relative),
    (r"UR(?<=R)", _to_date),
    (r"R", _day),
    (r"J", _month_alone),
)

"""An insight's own narrative: text with expressions that name what its computations found.

``<narrative>`` holds blocks, lists, ``<if condition="...">``, ``<for listExpression="Top.items">``
with ``[index]`` in it, and ``<expression>Total.totalAggregate.formattedValue</expression>``, which
stands for a value of the computation of that name. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/insight-computations.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CustomNarrativeOptions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from html import escape
from html.parser import HTMLParser
from typing import Any, cast

import duckdb

from labkit.cloud.quicksight.calc import CalcError, Scope, compile_field
from labkit.cloud.quicksight.visuals.formats import format_value
from labkit.cloud.quicksight.visuals.model import LOST

Say = Callable[[str, Any], str]
#: What a computation calls its numbers: the number here, and the field that formats it.
_WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "TotalAggregation": {"totalAggregate": ("total", "Value")},
    "MaximumMinimum": {"metricValue": ("value", "Value"), "timeValue": ("time", "Time")},
    "GrowthRate": {
        "compoundedGrowthRate": ("rate", "percent"),
        "currentTimeValue": ("time", "Time"),
        "previousTimeValue": ("start_time", "Time"),
    },
    "UniqueValues": {"uniqueGroupValuesCount": ("count", "count")},
}
_COMPARED = {
    "currentMetricValue": ("primary", "Value"),
    "previousMetricValue": ("secondary", "Value"),
    "absoluteDifference": ("difference", "Value"),
    "percentDifference": ("percent_difference", "percent"),
    "currentTimeValue": ("time", "Time"),
    "previousTimeValue": ("previous_time", "Time"),
}
_WORDS |= {"PeriodOverPeriod": _COMPARED, "PeriodToDate": _COMPARED}
#: What each item of a computation that finds several is called: ``items[0].metricValue``.
_ITEMS = {
    "TopBottomRanked": {"metricValue": ("value", "Value")},
    "TopBottomMovers": {
        name: each for name, each in _COMPARED.items() if not name.endswith("TimeValue")
    },
}
_FIELDS = {"timeField": "Time", "metricField": "Value", "categoryField": "Category"}
_PERCENT: dict[str, Any] = {"PercentageDisplayFormatConfiguration": {}}


def words(
    kind: str, found: Mapping[str, Any], labels: Mapping[str, str], say: Say
) -> dict[str, str]:
    """The texts that expressions may name, by their paths below the computation.

    Args:
        kind: of the computation.
        found: its numbers.
        labels: of its fields, by ``Time``, ``Value``, ``Category``.
        say: a value of such a field as text.
    """
    texts = {f"{name}.name": labels[field] for name, field in _FIELDS.items() if field in labels}
    for name, (number, field) in _WORDS.get(kind, {}).items():
        if number in found:
            texts |= _forms(name, found[number], field, say)
    return texts | (_items(kind, found["items"], say) if kind in _ITEMS else {})


def _items(kind: str, items: Sequence[Mapping[str, Any]], say: Say) -> dict[str, str]:
    """The words of each of several that a computation found.

    Source: https://docs.aws.amazon.com/quicksight/latest/user/top-ranked-function.html
    """
    texts = {"itemsCount": str(len(items))}
    category = ("category", "Category")
    named = {"categoryField": category, "categoryValue": category, **_ITEMS[kind]}
    for at, item in enumerate(items):
        for name, (number, field) in named.items():
            texts |= _forms(f"items[{at}].{name}", item[number], field, say)
    return texts


def _forms(name: str, value: Any, field: str, say: Say) -> dict[str, str]:
    """A value's raw form, as it is formatted, and formatted without its sign."""

    def formatted(one: Any) -> str:
        if field in ("percent", "count"):
            return format_value(one, _PERCENT if field == "percent" else {})
        return say(field, one)

    absolute = abs(value) if isinstance(value, int | float) else value
    return {
        f"{name}.value": str(value),
        f"{name}.formattedValue": formatted(value),
        f"{name}.formattedAbsoluteValue": formatted(absolute),
    }


class _Tag(str):
    """A tag of a text box's markup, among words."""


class _Plain(str):
    """What only the plain words have: the tags say it already."""


def narrated(narrative: str, texts: Mapping[str, str], notes: list[str]) -> tuple[list[str], str]:
    """The lines of a narrative in words, and the whole in the markup of a text box.

    A line with an expression that means nothing here is left out, and noted (in the markup it has
    `LOST`); so is what stands under a condition that cannot be read.

    Args:
        narrative: the XML.
        texts: by the names in expressions: ``Total.totalAggregate.formattedValue``.
    """
    reader = _Reader()
    reader.feed(narrative)
    reader.close()
    parts = list(_parts(reader.root, texts, notes))
    whole = "".join(each for each in parts if not isinstance(each, _Tag))
    lines = (" ".join(each.split()) for each in whole.split(_END))
    said = [each for each in lines if each not in ("", "•") and LOST not in each]
    marked = (each for each in parts if not isinstance(each, _Plain))
    return said, "".join(
        each if isinstance(each, _Tag) else escape(each, quote=False) for each in marked
    )


@dataclass
class _Element:
    tag: str
    given: Mapping[str, str | None]
    inside: list[_Element | str] = member(default_factory=list)


class _Reader(HTMLParser):
    """Reads a narrative as elements within each other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(_Element(tag, dict(attrs)))
        if tag != "br":
            self.open.append(cast(_Element, self.open[-1].inside[-1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(_Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if any(each.tag == tag for each in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\r\n\ufeff]+", " ", data)
        between = text == " " and "\n" in data
        self.open[-1].inside.append(_Plain(text) if between else text)


_END = _Plain("\n")
_BREAKS = ("block", "br", "li", "ol", "p", "ul")
_SHOWN = (*_BREAKS, "inline", "b", "i", "u", "strong", "em")
_LOOKS = ("align", "color", "font-size")


def _parts(
    element: _Element, texts: Mapping[str, str], notes: list[str], place: str = ""
) -> Iterator[str]:
    """The words of an element, its conditions judged and its lists gone through.

    Args:
        place: in the list that it stands in: ``[0]``, for ``[index]``.
    """
    for each in element.inside:
        if isinstance(each, str):
            yield each
            continue
        told = {name: (value or "").replace("[index]", place) for name, value in each.given.items()}
        breaks = each.tag in _BREAKS or told.get("level") == "block"
        tag = each.tag if each.tag in _SHOWN else "block" if breaks else ""
        yield _END if breaks else _Plain()
        yield _opened(tag, told)
        if each.tag == "expression":
            yield _said(each, texts, notes, place)
        elif each.tag == "for":
            for at in range(int(texts.get(f"{told.get('listexpression')}Count", 0))):
                yield from _parts(each, texts, notes, f"[{at}]")
        elif each.tag != "if" or _holds(told.get("condition", ""), texts, notes):
            yield _Plain("• " if each.tag == "li" else "")
            yield from _parts(each, texts, notes, place)
        yield _Tag(f"</{tag}>" if tag and tag != "br" else "")
        yield _END if breaks else _Plain()


def _opened(tag: str, told: Mapping[str, str]) -> _Tag:
    looks = "".join(f' {name}="{escape(told[name])}"' for name in _LOOKS if told.get(name))
    return _Tag(f"<{tag}{looks}>" if tag else "")


def _said(element: _Element, texts: Mapping[str, str], notes: list[str], place: str) -> str:
    name = "".join(each for each in element.inside if isinstance(each, str)).strip()
    found = texts.get(name.replace("[index]", place))
    if found is None:
        notes.append(f"A line of the narrative, for its expression {name}.")
        return LOST
    return found


def _holds(condition: str, texts: Mapping[str, str], notes: list[str]) -> bool:
    """Whether a condition holds: ``Top.items[0].metricValue.value &gt; 1 and ...``."""
    try:
        written = _NAME.sub(lambda found: _literal(texts[found[0]]), condition)
        sql = compile_field(written, Scope({})).sql
        return duckdb.cursor().execute(f"SELECT {sql}").fetchall() == [(True,)]
    except (KeyError, CalcError, duckdb.Error):
        notes.append(f"A part of the narrative, for its condition {condition}.")
        return False


def _literal(text: str) -> str:
    """A text that a computation found as a constant of the calculated fields' language."""
    if re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text):
        return f"({text})"
    slashed = text.replace("\\", "\\\\").replace("'", "\\'")
    return "NULL" if text == "None" else f"'{slashed}'"


_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.\w+|\[\d+\])+")

"""An insight's own narrative: text with expressions that name what its computations found.

``<narrative>`` holds blocks and lists of blocks; ``<expression>Total.totalAggregate.formattedValue
</expression>`` stands for a value of the computation of that name. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/insight-computations.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CustomNarrativeOptions.html
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.visuals.formats import format_value

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
    named = {"categoryField": ("category", "Category"), **_ITEMS[kind]}
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


def narrated(narrative: str, texts: Mapping[str, str], notes: list[str]) -> list[str]:
    """The sentences of a narrative.

    A block with an expression that means nothing here is left out, and noted.

    Args:
        narrative: the XML.
        texts: by the names in expressions: ``Total.totalAggregate.formattedValue``.
    """
    return [line for block in _blocks(narrative) for line in _told(block, texts, notes)]


def _blocks(narrative: str) -> Iterator[str]:
    """The blocks in order, or the whole where there are none."""
    blocks = re.findall(r"<block\b[^>]*>(.*?)</block>", narrative, re.DOTALL)
    yield from blocks or [narrative]


def _told(block: str, texts: Mapping[str, str], notes: list[str]) -> Iterator[str]:
    unknown = [name for name in _EXPRESSION.findall(block) if name not in texts]
    if unknown:
        notes.append(f"A line of the narrative, for its expression {unknown[0]}.")
        return
    marked = _EXPRESSION.sub(lambda found: html.escape(texts[found[1]]), block)
    text = html.unescape(re.sub(r"<[^>]*>", "", marked))
    if text.strip():
        yield " ".join(text.split())


_EXPRESSION = re.compile(r"<expression>\s*(.*?)\s*</expression>", re.DOTALL)

"""Values as people read them, and fonts as a definition asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from labkit.cloud.quicksight.render.scales import compact, number
from labkit.cloud.quicksight.visuals.formats import format_value
from labkit.cloud.quicksight.visuals.model import Field, Other, Total

SIZES = {"EXTRA_SMALL": 10.0, "SMALL": 11.0, "MEDIUM": 12.0, "LARGE": 14.0, "EXTRA_LARGE": 17.0}
EMPTY = "empty"
_PARTS = {
    "YEAR": ("{d.year}", ""),
    "QUARTER": ("Q{q}", "{d.year}"),
    "MONTH": ("{d:%b}", "{d.year}"),
    "WEEK": ("{d.day} {d:%b}", "{d.year}"),
    "DAY": ("{d.day} {d:%b}", "{d.year}"),
    "HOUR": ("{d:%H:%M}", "{d.day} {d:%b %Y}"),
    "MINUTE": ("{d:%H:%M}", "{d.day} {d:%b %Y}"),
    "SECOND": ("{d:%H:%M:%S}", "{d.day} {d:%b %Y}"),
    "MILLISECOND": ("{d:%H:%M:%S}", "{d.day} {d:%b %Y}"),
}


def full(value: Any, field: Field, *, empty: str = EMPTY) -> str:
    """A value under its field's format: in tables and beside marks that have room.

    Args:
        empty: what stands for an empty text, whose mark would have no name.
    """
    if isinstance(value, (Other, Total)):
        return str(value)
    if value == "":
        return empty
    return format_value(value, field.format, granularity=field.granularity)


def counted(count: int, noun: str) -> str:
    """How many of a thing: ``1 value``, ``2 values``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def percent(share: float) -> str:
    """A share of a whole: ``12%``, and ``<1%`` of what is none in whole per cents."""
    if 0 < abs(share) < 0.01:
        return "<1%" if share > 0 else ">-1%"
    return f"{share:.0%}"


def short(value: Any, field: Field) -> str:
    """A number beside a mark: under its field's format if it has one, else 12.3K."""
    figure = number(value)
    if field.format or figure is None:
        return full(value, field)
    return f"{figure:,.0f}" if figure.is_integer() and abs(figure) < 10_000 else _brief(figure)


def tick(value: float, field: Field | None, step: float | None) -> str:
    """A number on an axis, under its field's format if it has one."""
    if field is None or not field.format:
        return compact(value, step=step)
    if value and float(value).is_integer() is False and step and step < 1:
        return full(value, field)
    return full(int(value) if float(value).is_integer() else value, field)


def dates(values: Sequence[Any], field: Field) -> list[str]:
    """Dates on an axis, in two lines: what is the same for a while stands under its first only.

    Those that do not stand in the order of time are each written whole.
    """
    known = [each for each in values if isinstance(each, date)]
    in_time = known in (sorted(known), sorted(known, reverse=True))
    if field.format or not known or not in_time:
        return [full(each, field) for each in values]
    upper, lower = _PARTS[field.granularity or _finest(known)]
    texts, last = [], ""
    for each in values:
        if not isinstance(each, date):
            texts.append(full(each, field) + ("\n" if lower else ""))  # of no year
            last = ""
            continue
        context = lower.format(d=each)
        line = upper.format(d=each, q=(each.month + 2) // 3)
        texts.append(f"{line}\n{context}" if context and context != last else line)
        last = context
    return texts


def pixels(value: str | None, default: float) -> float:
    """A length such as ``2px``."""
    return float(value.removesuffix("px")) if value else default


def font_of(options: Mapping[str, Any] | None, size: float) -> dict[str, Any]:
    """A ``FontConfiguration`` as arguments of `Sketch.text`; the size is the usual one."""
    options = options or {}
    asked = options.get("FontSize", {})
    absolute = str(asked.get("Absolute", "")).removesuffix("px")
    style: dict[str, Any] = {"size": SIZES.get(asked.get("Relative", ""), size)}
    if absolute.replace(".", "", 1).isdigit():
        style["size"] = min(max(float(absolute), 6), 72)
    if options.get("FontColor"):
        style["color"] = options["FontColor"]
    if weight := options.get("FontWeight", {}).get("Name"):
        style["bold"] = weight == "BOLD"
    if options.get("FontStyle") == "ITALIC":
        style["italic"] = True
    return style


def _brief(figure: float) -> str:
    text = compact(figure)
    if abs(figure) < 1:
        return text
    head = text.rstrip("KMBT")
    digits = sum(each.isdigit() for each in head)
    if digits <= 3 or "." not in head:
        return text
    return f"{float(head.replace(',', '')):,.1f}".removesuffix(".0") + text[len(head) :]


def _finest(values: Sequence[date]) -> str:
    clocks = [each for each in values if isinstance(each, datetime)]
    return "MINUTE" if any(each.hour or each.minute for each in clocks) else "DAY"

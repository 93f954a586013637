"""What the profile's tabs share: small elements, charts, and numbers as people read them.

Charts are SVG without words, stretched to the width that there is; the words around them are HTML.
Colours come from ``static/profile.css`` by class, and differ for those who see no red or no green.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labkit.widgets.picture import Markup, joined, tag

Column = Mapping[str, Any]
_SPARK_BARS, _SPARK_LEAST = 20, 8
_CLASSES = 5


def part(kind: str, *children: Any, name: str = "div", **attributes: str) -> Markup:
    """An element of a class.

    >>> part("a", "1 < 2", name="b")
    '<b class="a">1 &lt; 2</b>'
    """
    return tag(name, *children, **{"class": kind, **attributes})


def number(value: Any) -> str:
    """A value for reading: thousands apart, six digits, a dash for nothing.

    >>> number(1234567), number(0.123456789), number(2.5e-9), number(None), number(3.0)
    ('1,234,567', '0.123457', '2.5e-09', '–', '3')
    """
    if value is None:
        return "–"
    if not isinstance(value, float):
        return f"{value:,}" if type(value) is int else str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return (
        f"{value:,.6g}"
        if abs(value) < 1e6
        else f"{value:,.0f}"
        if abs(value) < 1e15
        else f"{value:.4g}"
    )


def figure(value: Any) -> str:
    """A value of a column: as `number`, but a year is no amount.

    >>> figure(2020), figure(10176), figure(1.5), figure(None)
    ('2020', '10,176', '1.5', '–')
    """
    whole = isinstance(value, int | float) and value == value // 1 and abs(value) < 10_000
    return str(int(value)) if whole else number(value)


def short(value: Any) -> str:
    """The same in a few letters, for the ends of an axis.

    >>> short(9499997), short(-0.25), short(1200), short("inf")
    ('9.5M', '-0.25', '1200', 'inf')
    """
    if isinstance(value, str):
        return value
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size and abs(value) < 1e15:
            return f"{value / size * (10 if size == 1e4 else 1):.3g}{letter}"
    return figure(round(value, 3) if abs(value) >= 0.01 else float(f"{value:.2g}"))


def share(count: int, total: int) -> str:
    """A count's part of a total.

    >>> share(1, 3), share(0, 3), share(1, 1000000), share(0, 0)
    ('33.3%', '0%', '<0.1%', '0%')
    """
    if not count or not total:
        return "0%"
    percent = 100 * count / total
    return (
        "<0.1%"
        if percent < 0.1
        else f"{percent:.3g}%"
        if percent < 99.95 or count == total
        else "99.9%"
    )


def few(column: Column) -> bool:
    """Whether a column has so few values that each is a class rather than a measure."""
    return bool(column.get("distinctValuesCount", _CLASSES + 1) <= _CLASSES)


def plural(count: int, noun: str) -> str:
    """
    >>> plural(1, "row"), plural(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def is_text(column: Column) -> bool:
    """Whether a column's numbers are of the length of its strings."""
    return bool(column["type"] == "string")


def entity(column: Column) -> list[str]:
    """The kinds of personal information in a column."""
    found: list[str] = (column.get("entity") or {}).get("entityTypes", [])
    return found


# Charts -------------------------------------------------------------------------------------------


def quality(missing: int, total: int) -> Markup:
    """A bar of what is valid and what is missing."""
    valid = 100 * (total - missing) / total if total else 100
    width = f"min({valid:.4g}%,100% - 3px)" if missing else "100%"  # a sliver at least
    title = f"{share(total - missing, total)} valid, {share(missing, total)} missing"
    return part("lkp-quality", tag("i", style=f"width:{width}"), name="span", title=title)


def histogram(buckets: Sequence[Mapping[str, Any]]) -> Markup:
    """The bars of a distribution, with each bucket's bounds and count on pointing at it."""
    titles = [tag("title", _bucket_title(one)) for one in buckets]
    return _bars("lkp-bars", [one["count"] for one in buckets], _tallest(buckets), titles)


def svg(kind: str, width: float, height: float, *children: Markup, told: str) -> Markup:
    """A drawing that fills the place that it has.

    Args:
        told: what it shows, for whom a screen is read aloud.
    """
    return tag(
        "svg",
        *children,
        **{
            "class": kind,
            "viewBox": f"0 0 {width:g} {height:g}",
            "preserveAspectRatio": "none",
            "role": "img",
            "aria-label": told,
        },
    )


def spark(column: Column) -> Markup:
    """A column's distribution, small: its numbers', or its most common values'."""
    if column.get("valueDistribution") and not is_text(column):
        buckets = column["valueDistribution"]
        return _bars("lkp-spark", [one["count"] for one in buckets], _tallest(buckets))
    common = list(column.get("mostCommonValues") or [])[:_SPARK_BARS]
    if not common:
        return Markup()
    counts = [one["count"] for one in common]
    few = [0] * (_SPARK_LEAST - len(counts))  # so that a few are not as broad as many
    told = f"Most often {value_text(common[0]['value'])}: {counts[0]:,}"
    return _bars("lkp-spark lkp-values", counts + few, told)


def scrolled(wide: Markup, told: str) -> Markup:
    """What may be wider than its place: the keyboard reaches and scrolls it too."""
    return part("lkp-scroll", wide, tabindex="0", role="region", **{"aria-label": told})


def value_bars(common: Iterable[Mapping[str, Any]], total: int) -> Markup:
    """The most common values, each with a bar, how often and which part."""
    lines = list(common)
    most = max((one["count"] for one in lines), default=1)
    return part("lkp-top", *(_value_line(one, most, total) for one in lines))


def facts(pairs: Iterable[tuple[str, Any]]) -> Markup:
    """Names and what they are, in lines."""
    lines = [joined([tag("dt", name), tag("dd", value)]) for name, value in pairs]
    return part("lkp-facts", *lines, name="dl")


def box_plot(column: Column) -> Markup:
    """Quartiles, the middle nine tenths, and outliers, from the least to the largest number."""
    names = ("percentile5", "percentile25", "median", "percentile75", "percentile95")
    marks = [column.get(name) for name in names]
    low, high = column.get("min"), column.get("max")
    if None in marks or low is None or high is None or not high > low:
        return Markup()
    least, first, middle, third, largest = (_place(mark, low, high) for mark in marks)
    dots = (_place(one["value"], low, high) for one in column.get("zScoreOutliersSample", ()))
    return svg(
        "lkp-box",
        1000,
        20,
        _line("lkp-whisker", f"M{least:.4g} 10H{first:.4g}M{third:.4g} 10H{largest:.4g}"),
        _line("lkp-whisker", f"M{least:.4g} 5V15M{largest:.4g} 5V15"),
        tag("rect", x=f"{first:.4g}", y="2", width=f"{third - first:.4g}", height="16"),
        _line("lkp-median", f"M{middle:.4g} 2V18"),
        _line("lkp-outlier", "".join(f"M{dot:.4g} 10h0" for dot in sorted(dots))),
        told=f"From {figure(low)} to {figure(high)}, half of them from {figure(marks[1])} "
        f"to {figure(marks[3])}, the middle one {figure(marks[2])}",
    )


def _bars(kind: str, counts: Sequence[int], told: str, titles: Sequence[Markup] = ()) -> Markup:
    most = max(counts, default=0) or 1
    shapes = [_bar(at, count / most) for at, count in enumerate(counts)]
    if not titles:
        return svg(kind, len(counts), 1, tag("path", d="".join(shapes)), told=told)
    bars = [tag("path", title, d=bar) for bar, title in zip(shapes, titles, strict=True)]
    return svg(kind, len(counts), 1, *bars, told=told)


def _tallest(buckets: Sequence[Mapping[str, Any]]) -> str:
    """A distribution in words: its tallest bar, of how many."""
    most = max(buckets, key=lambda one: int(one["count"]))
    return f"{plural(len(buckets), 'bar')}, the tallest {_bucket_title(most)}"


def _bar(at: int, height: float) -> str:
    """The outline of one bar, a sliver at least where there is anything."""
    tall = max(height, 0.02) if height else 0
    return f"M{at + 0.06:g} 1V{1 - tall:.3g}h.88V1z" if tall else ""


def _bucket_title(bucket: Mapping[str, Any]) -> str:
    ends, count = bucket["bucket"], f"{bucket['count']:,}"
    if len(ends) == 1:
        return f"{ends[0]}: {count}"
    if ends[0] == ends[1]:
        return f"{short(ends[0])}: {count}"
    return f"{figure(ends[0])} to {figure(ends[1])}: {count}"


def _value_line(one: Mapping[str, Any], most: int, total: int) -> Markup:
    width, shown = 100 * one["count"] / most, value_text(one["value"])
    return joined(
        [
            part("lkp-value", shown, title=shown),
            part("lkp-track", tag("i", style=f"width:{width:.3g}%")),
            part("lkp-count", f"{one['count']:,}"),
            part("lkp-count lk-quiet", share(one["count"], total)),
        ]
    )


def value_text(value: Any) -> str:
    """A value as it is in the data; what may be an identifier has no commas.

    >>> value_text(True), value_text(20200817), value_text(0.1 + 0.2), value_text(" x")
    ('true', '20200817', '0.3', ' x')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return figure(value) if isinstance(value, float) else str(value)


def _place(value: Any, low: float, high: float) -> float:
    """Where a value stands between two others, from 0 to 1000."""
    at = (value / 2 - low / 2) / (high / 2 - low / 2)  # whose difference may be no double
    return 1000 * min(1.0, max(0.0, at)) if math.isfinite(at) else 0.0


def _line(kind: str, path: str) -> Markup:
    return tag("path", **{"class": kind, "d": path}) if path else Markup()

"""A column's card in *Column statistics*: a line that opens to all that the job evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.widgets.picture import Markup, joined, tag
from labkit.widgets.profile_masks import suggestion
from labkit.widgets.profile_parts import (
    Column,
    box_plot,
    entity,
    facts,
    few,
    figure,
    histogram,
    is_text,
    number,
    part,
    quality,
    share,
    short,
    spark,
    value_bars,
    value_text,
)

TOP = 10
_SPREAD = (
    ("min", "Minimum"),
    ("percentile5", "5th percentile"),
    ("percentile25", "25th percentile"),
    ("median", "Median"),
    ("percentile75", "75th percentile"),
    ("percentile95", "95th percentile"),
    ("max", "Maximum"),
)
_SHAPE = (
    ("mean", "Mean"),
    ("mode", "Mode"),
    ("standardDeviation", "Standard deviation"),
    ("variance", "Variance"),
    ("range", "Range"),
    ("interquartileRange", "Interquartile range"),
    ("medianAbsoluteDeviation", "Median abs. deviation"),
    ("skewness", "Skewness"),
    ("kurtosis", "Kurtosis"),
    ("entropy", "Entropy"),
    ("sum", "Sum"),
    ("zerosCount", "Zeros"),
)


def card(column: Column, rows: int) -> Markup:
    """A column of a profile of so many rows."""
    main, side = joined(_main(column, rows)), joined(_side(column, rows))
    body = part("lkp-blocks", *(part("lkp-stack", stack) for stack in (main, side) if stack))
    none = part("lk-quiet", "The job evaluated no statistics of this column.")
    return part(
        "lkp-card",
        tag("summary", *_line(column, rows)),
        part("lkp-body", *_personal(column), body if main or side else none),
        name="details",
    )


def _line(column: Column, rows: int) -> Iterator[Markup]:
    yield part(
        "lkp-name", tag("b", column["name"]), " ", part("lkp-type", column["type"], name="span")
    )
    yield part("lkp-flags", *(badge(name) for name in entity(column)))
    yield part("lkp-mini", spark(column))
    missing = column.get("missingValuesCount")
    yield part("lkp-mini", *([] if missing is None else [quality(missing, rows)]))
    yield part("lkp-said lk-quiet", _said(column, rows))


def badge(name: str) -> Markup:
    """A mark of personal information."""
    return part("lk-badge lk-warn", name, name="span")


def _said(column: Column, rows: int) -> str:
    if "distinctValuesCount" not in column:
        return ""
    missing = column.get("missingValuesCount", 0)
    if missing == rows and rows:
        return "all missing"
    return f"{column['distinctValuesCount']:,} distinct"


def _personal(column: Column) -> Iterator[Markup]:
    for name in entity(column):
        step, why = suggestion(name)
        count = f"{column['entity']['rowsCount']:,} rows"
        yield part(
            "lk-notice lkp-notice",
            tag("span", tag("b", name), f" in {count}. To hide it: ", tag("code", step), f" {why}"),
        )


def _main(column: Column, rows: int) -> Iterator[Markup]:
    yield _distribution(column)
    yield _top(column, rows)
    yield _ends(column)
    yield _outliers(column)


def _side(column: Column, rows: int) -> Iterator[Markup]:
    text = is_text(column)
    yield _quality(column, rows)
    yield _numbers("Length" if text else "Quantiles", column, _SPREAD)
    yield _numbers("Statistics of the length" if text else "Statistics", column, _SHAPE)


def _block(title: str, *children: Any) -> Markup:
    return part("lkp-block", tag("h4", title), *children)


def _quality(column: Column, rows: int) -> Markup:
    missing = column.get("missingValuesCount")
    said = []
    if missing is not None:
        said += [("Valid", rows - missing), ("Missing", missing)]
    for name, title in (("distinctValuesCount", "Distinct"), ("uniqueValuesCount", "Unique")):
        said += [(title, column[name])] if name in column else []
    if not said:
        return Markup()
    bar = [] if missing is None else [quality(missing, rows)]
    shown = [(title, _with_share(count, rows)) for title, count in said]
    return _block("Data quality", *bar, facts(shown))


def _with_share(count: int, rows: int) -> Markup:
    part_of = f" {share(count, rows)}" if count else ""
    return joined([f"{count:,}", part("lk-quiet", part_of, name="span")])


def _distribution(column: Column) -> Markup:
    buckets = column.get("valueDistribution")
    if not buckets:
        return Markup()
    title = "Distribution of lengths" if is_text(column) else "Distribution"
    least, largest = buckets[0]["bucket"][0], column.get("max", buckets[-1]["bucket"][1])
    if len(buckets) == 1:
        return _block(title, part("lk-quiet", f"All are {figure(least)}."))
    plot = Markup() if few(column) else box_plot(column)
    legend = part("lk-quiet lkp-legend", "Box: middle half. Whiskers: 5 to 95%. Dots: outliers.")
    return _block(title, histogram(buckets), _axis(least, largest), plot, *[legend] * bool(plot))


def _axis(least: Any, largest: Any) -> Markup:
    ends = [short(least), short(largest)]
    ends = [figure(least), figure(largest)] if ends[0] == ends[1] else ends
    return part("lkp-axis lk-quiet", *(tag("span", end) for end in ends))


def _top(column: Column, rows: int) -> Markup:
    common = column.get("mostCommonValues")
    if not common:
        return Markup()
    title = "Most common values"
    if common[0]["count"] == 1:
        title = "Some values, each of which occurs once"
        return _block(title, _list(value_text(one["value"]) for one in common[:TOP]))
    left = column.get("distinctValuesCount", len(common)) - TOP
    more = [part("lk-quiet lk-small", f"and {left:,} others")] if left > 0 else []
    return _block(title, value_bars(common[:TOP], rows), *more)


def _list(values: Any) -> Markup:
    return part(
        "lkp-list", *(part("lkp-chip", value, name="span", title=value) for value in values)
    )


def _numbers(title: str, column: Column, names: tuple[tuple[str, str], ...]) -> Markup:
    said = [(label, _shown(name, column[name])) for name, label in names if name in column]
    return _block(title, facts(said)) if said else Markup()


def _shown(name: str, value: Any) -> str:
    return number(value) if name in ("sum", "zerosCount") else figure(value)


def _ends(column: Column) -> Markup:
    pairs = []
    for name, title in (("minimumValues", "Smallest"), ("maximumValues", "Largest")):
        values = column.get(name) or []
        pairs += [(title, ", ".join(_counted(one) for one in values))] if values else []
    return _block("Ends", facts(pairs)) if pairs else Markup()


def _counted(one: dict[str, Any]) -> str:
    times = f" ×{one['count']:,}" if one["count"] > 1 else ""
    return f"{value_text(one['value'])}{times}"


def _outliers(column: Column) -> Markup:
    count = column.get("zScoreOutliersCount")
    if not count:
        return Markup()
    sample = column.get("zScoreOutliersSample", [])[:TOP]
    chips = [f"{value_text(one['value'])}  (z {one['zScore']:+.1f})" for one in sample]
    title = f"Outliers{' of the length' if is_text(column) else ''}: {count:,} rows"
    return _block(title, _list(chips))

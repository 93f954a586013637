"""The computations of an insight, each as numbers and as a sentence.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Computation.html and
https://docs.aws.amazon.com/quicksight/latest/user/computational-insights.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from labkit.cloud.quicksight.visuals.comparison import compared
from labkit.cloud.quicksight.visuals.computation import Computation
from labkit.cloud.quicksight.visuals.dates import literal, truncated
from labkit.cloud.quicksight.visuals.forecast import METHOD, asked, bounded, filled, forecast, later
from labkit.cloud.quicksight.visuals.formats import format_value

Json = Mapping[str, Any]
Found = tuple[dict[str, Any], str]


def _percent(value: float | None) -> str:
    kind: Json = {"PercentageDisplayFormatConfiguration": {}}
    return "an unknown share" if value is None else format_value(abs(value), kind)


def _total(of: Computation) -> Found:
    total = of.total()
    return {"total": total}, f"{of.field('Value').label} is {of.say('Value', total)}."


def _ranked(of: Computation) -> Found:
    top, size = of.body["Type"] == "TOP", int(of.body.get("ResultSize", 3))
    rows = [row for row in of.rows("Category") if row[1] is not None]
    rows.sort(key=lambda row: row[1], reverse=top)
    items = [{"category": category, "value": value} for category, value in rows[:size]]
    if not items:
        label = f"{of.field('Category').label} has any {of.field('Value').label}"
        return {"items": []}, f"No {label}."
    listed = _listed(
        f"{of.say('Category', row['category'])} with {of.say('Value', row['value'])}"
        for row in items
    )
    label = f"{'Top' if top else 'Bottom'} {len(items)} by {of.field('Value').label}"
    return {"items": items}, f"{label}, of {of.field('Category').label}: {listed}."


def _movers(of: Computation) -> Found:
    top, size = of.body["Type"] == "TOP", int(of.body.get("MoverSize", 3))
    by = "difference" if of.body.get("SortOrder") == "ABSOLUTE_DIFFERENCE" else "percent_difference"
    rows = [row for row in of.rows("Time", "Category") if row[0] is not None]
    periods = sorted({row[0] for row in rows})[-2:]
    if len(periods) < 2:
        return {"items": []}, "There are not two periods to compare."
    values = {(at, category): value for at, category, value in rows}
    items = [
        {"category": each, **compared(values[periods[1], each], values[periods[0], each])}
        for each in dict.fromkeys(row[1] for row in rows)
        if (periods[0], each) in values and (periods[1], each) in values
    ]
    items = [each for each in items if each[by] is not None]
    items.sort(key=lambda each: each[by], reverse=top)
    listed = _listed(
        f"{of.say('Category', each['category'])} {_moved(of, each)}" for each in items[:size]
    )
    numbers = {"items": items[:size], "time": periods[1], "previous_time": periods[0]}
    label = f"{'Top' if top else 'Bottom'} movers of {of.field('Value').label}"
    return numbers, f"{label} for {of.say('Time', periods[1])}: {listed or 'none'}."


def _moved(of: Computation, found: Json) -> str:
    """A difference in words."""
    if found["difference"] is None:
        return "cannot be compared"
    up = "increased" if found["difference"] >= 0 else "decreased"
    by = of.say("Value", abs(found["difference"]))
    return f"{up} by {_percent(found['percent_difference'])} ({by})"


def _period_over_period(of: Computation) -> Found:
    rows = of.dated()
    if len(rows) < 2:
        return {}, "There are not two periods to compare."
    (before, previous), (at, current) = rows[-2:]
    found = {**compared(current, previous), "time": at, "previous_time": before}
    label, when = of.field("Value").label, of.say("Time", at)
    ends = f"from {of.say('Value', previous)} to {of.say('Value', current)}"
    return found, f"{label} for {when} {_moved(of, found)}, {ends}."


def _period_to_date(of: Computation) -> Found:
    """This period up to its last row, against the same stretch of the one before."""
    rows = of.dated()
    if not rows:
        return {}, "There is no period to compare."
    grain = of.body.get("PeriodTimeGranularity", "YEAR")
    time, last = of.dimensions["Time"].sql, rows[-1][0]
    first = _first_moment(of, last, grain)
    start, end = later(first, grain, -1), later(last, grain, -1)
    current, previous = (
        of.total(where=f"{time} BETWEEN {literal(low)} AND {literal(high)}")
        for low, high in ((first, last), (start, end))
    )
    found = {**compared(current, previous), "time": last, "previous_time": end}
    label = f"{grain.capitalize()}-to-date {of.field('Value').label}"
    return found, f"{label} for {of.say('Time', last)} {_moved(of, found)}."


def _first_moment(of: Computation, at: datetime, granularity: str) -> datetime:
    sql = truncated(literal(at), granularity, of.request.names.week_start)
    first: datetime = of.request.run(f"SELECT {sql} AS at")[0]["at"]
    return first


def _growth(of: Computation) -> Found:
    """The compound rate of growth over some periods."""
    rows = of.dated()
    size = min(int(of.body.get("PeriodSize", 4)), len(rows))
    if size < 2 or not rows[-size][1] or rows[-1][1] is None or rows[-1][1] / rows[-size][1] < 0:
        return {}, "There is no growth to compute."
    rate = (rows[-1][1] / rows[-size][1]) ** (1 / (size - 1)) - 1
    found = {"rate": rate, "periods": size, "time": rows[-1][0], "start_time": rows[-size][0]}
    sign = "growth" if rate >= 0 else "decline"
    label = f"{size} periods' compounded {sign} of {of.field('Value').label}"
    return found, f"The last {label} is {_percent(rate)}."


def _extreme(of: Computation) -> Found:
    highest = of.body["Type"] == "MAXIMUM"
    rows = [row for row in of.dated() if row[1] is not None]
    if not rows:
        return {}, "There are no values to compare."
    at, value = (max if highest else min)(rows, key=lambda row: row[1])
    word = "highest" if highest else "lowest"
    label, when = of.field("Value").label, of.say("Time", at)
    return {"time": at, "value": value}, f"The {word} {label} is {of.say('Value', value)}, {when}."


def _metrics(of: Computation) -> Found:
    rows = of.dated() if "Time" in of.dimensions else [(None, *row) for row in of.rows()]
    if not rows:
        return {}, "There are no values to compare."
    at, one, other = rows[-1]
    found = {**compared(one, other), "time": at}
    labels = (of.field("FromValue").label, of.field("TargetValue").label)
    said = f"{labels[0]} is {of.say('FromValue', one)}, {labels[1]} {of.say('TargetValue', other)}"
    when = f" for {of.say('Time', at)}" if at is not None else ""
    return found, f"{said}{when}: a difference of {_percent(found['percent_difference'])}."


def _unique(of: Computation) -> Found:
    of.field("Category")
    rows = of.rows("Category")
    count = sum(row[0] is not None for row in rows)
    return {"count": count}, f"There are {count:,} values of {of.field('Category').label}."


def _forecast(of: Computation) -> Found:
    grain = of.field("Time").granularity
    line = dict(filled({at: value for at, value in of.dated() if value is not None}, grain))
    history = [line[at] for at in sorted(line)]
    skipped = int(of.body.get("PeriodsBackward", 0))
    arguments = asked(of.body, grain)
    points = bounded(forecast(history[: len(history) - skipped], **arguments), of.body)
    if not points:
        return {"method": METHOD, "points": []}, "There are too few periods for a forecast."
    start = sorted(line)[len(line) - skipped - 1]
    items = [
        {"time": later(start, grain, step), **vars(point)} for step, point in enumerate(points, 1)
    ]
    last, label = items[-1], of.field("Value").label
    when, value = of.say("Time", last["time"]), of.say("Value", last["value"])
    told = f"{label} is forecast as {value} for {when}, by {METHOD}."
    return {"method": METHOD, "points": items}, told


def _listed(parts: Any) -> str:
    texts: Sequence[str] = list(parts)
    return ", ".join(texts[:-1]) + (" and " if len(texts) > 1 else "") + "".join(texts[-1:])


COMPUTATIONS: dict[str, Callable[[Computation], Found]] = {
    "TopBottomRanked": _ranked,
    "TopBottomMovers": _movers,
    "TotalAggregation": _total,
    "MaximumMinimum": _extreme,
    "MetricComparison": _metrics,
    "PeriodOverPeriod": _period_over_period,
    "PeriodToDate": _period_to_date,
    "GrowthRate": _growth,
    "UniqueValues": _unique,
    "Forecast": _forecast,
}

"""Filters of dates: of a period, between moments, and relative to now.

A relative filter counts whole periods: the last two months are this month and the one before, the
previous month is the one before, the next two are this and the one after; NOW is this period to
date. Sources: https://docs.aws.amazon.com/quicksight/latest/user/add-a-date-filter2.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RelativeDatesFilter.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.cloud.quicksight.visuals.dates import literal, moved, truncated
from labkit.cloud.quicksight.visuals.expressions import Expressions, Value
from labkit.cloud.quicksight.visuals.filter_texts import one_value
from labkit.cloud.quicksight.visuals.model import one_of
from labkit.cloud.quicksight.visuals.parameters import ALL

Json = Mapping[str, Any]


def equality(value: Value, body: Json, names: Expressions) -> str:
    """The rows of one moment, or of the period around it."""
    moment = _moment(body, names, "Value", "ParameterName", body)
    if moment is None:
        return "TRUE"
    grain = body.get("TimeGranularity")
    if not grain:
        return f"{value.moment} = {moment}"
    return f"{_cut(value.moment, grain, names)} = {_cut(moment, grain, names)}"


def between(value: Value, body: Json, names: Expressions) -> str:
    """The rows between two moments, compared by periods where a granularity is named."""
    grain = body.get("TimeGranularity")
    parts = []
    for end, sign in (("Minimum", ">"), ("Maximum", "<")):
        bound = body.get(f"Range{end}Value") or {}
        moment = _moment(bound, names, "StaticValue", "Parameter", bound)
        if moment is not None:
            equal = "=" if body.get(f"Include{end}") else ""
            left, right = (_cut(each, grain, names) for each in (value.moment, moment))
            parts.append(f"{left} {sign}{equal} {right}")
    parts += _excluded(value, body, names)
    return f"({' AND '.join(parts)})" if parts else "TRUE"


def relative(value: Value, body: Json, names: Expressions) -> str:
    """The rows of whole periods around now, or around a parameter's date."""
    grain = body["TimeGranularity"]
    anchor = _anchor(body["AnchorDateConfiguration"], names)
    count = _count(body, names)
    if anchor is None or count is None:
        return "TRUE"
    now = _cut(anchor, grain, names)
    first, end = _PERIODS[one_of(body["RelativeDateType"], _PERIODS)](count)
    low = moved(now, grain, first)
    high = f"<= {anchor}" if end is None else f"< {moved(now, grain, end)}"
    parts = [f"{value.moment} >= {low}", f"{value.moment} {high}"]
    return f"({' AND '.join([*parts, *_excluded(value, body, names, anchor)])})"


#: The first period and the end (its first moment is out), counted from the anchor's own period.
_PERIODS: dict[str, Any] = {
    "PREVIOUS": lambda _: (-1, 0),
    "THIS": lambda _: (0, 1),
    "NOW": lambda _: (0, None),
    "LAST": lambda n: (1 - n, 1),
    "NEXT": lambda n: (0, n),
}


def _anchor(anchor: Json, names: Expressions) -> str | None:
    if "ParameterName" not in anchor:
        return literal(names.now)
    value = one_value(anchor["ParameterName"], names)
    return None if value is None else literal(value)


def _count(body: Json, names: Expressions) -> int | None:
    """How many periods; ``None`` where a parameter selects all."""
    if body.get("ParameterName"):
        value = one_value(body["ParameterName"], names)
        return None if value is None else int(value)
    return int(body.get("RelativeDateValue", 1))


def _excluded(value: Value, body: Json, names: Expressions, anchor: str = "") -> list[str]:
    """The condition that leaves out the last periods before now."""
    exclude = body.get("ExcludePeriodConfiguration")
    if not exclude or exclude.get("Status", "ENABLED") == "DISABLED":
        return []
    grain = exclude["Granularity"]
    now = _cut(anchor or literal(names.now), grain, names)
    return [f"{value.moment} < {moved(now, grain, 1 - int(exclude['Amount']))}"]


def _moment(body: Json, names: Expressions, own: str, parameter: str, rolling: Json) -> str | None:
    """SQL of the moment that a filter names; ``None`` where it is open or selects all."""
    if rolling.get("RollingDate"):
        return names.compiled(rolling["RollingDate"]["Expression"]).moment
    value = one_value(body[parameter], names) if body.get(parameter) else body.get(own)
    return None if value in (None, ALL) else literal(value)


def _cut(sql: str, granularity: str | None, names: Expressions) -> str:
    return truncated(sql, granularity, names.week_start) if granularity else sql

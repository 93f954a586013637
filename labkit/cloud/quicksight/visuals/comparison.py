"""What a KPI compares: its value with a target, or its last period with the one before.

Source: https://docs.aws.amazon.com/quicksight/latest/user/kpi.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from labkit.cloud.quicksight.visuals.grouped import grouped
from labkit.cloud.quicksight.visuals.model import VisualData
from labkit.cloud.quicksight.visuals.request import Request


def kpi(request: Request) -> VisualData:
    """A KPI's rows, and its comparison under ``computations``."""
    data = grouped(request)
    found = _compared(data)
    return replace(data, computations={"comparison": found}) if found else data


def compared(primary: Any, secondary: Any) -> dict[str, Any]:
    """Two numbers and what lies between them; a part of nothing is ``None``.

    >>> compared(6, 4)["percent_difference"]
    0.5
    """
    primary, secondary = plain_number(primary), plain_number(secondary)
    if primary is None or secondary is None:
        difference = percent = share = None
    else:
        difference = primary - secondary
        percent = float(difference) / abs(float(secondary)) if secondary else None
        share = float(primary) / float(secondary) if secondary else None
    return {
        "primary": primary,
        "secondary": secondary,
        "difference": difference,
        "percent_difference": percent,
        "percent": share,
    }


def periods(data: VisualData) -> list[tuple[Any, ...]]:
    """The rows from the first period to the last, however they are sorted.

    Those without a date are no period.
    """
    trend = next(iter(data.well("TrendGroups")), None)
    if trend is None:
        return list(data.rows)
    at = data.fields.index(trend)
    dated = [row for row in data.rows if row[at] is not None]
    return sorted(dated, key=lambda row: row[at]) or list(data.rows)


def _compared(data: VisualData) -> Mapping[str, Any]:
    values, targets = data.well("Values"), data.well("TargetValues")
    trend = data.well("TrendGroups")
    if not values or not data.rows or values[0].kind in ("date", "text"):
        return {}
    rows = periods(data)
    value = data.fields.index(values[0])
    if targets:
        target = rows[-1][data.fields.index(targets[0])]
        return {**compared(rows[-1][value], target), "against": "target"}
    if not trend:
        return {}
    before = rows[-2][value] if len(rows) > 1 else None
    return {**compared(rows[-1][value], before), "against": "period"}


def plain_number(value: Any) -> Any:
    """A number that reckons with any other."""
    return float(value) if isinstance(value, Decimal) else value

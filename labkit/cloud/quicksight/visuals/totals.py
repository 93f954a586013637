"""Totals by another function than their measure's: the sum, mean or extreme of the shown values.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TotalAggregationOption.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.visuals.model import VisualData, VisualError

Json = Mapping[str, Any]


def with_functions(data: VisualData, options: Json) -> dict[str, Any]:
    """A table's totals; the default is the measure over all rows, NONE shows nothing."""
    totals = dict(data.totals)
    for each in options.get("TotalAggregationOptions") or ():
        function = each["TotalAggregationFunction"].get("SimpleTotalAggregationFunction", "DEFAULT")
        field = next((one for one in data.fields if one.id == each["FieldId"]), None)
        if field is None or not field.is_measure or function == "DEFAULT":
            continue
        if function in ("SUM", "AVERAGE") and field.kind not in ("number", "boolean"):
            raise VisualError(f"The {function} of '{field.label}' needs numbers.")
        values = [value for value in data.values(field) if value is not None]
        total = _FUNCTIONS[function](values) if values else None
        totals[field.id] = total
    return {name: value for name, value in totals.items() if name not in _hidden(options)}


def _hidden(options: Json) -> set[str]:
    return {
        each["FieldId"]
        for each in options.get("TotalAggregationOptions") or ()
        if each["TotalAggregationFunction"].get("SimpleTotalAggregationFunction") == "NONE"
    }


def _mean(values: Sequence[Any]) -> float:
    return float(sum(values)) / len(values)


_FUNCTIONS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "SUM": sum,
    "AVERAGE": _mean,
    "MIN": min,
    "MAX": max,
    "NONE": lambda _: None,
}

"""What a filter lets through, as a kind with a value, and as the API's members.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Filter.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.charts.edits import Analysis
from labkit.charts.fields import Definition
from labkit.charts.options import AGGREGATIONS, aggregation, shape_of

KINDS = {
    "list": "CategoryFilter",
    "text": "CategoryFilter",
    "range": "NumericRangeFilter",
    "time": "TimeRangeFilter",
    "relative": "RelativeDatesFilter",
    "top": "TopBottomFilter",
}
_ALL = {"SelectAllOptions": "FILTER_ALL_VALUES"}


def members(made: Analysis, kind: str, body: Definition, value: Mapping[str, Any]) -> Definition:
    """The members of a filter that its kind and value make."""
    if kind != "top":
        return _MAKERS[kind](value)
    by = {**body["Column"], "ColumnName": value.get("by") or body["Column"]["ColumnName"]}
    return _top(value, by, shape_of(made.type_of(by["DataSetIdentifier"], by["ColumnName"])))


def value_of(union: Definition) -> dict[str, Any]:
    """A filter's kind and value as `change_filter` takes them; kind ``other`` for the rest."""
    [(member, body)] = union.items()
    for kind, name in KINDS.items():
        if member == name and (found := _VALUES[kind](body)) is not None:
            return {"kind": kind, **found}
    return {"kind": "other"}


def _list(value: Mapping[str, Any]) -> Definition:
    if value.get("parameter"):
        same = {"MatchOperator": "EQUALS", "NullOption": "NON_NULLS_ONLY"}
        custom = {**same, "ParameterName": value["parameter"]}
        return {"Configuration": {"CustomFilterConfiguration": custom}}
    match = "DOES_NOT_CONTAIN" if value.get("exclude") else "CONTAINS"
    chosen = [each for each in value.get("values", ()) if each is not None]
    listed: Definition = {"MatchOperator": match}
    if None in value.get("values", ()):
        listed["NullOption"] = "ALL_VALUES" if chosen else "NULLS_ONLY"
    elif chosen:
        listed["NullOption"] = "ALL_VALUES" if value.get("exclude") else "NON_NULLS_ONLY"
    more: Definition = {"CategoryValues": chosen} if chosen or "NullOption" in listed else _ALL
    listed |= more
    return {"Configuration": {"FilterListConfiguration": listed}}


def _text(value: Mapping[str, Any]) -> Definition:
    custom = {
        "MatchOperator": value.get("match", "CONTAINS"),
        "CategoryValue": value.get("text", ""),
        "NullOption": "NON_NULLS_ONLY",
    }
    return {"Configuration": {"CustomFilterConfiguration": custom}}


def _range(value: Mapping[str, Any]) -> Definition:
    if value.get("parameter"):
        low: Any = {"Parameter": value["parameter"]}
        high: Any = None
    else:
        low, high = (
            None if value.get(end) in (None, "") else {"StaticValue": float(value[end])}
            for end in ("low", "high")
        )
    made = {"RangeMinimum": low, "RangeMaximum": high}
    ends = {name: end for name, end in made.items() if end}
    return {
        "NullOption": "NON_NULLS_ONLY" if ends else "ALL_VALUES",
        "IncludeMinimum": True,
        "IncludeMaximum": True,
        **(ends or _ALL),
    }


def _time(value: Mapping[str, Any]) -> Definition:
    if value.get("parameter"):
        ends = {"RangeMinimumValue": {"Parameter": value["parameter"]}}
    else:
        given = {"RangeMinimumValue": value.get("low"), "RangeMaximumValue": value.get("high")}
        ends = {name: {"StaticValue": str(end)} for name, end in given.items() if end}
    return {
        "NullOption": "NON_NULLS_ONLY" if ends else "ALL_VALUES",
        "IncludeMinimum": True,
        "IncludeMaximum": True,
        "TimeGranularity": "DAY",
        **ends,
    }


def _relative(value: Mapping[str, Any]) -> Definition:
    made: Definition = {
        "AnchorDateConfiguration": {"AnchorOption": "NOW"},
        "TimeGranularity": value.get("granularity", "MONTH"),
        "RelativeDateType": value.get("type", "LAST"),
        "NullOption": "NON_NULLS_ONLY",
    }
    if made["RelativeDateType"] in ("LAST", "NEXT"):
        made["RelativeDateValue"] = int(value.get("number") or 12)
    return made


def _top(value: Mapping[str, Any], by: Mapping[str, str], shape: str) -> Definition:
    """The first groups by a measure. Args: ``by``, a column; ``shape``, what it holds."""
    name = value.get("aggregation") or AGGREGATIONS[shape][0]
    ordered = {
        "Column": by,
        "SortDirection": value.get("direction", "DESC"),
        "AggregationFunction": {f"{shape}AggregationFunction": aggregation(shape, name)},
    }
    limit = int(value.get("number") or 10)
    return {"Limit": limit, "AggregationSortConfigurations": [ordered]}


_MAKERS = {"list": _list, "text": _text, "range": _range, "time": _time, "relative": _relative}


# What each kind says ------------------------------------------------------------------------------


def _list_value(body: Definition) -> dict[str, Any] | None:
    [(name, found)] = body["Configuration"].items()
    if name == "CustomFilterConfiguration":
        parameter = found.get("ParameterName")
        return {"parameter": parameter, "values": [], "exclude": False} if parameter else None
    values: list[Any] = list(found.get("CategoryValues", ()))
    exclude = found["MatchOperator"].startswith("DOES_NOT")
    if (
        found.get("NullOption") in ("NULLS_ONLY", "ALL_VALUES")
        and not exclude
        and (values or found["NullOption"] == "NULLS_ONLY")
    ):
        values.append(None)
    return {"values": values, "exclude": exclude}


def _text_value(body: Definition) -> dict[str, Any]:
    found = body["Configuration"].get("CustomFilterConfiguration", {})
    return {"text": found.get("CategoryValue", ""), "match": found.get("MatchOperator", "CONTAINS")}


def _range_value(body: Definition) -> dict[str, Any]:
    low, high = body.get("RangeMinimum") or {}, body.get("RangeMaximum") or {}
    return {"low": low.get("StaticValue"), "high": high.get("StaticValue"),
            "parameter": low.get("Parameter") or high.get("Parameter") or ""}  # fmt: skip


def _time_value(body: Definition) -> dict[str, Any]:
    low, high = body.get("RangeMinimumValue") or {}, body.get("RangeMaximumValue") or {}
    ends = {"low": low.get("StaticValue"), "high": high.get("StaticValue")}
    return {name: str(end)[:10] if end else None for name, end in ends.items()} | {
        "parameter": low.get("Parameter") or high.get("Parameter") or ""
    }


def _relative_value(body: Definition) -> dict[str, Any]:
    return {"type": body["RelativeDateType"], "granularity": body["TimeGranularity"],
            "number": body.get("RelativeDateValue")}  # fmt: skip


def _top_value(body: Definition) -> dict[str, Any]:
    ordered = body["AggregationSortConfigurations"][0]
    [name] = (ordered.get("AggregationFunction") or {"": "COUNT"}).values()
    if isinstance(name, dict):
        name = name.get("SimpleNumericalAggregation", "")
    return {
        "number": body.get("Limit"),
        "by": ordered["Column"]["ColumnName"],
        "direction": ordered["SortDirection"],
        "aggregation": name,
    }


_VALUES = {
    "list": _list_value, "text": _text_value, "range": _range_value, "time": _time_value,
    "relative": _relative_value, "top": _top_value,
}  # fmt: skip

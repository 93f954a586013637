"""Filters of a ``TopicIR``: what a reading's condition, and a filter that an author named, become.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TopicIRFilterOption.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.questions.derived import identity
from labkit.cloud.quicksight.questions.reading import Condition

IR = dict[str, Any]
RANGES = {">": ("Minimum", False), ">=": ("Minimum", True), "<": ("Maximum", False)}
RANGES |= {"<=": ("Maximum", True)}
TEXTS = {"CONTAINS": "CONTAINS_STRING", "STARTS_WITH": "STARTS_WITH", "ENDS_WITH": "ENDS_WITH"}
RELATIVE = ("LAST", "PREVIOUS", "THIS", "NEXT", "NOW")


def filter_of(one: Condition) -> IR:
    made: IR = {
        "OperandField": {"Identity": identity(one.field.name, one.unit)},
        "Inverse": one.inverse,
        "NullFilter": "ALL_VALUES" if one.inverse else "NON_NULLS_ONLY",
    }
    if one.aggregation:
        made["Aggregation"] = one.aggregation
    return made | _test(one)


def _test(one: Condition) -> IR:
    if one.operator == "null":
        nulls = "NON_NULLS_ONLY" if one.inverse else "NULLS_ONLY"
        return {"FilterType": "ACCEPT_ALL_FILTER", "NullFilter": nulls, "Inverse": False}
    if one.operator in RELATIVE:
        return {
            "FilterType": "RELATIVE_DATE_FILTER",
            "Function": one.operator,
            "TimeGranularity": one.unit,
            "LastNextOffset": single(one.values[0]),
        }
    if one.operator in TEXTS:
        function = TEXTS[one.operator]
        return {
            "FilterType": "CATEGORY_FILTER",
            "Function": function,
            "Constant": single(one.values[0]),
        }
    if one.operator == "=":
        return _equality(one)
    kind = "DATE" if one.field.kind == "date" else "NUMERIC"
    return {"FilterType": f"{kind}_RANGE_FILTER"} | _range(one)


def _equality(one: Condition) -> IR:
    if one.field.kind == "number" and len(one.values) == 1:
        return {"FilterType": "NUMERIC_EQUALITY_FILTER", "Constant": single(one.values[0])}
    return {"FilterType": "CATEGORY_FILTER", "Function": "EXACT", "Constant": several(one.values)}


def _range(one: Condition) -> IR:
    if one.operator == "between":
        low, high = one.values
        if one.field.kind == "date":
            return {
                "Range": _between(low, _days_on(high, -1)),
                "Inclusive": True,
                "TimeGranularity": "DAY",
            }
        return {"Range": _between(low, high), "Inclusive": True}
    if one.field.kind == "date" and one.operator == ">":
        one = replace(one, operator=">=", values=(_days_on(one.values[0], 1),))
    end, inclusive = RANGES[one.operator]
    made = {"Range": {"ConstantType": "RANGE", end: one.values[0]}, "Inclusive": inclusive}
    return made | ({"TimeGranularity": "DAY"} if one.field.kind == "date" else {})


def _between(low: str, high: str) -> IR:
    return {"ConstantType": "RANGE", "Minimum": low, "Maximum": high}


def _days_on(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def single(value: str) -> IR:
    return {"ConstantType": "SINGULAR", "Value": value}


def several(values: Sequence[str]) -> IR:
    if len(values) == 1:
        return single(values[0])
    return {"ConstantType": "COLLECTIVE", "ValueList": [single(each) for each in values]}


def named_filter(record: Any) -> IR:
    """A filter that the topic's author has named."""
    made: IR = {
        "FilterType": record.get("FilterType", "CATEGORY_FILTER"),
        "FilterClass": record.get("FilterClass", "NAMED_VALUE_FILTER"),
        "OperandField": {"Identity": record["OperandFieldName"]},
    }
    for member, convert in _NAMED.items():
        if member in record:
            made |= convert(record[member])
    return made


def _named_category(record: Any) -> IR:
    constant = record.get("Constant", {})
    values = constant.get("CollectiveConstant", {}).get("ValueList") or [
        constant.get("SingularConstant", "")
    ]
    function = record.get("CategoryFilterFunction", "EXACT")
    function = "CONTAINS_STRING" if function == "CONTAINS" else function
    return _options(record) | {"Function": function, "Constant": several(values)}


def _named_equality(record: Any) -> IR:
    value = record.get("Constant", {}).get("SingularConstant", "")
    return _options(record) | {"Constant": single(value)}


def _named_range(record: Any) -> IR:
    limits = record.get("Constant", {}).get("RangeConstant", {})
    kept = {key: limits[key] for key in ("Minimum", "Maximum") if limits.get(key)}
    return _options(record) | {
        "Range": {"ConstantType": "RANGE"} | kept,
        "Inclusive": bool(record.get("Inclusive")),
    }


def _named_relative(record: Any) -> IR:
    return _options(record) | {
        "Function": record.get("RelativeDateFilterFunction", "THIS"),
        "TimeGranularity": record.get("TimeGranularity", "DAY"),
        "LastNextOffset": single(record.get("Constant", {}).get("SingularConstant", "1")),
    }


def _named_null(record: Any) -> IR:
    return _options(record) | {"FilterType": "ACCEPT_ALL_FILTER"}


def _options(record: Any) -> IR:
    made: IR = {"Inverse": bool(record.get("Inverse"))}
    made["NullFilter"] = record.get("NullFilter") or record.get("NullFilterType") or "ALL_VALUES"
    if record.get("Aggregation", "NO_AGGREGATION") != "NO_AGGREGATION":
        made["Aggregation"] = record["Aggregation"]
    return made


_NAMED = {
    "CategoryFilter": _named_category,
    "NumericEqualityFilter": _named_equality,
    "NumericRangeFilter": _named_range,
    "DateRangeFilter": _named_range,
    "RelativeDateFilter": _named_relative,
    "NullFilter": _named_null,
}

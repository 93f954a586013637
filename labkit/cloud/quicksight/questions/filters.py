"""An option of a ``TopicIR``'s filters as a filter of a definition.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Filter.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from labkit.cloud.quicksight.questions.topic import Topic

Option = Mapping[str, Any]
Json = dict[str, Any]


def filter_of(option: Option, id: str, identifier: str, topic: Topic) -> Json:
    """One filter in the API's shape of a definition."""
    if option["FilterType"] == "TOP_BOTTOM_FILTER":
        return _top_filter(option, id, identifier, topic)
    column = {"DataSetIdentifier": identifier, "ColumnName": option["OperandField"]["Identity"]}
    noun, make = _KINDS[_kind(option, topic)]
    return {noun: {"FilterId": id, "Column": column} | make(option)}


def _kind(option: Option, topic: Topic) -> str:
    """ "Is empty" is asked of a text, a number and a date each in its own way."""
    if option["FilterType"] != "ACCEPT_ALL_FILTER":
        return str(option["FilterType"])
    name = option["OperandField"]["Identity"]
    return f"NULLS_OF_{_kinds(topic).get(name, 'text')}"


def _category(option: Option) -> Json:
    operator = _OPERATORS[option.get("Function", "EXACT"), bool(option.get("Inverse"))]
    constant = option["Constant"]
    values = [each["Value"] for each in constant.get("ValueList", [constant])]
    nulls = {"NullOption": option.get("NullFilter", "ALL_VALUES")}
    if operator in ("EQUALS", "DOES_NOT_EQUAL"):
        listed = {"MatchOperator": _LISTED[operator], "CategoryValues": values} | nulls
        return {"Configuration": {"FilterListConfiguration": listed}}
    custom = {"MatchOperator": operator, "CategoryValue": values[0]} | nulls
    return {"Configuration": {"CustomFilterConfiguration": custom}}


def _equality(option: Option) -> Json:
    return {
        "Value": float(option["Constant"]["Value"]),
        "MatchOperator": "DOES_NOT_EQUAL" if option.get("Inverse") else "EQUALS",
        "NullOption": option.get("NullFilter", "NON_NULLS_ONLY"),
    } | _aggregation(option)


def _range(option: Option) -> Json:
    made: Json = {"NullOption": "NON_NULLS_ONLY"} | _aggregation(option)
    for end in ("Minimum", "Maximum"):
        if end in option["Range"]:
            made[f"Range{end}"] = {"StaticValue": float(option["Range"][end])}
            made[f"Include{end}"] = bool(option.get("Inclusive"))
    return made


def _dates(option: Option) -> Json:
    """Whole days: an inclusive last day ends where the next one begins."""
    made: Json = {"NullOption": "NON_NULLS_ONLY", "TimeGranularity": "DAY"}
    limits, inclusive = option["Range"], bool(option.get("Inclusive"))
    if "Minimum" in limits:
        made["RangeMinimumValue"] = {"StaticValue": _moment(limits["Minimum"])}
        made["IncludeMinimum"] = inclusive
    if "Maximum" in limits:
        made["RangeMaximumValue"] = {"StaticValue": _moment(limits["Maximum"])}
        made["IncludeMaximum"] = inclusive
    return made


def _relative(option: Option) -> Json:
    made: Json = {
        "AnchorDateConfiguration": {"AnchorOption": "NOW"},
        "TimeGranularity": option["TimeGranularity"],
        "RelativeDateType": option["Function"],
        "NullOption": "NON_NULLS_ONLY",
    }
    if option["Function"] in ("LAST", "NEXT"):
        made["RelativeDateValue"] = int(option["LastNextOffset"]["Value"])
    return made


def _top_filter(option: Option, id: str, identifier: str, topic: Topic) -> Json:
    """The groups that have the most, or the least, of a number."""
    metric = option["AggMetrics"][0]
    name = metric["MetricOperand"]["Identity"]
    column = {"DataSetIdentifier": identifier, "ColumnName": option["OperandField"]["Identity"]}
    by: Json = {
        "Column": {"DataSetIdentifier": identifier, "ColumnName": name},
        "SortDirection": "DESC" if option["SortDirection"] == "DESCENDING" else "ASC",
    }
    if metric["Function"] != "CUSTOM":
        by["AggregationFunction"] = _function(metric["Function"], _kinds(topic).get(name, "number"))
    limit = {"Limit": int(option["TopBottomLimit"]["Value"]), "AggregationSortConfigurations": [by]}
    grain = {name: option[name] for name in ("TimeGranularity",) if name in option}
    return {"TopBottomFilter": {"FilterId": id, "Column": column} | limit | grain}


def _function(aggregation: str, kind: str) -> Json:
    name = "SUM" if aggregation == "COLUMN" else aggregation
    if kind == "number":
        return {"NumericalAggregationFunction": {"SimpleNumericalAggregation": name}}
    noun = "Date" if kind == "date" else "Categorical"
    return {f"{noun}AggregationFunction": name}


def _kinds(topic: Topic) -> dict[str, str]:
    return {each.name: each.kind for each in topic.fields}


def _text_nulls(option: Option) -> Json:
    listed = {
        "MatchOperator": "CONTAINS",
        "SelectAllOptions": "FILTER_ALL_VALUES",
        "NullOption": option["NullFilter"],
    }
    return {"Configuration": {"FilterListConfiguration": listed}}


def _number_nulls(option: Option) -> Json:
    return {"NullOption": option["NullFilter"]}


def _aggregation(option: Option) -> Json:
    name = option.get("Aggregation")
    simple = {"NumericalAggregationFunction": {"SimpleNumericalAggregation": name}}
    return {"AggregationFunction": simple} if name else {}


def _moment(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(day)


_OPERATORS = {
    ("EXACT", False): "EQUALS",
    ("EXACT", True): "DOES_NOT_EQUAL",
    ("CONTAINS", False): "EQUALS",
    ("CONTAINS", True): "DOES_NOT_EQUAL",
    ("CONTAINS_STRING", False): "CONTAINS",
    ("CONTAINS_STRING", True): "DOES_NOT_CONTAIN",
    ("STARTS_WITH", False): "STARTS_WITH",
    ("ENDS_WITH", False): "ENDS_WITH",
}
# A list of values holds any of them by CONTAINS in a definition that the console writes.
_LISTED = {"EQUALS": "CONTAINS", "DOES_NOT_EQUAL": "DOES_NOT_CONTAIN"}
_KINDS: dict[str, tuple[str, Callable[[Option], Json]]] = {
    "CATEGORY_FILTER": ("CategoryFilter", _category),
    "NUMERIC_EQUALITY_FILTER": ("NumericEqualityFilter", _equality),
    "NUMERIC_RANGE_FILTER": ("NumericRangeFilter", _range),
    "DATE_RANGE_FILTER": ("TimeRangeFilter", _dates),
    "RELATIVE_DATE_FILTER": ("RelativeDatesFilter", _relative),
    "NULLS_OF_text": ("CategoryFilter", _text_nulls),
    "NULLS_OF_boolean": ("CategoryFilter", _text_nulls),
    "NULLS_OF_number": ("NumericRangeFilter", _number_nulls),
    "NULLS_OF_date": ("TimeRangeFilter", _number_nulls),
}

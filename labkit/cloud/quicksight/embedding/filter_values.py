"""Filters with a reader's values in them, and filters made of values.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Filter.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.visuals.parameters import ALL
from labkit.cloud.quicksight.words import invalid

Json = Mapping[str, Any]
ID = "reader"
_ALL = "FILTER_ALL_VALUES"


def changed(kind: str, body: Json, value: Any) -> dict[str, Any]:
    """The members of a filter that another value changes.

    Args:
        kind: the member of the API's union: ``CategoryFilter``.
        body: the filter.
        value: a list of chosen values, empty for all; of a range its two ends, ``None`` where it
            is open; of relative dates type, granularity and number.

    Raises:
        AwsError: the value does not fit the filter.
    """
    if kind not in _CHANGES:
        raise invalid(f"A {kind} has no value that a control could change.")
    listed = list(value) if isinstance(value, list | tuple) else [value]
    try:
        return _CHANGES[kind](body, [] if ALL in listed else listed)
    except (ValueError, TypeError, IndexError) as error:
        raise invalid(f"{value} is no value of a {kind}.") from error


def among(column: Json, values: Sequence[Any]) -> Json:
    """A filter of some values of a column; all of them where none is named."""
    return {"CategoryFilter": {"FilterId": ID, "Column": column, "Configuration": _listed(values)}}


def equal(column: Json, value: Any, kind: str, granularity: str) -> Json:
    """A filter of one value of a column.

    Args:
        kind: of the values: ``text``, ``number``, ``date``, ``boolean``.
        granularity: of a date.
    """
    if kind == "date" and value is not None:
        moment = {"TimeGranularity": granularity or "DAY", "Value": str(value)}
        return {"TimeEqualityFilter": {"FilterId": ID, "Column": column, **moment}}
    if kind == "number" and value is not None:
        same = {"Value": _number(value), "MatchOperator": "EQUALS", "NullOption": "NON_NULLS_ONLY"}
        return {"NumericEqualityFilter": {"FilterId": ID, "Column": column, **same}}
    return among(column, [value])


def typed(value: Any, kind: str) -> Any:
    """A parameter's value, given as text or as what it is.

    Args:
        kind: of the parameter: ``String``, ``Integer``, ``Decimal``, ``DateTime``.
    """
    if value is None or value == ALL:
        return value
    try:
        return _TYPES[kind](value)
    except ValueError as error:
        raise invalid(f"{value} is no {kind}.") from error


def _number(value: Any) -> int | float:
    """A number; a whole one exactly, where a double would be another's."""
    try:
        return int(str(value))
    except ValueError:
        return float(value)


def _whole(value: Any) -> int:
    number = _number(value)
    if not float(number).is_integer():
        raise ValueError(value)
    return int(number)


def _moment_text(value: Any) -> str:
    """A moment as it was written, which is one."""
    walk.moment(text := str(value))
    return text


_TYPES: dict[str, Callable[[Any], Any]] = {
    "String": str,
    "Integer": _whole,
    "Decimal": float,
    "DateTime": _moment_text,
}


def _listed(values: Sequence[Any], old: Json | None = None) -> Json:
    """A list of a category filter in the place of an old one, NULL by its option."""
    kept = {"MatchOperator": (old or {}).get("MatchOperator", "CONTAINS")}
    nulls = {name: value for name, value in (old or {}).items() if name == "NullOption"}
    if not values:
        return {"FilterListConfiguration": {**kept, **nulls, "SelectAllOptions": _ALL}}
    named = [text(each) for each in values if each is not None]
    if None in values:
        nulls = {"NullOption": "ALL_VALUES" if named else "NULLS_ONLY"}
    elif kept["MatchOperator"] == "CONTAINS":
        nulls = {"NullOption": "NON_NULLS_ONLY"}
    return {"FilterListConfiguration": {**kept, "CategoryValues": named, **nulls}}


def text(value: Any) -> str:
    """
    >>> text(3.0), text(True)
    ('3', 'true')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _category(body: Json, values: Sequence[Any]) -> dict[str, Any]:
    [(shape, old)] = body["Configuration"].items()
    if shape == "CustomFilterConfiguration" and values:
        kept = {k: v for k, v in old.items() if k not in ("SelectAllOptions", "ParameterName")}
        return {"Configuration": {shape: {**kept, "CategoryValue": text(values[0])}}}
    is_list = shape != "CustomFilterConfiguration"
    return {"Configuration": _listed(values, old if is_list else None)}


def _equality(body: Json, values: Sequence[Any]) -> dict[str, Any]:
    if not values:
        return {"SelectAllOptions": _ALL}
    return {"Value": _number(values[0]), "SelectAllOptions": None, "ParameterName": None}


def _range(body: Json, values: Sequence[Any]) -> dict[str, Any]:
    if not values:
        return {"SelectAllOptions": _ALL}
    ends = [each if each is None else {"StaticValue": _number(each)} for each in values]
    return {"RangeMinimum": ends[0], "RangeMaximum": ends[-1], "SelectAllOptions": None}


def _moment(body: Json, values: Sequence[Any]) -> dict[str, Any]:
    moment = _moment_text(values[0]) if values and values[0] else None
    return {"Value": moment, "ParameterName": None, "RollingDate": None}


def _moments(body: Json, values: Sequence[Any]) -> dict[str, Any]:
    ends = [{"StaticValue": _moment_text(each)} if each else None for each in values or [None]]
    return {"RangeMinimumValue": ends[0], "RangeMaximumValue": ends[-1]}


def _relative(body: Json, values: Sequence[Any]) -> dict[str, Any]:
    if not values:
        return {}
    kind, granularity, count = values
    made = {"RelativeDateType": str(kind), "TimeGranularity": str(granularity)}
    return {**made, "RelativeDateValue": _whole(count), "ParameterName": None}


def _top(body: Json, values: Sequence[Any]) -> dict[str, Any]:
    return {"Limit": _whole(values[0]), "ParameterName": None} if values else {}


_CHANGES: dict[str, Callable[[Json, Sequence[Any]], dict[str, Any]]] = {
    "CategoryFilter": _category,
    "NumericEqualityFilter": _equality,
    "NumericRangeFilter": _range,
    "TimeEqualityFilter": _moment,
    "TimeRangeFilter": _moments,
    "RelativeDatesFilter": _relative,
    "TopBottomFilter": _top,
}

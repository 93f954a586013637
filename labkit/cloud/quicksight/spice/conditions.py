"""Conditions of a filter: an expression, or one of the structured conditions on a column.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_FilterOperation.html
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from labkit.cloud import members
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.quicksight.spice import calculations
from labkit.cloud.quicksight.spice.model import PreparationError, Relation

Members = Mapping[str, Any]
_SIGNS = {
    "EQUALS": "=",
    "DOES_NOT_EQUAL": "<>",
    "GREATER_THAN": ">",
    "GREATER_THAN_OR_EQUALS_TO": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_OR_EQUALS_TO": "<=",
    "BEFORE": "<",
    "BEFORE_OR_EQUALS_TO": "<=",
    "AFTER": ">",
    "AFTER_OR_EQUALS_TO": ">=",
}
_TEXTS: dict[str, Callable[[str, str], str]] = {
    "EQUALS": lambda column, text: f"{column} = {text}",
    "DOES_NOT_EQUAL": lambda column, text: f"{column} <> {text}",
    "CONTAINS": lambda column, text: f"contains({column}, {text})",
    "DOES_NOT_CONTAIN": lambda column, text: f"NOT contains({column}, {text})",
    "STARTS_WITH": lambda column, text: f"starts_with({column}, {text})",
    "ENDS_WITH": lambda column, text: f"ends_with({column}, {text})",
}


def condition(table: Relation, filter: Members, parameters: Mapping[str, Any]) -> str:
    """SQL of a filter's condition.

    Raises:
        PreparationError: it is none, or its column is not there or of another type.
    """
    given = {name: value for name, value in filter.items() if value is not None}
    if len(given) != 1:
        raise PreparationError("A filter operation has exactly one condition.")
    [(name, value)] = given.items()
    if name == "ConditionExpression":
        return calculations.condition(table, value, parameters)
    kinds, build = _STRUCTURED[name]
    column = table.column(value.get("ColumnName", ""))
    if column.type.base not in kinds:
        raise PreparationError(f"A {name} does not fit the column '{column.name}'.")
    return build(column.sql, value)


def literal(value: Any) -> str:
    """SQL of a parameter's or a condition's value."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime.datetime):
        return f"TIMESTAMP '{value.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S.%f}'"
    return quoted_text(str(value))


def moment(value: Any) -> str:
    """SQL of a date that the API gave, as seconds since 1970 or as text."""
    if isinstance(value, datetime.datetime):
        return literal(value)
    if isinstance(value, int | float):
        return literal(datetime.datetime.fromtimestamp(value, datetime.UTC))
    return literal(members.moment(str(value)))


def _string(column: str, value: Members) -> str:
    if listed := value.get("ListFilterCondition"):
        texts = ", ".join(map(quoted_text, (listed.get("Values") or {}).get("StaticValues") or []))
        if not texts:
            raise PreparationError("A list filter needs values.")
        negation = " NOT" if listed["Operator"] == "EXCLUDE" else ""
        return f"{column}{negation} IN ({texts})"
    compared = _one(value, "ComparisonFilterCondition")
    return _TEXTS[compared["Operator"]](column, quoted_text(_static(compared)))


def _numeric(column: str, value: Members) -> str:
    return _compared(column, value, literal)


def _date(column: str, value: Members) -> str:
    return _compared(column, value, moment)


def _compared(column: str, value: Members, spelled: Callable[[Any], str]) -> str:
    if ranged := value.get("RangeFilterCondition"):
        return _range(column, ranged, spelled)
    compared = _one(value, "ComparisonFilterCondition")
    return f"{column} {_SIGNS[compared['Operator']]} {spelled(_static(compared))}"


def _range(column: str, ranged: Members, spelled: Callable[[Any], str]) -> str:
    parts = []
    for bound, included, signs in (
        ("RangeMinimum", "IncludeMinimum", (">", ">=")),
        ("RangeMaximum", "IncludeMaximum", ("<", "<=")),
    ):
        if ranged.get(bound):
            limit = spelled(_static({"Value": ranged[bound]}))
            parts.append(f"{column} {signs[bool(ranged.get(included))]} {limit}")
    if not parts:
        raise PreparationError("A range filter needs a minimum or a maximum.")
    return " AND ".join(parts)


def _one(value: Members, name: str) -> Members:
    if not value.get(name):
        raise PreparationError("A filter condition needs a comparison.")
    found: Members = value[name]
    return found


def _static(compared: Members) -> Any:
    found = (compared.get("Value") or {}).get("StaticValue")
    if found is None:
        raise PreparationError("A filter condition needs a value.")
    return found


_NUMBERS = ("bigint", "double", "integer", "decimal")
_STRUCTURED: dict[str, tuple[tuple[str, ...], Callable[[str, Members], str]]] = {
    "StringFilterCondition": (("varchar",), _string),
    "NumericFilterCondition": (_NUMBERS, _numeric),
    "DateFilterCondition": (("timestamp", "date"), _date),
}

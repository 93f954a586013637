"""Filters of text: lists of values, one text, and what both do with NULL and with parameters.

In a list CONTAINS means that the list has the value; of one text, that it stands in the value.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CategoryFilterConfiguration.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.quicksight.visuals.expressions import Expressions
from labkit.cloud.quicksight.visuals.model import VisualError, one_of
from labkit.cloud.quicksight.visuals.parameters import ALL

Json = Mapping[str, Any]
EVERYTHING = "TRUE"


def with_nulls(match: str, sql: str, body: Json, default: str = "NON_NULLS_ONLY") -> str:
    """A match, and what becomes of NULL."""
    match body.get("NullOption", default):
        case "NULLS_ONLY":
            return f"{sql} IS NULL"
        case "ALL_VALUES":
            return EVERYTHING if match == EVERYTHING else f"({match} OR {sql} IS NULL)"
    return f"({match} AND {sql} IS NOT NULL)"


def given(configuration: Json, key: str, names: Expressions) -> list[Any] | None:
    """The values to compare with; ``None`` where everything is selected."""
    name = configuration.get("ParameterName")
    if not name:
        return [configuration[key]] if key in configuration else None
    value = parameter(name, names)
    if value == ALL or name in names.unset:
        return None
    return list(value) if isinstance(value, list | tuple) else [value]


def selects_all(body: Json, values: list[Any] | None) -> bool:
    """Whether a filter lets every value through; a parameter that has a value goes before."""
    if values is None:
        return True
    bound = body.get("ParameterName") and any(value is not None for value in values)
    return body.get("SelectAllOptions") == "FILTER_ALL_VALUES" and not bound


def parameter(name: str, names: Expressions) -> Any:
    """A parameter's value.

    Raises:
        VisualError: it is not declared.
    """
    if name not in names.parameters:
        known = ", ".join(names.parameters) or "none"
        raise VisualError(f"The definition declares no parameter '{name}'. Known: {known}.")
    return names.parameters[name]


def one_value(name: str, names: Expressions) -> Any:
    """A parameter's value; of a list, its first; ``None`` where it has none or selects all."""
    value = parameter(name, names)
    first = value[0] if isinstance(value, list) and value else value
    return None if first in ([], ALL) else first


def either(conditions: Iterable[str]) -> str:
    """A condition that holds where one of these does."""
    parts = list(conditions)
    return f"({' OR '.join(parts)})" if parts else "FALSE"


def _listed(text: str, configuration: Json, names: Expressions) -> str:
    """Of a list of values: those in it, or those that are not."""
    chosen = [str(value) for value in configuration.get("CategoryValues") or ()]
    if not chosen and configuration.get("SelectAllOptions") == "FILTER_ALL_VALUES":
        return with_nulls(EVERYTHING, text, configuration, "ALL_VALUES")
    operator = str(configuration["MatchOperator"])
    exact = {"CONTAINS": "EQUALS", "DOES_NOT_CONTAIN": "DOES_NOT_EQUAL"}.get(operator, operator)
    default = "ALL_VALUES" if exact == "DOES_NOT_EQUAL" else "NON_NULLS_ONLY"
    return with_nulls(_MATCHES[one_of(exact, _MATCHES)](text, chosen), text, configuration, default)


def _custom(text: str, configuration: Json, names: Expressions) -> str:
    """Of one text, written or from a parameter."""
    values = given(configuration, "CategoryValue", names)
    if selects_all(configuration, values):
        return with_nulls(EVERYTHING, text, configuration, "ALL_VALUES")
    chosen = [str(value) for value in values or () if value is not None]
    match = _MATCHES[one_of(configuration["MatchOperator"], _MATCHES)](text, chosen)
    if None in (values or ()) and configuration["MatchOperator"] == "EQUALS":
        return f"({match} OR {text} IS NULL)"
    return with_nulls(match, text, configuration, "NON_NULLS_ONLY")


def _in(text: str, values: list[str]) -> str:
    return f"{text} IN ({', '.join(map(quoted_text, values))})" if values else "FALSE"


def _not_in(text: str, values: list[str]) -> str:
    return f"NOT {_in(text, values)}" if values else f"{text} IS NOT NULL"


def _by(function: str, *, negated: bool = False) -> Callable[[str, list[str]], str]:
    def match(text: str, values: list[str]) -> str:
        one = either(f"{function}({text}, {quoted_text(value)})" for value in values)
        return f"NOT {one}" if negated else one

    return match


_MATCHES: dict[str, Callable[[str, list[str]], str]] = {
    "EQUALS": _in,
    "DOES_NOT_EQUAL": _not_in,
    "CONTAINS": _by("contains"),
    "DOES_NOT_CONTAIN": _by("contains", negated=True),
    "STARTS_WITH": _by("starts_with"),
    "ENDS_WITH": _by("ends_with"),
}
TEXTS: dict[str, Callable[[str, Json, Expressions], str]] = {
    "FilterListConfiguration": _listed,
    "CustomFilterListConfiguration": _listed,
    "CustomFilterConfiguration": _custom,
}

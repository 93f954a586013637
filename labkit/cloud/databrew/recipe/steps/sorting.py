"""Rows in an order.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.SORT.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import Json, flag
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

operation = category("Basic column")

_MEMBERS = (
    "sourceColumn",
    "ordering",
    "nullsOrdering",
    "customOrder",
    "isCustomOrderCaseSensitive",
)
_DIRECTIONS = {"ASCENDING": "ASC", "DESCENDING": "DESC"}
_NULLS = {"NULLS_TOP": "DESC", "NULLS_BOTTOM": "ASC"}


@operation("SORT", ordered=True)
def sort(table: Relation, *, expressions: Json) -> Relation:
    """Rows ordered by one or more columns, each ascending, descending or in an order of its own.

    Missing values are first in an ascending order and last in a descending one unless told
    otherwise, as in Spark; values that an own order does not name follow it, in their order.
    """
    if not isinstance(expressions, list) or not expressions:
        raise RecipeError("The parameter 'expressions' must be a JSON list of sorting expressions.")
    keys = [key for each in expressions for key in _keys(table, each)]
    shown = [(each.name, each.sql) for each in table.columns]
    return table.derive(shown, order=", ".join([*keys, table.row]))


def _keys(table: Relation, expression: Any) -> list[str]:
    """What to order by for one expression: missing values apart, its own order, the value."""
    if not isinstance(expression, dict):
        raise RecipeError(f"A sorting expression is a JSON object, not '{expression}'.")
    for name in expression:
        if name not in _MEMBERS:
            raise unknown("member of a sorting expression", name, _MEMBERS)
    column = table.column(str(expression.get("sourceColumn", "")))
    direction = _one_of(expression, "ordering", _DIRECTIONS, "ASCENDING")
    missing = "NULLS_TOP" if direction == "ASC" else "NULLS_BOTTOM"
    keys = [f"{column.missing} {_one_of(expression, 'nullsOrdering', _NULLS, missing)}"]
    if expression.get("customOrder"):
        keys.append(f"{_place(column, expression)} {direction}")
    return [*keys, f"{column.sql} {direction}"]


def _place(column: Column, expression: Mapping[str, Any]) -> str:
    """Where a value stands in an own order; those that it does not name are behind in any case."""
    if not isinstance(expression["customOrder"], list):
        raise RecipeError(f"'customOrder' must be a list, not '{expression['customOrder']}'.")
    own = [str(each) for each in expression["customOrder"]]
    text = column.text
    if not flag(expression.get("isCustomOrderCaseSensitive", False), "isCustomOrderCaseSensitive"):
        own, text = [each.lower() for each in own], f"lower({text})"
    listed = ", ".join(map(quoted_text, own))
    behind = 0 if expression.get("ordering") == "DESCENDING" else len(own) + 1
    return f"coalesce(list_position([{listed}], {text}), {behind})"


def _one_of(
    expression: Mapping[str, Any], name: str, choices: Mapping[str, str], default: str
) -> str:
    given = str(expression.get(name) or default)
    if given not in choices:
        raise RecipeError(f"'{name}' must be one of {', '.join(choices)}, not '{given}'.")
    return choices[given]

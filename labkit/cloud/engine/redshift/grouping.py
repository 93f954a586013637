"""GROUP BY: keys by expression, number or name, and sets of them."""

from __future__ import annotations

import re

from sqlglot import exp

from labkit.cloud.engine.redshift.aggregates import AGGREGATES
from labkit.cloud.engine.redshift.alike import alike, has_query
from labkit.cloud.engine.redshift.blanks import is_clean, key, shown, sortable
from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.expressions import expression
from labkit.cloud.engine.redshift.ordering import named_output, numbered_output
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.select_list import excluded_names, expanded, star_of


def group_by(select: exp.Select, scope: Scope, outputs: list[Typed]) -> str:
    """GROUP BY; what is shown of a key goes to ``Scope.shown``."""
    node = select.args.get("group")
    if node is None:
        return ""
    if node.args.get("totals"):
        raise unsupported("GROUP BY WITH TOTALS")
    members = list(node.expressions)
    for kind in ("rollup", "cube", "grouping_sets"):
        members += node.args.get(kind) or ()
    scope.within = dict(scope.aliases)
    keys = [_group_key(each, scope, outputs) for each in members]
    if node.args.get("all"):
        keys = _all_keys(select, scope, outputs)
    if any(isinstance(each, tuple(_GROUPINGS)) for each in members):
        for sql, value in scope.shown.items():
            told = f"grouping({scope.grouped_by.get(sql, value)})"
            scope.shown[sql] = f"CASE WHEN {told} = 0 THEN {value} END"
    return f" GROUP BY {', '.join(keys)}"


def _all_keys(select: exp.Select, scope: Scope, outputs: list[Typed]) -> list[str]:
    """What GROUP BY ALL groups by: DuckDB finds it, unless text that may end with blanks is."""
    if all(map(is_clean, outputs)):
        return ["ALL"]
    excluded = excluded_names(select, scope)
    aggregated: list[bool] = []
    for each in select.expressions:
        star = star_of(each)
        width = len(expanded(star, each, excluded, scope)) if star else 1
        aggregated += [_aggregates(each)] * width
    own = zip(aggregated, outputs, strict=True)
    return [_key_of(output, scope) for whole, output in own if not whole] or ["ALL"]


def _aggregates(node: exp.Expr) -> bool:
    calls = node.find_all(exp.Anonymous)
    return any(str(call.this).lower() in AGGREGATES for call in calls)


_GROUPINGS: dict[type[exp.Expr], str] = {
    exp.Rollup: "ROLLUP",
    exp.Cube: "CUBE",
    exp.GroupingSets: "GROUPING SETS",
}


def _group_key(node: exp.Expr, scope: Scope, outputs: list[Typed]) -> str:
    if type(node) in _GROUPINGS:
        inner = ", ".join(_group_key(each, scope, outputs) for each in node.expressions)
        return f"{_GROUPINGS[type(node)]} ({inner})"
    if isinstance(node, exp.Tuple):
        return f"({', '.join(_group_key(each, scope, outputs) for each in node.expressions)})"
    if isinstance(node, exp.Paren):
        return f"({_group_key(node.this, scope, outputs)})"
    if (at := numbered_output(node, outputs, "GROUP BY")) is not None:
        return _key_of(outputs[at], scope)
    own = isinstance(node, exp.Column) and len(node.parts) == 1
    if own and scope.column("", node.name.lower()) is None:
        named = named_output(node, outputs, "GROUP BY")
        if named is not None:
            return _key_of(outputs[named], scope)
    with scope.ungrouped():
        value = expression(node, scope)
    return _key_of(value, scope)


_INTEGER = re.compile(r"[-+(\s]*\d+[)\s]*")


def _key_of(value: Typed, scope: Scope) -> str:
    if not is_clean(sortable(value)):
        scope.shown[alike(value.sql)] = shown(value).sql
        return scope.grouped_by.setdefault(alike(value.sql), key(value))
    if has_query(value.sql):  # DuckDB knows it again by its very letters
        return scope.shown.setdefault(alike(value.sql), value.sql)
    if _INTEGER.fullmatch(value.sql):  # the constant 5 is no fifth output
        scope.shown[value.sql] = f"CAST({value.sql} AS {value.type.duckdb})"
        return scope.shown[value.sql]
    return value.sql

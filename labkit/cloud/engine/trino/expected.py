"""Expressions of which their place expects a type: a condition's boolean, one type for several."""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.library import common_type
from labkit.cloud.engine.trino.operators import coerced
from labkit.cloud.engine.trino.scope import Scope
from labkit.cloud.engine.types import BOOLEAN, UNKNOWN, Type


def condition(node: tree.Expression, scope: Scope, clause: str) -> str:
    """An expression that must be true, false or NULL."""
    value = scope.value(node)
    if value.type not in (BOOLEAN, UNKNOWN):
        raise scope.fail(
            node, "TYPE_MISMATCH", f"{clause} must evaluate to a boolean: actual type {value.type}"
        )
    return value.sql


def unified(nodes: list[tree.Expression], scope: Scope, problem: str) -> tuple[list[str], Type]:
    """Expressions as their common type."""
    values = [scope.value(node) for node in nodes]
    kind: Type = UNKNOWN
    for node, value in zip(nodes, values, strict=True):
        wider = common_type([kind, value.type])
        if wider is None:
            shown = ", ".join(dict.fromkeys(v.type.display for v in values))
            message = (
                f"{problem} to a common type. Cannot find common type between {kind.display} and "
                f"{value.type.display}, all types (without duplicates): [{shown}]"
            )
            raise scope.fail(node, "TYPE_MISMATCH", message)
        kind = wider
    return [coerced(value, kind).sql for value in values], kind

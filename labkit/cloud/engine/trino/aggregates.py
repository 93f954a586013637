"""Aggregates: where they may stand, and their DISTINCT, FILTER and ORDER BY.

Source: https://trino.io/docs/current/functions/aggregate.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.arguments import resolved_call
from labkit.cloud.engine.trino.comparisons import sort_key
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.trino.functions.equality import comparable, is_keyed
from labkit.cloud.engine.trino.grouping import walk
from labkit.cloud.engine.trino.library import Resolved, kinds
from labkit.cloud.engine.trino.scope import Scope, Typed, qualified_parts
from labkit.cloud.engine.trino.sorting import sort_terms
from labkit.cloud.engine.types import BOOLEAN


def aggregate(node: tree.Call, scope: Scope) -> Typed:
    """An aggregate of the group, or of all rows where there are no groups.

    Raises:
        QueryFailed: NESTED_AGGREGATION, or it stands where none may.
    """
    if scope.grouping is None:
        raise misplaced(node, scope, "NESTED_AGGREGATION", "aggregations")
    source = replace(scope.grouping.source, clause=f"Aggregation '{node.name}'")
    if _reads_outer_columns_only(node, source):
        message = "An aggregation over columns of the outer query alone is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    found, sql = aggregate_sql(node, source, after=filter_of(node, source))
    return Typed(scope.grouping.aggregate(sql), found.returns)


def pattern_aggregate(node: tree.Call, scope: Scope, order: str) -> Typed:
    """An aggregate over rows of a row pattern's match, in the order of ``order`` if it is given."""
    found, args = resolved_call(node, scope, "aggregate")
    if node.name in _COUNTING:
        args = _distinct_keys(node, found, args, scope)
    inside = f"ORDER BY {order}" if order and args else ""
    return Typed(found.render(args, inside=inside), found.returns)


def aggregate_sql(node: tree.Call, scope: Scope, *, after: str) -> tuple[Resolved, str]:
    """An aggregate's call in the scope of its arguments."""
    if node.star:
        if node.name != "count":
            message = f"Unexpected parameters (*) for function {node.name}"
            raise scope.fail(node, "FUNCTION_NOT_FOUND", message)
        node = replace(node, star=False, args=())
    if node.name in _CHECKS:
        _CHECKS[node.name](node, scope)
    found, args = resolved_call(node, scope, "aggregate")
    order = sort_terms(node.order_by, scope)
    inside = f"ORDER BY {order}" if order and node.name not in _ORDERLESS else ""
    if node.ignore_nulls is not None and "window" not in kinds(node.name):
        message = f"Cannot specify null treatment clause for {node.name} function"
        raise scope.fail(node, "NULL_TREATMENT_NOT_ALLOWED", message)
    for kind in found.parameters if node.distinct else ():
        if not comparable(kind):
            message = "DISTINCT can only be applied to comparable types (actual: "
            raise scope.fail(node, "TYPE_MISMATCH", f"{message}{kind.display})")
    if node.distinct or node.name in _COUNTING:
        args = _distinct_keys(node, found, args, scope)
    sql = found.render(args, distinct=node.distinct, inside=inside, after=after)
    return found, sql


def _reads_outer_columns_only(node: tree.Call, scope: Scope) -> bool:
    """Such an aggregation is the subquery's own in Trino, and the outer query's in DuckDB."""
    if scope.parent is None:
        return False
    names = [parts for one in walk(node) if (parts := qualified_parts(one))]
    own = any(map(scope.meant, names))
    return not own and any(map(scope.parent.sees, names))


def misplaced(node: tree.Call, scope: Scope, nested: str, what: str) -> QueryFailed:
    """An aggregate or a window function where none may stand."""
    clause, text = scope.clause or "Expression", scope.source(node)
    if clause.startswith("Aggregation"):
        message = f"Cannot nest {what} inside {clause[0].lower()}{clause[1:]}: [{text}]"
        return scope.fail(node, nested, message)
    rule = "cannot contain aggregations, window functions or grouping operations"
    return scope.fail(node, "EXPRESSION_NOT_SCALAR", f"{clause} {rule}: [{text}]")


def _check_text(node: tree.Call, scope: Scope) -> None:
    value = scope.value(node.args[0])
    if value.type.base not in ("varchar", "unknown"):
        text = scope.source(node.args[0])
        message = f"Expected expression of type varchar, but '{text}' has {value.type.display} type"
        raise scope.fail(node.args[0], "TYPE_MISMATCH", message)


def _check_percentage(node: tree.Call, scope: Scope) -> None:
    """DuckDB takes constants alone."""
    for one in walk(node.args[-1:]):
        parts = qualified_parts(one)
        if (parts and scope.sees(parts)) or (isinstance(one, tree.Literal) and one.kind == "null"):
            message = "A percentage of approx_percentile that is no constant is not supported here"
            raise scope.fail(one, "NOT_SUPPORTED", message)


_CHECKS: dict[str, Callable[[tree.Call, Scope], None]] = {
    "listagg": _check_text,
    "approx_percentile": _check_percentage,
}


def _distinct_keys(node: tree.Call, found: Resolved, args: list[str], scope: Scope) -> list[str]:
    """Arguments that are equal where Trino's are, by their keys."""
    if not any(map(is_keyed, found.parameters)):
        return args
    if node.name not in _COUNTING:
        message = f"{node.name}(DISTINCT) of maps and zoned timestamps is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    return [sort_key(arg, kind) for arg, kind in zip(args, found.parameters, strict=True)]


#: The order of rows says nothing to them, and DuckDB refuses it.
_ORDERLESS = ("approx_distinct", "approx_percentile")

#: They tell how many values there are, whichever of the equal ones is shown.
_COUNTING = ("count", "approx_distinct")


def filter_of(node: tree.Call, scope: Scope) -> str:
    if node.where is None:
        return ""
    value = scope.value(node.where)
    if value.type != BOOLEAN:
        message = f"Filter expression must evaluate to a boolean: actual type {value.type}"
        raise scope.fail(node.where, "TYPE_MISMATCH", message)
    return f"FILTER (WHERE {value.sql})"

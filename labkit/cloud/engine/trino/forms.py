"""Forms that look like calls: ``if``, ``coalesce``, ``nullif``, ``try``, ``grouping`` and the like.

They are Trino's grammar rather than functions of its library, with rules of types of their own.
Source: https://trino.io/docs/current/functions/conditional.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.aggregates import misplaced
from labkit.cloud.engine.trino.arguments import only_plain
from labkit.cloud.engine.trino.comparisons import comparison
from labkit.cloud.engine.trino.expected import unified
from labkit.cloud.engine.trino.once import once
from labkit.cloud.engine.trino.safe import tried, unread
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import BIGINT, INTEGER, Type


def special_form(node: tree.Call, scope: Scope) -> Typed:
    least, most, form = FORMS[node.name]
    only_plain(node, scope)
    if not least <= len(node.args) <= most:
        message = f"Invalid number of arguments for '{node.name}' function"
        raise scope.fail(node, "SYNTAX_ERROR", _NUMBERS.get(node.name, message))
    return form(node, scope)


def _if(node: tree.Call, scope: Scope) -> Typed:
    test, then, *other = node.args
    whens = ((test, then),)
    return scope.value(tree.Case(node.start, node.end, None, whens, other[0] if other else None))


def _coalesce(node: tree.Call, scope: Scope) -> Typed:
    problem = "All COALESCE operands must be the same type or coercible"
    values, kind = unified(list(node.args), scope, problem)
    return Typed(f"coalesce({', '.join(values)})", kind)


def _nullif(node: tree.Call, scope: Scope) -> Typed:
    """The result has the type of the first."""
    first, second = (scope.value(arg) for arg in node.args)
    if comparison("=", first, second) is None:
        message = f"Types are not comparable with NULLIF: {first.type} vs {second.type}"
        raise scope.fail(node, "TYPE_MISMATCH", message)

    def render(a: str, b: str) -> str:
        equal = comparison("=", Typed(a, first.type), Typed(b, second.type))
        return f"CASE WHEN {equal and equal.sql} THEN NULL ELSE {a} END"

    return Typed(once(render, first.sql, second.sql, long=1000), first.type)


def _try(node: tree.Call, scope: Scope) -> Typed:
    """Casts and ``date_parse`` are tried by themselves: much the quicker where many fail."""
    arg = node.args[0]
    if isinstance(arg, tree.Cast) and scope.grouping is None:
        arg = replace(arg, safe=True)
    value = scope.value(arg)
    sql = tried(unread(value.sql) if _parses_date(arg) else value.sql, scope)
    if sql is None:
        message = "TRY of a subquery or a window function is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    return Typed(sql, value.type)


def _parses_date(node: tree.Expression) -> bool:
    """Whether a value is what ``date_parse`` gives, or that as another type."""
    if isinstance(node, tree.Cast):
        return _parses_date(node.value)
    if not isinstance(node, tree.Call):
        return False
    return node.name == "date_parse" or (node.name == "date" and _parses_date(node.args[0]))


def _typeof(node: tree.Call, scope: Scope) -> Typed:
    text = scope.value(node.args[0]).type.display
    return Typed(quoted_text(text), Type("varchar"))


def _grouping(node: tree.Call, scope: Scope) -> Typed:
    if scope.clause:
        raise misplaced(node, scope, "NESTED_AGGREGATION", "grouping operations")
    if scope.grouping is None or not scope.grouping.grouped:
        message = (
            "A GROUPING() operation can only be used with a corresponding "
            "GROUPING SET/CUBE/ROLLUP/GROUP BY clause"
        )
        raise scope.fail(node, "MISSING_GROUP_BY", message)
    positions = []
    for arg in node.args:
        at = scope.grouping.position(arg)
        if at is None:
            message = (
                "The arguments to GROUPING() must be expressions referenced by the GROUP BY at the "
                f"associated query level. Mismatch due to {scope.source(arg)}."
            )
            raise scope.fail(node, "INVALID_ARGUMENTS", message)
        positions.append(at)
    kind = INTEGER if len(positions) < 32 else BIGINT
    return Typed(f"CAST({scope.grouping.grouping(positions)} AS {kind.duckdb})", kind)


def _current_catalog(node: tree.Call, scope: Scope) -> Typed:
    return Typed(quoted_text(scope.state.catalog.name), Type("varchar"))


def _current_schema(node: tree.Call, scope: Scope) -> Typed:
    return Typed(quoted_text(scope.database), Type("varchar"))


_MANY = 1000
#: What Trino says where the number of arguments is wrong, if it is not what it says of others.
_NUMBERS = {
    "try": "The 'try' function must have exactly one argument",
    "coalesce": "The 'coalesce' function must have at least two arguments",
}

FORMS: dict[str, tuple[int, int, Callable[[tree.Call, Scope], Typed]]] = {
    "if": (2, 3, _if),
    "coalesce": (2, _MANY, _coalesce),
    "nullif": (2, 2, _nullif),
    "try": (1, 1, _try),
    "typeof": (1, 1, _typeof),
    "grouping": (1, 63, _grouping),
    "current_catalog": (0, 0, _current_catalog),
    "current_schema": (0, 0, _current_schema),
}

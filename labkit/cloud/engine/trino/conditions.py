"""Conditions: comparisons, BETWEEN, IN, LIKE, IS NULL, and AND, OR and NOT of them.

Source: https://trino.io/docs/current/functions/comparison.html, and logical.html beside it
"""

from __future__ import annotations

import re

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.comparisons import (
    comparable_type,
    comparison,
    for_comparison,
    plain,
)
from labkit.cloud.engine.trino.expected import condition, unified
from labkit.cloud.engine.trino.functions.equality import comparable, orderable
from labkit.cloud.engine.trino.long_lists import as_in, in_long_list, written_out
from labkit.cloud.engine.trino.once import once
from labkit.cloud.engine.trino.operators import INTEGERS, coerced
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import BOOLEAN, UNKNOWN, Type


def compared(node: tree.Comparison, scope: Scope) -> Typed:
    """``left = right`` and its like, by what the two types have in common."""
    left, right = scope.value(node.left), scope.value(node.right)
    found = comparison(node.op, left, right)
    if found is None:
        op = _MIRRORED.get(node.op, node.op)
        message = f"Cannot apply operator: {left.type.display} {op} {right.type.display}"
        raise scope.fail(node.at, "TYPE_MISMATCH", message)
    return found


#: Trino names these by the operator that it looks up for them.
_MIRRORED = {"<>": "=", ">": "<", ">=": "<="}


def negated(node: tree.Not, scope: Scope) -> Typed:
    """``NOT`` of a condition."""
    value = condition(node.value, scope, "Value of logical NOT expression")
    return Typed(f"(NOT {value})", BOOLEAN)


def logical(node: tree.Logical, scope: Scope) -> Typed:
    """``AND`` or ``OR`` of conditions."""
    many = as_in(node)
    if many and _are_plain(many.value, scope):
        condition(node.terms[0], scope, "Logical expression term")  # its types are the others'
        return in_list(many, scope)
    terms = [condition(term, scope, "Logical expression term") for term in node.terms]
    return Typed(f"({f' {node.op} '.join(terms)})", BOOLEAN)


def _are_plain(node: tree.Expression, scope: Scope) -> bool:
    """Whether all parts of a row are integers or texts without padding."""
    kinds = scope.value(node).type.types
    return all(kind.base in (*INTEGERS, "varchar") for kind in kinds)


def between(node: tree.Between, scope: Scope) -> Typed:
    """``value BETWEEN low AND high``; what is kept by a key is compared twice."""
    value, low, high = (scope.value(part) for part in (node.value, node.low, node.high))
    kind = comparable_type([value.type, low.type, high.type])
    if kind is None or not orderable(kind):
        shown = " and ".join(v.type.display for v in (low, high))
        message = f"Cannot check if {value.type.display} is BETWEEN {shown}"
        raise scope.fail(node.at, "TYPE_MISMATCH", message)
    if plain(kind) and kind != UNKNOWN:
        a, b, c = (for_comparison(v, kind) for v in (value, low, high))
        return Typed(f"({a} BETWEEN {b} AND {c})", BOOLEAN)

    def render(sql: str) -> str:
        own = Typed(sql, value.type)
        above, below = comparison(">=", own, low), comparison("<=", own, high)
        return f"({above and above.sql} AND {below and below.sql})"

    return Typed(once(render, value.sql, long=_LONG), BOOLEAN)


#: How long a value is compared twice.
_LONG = 2000


def in_list(node: tree.InList, scope: Scope) -> Typed:
    """``value IN (item, ...)``."""
    value = scope.value(node.value)
    items = [scope.value(item) for item in node.items]
    kind = comparable_type([value.type, *(item.type for item in items)])
    if kind is None:
        problem = "IN value and list items must be the same type or coercible"
        _, kind = unified([node.value, *node.items], scope, problem)
    if not comparable(kind):
        message = f"Cannot apply operator: {kind.display} = {kind.display}"
        raise scope.fail(node.value, "TYPE_MISMATCH", message)
    if plain(kind) and kind != UNKNOWN:
        plainly = ", ".join(for_comparison(item, kind) for item in items)
        return Typed(f"({for_comparison(value, kind)} IN ({plainly}))", BOOLEAN)

    listed = written_out(node.items, kind, scope)

    def render(sql: str) -> str:
        own = coerced(Typed(sql, value.type), kind)
        if listed:
            return in_long_list(own, listed)
        found = [comparison("=", own, coerced(item, kind)) for item in items]
        return f"({' OR '.join(one.sql for one in found if one)})"

    return Typed(once(render, value.sql, long=_LONG), BOOLEAN)


def like(node: tree.Like, scope: Scope) -> Typed:
    """``value LIKE pattern ESCAPE escape`` of texts."""
    parts = [node.value, node.pattern, *([node.escape] if node.escape else [])]
    values = [scope.value(part) for part in parts]
    for part, value in zip(parts, values, strict=True):
        if value.type.base not in ("varchar", "char", "unknown"):
            message = (
                f"Left side of LIKE expression must evaluate to a varchar (actual: {value.type})"
            )
            if part is not node.value:
                message = message.replace("Left side of", "Pattern for")
            raise scope.fail(part, "TYPE_MISMATCH", message)
    texts = [coerced(value, Type("varchar")).sql for value in values]
    if values[-1].type.base == "unknown" and node.escape is not None:
        return Typed("CAST(NULL AS BOOLEAN)", BOOLEAN)
    escape = f" ESCAPE {_escape(node, texts[2], scope)}" if _escapes(node) else ""
    return Typed(f"({texts[0]} LIKE {texts[1]}{escape})", BOOLEAN)


def _escapes(node: tree.Like) -> bool:
    """Whether there is an escape character: an empty text is none."""
    return node.escape is not None and getattr(node.escape, "text", None) != ""


def _escape(node: tree.Like, sql: str, scope: Scope) -> str:
    """The escape character; a pattern that is a literal may escape no other than what it must."""
    if not isinstance(node.escape, tree.Literal):
        return sql
    escape, message = node.escape.text, ""
    if len(escape) != 1:
        message = "Escape string must be a single character"
    elif isinstance(node.pattern, tree.Literal):
        rest = re.sub(f"{re.escape(escape)}[{re.escape(escape)}%_]", "", node.pattern.text)
        if escape in rest:
            message = "Escape character must be followed by '%', '_' or the escape character itself"
    if message:
        raise scope.fail(node.escape, "INVALID_FUNCTION_ARGUMENT", message)
    return sql


def is_null(node: tree.IsNull, scope: Scope) -> Typed:
    """``value IS NULL``."""
    return Typed(f"({scope.value(node.value).sql} IS NULL)", BOOLEAN)

"""Navigations in a row pattern, ``PREV(LAST(x, 2), 3)``: how they are written and how far they go.

Source: ``analyzePatternRecognitionFunction`` of Trino's ExpressionAnalyzer
"""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.scope import Scope

LOGICAL = ("first", "last")
PHYSICAL = {"prev": -1, "next": 1}


def check_form(node: tree.Expression, call: tree.Call, scope: Scope, *, final: bool) -> None:
    """Refuse the clauses that aggregates have and navigations have not."""
    if call.over:
        message = "Cannot nest window functions or row pattern measures inside pattern"
        raise scope.fail(node, "NESTED_WINDOW", f"{message} recognition expressions")
    clauses = {"FILTER": call.where, "ORDER BY": call.order_by, "DISTINCT": call.distinct}
    for word in (word for word, given in clauses.items() if given):
        message = f"Cannot use {word} with {call.name} pattern recognition function"
        raise scope.fail(node, "INVALID_PATTERN_RECOGNITION_FUNCTION", message)
    if call is not node and call.name not in LOGICAL:
        word = "FINAL" if final else "RUNNING"
        message = f"{word} semantics is not supported with {call.name}"
        code = "INVALID_PROCESSING_MODE"
        raise scope.fail(node, code, f"{message} pattern recognition function")
    if call.name == "match_number" and call.args:
        message = "MATCH_NUMBER pattern recognition function takes no arguments"
        raise scope.fail(node, "INVALID_FUNCTION_ARGUMENT", message)


def offset_of(call: tree.Call, usual: int, scope: Scope) -> int:
    """A navigation's offset, a literal."""
    if not 1 <= len(call.args) <= 2:
        message = f"{call.name.upper()} pattern recognition function requires 1 or 2 arguments"
        raise scope.fail(call, "INVALID_FUNCTION_ARGUMENT", message)
    if len(call.args) == 1:
        return usual
    given = call.args[1]
    sign = 1
    if isinstance(given, tree.Unary) and given.op == "-":
        given, sign = given.value, -1
    if not isinstance(given, tree.Literal) or given.kind != "integer":
        message = (
            f"{call.name.upper()} pattern recognition navigation function requires a number "
            "as the second argument"
        )
        raise scope.fail(call, "INVALID_FUNCTION_ARGUMENT", message)
    offset = sign * int(given.text)
    if not 0 <= offset < 1 << 31:
        words = "a non-negative" if offset < 0 else "no larger"
        message = (
            f"{call.name} pattern recognition navigation function requires {words} number as "
            f"the second argument (actual: {offset})"
        )
        raise scope.fail(call, "NUMERIC_VALUE_OUT_OF_RANGE", message)
    return offset

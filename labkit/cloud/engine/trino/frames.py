"""Window frames: which bounds may stand, and DuckDB's SQL for them.

Source: https://trino.io/docs/current/functions/window.html, and analyzeWindow of Trino's
ExpressionAnalyzer for the words of the failures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.operators import INTEGERS, NUMBERS, milliseconds, months
from labkit.cloud.engine.trino.scope import Scope
from labkit.cloud.engine.types import DAY_SECOND, YEAR_MONTH, Type

_MOMENTS = ("date", "time", "timestamp", "timestamptz", DAY_SECOND.base, YEAR_MONTH.base)
_SPANS = (DAY_SECOND, YEAR_MONTH)
#: What is added to a moment; an interval that is the key is a number itself.
_OF_MOMENTS = {DAY_SECOND: milliseconds, YEAR_MONTH: months}
#: Ends that lie before their start.
_BACKWARD = {("CURRENT ROW", "PRECEDING"), ("FOLLOWING", "PRECEDING"), ("FOLLOWING", "CURRENT ROW")}


def frame_of(frame: tree.Frame, window: tree.Window, scope: Scope, order_scope: Scope) -> str:
    """A frame of a window whose order is known, and read in a scope that may be another."""
    _check_kinds(frame, scope)
    ranged = is_measured(frame)
    if (ranged or frame.unit == "GROUPS") and not window.order_by:
        words = "PRECEDING or FOLLOWING " if ranged else ""
        message = f"Window frame of type {frame.unit} {words}requires ORDER BY"
        raise scope.fail(frame, "MISSING_ORDER_BY", message)
    if ranged:
        _check_order(frame, window, scope, order_scope)
    spans = ranged and order_scope.value(window.order_by[0].value).type in _SPANS
    first, last = (
        _bound(frame, bound, scope, {} if spans else _OF_MOMENTS)
        for bound in (frame.first, frame.last)
    )
    return f"{frame.unit} BETWEEN {first} AND {last}"


def is_measured(frame: tree.Frame) -> bool:
    """Whether it tells distances along the order."""
    return frame.unit == "RANGE" and bool(frame.first[1] or frame.last[1])


def _check_kinds(frame: tree.Frame, scope: Scope) -> None:
    first, last = frame.first[0], frame.last[0]
    message = ""
    if first == "UNBOUNDED FOLLOWING":
        message = "Window frame start cannot be UNBOUNDED FOLLOWING"
    elif last == "UNBOUNDED PRECEDING":
        message = "Window frame end cannot be UNBOUNDED PRECEDING"
    elif (first, last) in _BACKWARD:
        message = f"Window frame starting from {first} cannot end with {last}"
    if message:
        raise scope.fail(frame, "INVALID_WINDOW_FRAME", message)


def _check_order(frame: tree.Frame, window: tree.Window, scope: Scope, order_scope: Scope) -> None:
    """A distance has a meaning along one key alone, which is a number or a moment."""
    words = "Window frame of type RANGE PRECEDING or FOLLOWING requires"
    if len(window.order_by) != 1:
        message = f"{words} single sort item in ORDER BY (actual: {len(window.order_by)})"
        raise scope.fail(frame, "INVALID_ORDER_BY", message)
    key = window.order_by[0].value
    kind = order_scope.value(key).type
    if kind.base not in (*NUMBERS, *_MOMENTS):
        message = (
            f"{words} that sort item type be numeric, datetime or interval (actual: {kind.display})"
        )
        raise scope.fail(key, "TYPE_MISMATCH", message)
    for _, node in (frame.first, frame.last):
        if node is None:
            continue
        offset = scope.value(node).type
        if not _fits(kind, offset):
            message = (
                f"Window frame RANGE value type ({offset.display}) "
                f"not compatible with sort item type ({kind.display})"
            )
            raise scope.fail(node, "TYPE_MISMATCH", message)


def _fits(kind: Type, offset: Type) -> bool:
    """Whether a distance of this type can be added to the key."""
    if kind.base in NUMBERS:
        return offset.base in NUMBERS
    if kind in _SPANS:
        return offset == kind
    return offset in _SPANS and (kind.base, offset) != ("time", YEAR_MONTH)


def _bound(
    frame: tree.Frame,
    bound: tuple[str, tree.Expression | None],
    scope: Scope,
    spans: Mapping[Type, Callable[[str], str]],
) -> str:
    word, node = bound
    if node is None:
        return word
    value = scope.value(node)
    whole = value.type.base in INTEGERS or (value.type.base, *value.type.args[1:]) == ("decimal", 0)
    if frame.unit != "RANGE" and not whole:
        place = "start" if bound is frame.first else "end"
        message = (
            f"Window frame {frame.unit} {place} value type must be exact numeric type with scale 0 "
            f"(actual {value.type.display})"
        )
        raise scope.fail(node, "TYPE_MISMATCH", message)
    sql = value.sql if value.sql.isdigit() else f"trino_distance({value.sql})"
    if frame.unit != "RANGE" and value.type.base == "decimal":
        sql = f"CAST({sql} AS BIGINT)"
    return f"{spans.get(value.type, str)(sql)} {word}"

"""Window functions, and aggregates as such: the call, its OVER and the windows that it may name.

Source: https://trino.io/docs/current/functions/window.html
"""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.aggregates import aggregate_sql, misplaced
from labkit.cloud.engine.trino.arguments import resolved_call
from labkit.cloud.engine.trino.comparisons import sort_key
from labkit.cloud.engine.trino.frames import frame_of, is_measured
from labkit.cloud.engine.trino.functions.equality import comparable
from labkit.cloud.engine.trino.grouping import walk
from labkit.cloud.engine.trino.library import kinds
from labkit.cloud.engine.trino.once import changes
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.trino.sorting import sort_term


def window_call(node: tree.Call, scope: Scope) -> Typed:
    """A call with ``OVER``.

    Raises:
        QueryFailed: NESTED_WINDOW, FUNCTION_NOT_WINDOW, or what Trino does not support there.
    """
    assert node.over is not None
    if scope.clause:
        raise misplaced(node, scope, "NESTED_WINDOW", "window functions")
    found_kinds = kinds(node.name)
    if not found_kinds & {"window", "aggregate"} and found_kinds:
        message = f"Not a window function: {node.name}"
        raise scope.fail(node, "FUNCTION_NOT_WINDOW", message)
    if node.distinct:
        message = "DISTINCT in window function parameters not yet supported: "
        raise scope.fail(node, "NOT_SUPPORTED", message + scope.source(node))
    if node.where:
        message = "FILTER is not yet supported for window functions"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    if node.order_by:
        raise scope.fail(node, "NOT_SUPPORTED", "Window function with ORDER BY is not supported")
    _refuse_nested(node.args, "function arguments", scope)
    inner = replace(scope, clause=None, windows=scope.windows)
    over = _over(node.over, inner, node.name)
    if "window" not in found_kinds:
        found, sql = aggregate_sql(replace(node, over=None), inner, after=over)
        return Typed(f"({sql})", found.returns)
    found, args = resolved_call(node, inner, "window")
    inside = "IGNORE NULLS" if node.ignore_nulls else ""
    return Typed(f"({found.render(args, inside=inside, after=over)})", found.returns)


def check_windows(node: tree.Select, scope: Scope) -> None:
    """The WINDOW clause: each name once, each window as it must be, whether it is used or not."""
    known: dict[str, tree.Window] = {}
    for name, window in node.windows:
        if name in known:
            message = f"WINDOW name '{name}' specified more than once"
            raise scope.fail(window, "DUPLICATE_WINDOW_NAME", message)
        with scope.state.collect():
            _over(window, replace(scope, windows=known, drawn=[]))
        known = known | {name: window}


def _refuse_nested(part: object, where: str, scope: Scope) -> None:
    for one in walk(part):
        if isinstance(one, tree.Call) and one.over is not None:
            words = "Cannot nest window functions or row pattern measures inside window"
            raise scope.fail(one, "NESTED_WINDOW", f"{words} {where}")


def _over(window: tree.Window, scope: Scope, function: str = "") -> str:
    _refuse_nested(window, "specification", scope)
    # What a named window brings is read where it is defined, before the SELECT list's names.
    around = replace(scope, outputs=()) if window.base else scope
    order_scope = scope if window.order_by else around
    frame_scope = scope if window.frame else around
    window = _with_base(window, scope, ())
    if function in ("lag", "lead"):
        _check_neighbour(function, window, scope)
    parts = []
    if window.partition_by:
        keys = [_partition_key(key, around) for key in window.partition_by]
        parts.append(f"PARTITION BY {', '.join(sort_key(k.sql, k.type) for k in keys)}")
    if window.order_by:
        measured = window.frame is not None and is_measured(window.frame)
        keys = [_steady(order_scope.value(item.value), order_scope) for item in window.order_by]
        terms = (
            sort_term(key, item, scope, measured=measured)
            for key, item in zip(keys, window.order_by, strict=True)
        )
        parts.append(f"ORDER BY {', '.join(terms)}")
    if window.frame:
        parts.append(frame_of(window.frame, window, frame_scope, order_scope))
    return f"OVER ({' '.join(parts)})"


def _partition_key(node: tree.Expression, scope: Scope) -> Typed:
    value = scope.value(node)
    if not comparable(value.type):
        message = f"{value.type.display} is not comparable, and therefore cannot be used in"
        raise scope.fail(node, "TYPE_MISMATCH", f"{message} window function PARTITION BY")
    return _steady(value, scope)


def _check_neighbour(function: str, window: tree.Window, scope: Scope) -> None:
    """``lag`` and ``lead`` count along an order, and no frame limits them."""
    if not window.order_by:
        message = f"{function} function requires an ORDER BY window clause"
        raise scope.fail(window, "MISSING_ORDER_BY", message)
    if window.frame:
        message = f"Cannot specify window frame for {function} function"
        raise scope.fail(window.frame, "INVALID_WINDOW_FRAME", message)


def _steady(value: Typed, scope: Scope) -> Typed:
    """A key that DuckDB takes: it refuses ``random()``, which becomes a column of the source."""
    if not changes(value.sql):
        return value
    name = scope.state.fresh("r")
    scope.drawn.append(f"{value.sql} AS {name}")
    return Typed(name, value.type)


def _with_base(window: tree.Window, scope: Scope, seen: tuple[str, ...]) -> tree.Window:
    """A window with what its named base brings."""
    if window.base is None:
        return window
    base = scope.windows.get(window.base)
    if base is None or window.base in seen:
        message = f"Cannot resolve WINDOW name {window.base}"
        raise scope.fail(window, "INVALID_WINDOW_REFERENCE", message)
    base = _with_base(base, scope, (*seen, window.base))
    if window.partition_by:
        message = "WINDOW specification with named WINDOW reference cannot specify PARTITION BY"
        raise scope.fail(window.partition_by[0], "INVALID_PARTITION_BY", message)
    if window.order_by and base.order_by:
        message = "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY"
        raise scope.fail(window.order_by[0], "INVALID_ORDER_BY", message)
    if base.frame and scope.text.startswith("(", window.start):
        message = "Cannot reference named WINDOW containing frame specification"
        raise scope.fail(window, "INVALID_WINDOW_REFERENCE", message)
    return replace(
        window,
        base=None,
        partition_by=base.partition_by,
        order_by=window.order_by or base.order_by,
        frame=window.frame or base.frame,
    )

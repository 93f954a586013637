"""``OVER``: the windows of functions, and their frames.

Source: ``over``, ``windowSpecification`` and ``windowFrame`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.errors import failed_at

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.parse_expression import ExpressionParser


def window_of_call(parser: ExpressionParser) -> tree.Window | None:
    """``OVER name`` or ``OVER (...)``, if it stands here."""
    cursor = parser.cursor
    if not cursor.accept("OVER"):
        return None
    start = cursor.token.start
    if cursor.peek("("):
        return window(parser)
    return tree.Window(start, cursor.token.end, cursor.name())


def window(parser: ExpressionParser) -> tree.Window:
    """``(base PARTITION BY ... ORDER BY ... frame)``."""
    cursor, start = parser.cursor, parser.cursor.token.start
    cursor.expect("(")
    named = cursor.is_name() and not cursor.peek("PARTITION", "BY") and not _at_frame(cursor)
    base = cursor.name() if named else None
    partition_by = cursor.many(parser.expression) if cursor.accept("PARTITION", "BY") else ()
    order_by = parser.queries.order_by()
    if cursor.peek_any("MEASURES"):
        message = "Row patterns in windows are not supported here"
        raise failed_at(cursor.text, cursor.token.start, "NOT_SUPPORTED", message)
    frame = _frame(parser) if _at_frame(cursor) else None
    cursor.expect(")")
    return tree.Window(start, cursor.end, base, partition_by, order_by, frame)


def _at_frame(cursor: Cursor) -> bool:
    return cursor.peek_any("ROWS", "RANGE", "GROUPS") and not cursor.peek(")", ahead=1)


def _frame(parser: ExpressionParser) -> tree.Frame:
    cursor, start = parser.cursor, parser.cursor.token.start
    unit = cursor.expect_any("ROWS", "RANGE", "GROUPS")
    if cursor.accept("BETWEEN"):
        first = _bound(parser)
        cursor.expect("AND")
        return tree.Frame(start, cursor.end, unit, first, _bound(parser))
    return tree.Frame(start, cursor.end, unit, _bound(parser), ("CURRENT ROW", None))


def _bound(parser: ExpressionParser) -> tuple[str, tree.Expression | None]:
    cursor = parser.cursor
    if cursor.accept("CURRENT", "ROW"):
        return "CURRENT ROW", None
    if cursor.accept("UNBOUNDED"):
        return f"UNBOUNDED {cursor.expect_any('PRECEDING', 'FOLLOWING')}", None
    value = parser.expression()
    return cursor.expect_any("PRECEDING", "FOLLOWING"), value

"""The functions of SQL/JSON, whose arguments are clauses.

Source: https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.errors import failed_at

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.parse_expression import ExpressionParser


def _json_members(parser: ExpressionParser) -> tree.Expression:
    cursor, start = parser.cursor, parser.cursor.token.start
    keyed = cursor.expect_any("JSON_OBJECT", "JSON_ARRAY") == "JSON_OBJECT"
    cursor.expect("(")
    keys: list[tree.Expression] = []
    values: list[tree.Expression] = []
    while not cursor.peek_any(")", "ABSENT", "RETURNING") and not cursor.peek("NULL", "ON"):
        if keyed:
            keys.append(_json_key(parser))
        values.append(_json_value(parser))
        if not cursor.accept(","):
            break
    absent = not keyed
    if cursor.accept("NULL", "ON", "NULL"):
        absent = False
    elif cursor.accept("ABSENT", "ON", "NULL"):
        absent = True
    _no_more(parser, "WITH", "WITHOUT", "RETURNING")
    cursor.expect(")")
    return tree.JsonMembers(
        start, cursor.end, tuple(keys) if keyed else None, tuple(values), absent
    )


def _json_key(parser: ExpressionParser) -> tree.Expression:
    """``KEY 'a' VALUE 1``, ``'a' VALUE 1`` and ``'a': 1``."""
    parser.cursor.accept("KEY")
    key = parser.value()
    parser.cursor.expect_any(":", "VALUE")
    return key


def _json_value(parser: ExpressionParser) -> tree.Expression:
    start = parser.cursor.token.start
    value = parser.expression()
    if parser.cursor.accept("FORMAT", "JSON"):
        return tree.Call(start, parser.cursor.end, "json_parse", (value,))
    return value


def _json_path(parser: ExpressionParser) -> tree.Expression:
    cursor, start = parser.cursor, parser.cursor.token.start
    name = cursor.expect_any("JSON_VALUE", "JSON_QUERY", "JSON_EXISTS").lower()
    cursor.expect("(")
    value = parser.expression()
    cursor.expect(",")
    path = cursor.take("string", "<string>")
    _no_more(parser, "PASSING", "FORMAT")
    returning = parser.type() if cursor.accept("RETURNING") else None
    clauses = []
    while not cursor.peek(")"):
        clauses.append(_json_clause(parser))
    cursor.expect(")")
    return tree.JsonPath(start, cursor.end, name, value, path, returning, tuple(clauses))


def _json_clause(parser: ExpressionParser) -> tuple[str, object]:
    """``ERROR ON EMPTY``, ``DEFAULT 1 ON ERROR``, ``WITH ARRAY WRAPPER``, ``OMIT QUOTES``."""
    cursor = parser.cursor
    if cursor.accept_any("WITHOUT"):
        cursor.accept("ARRAY")
        cursor.expect("WRAPPER")
        return "wrapper", "without"
    if cursor.accept("WITH"):
        kind = cursor.accept_any("CONDITIONAL", "UNCONDITIONAL") or "UNCONDITIONAL"
        cursor.accept("ARRAY")
        cursor.expect("WRAPPER")
        return "wrapper", kind.lower()
    if cursor.peek_any("KEEP", "OMIT"):
        kind = cursor.expect_any("KEEP", "OMIT").lower()
        cursor.expect("QUOTES")
        if cursor.accept("ON", "SCALAR"):
            cursor.expect_any("TEXT", "STRING")
        return "quotes", kind
    return _json_on(parser)


def _json_on(parser: ExpressionParser) -> tuple[str, object]:
    words = ("DEFAULT", "ERROR", "NULL", "EMPTY", "TRUE", "FALSE", "UNKNOWN")
    kind = parser.cursor.expect_any(*words)
    action: object = kind.lower()
    if kind == "DEFAULT":
        action = parser.expression()
    elif kind == "EMPTY":
        action = f"empty {parser.cursor.expect_any('ARRAY', 'OBJECT').lower()}"
    parser.cursor.expect("ON")
    return parser.cursor.expect_any("EMPTY", "ERROR").lower(), action


def _no_more(parser: ExpressionParser, *words: str) -> None:
    """Clauses that Trino has and that are not given here."""
    if parser.cursor.peek_any(*words):
        word = parser.cursor.token.text
        raise failed_at(
            parser.cursor.text,
            parser.cursor.token.start,
            "NOT_SUPPORTED",
            f"{word} is not supported here",
        )


WORDS: dict[str, Callable[[ExpressionParser], tree.Expression | None]] = {
    **dict.fromkeys(("JSON_OBJECT", "JSON_ARRAY"), _json_members),
    **dict.fromkeys(("JSON_VALUE", "JSON_QUERY", "JSON_EXISTS"), _json_path),
}

"""The functions of SQL/JSON, whose arguments are clauses.

Source: https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.errors import failed_at
from labkit.cloud.engine.trino.parse_type import read_type

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.parse_expression import ExpressionParser
    from labkit.cloud.engine.types import Type


def _json_members(parser: ExpressionParser) -> tree.Expression:
    cursor, start = parser.cursor, parser.cursor.token.start
    keyed = cursor.expect_any("JSON_OBJECT", "JSON_ARRAY") == "JSON_OBJECT"
    cursor.expect("(")
    keys: list[tree.Expression] = []
    values: list[tree.Expression] = []
    while not cursor.peek_any(")", "ABSENT", "RETURNING") and not cursor.peek("NULL", "ON"):
        if keyed:
            keys.append(_json_key(parser))
        values.append(json_value(parser))
        if not cursor.accept(","):
            break
    absent = not keyed
    if cursor.accept("NULL", "ON", "NULL"):
        absent = False
    elif cursor.accept("ABSENT", "ON", "NULL"):
        absent = True
    unique = keyed and cursor.accept_any("WITH", "WITHOUT")
    if unique:
        cursor.expect("UNIQUE")
        cursor.accept("KEYS")
    returning = _returning(parser)
    cursor.expect(")")
    shown = tuple(keys) if keyed else None
    return tree.JsonMembers(
        start, cursor.end, shown, tuple(values), absent, unique == "WITH", returning
    )


def _json_key(parser: ExpressionParser) -> tree.Expression:
    """``KEY 'a' VALUE 1``, ``'a' VALUE 1`` and ``'a': 1``."""
    parser.cursor.accept("KEY")
    key = parser.value()
    parser.cursor.expect_any(":", "VALUE")
    return key


def json_value(parser: ExpressionParser) -> tree.Expression:
    """A value, with how its text is read: ``FORMAT JSON ENCODING UTF8``."""
    start = parser.cursor.token.start
    value = parser.expression()
    if parser.cursor.accept("FORMAT", "JSON"):
        return tree.JsonInput(start, parser.cursor.end, value, _encoding(parser))
    return value


def _encoding(parser: ExpressionParser) -> str:
    if not parser.cursor.accept("ENCODING"):
        return ""
    return parser.cursor.expect_any("UTF8", "UTF16", "UTF32")


def _returning(parser: ExpressionParser) -> Type | None:
    """``RETURNING varchar FORMAT JSON``."""
    if not parser.cursor.accept("RETURNING"):
        return None
    kind = read_type(parser.cursor)
    json_format(parser)
    return kind


def json_format(parser: ExpressionParser) -> bool:
    """Whether ``FORMAT JSON`` stands here; as what comes out only UTF-8 is written."""
    cursor = parser.cursor
    found = cursor.accept("FORMAT", "JSON")
    at = cursor.token.start
    if found and (encoding := _encoding(parser)) not in ("", "UTF8"):
        message = f"FORMAT JSON ENCODING {encoding} is not supported here"
        raise failed_at(cursor.text, at, "NOT_SUPPORTED", message)
    return found


def _json_path(parser: ExpressionParser) -> tree.Expression:
    cursor, start = parser.cursor, parser.cursor.token.start
    name = cursor.expect_any("JSON_VALUE", "JSON_QUERY", "JSON_EXISTS").lower()
    cursor.expect("(")
    value = json_value(parser)
    cursor.expect(",")
    path = path_text(parser)
    passing = json_passing(parser)
    returning = _returning(parser)
    clauses = json_clauses(parser, ")")
    cursor.expect(")")
    return tree.JsonPath(start, cursor.end, name, value, path, passing, returning, clauses)


def path_text(parser: ExpressionParser) -> tree.PathText:
    """The text of a path."""
    start = parser.cursor.token.start
    text = parser.cursor.take("string", "<string>")
    return tree.PathText(start, parser.cursor.end, text)


def json_passing(parser: ExpressionParser) -> tuple[tuple[str, tree.Expression], ...]:
    """``PASSING 1 AS "x", doc FORMAT JSON AS y``; a name without quotes is in upper case."""
    if not parser.cursor.accept("PASSING"):
        return ()
    return parser.cursor.many(lambda: _passed(parser))


def _passed(parser: ExpressionParser) -> tuple[str, tree.Expression]:
    value = json_value(parser)
    parser.cursor.expect("AS")
    token = parser.cursor.token
    parser.cursor.name()
    return token.text if token.kind == "quoted" else token.text.upper(), value


def json_clauses(parser: ExpressionParser, *ends: str) -> tuple[tuple[str, object], ...]:
    """What follows a path, up to one of these words."""
    found = []
    while not parser.cursor.peek_any(*ends):
        found.append(_json_clause(parser))
    return tuple(found)


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


WORDS: dict[str, Callable[[ExpressionParser], tree.Expression | None]] = {
    **dict.fromkeys(("JSON_OBJECT", "JSON_ARRAY"), _json_members),
    **dict.fromkeys(("JSON_VALUE", "JSON_QUERY", "JSON_EXISTS"), _json_path),
}

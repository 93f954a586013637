"""``JSON_TABLE(document, path COLUMNS (...) PLAN (...))``.

Source: ``jsonTableColumn`` and ``jsonTableSpecificPlan`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.parse_expression import ExpressionParser
from labkit.cloud.engine.trino.parse_json import (
    json_clauses,
    json_format,
    json_passing,
    json_value,
    path_text,
)
from labkit.cloud.engine.trino.parse_type import read_type

_PARENT, _SIBLING = ("OUTER", "INNER"), ("UNION", "CROSS")


def json_table(parser: ExpressionParser, start: int) -> tree.JsonTable:
    """What follows ``JSON_TABLE(``, with the bracket at its end."""
    cursor = parser.cursor
    value = json_value(parser)
    cursor.expect(",")
    path, name = path_text(parser), _alias(parser)
    passing = json_passing(parser)
    root = tree.JsonNested(start, cursor.end, path, name, _columns(parser))
    plan, usual = _plans(parser)
    strict = cursor.accept_any("ERROR", "EMPTY")
    if strict:
        cursor.expect("ON", "ERROR")
    cursor.expect(")")
    return tree.JsonTable(start, cursor.end, value, passing, root, plan, usual, strict == "ERROR")


def _alias(parser: ExpressionParser) -> str | None:
    return parser.cursor.name() if parser.cursor.accept("AS") else None


def _columns(parser: ExpressionParser) -> tuple[tree.JsonColumn | tree.JsonNested, ...]:
    parser.cursor.expect("COLUMNS", "(")
    found = parser.cursor.many(lambda: _column(parser))
    parser.cursor.expect(")")
    return found


def _column(parser: ExpressionParser) -> tree.JsonColumn | tree.JsonNested:
    cursor, start = parser.cursor, parser.cursor.token.start
    if cursor.peek("NESTED") and (
        cursor.peek("PATH", ahead=1) or cursor.tokens[cursor.at + 1].kind == "string"
    ):
        cursor.expect("NESTED")
        cursor.accept("PATH")
        path, name = path_text(parser), _alias(parser)
        return tree.JsonNested(start, cursor.end, path, name, _columns(parser))
    written = cursor.token.text if cursor.token.kind == "quoted" else cursor.token.text.upper()
    name = cursor.name()
    if cursor.accept("FOR", "ORDINALITY"):
        return tree.JsonColumn(start, cursor.end, name, None)
    kind = read_type(cursor)
    form = "json_query" if json_format(parser) else "json_value"
    path = tree.PathText(start, cursor.end, f'lax $."{written.replace(chr(34), chr(34) * 2)}"')
    if cursor.accept("PATH"):
        path = path_text(parser)
    clauses = json_clauses(parser, ",", ")")
    nothing = tree.Literal(start, start, "null", "null")
    found = tree.JsonPath(start, cursor.end, form, nothing, path, (), kind, clauses)
    return tree.JsonColumn(start, cursor.end, name, found)


def _plans(parser: ExpressionParser) -> tuple[object, tuple[str, str]]:
    """``PLAN ("a" OUTER "b")``, or what ``PLAN DEFAULT (INNER, CROSS)`` says for all."""
    cursor = parser.cursor
    parent, sibling = "OUTER", "UNION"
    if not cursor.accept("PLAN"):
        return None, (parent, sibling)
    if not cursor.accept("DEFAULT"):
        return _bracketed(parser), (parent, sibling)
    cursor.expect("(")
    for word in cursor.many(lambda: cursor.expect_any(*_PARENT, *_SIBLING)):
        parent, sibling = (word, sibling) if word in _PARENT else (parent, word)
    cursor.expect(")")
    return None, (parent, sibling)


def _bracketed(parser: ExpressionParser) -> object:
    parser.cursor.expect("(")
    found = _plan(parser)
    parser.cursor.expect(")")
    return found


def _plan(parser: ExpressionParser) -> object:
    """A name, ``name OUTER plan``, or plans with UNION or CROSS between."""
    cursor = parser.cursor
    parts = [_primary(parser)]
    word = cursor.accept_any(*_PARENT, *_SIBLING)
    if not word:
        return parts[0]
    parts.append(_primary(parser))
    while word in _SIBLING and cursor.accept(word):
        parts.append(_primary(parser))
    return word, tuple(parts)


def _primary(parser: ExpressionParser) -> object:
    return _bracketed(parser) if parser.cursor.peek("(") else parser.cursor.name()

"""Expressions with a grammar of their own: ``CAST``, ``CASE``, ``EXTRACT``, ``TRIM``, ``LISTAGG``.

The rules are those of ``primaryExpression`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.parse_type import read_type
from labkit.cloud.engine.types import Type

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.parse_expression import ExpressionParser

#: What shows the time, and its type, which may have a precision in brackets.
_CLOCKS = {
    "CURRENT_TIMESTAMP": "timestamptz",
    "CURRENT_TIME": "timetz",
    "LOCALTIMESTAMP": "timestamp",
    "LOCALTIME": "time",
}
_NICHES = ("CURRENT_DATE", "CURRENT_USER", "CURRENT_CATALOG", "CURRENT_SCHEMA")
_LITERAL_TYPES = frozenset(
    """
    DATE TIME TIMESTAMP DECIMAL DOUBLE REAL BIGINT INTEGER INT SMALLINT TINYINT BOOLEAN VARCHAR CHAR
    JSON UUID IPADDRESS VARBINARY
    """.split()
)
_UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


def _constant(parser: ExpressionParser) -> tree.Expression:
    token = parser.cursor.token
    parser.cursor.at += 1
    kind = "null" if token.text == "NULL" else "boolean"
    return tree.Literal(token.start, token.end, kind, token.text.lower())


def _typed_literal(parser: ExpressionParser) -> tree.Expression | None:
    cursor, start = parser.cursor, parser.cursor.token.start
    words = 2 if cursor.peek("DOUBLE", "PRECISION") else 1
    if cursor.tokens[min(cursor.at + words, len(cursor.tokens) - 1)].kind != "string":
        return None
    name = cursor.token.text.lower()
    cursor.at += words
    text = cursor.take("string", "<string>")
    kind = Type("integer" if name == "int" else name)
    return tree.Literal(start, cursor.end, "typed", text, kind)


def _interval(parser: ExpressionParser) -> tree.Expression | None:
    cursor, start = parser.cursor, parser.cursor.token.start
    signed = cursor.tokens[cursor.at + 1].text in ("+", "-")
    if cursor.tokens[min(cursor.at + 1 + signed, len(cursor.tokens) - 1)].kind != "string":
        return None
    cursor.expect("INTERVAL")
    sign = -1 if cursor.accept_any("+", "-") == "-" else 1
    text = cursor.take("string", "<string>")
    first = cursor.expect_any(*_UNITS)
    last = cursor.expect_any(*_UNITS) if cursor.accept("TO") else None
    return tree.Interval(start, cursor.end, sign, text, first, last)


def _row(parser: ExpressionParser) -> tree.Expression | None:
    cursor, start = parser.cursor, parser.cursor.token.start
    if not cursor.accept("ROW", "("):
        return None
    items = cursor.many(parser.expression)
    cursor.expect(")")
    return tree.RowOf(start, cursor.end, items)


def _array(parser: ExpressionParser) -> tree.Expression | None:
    cursor, start = parser.cursor, parser.cursor.token.start
    if not cursor.accept("ARRAY", "["):
        return None
    items = () if cursor.peek("]") else cursor.many(parser.expression)
    cursor.expect("]")
    return tree.ArrayOf(start, cursor.end, items)


def _cast(parser: ExpressionParser) -> tree.Expression | None:
    cursor, start = parser.cursor, parser.cursor.token.start
    if not cursor.peek("(", ahead=1):
        return None
    safe = cursor.expect_any("CAST", "TRY_CAST") == "TRY_CAST"
    cursor.expect("(")
    value = parser.expression()
    cursor.expect("AS")
    target = read_type(cursor, start)
    cursor.expect(")")
    return tree.Cast(start, cursor.end, value, target, safe)


def _case(parser: ExpressionParser) -> tree.Expression:
    cursor, start = parser.cursor, parser.cursor.token.start
    cursor.expect("CASE")
    operand = None if cursor.peek("WHEN") else parser.expression()
    whens = []
    while cursor.accept("WHEN"):
        condition = parser.expression()
        cursor.expect("THEN")
        whens.append((condition, parser.expression()))
    if not whens:
        raise cursor.mismatch("'WHEN'")
    default = parser.expression() if cursor.accept("ELSE") else None
    cursor.expect("END")
    return tree.Case(start, cursor.end, operand, tuple(whens), default)


def _exists(parser: ExpressionParser) -> tree.Expression:
    start = parser.cursor.token.start
    parser.cursor.expect("EXISTS")
    query = parser.bracketed_query()
    return tree.Exists(start, parser.cursor.end, query)


def _extract(parser: ExpressionParser) -> tree.Expression:
    cursor, start = parser.cursor, parser.cursor.token.start
    cursor.expect("EXTRACT", "(")
    part = cursor.name()
    cursor.expect("FROM")
    value = parser.value()
    cursor.expect(")")
    return tree.Extract(start, cursor.end, part, value)


def _clock(parser: ExpressionParser) -> tree.Expression:
    cursor, token = parser.cursor, parser.cursor.token
    cursor.at += 1
    call = tree.Call(token.start, cursor.end, token.text.lower(), ())
    if token.text not in _CLOCKS or not cursor.accept("("):
        return call
    digits = int(cursor.take("integer", "<integer>"))
    cursor.expect(")")
    return tree.Cast(token.start, cursor.end, call, Type(_CLOCKS[token.text], (digits,)), False)


def _trim(parser: ExpressionParser) -> tree.Expression:
    """``TRIM([LEADING|TRAILING|BOTH] [marks] FROM value)``, ``TRIM(value, characters)``."""
    cursor, start = parser.cursor, parser.cursor.token.start
    cursor.expect("TRIM", "(")
    side = cursor.accept_any("LEADING", "TRAILING", "BOTH")
    args: list[tree.Expression] = []
    if not (side and cursor.peek("FROM")):
        args.append(parser.value())
    if (side or cursor.peek("FROM")) and args:
        cursor.expect("FROM")
        args.insert(0, parser.value())
    elif side:
        cursor.expect("FROM")
        args.append(parser.value())
    elif cursor.accept(","):
        args.append(parser.value())
    cursor.expect(")")
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(side, "trim")
    return tree.Call(start, cursor.end, name, tuple(args))


def _substring(parser: ExpressionParser) -> tree.Expression | None:
    """``SUBSTRING(value FROM start FOR length)``."""
    cursor, start = parser.cursor, parser.cursor.token.start
    if not cursor.accept("SUBSTRING", "("):
        return None
    args = [parser.value()]
    word = cursor.expect_any("FROM", ",")
    args.append(parser.value())
    if cursor.accept("FOR" if word == "FROM" else ","):
        args.append(parser.value())
    cursor.expect(")")
    return tree.Call(start, cursor.end, "substring", tuple(args))


def _position(parser: ExpressionParser) -> tree.Expression | None:
    cursor, start = parser.cursor, parser.cursor.token.start
    if not cursor.accept("POSITION", "("):
        return None
    part = parser.value()
    cursor.expect("IN")
    value = parser.value()
    cursor.expect(")")
    return tree.Call(start, cursor.end, "strpos", (value, part))


def _normalize(parser: ExpressionParser) -> tree.Expression:
    cursor, start = parser.cursor, parser.cursor.token.start
    cursor.expect("NORMALIZE", "(")
    value = parser.value()
    at = cursor.token.start
    form = cursor.expect_any("NFD", "NFC", "NFKD", "NFKC") if cursor.accept(",") else "NFC"
    cursor.expect(")")
    word = tree.Literal(at, cursor.end, "string", form)
    return tree.Call(start, cursor.end, "normalize", (value, word))


def _grouping(parser: ExpressionParser) -> tree.Expression:
    cursor, start = parser.cursor, parser.cursor.token.start
    cursor.expect("GROUPING", "(")
    args = cursor.many(parser.expression)
    cursor.expect(")")
    return tree.Call(start, cursor.end, "grouping", args)


def _listagg(parser: ExpressionParser) -> tree.Expression:
    """``LISTAGG(value, separator ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY ...)``, never OVER."""
    cursor, start = parser.cursor, parser.cursor.token.start
    cursor.expect("LISTAGG", "(")
    distinct = cursor.accept_any("DISTINCT", "ALL") == "DISTINCT"
    args: list[tree.Expression] = [parser.expression()]
    if cursor.accept(","):
        args.append(_separator(parser))
    if cursor.accept("ON", "OVERFLOW") and cursor.expect_any("ERROR", "TRUNCATE") != "ERROR":
        if cursor.token.kind == "string":
            cursor.take("string", "<string>")
        cursor.expect_any("WITH", "WITHOUT")
        cursor.expect("COUNT")
    cursor.expect(")")
    cursor.expect("WITHIN", "GROUP", "(")
    order_by = parser.queries.order_by()
    cursor.expect(")")
    where = parser.filter()
    return tree.Call(
        start, cursor.end, "listagg", tuple(args), False, distinct, order_by, where, None, None
    )


def _separator(parser: ExpressionParser) -> tree.Expression:
    start, text = parser.cursor.token.start, parser.cursor.take("string", "<string>")
    return tree.Literal(start, parser.cursor.end, "string", text)


WORDS: dict[str, Callable[[ExpressionParser], tree.Expression | None]] = {
    **dict.fromkeys(("NULL", "TRUE", "FALSE"), _constant),
    **dict.fromkeys(_LITERAL_TYPES, _typed_literal),
    **dict.fromkeys((*_CLOCKS, *_NICHES), _clock),
    **dict.fromkeys(("CAST", "TRY_CAST"), _cast),
    "INTERVAL": _interval,
    "ROW": _row,
    "ARRAY": _array,
    "CASE": _case,
    "EXISTS": _exists,
    "EXTRACT": _extract,
    "TRIM": _trim,
    "SUBSTRING": _substring,
    "POSITION": _position,
    "NORMALIZE": _normalize,
    "GROUPING": _grouping,
    "LISTAGG": _listagg,
}

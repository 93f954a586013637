"""Expressions: text to tree, by Trino's grammar and nothing beyond it.

General SQL parsers forgive what Athena refuses (``1 == 1``, ``x::int``, ``a = b = c``), and what is
forgiven here would answer here only. The rules are those of ``booleanExpression``,
``valueExpression`` and ``primaryExpression`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.errors import QueryFailed, failed_at
from labkit.cloud.engine.types import Type, UnknownType, parse_type

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.parse_query import QueryParser

_COMPARISONS = ("=", "<>", "!=", "<=", ">=", "<", ">")
#: Left-associative levels of valueExpression, loosest first.
_LEVELS = (("||",), ("+", "-"), ("*", "/", "%"))
_CLOCKS = ("CURRENT_TIMESTAMP", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME")
_NICHES = ("CURRENT_DATE", "CURRENT_USER", "CURRENT_CATALOG", "CURRENT_SCHEMA")
_LITERAL_TYPES = frozenset(
    [
        "DATE",
        "TIME",
        "TIMESTAMP",
        "DECIMAL",
        "DOUBLE",
        "REAL",
        "BIGINT",
        "INTEGER",
        "INT",
        "SMALLINT",
        "TINYINT",
        "BOOLEAN",
        "VARCHAR",
        "CHAR",
        "JSON",
        "UUID",
        "IPADDRESS",
        "VARBINARY",
    ]
)
_UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


class ExpressionParser:
    """Reads expressions at a cursor.

    Args:
        cursor: where to read.
        queries: reads the queries inside expressions.
    """

    def __init__(self, cursor: Cursor, queries: QueryParser) -> None:
        self.cursor = cursor
        self.queries = queries

    def expression(self) -> tree.Expression:
        """``OR`` of ``AND`` of ``NOT`` of predicates."""
        return self._logical("OR", lambda: self._logical("AND", self._negation))

    def _logical(self, op: str, read: Callable[[], tree.Expression]) -> tree.Expression:
        start = self.cursor.token.start
        terms = [read()]
        while self.cursor.accept(op):
            terms.append(read())
        return (
            terms[0] if len(terms) == 1 else tree.Logical(start, self.cursor.end, op, tuple(terms))
        )

    def _negation(self) -> tree.Expression:
        start = self.cursor.token.start
        if self.cursor.accept("NOT"):
            value = self._negation()
            return tree.Not(start, self.cursor.end, value)
        return self._predicate()

    def _predicate(self) -> tree.Expression:
        """One value, or one predicate over it: Trino does not chain them."""
        start, cursor = self.cursor.token.start, self.cursor
        value = self.value()
        if cursor.peek_any(*_COMPARISONS):
            return self._comparison(start, value)
        if cursor.accept("IS"):
            return self._is(start, value)
        negated = cursor.peek("NOT") and cursor.accept("NOT")
        for word, read in (("BETWEEN", self._between), ("IN", self._in), ("LIKE", self._like)):
            if cursor.accept(word):
                found = read(start, value)
                return tree.Not(start, cursor.end, found) if negated else found
        if negated:
            raise cursor.mismatch("'BETWEEN'", "'IN'", "'LIKE'")
        return value

    def _comparison(self, start: int, value: tree.Expression) -> tree.Expression:
        at = self.cursor.token.start
        op = self.cursor.expect_any(*_COMPARISONS).replace("!=", "<>")
        quantifier = self.cursor.peek_any("ALL", "ANY", "SOME") and self.cursor.peek("(", ahead=1)
        if quantifier:
            word = self.cursor.expect_any("ALL", "ANY", "SOME").replace("SOME", "ANY")
            query = self.bracketed_query()
            return tree.Quantified(start, self.cursor.end, op, word, value, query, at)
        right = self.value()
        return tree.Comparison(start, self.cursor.end, op, value, right, at)

    def _is(self, start: int, value: tree.Expression) -> tree.Expression:
        negated = self.cursor.accept("NOT")
        found: tree.Expression
        at = self.cursor.token.start
        if self.cursor.expect_any("NULL", "DISTINCT") == "NULL":
            found = tree.IsNull(start, self.cursor.end, value)
        else:
            self.cursor.expect("FROM")
            other = self.value()
            found = tree.Comparison(start, self.cursor.end, "IS DISTINCT FROM", value, other, at)
        return tree.Not(start, self.cursor.end, found) if negated else found

    def _between(self, start: int, value: tree.Expression) -> tree.Expression:
        low = self.value()
        self.cursor.expect("AND")
        high = self.value()
        return tree.Between(start, self.cursor.end, value, low, high)

    def _in(self, start: int, value: tree.Expression) -> tree.Expression:
        if self._at_query():
            return tree.InQuery(start, self.cursor.end, value, self.bracketed_query())
        self.cursor.expect("(")
        items = self.cursor.many(self.expression)
        self.cursor.expect(")")
        return tree.InList(start, self.cursor.end, value, items)

    def _like(self, start: int, value: tree.Expression) -> tree.Expression:
        pattern = self.value()
        escape = self.value() if self.cursor.accept("ESCAPE") else None
        return tree.Like(start, self.cursor.end, value, pattern, escape)

    def value(self, level: int = 0) -> tree.Expression:
        """Arithmetic and ``||``."""
        if level == len(_LEVELS):
            return self._signed()
        start = self.cursor.token.start
        left = self.value(level + 1)
        while self.cursor.peek_any(*_LEVELS[level]):
            at = self.cursor.token.start
            op = self.cursor.expect_any(*_LEVELS[level])
            right = self.value(level + 1)
            left = tree.Binary(start, self.cursor.end, op, left, right, at)
        return left

    def _signed(self) -> tree.Expression:
        start = self.cursor.token.start
        op = self.cursor.accept_any("-", "+")
        if not op:
            return self._zoned()
        value = self._signed()
        return tree.Unary(start, self.cursor.end, op, value)

    def _zoned(self) -> tree.Expression:
        start = self.cursor.token.start
        value = self._postfix()
        while self.cursor.accept("AT", "TIME", "ZONE"):
            zone = self._postfix()
            value = tree.AtTimeZone(start, self.cursor.end, value, zone)
        return value

    def _postfix(self) -> tree.Expression:
        start = self.cursor.token.start
        value = self._primary()
        while True:
            if self.cursor.accept("["):
                index = self.value()
                self.cursor.expect("]")
                value = tree.Subscript(start, self.cursor.end, value, index)
            elif self.cursor.peek(".") and self.cursor.is_name(ahead=1):
                self.cursor.expect(".")
                name = self.cursor.name()
                value = tree.Dereference(start, self.cursor.end, value, name)
            else:
                return value

    def _primary(self) -> tree.Expression:
        cursor, token = self.cursor, self.cursor.token
        if token.kind in ("integer", "decimal", "double", "string", "binary"):
            cursor.at += 1
            return tree.Literal(token.start, token.end, token.kind, token.text)
        if cursor.peek("("):
            return self._bracketed()
        if cursor.accept("?"):
            cursor.parameters += 1
            return tree.Parameter(token.start, token.end, cursor.parameters - 1)
        if token.kind == "word" and token.text in self._WORDS:
            found = self._WORDS[token.text](self)
            if found is not None:
                return found
        return self._named()

    def _named(self) -> tree.Expression:
        cursor, start = self.cursor, self.cursor.token.start
        if cursor.is_name() and cursor.peek("->", ahead=1):
            return self._lambda(start, (cursor.name(),))
        if not cursor.is_name():
            raise cursor.mismatch("<expression>")
        if self._at_call():
            return self._call(start, ".".join(cursor.qualified()))
        return tree.Identifier(start, cursor.token.end, cursor.name())

    def _at_call(self) -> bool:
        ahead = 0
        while self.cursor.is_name(ahead) and self.cursor.peek(".", ahead=ahead + 1):
            ahead += 2
        return self.cursor.is_name(ahead) and self.cursor.peek("(", ahead=ahead + 1)

    def _lambda(self, start: int, parameters: tuple[str, ...]) -> tree.Expression:
        self.cursor.expect("->")
        body = self.expression()
        return tree.Lambda(start, self.cursor.end, parameters, body)

    def _at_query(self) -> bool:
        """Whether brackets here hold a query rather than an expression."""
        ahead = 0
        while self.cursor.peek("(", ahead=ahead):
            ahead += 1
        words = ("SELECT", "WITH", "VALUES", "TABLE")
        if not ahead or not any(self.cursor.peek(word, ahead=ahead) for word in words):
            return False
        if ahead == 1:
            return True
        at, parameters = self.cursor.at, self.cursor.parameters
        found = self.cursor.attempt(self.bracketed_query)
        self.cursor.at, self.cursor.parameters = at, parameters
        return not isinstance(found, QueryFailed)

    def bracketed_query(self) -> tree.Query:
        """A query in brackets."""
        self.cursor.expect("(")
        query = self.queries.query()
        self.cursor.expect(")")
        return query

    def _bracketed(self) -> tree.Expression:
        start, cursor = self.cursor.token.start, self.cursor
        if self._at_query():
            query = self.bracketed_query()
            return tree.Scalar(start, cursor.end, query)
        if cursor.accept("(", ")"):
            return self._lambda(start, ())
        parameters = cursor.attempt(self._lambda_parameters)
        if not isinstance(parameters, QueryFailed):
            return self._lambda(start, parameters)
        cursor.expect("(")
        items = cursor.many(self.expression)
        cursor.expect(")")
        return items[0] if len(items) == 1 else tree.RowOf(start, cursor.end, items)

    def _lambda_parameters(self) -> tuple[str, ...]:
        names = self.cursor.names()
        if not self.cursor.peek("->"):
            raise self.cursor.mismatch("'->'")
        return names

    # Functions

    def _call(self, start: int, name: str) -> tree.Expression:
        cursor = self.cursor
        cursor.expect("(")
        if cursor.accept("*"):
            cursor.expect(")")
            return self._tail(start, name, (), star=True)
        distinct = cursor.accept_any("DISTINCT", "ALL") == "DISTINCT"
        args = () if cursor.peek_any(")", "ORDER") else cursor.many(self.expression)
        order_by = self.queries.order_by()
        cursor.expect(")")
        return self._tail(start, name, args, distinct=distinct, order_by=order_by)

    def _tail(
        self,
        start: int,
        name: str,
        args: tuple[tree.Expression, ...],
        *,
        star: bool = False,
        distinct: bool = False,
        order_by: tuple[tree.SortItem, ...] = (),
    ) -> tree.Expression:
        """What may follow the arguments: FILTER, IGNORE NULLS, OVER."""
        where = self._filter()
        ignore_nulls = self._null_treatment()
        over = self.queries.over()
        if ignore_nulls is not None and over is None:
            raise self.cursor.mismatch("'OVER'")
        return tree.Call(
            start, self.cursor.end, name, args, star, distinct, order_by, where, ignore_nulls, over
        )

    def _filter(self) -> tree.Expression | None:
        if not self.cursor.accept("FILTER", "("):
            return None
        self.cursor.expect("WHERE")
        where = self.expression()
        self.cursor.expect(")")
        return where

    def _null_treatment(self) -> bool | None:
        if self.cursor.accept("IGNORE", "NULLS"):
            return True
        return False if self.cursor.accept("RESPECT", "NULLS") else None

    # Words that start an expression of their own

    def _constant(self) -> tree.Expression:
        token = self.cursor.token
        self.cursor.at += 1
        kind = "null" if token.text == "NULL" else "boolean"
        return tree.Literal(token.start, token.end, kind, token.text.lower())

    def _typed_literal(self) -> tree.Expression | None:
        cursor, start = self.cursor, self.cursor.token.start
        words = 2 if cursor.peek("DOUBLE", "PRECISION") else 1
        if cursor.tokens[min(cursor.at + words, len(cursor.tokens) - 1)].kind != "string":
            return None
        name = cursor.token.text.lower()
        cursor.at += words
        text = cursor.take("string", "<string>")
        kind = Type("integer" if name == "int" else name)
        return tree.Literal(start, cursor.end, "typed", text, kind)

    def _interval(self) -> tree.Expression | None:
        cursor, start = self.cursor, self.cursor.token.start
        signed = cursor.tokens[cursor.at + 1].text in ("+", "-")
        if cursor.tokens[min(cursor.at + 1 + signed, len(cursor.tokens) - 1)].kind != "string":
            return None
        cursor.expect("INTERVAL")
        sign = -1 if cursor.accept_any("+", "-") == "-" else 1
        text = cursor.take("string", "<string>")
        first = cursor.expect_any(*_UNITS)
        last = cursor.expect_any(*_UNITS) if cursor.accept("TO") else None
        return tree.Interval(start, cursor.end, sign, text, first, last)

    def _row(self) -> tree.Expression | None:
        cursor, start = self.cursor, self.cursor.token.start
        if not cursor.accept("ROW", "("):
            return None
        items = cursor.many(self.expression)
        cursor.expect(")")
        return tree.RowOf(start, cursor.end, items)

    def _array(self) -> tree.Expression | None:
        cursor, start = self.cursor, self.cursor.token.start
        if not cursor.accept("ARRAY", "["):
            return None
        items = () if cursor.peek("]") else cursor.many(self.expression)
        cursor.expect("]")
        return tree.ArrayOf(start, cursor.end, items)

    def _cast(self) -> tree.Expression | None:
        cursor, start = self.cursor, self.cursor.token.start
        if not cursor.peek("(", ahead=1):
            return None
        safe = cursor.expect_any("CAST", "TRY_CAST") == "TRY_CAST"
        cursor.expect("(")
        value = self.expression()
        cursor.expect("AS")
        target = self.type()
        cursor.expect(")")
        return tree.Cast(start, cursor.end, value, target, safe)

    def type(self) -> Type:
        """A type's name: the words up to the bracket or comma that is not its own."""
        cursor, start, depth = self.cursor, self.cursor.token.start, 0
        while depth or cursor.peek("WITH", "TIME") or not cursor.peek_any(*_AFTER_TYPE):
            if cursor.peek("<EOF>"):
                raise cursor.mismatch("')'")
            depth += cursor.peek_any("(", "<") - cursor.peek_any(")", ">")
            cursor.at += 1
        try:
            return parse_type(_lower_unquoted(cursor.text[start : cursor.end]))
        except (UnknownType, IndexError) as unknown:
            name = cursor.text[start : cursor.end]
            raise failed_at(
                cursor.text, start, "TYPE_NOT_FOUND", f"Unknown type: {name}"
            ) from unknown

    def _case(self) -> tree.Expression:
        cursor, start = self.cursor, self.cursor.token.start
        cursor.expect("CASE")
        operand = None if cursor.peek("WHEN") else self.expression()
        whens = []
        while cursor.accept("WHEN"):
            condition = self.expression()
            cursor.expect("THEN")
            whens.append((condition, self.expression()))
        if not whens:
            raise cursor.mismatch("'WHEN'")
        default = self.expression() if cursor.accept("ELSE") else None
        cursor.expect("END")
        return tree.Case(start, cursor.end, operand, tuple(whens), default)

    def _exists(self) -> tree.Expression:
        start = self.cursor.token.start
        self.cursor.expect("EXISTS")
        query = self.bracketed_query()
        return tree.Exists(start, self.cursor.end, query)

    def _extract(self) -> tree.Expression:
        cursor, start = self.cursor, self.cursor.token.start
        cursor.expect("EXTRACT", "(")
        part = cursor.name()
        cursor.expect("FROM")
        value = self.value()
        cursor.expect(")")
        return tree.Extract(start, cursor.end, part, value)

    def _clock(self) -> tree.Expression:
        cursor, token = self.cursor, self.cursor.token
        cursor.at += 1
        args: tuple[tree.Expression, ...] = ()
        if cursor.peek("(") and token.text in _CLOCKS:
            cursor.expect("(")
            at = cursor.token.start
            args = (
                tree.Literal(at, cursor.token.end, "integer", cursor.take("integer", "<integer>")),
            )
            cursor.expect(")")
        return tree.Call(token.start, cursor.end, token.text.lower(), args)

    def _trim(self) -> tree.Expression:
        """``TRIM([LEADING|TRAILING|BOTH] [marks] FROM value)``, ``TRIM(value, characters)``."""
        cursor, start = self.cursor, self.cursor.token.start
        cursor.expect("TRIM", "(")
        side = cursor.accept_any("LEADING", "TRAILING", "BOTH")
        args: list[tree.Expression] = []
        if not (side and cursor.peek("FROM")):
            args.append(self.value())
        if (side or cursor.peek("FROM")) and args:
            cursor.expect("FROM")
            args.insert(0, self.value())
        elif side:
            cursor.expect("FROM")
            args.append(self.value())
        elif cursor.accept(","):
            args.append(self.value())
        cursor.expect(")")
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(side, "trim")
        return tree.Call(start, cursor.end, name, tuple(args))

    def _substring(self) -> tree.Expression | None:
        """``SUBSTRING(value FROM start FOR length)``."""
        cursor, start = self.cursor, self.cursor.token.start
        if not cursor.accept("SUBSTRING", "("):
            return None
        args = [self.value()]
        word = cursor.expect_any("FROM", ",")
        args.append(self.value())
        if cursor.accept("FOR" if word == "FROM" else ","):
            args.append(self.value())
        cursor.expect(")")
        return tree.Call(start, cursor.end, "substring", tuple(args))

    def _position(self) -> tree.Expression | None:
        cursor, start = self.cursor, self.cursor.token.start
        if not cursor.accept("POSITION", "("):
            return None
        part = self.value()
        cursor.expect("IN")
        value = self.value()
        cursor.expect(")")
        return tree.Call(start, cursor.end, "strpos", (value, part))

    def _normalize(self) -> tree.Expression:
        cursor, start = self.cursor, self.cursor.token.start
        cursor.expect("NORMALIZE", "(")
        value = self.value()
        at = cursor.token.start
        form = cursor.expect_any("NFD", "NFC", "NFKD", "NFKC") if cursor.accept(",") else "NFC"
        cursor.expect(")")
        word = tree.Literal(at, cursor.end, "string", form)
        return tree.Call(start, cursor.end, "normalize", (value, word))

    def _grouping(self) -> tree.Expression:
        cursor, start = self.cursor, self.cursor.token.start
        cursor.expect("GROUPING", "(")
        args = cursor.many(self.expression)
        cursor.expect(")")
        return tree.Call(start, cursor.end, "grouping", args)

    def _listagg(self) -> tree.Expression:
        """``LISTAGG(value, separator ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY ...)``."""
        cursor, start = self.cursor, self.cursor.token.start
        cursor.expect("LISTAGG", "(")
        distinct = cursor.accept_any("DISTINCT", "ALL") == "DISTINCT"
        args: list[tree.Expression] = [self.expression()]
        if cursor.accept(","):
            args.append(self._primary())
        if cursor.accept("ON", "OVERFLOW") and cursor.expect_any("ERROR", "TRUNCATE") != "ERROR":
            if cursor.token.kind == "string":
                cursor.take("string", "<string>")
            cursor.expect_any("WITH", "WITHOUT")
            cursor.expect("COUNT")
        cursor.expect(")")
        cursor.expect("WITHIN", "GROUP", "(")
        order_by = self.queries.order_by()
        cursor.expect(")")
        return self._tail(start, "listagg", tuple(args), distinct=distinct, order_by=order_by)

    # SQL/JSON

    def _json_members(self) -> tree.Expression:
        cursor, start = self.cursor, self.cursor.token.start
        keyed = cursor.expect_any("JSON_OBJECT", "JSON_ARRAY") == "JSON_OBJECT"
        cursor.expect("(")
        keys: list[tree.Expression] = []
        values: list[tree.Expression] = []
        while not cursor.peek_any(")", "ABSENT", "RETURNING") and not cursor.peek("NULL", "ON"):
            if keyed:
                keys.append(self._json_key())
            values.append(self._json_value())
            if not cursor.accept(","):
                break
        absent = not keyed
        if cursor.accept("NULL", "ON", "NULL"):
            absent = False
        elif cursor.accept("ABSENT", "ON", "NULL"):
            absent = True
        self._no_more("WITH", "WITHOUT", "RETURNING")
        cursor.expect(")")
        return tree.JsonMembers(
            start, cursor.end, tuple(keys) if keyed else None, tuple(values), absent
        )

    def _json_key(self) -> tree.Expression:
        """``KEY 'a' VALUE 1``, ``'a' VALUE 1`` and ``'a': 1``."""
        self.cursor.accept("KEY")
        key = self.value()
        self.cursor.expect_any(":", "VALUE")
        return key

    def _json_value(self) -> tree.Expression:
        start = self.cursor.token.start
        value = self.expression()
        if self.cursor.accept("FORMAT", "JSON"):
            return tree.Call(start, self.cursor.end, "json_parse", (value,))
        return value

    def _json_path(self) -> tree.Expression:
        cursor, start = self.cursor, self.cursor.token.start
        name = cursor.expect_any("JSON_VALUE", "JSON_QUERY", "JSON_EXISTS").lower()
        cursor.expect("(")
        value = self.expression()
        cursor.expect(",")
        path = cursor.take("string", "<string>")
        self._no_more("PASSING", "FORMAT")
        returning = self.type() if cursor.accept("RETURNING") else None
        clauses = []
        while not cursor.peek(")"):
            clauses.append(self._json_clause())
        cursor.expect(")")
        return tree.JsonPath(start, cursor.end, name, value, path, returning, tuple(clauses))

    def _json_clause(self) -> tuple[str, object]:
        """``ERROR ON EMPTY``, ``DEFAULT 1 ON ERROR``, ``WITH ARRAY WRAPPER``, ``OMIT QUOTES``."""
        cursor = self.cursor
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
        return self._json_on()

    def _json_on(self) -> tuple[str, object]:
        words = ("DEFAULT", "ERROR", "NULL", "EMPTY", "TRUE", "FALSE", "UNKNOWN")
        kind = self.cursor.expect_any(*words)
        action: object = kind.lower()
        if kind == "DEFAULT":
            action = self.expression()
        elif kind == "EMPTY":
            action = f"empty {self.cursor.expect_any('ARRAY', 'OBJECT').lower()}"
        self.cursor.expect("ON")
        return self.cursor.expect_any("EMPTY", "ERROR").lower(), action

    def _no_more(self, *words: str) -> None:
        """Clauses that Trino has and that are not given here."""
        if self.cursor.peek_any(*words):
            word = self.cursor.token.text
            raise failed_at(
                self.cursor.text,
                self.cursor.token.start,
                "NOT_SUPPORTED",
                f"{word} is not supported here",
            )

    _WORDS: ClassVar[dict[str, Callable[[ExpressionParser], tree.Expression | None]]] = {
        **dict.fromkeys(("NULL", "TRUE", "FALSE"), _constant),
        **dict.fromkeys(_LITERAL_TYPES, _typed_literal),
        **dict.fromkeys((*_CLOCKS, *_NICHES), _clock),
        **dict.fromkeys(("CAST", "TRY_CAST"), _cast),
        **dict.fromkeys(("JSON_OBJECT", "JSON_ARRAY"), _json_members),
        **dict.fromkeys(("JSON_VALUE", "JSON_QUERY", "JSON_EXISTS"), _json_path),
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


#: What ends a type: brackets of a cast, and the words after one in JSON_VALUE's RETURNING.
_AFTER_TYPE = (
    ")",
    ",",
    "<EOF>",
    "NULL",
    "ERROR",
    "DEFAULT",
    "EMPTY",
    "WITH",
    "WITHOUT",
    "KEEP",
    "OMIT",
)


def _lower_unquoted(text: str) -> str:
    return re.sub(r'"[^"]*"|[^"]+', lambda m: m[0] if m[0][0] == '"' else m[0].lower(), text)

"""Expressions: text to tree, by Trino's grammar and nothing beyond it.

General SQL parsers forgive what Athena refuses (``1 == 1``, ``x::int``, ``a = b = c``), and what is
forgiven here would answer here only. The rules are those of ``booleanExpression``,
``valueExpression`` and ``primaryExpression`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.engine.trino import parse_forms, parse_json, tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.trino.parse_window import window_of_call

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.parse_query import QueryParser

_COMPARISONS = ("=", "<>", "!=", "<=", ">=", "<", ">")
#: Left-associative levels of valueExpression, loosest first.
_LEVELS = (("||",), ("+", "-"), ("*", "/", "%"))


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
        at = cursor.token.start
        negated = cursor.peek("NOT") and cursor.accept("NOT")
        for word, read in (("BETWEEN", self._between), ("IN", self._in), ("LIKE", self._like)):
            if cursor.accept(word):
                found = read(start, value, at)
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

    def _between(self, start: int, value: tree.Expression, at: int) -> tree.Expression:
        low = self.value()
        self.cursor.expect("AND")
        high = self.value()
        return tree.Between(start, self.cursor.end, value, low, high, at)

    def _in(self, start: int, value: tree.Expression, at: int) -> tree.Expression:
        if self._at_query():
            return tree.InQuery(start, self.cursor.end, value, self.bracketed_query(), at)
        self.cursor.expect("(")
        items = self.cursor.many(self.expression)
        self.cursor.expect(")")
        return tree.InList(start, self.cursor.end, value, items)

    def _like(self, start: int, value: tree.Expression, at: int) -> tree.Expression:
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
        value = self.primary()
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

    def primary(self) -> tree.Expression:
        """A literal, a name, a call, brackets, or one of the forms with words of their own."""
        cursor, token = self.cursor, self.cursor.token
        if token.kind in ("integer", "decimal", "double", "string", "binary"):
            cursor.at += 1
            return tree.Literal(token.start, token.end, token.kind, token.text)
        if cursor.peek("("):
            return self._bracketed()
        if cursor.accept("?"):
            cursor.parameters += 1
            return tree.Parameter(token.start, token.end, cursor.parameters - 1)
        if token.kind == "word" and token.text in _WORDS:
            found = _WORDS[token.text](self)
            if found is not None:
                return found
        return self._named()

    def _named(self) -> tree.Expression:
        cursor, start = self.cursor, self.cursor.token.start
        if cursor.peek_any("RUNNING", "FINAL") and cursor.is_name(1) and cursor.peek("(", ahead=2):
            final = cursor.expect_any("RUNNING", "FINAL") == "FINAL"
            call = self._named()
            return tree.Processed(start, cursor.end, call, final)
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
            return self.tail(start, name, (), star=True)
        if cursor.is_name() and cursor.peek(".", "*", ")", ahead=1):
            label = tree.RowsOf(cursor.token.start, cursor.token.end, cursor.name())
            cursor.expect(".", "*", ")")
            return self.tail(start, name, (label,))
        distinct = cursor.accept_any("DISTINCT", "ALL") == "DISTINCT"
        args = () if cursor.peek_any(")", "ORDER") else cursor.many(self.expression)
        order_by = self.queries.order_by()
        cursor.expect(")")
        return self.tail(start, name, args, distinct=distinct, order_by=order_by)

    def tail(
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
        where = self.filter()
        ignore_nulls = self._null_treatment()
        over = window_of_call(self)
        if ignore_nulls is not None and over is None:
            raise self.cursor.mismatch("'OVER'")
        return tree.Call(
            start, self.cursor.end, name, args, star, distinct, order_by, where, ignore_nulls, over
        )

    def filter(self) -> tree.Expression | None:
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


#: Words that begin a form of their own; a reader that finds another gives ``None``.
_WORDS = {**parse_forms.WORDS, **parse_json.WORDS}

"""Queries: text to tree, by Trino's grammar.

``INTERSECT`` binds tighter than ``UNION`` and ``EXCEPT``; ``FROM`` never comes first.

Source: ``queryNoWith`` and ``queryTerm`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.errors import failed_at
from labkit.cloud.engine.trino.parse_expression import ExpressionParser
from labkit.cloud.engine.trino.parse_relation import RelationParser
from labkit.cloud.engine.trino.parse_window import window

Grouping = tuple[tuple[tree.Expression, ...], ...]


def parse_query(text: str) -> tree.Query:
    """Read one query; a semicolon may end it.

    Raises:
        QueryFailed: SYNTAX_ERROR with its place in ``text``.
    """
    parser = QueryParser(Cursor(text))
    query = parser.query()
    parser.cursor.accept(";")
    if not parser.cursor.peek("<EOF>"):
        raise parser.cursor.mismatch("<EOF>")
    return query


def parse_expression(text: str) -> tree.Expression:
    """Read one expression and nothing after it."""
    parser = QueryParser(Cursor(text))
    found = parser.expressions.expression()
    if not parser.cursor.peek("<EOF>"):
        raise parser.cursor.mismatch("<EOF>")
    return found


class QueryParser:
    """Reads queries at a cursor."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.expressions = ExpressionParser(cursor, self)
        self.sources = RelationParser(self.expressions)

    def query(self) -> tree.Query:
        """``WITH``, a body, and what orders and cuts its rows."""
        cursor, start = self.cursor, self.cursor.token.start
        named: tuple[tree.Named, ...] = ()
        recursive = False
        if cursor.accept("WITH"):
            recursive = cursor.accept("RECURSIVE")
            named = cursor.many(self._named)
        body = self._union()
        order_by = self.order_by()
        offset = self._offset()
        limit, ties = self._limit()
        if ties and not order_by:
            raise failed_at(
                cursor.text,
                start,
                "MISSING_ORDER_BY",
                "FETCH FIRST WITH TIES clause requires ORDER BY",
            )
        return tree.Query(start, cursor.end, body, named, recursive, order_by, offset, limit, ties)

    def _named(self) -> tree.Named:
        cursor, start = self.cursor, self.cursor.token.start
        name = cursor.name()
        columns = cursor.names() if cursor.peek("(") else ()
        cursor.expect("AS")
        query = self.expressions.bracketed_query()
        return tree.Named(start, cursor.end, name, columns, query)

    def order_by(self) -> tuple[tree.SortItem, ...]:
        """``ORDER BY`` and its terms, if it stands here."""
        return self.cursor.many(self._sort_item) if self.cursor.accept("ORDER", "BY") else ()

    def _sort_item(self) -> tree.SortItem:
        cursor, start = self.cursor, self.cursor.token.start
        value = self.expressions.expression()
        descending = cursor.accept_any("ASC", "DESC") == "DESC"
        first = cursor.accept("NULLS") and cursor.expect_any("FIRST", "LAST") == "FIRST"
        return tree.SortItem(start, cursor.end, value, descending, first)

    def _offset(self) -> tree.Expression | None:
        if not self.cursor.accept("OFFSET"):
            return None
        count = self._row_count()
        self.cursor.accept_any("ROWS", "ROW")
        return count

    def _limit(self) -> tuple[tree.Expression | None, bool]:
        cursor = self.cursor
        if cursor.accept("LIMIT"):
            return (None, False) if cursor.accept("ALL") else (self._row_count(), False)
        if not cursor.accept("FETCH"):
            return None, False
        fetch = cursor.tokens[cursor.at - 1].start
        cursor.expect_any("FIRST", "NEXT")
        at = cursor.token.start
        one = tree.Literal(at, at, "integer", "1")
        count = one if cursor.peek_any("ROW", "ROWS") else self._row_count(fetched=True)
        cursor.expect_any("ROWS", "ROW")
        if isinstance(count, tree.Literal) and int(count.text) == 0:
            message = "FETCH FIRST row count must be positive (actual value: 0)"
            raise failed_at(cursor.text, fetch, "NUMERIC_VALUE_OUT_OF_RANGE", message)
        if cursor.expect_any("ONLY", "WITH") == "ONLY":
            return count, False
        cursor.expect("TIES")
        return count, True

    def _row_count(self, *, fetched: bool = False) -> tree.Expression:
        cursor, token = self.cursor, self.cursor.token
        if cursor.accept("?"):
            cursor.parameters += 1
            return tree.Parameter(token.start, token.end, cursor.parameters - 1, fetched)
        return tree.Literal(token.start, token.end, "integer", cursor.take("integer", "<integer>"))

    # Bodies

    def _union(self) -> tree.Body:
        return self._sets(("UNION", "EXCEPT"), self._intersection)

    def _intersection(self) -> tree.Body:
        return self._sets(("INTERSECT",), self._body)

    def _sets(self, operators: Sequence[str], read: Callable[[], tree.Body]) -> tree.Body:
        start = self.cursor.token.start
        left = read()
        at = self.cursor.token.start
        while op := self.cursor.accept_any(*operators):
            distinct = self.cursor.accept_any("ALL", "DISTINCT") != "ALL"
            right = read()
            left = tree.SetOperation(start, self.cursor.end, op, distinct, left, right, at)
            at = self.cursor.token.start
        return left

    def _body(self) -> tree.Body:
        cursor, start = self.cursor, self.cursor.token.start
        if cursor.accept("VALUES"):
            rows = cursor.many(self.expressions.expression)
            return tree.Values(start, cursor.end, rows)
        if cursor.accept("TABLE"):
            table = self.sources.table()
            return tree.TableBody(start, cursor.end, table)
        if cursor.accept("("):
            query = self.query()
            cursor.expect(")")
            return query
        if not cursor.peek("SELECT"):
            raise cursor.mismatch("'('", "'SELECT'", "'TABLE'", "'VALUES'", "'WITH'", "<query>")
        return self._select()

    def _select(self) -> tree.Select:
        cursor, start = self.cursor, self.cursor.token.start
        cursor.expect("SELECT")
        distinct = cursor.accept_any("DISTINCT", "ALL") == "DISTINCT"
        items = cursor.many(self._item)
        source = self.sources.relations() if cursor.accept("FROM") else None
        where = self.expressions.expression() if cursor.accept("WHERE") else None
        group_by = self._group_by() if cursor.accept("GROUP", "BY") else None
        having = self.expressions.expression() if cursor.accept("HAVING") else None
        windows = cursor.many(self._named_window) if cursor.accept("WINDOW") else ()
        return tree.Select(
            start, cursor.end, items, distinct, source, where, group_by, having, windows
        )

    def _item(self) -> tree.Item | tree.Star:
        cursor, start = self.cursor, self.cursor.token.start
        if cursor.accept("*"):
            return tree.Star(start, cursor.end, None)
        value = self.expressions.expression()
        if cursor.accept(".", "*"):
            columns = cursor.names() if cursor.accept("AS") else ()
            return tree.Star(start, cursor.end, value, columns)
        named = cursor.accept("AS") or (cursor.is_name() and not self._at_clause())
        alias = cursor.name() if named else None
        return tree.Item(start, cursor.end, value, alias, cursor.written)

    def _at_clause(self) -> bool:
        """Whether a word that may be a name begins the next clause, as after ``SELECT 1``."""
        cursor = self.cursor
        counts = cursor.peek("?", ahead=1) or cursor.tokens[cursor.at + 1].kind == "integer"
        if cursor.peek_any("LIMIT", "OFFSET"):
            return counts or cursor.peek("LIMIT", "ALL")
        if cursor.peek("WINDOW"):
            return cursor.is_name(1) and cursor.peek("AS", "(", ahead=2)
        return cursor.peek("FETCH", "FIRST") or cursor.peek("FETCH", "NEXT")

    def _named_window(self) -> tuple[str, tree.Window]:
        name = self.cursor.name()
        self.cursor.expect("AS")
        return name, window(self.expressions)

    # GROUP BY

    def _group_by(self) -> tree.GroupBy:
        cursor, start = self.cursor, self.cursor.token.start
        distinct = cursor.accept_any("DISTINCT", "ALL") == "DISTINCT"
        elements = cursor.many(self._grouping)
        return tree.GroupBy(start, cursor.end, distinct, elements)

    def _grouping(self) -> Grouping:
        cursor = self.cursor
        if cursor.accept("ROLLUP"):
            sets = self._grouping_terms()
            return tuple(_joined(sets[:size]) for size in range(len(sets), -1, -1))
        if cursor.accept("CUBE"):
            sets = self._grouping_terms()
            sizes = range(len(sets), -1, -1)
            return tuple(_joined(chosen) for size in sizes for chosen in combinations(sets, size))
        if cursor.accept("GROUPING", "SETS"):
            return self._grouping_terms()
        return (self._grouping_term(),)

    def _grouping_terms(self) -> Grouping:
        self.cursor.expect("(")
        found = () if self.cursor.peek(")") else self.cursor.many(self._grouping_term)
        self.cursor.expect(")")
        return found

    def _grouping_term(self) -> tuple[tree.Expression, ...]:
        """``a``, ``(a, b)`` or ``()``."""
        if self.cursor.accept("(", ")"):
            return ()
        found = self.expressions.expression()
        implicit_row = isinstance(found, tree.RowOf) and self.cursor.text[found.start] == "("
        return found.items if isinstance(found, tree.RowOf) and implicit_row else (found,)


def _joined(sets: Grouping) -> tuple[tree.Expression, ...]:
    return tuple(expression for terms in sets for expression in terms)

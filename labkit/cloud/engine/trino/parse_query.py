"""Queries: text to tree, by Trino's grammar.

``INTERSECT`` binds tighter than ``UNION`` and ``EXCEPT``; a comma between relations is the loosest
join; ``FROM`` never comes first.

Source: ``queryNoWith``, ``queryTerm`` and ``relation`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.errors import QueryFailed, failed_at
from labkit.cloud.engine.trino.parse_expression import ExpressionParser
from labkit.cloud.engine.trino.parse_json_table import json_table
from labkit.cloud.engine.trino.parse_match import match_recognize

_JOINS = ("INNER", "LEFT", "RIGHT", "FULL")
#: Words that Trino allows as names, and that still begin the next clause after a relation.
_NOT_ALIASES = frozenset(["TABLESAMPLE", "OFFSET", "LIMIT", "FETCH", "WINDOW", "MATCH_RECOGNIZE"])
_VERSIONS = {
    "TIMESTAMP": "TIMESTAMP",
    "SYSTEM_TIME": "TIMESTAMP",
    "VERSION": "VERSION",
    "SYSTEM_VERSION": "VERSION",
}
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
        cursor.expect_any("FIRST", "NEXT")
        at = cursor.token.start
        one = tree.Literal(at, at, "integer", "1")
        count = one if cursor.peek_any("ROW", "ROWS") else self._row_count()
        cursor.expect_any("ROWS", "ROW")
        if cursor.expect_any("ONLY", "WITH") == "ONLY":
            return count, False
        cursor.expect("TIES")
        return count, True

    def _row_count(self) -> tree.Expression:
        cursor, token = self.cursor, self.cursor.token
        if cursor.accept("?"):
            cursor.parameters += 1
            return tree.Parameter(token.start, token.end, cursor.parameters - 1)
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
            table = self._table()
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
        source = self.relations() if cursor.accept("FROM") else None
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
        alias = cursor.name() if cursor.accept("AS") or cursor.is_name() else None
        return tree.Item(start, cursor.end, value, alias, cursor.written)

    def _named_window(self) -> tuple[str, tree.Window]:
        name = self.cursor.name()
        self.cursor.expect("AS")
        return name, self._window()

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

    # Windows

    def over(self) -> tree.Window | None:
        """``OVER name`` or ``OVER (...)``, if it stands here."""
        cursor = self.cursor
        if not cursor.accept("OVER"):
            return None
        start = cursor.token.start
        return (
            self._window()
            if cursor.peek("(")
            else tree.Window(start, cursor.token.end, cursor.name())
        )

    def _window(self) -> tree.Window:
        cursor, start = self.cursor, self.cursor.token.start
        cursor.expect("(")
        named = cursor.is_name() and not cursor.peek("PARTITION", "BY") and not self._at_frame()
        base = cursor.name() if named else None
        partition_by: tuple[tree.Expression, ...] = ()
        if cursor.accept("PARTITION", "BY"):
            partition_by = cursor.many(self.expressions.expression)
        order_by = self.order_by()
        if cursor.peek_any("MEASURES"):
            message = "Row patterns in windows are not supported here"
            raise failed_at(cursor.text, cursor.token.start, "NOT_SUPPORTED", message)
        frame = self._frame() if self._at_frame() else None
        cursor.expect(")")
        return tree.Window(start, cursor.end, base, partition_by, order_by, frame)

    def _at_frame(self) -> bool:
        return self.cursor.peek_any("ROWS", "RANGE", "GROUPS") and not self.cursor.peek(
            ")", ahead=1
        )

    def _frame(self) -> tree.Frame:
        cursor, start = self.cursor, self.cursor.token.start
        unit = cursor.expect_any("ROWS", "RANGE", "GROUPS")
        if cursor.accept("BETWEEN"):
            first = self._bound()
            cursor.expect("AND")
            return tree.Frame(start, cursor.end, unit, first, self._bound())
        return tree.Frame(start, cursor.end, unit, self._bound(), ("CURRENT ROW", None))

    def _bound(self) -> tuple[str, tree.Expression | None]:
        cursor = self.cursor
        if cursor.accept("CURRENT", "ROW"):
            return "CURRENT ROW", None
        if cursor.accept("UNBOUNDED"):
            return f"UNBOUNDED {cursor.expect_any('PRECEDING', 'FOLLOWING')}", None
        value = self.expressions.expression()
        return cursor.expect_any("PRECEDING", "FOLLOWING"), value

    # Relations

    def relations(self) -> tree.Relation:
        """Relations with commas between."""
        start = self.cursor.token.start
        left = self._joined_relation()
        while self.cursor.accept(","):
            right = self._joined_relation()
            left = tree.Join(start, self.cursor.end, "implicit", left, right)
        return left

    def _joined_relation(self) -> tree.Relation:
        start = self.cursor.token.start
        left = self._sampled()
        while join := self._join(start, left):
            left = join
        return left

    def _join(self, start: int, left: tree.Relation) -> tree.Join | None:
        cursor = self.cursor
        if cursor.accept("CROSS"):
            cursor.expect("JOIN")
            return tree.Join(start, cursor.end, "cross", left, self._sampled())
        if cursor.peek("NATURAL"):
            raise failed_at(
                cursor.text, cursor.token.start, "NOT_SUPPORTED", "Natural join not supported"
            )
        if not cursor.peek_any("JOIN", *_JOINS):
            return None
        kind = (cursor.accept_any(*_JOINS) or "INNER").lower()
        if kind != "inner":
            cursor.accept("OUTER")
        cursor.expect("JOIN")
        right = self._joined_relation()
        if cursor.accept("USING"):
            return tree.Join(start, cursor.end, kind, left, right, using=cursor.names())
        if not cursor.accept("ON"):
            raise cursor.mismatch("'ON'", "'USING'")
        on = self.expressions.expression()
        return tree.Join(start, cursor.end, kind, left, right, on)

    def _sampled(self) -> tree.Relation:
        cursor, start = self.cursor, self.cursor.token.start
        relation = self._aliased()
        if cursor.accept("MATCH_RECOGNIZE"):
            relation = self._alias(start, match_recognize(self.expressions, start, relation))
        if not cursor.accept("TABLESAMPLE"):
            return relation
        method = cursor.expect_any("BERNOULLI", "SYSTEM")
        cursor.expect("(")
        percent = self.expressions.expression()
        cursor.expect(")")
        return tree.Sampled(start, cursor.end, relation, method, percent)

    def _aliased(self) -> tree.Relation:
        return self._alias(self.cursor.token.start, self._relation())

    def _alias(self, start: int, relation: tree.Relation) -> tree.Relation:
        cursor = self.cursor
        follows = cursor.is_name() and (
            cursor.token.kind == "quoted" or cursor.token.text not in _NOT_ALIASES
        )
        if not cursor.accept("AS") and not follows:
            return relation
        name = cursor.name()
        columns = cursor.names() if cursor.peek("(") else ()
        return tree.Aliased(start, cursor.end, relation, name, columns)

    def _relation(self) -> tree.Relation:
        cursor, start = self.cursor, self.cursor.token.start
        if cursor.accept("UNNEST", "("):
            items = cursor.many(self.expressions.expression)
            cursor.expect(")")
            ordinality = cursor.accept("WITH", "ORDINALITY")
            return tree.Unnest(start, cursor.end, items, ordinality)
        if cursor.accept("LATERAL"):
            query = self.expressions.bracketed_query()
            return tree.Derived(start, cursor.end, query, lateral=True)
        if cursor.accept("TABLE", "("):
            return self._table_function(start)
        if cursor.accept("JSON_TABLE", "("):
            return json_table(self.expressions, start)
        return self._bracketed() if cursor.peek("(") else self._table()

    def _table_function(self, start: int) -> tree.TableFunction:
        """``sequence(start => 1, stop => 9)``, with brackets around it."""
        cursor, at = self.cursor, self.cursor.token.start
        name = ".".join(cursor.qualified())
        if name != "sequence":
            message = f"Table function '{name}' is not supported here"
            raise failed_at(cursor.text, at, "NOT_SUPPORTED", message)
        cursor.expect("(")
        arguments = () if cursor.peek(")") else cursor.many(self._named_argument)
        cursor.expect(")")
        cursor.expect(")")
        return tree.TableFunction(start, cursor.end, name, arguments)

    def _named_argument(self) -> tuple[str | None, tree.Expression]:
        named = self.cursor.peek("=>", ahead=1)
        name = self.cursor.name() if named else None
        if named:
            self.cursor.expect("=>")
        return name, self.expressions.expression()

    def _bracketed(self) -> tree.Relation:
        """A query, or relations in brackets."""
        cursor, start = self.cursor, self.cursor.token.start
        if not cursor.peek_any("(") or not self._query_inside():
            cursor.expect("(")
            relation = self._joined_relation()
            cursor.expect(")")
            return relation
        query = self.expressions.bracketed_query()
        return tree.Derived(start, cursor.end, query)

    def _query_inside(self) -> bool:
        words = ("SELECT", "WITH", "VALUES", "TABLE")
        if any(self.cursor.peek(word, ahead=1) for word in words):
            return True
        if not self.cursor.peek("(", ahead=1):
            return False
        at, parameters = self.cursor.at, self.cursor.parameters
        found = self.cursor.attempt(self.expressions.bracketed_query)
        self.cursor.at, self.cursor.parameters = at, parameters
        return not isinstance(found, QueryFailed)

    def _table(self) -> tree.Table:
        cursor, start = self.cursor, self.cursor.token.start
        parts = cursor.qualified()
        if not cursor.accept("FOR"):
            return tree.Table(start, cursor.end, parts)
        kind = _VERSIONS[cursor.expect_any(*_VERSIONS)]
        cursor.expect("AS", "OF")
        value = self.expressions.value()
        return tree.Table(start, cursor.end, parts, (kind, value))


def _joined(sets: Grouping) -> tuple[tree.Expression, ...]:
    return tuple(expression for terms in sets for expression in terms)

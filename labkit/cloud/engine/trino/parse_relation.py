"""Relations: what stands in FROM, with its joins, samples and aliases.

A comma between relations is the loosest join.

Source: ``relation`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.errors import QueryFailed, failed_at
from labkit.cloud.engine.trino.parse_expression import ExpressionParser
from labkit.cloud.engine.trino.parse_json_table import json_table
from labkit.cloud.engine.trino.parse_match import match_recognize

_JOINS = ("INNER", "LEFT", "RIGHT", "FULL")
#: Words that Trino allows as names, and that still begin the next clause after a relation.
_NOT_ALIASES = frozenset(["TABLESAMPLE", "OFFSET", "LIMIT", "FETCH", "WINDOW", "MATCH_RECOGNIZE"])


class RelationParser:
    """Reads relations at the cursor of a parser of expressions."""

    def __init__(self, expressions: ExpressionParser) -> None:
        self.cursor, self.expressions = expressions.cursor, expressions

    def relations(self) -> tree.Relation:
        """Relations with commas between."""
        start = self.cursor.token.start
        left = self._joined_relation()
        while self.cursor.accept(","):
            right = self._joined_relation()
            left = tree.Join(start, self.cursor.end, "implicit", left, right)
        return left

    def table(self) -> tree.Table:
        """A table's name, and the moment or snapshot that it is read at."""
        cursor, start = self.cursor, self.cursor.token.start
        parts = cursor.qualified()
        if not cursor.accept("FOR"):
            return tree.Table(start, cursor.end, parts)
        kind = cursor.expect_any("TIMESTAMP", "VERSION")  # those of engine version 2 are gone
        cursor.expect("AS", "OF")
        value = self.expressions.value()
        return tree.Table(start, cursor.end, parts, (kind, value))

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
        return self._bracketed() if cursor.peek("(") else self.table()

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

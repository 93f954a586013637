"""``MATCH_RECOGNIZE``: the matches of a pattern in ordered rows, as a relation.

The rows are numbered; each says by a mask which variables it may be; a Python function finds the
matches and gives, for each row of the result, the numbers of the rows that its measures read.
A condition that reads rows before it by their variables is asked while the rows are matched.
Sources: https://trino.io/docs/current/sql/match-recognize.html and
``RowPatternRecognition`` in Trino's StatementAnalyzer and PatternRecognitionAnalyzer
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.aggregates import pattern_aggregate
from labkit.cloud.engine.trino.comparisons import sort_key
from labkit.cloud.engine.trino.expected import condition
from labkit.cloud.engine.trino.grouping import walk
from labkit.cloud.engine.trino.row_parts import LABEL, Labels, Part, Parts
from labkit.cloud.engine.trino.scope import Field, Scope, Typed, qualified_parts
from labkit.cloud.engine.trino.sorting import sort_term
from labkit.cloud.engine.types import Type

_MOST_LABELS = 62
_VARCHAR = Type("varchar")
#: Types whose texts DuckDB reads back as they were.
_AS_TEXT = frozenset(
    "tinyint smallint integer bigint decimal real double varchar char boolean date time timestamp "
    "uuid json varbinary unknown".split()
)


def match_recognize(
    node: tree.MatchRecognize, source: str, columns: Sequence[Field], scope: Scope
) -> tuple[str, tuple[Field, ...]]:
    """DuckDB SQL and its columns.

    Args:
        node: the clause.
        source: DuckDB SQL of the relation that it stands behind.
        columns: that relation's columns.
        scope: the place, without columns.
    """
    scope.state.uses[-1].update(*(f.uses for f in columns))
    return _Matching(node, source, columns, scope).relation()


class _Matching:
    """One clause while it is compiled."""

    def __init__(
        self, node: tree.MatchRecognize, source: str, columns: Sequence[Field], scope: Scope
    ) -> None:
        self.node, self.source, self.scope = node, source, scope
        self.columns = [f for f in columns if not f.hidden]
        self.labels = Labels(node, scope)
        self.names = {f.name for f in self.columns if f.name}
        if len(self.labels.names) > _MOST_LABELS:
            message = f"More than {_MOST_LABELS} pattern variables are not supported here"
            raise scope.fail(node, "NOT_SUPPORTED", message)
        if node.shown == "unmatched" and _leaves_out(node.pattern):
            message = (
                "Pattern exclusion syntax is not allowed when ALL ROWS PER MATCH WITH UNMATCHED "
                "ROWS is specified"
            )
            raise scope.fail(node, "INVALID_ROW_PATTERN", message)
        self.keys = [self._column(key) for key in node.partition_by]
        self.orders = [self._column(item.value) for item in node.order_by]
        self.read: list[int] = []  # the columns that conditions over earlier rows read

    def _column(self, node: tree.Expression) -> int:
        """Which column a key is."""
        parts = qualified_parts(node)
        found = [at for at, f in enumerate(self.columns) if parts and f.answers(parts)]
        if len(found) != 1:
            text = self.scope.source(node)
            message = f"Expected column reference. Actual: {text}"
            raise self.scope.fail(node, "INVALID_COLUMN_REFERENCE", message)
        return found[0]

    def _row(self, alias: str, label: str = "NULL") -> list[Field]:
        """A row's columns under an alias, and the variable that it is matched to."""
        fields = [
            replace(f, sql=f"{alias}.c{at}", qualifier=(), key=None)
            for at, f in enumerate(self.columns)
        ]
        return [*fields, Field(LABEL, _VARCHAR, label)]

    def relation(self) -> tuple[str, tuple[Field, ...]]:
        """The clause's SQL and columns."""
        node, scope = self.node, self.scope
        measures = Parts(self.labels, self.names, scope)
        nodes = [(name, measures.rewritten(value)) for name, value in node.measures]
        joins: list[str] = []
        number = measures.number("m.r[1][2]")
        fields = [self._measured(at, part, number, joins) for at, part in enumerate(measures.found)]
        inner = scope.with_fields([*fields, *number])
        inner = inner.without_aggregates("MEASURES clause")
        values = [(name, inner.value(value)) for name, value in nodes]
        shown = self._shown(values)
        listed = ", ".join(f"{f.sql} AS c{at}" for at, f in enumerate(shown)) or "1 AS c0"
        alias = scope.state.fresh("t")
        sql = (
            f"(WITH {self._numbered()}, {self._found(measures.found)} "
            f"SELECT {listed} FROM m JOIN b ON b.g = m.g0 + m.r[1][1] {' '.join(joins)} "
            f"ORDER BY m.g0, m.n) AS {alias}"
        )
        return sql, tuple(replace(f, sql=f"{alias}.c{at}") for at, f in enumerate(shown))

    def _shown(self, values: list[tuple[str, Typed]]) -> list[Field]:
        """Partition keys, then what orders the rows, measures, and all other columns."""
        row = self._row("b")[:-1]
        whole = self.node.shown != "one"
        fields = [replace(row[at], qualifier=self.columns[at].qualifier) for at in self.keys]
        own = {*self.keys, *(self.orders if whole else range(len(row)))}
        if whole:
            fields += [replace(row[at], qualifier=self.columns[at].qualifier) for at in self.orders]
        for name, value in values:
            sql = value.sql
            if self.node.shown == "unmatched":
                sql = f"CASE WHEN m.r[1][2] IS NULL THEN NULL ELSE {sql} END"
            fields.append(Field(name, value.type, sql))
        rest = (at for at in range(len(row)) if at not in own)
        return fields + [replace(row[at], qualifier=self.columns[at].qualifier) for at in rest]

    # The rows

    def _numbered(self) -> str:
        """``b``: the rows in order, each with its number ``g`` and that of its partition."""
        row = self._row("a")
        listed = ", ".join(f"{f.sql} AS c{at}" for at, f in enumerate(self.columns))
        keys = [sort_key(row[at].sql, row[at].type) for at in self.keys]
        terms = [
            sort_term(Typed(row[at].sql, row[at].type), item, self.scope)
            for at, item in zip(self.orders, self.node.order_by, strict=True)
        ]
        order = ", ".join([*keys, *terms, "a.n"])
        part = f"dense_rank() OVER (ORDER BY {', '.join(keys)})" if keys else "0"
        return (
            f"a AS (SELECT {listed}, row_number() OVER () AS n FROM {self.source}), "
            f"b AS MATERIALIZED (SELECT a.*, row_number() OVER (ORDER BY {order}) AS g, "
            f"{part} AS p FROM a)"
        )

    def _found(self, measured: Sequence[Part]) -> str:
        """``m``: the rows of the result as the numbers of those that they read."""
        shifted: list[str] = []
        masks, asked = ["0"], dict[int, Any]()
        for name, value in self.node.define:
            parts = Parts(self.labels, self.names, self.scope, defined=self.labels.codes[name])
            node = parts.rewritten(value)
            bit = self.labels.codes[name]
            if all(part.beside(bit) for part in parts.found) and not parts.numbered:
                fields = [self._shifted(part, shifted) for part in parts.found]
                inner = self.scope.with_fields(fields).without_aggregates("DEFINE clause")
                holds = condition(node, inner, "DEFINE clause")
                masks.append(f"CASE WHEN {holds} THEN {1 << bit} ELSE 0 END")
            else:
                asked[bit] = self._asked(node, value, parts)
        free = set(self.labels.codes.values()) - {self.labels.codes[n] for n, _ in self.node.define}
        masks[0] = str(sum(1 << bit for bit in free))
        spec = quoted_text(json.dumps(self._spec(measured, asked)))
        texts = [f"CAST(s.c{at} AS VARCHAR)" for at in self.read]
        extra = "".join(f", {sql}" for sql in shifted)
        return (
            f"s AS (SELECT b.*{extra} FROM b), "
            f"l AS (SELECT s.p, s.g, CAST({' + '.join(masks)} AS BIGINT) AS k, "
            f"CAST([{', '.join(texts)}] AS VARCHAR[]) AS v FROM s), "
            f"f AS (SELECT min(l.g) AS g0, trino_matches(list(l.k ORDER BY l.g), "
            f"list(l.v ORDER BY l.g), {spec}) AS found FROM l GROUP BY l.p), "
            "m AS MATERIALIZED (SELECT f.g0, unnest(range(len(f.found))) AS n, "
            "unnest(f.found) AS r FROM f)"
        )

    def _spec(self, measured: Sequence[Part], asked: dict[int, Any]) -> dict[str, Any]:
        """What the function reads: see ``functions/rowpatterns.py``."""
        kind, label = self.node.skip
        return {
            "pattern": self.labels.coded(self.node.pattern),
            "labels": self.labels.names,
            "shown": self.node.shown,
            "skip": [kind, self.labels.among(label, self.node) if label else None],
            "cells": [part.cell for part in measured],
            "asked": asked,
        }

    # What expressions read

    def _measured(self, at: int, part: Part, number: Sequence[Field], joins: list[str]) -> Field:
        """A part of a measure: what a row of the match has, or an aggregate over several."""
        rows, names = f"m.r[{2 * at + 2}]", f"m.r[{2 * at + 3}]"
        names_of = f"list_extract({_listed(self.labels.names)}, {{}} + 1)"
        alias = f"j{at}"
        if isinstance(part.node, tree.Call) and part.aggregate:
            row = [*self._row(alias, names_of.format("u.l")), *_within(number)]
            value = pattern_aggregate(part.node, self.scope.with_fields(row), "u.i")
            unnested = f"(SELECT unnest({rows}) AS i, unnest({names}) AS l, m.r[1][2] AS n) AS u"
            source = f"{unnested} LEFT JOIN b AS {alias} ON {alias}.g = m.g0 + u.i"
            return Field(part.name, value.type, f"(SELECT {value.sql} FROM {source})")
        row = [*self._row(alias, names_of.format(f"{names}[1]")), *number]
        value = self.scope.with_fields(row).value(part.node)
        joins.append(f"LEFT JOIN b AS {alias} ON {alias}.g = m.g0 + {rows}[1]")
        return Field(part.name, value.type, _unless_none(rows, value.sql))

    def _shifted(self, part: Part, shifted: list[str]) -> Field:
        """What the row tried has, or one so many rows before or after it."""
        value = self.scope.with_fields(self._row("b")).value(part.node)
        offset = part.cell[-1]
        name = f"x{len(shifted)}"
        way = "lead" if offset > 0 else "lag"
        sql = f"{way}({value.sql}, {abs(offset)}) OVER (PARTITION BY b.p ORDER BY b.g)"
        shifted.append(f"{sql if offset else value.sql} AS {name}")
        return Field(part.name, value.type, f"s.{name}")

    def _asked(
        self, node: tree.Expression, written: tree.Expression, parts: Parts
    ) -> dict[str, Any]:
        """A condition over the rows matched before: a query, and the rows that it reads."""
        if parts.queries:
            raise self._refused(written, "reads a query")
        number = parts.number("q.n")
        fields = [self._text(at, part, number, written) for at, part in enumerate(parts.found)]
        inner = self.scope.with_fields([*fields, *number]).without_aggregates("DEFINE clause")
        holds = condition(node, inner, "DEFINE clause")
        given = "".join(
            f", unnest(CAST(${at + 3} AS VARCHAR[][][])) AS v{at}" for at in range(len(parts.found))
        )
        rows = (
            f"SELECT unnest(CAST($1 AS INTEGER[])) AS i, unnest(CAST($2 AS BIGINT[])) AS n{given}"
        )
        sql = f"SELECT coalesce({holds}, false) FROM ({rows}) AS q ORDER BY q.i"
        cells = [part.cell for part in parts.found]
        return {"sql": sql, "cells": cells, "numbered": parts.numbered}

    def _text(
        self, at: int, part: Part, number: Sequence[Field], written: tree.Expression
    ) -> Field:
        """A part of such a condition, over rows that are texts: the variable, and the columns."""
        call = part.node
        if isinstance(call, tree.Call) and part.aggregate:
            row = self._row_of_texts(call, "u.x", written)
            value = pattern_aggregate(call, self.scope.with_fields([*row, *_within(number)]), "")
            sql = f"(SELECT {value.sql} FROM (SELECT unnest(q.v{at}) AS x, q.n) AS u)"
            return Field(part.name, value.type, sql)
        row = self._row_of_texts(call, f"q.v{at}[1]", written)
        value = self.scope.with_fields([*row, *number]).value(call)
        return Field(part.name, value.type, _unless_none(f"q.v{at}", value.sql))

    def _row_of_texts(
        self, node: tree.Expression, sql: str, written: tree.Expression
    ) -> list[Field]:
        found = [Field(LABEL, _VARCHAR, f"{sql}[1]")]
        named = {one.name for one in walk(node) if isinstance(one, tree.Identifier)}
        for at, f in enumerate(self.columns):
            if f.name not in named:
                continue
            if f.type.base not in _AS_TEXT:
                raise self._refused(written, f"reads values of type {f.type}")
            if at not in self.read:
                self.read.append(at)
            text = f"{sql}[{self.read.index(at) + 2}]"
            found.append(Field(f.name, f.type, f"CAST({text} AS {f.type.duckdb})"))
        return found

    def _refused(self, node: tree.Expression, reason: str) -> Exception:
        message = f"A condition over rows matched before that {reason} is not supported here"
        return self.scope.fail(node, "NOT_SUPPORTED", message)


def _within(number: Sequence[Field]) -> list[Field]:
    """The match's number as a column beside what an aggregate reads."""
    return [replace(f, sql="u.n") for f in number]


def _unless_none(rows: str, sql: str) -> str:
    """A value of a row, NULL where there is no such row."""
    return f"CASE WHEN len({rows}) = 0 THEN NULL ELSE {sql} END"


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted_text, names))}]"


def _leaves_out(pattern: object) -> bool:
    """Whether a part of a pattern is ``{- ... -}``."""
    if not isinstance(pattern, tuple | list):
        return False
    return pattern[:1] == ("without",) or any(map(_leaves_out, pattern))

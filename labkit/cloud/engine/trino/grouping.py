"""Grouped queries: which expressions may stand after ``GROUP BY``, and the aggregates they need.

The rows are grouped in a query of its own, ``SELECT keys, aggregates ... GROUP BY``; what stands
around it (the SELECT list, HAVING, ORDER BY, windows) reads its columns. An expression is a key
when it is written like one, with names that mean the same column.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.comparisons import sort_key
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.trino.functions.equality import is_keyed
from labkit.cloud.engine.trino.library import kinds
from labkit.cloud.engine.trino.scope import Field, Scope, Typed, qualified_parts


class _NotGrouped(QueryFailed):
    """An expression reads a column that is no key."""


@contextmanager
def naming(node: tree.Expression, scope: Scope) -> Iterator[None]:
    """The failure of an expression over groups names all of it, not the column that is no key.

    Source: ``analyze`` of Trino's ``AggregationAnalyzer``
    """
    try:
        yield
    except _NotGrouped as failure:
        if scope.source(node).endswith("*"):
            raise
        words = f"'{_shown(node, scope)}' must be an aggregate expression or appear in GROUP BY"
        place = getattr(node, "at", node.start)
        raise scope.fail(place, failure.code, f"{words} clause") from None


def _shown(node: tree.Expression, scope: Scope) -> str:
    """The text of an expression; Trino puts what has two sides in brackets."""
    match node:
        case tree.Binary() | tree.Comparison():
            return f"({_shown(node.left, scope)} {node.op} {_shown(node.right, scope)})"
    return scope.source(node)


@dataclass
class Grouping:
    """The columns of the grouping query while the expressions around it are compiled.

    Args:
        source: the scope that keys and aggregates' arguments are read in.
        relation: the grouping query's alias.
        sets: the grouping sets as positions of keys.
        grouped: whether there is a GROUP BY; without one all rows are one group.
    """

    source: Scope
    relation: str
    keys: dict[object, Typed] = field(default_factory=dict)
    sets: list[tuple[int, ...]] = field(default_factory=list)
    aggregates: dict[str, str] = field(default_factory=dict)
    grouped: bool = True

    def add_key(self, node: tree.Expression, value: Typed) -> int:
        """The position of a key, which is new or known."""
        form = canonical(node, self.source)
        self.keys.setdefault(form, value)
        return list(self.keys).index(form)

    def add_column(self, found: Field) -> int:
        """The position of a key that is a column of ``*``."""
        form = ("column", found.sql)
        self.keys.setdefault(form, Typed(found.sql, found.type))
        return list(self.keys).index(form)

    def star(self, found: Field) -> Typed:
        """The key's column that a column of ``*`` is."""
        key = self._read(("column", found.sql))
        if key is None:
            name = str(self.source.fields.index(found) + 1)
            if found.name:
                name = f"'{'.'.join((*found.qualifier[-1:], found.name))}'"
            message = f"Column {name} not in GROUP BY clause"
            raise QueryFailed("EXPRESSION_NOT_AGGREGATE", message)
        return key

    def position(self, node: tree.Expression) -> int | None:
        """Which key an expression is."""
        form = canonical(node, self.source)
        return list(self.keys).index(form) if form in self.keys else None

    def find(self, node: tree.Expression, scope: Scope) -> Typed | None:
        """The key's column that an expression is, where it stands."""
        source = replace(self.source, outputs=scope.outputs) if scope.outputs else self.source
        return self._read(canonical(node, source))

    def column(self, found: Field, node: tree.Node, *, inside: bool) -> Typed:
        """The key's column that a column of the source is; ``inside``: a subquery reads it.

        Raises:
            QueryFailed: EXPRESSION_NOT_AGGREGATE, the column is no key.
        """
        key = self._read(("column", found.sql))
        if key is None:
            message = f"'{self.source.source(node)}' must be an aggregate expression or appear in"
            if inside:
                message = f"Subquery uses '{self.source.source(node)}' which must appear in"
            message = f"{message} GROUP BY clause"
            failure = self.source.fail(node, "EXPRESSION_NOT_AGGREGATE", message)
            raise failure if inside else _NotGrouped(*failure.args)
        return key

    def _read(self, form: object) -> Typed | None:
        if form not in self.keys:
            return None
        return Typed(f"{self.relation}.g{list(self.keys).index(form)}", self.keys[form].type)

    def aggregate(self, sql: str) -> str:
        """A column of the grouping query with an aggregate in it."""
        name = self.aggregates.setdefault(sql, f"a{len(self.aggregates)}")
        return f"{self.relation}.{name}"

    def grouping(self, positions: list[int]) -> str:
        """``grouping(...)``: a bit for each key, set where the key is not in the grouping set."""
        if len(self.sets) <= 1:
            return "0"
        keys = list(self.keys.values())
        listed = ", ".join(sort_key(keys[at].sql, keys[at].type) for at in positions)
        return self.aggregate(f"grouping({listed})")

    def sql(self, source: str) -> str:
        """The grouping query over the FROM and WHERE of the source."""
        keys = [self._key(at, key) for at, key in enumerate(self.keys.values())]
        aggregates = [f"{sql} AS {name}" for sql, name in self.aggregates.items()]
        columns = keys + aggregates or ["count(*) AS a0"]
        return f"SELECT {', '.join(columns)} {source} {self._clause()}".rstrip()

    def _key(self, at: int, key: Typed) -> str:
        """Maps and zoned timestamps are grouped by their keys, and one of each group shown."""
        if not is_keyed(key.type):
            return f"{key.sql} AS g{at}"
        shown = f"any_value({key.sql})"
        if len(self.sets) > 1:
            shown = f"CASE WHEN grouping({sort_key(key.sql, key.type)}) = 0 THEN {shown} END"
        return f"{shown} AS g{at}"

    def _clause(self) -> str:
        keys = list(self.keys.values())

        def listed(positions: tuple[int, ...]) -> str:
            plain = all(not is_keyed(key.type) for key in keys)
            names = (
                str(at + 1) if plain else sort_key(keys[at].sql, keys[at].type) for at in positions
            )
            return ", ".join(names)

        if not self.keys and len(self.sets) <= 1:
            return ""
        if len(self.sets) == 1:
            return f"GROUP BY {listed(self.sets[0])}"
        return f"GROUP BY GROUPING SETS ({', '.join(f'({listed(one)})' for one in self.sets)})"


def canonical(node: object, scope: Scope) -> object:
    """An expression's form: equal for two that mean the same, wherever they are written.

    A row's field in quotes is another than one without, as for Trino. Source: "nested columns" in
    https://docs.aws.amazon.com/athena/latest/ug/engine-versions-reference-0003.html
    """
    if isinstance(node, tree.Identifier | tree.Dereference):
        parts = qualified_parts(node)
        if parts and scope.meant_outputs(parts):
            return ("output", parts)
        found = scope.own(parts) if parts else None
        if found:
            return ("column", found.sql)
    if isinstance(node, tree.Node):
        compared = [getattr(node, f.name) for f in fields(node) if f.compare]
        if isinstance(node, tree.Dereference):
            compared.append(scope.source(node).endswith('"'))
        return (type(node).__name__, *(canonical(value, scope) for value in compared))
    if isinstance(node, tuple):
        return tuple(canonical(value, scope) for value in node)
    return (type(node).__name__, node)


def walk(node: object) -> Iterator[tree.Expression]:
    """An expression and all in it, without the queries inside."""
    if isinstance(node, tree.Query):
        return
    if isinstance(node, tree.Expression):
        yield node
    for part in tree.parts(node):
        yield from walk(part)


def is_aggregate(node: tree.Expression) -> bool:
    """Whether an expression is an aggregate's call, not a window function's."""
    return (
        isinstance(node, tree.Call)
        and node.over is None
        and (node.name == "grouping" or "aggregate" in kinds(node.name))
    )


def has_aggregates(nodes: object) -> bool:
    """Whether an aggregate stands anywhere in expressions."""
    return any(map(is_aggregate, walk(nodes)))

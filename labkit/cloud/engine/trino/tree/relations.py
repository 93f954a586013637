"""Parts of a query that have rows: what stands behind ``FROM``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labkit.cloud.engine.trino.tree.nodes import Expression, Relation

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.tree.expressions import SortItem
    from labkit.cloud.engine.trino.tree.queries import Query


@dataclass(frozen=True, slots=True)
class Table(Relation):
    """A name of one to three parts; ``version`` is (TIMESTAMP or VERSION, value)."""

    parts: tuple[str, ...]
    version: tuple[str, Expression] | None = None


@dataclass(frozen=True, slots=True)
class Aliased(Relation):
    """``relation AS name (column, ...)``."""

    relation: Relation
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Derived(Relation):
    """A query in brackets where a table stands; ``lateral`` sees the relations on its left."""

    query: Query
    lateral: bool = False


@dataclass(frozen=True, slots=True)
class Unnest(Relation):
    """``UNNEST(array, map, ...) WITH ORDINALITY``."""

    items: tuple[Expression, ...]
    ordinality: bool


@dataclass(frozen=True, slots=True)
class TableFunction(Relation):
    """``TABLE(name(argument => value, ...))``; an argument may go without its name."""

    name: str
    arguments: tuple[tuple[str | None, Expression], ...]


#: A kind and its parts: ``("times", ("label", "A"), 0, None, True)`` is ``A*``.
Pattern = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class MatchRecognize(Relation):
    """``relation MATCH_RECOGNIZE (...)``.

    ``shown`` is one, all, omit (empty matches) or unmatched; ``skip`` past, next, first or last,
    with a variable.
    """

    relation: Relation
    partition_by: tuple[Expression, ...]
    order_by: tuple[SortItem, ...]
    measures: tuple[tuple[str, Expression], ...]
    shown: str
    skip: tuple[str, str | None]
    pattern: Pattern
    subsets: tuple[tuple[str, tuple[str, ...]], ...]
    define: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Sampled(Relation):
    """``relation TABLESAMPLE BERNOULLI (percent)``."""

    relation: Relation
    method: str
    percent: Expression


@dataclass(frozen=True, slots=True)
class Join(Relation):
    """``left kind JOIN right``; kind is cross, inner, left, right, full or implicit (a comma)."""

    kind: str
    left: Relation
    right: Relation
    on: Expression | None = None
    using: tuple[str, ...] = ()

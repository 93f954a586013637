"""Queries, and the parts of a ``SELECT``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labkit.cloud.engine.trino.tree.nodes import Expression, Node, Relation

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.tree.expressions import SortItem, Window
    from labkit.cloud.engine.trino.tree.relations import Table


@dataclass(frozen=True, slots=True)
class Star(Node):
    """``*`` or ``base.*`` in a SELECT list."""

    base: Expression | None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item(Node):
    """An expression of a SELECT list and its alias; ``written`` is its last word as it stands."""

    value: Expression
    alias: str | None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class GroupBy(Node):
    """The clause as a product of alternatives: ``ROLLUP(a)`` is ``((a,), ())``."""

    distinct: bool
    elements: tuple[tuple[tuple[Expression, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Select(Node):
    """``SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... WINDOW ...``."""

    items: tuple[Item | Star, ...]
    distinct: bool
    source: Relation | None
    where: Expression | None
    group_by: GroupBy | None
    having: Expression | None
    windows: tuple[tuple[str, Window], ...]


@dataclass(frozen=True, slots=True)
class SetOperation(Node):
    """``left UNION [ALL] right``, also INTERSECT and EXCEPT; ``at`` is that word's offset."""

    op: str
    distinct: bool
    left: Body
    right: Body
    at: int = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Values(Node):
    """``VALUES (1, 'a'), (2, 'b')``."""

    rows: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class TableBody(Node):
    """``TABLE name``."""

    table: Table


@dataclass(frozen=True, slots=True)
class Named(Node):
    """One entry of ``WITH``."""

    name: str
    columns: tuple[str, ...]
    query: Query


@dataclass(frozen=True, slots=True)
class Query(Node):
    """A whole query: ``WITH``, its body, then what orders and cuts its rows."""

    body: Body
    named: tuple[Named, ...] = ()
    recursive: bool = False
    order_by: tuple[SortItem, ...] = ()
    offset: Expression | None = None
    limit: Expression | None = None
    ties: bool = False


Body = Select | SetOperation | Values | TableBody | Query

"""Parts of a query that have a value, and what stands within a function's call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labkit.cloud.engine.trino.tree.nodes import Expression, Node
from labkit.cloud.engine.types import Type

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.tree.queries import Query


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """``NULL``, ``true``, ``1``, ``1.5``, ``1e0``, ``'x'``, ``X'00'`` or ``DATE '2024-01-01'``.

    ``kind`` is null, boolean, integer, decimal, double, string, binary or typed.
    """

    kind: str
    text: str
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Interval(Expression):
    """``INTERVAL -'2' DAY TO SECOND``."""

    sign: int
    text: str
    first: str
    last: str | None


@dataclass(frozen=True, slots=True)
class Parameter(Expression):
    """``?``, counted from 0; in a FETCH FIRST clause it must be positive."""

    index: int
    fetched: bool = False


@dataclass(frozen=True, slots=True)
class Identifier(Expression):
    """A name in lower case (Trino compares names without case)."""

    name: str


@dataclass(frozen=True, slots=True)
class Dereference(Expression):
    """``base.name``: a qualified column or a row's field."""

    base: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Subscript(Expression):
    """``base[index]``."""

    base: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """``-value`` or ``+value``."""

    op: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """Arithmetic or ``||``; ``at`` is the offset of the operator."""

    op: str
    left: Expression
    right: Expression
    at: int = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """``= <> < <= > >=`` or ``IS DISTINCT FROM``."""

    op: str
    left: Expression
    right: Expression
    at: int = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Quantified(Expression):
    """``value op ALL (query)``, also ANY and SOME."""

    op: str
    quantifier: str
    value: Expression
    query: Query
    at: int = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """``NOT value``."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """``AND`` or ``OR`` of two or more."""

    op: str
    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Between(Expression):
    """``value BETWEEN low AND high``; ``at`` is the offset of the predicate's first word."""

    value: Expression
    low: Expression
    high: Expression
    at: int = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class InList(Expression):
    """``value IN (item, ...)``."""

    value: Expression
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class InQuery(Expression):
    """``value IN (SELECT ...)``."""

    value: Expression
    query: Query
    at: int = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Like(Expression):
    """``value LIKE pattern ESCAPE escape``."""

    value: Expression
    pattern: Expression
    escape: Expression | None


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    """``value IS NULL``."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Exists(Expression):
    """``EXISTS (SELECT ...)``."""

    query: Query


@dataclass(frozen=True, slots=True)
class Scalar(Expression):
    """A query in brackets where a value stands."""

    query: Query


#: Expressions with a query in them.
QUERIES = (Scalar, Exists, InQuery, Quantified)


@dataclass(frozen=True, slots=True)
class Case(Expression):
    """``CASE operand WHEN ... THEN ... ELSE ... END``."""

    operand: Expression | None
    whens: tuple[tuple[Expression, Expression], ...]
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """``CAST(value AS type)``; ``safe`` for ``TRY_CAST``."""

    value: Expression
    type: Type
    safe: bool


@dataclass(frozen=True, slots=True)
class Extract(Expression):
    """``EXTRACT(part FROM value)``."""

    part: str
    value: Expression


@dataclass(frozen=True, slots=True)
class AtTimeZone(Expression):
    """``value AT TIME ZONE zone``."""

    value: Expression
    zone: Expression


@dataclass(frozen=True, slots=True)
class ArrayOf(Expression):
    """``ARRAY[...]``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class RowOf(Expression):
    """``ROW(...)`` or ``(a, b)``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Lambda(Expression):
    """``(x, y) -> body``."""

    parameters: tuple[str, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class SortItem(Node):
    """One term of ``ORDER BY``; ``nulls_first`` is already Trino's default (nulls last)."""

    value: Expression
    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """``ROWS BETWEEN start AND end``; a bound is (kind, value)."""

    unit: str
    first: tuple[str, Expression | None]
    last: tuple[str, Expression | None]


@dataclass(frozen=True, slots=True)
class Window(Node):
    """``(base PARTITION BY ... ORDER BY ... frame)`` or only a name."""

    base: str | None = None
    partition_by: tuple[Expression, ...] = ()
    order_by: tuple[SortItem, ...] = ()
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function's call with all that may follow it."""

    name: str
    args: tuple[Expression, ...]
    star: bool = False
    distinct: bool = False
    order_by: tuple[SortItem, ...] = ()
    where: Expression | None = None
    ignore_nulls: bool | None = None
    over: Window | None = None


@dataclass(frozen=True, slots=True)
class Processed(Expression):
    """``FINAL LAST(x)`` or ``RUNNING LAST(x)`` of a row pattern."""

    call: Expression
    final: bool


@dataclass(frozen=True, slots=True)
class RowsOf(Expression):
    """``A.*`` in ``count(A.*)`` of a row pattern."""

    label: str

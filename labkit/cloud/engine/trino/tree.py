"""The parts of a Trino query as a tree: what the parser makes and the compiler walks.

The names follow https://github.com/trinodb/trino/tree/master/core/trino-parser (io.trino.sql.tree).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labkit.cloud.engine.types import Type


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a query, with its place in the text.

    Args:
        start: offset of its first character.
        end: offset after its last character.
    """

    start: int = field(compare=False, repr=False)
    end: int = field(compare=False, repr=False)


class Expression(Node):
    """A part of a query that has a value."""

    __slots__ = ()


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
    """``?``, counted from 0."""

    index: int


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
class JsonMembers(Expression):
    """``JSON_OBJECT('a': 1)`` (keys given) or ``JSON_ARRAY(1, 2)`` (no keys)."""

    keys: tuple[Expression, ...] | None
    values: tuple[Expression, ...]
    absent_on_null: bool
    unique: bool
    returning: Type | None


@dataclass(frozen=True, slots=True)
class JsonInput(Expression):
    """``value FORMAT JSON ENCODING UTF8``; the encoding is empty where none is named."""

    value: Expression
    encoding: str


@dataclass(frozen=True, slots=True)
class PathText(Node):
    """A JSON path as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonPath(Expression):
    """``JSON_VALUE``, ``JSON_QUERY`` or ``JSON_EXISTS`` with their clauses as (name, value)."""

    name: str
    value: Expression
    path: PathText
    passing: tuple[tuple[str, Expression], ...]
    returning: Type | None
    clauses: tuple[tuple[str, object], ...]


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


class Relation(Node):
    """A part of a query that has rows."""

    __slots__ = ()


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


@dataclass(frozen=True, slots=True)
class JsonColumn(Node):
    """A column of ``JSON_TABLE``: a path's value, or the row's number where there is no path."""

    name: str
    path: JsonPath | None


@dataclass(frozen=True, slots=True)
class JsonNested(Node):
    """``NESTED PATH 'lax $' AS name COLUMNS (...)``, and ``JSON_TABLE``'s own path and columns."""

    path: PathText
    name: str | None
    columns: tuple[JsonColumn | JsonNested, ...]


@dataclass(frozen=True, slots=True)
class JsonTable(Relation):
    """``JSON_TABLE(document, path COLUMNS (...) PLAN (...))``.

    A plan is a path's name, or (operator, plans); a default one OUTER or INNER, UNION or CROSS.
    """

    value: Expression
    passing: tuple[tuple[str, Expression], ...]
    root: JsonNested
    plan: object
    default_plan: tuple[str, str]
    strict: bool


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
class Processed(Expression):
    """``FINAL LAST(x)`` or ``RUNNING LAST(x)`` of a row pattern."""

    call: Expression
    final: bool


@dataclass(frozen=True, slots=True)
class RowsOf(Expression):
    """``A.*`` in ``count(A.*)`` of a row pattern."""

    label: str


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

"""The neighbours of a statement: what someone writes who is nearly right, made by machine."""

from collections.abc import Iterator

import sqlglot
from sqlglot import exp

Expression = exp.Expression

SWAPS = {
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.Sum: exp.Avg,
    exp.Avg: exp.Sum,
    exp.Max: exp.Min,
    exp.Min: exp.Max,
}


def neighbours(sql: str, dialect: str) -> dict[str, str]:
    """Statements one mistake away, by what was done to them."""
    tree = sqlglot.parse_one(sql, read=dialect)
    made = {}
    for change in CHANGES:
        for number, what in enumerate(change(tree.copy()), start=1):
            done, text = what[0], what[1].sql(dialect=dialect)
            made[f"{done} {number}"] = text
    return made


def again(sql: str, dialect: str) -> str:
    """The statement itself, read and written: a neighbour that has to be right."""
    return sqlglot.parse_one(sql, read=dialect).sql(dialect=dialect)


Changed = Iterator[tuple[str, Expression]]


def _each(tree: Expression, *kinds: type[Expression]) -> Iterator[tuple[Expression, Expression]]:
    """A copy of the tree for each node of these kinds, and that node in it."""
    count = len(list(tree.find_all(*kinds)))
    for number in range(count):
        copy = tree.copy()
        yield copy, list(copy.find_all(*kinds))[number]


def other_operators(tree: Expression) -> Changed:
    """< for <=, SUM for AVG, MAX for MIN, and back."""
    for copy, node in _each(tree, *SWAPS):
        other = SWAPS[type(node)]
        node.replace(other(**node.args))
        yield f"{type(node).__name__} becomes {other.__name__}", copy


def conditions_dropped(tree: Expression) -> Changed:
    """One condition of a WHERE or HAVING less."""
    for copy, node in _each(tree, exp.Where, exp.Having):
        parts = list(node.this.flatten()) if isinstance(node.this, exp.And) else [node.this]
        for left_out in range(len(parts)):
            kept = [part.copy() for at, part in enumerate(parts) if at != left_out]
            again = copy.copy()
            place = next(one for one in again.find_all(type(node)) if one == node)
            place.replace(type(node)(this=exp.and_(*kept))) if kept else place.pop()
            yield f"{parts[left_out].sql()} dropped", again


def other_joins(tree: Expression) -> Changed:
    """INNER for LEFT, and back."""
    for copy, node in _each(tree, exp.Join):
        if node.args.get("on") or node.args.get("using"):
            left = node.args.get("side") == "LEFT"
            node.set("side", None if left else "LEFT")
            node.set("kind", None)
            yield f"{'inner' if left else 'left'} join of {node.this.sql()}", copy


def distinct_dropped(tree: Expression) -> Changed:
    """COUNT for COUNT DISTINCT, SELECT for SELECT DISTINCT."""
    for copy, node in _each(tree, exp.Distinct):
        if isinstance(node.parent, exp.Select):
            node.parent.set("distinct", None)
        elif len(node.expressions) == 1:
            node.replace(node.expressions[0])
        yield "DISTINCT dropped", copy


def groups_dropped(tree: Expression) -> Changed:
    """A group column less, in GROUP BY and in the columns."""
    for copy, node in _each(tree, exp.Group):
        for number, column in enumerate(node.expressions):
            again = copy.copy()
            group = next(one for one in again.find_all(exp.Group) if one == node)
            select = group.parent
            group.set("expressions", [c for at, c in enumerate(group.expressions) if at != number])
            if not group.expressions:
                group.pop()
            wanted = int(column.name) - 1 if column.is_int else -1
            kept = [
                one
                for at, one in enumerate(select.expressions)
                if at != wanted and one.unalias() != column
            ]
            select.set("expressions", kept)
            yield f"group {column.sql()} dropped", again


def nulls_forgotten(tree: Expression) -> Changed:
    """COALESCE left out, IS NULL the other way round."""
    for copy, node in _each(tree, exp.Coalesce):
        node.replace(node.this)
        yield "COALESCE dropped", copy
    for copy, node in _each(tree, exp.Is):
        node.replace(exp.not_(node.copy()))
        yield "IS NULL turned round", copy


CHANGES = (
    other_operators,
    conditions_dropped,
    other_joins,
    distinct_dropped,
    groups_dropped,
    nulls_forgotten,
)

"""ORDER BY: what each term means, over a SELECT and over any other query.

Source: https://trino.io/docs/current/sql/select.html#order-by-clause
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.functions.equality import is_keyed
from labkit.cloud.engine.trino.functions.unordered import holds_nan
from labkit.cloud.engine.trino.grouping import canonical, is_aggregate, naming, walk
from labkit.cloud.engine.trino.scope import Field, Output, Scope, Typed, qualified_parts
from labkit.cloud.engine.trino.select_list import Item
from labkit.cloud.engine.trino.sorting import sort_term, term_key
from labkit.cloud.engine.types import UNKNOWN


def order_nodes_of(
    order_by: Sequence[tree.SortItem], items: list[Item], scope: Scope, *, distinct: bool
) -> list[tree.Expression | int]:
    """What each term means: a position in the SELECT list, or an expression.

    After DISTINCT an expression that reads a name of the list is none of the list's own, which
    read the FROM: https://github.com/trinodb/trino, TestDistinctWithOrderBy.

    Raises:
        QueryFailed: COLUMN_NOT_FOUND, an aggregate reads a column of the SELECT list.
    """
    names = {name for _, name, _, _ in items}
    for call in filter(is_aggregate, walk(tuple(term.value for term in order_by))):
        assert isinstance(call, tree.Call)
        for read in _names_in((call.args, call.where), scope) if call.name != "grouping" else ():
            if read.name in names:
                what = "output projection attribute from ORDER BY aggregation"
                raise scope.fail(read, "COLUMN_NOT_FOUND", f"Invalid reference to {what}")
    hiding = [at for at, item in enumerate(items) if item[1]] if distinct else _hiding(items, scope)
    hidden = tuple(Field(items[at][1], UNKNOWN, "") for at in hiding)
    return [_order_node(term, items, hidden, scope) for term in order_by]


def _names_in(node: object, scope: Scope, bound: Collection[str] = ()) -> Iterator[tree.Identifier]:
    """The names of one part that an expression reads, less the parameters of its lambdas."""
    if isinstance(node, tree.Identifier):
        if node.name not in bound:
            yield node
    elif isinstance(node, tree.Lambda):
        yield from _names_in(node.body, scope, (*bound, *node.parameters))
    elif isinstance(node, tuple):
        for value in node:
            yield from _names_in(value, scope, bound)
    elif isinstance(node, tree.Node) and not isinstance(node, tree.Query):
        parts = qualified_parts(node) if isinstance(node, tree.Dereference) else None
        if not (parts and scope.own(parts)):
            yield from _names_in(tree.parts(node), scope, bound)


def _hiding(items: list[Item], scope: Scope) -> list[int]:
    """Which items of the SELECT list have a name that means something else in the FROM."""
    hiding = {
        name
        for item in items
        if (name := item[1]) and _form(item, scope) != canonical(tree.Identifier(0, 0, name), scope)
    }
    return [at for at, item in enumerate(items) if item[1] in hiding]


def _order_node(
    term: tree.SortItem, items: list[Item], hidden: tuple[Field, ...], scope: Scope
) -> tree.Expression | int:
    node = term.value
    if isinstance(node, tree.Literal) and node.kind == "integer":
        at = int(node.text)
        if not 1 <= at <= len(items):
            message = f"ORDER BY position {at} is not in select list"
            raise scope.fail(node, "INVALID_COLUMN_REFERENCE", message)
        return at - 1
    if isinstance(node, tree.Identifier):
        named = [at for at, (_, name, _, _) in enumerate(items) if name == node.name]
        if len(named) > 1:
            raise scope.fail(node, "AMBIGUOUS_NAME", f"Column '{node.name}' is ambiguous")
        if named:
            return named[0]
    meant = canonical(node, replace(scope, outputs=hidden))
    for at, item in enumerate(items):
        if _form(item, scope) == meant:
            return at
    return node


def _form(item: Item, scope: Scope) -> object:
    node, _, star, _ = item
    return ("column", star.sql) if star else canonical(node, scope)


def order_of(
    node: tree.Select,
    order_by: Sequence[tree.SortItem],
    order_nodes: Sequence[tree.Expression | int],
    items: list[Item],
    columns: Sequence[Field],
    scope: Scope,
) -> list[tuple[str, tree.SortItem, int | None]]:
    """The terms: what to sort by, how, and the position that it has in the SELECT list."""
    found = []
    outputs = tuple(columns[at] for at in _hiding(items, scope))
    inner = replace(scope, outputs=outputs)
    for term, meant in zip(order_by, order_nodes, strict=True):
        if isinstance(meant, int):
            value = Typed(columns[meant].sql, columns[meant].type)
            scope.state.uses[-1].update(columns[meant].uses)
        elif node.distinct:
            message = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise scope.fail(node, "EXPRESSION_NOT_IN_DISTINCT", message)
        else:
            with naming(meant, inner):
                value = inner.value(meant)
        sort_term(value, term, scope)
        if isinstance(meant, tree.Literal):
            continue
        keyed = is_keyed(value.type) or (term.nulls_first and holds_nan(value.type))
        at = meant if isinstance(meant, int) and not keyed else None
        found.append((term_key(value, nulls_first=term.nulls_first), term, at))
    return found


def sorted_output(
    order_by: Sequence[tree.SortItem], found: Output, scope: Scope
) -> tuple[Output, list[str]]:
    """ORDER BY over a set operation or VALUES sees the columns of the result only."""
    if not order_by:
        return found, []
    inner = scope.child(found.fields)
    terms = []
    for term in order_by:
        node = term.value
        if isinstance(node, tree.Literal) and node.kind == "integer":
            at = int(node.text)
            if not 1 <= at <= len(found.fields):
                message = f"ORDER BY position {at} is not in select list"
                raise scope.fail(node, "INVALID_COLUMN_REFERENCE", message)
            field = found.fields[at - 1]
            scope.state.uses[-1].update(field.uses)
            value = Typed(field.sql, field.type)
        else:
            value = inner.value(node)
        terms.append(sort_term(value, term, scope))
    return replace(found, sql=f"SELECT * FROM ({found.sql})"), terms

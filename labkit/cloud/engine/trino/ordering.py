"""ORDER BY: what each term means, over a SELECT and over any other query.

Source: https://trino.io/docs/current/sql/select.html#order-by-clause
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.functions.equality import is_keyed
from labkit.cloud.engine.trino.grouping import canonical, has_aggregates, walk
from labkit.cloud.engine.trino.scope import Field, Output, Scope, Typed
from labkit.cloud.engine.trino.select_list import Item
from labkit.cloud.engine.trino.sorting import sort_term, term_key


def order_nodes_of(
    order_by: Sequence[tree.SortItem], items: list[Item], scope: Scope
) -> list[tree.Expression | int]:
    """What each term means: a position in the SELECT list, or an expression."""
    return [_order_node(term, items, scope) for term in order_by]


def _order_node(term: tree.SortItem, items: list[Item], scope: Scope) -> tree.Expression | int:
    node = term.value
    if isinstance(node, tree.Literal) and node.kind == "integer":
        at = int(node.text)
        if not 1 <= at <= len(items):
            message = f"ORDER BY position {at} is not in select list"
            raise scope.fail(node, "INVALID_COLUMN_REFERENCE", message)
        return at - 1
    if isinstance(node, tree.Identifier):
        named = [at for at, (_, name, _, _) in enumerate(items) if name == node.name]
        forms = {_form(items[at], scope) for at in named}
        if len(forms) > 1:
            raise scope.fail(node, "AMBIGUOUS_NAME", f"Column '{node.name}' is ambiguous")
        if named:
            return named[0]
    for at, item in enumerate(items):
        if _form(item, scope) == canonical(node, scope):
            return at
    return node


def _form(item: Item, scope: Scope) -> object:
    node, _, star, _ = item
    return ("column", star.sql) if star else canonical(node, scope)


def order_of(
    node: tree.Select,
    order_by: Sequence[tree.SortItem],
    order_nodes: Sequence[tree.Expression | int],
    columns: Sequence[Field],
    scope: Scope,
) -> list[tuple[str, tree.SortItem, int | None]]:
    """The terms: what to sort by, how, and the position that it has in the SELECT list."""
    found = []
    named = {f.name: f for f in columns if f.name}
    for term, meant in zip(order_by, order_nodes, strict=True):
        if isinstance(meant, int):
            value = Typed(columns[meant].sql, columns[meant].type)
            scope.state.uses[-1].update(columns[meant].uses)
        elif node.distinct:
            message = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise scope.fail(term, "EXPRESSION_NOT_IN_DISTINCT", message)
        else:
            value = _order_scope(meant, named, scope).value(meant)
        sort_term(value, term, scope)
        if isinstance(meant, tree.Literal):
            continue
        at = meant if isinstance(meant, int) and not is_keyed(value.type) else None
        found.append((term_key(value), term, at))
    return found


def _order_scope(node: tree.Expression, named: dict[str, Field], scope: Scope) -> Scope:
    """Where a term is read: names of the SELECT list hide those of the FROM."""
    mentioned = {n.name for n in walk(node) if isinstance(n, tree.Identifier)} & set(named)
    aliases = [f for name, f in named.items() if name in mentioned]
    if not aliases or has_aggregates(node):
        return scope
    return scope.aliased(aliases)


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

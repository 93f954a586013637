"""One SELECT: FROM, WHERE, GROUP BY, HAVING, its columns and the terms that order it.

Source: https://trino.io/docs/current/sql/select.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from labkit.cloud.engine.catalog import PartitionFilter
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.comparisons import sort_key
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.trino.expected import condition
from labkit.cloud.engine.trino.functions.equality import comparable, is_keyed
from labkit.cloud.engine.trino.grouping import Grouping, has_aggregates, naming, walk
from labkit.cloud.engine.trino.once import changes
from labkit.cloud.engine.trino.ordering import order_nodes_of, order_of
from labkit.cloud.engine.trino.relations import from_clause
from labkit.cloud.engine.trino.scope import Field, Output, Scope
from labkit.cloud.engine.trino.select_list import Item, columns_of, items_of
from labkit.cloud.engine.trino.sorting import direction
from labkit.cloud.engine.trino.unnesting import Rows
from labkit.cloud.engine.trino.window_calls import check_windows

#: Functions whose value is another at each call.
CHANGING = ("random", "rand", "uuid", "shuffle")


def select(
    node: tree.Select, outer: Scope, order_by: Sequence[tree.SortItem], *, visible: bool = False
) -> tuple[Output, list[str]]:
    """A SELECT and the terms that order it.

    Args:
        node: the SELECT.
        outer: the scope around; its ``named`` queries are in sight.
        order_by: the query's ORDER BY, which sees both the SELECT list and the FROM.
        visible: whether the terms must be columns of the result (the caller cuts what follows).
    """
    rows = from_clause(node.source, outer)
    scope = replace(outer, fields=rows.fields, windows=dict(node.windows), drawn=[])
    source = _source(node, rows, scope)
    items = items_of(node, scope)
    order_nodes = order_nodes_of(order_by, items, scope, distinct=node.distinct)
    if (
        node.group_by
        or node.having
        or has_aggregates(
            (node.items, node.windows, *(o for o in order_nodes if not isinstance(o, int)))
        )
    ):
        scope = replace(scope, grouping=_grouping(node, items, scope))
    check_windows(node, scope)
    columns = columns_of(items, scope)
    having = _having(node.having, scope) if node.having else None
    order = order_of(node, order_by, order_nodes, items, columns, scope)
    if scope.grouping is not None:
        source = f"FROM ({scope.grouping.sql(source)}) AS {scope.grouping.relation}"
        source += f" WHERE {having}" if having else ""
    if scope.drawn:
        source = _with_drawn(source, scope)
    return _assembled(node, columns, source, order, scope, visible=visible)


def _with_drawn(source: str, scope: Scope) -> str:
    """FROM and WHERE with more columns; its relations go on as rows of their own names."""
    names = " ".join(re.sub('"[^"]*"', "", f.sql) for f in scope.fields)
    relations = dict.fromkeys(re.findall(r"\b(\w+)\.", names))
    if scope.grouping is not None:
        relations = {scope.grouping.relation: None}
    elif len(relations) > 1:  # a join's row is made of all of its columns
        for f in scope.fields:
            scope.state.uses[-1].update(f.uses)
    listed = ", ".join((*relations, *scope.drawn))
    return f"FROM (SELECT {listed} {source}) AS {scope.state.fresh('w')}"


def _assembled(
    node: tree.Select,
    columns: list[Field],
    source: str,
    order: list[tuple[str, tree.SortItem, int | None]],
    scope: Scope,
    *,
    visible: bool,
) -> tuple[Output, list[str]]:
    """The SQL of a SELECT; ``visible`` makes columns of the terms that sort it."""
    listed = [f"{f.sql} AS c{at}" for at, f in enumerate(columns)]
    fields = as_output(columns)
    terms = [f"{sql if at is None else at + 1} {direction(item)}" for sql, item, at in order]
    if visible:
        listed += [f"{sql} AS k{at}" for at, (sql, _, _) in enumerate(order)]
        terms = [f"k{at} {direction(item)}" for at, (_, item, _) in enumerate(order)]
    word = "SELECT"
    if node.distinct:
        keyed = not visible and any(at is None for _, _, at in order)
        word = f"SELECT {_distinct(columns, keyed=keyed)}"
        for f in columns:
            scope.state.uses[-1].update(f.uses)
            if not comparable(f.type):
                message = "DISTINCT can only be applied to comparable types (actual: "
                raise scope.fail(node, "TYPE_MISMATCH", f"{message}{f.type.display})")
    return Output(f"{word} {', '.join(listed)} {source}".rstrip(), fields), terms


def _distinct(columns: Sequence[Field], *, keyed: bool) -> str:
    """``keyed``: the rows are sorted by something else than a column."""
    if not keyed and not any(is_keyed(f.type) for f in columns):
        return "DISTINCT"
    return f"DISTINCT ON ({', '.join(sort_key(f.sql, f.type) for f in columns)})"


def _source(node: tree.Select, rows: Rows, scope: Scope) -> str:
    """FROM and WHERE."""
    if node.where is None:
        return f"FROM {rows.sql}" if rows.sql else ""
    inner = scope.without_aggregates("WHERE clause")
    where = condition(node.where, inner, "WHERE clause")
    for term in _conjuncts(node.where):
        _push(term, scope)
    if isinstance(node.source, tree.Join) and changes(where):
        return _after_join(f"FROM {rows.sql}", where, scope)
    return f"FROM {rows.sql or '(SELECT 1)'} WHERE {where}"


def _after_join(source: str, where: str, scope: Scope) -> str:
    """A condition with ``random()`` in it, which DuckDB would ask of one side's rows alone."""
    name = scope.state.fresh("r")
    return f"{_with_drawn(source, replace(scope, drawn=[f'{where} AS {name}']))} WHERE {name}"


def _conjuncts(node: tree.Expression) -> tuple[tree.Expression, ...]:
    if isinstance(node, tree.Logical) and node.op == "AND":
        return tuple(part for term in node.terms for part in _conjuncts(term))
    return (node,)


def _push(term: tree.Expression, scope: Scope) -> None:
    """Tell a scan of a condition that reads nothing but its partition keys."""
    state = scope.state
    keys = [f for f in scope.fields if f.key]
    scans = {f.key[0] for f in keys if f.key}
    for at in scans if _is_plain(term) else ():
        fields = [replace(f, sql=quoted_name(f.key[1])) for f in keys if f.key and f.key[0] == at]
        alone = Scope(state, scope.text, scope.database, tuple(fields))
        with state.collect() as used:
            try:
                found = alone.value(term)
            except QueryFailed:
                continue
        names = frozenset(column for _, column in used)
        if names:
            state.scans[at].filters.append(PartitionFilter(found.sql, names))


def _is_plain(term: tree.Expression) -> bool:
    """Whether a condition holds no query and nothing that changes from call to call."""
    return not any(
        isinstance(node, tree.QUERIES) or (isinstance(node, tree.Call) and node.name in CHANGING)
        for node in walk(term)
    )


def as_output(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The columns as whoever reads the query sees them."""
    return tuple(replace(f, sql=f"c{at}", qualifier=()) for at, f in enumerate(fields))


# GROUP BY


def _having(node: tree.Expression, scope: Scope) -> str:
    for one in walk(node):
        if isinstance(one, tree.Call) and one.over:
            message = "HAVING clause cannot contain window functions or row pattern measures"
            raise scope.fail(one, "NESTED_WINDOW", message)
    with naming(node, scope):
        return condition(node, scope, "HAVING clause")


def _grouping(node: tree.Select, items: list[Item], scope: Scope) -> Grouping:
    found = Grouping(replace(scope, windows={}), scope.state.fresh("g"))
    if node.group_by is None:
        found.grouped = False
        found.sets.append(())
        return found
    inner = scope.without_aggregates("GROUP BY clause")
    for element in node.group_by.elements:
        for term in (term for sets in element[1:] and element for term in sets):
            if not isinstance(term, tree.Identifier | tree.Dereference):
                message = f"GROUP BY expression must be a column reference: {scope.source(term)}"
                raise scope.fail(term, "INVALID_COLUMN_REFERENCE", message)
    for chosen in product(*node.group_by.elements):
        terms = [term for alternative in chosen for term in alternative]
        positions = [_group_key(term, items, found, inner) for term in terms]
        found.sets.append(tuple(dict.fromkeys(positions)))
    if node.group_by.distinct:
        found.sets = list(dict.fromkeys(tuple(sorted(one)) for one in found.sets))
    return found


def _group_key(term: tree.Expression, items: list[Item], grouping: Grouping, scope: Scope) -> int:
    """A key: an expression over the FROM, or the position of one in the SELECT list."""
    if isinstance(term, tree.Literal) and term.kind == "integer":
        at = int(term.text)
        if not 1 <= at <= len(items):
            message = f"GROUP BY position {at} is not in select list"
            raise scope.fail(term, "INVALID_COLUMN_REFERENCE", message)
        value, _, star, _ = items[at - 1]
        if star is not None:
            scope.state.uses[-1].update(star.uses)
            return grouping.add_column(star)
        assert value
        term = value
    found = scope.value(term)
    if not comparable(found.type):
        message = (
            f"{found.type.display} is not comparable, and therefore cannot be used in GROUP BY"
        )
        raise scope.fail(term, "TYPE_MISMATCH", message)
    return grouping.add_key(term, found)

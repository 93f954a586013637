"""The SELECT list: ``*`` spelled out, and each item as a column of the result.

Source: https://trino.io/docs/current/sql/select.html#select-expressions
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.engine.trino import library, tree
from labkit.cloud.engine.trino.grouping import Grouping, has_aggregates, naming, walk
from labkit.cloud.engine.trino.scope import Field, Scope, Typed, qualified_parts

Item = tuple[tree.Expression | None, str | None, Field | None, str | None]


def items_of(node: tree.Select, scope: Scope) -> list[Item]:
    """The list with ``*`` spelled out: expression or column, name, and the name as written."""
    found: list[Item] = []
    for item in node.items:
        if isinstance(item, tree.Star):
            found += _star(item, scope)
        else:
            parts = qualified_parts(item.value)
            name = item.alias or (parts[-1] if parts else None)
            found.append((item.value, name, None, item.written))
    return found


def _star(node: tree.Star, scope: Scope) -> list[Item]:
    if node.base is None:
        shown = [f for f in scope.fields if not f.hidden]
        if not shown:
            message = "SELECT * not allowed in queries without FROM clause"
            raise scope.fail(node, "COLUMN_NOT_FOUND", message)
        return [(None, f.name, f, f.written) for f in shown]
    parts = qualified_parts(node.base)
    within = [f for f in scope.fields if parts and not f.hidden and f.within(parts)]
    if within:
        names = _aliases(node, [f.name for f in within], scope)
        return [(None, name, f, f.written) for name, f in zip(names, within, strict=True)]
    return _outer_star(node, parts, scope) or _row_star(node, parts, scope)


def _aliases(node: tree.Star, names: Sequence[str | None], scope: Scope) -> Sequence[str | None]:
    """What ``t.* AS (a, b)`` calls the columns."""
    if node.columns and len(node.columns) != len(names):
        message = (
            f"Column alias list has {len(node.columns)} entries but relation has {len(names)} "
            "columns"
        )
        raise scope.fail(node, "MISMATCHED_COLUMN_ALIASES", message)
    return node.columns or names


def _outer_star(node: tree.Star, parts: tuple[str, ...] | None, scope: Scope) -> list[Item]:
    """``t.*`` of a table of the query around."""
    outer = scope.parent
    while outer is not None and parts and not scope.sees(parts):
        names = [f.name for f in outer.fields if f.name and not f.hidden and f.within(parts)]
        if names:
            assert node.base
            columns = [tree.Dereference(node.start, node.end, node.base, name) for name in names]
            shown = _aliases(node, names, scope)
            return [(c, name, None, None) for c, name in zip(columns, shown, strict=True)]
        outer = outer.parent
    return []


def _row_star(node: tree.Star, parts: tuple[str, ...] | None, scope: Scope) -> list[Item]:
    """``row.*``: the fields of a row's value."""
    assert node.base
    if parts and not any(scope.sees(parts[:size]) for size in range(1, len(parts) + 1)):
        raise scope.fail(node, "TABLE_NOT_FOUND", f"Unable to resolve reference {'.'.join(parts)}")
    value = _typed(node.base, scope)
    if value.type.base != "row":
        text = scope.source(node.base)
        raise scope.fail(node.base, "TYPE_MISMATCH", f"expected expression of type Row: {text}")
    names = _aliases(node, value.type.names, scope)
    return [
        (
            tree.Subscript(
                node.start,
                node.end,
                node.base,
                tree.Literal(node.start, node.end, "integer", str(at)),
            ),
            name and name.lower(),
            None,
            None,
        )
        for at, name in enumerate(names, 1)
    ]


def _typed(node: tree.Expression, scope: Scope) -> Typed:
    """A row's value for its type alone, before it is known what the query is grouped by."""
    if has_aggregates(node):
        probe = Grouping(scope, "probe")
        for found in scope.fields:
            probe.add_column(found)
        scope = replace(scope, grouping=probe)
    return scope.value(node)


def columns_of(items: Sequence[Item], scope: Scope) -> list[Field]:
    """The columns of the result.

    What one reads counts when it is read itself, or where DuckDB computes it anyhow: queries and
    windows, and all aggregates beside some.
    """
    parts = [list(walk(node)) if node else [] for node, *_ in items]
    grouped = scope.grouping is not None and any(map(_is_eager, itertools.chain(*parts)))
    columns = [_column_of(item, scope) for item in items]
    for column, within in zip(columns, parts, strict=True):
        if grouped or any(isinstance(one, tree.QUERIES) or _is_window(one) for one in within):
            scope.state.uses[-1].update(column.uses)
    return columns


def _is_eager(node: object) -> bool:
    """Whether it is an aggregate by which DuckDB computes all of a group, read or not."""
    return isinstance(node, tree.Call) and (node.distinct or node.name in library.eager())


def _is_window(node: object) -> bool:
    return isinstance(node, tree.Call) and node.over is not None


def _column_of(item: Item, scope: Scope) -> Field:
    node, name, star, written = item
    with scope.state.collect() as uses:
        if star is not None:
            value = _star_value(star, scope)
        else:
            assert node
            with naming(node, scope):
                value = scope.value(node)
        used = frozenset(uses)
    own = star or _plain_column(node, scope)
    key = own.key if own and own.type == value.type else None
    return Field(name, value.type, value.sql, uses=used, key=key, written=written)


def _star_value(field: Field, scope: Scope) -> Typed:
    scope.state.uses[-1].update(field.uses)
    if scope.grouping is None:
        return Typed(field.sql, field.type)
    return scope.grouping.star(field)


def _plain_column(node: tree.Expression | None, scope: Scope) -> Field | None:
    parts = qualified_parts(node) if node else None
    return scope.own(parts) if parts else None

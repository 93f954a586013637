"""``JSON_TABLE``: the items of a document as rows, as a relation that sees those on its left.

The paths are followed in one Python function, whose rows hold each column's items; the columns
are made of them as ``JSON_VALUE`` and ``JSON_QUERY`` make theirs.
Source: https://trino.io/docs/current/functions/json.html#json-table
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.engine.trino.json_syntax import (
    check_path,
    json_document,
    json_variables,
    path_result,
)
from labkit.cloud.engine.trino.scope import Field, Scope, Typed
from labkit.cloud.engine.types import BIGINT

#: The error of a column's own path.
_FAILED = f"{raising('PATH_EVALUATION_ERROR', 'path evaluation failed: ')[:-1]} || {{}}[2])"


def json_table(node: tree.JsonTable, scope: Scope) -> tuple[list[str], list[Field], str]:
    """The list that its rows are made of, its columns, and the alias that they read it by.

    A row's values are all computed with it: what fails does so whoever reads it.
    """
    _check(node, scope)
    columns = list(_columns(node.root))
    places = {column.start: at for at, column in enumerate(columns)}
    spec = quoted_text(json.dumps(_spec(node.root, _plan(node, scope), places, len(columns))))
    document = json_document(node.value, scope)
    variables = json_variables(node.passing, scope)
    strict = str(node.strict).lower()
    rows = f"trino_json_table({document}, {spec}, {variables}, {strict})"
    alias, row = scope.state.fresh("u"), scope.state.fresh("r")
    values = [_value(column, f"{row}[{at + 1}]", node, scope) for at, column in enumerate(columns)]
    members = ", ".join(f"c{at} := {value.sql}" for at, value in enumerate(values))
    fields = [
        Field(column.name, value.type, f"{alias}.u0.c{at}")
        for at, (column, value) in enumerate(zip(columns, values, strict=True))
    ]
    return [f"list_transform({rows}, lambda {row}: struct_pack({members}))"], fields, alias


def _columns(node: tree.JsonNested) -> Iterator[tree.JsonColumn]:
    for column in node.columns:
        yield from [column] if isinstance(column, tree.JsonColumn) else _columns(column)


def _nested(node: tree.JsonNested) -> list[tree.JsonNested]:
    return [column for column in node.columns if isinstance(column, tree.JsonNested)]


def _check(node: tree.JsonTable, scope: Scope) -> None:
    def check(nested: tree.JsonNested) -> None:
        check_path(nested.path, node.passing, scope)
        for column in nested.columns:
            if isinstance(column, tree.JsonNested):
                check(column)
            elif column.path:
                check_path(column.path.path, node.passing, scope)

    check(node.root)
    names = [column.name for column in _columns(node.root)]
    for column in _columns(node.root):
        if names.count(column.name) > 1:
            message = f"All column names in JSON_TABLE invocation must be unique: {column.name}"
            raise scope.fail(column, "DUPLICATE_COLUMN_NAME", message)


def _value(column: tree.JsonColumn, cell: str, node: tree.JsonTable, scope: Scope) -> Typed:
    """A column from its cell: its items, NULL and why where its path failed, NULL for no row."""
    if column.path is None:
        return Typed(f"CAST({cell}[1] AS BIGINT)", BIGINT)
    path = column.path
    if node.strict and not any(name == "error" for name, _ in path.clauses):
        path = replace(path, clauses=(*path.clauses, ("error", "error")))
    items = f"CASE WHEN len({cell}) > 0 AND {cell}[1] IS NULL THEN NULL ELSE {cell} END"
    found = path_result(path, items, _FAILED.format(cell), scope)
    return Typed(f"CASE WHEN {cell} IS NULL THEN NULL ELSE {found.sql} END", found.type)


# Plans


def _plan(node: tree.JsonTable, scope: Scope) -> Any:
    """The plan as the statement has it, or the usual one: (name, operator, plans below)."""
    if node.plan is None:
        return _usual(node.root, *node.default_plan)
    return _specific(node.plan, [node.root], node, scope)


def _usual(node: tree.JsonNested, parent: str, sibling: str) -> Any:
    below = [_usual(each, parent, sibling) for each in _nested(node)]
    return node, parent, (sibling, below) if below else None


def _specific(plan: Any, among: list[tree.JsonNested], node: tree.JsonTable, scope: Scope) -> Any:
    """A plan with its paths for their names; it must have each of those beside one another."""
    op, parts = plan if isinstance(plan, tuple) else (None, (plan,))
    if op in ("UNION", "CROSS"):
        own = [[n for n in among if n.name in _names(part)] for part in parts]
        if sorted(n.start for each in own for n in each) != sorted(n.start for n in among):
            raise _wrong_plan(node, scope)
        return op, [_specific(p, n, node, scope) for p, n in zip(parts, own, strict=True)]
    if len(among) != 1 or among[0].name != parts[0]:
        raise _wrong_plan(node, scope)
    below = _nested(among[0])
    if bool(below) != (op is not None):
        raise _wrong_plan(node, scope)
    under = _specific(parts[1], below, node, scope) if below else None
    if under and isinstance(under[0], tree.JsonNested):
        under = ("UNION", [under])
    return among[0], op or "OUTER", under


def _names(plan: Any) -> set[str]:
    """The paths of a plan that stand beside one another."""
    op, parts = plan if isinstance(plan, tuple) else (None, (plan,))
    if op in ("UNION", "CROSS"):
        return {name for part in parts for name in _names(part)}
    return {parts[0]}


def _wrong_plan(node: tree.JsonTable, scope: Scope) -> Exception:
    message = "JSON_TABLE plan should contain all JSON paths available at each level of nesting"
    return scope.fail(node, "INVALID_PLAN", message)


def _spec(node: tree.JsonNested, plan: Any, places: dict[int, int], size: int) -> dict[str, Any]:
    """What the function that follows the paths reads: see ``functions/jsontable.py``."""
    _, parent, below = plan
    own = [column for column in node.columns if isinstance(column, tree.JsonColumn)]
    return {
        "path": node.path.text,
        "size": size,
        "columns": [
            [
                places[c.start],
                c.path and c.path.path.text,
                bool(c.path and c.path.name == "json_value"),
            ]
            for c in own
        ],
        "inner": parent == "INNER",
        "below": below and _siblings(below, places, size),
    }


def _siblings(plan: Any, places: dict[int, int], size: int) -> Any:
    if isinstance(plan[0], tree.JsonNested):
        return _spec(plan[0], plan, places, size)
    op, parts = plan
    return {"cross": op == "CROSS", "parts": [_siblings(part, places, size) for part in parts]}

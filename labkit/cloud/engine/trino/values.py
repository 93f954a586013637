"""``VALUES``: rows that stand in the query.

Source: https://trino.io/docs/current/sql/values.html
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.library import common_type
from labkit.cloud.engine.trino.operators import coerced
from labkit.cloud.engine.trino.scope import Field, Output, Scope, Typed
from labkit.cloud.engine.types import Type


def values(node: tree.Values, scope: Scope) -> Output:
    """The rows, each column of one type; no column has a name."""
    rows = [_row(row, scope) for row in node.rows]
    for row in rows:
        if len(row) != len(rows[0]):
            message = f"Values rows have mismatched sizes: {len(rows[0])} vs {len(row)}"
            raise scope.fail(node, "TYPE_MISMATCH", message)
    kinds = [_common(node, column, scope) for column in zip(*rows, strict=True)]
    listed = ", ".join(
        f"({', '.join(coerced(v, kind).sql for v, kind in zip(row, kinds, strict=True))})"
        for row in rows
    )
    names = ", ".join(f"c{at}" for at in range(len(kinds)))
    fields = tuple(Field(None, kind, f"c{at}") for at, kind in enumerate(kinds))
    return Output(f"SELECT * FROM (VALUES {listed}) AS {scope.state.fresh('v')}({names})", fields)


def _row(node: tree.Expression, scope: Scope) -> list[Typed]:
    """A row's values; what is a row by its type has them, too (Trino's StatementAnalyzer)."""
    if isinstance(node, tree.RowOf):
        return [scope.value(item) for item in node.items]
    value = scope.value(node)
    if value.type.base != "row":
        return [value]
    kinds = enumerate(value.type.types, 1)
    return [Typed(f"struct_extract_at({value.sql}, {at})", kind) for at, kind in kinds]


def _common(node: tree.Values, column: Sequence[Typed], scope: Scope) -> Type:
    kind = common_type([value.type for value in column])
    if kind is None:
        shown = ", ".join(dict.fromkeys(str(value.type) for value in column))
        raise scope.fail(node, "TYPE_MISMATCH", f"Values rows have mismatched types: {shown}")
    return kind

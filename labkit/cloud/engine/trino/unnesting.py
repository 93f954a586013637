"""``UNNEST``: arrays and maps as rows, alone or beside the rows on their left.

Source: https://trino.io/docs/current/sql/select.html#unnest
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.scope import Field, Scope, Typed
from labkit.cloud.engine.types import BIGINT


@dataclass(frozen=True)
class Rows:
    """A relation: DuckDB SQL for FROM, and the columns that it brings.

    ``lists`` are those that its rows are made of, where it is nothing but lists side by side; its
    columns read them as ``u0``, ``u1``, ... of ``alias``.
    """

    sql: str
    fields: tuple[Field, ...]
    lists: tuple[str, ...] = ()
    alias: str = ""


def unnest(node: tree.Unnest, scope: Scope, named: int = 0) -> Rows:
    """Arrays and maps side by side, the shorter ones filled with NULL.

    An array of rows that is given one name is a column of rows, as Athena has it; given as many
    names as the rows have fields it is those columns, as Trino has it. Source:
    https://docs.aws.amazon.com/athena/latest/ug/filtering-with-unnest.html
    """
    alias = scope.state.fresh("u")
    lists: list[str] = []
    fields: list[Field] = []
    values = [scope.value(item) for item in node.items]
    whole = named == sum(len(_lists_of(value)) for value in values) + node.ordinality
    for item, value in zip(node.items, values, strict=True):
        fields += _columns_of(value, alias, len(lists), item, scope, whole=whole)
        lists += _lists_of(value)
    if node.ordinality:
        fields.append(Field(None, BIGINT, f"{alias}.u{len(lists)}"))
        lists.append(f"range(1, {_longest(lists)} + 1)")
    return unnested(lists, fields, alias)


def unnested(lists: Sequence[str], fields: Sequence[Field], alias: str) -> Rows:
    """Lists side by side as a relation, each item a row."""
    sql = f"LATERAL (SELECT {_unnests(lists)}) AS {alias}"
    return Rows(sql, tuple(fields), tuple(lists), alias)


def _unnests(lists: Sequence[str]) -> str:
    return ", ".join(f"unnest({sql}) AS u{at}" for at, sql in enumerate(lists))


def _longest(lists: Sequence[str]) -> str:
    return f"greatest({', '.join(f'coalesce(len({sql}), 0)' for sql in lists)}, 0)"


def beside_lists(left: Rows, right: Rows, *, keeping: bool) -> Rows:
    """Rows with the items of lists beside them: a projection, which keeps the order of both.

    Args:
        left: the rows.
        right: nothing but lists.
        keeping: whether a row whose lists are all empty stays, with NULL beside it.
    """
    lists = right.lists
    if keeping:
        empty = f"CASE WHEN {_longest(lists)} = 0 THEN [NULL] ELSE"
        lists = tuple(f"{empty} {sql} END" for sql in lists)
    columns = [f"{f.sql} AS c{at}, " for at, f in enumerate(left.fields)]
    sql = f"(SELECT {''.join(columns)}{_unnests(lists)} FROM {left.sql}) AS {right.alias}"
    fields = (replace(f, sql=f"{right.alias}.c{at}") for at, f in enumerate(left.fields))
    return Rows(sql, (*fields, *right.fields))


def _lists_of(value: Typed) -> list[str]:
    if value.type.base == "map":
        return [f"map_keys({value.sql})", f"map_values({value.sql})"]
    return [value.sql]


def _columns_of(
    value: Typed, alias: str, at: int, node: tree.Expression, scope: Scope, *, whole: bool
) -> list[Field]:
    """The columns of one item: a map's key and value, an array's rows, whole or their fields."""
    if value.type.base == "map":
        return [
            Field(None, kind, f"{alias}.u{at + side}") for side, kind in enumerate(value.type.types)
        ]
    if value.type.base != "array":
        raise scope.fail(node, "TYPE_MISMATCH", f"Cannot unnest type: {value.type}")
    element = value.type.element
    if whole or element.base != "row":
        return [Field(None, element, f"{alias}.u{at}")]
    return [
        Field(name and name.lower(), kind, f"struct_extract_at({alias}.u{at}, {place})")
        for place, (name, kind) in enumerate(element.fields, 1)
    ]

"""Columns as one array, map or struct, and back.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.conditions import narrowed
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, Json
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.values import in_common
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.types import shown
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import Type

operation = category("Data structure")


@operation("NEST_TO_ARRAY")
def nest_to_array(
    table: Relation,
    *,
    source_columns: Columns,
    target_column: str,
    remove_source_columns: bool = False,
) -> Relation:
    """The columns' values as one array, in their order; of different types, as text."""
    array = f"[{', '.join(in_common(source_columns))}]"
    return _nested(table, source_columns, target_column, array, remove_source_columns)


@operation("NEST_TO_MAP")
def nest_to_map(
    table: Relation,
    *,
    source_columns: Columns,
    target_column: str,
    remove_source_columns: bool = False,
) -> Relation:
    """The columns' values by the columns' names, as one map; of different types, as text."""
    names = ", ".join(quoted_text(each.name) for each in source_columns)
    map_ = f"MAP([{names}], [{', '.join(in_common(source_columns))}])"
    return _nested(table, source_columns, target_column, map_, remove_source_columns)


@operation("NEST_TO_STRUCT")
def nest_to_struct(
    table: Relation,
    *,
    source_columns: Columns,
    target_column: str,
    remove_source_columns: bool = False,
) -> Relation:
    """The columns as fields of one struct, each with its type."""
    fields = ", ".join(f"{each.sql} := {each.sql}" for each in source_columns)
    struct = f"struct_pack({fields})"
    return _nested(table, source_columns, target_column, struct, remove_source_columns)


@operation("UNNEST_ARRAY")
def unnest_array(table: Relation, *, source_column: Column, target_column: str) -> Relation:
    """A row for each element of an array, in a new column or in place of the array.

    Whether a row without elements stays is not told: here it does, with a missing value.
    """
    _must_be("array", source_column)
    at, rows = _one_each(table, source_column)
    element, items = f"{source_column.sql}[{at}]", [(c.name, c.sql) for c in table.columns]
    if target_column == source_column.name:
        items[table.names.index(target_column)] = target_column, element
    else:
        items.append((target_column, element))
    return table.derive(items, rows, order=f"{table.row}, {at}")


@operation("UNNEST_MAP")
def unnest_map(
    table: Relation,
    *,
    source_column: Column,
    remove_source_column: bool = False,
    target_column: str | None = None,
) -> Relation:
    """A row for each pair of a map, its key and its value in two new columns.

    They are named ``key`` and ``value`` after the prefix and a dot, which is the dot of
    ``UNNEST_STRUCT_N``; the documentation does not tell. A row without pairs stays.
    """
    _must_be("map", source_column)
    items = [
        (c.name, c.sql) for c in table.columns if c != source_column or not remove_source_column
    ]
    prefix = f"{target_column}." if target_column else ""
    at, rows = _one_each(table, source_column)
    for name in ("key", "value"):
        items.append((f"{prefix}{name}", f"map_{name}s({source_column.sql})[{at}]"))
    return table.derive(items, rows, order=f"{table.row}, {at}")


@operation("UNNEST_STRUCT")
def unnest_struct(
    table: Relation,
    *,
    source_column: Column,
    remove_source_column: bool = False,
    target_column: str | None = None,
) -> Relation:
    """A column for each field of a struct, after the prefix and a dot if there is one."""
    _must_be("row", source_column)
    prefix = f"{target_column}." if target_column else ""
    fields = list(_fields(source_column.sql, source_column.type, prefix, ".", 1))
    return _unnested(table, [source_column], fields, remove_source_column)


@operation("UNNEST_STRUCT_N")
def unnest_struct_n(
    table: Relation,
    *,
    source_columns: Columns = (),
    regex_column_selector: str | None = None,
    remove_source_column: bool = False,
    unnest_level: int = 100,
    delimiter: str = ".",
    condition_expressions: Json = (),
) -> Relation:
    """A column for each field of structs and of the structs in them, some levels deep.

    All levels by default, which the documentation does not tell.
    """
    if condition_expressions:
        table = narrowed(table, condition_expressions)
    if unnest_level < 1:
        raise RecipeError(
            f"The parameter 'unnestLevel' counts from 1; it cannot be {unnest_level}."
        )
    chosen = source_columns or _matching(table, regex_column_selector)
    fields: list[tuple[str, str]] = []
    for each in chosen:
        _must_be("row", each)
        fields += _fields(each.sql, each.type, f"{each.name}{delimiter}", delimiter, unnest_level)
    return _unnested(table, chosen, fields, remove_source_column)


def _nested(
    table: Relation, columns: Sequence[Column], name: str, sql: str, remove: bool
) -> Relation:
    gone = columns if remove else ()
    items = [(each.name, each.sql) for each in table.columns if each not in gone]
    if name in [each for each, _ in items]:
        raise RecipeError(f"There is a column '{name}' already: 'targetColumn' names a new one.")
    return table.derive([*items, (name, sql)]) if remove else table.put(name, sql)


def _must_be(base: str, column: Column) -> None:
    if column.type.base != base:
        kind = {"row": "a struct", "map": "a map", "array": "an array"}[base]
        raise RecipeError(f"'{column.name}' is of type {shown(column.type)}; {kind} is needed.")


def _one_each(table: Relation, column: Column) -> tuple[str, str]:
    """SQL of the rows, as often as the column has elements but at least once, after its counter."""
    count = f"greatest(coalesce(CAST(cardinality({column.sql}) AS BIGINT), 0), 1)"
    if column.type.base == "array":
        count = f"greatest(coalesce(len({column.sql}), 0), 1)"
    at = quoted_name(table.unused("#at"))
    return at, f"FROM (SELECT *, unnest(range(1, {count} + 1)) AS {at} FROM {table.name})"


def _fields(
    sql: str, kind: Type, prefix: str, delimiter: str, levels: int
) -> Iterator[tuple[str, str]]:
    """Name and SQL of each field, the fields of structs in place of these."""
    for name, inner in kind.fields:
        field = f"struct_extract({sql}, {quoted_text(name or '')})"
        if inner.base == "row" and levels > 1:
            below = f"{prefix}{name}{delimiter}"
            yield from _fields(field, inner, below, delimiter, levels - 1)
        else:
            yield f"{prefix}{name}", field


def _unnested(
    table: Relation, columns: Sequence[Column], fields: Sequence[tuple[str, str]], remove: bool
) -> Relation:
    if not remove:
        return table.add(fields)
    items = [(each.name, each.sql) for each in table.columns if each not in columns]
    return table.derive([*items, *fields])


def _matching(table: Relation, pattern: str | None) -> Columns:
    if pattern is None:
        raise RecipeError("The parameter 'sourceColumns' is missing.")
    wanted = regexps.checked(pattern)
    found = tuple(each for each in table.columns if wanted.search(each.name))
    if not found:
        raise RecipeError(f"No column's name matches '{pattern}'.")
    return found

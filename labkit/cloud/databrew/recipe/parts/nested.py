"""Values inside of values: paths into structs, maps, lists and JSON texts; the shape of JSON.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.EXTRACT_VALUE.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.engine.json_texts import json_or_null
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.types import Type

_PART = re.compile(r"(?:^|\.)(?:`([^`]+)`|([^.`\[\]]+))|\[([0-9]+)\]")


def path_parts(path: str) -> list[str | int]:
    """The fields and places of a path; places count from 0.

    >>> path_parts("`user`.`citizenship`[1]"), path_parts("user.name")
    (['user', 'citizenship', 1], ['user', 'name'])

    Raises:
        RecipeError: it does not read.
    """
    parts, at = [], 0
    while at < len(path):
        found = _PART.match(path, at)
        if found is None:
            raise RecipeError(f"'{path}' is no path such as `user`.`address`[0].")
        parts.append(int(found[3]) if found[3] else found[1] or found[2])
        at = found.end()
    return parts


def value_at(column: Column, path: Sequence[str | int]) -> str:
    """SQL of what is at a path in a column; NULL where there is nothing.

    Raises:
        RecipeError: the column's type has nothing there.
    """
    sql, kind = column.sql, column.type
    for at, part in enumerate(path):
        if kind.base == "varchar":
            return _in_json(sql, path[at:])
        sql, kind = _inside(sql, kind, part)
    return sql


def shape_within(shape: Any, levels: int | None) -> Any:
    """The structure of JSON as DuckDB tells it, with objects below a level left as text.

    Whole numbers of both signs are ``HUGEINT`` there, whatever their size.
    """
    if isinstance(shape, list):
        return [shape_within(shape[0], levels)]
    if isinstance(shape, dict):
        if levels == 0 or not shape:
            return "VARCHAR"
        below = None if levels is None else levels - 1
        return {name: shape_within(each, below) for name, each in shape.items()}
    return {"UBIGINT": "BIGINT", "HUGEINT": "BIGINT", "UHUGEINT": "DOUBLE", "NULL": "VARCHAR",
            "JSON": "VARCHAR"}.get(shape, shape)  # fmt: skip


def _inside(sql: str, kind: Type, part: str | int) -> tuple[str, Type]:
    if kind.base == "row" and isinstance(part, str):
        if part not in kind.names:
            raise unknown("field", part, [str(name) for name in kind.names])
        found = kind.types[kind.names.index(part)]
        return f"struct_extract({sql}, {quoted_text(part)})", found
    if kind.base == "map":
        key, value = kind.types
        return (
            f"map_extract_value({sql}, TRY_CAST({quoted_text(str(part))} AS {key.duckdb}))",
            value,
        )
    if kind.base == "array" and isinstance(part, int):
        return f"({sql})[{part + 1}]", kind.element
    raise RecipeError(f"There is no '{part}' in a value of the type {kind.hive}.")


def _in_json(text: str, path: Sequence[str | int]) -> str:
    steps = (f"[{p}]" if isinstance(p, int) else f".{json.dumps(p)}" for p in path)
    return f"json_extract_string({json_or_null(text)}, {quoted_text('$' + ''.join(steps))})"

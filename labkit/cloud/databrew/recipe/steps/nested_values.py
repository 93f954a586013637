"""Steps for values inside of values.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.EXTRACT_VALUE.html and
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.JSON_TO_STRUCTS.html
"""

from __future__ import annotations

import json
from dataclasses import replace

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.conditions import narrowed
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, Json, NewColumn
from labkit.cloud.databrew.recipe.parts import regexps
from labkit.cloud.databrew.recipe.parts.nested import path_parts, shape_within, value_at
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.json_texts import json_or_null
from labkit.cloud.engine.quoting import quoted_text


@category("Data cleaning")("EXTRACT_VALUE")
def extract_value(
    table: Relation, *, source_column: Column, target_column: NewColumn, path: str
) -> Relation:
    """What is at a path in a map, a list, a struct or a JSON text, as a new column.

    The path may begin with the column's name, as in the page's examples.
    """
    parts = path_parts(path)
    inside = parts[1:] if parts[:1] == [source_column.name] else parts
    return table.put(target_column, value_at(source_column, inside), after=source_column)


@category("Basic column")("JSON_TO_STRUCTS")
def json_to_structs(
    table: Relation,
    *,
    source_columns: Columns = (),
    regex_column_selector: str | None = None,
    remove_source_column: bool = False,
    unnest_level: int | None = None,
    condition_expressions: Json = None,
) -> Relation:
    """JSON texts as structs of the one shape that holds all of a column's.

    The struct takes the column's place and name where that goes; else it stands beside it with
    _struct at the end of its name, which is not documented. Objects below the level stay text.
    Whole numbers that are no longs are refused; Spark has decimals for them.
    """
    pattern = regexps.checked(regex_column_selector) if regex_column_selector else None
    chosen = [
        c for c in table.columns if c in source_columns or (pattern and pattern.search(c.name))
    ]
    if not chosen:
        raise RecipeError(
            "The parameters 'sourceColumns' and 'regexColumnSelector' name no column."
        )
    if condition_expressions:
        table = narrowed(table, condition_expressions)
    structs = {_beside(table, column, remove_source_column): column for column in chosen}
    for name, column in structs.items():
        table = table.add([(name, _struct(table, column, unnest_level))], after=column)
    return _renamed(table, structs) if remove_source_column else table


def _beside(table: Relation, column: Column, passing: bool) -> str:
    """The name of the struct beside its text; any that is free where it is to take the text's."""
    name = f"{column.name}_struct"
    return table.unused(name) if passing else name


def _struct(table: Relation, column: Column, levels: int | None) -> str:
    """SQL of the struct; the shape is told by looking at the values."""
    text = json_or_null(column.text)
    among = f"WHERE ({table.condition})" if table.condition else ""
    found = table.look(f"json_group_structure(CAST({text} AS JSON))", among)[0][0]
    shape = shape_within(json.loads(found or '"NULL"'), levels)
    if not isinstance(shape, dict | list):
        raise RecipeError(f"'{column.name}' must hold JSON objects, and no other JSON beside them.")
    beyond = table.context.function(_has_beyond_long, ["VARCHAR"], "BOOLEAN")
    long = f"CASE WHEN regexp_matches({text}, '[0-9]{{19}}') THEN {beyond}({text}) END"
    if table.look("1", f"{among} {'AND' if among else 'WHERE'} {long} LIMIT 1"):
        raise RecipeError(f"'{column.name}' holds a whole number in JSON that is no long.")
    return f"from_json({text}, {quoted_text(json.dumps(shape))})"


def _has_beyond_long(text: str) -> bool:
    """Whether a JSON text has a whole number that no long holds."""
    beyond = []

    def whole(digits: str) -> str:
        if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
            beyond.append(digits)
        return digits

    json.loads(text, parse_int=whole)
    return bool(beyond)


def _renamed(table: Relation, structs: dict[str, Column]) -> Relation:
    gone = {column.name for column in structs.values()}
    shown = [
        (structs[each.name].name if each.name in structs else each.name, each.sql)
        for each in table.columns
        if each.name not in gone
    ]
    return replace(table, condition="").select(shown)

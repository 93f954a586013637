"""Two data sets as one: side by side (``JOIN``) or one below the other (``UNION``).

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.JOIN.html and
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.UNION.html
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any, Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, Json, Texts
from labkit.cloud.databrew.recipe.parts.decimals import holding
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.types import shown
from labkit.cloud.engine.quoting import quoted_name

operation = category("Data structure")

#: How DuckDB writes each type of join, and which rows of it stay: ``{left}`` and ``{right}`` are
#: marks that are NULL where that side has no row.
_JOINS = {
    "INNER_JOIN": ("JOIN", ""),
    "LEFT_JOIN": ("LEFT JOIN", ""),
    "RIGHT_JOIN": ("RIGHT JOIN", ""),
    "OUTER_JOIN": ("FULL JOIN", ""),
    "LEFT_EXCLUDING_JOIN": ("LEFT JOIN", "{right} IS NULL"),
    "RIGHT_EXCLUDING_JOIN": ("RIGHT JOIN", "{left} IS NULL"),
    "OUTER_EXCLUDING_JOIN": ("FULL JOIN", "{left} IS NULL OR {right} IS NULL"),
}


@operation("JOIN")
def join(
    table: Relation,
    *,
    join_keys: Json,
    join_type: Literal[
        "INNER_JOIN",
        "LEFT_JOIN",
        "RIGHT_JOIN",
        "OUTER_JOIN",
        "LEFT_EXCLUDING_JOIN",
        "RIGHT_EXCLUDING_JOIN",
        "OUTER_EXCLUDING_JOIN",
    ],
    left_columns: Columns,
    right_columns: Texts,
    second_input: Json | None = None,
    second_input_location: str | None = None,
    secondary_dataset_name: str | None = None,
) -> Relation:
    """Columns of this table beside those of a second data set, where the keys are equal.

    A key that is NULL equals none. The documentation does not tell the name of a right column whose
    name the left has too: it is ``<data set>_<column>`` here.
    """
    definition = _definition(second_input, second_input_location, secondary_dataset_name)
    other = table.second(definition)
    right = [other.column(name) for name in right_columns]
    names = _right_names(left_columns, right, secondary_dataset_name or _title(definition))
    items = [(each.name, f"{table.name}.{each.sql}") for each in left_columns]
    items += [(n, f"{other.name}.{c.sql}") for n, c in zip(names, right, strict=True)]
    return table.derive(
        items,
        _joined(table, other, join_type, _on(table, other, join_keys)),
        order=f"{table.name}.{table.row}, {other.name}.{other.row}",
        others=[other],
    )


@operation("UNION")
def union(
    table: Relation,
    *,
    datasets_columns: Json,
    secondary_inputs: Json | None = None,
    secondary_dataset_names: Texts = (),
    target_column_names: Texts,
) -> Relation:
    """The rows of this table, then those of one or more others, column by column.

    A column that a data set lacks is ``null`` in its list, and NULL in its rows. Columns of
    different types become the type that holds both, as in Spark: text if nothing else does.
    """
    definitions = _definitions(secondary_inputs or [], secondary_dataset_names)
    others = [table.second(each) for each in definitions]
    lists = _lists(datasets_columns, [table, *others], target_column_names)
    columns = [
        [None if name is None else each.column(name) for name in names]
        for each, names in zip([table, *others], lists, strict=True)
    ]
    kinds = [_common(each) for each in zip(*columns, strict=True)]
    parts = (
        _part(each, chosen, kinds, at)
        for at, (each, chosen) in enumerate(zip([table, *others], columns, strict=True))
    )
    return table.derive(
        [(name, f"c{at}") for at, name in enumerate(target_column_names)],
        f"FROM ({' UNION ALL '.join(parts)})",
        order="place, line",
        others=others,
    )


def _definition(second: Any, location: str | None, name: str | None) -> dict[str, Any]:
    """Which is the second data set, as ``SecondaryInput`` of the API has it, and by its name.

    The console writes both: the name counts where there is such a data set, as a recipe that
    comes from another account names a bucket of that one.
    """
    named = {"DatasetName": name} if name else {}
    if isinstance(second, dict):
        return named | second
    if second is not None:
        raise RecipeError(f"'{second}' is no input: {{'DatasetName': …}} is one.")
    if location:
        found = re.fullmatch(r"s3://([^/]+)/(.+)", location)
        if not found:
            raise RecipeError(f"'{location}' is no S3 location: s3://bucket/key is one.")
        return {**named, "S3InputDefinition": {"Bucket": found[1], "Key": found[2]}}
    if not named:
        raise RecipeError("The parameter 'secondInput' is missing.")
    return named


def _definitions(inputs: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    """The other data sets of a union: by their names, by where they lie, or by both."""
    if not isinstance(inputs, list):
        raise RecipeError("The parameter 'secondaryInputs' must be a JSON list of inputs.")
    pairs = itertools.zip_longest(names, inputs)
    return [_definition(given, None, name) for name, given in pairs]


def _title(definition: dict[str, Any]) -> str:
    catalog = definition.get("DataCatalogInputDefinition", {})
    key = definition.get("S3InputDefinition", {}).get("Key", "")
    stem = key.rstrip("/").rpartition("/")[2].partition(".")[0]
    return catalog.get("TableName") or stem or definition.get("DatasetName") or "right"


def _right_names(left: Sequence[Column], right: Sequence[Column], title: str) -> list[str]:
    taken = {each.name.lower() for each in left}
    return [f"{title}_{c.name}" if c.name.lower() in taken else c.name for c in right]


def _on(table: Relation, other: Relation, keys: Any) -> str:
    if not isinstance(keys, list) or not keys or not all(_is_pair(each) for each in keys):
        raise RecipeError('The parameter \'joinKeys\' must be as [{"key": left, "value": right}].')
    pairs = [(table.column(each["key"]), other.column(each["value"])) for each in keys]
    return " AND ".join(_equal(f"{table.name}.", a, f"{other.name}.", b) for a, b in pairs)


def _is_pair(each: Any) -> bool:
    texts = isinstance(each, dict) and all(isinstance(name, str) for name in each.values())
    return texts and {"key", "value"} == set(each)


def _equal(left: str, a: Column, right: str, b: Column) -> str:
    """Keys of one kind as they are; a text beside another kind is read as that, as in Spark."""
    kinds = {_kind(each) for each in (a, b)} - {"varchar"}
    if len(kinds) > 1 and kinds != {"number", "boolean"}:
        types = f"{shown(a.type)} and {shown(b.type)}"
        raise RecipeError(f"The keys '{a.name}' and '{b.name}' are never equal: {types}.")
    return f"{_beside(left, a, b)} = {_beside(right, b, a)}"


def _kind(key: Column) -> str:
    if key.is_text:
        return "varchar"
    return "number" if key.is_number else "time" if key.is_time else key.type.base


def _beside(table: str, key: Column, other: Column) -> str:
    if not key.is_text or other.is_text:
        return f"{table}{key.sql}"
    exact = other.is_whole or other.type.base == "decimal"  # 1.5 must not become the key 2
    plain = f"CASE WHEN NOT contains({table}{key.sql}, '_') THEN {table}{key.sql} END"
    return f"TRY_CAST({plain} AS {'DECIMAL(38, 18)' if exact else other.type.duckdb})"


def _joined(table: Relation, other: Relation, join_type: str, on: str) -> str:
    words, rest = _JOINS[join_type]
    if not rest:
        return f"FROM {table.name} {words} {other.name} ON {on}"
    mark = quoted_name(table.unused("#is", *other.names))
    sides = [f"(SELECT *, true AS {mark} FROM {n}) AS {n}" for n in (table.name, other.name)]
    where = rest.format(left=f"{table.name}.{mark}", right=f"{other.name}.{mark}")
    return f"FROM {sides[0]} {words} {sides[1]} ON {on} WHERE {where}"


def _lists(lists: Any, sets: Sequence[Relation], targets: Sequence[str]) -> list[list[str | None]]:
    if not isinstance(lists, list) or len(lists) != len(sets):
        raise RecipeError(
            f"The parameter 'datasetsColumns' must hold {len(sets)} lists, one a set."
        )
    for names in lists:
        if not isinstance(names, list) or len(names) != len(targets):
            raise RecipeError(
                f"Each list of 'datasetsColumns' must hold {len(targets)} names, "
                "as many as 'targetColumnNames'."
            )
    return lists


def _common(columns: Sequence[Column | None]) -> str:
    """DuckDB's type that holds them all; empty where it finds one itself."""
    kinds = [each for each in columns if each]
    if not kinds:
        return "VARCHAR"
    alike = all(each.is_number for each in kinds) or all(each.is_time for each in kinds)
    same = len({each.type for each in kinds}) == 1
    return holding(kinds) if alike or same else "VARCHAR"


def _part(table: Relation, columns: Sequence[Column | None], kinds: Sequence[str], at: int) -> str:
    """A data set's share of a union: columns ``c0``, ``c1``, …; ``place`` and ``line`` of a row."""
    items = [
        f"CAST({sql} AS {kind}) AS c{number}" if kind else f"{sql} AS c{number}"
        for number, (sql, kind) in enumerate(
            (_of_kind(each, kind), kind) for each, kind in zip(columns, kinds, strict=True)
        )
    ]
    if table.context.numbered:
        items += [f"{at} AS place", f"{table.row} AS line"]
    return f"SELECT {', '.join(items)} FROM {table.name}"


def _of_kind(column: Column | None, kind: str) -> str:
    if column is None:
        return "NULL"
    return column.text if kind == "VARCHAR" else column.sql

"""Many rows as one: groups, and values as columns and back.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-structure.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labkit.cloud.databrew.recipe.column import Column, unused
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import Columns, Json, NewColumn, as_list, folded
from labkit.cloud.databrew.recipe.parts.aggregates import aggregate
from labkit.cloud.databrew.recipe.parts.conversion import Expression, converted
from labkit.cloud.databrew.recipe.parts.values import in_common
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.types import NAMES
from labkit.cloud.engine.quoting import quoted_name, quoted_text

operation = category("Data structure")

#: A pivoted column "can have a maximum of 10 distinct values".
PIVOT_LIMIT = 10
UNAGGREGATED = "UNAGGREGATED"
_MEMBERS = ("sourceColumnName", "targetColumnName", "targetColumnDataType", "functionName")
_NO_AGGREGATE = (
    "UNAGGREGATED is not here: what it leaves of a group is not documented. COLLECT_LIST keeps all "
    "values of a group; without any function there is one row a group, of its columns alone."
)
#: Spark's own limit, for the columns of ``TRANSPOSE``.
TRANSPOSE_LIMIT = 10_000


def _beside(given: Mapping[str, str]) -> bool:
    """Whether the rows stay, and with them their order."""
    return any(folded(n) == "usenewdataframe" and t.lower() == "false" for n, t in given.items())


@operation("GROUP_BY", ordered=_beside)
def group_by(
    table: Relation,
    *,
    source_columns: Columns,
    group_by_agg_function_options: Json = (),
    group_by_agg_functions: str = "",
    use_new_data_frame: bool = True,
) -> Relation:
    """One row a group, with aggregates of it; or all rows, if ``useNewDataFrame`` is false.

    Groups come in the order of their columns. Refused are functions that the documentation
    does not explain for groups, ``UNAGGREGATED`` among them.
    """
    options = _objects(group_by_agg_function_options or _listed(group_by_agg_functions))
    keys = ", ".join(each.sql for each in source_columns)
    if not use_new_data_frame:
        over = f"OVER (PARTITION BY {keys})"
        return table.add(_aggregate(table, each, over) for each in options)
    items = [(each.name, each.sql) for each in source_columns]
    items += [_aggregate(table, each) for each in options]
    source = f"FROM {table.name} GROUP BY {keys} ORDER BY {keys}"
    return table.derive(items, source, order=keys)


@operation("PIVOT")
def pivot(
    table: Relation, *, source_column: Column, value_column: Column, aggregate_function: str
) -> Relation:
    """A column for each value of the source column, holding an aggregate of the value column.

    Rows are grouped by all other columns. A new column's name is the value, as Spark has it, which
    the documentation does not tell.
    """
    rest = [each for each in table.columns if each not in (source_column, value_column)]
    values = _values(table, source_column.text, PIVOT_LIMIT, source_column.name)
    return _pivoted(table, rest, source_column.text, values, value_column, aggregate_function)


@operation("UNPIVOT")
def unpivot(
    table: Relation, *, source_columns: Columns, unpivot_column: NewColumn, value_column: NewColumn
) -> Relation:
    """A row for each source column: its name in one new column, its value in the other.

    Values of different types become text; missing ones keep their rows, as in Spark.
    """
    rest = [(each.name, each.sql) for each in table.columns if each not in source_columns]
    return _unpivoted(table, rest, source_columns, unpivot_column, value_column)


@operation("TRANSPOSE")
def transpose(
    table: Relation,
    *,
    pivot_columns: Columns,
    value_columns: Columns,
    aggregate_function: str,
    new_column: str,
) -> Relation:
    """Rows as columns: one row for each value column, one column for each value of the pivot's.

    Several pivot columns make one name with ``_`` between. Columns that are in neither list go.
    """
    name = " || '_' || ".join(f"coalesce({each.text}, 'null')" for each in pivot_columns)
    values = _values(table, name, TRANSPOSE_LIMIT, ", ".join(each.name for each in pivot_columns))
    taken = [new_column, *(value for value in values if value)]
    place, told, value = (unused(each, taken) for each in ("#place", "#name", "#value"))
    at = quoted_name(table.unused("#at"))
    long = _unpivoted(table, [(place, at), (told, name)], value_columns, new_column, value)
    by = [long.column(place), long.column(new_column)]
    text, value_column = long.column(told).sql, long.column(value)
    wide = _pivoted(long, by, text, values, value_column, aggregate_function)
    return wide.select((each.name, each.sql) for each in wide.columns if each.name != place)


def _listed(functions: str) -> Any:
    """The page's list of functions, which may be the one word for none."""
    if functions.strip('[]" ').upper() == UNAGGREGATED:
        raise RecipeError(_NO_AGGREGATE)
    found = as_list(functions) if functions else []
    return functions if found is None else found


def _objects(options: Any) -> Sequence[dict[str, Any]]:
    if not isinstance(options, list | tuple) or not all(map(_all_texts, options)):
        raise RecipeError(
            "The parameter 'groupByAggFunctionOptions' must be a JSON list of objects with "
            f"{', '.join(_MEMBERS[:-1])} and {_MEMBERS[-1]}."
        )
    for name in (name for each in options for name in each if name not in _MEMBERS):
        raise unknown("member of 'groupByAggFunctionOptions'", name, _MEMBERS)
    return [{n: text for n, text in each.items() if text is not None} for each in options]


def _all_texts(option: Any) -> bool:
    texts = str | None
    return isinstance(option, dict) and all(isinstance(each, texts) for each in option.values())


def _aggregate(table: Relation, option: dict[str, Any], over: str = "") -> tuple[str, str]:
    """Name and SQL of an aggregate, in the type that is asked for."""
    missing = [each for each in ("sourceColumnName", "functionName") if each not in option]
    if missing:
        raise RecipeError(f"An aggregate of 'groupByAggFunctionOptions' lacks '{missing[0]}'.")
    column, function = table.column(option["sourceColumnName"]), option["functionName"]
    if function.upper() == UNAGGREGATED:
        raise RecipeError(_NO_AGGREGATE)
    name = option.get("targetColumnName") or f"{column.name}_{function.lower()}"
    kind = option.get("targetColumnDataType")
    return name, _typed(table, aggregate(function, column, over=over), kind, function)


def _typed(table: Relation, sql: str, kind: str | None, function: str) -> str:
    """The types of numbers are one for DataBrew, ``number``: those stay as they are.

    The type of a list is that of its elements.
    """
    if kind is None or kind.lower() == "number":
        return sql
    if kind.lower() not in NAMES:
        raise unknown("type", kind, NAMES)
    if function.upper().startswith("COLLECT"):
        return f"TRY_CAST({sql} AS {NAMES[kind.lower()].duckdb}[])"
    made = converted(Expression("_v", table.typed(sql).type), NAMES[kind.lower()])
    return f"list_transform([{sql}], lambda _v: {made})[1]"  # a TRY takes no aggregates


def _values(table: Relation, text: str, limit: int, title: str) -> list[str | None]:
    """The distinct values of an expression, in order."""
    found = table.look(f"DISTINCT {text} AS v", f"ORDER BY v NULLS FIRST LIMIT {limit + 1}")
    if len(found) > limit:
        raise RecipeError(
            f"'{title}' has more than {limit} distinct values, the most there may be."
        )
    return [value for (value,) in found]


def _pivoted(
    table: Relation,
    by: Sequence[Column],
    name: str,
    values: Sequence[str | None],
    column: Column,
    function: str,
) -> Relation:
    keys = ", ".join(each.sql for each in by)
    items = [(each.name, each.sql) for each in by]
    for value in values:
        if value == "":
            raise RecipeError("An empty text names no column: remove the rows that have it first.")
        wanted = "NULL" if value is None else quoted_text(value)
        sql = aggregate(function, column, only=f"{name} IS NOT DISTINCT FROM {wanted}")
        items.append(("null" if value is None else value, sql))
    groups = f" GROUP BY {keys} ORDER BY {keys}" if by else ""
    return table.derive(items, f"FROM {table.name}{groups}", order=keys or "1")


def _unpivoted(
    table: Relation,
    rest: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    name: str,
    value: str,
) -> Relation:
    names = ", ".join(quoted_text(each.name) for each in columns)
    values = ", ".join(in_common(columns))
    at = quoted_name(table.unused("#at"))
    return table.derive(
        [*rest, (name, f"[{names}][{at}]"), (value, f"[{values}][{at}]")],
        f"FROM (SELECT *, unnest(range(1, {len(columns) + 1})) AS {at} FROM {table.name}) "
        f"AS {table.name}",
        order=f"{table.row}, {at}",
    )

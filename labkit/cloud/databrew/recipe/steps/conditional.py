"""Column structure steps: a column by conditions.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.CASE_OPERATION.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import Json, NewColumn
from labkit.cloud.databrew.recipe.parts.conversion import Expression
from labkit.cloud.databrew.recipe.parts.expressions import cases, condition, result
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Column structure")

#: Aggregate → SQL over ``x``, a number unless it is counted or compared. Spread is the sample's and
#: shape the population's, as in Spark.
_NUMERIC = {
    "sum": "sum(x)",
    "avg": "avg(x)",
    "mean_absolute_deviation": "avg(abs(x - m))",
    "median": "median(CAST(x AS DOUBLE))",
    "product": "product(x)",
    "stddev": "stddev_samp(x)",
    "variance": "var_samp(x)",
    "standard_error_of_mean": "stddev_samp(x) / sqrt(count(x))",
    "skewness": "avg(pow(x - m, 3)) / pow(nullif(var_pop(x), 0), 1.5)",
    "kurtosis": "avg(pow(x - m, 4)) / pow(nullif(var_pop(x), 0), 2) - 3",
}
_OTHER = {"count": "count(x)", "min": "min(x)", "max": "max(x)"}
_AGGREGATE = re.compile(r"\s*(\w+)\s*\(\s*(distinct\s+)?`((?:[^`]|``)+)`\s*\)\s*", re.I)


@operation("BOOLEAN_OPERATION")
def boolean_operation(
    table: Relation,
    *,
    value_expression: str,
    true_value_expression: str,
    false_value_expression: str,
    with_expressions: Json = None,
    target_column: NewColumn,
) -> Relation:
    """A new column with one value where a condition is met and another where it is not."""
    aggregates = _aggregates(table, with_expressions)
    test = condition(table, value_expression, aggregates)
    then = result(table, true_value_expression, aggregates)
    otherwise = result(table, false_value_expression, aggregates)
    return table.put(target_column, table.either(test, then, otherwise))


@operation("CASE_OPERATION")
def case_operation(
    table: Relation,
    *,
    value_expression: str,
    with_expressions: Json = None,
    target_column: NewColumn,
) -> Relation:
    """A new column with the value of the first condition that is met."""
    aggregates = _aggregates(table, with_expressions)
    return table.put(target_column, cases(table, value_expression, aggregates))


def _aggregates(table: Relation, given: Any) -> dict[str, Column]:
    """The aggregates that expressions name, each a subquery over the table."""
    if given is None:
        return {}
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise RecipeError("The parameter 'withExpressions' must be a JSON list of aggregates.")
    return {str(each.get("name")): _aggregate(table, each) for each in given}


def _aggregate(table: Relation, given: Any) -> Column:
    found = _AGGREGATE.fullmatch(str(given.get("value")))
    if found is None:
        raise RecipeError(f"'{given.get('value')}' is no aggregate such as 'min(`column`)'.")
    name, column = found[1].lower(), table.column(found[3].replace("``", "`"))
    if name not in _NUMERIC | _OTHER:
        raise unknown("aggregate function", name, [*_NUMERIC, *_OTHER])
    value = column.number if name in _NUMERIC else column.sql
    aggregate = (_NUMERIC | _OTHER)[name]
    if found[2]:
        aggregate = aggregate.replace("(x)", "(DISTINCT x)")
    mean = "avg(x) OVER ()" if " m" in aggregate else "NULL"
    values = f"SELECT x, {mean} AS m FROM (SELECT {value} AS x FROM {table.name})"
    if name == "sum" and column.is_whole:
        aggregate = f"TRY_CAST({aggregate} AS BIGINT)"
    sql = f"(SELECT {aggregate} FROM ({values}))"
    return Expression(sql, table.typed(sql).type)

"""A recipe's steps, one after the other, as one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.conditions import Condition, condition_sql
from labkit.cloud.databrew.recipe.context import RecipeContext
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.registry import operation_named
from labkit.cloud.databrew.recipe.relation import Relation


@dataclass(frozen=True)
class Step:
    """One step of a recipe.

    Args:
        operation: its name.
        parameters: texts under DataBrew's names.
        conditions: which rows it is about; all must hold.
    """

    operation: str
    parameters: Mapping[str, str]
    conditions: Sequence[Condition] = ()


def compile_recipe(
    steps: Sequence[Step], sql: str, columns: Sequence[Column], context: RecipeContext
) -> Relation:
    """A recipe over a data set.

    Args:
        steps: in order.
        sql: a SELECT of the data set's rows.
        columns: its columns.
        context: what the steps may use. Its ``numbered`` is set where a step needs an order.

    Returns:
        The relation after the last step; its ``statement`` is the whole.

    Raises:
        RecipeError: a step is wrong; says which, and what exists.
    """
    context.numbered = context.numbered or any(map(_needs_order, steps))
    table = Relation.of(context, sql, columns)
    for number, step in enumerate(steps, start=1):
        try:
            table = apply(step, table)
        except RecipeError as error:
            raise error.at(number, step.operation) from error
    return table


def apply(step: Step, table: Relation) -> Relation:
    """One step on a table.

    Raises:
        RecipeError: the step is wrong.
    """
    operation = operation_named(step.operation)
    narrowed = replace(table, condition=condition_sql(table, step.conditions))
    return replace(operation.apply(narrowed, step.parameters), condition="")


def _needs_order(step: Step) -> bool:
    try:
        return operation_named(step.operation).needs_order(step.parameters)
    except RecipeError:  # told with its number when its turn comes
        return False

"""Functions that give tables: ``FROM TABLE(sequence(start => 1, stop => 9))``.

Unlike the array's function of the same name, the table may be longer than 10,000 rows.
Source: https://trino.io/docs/current/functions/table.html#sequence-table-function
"""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.operators import coerced
from labkit.cloud.engine.trino.scope import Field, Scope
from labkit.cloud.engine.types import BIGINT

#: The arguments in order, and what they are where they are not given.
_ARGUMENTS = {"start": "0", "stop": None, "step": "1"}


def sequence(node: tree.TableFunction, scope: Scope) -> tuple[str, tuple[Field, ...]]:
    """Whole numbers from the first to the last one: DuckDB SQL and its column."""
    given = {name: coerced(scope.value(value), BIGINT).sql for name, value in _named(node, scope)}
    if "stop" not in given:
        raise scope.fail(node, "MISSING_ARGUMENT", "Missing argument: STOP")
    start, stop, step = (given.get(name, usual) for name, usual in _ARGUMENTS.items())
    alias = scope.state.fresh("t")
    steps = f"trino_step({start}, {stop}, {step})"
    sql = f"(SELECT * FROM generate_series({start}, {stop}, {steps})) AS {alias}(c0)"
    return sql, (Field("sequential_number", BIGINT, f"{alias}.c0"),)


def _named(node: tree.TableFunction, scope: Scope) -> list[tuple[str, tree.Expression]]:
    """The arguments by name; those without one go by their places."""
    if len(node.arguments) > len(_ARGUMENTS):
        raise scope.fail(node, "INVALID_ARGUMENTS", "Too many arguments")
    places = list(_ARGUMENTS)
    found = [(name or places[at], value) for at, (name, value) in enumerate(node.arguments)]
    for name, value in found:
        if name not in _ARGUMENTS:
            message = f"Unexpected argument name: {name.upper()}"
            raise scope.fail(value, "INVALID_ARGUMENTS", message)
    return found

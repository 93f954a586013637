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
        count = len(node.arguments)
        message = f"Too many arguments. Expected at most 3 arguments, got {count} arguments"
        raise scope.fail(node, "INVALID_ARGUMENTS", message)
    if len({name is None for name, _ in node.arguments}) > 1:
        message = "All arguments must be passed by name or all must be passed positionally"
        raise scope.fail(node, "INVALID_ARGUMENTS", message)
    places = list(_ARGUMENTS)
    found = [(name or places[at], value) for at, (name, value) in enumerate(node.arguments)]
    names = [name for name, _ in found]
    for at, (name, value) in enumerate(found):
        if name in names[:at] or name not in _ARGUMENTS:
            words = "Duplicate" if name in names[:at] else "Unexpected"
            message = f"{words} argument name: {name.upper()}"
            raise scope.fail(value, "INVALID_FUNCTION_ARGUMENT", message)
    return found

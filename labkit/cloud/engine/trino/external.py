"""Calls of external functions; one that has the name of a function of Trino's hides it."""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.engine.external import ExternalFunction
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.library import FunctionNotFound, can_coerce, coerce
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.types import Type


def external_call(node: tree.Call, functions: Sequence[ExternalFunction], scope: Scope) -> Typed:
    """A call's value.

    Args:
        node: the call.
        functions: the external functions of its name, which differ by their parameters.
        scope: where it stands.
    """
    if node.over is not None:
        message = f"Not a window function: {node.name}"
        raise scope.fail(node, "FUNCTION_NOT_WINDOW", message)
    values = [scope.value(arg) for arg in node.args]
    found = _overload(functions, [value.type for value in values])
    if found is None:
        types = tuple(value.type for value in values)
        missing = FunctionNotFound(node.name, types, tuple(map(str, functions)))
        raise scope.fail(node, missing.code, str(missing))
    scope.state.called[found.id] = found
    scope.state.deterministic = False
    pairs = zip(values, found.parameters, strict=True)
    return Typed(f"{found.id}({', '.join(_argument(v, p) for v, p in pairs)})", found.returns)


def _overload(
    functions: Sequence[ExternalFunction], types: Sequence[Type]
) -> ExternalFunction | None:
    """The function for these types: the one that takes them as they are, or one after coercion."""
    fitting = [
        function
        for function in functions
        if len(function.parameters) == len(types)
        and all(map(can_coerce, types, function.parameters))
    ]
    exact = [function for function in fitting if function.parameters == tuple(types)]
    return next(iter([*exact, *fitting]), None)


def _argument(value: Typed, parameter: Type) -> str:
    return f"CAST({coerce(value.sql, value.type, parameter)} AS {parameter.duckdb})"

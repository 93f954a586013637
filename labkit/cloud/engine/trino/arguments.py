"""A call's arguments: the overload that they choose, each coerced to its parameter, lambdas last.

Source: https://trino.io/docs/current/functions/lambda.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.library import (
    FunctionNotFound,
    FunctionRefused,
    Kind,
    Resolved,
    coerce,
    lambda_types,
    resolve,
)
from labkit.cloud.engine.trino.scope import LAMBDA, Field, Scope, Typed
from labkit.cloud.engine.types import Type

#: The arguments of a call: https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html
_MOST = 127


def resolved_call(node: tree.Call, scope: Scope, kind: Kind | None) -> tuple[Resolved, list[str]]:
    """The overload, and the SQL of its arguments as the types that it takes."""
    lambdas: dict[int, tuple[Type, ...]] = {}
    try:
        values = _arguments(node, scope, lambdas)
        found = resolve(node.name, [value.type for value in values], kind=kind)
        if _widens(found, lambdas):
            values = [
                _lambda(arg, found.parameters[at].types[:-1], scope)
                if at in lambdas
                else values[at]
                for at, arg in enumerate(node.args)
            ]
            found = resolve(node.name, [value.type for value in values], kind=kind)
    except FunctionNotFound as missing:
        raise scope.fail(node, missing.code, str(missing)) from missing
    except FunctionRefused as refused:
        raise scope.fail(node, refused.code, str(refused)) from refused
    if len(node.args) > _MOST:  # TestAnalyzer.testTooManyArguments
        message = f"Too many arguments for function call {node.name}()"
        raise scope.fail(node, "TOO_MANY_ARGUMENTS", message)
    if not found.deterministic or node.name in _CLOCKS:
        scope.state.deterministic = False
    return found, [_fitted(v, p) for v, p in zip(values, found.parameters, strict=True)]


#: They give one value in a query and another in the next.
_CLOCKS = frozenset(
    "now current_timestamp current_date current_time localtimestamp localtime".split()
)


def _widens(found: Resolved, lambdas: dict[int, tuple[Type, ...]]) -> bool:
    """Whether lambdas must be compiled again: ``reduce`` widens its state by what they give."""
    return any(found.parameters[at].types[:-1] != types for at, types in lambdas.items())


def _arguments(node: tree.Call, scope: Scope, lambdas: dict[int, tuple[Type, ...]]) -> list[Typed]:
    """The arguments' values; a lambda's waits for the types of the others."""
    known = [None if isinstance(arg, tree.Lambda) else scope.value(arg) for arg in node.args]
    if all(known):
        return [value for value in known if value]
    types = lambda_types(node.name, [value.type if value else None for value in known])
    values = []
    for at, (value, parameters) in enumerate(zip(known, types, strict=True)):
        if value is None and parameters is not None:
            lambdas[at] = tuple(parameters)
            value = _lambda(node.args[at], parameters, scope)
        assert value
        values.append(value)
    return values


def _lambda(node: tree.Expression, types: Sequence[Type], scope: Scope) -> Typed:
    """``(x, y) -> body`` over parameters of these types; the SQL is ``lambda x, y: body``."""
    assert isinstance(node, tree.Lambda)
    if len(node.parameters) != len(types):
        message = (
            f"Expected a lambda that takes {len(types)} argument(s) but got {len(node.parameters)}"
        )
        raise scope.fail(node, "INVALID_PARAMETER_USAGE", message)
    names = [scope.state.fresh("l") for _ in node.parameters]
    fields = [
        Field(name, kind, sql)
        for name, kind, sql in zip(node.parameters, types, names, strict=True)
    ]
    inner = replace(scope.child(fields), clause=LAMBDA)
    body = inner.value(node.body)
    kind = Type("function", (*types, body.type))
    return Typed(f"{', '.join(names)}|{body.sql}", kind)


def _fitted(value: Typed, parameter: Type) -> str:
    """An argument as its parameter's type."""
    if parameter.base != "function":
        return coerce(value.sql, value.type, parameter)
    names, _, body = value.sql.partition("|")
    return f"lambda {names}: {coerce(body, value.type.types[-1], parameter.types[-1])}"


def only_plain(node: tree.Call, scope: Scope) -> None:
    """A scalar function takes neither DISTINCT nor FILTER nor ORDER BY nor ``*``."""
    for given, message in (
        (node.distinct, f"DISTINCT is not valid for scalar function {node.name}"),
        (node.where, "Filter is only valid for aggregation functions"),
        (node.order_by, "ORDER BY is only valid for aggregation functions"),
        (node.star, f"* is not valid for scalar function {node.name}"),
    ):
        if given:
            raise scope.fail(node, "FUNCTION_NOT_AGGREGATE", message)

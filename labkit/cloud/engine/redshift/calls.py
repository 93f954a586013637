"""Calls: scalar functions, those that users made, and aggregates."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import aggregates, functions
from labkit.cloud.engine.redshift.aggregates import Aggregate
from labkit.cloud.engine.redshift.blanks import key
from labkit.cloud.engine.redshift.casts import cast, coerce, cost
from labkit.cloud.engine.redshift.catalog import SqlFunction
from labkit.cloud.engine.redshift.errors import GROUPING, RedshiftError, unsupported
from labkit.cloud.engine.redshift.literals import written
from labkit.cloud.engine.redshift.reading import parse_expression
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import FLOAT8, INT8, SUPER, VARCHAR, Type

Special = Callable[[str, exp.Anonymous, Scope], Typed]
#: Functions with a rule of their own, by their names.
SPECIAL: dict[str, Special] = {}


def special(*names: str) -> Callable[[Special], Special]:
    """Register the rule of functions of these names."""

    def register(function: Special) -> Special:
        for name in names:
            SPECIAL[name] = function
        return function

    return register


def function_call(node: exp.Expr, scope: Scope) -> Typed:
    """A call that is no window function's.

    Raises:
        RedshiftError: there is no such function for these arguments.
    """
    if not isinstance(node, exp.Anonymous):
        raise unsupported(type(node).__name__.upper())
    name = str(node.this).lower().removeprefix("pg_catalog.")
    if name in SPECIAL:
        return SPECIAL[name](name, node, scope)
    two = name == "st_collect" and len(node.expressions) > 1  # an aggregate of one alone
    if name in aggregates.AGGREGATES and not two:
        if name == "median":
            _sort_alike([exp.Ordered(this=each) for each in node.expressions], scope)
        with scope.ungrouped():
            found = aggregate(name, node, scope)
        return finished(found, node)
    if name in aggregates.WINDOWS:
        raise RedshiftError(f"window function {name} requires an OVER clause", "42P20")
    args = arguments(node, scope)
    if functions.known(name):
        return functions.call(name, args)
    if not args and (value := scope.state.catalog.session(name)):
        told, kind = value
        sql = quoted_text(told) if isinstance(told, str) else str(told)
        return Typed(f"CAST({sql} AS {kind.duckdb})", kind, name)
    return _own_function(name, args, scope)


def arguments(node: exp.Anonymous, scope: Scope) -> list[Typed]:
    """A call's arguments with their types."""
    from labkit.cloud.engine.redshift.expressions import expression

    return [expression(each, scope) for each in node.expressions]


def _own_function(name: str, args: list[Typed], scope: Scope) -> Typed:
    """A function that was made with CREATE FUNCTION: its body in place of the call."""
    found = scope.state.catalog.functions(tuple(name.split(".")))
    found = [each for each in found if len(each.parameters) == len(args)]
    if not found:
        raise functions.no_function(name, [arg.type for arg in args])
    meant = min(found, key=lambda each: _distance(each, args))
    scope.state.calls.add(meant.oid)
    return inlined(meant, args, scope)


def _distance(function: SqlFunction, args: list[Typed]) -> int:
    """How far arguments are from those of a function: of several the nearest is meant."""
    costs = [cost(arg.type, k.base) for arg, k in zip(args, function.parameters, strict=True)]
    return sum(_FAR if each is None else each for each in costs)


_FAR = 1000


def inlined(function: SqlFunction, args: list[Typed], scope: Scope) -> Typed:
    """A call of a SQL function as its body, with the arguments in the places of ``$1`` and on."""
    from labkit.cloud.engine.redshift.expressions import expression

    given = [coerce(arg, kind) for arg, kind in zip(args, function.parameters, strict=True)]
    if function.native:
        return Typed(function.native(*(g.sql for g in given)), function.returns, function.name)
    inner = Scope(scope.state, parent=None)
    kept, scope.state.arguments = (
        scope.state.arguments,
        {str(at): value for at, value in enumerate(given, 1)},
    )
    try:
        body = expression(parse_expression(function.body), inner)
    finally:
        scope.state.arguments = kept
    return cast(body, function.returns).named(function.name)


# Aggregates


def aggregate(name: str, node: exp.Anonymous, scope: Scope) -> Aggregate:
    """An aggregate's calls over its arguments, and what finishes them."""
    if not scope.aggregates:
        raise RedshiftError("aggregates not allowed in WHERE clause", GROUPING)
    expressions = node.expressions
    distinct = bool(expressions) and isinstance(expressions[0], exp.Distinct)
    if distinct:
        expressions = [*expressions[0].expressions, *expressions[1:]]
    if name == "count":
        return _count(expressions, distinct, scope)
    args = arguments(exp.Anonymous(this=name, expressions=expressions), scope)
    if not 1 <= len(args) <= (2 if name == "listagg" else 1):
        raise functions.no_function(name, [arg.type for arg in args])
    if distinct and name == "listagg":
        args[0] = _text_key(args[0])
    found = aggregates.AGGREGATES[name](name, args)
    return _distinct(found) if distinct else found


def _distinct(found: Aggregate) -> Aggregate:
    calls = [call.replace("(", "(DISTINCT ", 1) for call in calls_of(found)]
    return Aggregate(tuple(calls), found.type, found.finish)


def calls_of(found: Aggregate) -> tuple[str, ...]:
    """The calls of an aggregate, one or several."""
    return (found.call,) if isinstance(found.call, str) else found.call


def _count(expressions: Sequence[exp.Expr], distinct: bool, scope: Scope) -> Aggregate:
    from labkit.cloud.engine.redshift.expressions import expression

    if len(expressions) == 1 and isinstance(expressions[0], exp.Star):
        return Aggregate("count(*)", INT8)
    if len(expressions) == 1:
        value = expression(expressions[0], scope)
        return Aggregate(f"count({f'DISTINCT {key(value)}' if distinct else value.sql})", INT8)
    raise functions.no_function("count", [expression(each, scope).type for each in expressions])


def finished(found: Aggregate, node: exp.Anonymous, over: str = "") -> Typed:
    """An aggregate as an expression, over a window or its group."""
    calls = [f"{call} {over}".rstrip() for call in calls_of(found)]
    return Typed(found.finish.format(*calls), found.type, str(node.this).lower())


def within_group(node: exp.WithinGroup, scope: Scope, over: str = "") -> Typed:
    """``LISTAGG``, ``PERCENTILE_CONT`` and ``PERCENTILE_DISC`` with their order."""
    with contextlib.nullcontext() if over else scope.ungrouped():
        return _within_group(node, scope, over)


def _within_group(node: exp.WithinGroup, scope: Scope, over: str) -> Typed:
    call = node.this
    approximate = isinstance(call, exp.Anonymous) and str(call.this).lower() == "approximate"
    call = call.expressions[0] if approximate else call
    name = str(call.this).lower()
    if name in ("listagg", "percentile_cont") and not over:
        _sort_alike(node.expression.expressions, scope)
    if name in ("listagg", "st_collect"):
        if isinstance(call.expressions[0], exp.Distinct):
            return _distinct_listagg(node, call, scope, over)
        found = aggregate(name, call, scope)
        order = order_by(node.expression, scope)
        texts = tuple(f"{text[:-1]} {order})" for text in calls_of(found))
        return finished(Aggregate(texts, found.type, found.finish), call, over)
    if name not in ("percentile_cont", "percentile_disc"):
        raise unsupported(f"WITHIN GROUP of {name}")
    from labkit.cloud.engine.redshift.expressions import expression

    ordered = node.expression.expressions[0]
    if not 0 <= (written(call.expressions[0]) or 0) <= 1:
        raise RedshiftError("percentile value must be between 0 and 1", "22003")
    fraction = coerce(expression(call.expressions[0], scope), FLOAT8).sql
    value = expression(ordered.this, scope)
    built = aggregates.within(name, fraction, value, bool(ordered.args.get("desc")))
    return finished(built, call, over)


def _sort_alike(orders: list[exp.Expr], scope: Scope) -> None:
    """Refuse an order that is not the one of the query's other aggregates.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PERCENTILE_CONT.html
    """
    order = order_by(exp.Order(expressions=orders), scope)
    if scope.sorting not in ("", order):
        told = "within group ORDER BY clauses for aggregate functions must be the same"
        raise RedshiftError(told, "0A000")
    scope.sorting = order


def _text_key(value: Typed) -> Typed:
    """What values are told apart by as text."""
    told = coerce(value, VARCHAR) if value.type == SUPER else value
    return replace(told, sql=key(told), clean=lambda: True)


def _distinct_listagg(node: exp.WithinGroup, call: exp.Anonymous, scope: Scope, over: str) -> Typed:
    """``LISTAGG(DISTINCT x, ',')``, in the order of x or of where each x comes first."""
    value, *separators = arguments(
        exp.Anonymous(expressions=[*call.expressions[0].expressions, *call.expressions[1:]]), scope
    )
    value = _text_key(value)
    order = order_by(node.expression, scope)
    by = coerce(separators[0], VARCHAR).sql if separators else "''"
    texts = "list_filter(CAST({0} AS VARCHAR[]), lambda _text: _text <> '')"
    joined = f"nullif(array_to_string({texts}, {by}), '')"
    if order.startswith(f"ORDER BY {value.sql} "):
        values = f"list(DISTINCT {value.sql} {order})"
    else:
        values = f"list({value.sql} {order})"
        joined = joined.replace("{0}", _FIRSTS)
    built = Aggregate(values, Type("varchar", 65535), joined)
    return finished(built, call, over)


#: What a list has, each value once, where it comes first.
_FIRSTS = (
    "list_transform([{0}], lambda _all: "
    "list_filter(_all, lambda _value, _at: list_position(_all, _value) = _at))[1]"
)


def order_by(node: exp.Expr, scope: Scope) -> str:
    """``ORDER BY`` with NULLs where Redshift puts them: after all others."""
    from labkit.cloud.engine.redshift.expressions import expression

    parts = [f"{key(expression(each.this, scope))} {direction(each)}" for each in node.expressions]
    return f"ORDER BY {', '.join(parts)}"


def direction(ordered: exp.Expr) -> str:
    """ASC or DESC, and where NULLs go: as Redshift does unless it is told."""
    down = bool(ordered.args.get("desc"))
    first = ordered.args.get("nulls_first")
    first = down if first is None else bool(first)
    return f"{'DESC' if down else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"

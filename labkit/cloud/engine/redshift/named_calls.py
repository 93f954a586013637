"""Calls of functions, and those that SQL writes in words: ``CURRENT_DATE``, ``TRIM(BOTH ...)``."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from labkit.cloud.engine.redshift import postgres
from labkit.cloud.engine.redshift.calls import function_call, within_group
from labkit.cloud.engine.redshift.connect_by import parents_value
from labkit.cloud.engine.redshift.expressions import compiles, expression
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import DATE, TIMESTAMPTZ, Type
from labkit.cloud.engine.redshift.windows import window_call


@compiles(exp.Anonymous)
def _function(node: exp.Anonymous, scope: Scope) -> Typed:
    query = node.expressions[0] if len(node.expressions) == 1 else None
    if str(node.this).lower() == "array" and isinstance(query, exp.Query):
        found = scope.state.query(query.unnest(), scope.inner())
        return postgres.array_of_query(found.sql, found.fields[0].type)
    return function_call(node, scope)


@compiles(exp.Window)
def _window(node: exp.Window, scope: Scope) -> Typed:
    return window_call(node, scope)


@compiles(exp.WithinGroup)
def _within(node: exp.WithinGroup, scope: Scope) -> Typed:
    return within_group(node, scope)


def _named_call(name: str, *members: str) -> Callable[[exp.Expr, Scope], Typed]:
    """A function that sqlglot reads by a grammar of its own, as a plain call."""

    def call(node: exp.Expr, scope: Scope) -> Typed:
        args = [node.args[member] for member in members if node.args.get(member) is not None]
        return function_call(exp.Anonymous(this=name, expressions=args), scope)

    return call


@compiles(exp.Trim)
def _trim(node: exp.Trim, scope: Scope) -> Typed:
    side = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(node.args.get("position") or "", "btrim")
    return _named_call(side, "this", "expression")(node, scope)


@compiles(exp.CurrentDate)
def _today(node: exp.Expr, scope: Scope) -> Typed:
    return Typed("CAST(now() AS DATE)", DATE, "date")


@compiles(exp.CurrentTimestamp)
def _moment(node: exp.Expr, scope: Scope) -> Typed:
    return Typed("now()", TIMESTAMPTZ, "timestamptz")


@compiles(exp.CurrentTime)
def _clock(node: exp.Expr, scope: Scope) -> Typed:
    return Typed("CAST(now() AS TIMETZ)", Type("timetz"), "timetz")


@compiles(exp.CurrentUser)
def _user(node: exp.Expr, scope: Scope) -> Typed:
    return function_call(exp.Anonymous(this="current_user"), scope)


@compiles(exp.SessionUser)
def _session_user(node: exp.Expr, scope: Scope) -> Typed:
    return function_call(exp.Anonymous(this="session_user"), scope)


@compiles(exp.CurrentSchema)
def _schema(node: exp.Expr, scope: Scope) -> Typed:
    return function_call(exp.Anonymous(this="current_schema"), scope)


@compiles(exp.CurrentUserId)
def _user_id(node: exp.Expr, scope: Scope) -> Typed:
    return function_call(exp.Anonymous(this="current_user_id"), scope)


@compiles(exp.Prior)
def _prior(node: exp.Prior, scope: Scope) -> Typed:
    return expression(parents_value(node), scope).named(node.this.name or "?column?")


compiles(exp.Extract)(_named_call("extract", "this", "expression"))
compiles(exp.Substring)(_named_call("substring", "this", "start", "length"))


@compiles(exp.StrPosition)
def _position(node: exp.StrPosition, scope: Scope) -> Typed:
    return _named_call("strpos", "this", "substr")(node, scope).named("position")

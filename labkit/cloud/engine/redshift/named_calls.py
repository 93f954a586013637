"""Calls of functions, and those that SQL writes in words: ``CURRENT_DATE``, ``TRIM(BOTH ...)``."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import postgres
from labkit.cloud.engine.redshift.calls import function_call, within_group
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.connect_by import parents_value
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError, unsupported
from labkit.cloud.engine.redshift.expressions import compiles, expression
from labkit.cloud.engine.redshift.functions.objects import steps
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.special_calls import json_of
from labkit.cloud.engine.redshift.types import DATE, SUPER, TIMESTAMPTZ, Type
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


@compiles(exp.ObjectTransform)
def _transformed(node: exp.ObjectTransform, scope: Scope) -> Typed:
    """``OBJECT_TRANSFORM(o KEEP '"a"."b"' SET '"c"', 1)``; AWS does not tell what SET alone keeps.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_object_transform_function.html
    """
    value = coerce(expression(node.this, scope), SUPER)
    kept, told = node.args.get("keep") or [], node.args.get("set_") or []
    if not kept and not told:
        return value.named("object_transform")
    if not kept:
        raise unsupported("OBJECT_TRANSFORM with SET and no KEEP")
    for path in (*kept, *told[::2]):
        if not isinstance(path, exp.Literal) or not path.is_string or not steps(path.this):
            raise RedshiftError("OBJECT_TRANSFORM: a path is a text of names in quotes", SYNTAX)
    if len(told) % 2:
        raise RedshiftError("OBJECT_TRANSFORM: each path of SET has a value", SYNTAX)
    new = (json_of(expression(each, scope)) for each in told[1::2])
    paths = [[quoted_text(each.this) for each in group] for group in (kept, told[::2])]
    lists = ", ".join(f"CAST([{', '.join(group)}] AS VARCHAR[])" for group in (*paths, new))
    return Typed(f"rs_transform({value.sql}, {lists})", SUPER, "object_transform")

"""Expressions: each kind of node that sqlglot makes has one function here; others are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from labkit.cloud.engine.redshift import nested, postgres, super_values
from labkit.cloud.engine.redshift.alike import alike
from labkit.cloud.engine.redshift.blanks import all_clean
from labkit.cloud.engine.redshift.calls import function_call
from labkit.cloud.engine.redshift.casts import cast, coerce
from labkit.cloud.engine.redshift.comparing import compare
from labkit.cloud.engine.redshift.errors import CANNOT_CAST, MISMATCH, RedshiftError, unsupported
from labkit.cloud.engine.redshift.literals import number, parameter, signed, text_of
from labkit.cloud.engine.redshift.meeting import known, meeting
from labkit.cloud.engine.redshift.operators import arithmetic, bitwise, concatenate, no_operator
from labkit.cloud.engine.redshift.reading import type_of
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import (
    BOOL,
    FLOAT8,
    INT4,
    INTEGERS,
    NUMBERS,
    TEXTS,
    TIMES,
    UNKNOWN,
    Type,
)

NODES: dict[type[exp.Expr], Callable[..., Typed]] = {}
#: Which words made a node that is refused: PostgreSQL's alone.
_WRITTEN: dict[type[exp.Expr], str] = {
    exp.NullSafeNEQ: "IS DISTINCT FROM",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
}


def expression(node: exp.Expr | None, scope: Scope) -> Typed:
    """An expression with its type.

    Raises:
        RedshiftError: Redshift would refuse it, or it is not known here.
    """
    if node is None:
        raise RedshiftError("syntax error", "42601")
    found = NODES.get(type(node))
    if found is None:
        told = _WRITTEN.get(type(node), f"{type(node).__name__.upper()} in an expression")
        raise unsupported(told)
    value = found(node, scope)
    shown = scope.shown.get(alike(value.sql)) if scope.shown else None
    return value if shown is None else replace(value, sql=shown, literal=None)


def condition(node: exp.Expr, scope: Scope, clause: str) -> str:
    """An expression that must be true or false.

    Raises:
        RedshiftError: it is of another type.
    """
    found = expression(node, scope)
    if found.type.base in ("super", *INTEGERS):
        return cast(found, BOOL).sql
    if found.type.base not in ("bool", "unknown"):
        raise RedshiftError(
            f"argument of {clause} must be type boolean, not type {found.type.plain}", MISMATCH
        )
    return coerce(found, BOOL).sql


def compiles(*kinds: type[exp.Expr]) -> Callable[[Callable[..., Typed]], Callable[..., Typed]]:
    """Register what makes an expression of these kinds of nodes."""

    def register(function: Callable[..., Typed]) -> Callable[..., Typed]:
        for kind in kinds:
            NODES[kind] = function
        return function

    return register


@compiles(exp.Literal)
def _literal(node: exp.Literal, scope: Scope) -> Typed:
    return text_of(node.this) if node.is_string else number(node.this)


@compiles(exp.RawString)
def _raw(node: exp.RawString, scope: Scope) -> Typed:
    return text_of(node.this)


@compiles(exp.Null)
def _null(node: exp.Null, scope: Scope) -> Typed:
    return Typed("NULL", UNKNOWN)


@compiles(exp.Boolean)
def _boolean(node: exp.Boolean, scope: Scope) -> Typed:
    return Typed("true" if node.this else "false", BOOL, "bool")


@compiles(exp.Paren)
def _paren(node: exp.Paren, scope: Scope) -> Typed:
    inner = expression(node.this, scope)
    return replace(inner, sql=f"({inner.sql})", told=None)


@compiles(exp.Alias)
def _alias(node: exp.Alias, scope: Scope) -> Typed:
    return expression(node.this, scope).named(node.alias.lower())


@compiles(exp.Parameter)
def _parameter(node: exp.Parameter, scope: Scope) -> Typed:
    name = node.this.name
    if name in scope.state.arguments:
        return scope.state.arguments[name]
    if not name.isdigit() or int(name) > len(scope.state.parameters):
        raise RedshiftError(f"there is no parameter ${name}", "42P02")
    return parameter(scope.state.parameters[int(name) - 1])


@compiles(exp.Column)
def _column(node: exp.Column, scope: Scope) -> Typed:
    return nested.scalar(super_values.column(node.parts, scope), scope)


@compiles(exp.Dot)
def _dot(node: exp.Dot, scope: Scope) -> Typed:
    if isinstance(node.expression, exp.Anonymous | exp.Func):
        return function_call(_qualified(node), scope)
    return nested.scalar(super_values.navigate(node, scope), scope)


def _qualified(node: exp.Dot) -> exp.Anonymous:
    """``schema.f(x)`` and ``database.schema.f(x)`` as calls whose names have dots."""
    name = ".".join(each.name.lower() for each in node.flatten())
    return exp.Anonymous(this=name, expressions=node.expression.expressions)


@compiles(exp.Bracket)
def _bracket(node: exp.Bracket, scope: Scope) -> Typed:
    if postgres.is_array(node.this, scope):
        index = expression(node.expressions[0], scope)
        return postgres.element(expression(node.this, scope), index)
    return super_values.navigate(node, scope)


_ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%",
}  # fmt: skip
_BITS: dict[type[exp.Expr], str] = {
    exp.BitwiseAnd: "&", exp.BitwiseOr: "|", exp.BitwiseXor: "#",
    exp.BitwiseLeftShift: "<<", exp.BitwiseRightShift: ">>",
}  # fmt: skip


@compiles(*_ARITHMETIC)
def _arithmetic(node: exp.Binary, scope: Scope) -> Typed:
    left, right = expression(node.left, scope), expression(node.right, scope)
    return arithmetic(_ARITHMETIC[type(node)], left, right)


@compiles(exp.Array)
def _array(node: exp.Array, scope: Scope) -> Typed:
    return postgres.array_text([expression(each, scope) for each in node.expressions])


@compiles(exp.Operator)
def _operator(node: exp.Operator, scope: Scope) -> Typed:
    return expression(postgres.operator_of(node), scope)


@compiles(exp.Collate)
def _collate(node: exp.Collate, scope: Scope) -> Typed:
    """The catalog's default order is ours."""
    if node.expression.name.lower() not in ("default", "c"):
        raise unsupported("COLLATE")
    return expression(node.this, scope)


@compiles(*_BITS)
def _bits(node: exp.Binary, scope: Scope) -> Typed:
    left, right = expression(node.left, scope), expression(node.right, scope)
    return bitwise(_BITS[type(node)], left, right)


@compiles(exp.BitwiseNot)
def _bit_not(node: exp.BitwiseNot, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    flipped = f"rs_flipped({value.sql})" if value.type.base == "varbyte" else f"(~({value.sql}))"
    return Typed(flipped, value.type)


@compiles(exp.Pow)
def _power(node: exp.Binary, scope: Scope) -> Typed:
    one, two = (coerce(expression(side, scope), FLOAT8).sql for side in (node.left, node.right))
    return Typed(f"rs_power({one}, {two})", FLOAT8)


@compiles(exp.Sqrt, exp.Cbrt)
def _root(node: exp.Func, scope: Scope) -> Typed:
    name = "sqrt" if isinstance(node, exp.Sqrt) else "rs_cbrt"
    return Typed(f"{name}({coerce(expression(node.this, scope), FLOAT8).sql})", FLOAT8)


@compiles(exp.Neg)
def _negative(node: exp.Neg, scope: Scope) -> Typed:
    if (written := signed(node)) is not None:
        value = number(written)
        return Typed(f"({value.sql})", value.type)
    value = expression(node.this, scope)
    if value.literal is not None:
        value = cast(value, FLOAT8)
    if value.type.base == "super":
        return arithmetic("-", Typed("0", INT4), value)
    if value.type.base not in (*NUMBERS, "interval"):
        raise no_operator("-", Typed("", UNKNOWN), value)
    if value.type.base in INTEGERS:  # DuckDB negates the least constant to a wider one
        return Typed(f"CAST(-{value.sql} AS {value.type.duckdb})", value.type)
    return Typed(f"(-{value.sql})", value.type)


@compiles(exp.Subquery)
def _subquery(node: exp.Subquery, scope: Scope) -> Typed:
    found = scope.state.query(node.this, scope.inner())
    if len(found.fields) != 1:
        raise RedshiftError("subquery must return only one column", "42601")
    return Typed(f"({found.sql})", found.fields[0].type)


@compiles(exp.Case)
def _case(node: exp.Case, scope: Scope) -> Typed:
    subject = expression(node.this, scope) if node.this else None
    tests, values = [], []
    for branch in node.args["ifs"]:
        if subject is None:
            tests.append(condition(branch.this, scope, "CASE/WHEN"))
        else:
            tests.append(compare("=", subject, expression(branch.this, scope)).sql)
        values.append(expression(branch.args["true"], scope))
    default = node.args.get("default")
    values.append(expression(default, scope) if default else Typed("NULL", UNKNOWN))
    kind = known(meeting(values, "CASE"))
    sql = [coerce(value, kind).sql for value in values]
    whens = " ".join(f"WHEN {t} THEN {v}" for t, v in zip(tests, sql, strict=False))
    clean = all_clean(values)
    return Typed(f"CASE {whens} ELSE {sql[-1]} END", kind, "case", clean=clean)


@compiles(exp.Cast)
def _cast(node: exp.Cast, scope: Scope) -> Typed:
    if register := postgres.REGISTERS.get(node.to.sql(dialect="redshift").lower()):
        return register(expression(node.this, scope), scope)
    inner = node.this
    value = expression(inner, scope)
    target = cast_type(node.to, value)
    if target.base == "super" and value.type.base in (*TIMES, "time", "timetz"):
        raise RedshiftError(f"cannot cast type {value.type.plain} to super", CANNOT_CAST)
    found = cast(value, target)
    named = isinstance(inner, exp.Column | exp.Anonymous | exp.Dot)
    return found.named(value.name if named else target.base)


def cast_type(to: exp.Expr, value: Typed) -> Type:
    """What a cast is to: text without a length has its input's, where a column has 256.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
    """
    target = type_of(to)
    if target.base != "varchar" or to.expressions:
        return target
    if value.type.base in (*TEXTS, "super"):
        return Type("varchar", value.type.size)
    return Type("varchar", value.type.size if value.literal else 256)


@compiles(exp.Concat)
def _adjacent(node: exp.Concat, scope: Scope) -> Typed:
    """Two strings with a newline between are one."""
    return text_of("".join(part.name for part in node.expressions))


@compiles(exp.DPipe)
def _pipe(node: exp.DPipe, scope: Scope) -> Typed:
    return concatenate(expression(node.left, scope), expression(node.right, scope))

"""Expressions that are true or false: comparisons, AND and OR, IN, EXISTS, patterns."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import postgres
from labkit.cloud.engine.redshift.blanks import key
from labkit.cloud.engine.redshift.casts import as_text, coerce
from labkit.cloud.engine.redshift.comparing import among, compare, compared_as
from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.expressions import compiles, condition, expression
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import BOOL, SUPER, VARCHAR

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip


@compiles(*_COMPARISONS)
def _comparison(node: exp.Binary, scope: Scope) -> Typed:
    op = _COMPARISONS[type(node)]
    if isinstance(node.right, exp.Any | exp.All):
        return _quantified(op, node, scope)
    if isinstance(node.left, exp.Tuple) and isinstance(node.right, exp.Tuple):
        return _of_rows(op, node.left.expressions, node.right.expressions, scope)
    left, right = expression(node.left, scope), expression(node.right, scope)
    if right.literal == "" and _is_variable(node.left, scope):
        left = as_text(left)
    return compare(op, left, right)


def _is_variable(node: exp.Expr, scope: Scope) -> bool:
    """Whether it is a procedure's variable: ``max_rows = ''`` asks whether a number is given.

    Source: https://github.com/awslabs/amazon-redshift-utils/blob/master/src/StoredProcedures/sp_sync_get_new_rows.sql
    """
    parts = node.parts if isinstance(node, exp.Column) else ()
    return ".".join(part.name.lower() for part in parts) in scope.state.variables


def _of_rows(op: str, left: list[exp.Expr], right: list[exp.Expr], scope: Scope) -> Typed:
    """``(a, b) < (c, d)`` is ``a < c AND b < d``, as in PostgreSQL before 8.2.

    Source: https://docs.snowflake.com/en/migrations/snowconvert-docs/translation-references/redshift/redshift-expressions
    """
    if len(left) != len(right):
        raise RedshiftError("unequal number of entries in row expression", "42601")
    each = "=" if op == "<>" else op
    pairs = zip(left, right, strict=True)
    parts = [compare(each, expression(a, scope), expression(b, scope)).sql for a, b in pairs]
    both = f"({' AND '.join(parts)})"
    return Typed(f"(NOT {both})" if op == "<>" else both, BOOL)


def _of_array(op: str, node: exp.Binary, array: exp.Expr, scope: Scope) -> Typed:
    left, every = expression(node.left, scope), isinstance(node.right, exp.All)
    if isinstance(array, exp.Array):
        items = [expression(each, scope) for each in array.expressions]
        return postgres.any_of_list(op, left, items, every=every)
    found = expression(array, scope)
    if found.literal is not None:
        return postgres.any_of_list(op, left, postgres.members(found.literal), every=every)
    if every:
        raise unsupported("ALL without a subquery")
    return postgres.any_of_text(op, left, found)


def _quantified(op: str, node: exp.Binary, scope: Scope) -> Typed:
    which = "ANY" if isinstance(node.right, exp.Any) else "ALL"
    query = node.right.this
    inner = query.this if isinstance(query, exp.Subquery | exp.Paren) else query
    if not isinstance(inner, exp.Query):
        return _of_array(op, node, inner, scope)
    left, found = expression(node.left, scope), scope.state.query(inner, scope.inner())
    value = compare(op, left, Typed("c0", found.fields[0].type))
    other = left.type != found.fields[0].type
    if other and ("c0" not in value.sql or SUPER in (left.type, found.fields[0].type)):
        raise unsupported(f"{which} of these types")
    item = key(replace(found.fields[0].value, sql="q.c0"))
    return Typed(f"({key(left)} {op} {which} (SELECT {item} FROM ({found.sql}) q))", BOOL)


@compiles(exp.And, exp.Or)
def _logical(node: exp.Connector, scope: Scope) -> Typed:
    word = "AND" if isinstance(node, exp.And) else "OR"
    parts = [condition(part, scope, word) for part in node.flatten()]
    return Typed(f"({f' {word} '.join(parts)})", BOOL)


@compiles(exp.Not)
def _not(node: exp.Not, scope: Scope) -> Typed:
    return Typed(f"(NOT {condition(node.this, scope, 'NOT')})", BOOL)


@compiles(exp.Is)
def _is(node: exp.Is, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    if isinstance(node.expression, exp.Boolean):
        truth = "TRUE" if node.expression.this else "FALSE"
        return Typed(f"({coerce(value, BOOL).sql} IS {truth})", BOOL)
    if not isinstance(node.expression, exp.Null):
        raise unsupported("IS with this operand")
    if value.type.base == "super":
        return Typed(f"(coalesce({value.sql}, 'null') = 'null')", BOOL)
    return Typed(f"({value.sql} IS NULL)", BOOL)


@compiles(exp.Between)
def _between(node: exp.Between, scope: Scope) -> Typed:
    value, low, high = (expression(node.args[k], scope) for k in ("this", "low", "high"))
    parts = [compare(">=", value, low).sql, compare("<=", value, high).sql]
    if node.args.get("symmetric"):
        raise unsupported("BETWEEN SYMMETRIC")
    return Typed(f"({' AND '.join(parts)})", BOOL)


@compiles(exp.In)
def _in(node: exp.In, scope: Scope) -> Typed:
    query = node.args.get("query")
    if query is not None:
        return _in_query(node, query, scope)
    if not node.expressions:
        raise unsupported("IN without a list")
    if not isinstance(node.this, exp.Tuple):
        return among(
            expression(node.this, scope), [expression(one, scope) for one in node.expressions]
        )
    parts = [_comparison(exp.EQ(this=node.this, expression=one), scope) for one in node.expressions]
    return Typed(f"({' OR '.join(part.sql for part in parts)})", BOOL)


def _in_query(node: exp.In, query: exp.Expr, scope: Scope) -> Typed:
    inner = query.this if isinstance(query, exp.Subquery) else query
    found = scope.state.query(inner, scope.inner())
    sides = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
    if len(sides) != len(found.fields):
        raise RedshiftError("subquery has too many columns", "42601")
    left, right = [], []
    for at, (side, field) in enumerate(zip(sides, found.fields, strict=True)):
        value = expression(side, scope)
        kind = compared_as("=", value, field.value)
        left.append(key(coerce(value, kind)))
        right.append(key(coerce(replace(field.value, sql=f"q.c{at}"), kind)))
    row = f"({', '.join(left)})" if len(left) > 1 else left[0]
    return Typed(f"({row} IN (SELECT {', '.join(right)} FROM ({found.sql}) q))", BOOL)


@compiles(exp.Exists)
def _exists(node: exp.Exists, scope: Scope) -> Typed:
    return Typed(f"EXISTS ({scope.state.query(node.this, scope.inner()).sql})", BOOL)


@compiles(exp.Like, exp.ILike)
def _like(node: exp.Binary, scope: Scope) -> Typed:
    return _match(node, "\\", scope)


@compiles(exp.Escape)
def _escape(node: exp.Escape, scope: Scope) -> Typed:
    return _match(node.this, node.expression.name, scope)


def _matched(node: exp.Expr, scope: Scope) -> str:
    """A text as a pattern meets it: that of a CHAR has its blanks.

    Source: https://docs.snowflake.com/en/migrations/snowconvert-docs/translation-references/redshift/redshift-conditions
    """
    value = expression(node, scope)
    if value.type.base == "bpchar" and value.type.size:
        return f"rpad({value.sql}, {value.type.size}, ' ')"
    return coerce(value, VARCHAR).sql


def _match(node: exp.Expr, escape: str, scope: Scope) -> Typed:
    if len(escape) != 1 or not isinstance(node, exp.Like | exp.ILike | exp.SimilarTo):
        raise RedshiftError("invalid escape string", "22025")
    one, two = _matched(node.left, scope), coerce(expression(node.right, scope), VARCHAR).sql
    if isinstance(node, exp.SimilarTo):
        return Typed(f"rs_similar({one}, {two}, {quoted_text(escape)})", BOOL)
    word = "ILIKE" if isinstance(node, exp.ILike) else "LIKE"
    word = f"NOT {word}" if node.args.get("negate") else word
    return Typed(f"({one} {word} {two} ESCAPE {quoted_text(escape)})", BOOL)


@compiles(exp.SimilarTo)
def _similar(node: exp.Binary, scope: Scope) -> Typed:
    """``%`` and ``_`` as in LIKE, the rest of a POSIX pattern, over the whole text."""
    return _match(node, "\\", scope)


@compiles(exp.RegexpLike, exp.RegexpILike)
def _regexp(node: exp.Func, scope: Scope) -> Typed:
    one, two = _matched(node.this, scope), coerce(expression(node.expression, scope), VARCHAR).sql
    flags = "i" if isinstance(node, exp.RegexpILike) else ""
    return Typed(f"rs_regexp_test({one}, {two}, '{flags}')", BOOL)

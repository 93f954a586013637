"""Expressions: each kind of node that sqlglot makes has one function here; others are refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from sqlglot import exp

from labkit.cloud.engine.redshift import dateparts, postgres, super_values
from labkit.cloud.engine.redshift.calls import function_call, window_call, within_group
from labkit.cloud.engine.redshift.casts import cast, coerce, common_type
from labkit.cloud.engine.redshift.errors import BAD_TEXT, MISMATCH, RedshiftError, unsupported
from labkit.cloud.engine.redshift.operators import (
    arithmetic,
    bitwise,
    compare,
    concatenate,
    no_operator,
)
from labkit.cloud.engine.redshift.reading import text_literal, type_of, unescaped
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import (
    BOOL,
    DATE,
    FLOAT8,
    INT4,
    INT8,
    INTERVAL,
    NUMBERS,
    TIMESTAMPTZ,
    UNKNOWN,
    VARCHAR,
    Type,
    numeric,
)

Node = TypeVar("Node", bound=exp.Expr)
_NODES: dict[type[exp.Expr], Callable[..., Typed]] = {}


def expression(node: exp.Expr | None, scope: Scope) -> Typed:
    """An expression with its type.

    Raises:
        RedshiftError: Redshift would refuse it, or it is not known here.
    """
    if node is None:
        raise RedshiftError("syntax error", "42601")
    found = _NODES.get(type(node))
    if found is None:
        raise unsupported(f"{type(node).__name__.upper()} in an expression")
    return found(node, scope)


def condition(node: exp.Expr, scope: Scope, clause: str) -> str:
    """An expression that must be true or false.

    Raises:
        RedshiftError: it is of another type.
    """
    found = expression(node, scope)
    if found.type.base == "super" or (found.type == INT4 and isinstance(node, exp.Literal)):
        return cast(found, BOOL).sql
    if found.type.base not in ("bool", "unknown"):
        raise RedshiftError(
            f"argument of {clause} must be type boolean, not type {found.type.plain}", MISMATCH
        )
    return coerce(found, BOOL).sql


def _node(*kinds: type[exp.Expr]) -> Callable[[Callable[..., Typed]], Callable[..., Typed]]:
    def register(function: Callable[..., Typed]) -> Callable[..., Typed]:
        for kind in kinds:
            _NODES[kind] = function
        return function

    return register


@_node(exp.Literal)
def _literal(node: exp.Literal, scope: Scope) -> Typed:
    text = node.this
    if node.is_string:
        return Typed(text_literal(text), UNKNOWN, literal=text)
    return number(text)


def number(text: str) -> Typed:
    """A number as written: an integer, a decimal with its digits, or with an exponent a float."""
    if "e" in text.lower():
        return Typed(f"CAST('{text}' AS DOUBLE)", FLOAT8)
    if "." in text:
        digits = Decimal(text).as_tuple()
        scale = max(0, -int(digits.exponent))
        kind = numeric(min(38, max(len(digits.digits), scale + (text[0] != "."), 1)), scale)
        return Typed(f"CAST('{text}' AS {kind.duckdb})", kind)
    value = int(text)
    if value < 1 << 31:
        return Typed(text, INT4)
    if value < 1 << 63:
        return Typed(f"CAST({text} AS BIGINT)", INT8)
    return Typed(f"CAST('{text}' AS DECIMAL(38,0))", numeric(38, 0))


@_node(exp.RawString)
def _raw(node: exp.RawString, scope: Scope) -> Typed:
    return Typed(text_literal(node.this), UNKNOWN, literal=node.this)


@_node(exp.ByteString)
def _escaped(node: exp.ByteString, scope: Scope) -> Typed:
    text = unescaped(node.this)
    return Typed(text_literal(text), UNKNOWN, literal=text)


@_node(exp.Null)
def _null(node: exp.Null, scope: Scope) -> Typed:
    return Typed("NULL", UNKNOWN)


@_node(exp.Boolean)
def _boolean(node: exp.Boolean, scope: Scope) -> Typed:
    return Typed("true" if node.this else "false", BOOL, "bool")


@_node(exp.Paren)
def _paren(node: exp.Paren, scope: Scope) -> Typed:
    inner = expression(node.this, scope)
    return Typed(f"({inner.sql})", inner.type, inner.name, inner.literal)


@_node(exp.Alias)
def _alias(node: exp.Alias, scope: Scope) -> Typed:
    return expression(node.this, scope).named(node.alias.lower())


@_node(exp.Parameter)
def _parameter(node: exp.Parameter, scope: Scope) -> Typed:
    name = node.this.name
    if name in scope.state.arguments:
        return scope.state.arguments[name]
    if not name.isdigit() or int(name) > len(scope.state.parameters):
        raise RedshiftError(f"there is no parameter ${name}", "42P02")
    return parameter(scope.state.parameters[int(name) - 1])


def parameter(value: object) -> Typed:
    """A value that stands for ``$1``: typed already, or a literal of no type yet."""
    if isinstance(value, Typed):
        return value
    if value is None:
        return Typed("NULL", UNKNOWN)
    if isinstance(value, bool):
        return Typed(str(value).lower(), BOOL)
    if isinstance(value, int | float | Decimal):
        found = number(str(abs(value)))
        return Typed(f"(-{found.sql})", found.type) if value < 0 else found
    return Typed(text_literal(str(value)), UNKNOWN, literal=str(value))


@_node(exp.Column)
def _column(node: exp.Column, scope: Scope) -> Typed:
    return super_values.column([part.name.lower() for part in node.parts], scope, node)


@_node(exp.Dot)
def _dot(node: exp.Dot, scope: Scope) -> Typed:
    if isinstance(node.expression, exp.Anonymous | exp.Func):
        return function_call(_qualified(node), scope)
    return super_values.navigate(node, scope)


def _qualified(node: exp.Dot) -> exp.Anonymous:
    """``schema.f(x)`` as a call whose name has a dot."""
    call = node.expression
    name = f"{node.this.sql(dialect='redshift').lower()}.{call.name.lower()}"
    return exp.Anonymous(this=name, expressions=call.expressions)


@_node(exp.Bracket)
def _bracket(node: exp.Bracket, scope: Scope) -> Typed:
    if postgres.is_array(node.this):
        return postgres.element(expression(node.this, scope), node.expressions[0])
    return super_values.navigate(node, scope)


_ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%",
}  # fmt: skip
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_BITS: dict[type[exp.Expr], str] = {
    exp.BitwiseAnd: "&", exp.BitwiseOr: "|", exp.BitwiseXor: "#",
    exp.BitwiseLeftShift: "<<", exp.BitwiseRightShift: ">>",
}  # fmt: skip


@_node(*_ARITHMETIC)
def _arithmetic(node: exp.Binary, scope: Scope) -> Typed:
    left, right = expression(node.left, scope), expression(node.right, scope)
    return arithmetic(_ARITHMETIC[type(node)], left, right)


@_node(*_COMPARISONS)
def _comparison(node: exp.Binary, scope: Scope) -> Typed:
    op = _COMPARISONS[type(node)]
    if isinstance(node.right, exp.Any | exp.All):
        return _quantified(op, node, scope)
    if isinstance(node.left, exp.Tuple) and isinstance(node.right, exp.Tuple):
        pairs = zip(node.left.expressions, node.right.expressions, strict=True)
        parts = [compare("=", expression(a, scope), expression(b, scope)).sql for a, b in pairs]
        both = f"({' AND '.join(parts)})"
        if op not in ("=", "<>"):
            raise unsupported("an order of rows")
        return Typed(both if op == "=" else f"(NOT {both})", BOOL)
    return compare(op, expression(node.left, scope), expression(node.right, scope))


def _of_array(op: str, node: exp.Binary, array: exp.Expr, scope: Scope) -> Typed:
    left, every = expression(node.left, scope), isinstance(node.right, exp.All)
    if isinstance(array, exp.Array):
        items = [expression(each, scope) for each in array.expressions]
        return postgres.any_of_list(op, left, items, every=every)
    if every:
        raise unsupported("ALL without a subquery")
    return postgres.any_of_text(op, left, expression(array, scope))


@_node(exp.Array)
def _array(node: exp.Array, scope: Scope) -> Typed:
    return postgres.array_text([expression(each, scope) for each in node.expressions])


@_node(exp.Operator)
def _operator(node: exp.Operator, scope: Scope) -> Typed:
    return expression(postgres.operator_of(node), scope)


@_node(exp.Collate)
def _collate(node: exp.Collate, scope: Scope) -> Typed:
    """The catalog's default order is ours."""
    if node.expression.name.lower() not in ("default", "c"):
        raise unsupported("COLLATE")
    return expression(node.this, scope)


def _quantified(op: str, node: exp.Binary, scope: Scope) -> Typed:
    which = "ANY" if isinstance(node.right, exp.Any) else "ALL"
    query = node.right.this
    inner = query.this if isinstance(query, exp.Subquery | exp.Paren) else query
    if not isinstance(inner, exp.Query):
        return _of_array(op, node, inner, scope)
    left, found = expression(node.left, scope), scope.state.query(inner, scope.inner())
    value = compare(op, left, Typed("c0", found.fields[0].type))
    if left.type != found.fields[0].type and "c0" not in value.sql:
        raise unsupported(f"{which} of these types")
    return Typed(f"({left.sql} {op} {which} ({found.sql}))", BOOL)


@_node(*_BITS)
def _bits(node: exp.Binary, scope: Scope) -> Typed:
    left, right = expression(node.left, scope), expression(node.right, scope)
    return bitwise(_BITS[type(node)], left, right)


@_node(exp.BitwiseNot)
def _bit_not(node: exp.BitwiseNot, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    return Typed(f"(~{value.sql})", value.type)


@_node(exp.Pow)
def _power(node: exp.Binary, scope: Scope) -> Typed:
    one, two = (coerce(expression(side, scope), FLOAT8).sql for side in (node.left, node.right))
    return Typed(f"power({one}, {two})", FLOAT8)


@_node(exp.Sqrt, exp.Cbrt)
def _root(node: exp.Func, scope: Scope) -> Typed:
    name = "sqrt" if isinstance(node, exp.Sqrt) else "cbrt"
    return Typed(f"{name}({coerce(expression(node.this, scope), FLOAT8).sql})", FLOAT8)


@_node(exp.Neg)
def _negative(node: exp.Neg, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    if value.literal is not None:
        value = cast(value, FLOAT8)
    if value.type.base not in (*NUMBERS, "interval"):
        raise no_operator("-", Typed("", UNKNOWN), value)
    return Typed(f"(-{value.sql})", value.type)


@_node(exp.And, exp.Or)
def _logical(node: exp.Connector, scope: Scope) -> Typed:
    word = "AND" if isinstance(node, exp.And) else "OR"
    parts = [condition(part, scope, word) for part in node.flatten()]
    return Typed(f"({f' {word} '.join(parts)})", BOOL)


@_node(exp.Not)
def _not(node: exp.Not, scope: Scope) -> Typed:
    return Typed(f"(NOT {condition(node.this, scope, 'NOT')})", BOOL)


@_node(exp.Is)
def _is(node: exp.Is, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    if isinstance(node.expression, exp.Boolean):
        truth = "TRUE" if node.expression.this else "FALSE"
        return Typed(f"({coerce(value, BOOL).sql} IS {truth})", BOOL)
    if not isinstance(node.expression, exp.Null):
        raise unsupported("IS with this operand")
    if value.type.base == "super":
        return Typed(f"(nullif({value.sql}, 'null') IS NULL)", BOOL)
    return Typed(f"({value.sql} IS NULL)", BOOL)


@_node(exp.Between)
def _between(node: exp.Between, scope: Scope) -> Typed:
    value, low, high = (expression(node.args[k], scope) for k in ("this", "low", "high"))
    parts = [compare(">=", value, low).sql, compare("<=", value, high).sql]
    if node.args.get("symmetric"):
        raise unsupported("BETWEEN SYMMETRIC")
    return Typed(f"({' AND '.join(parts)})", BOOL)


@_node(exp.In)
def _in(node: exp.In, scope: Scope) -> Typed:
    query = node.args.get("query")
    if query is not None:
        return _in_query(node, query, scope)
    if not node.expressions:
        raise unsupported("IN without a list")
    value = node.this
    parts = [_comparison(exp.EQ(this=value, expression=one), scope) for one in node.expressions]
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
        kind = common_type((value.type, field.type), "IN")
        left.append(coerce(value, kind).sql)
        right.append(coerce(Typed(f"q.c{at}", field.type), kind).sql)
    row = f"({', '.join(left)})" if len(left) > 1 else left[0]
    return Typed(f"({row} IN (SELECT {', '.join(right)} FROM ({found.sql}) q))", BOOL)


@_node(exp.Exists)
def _exists(node: exp.Exists, scope: Scope) -> Typed:
    return Typed(f"EXISTS ({scope.state.query(node.this, scope.inner()).sql})", BOOL)


@_node(exp.Subquery)
def _subquery(node: exp.Subquery, scope: Scope) -> Typed:
    found = scope.state.query(node.this, scope.inner())
    if len(found.fields) != 1:
        raise RedshiftError("subquery must return only one column", "42601")
    return Typed(f"({found.sql})", found.fields[0].type)


@_node(exp.Case)
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
    kind = _result_type([value.type for value in values], "CASE")
    sql = [coerce(value, kind).sql for value in values]
    whens = " ".join(f"WHEN {t} THEN {v}" for t, v in zip(tests, sql, strict=False))
    return Typed(f"CASE {whens} ELSE {sql[-1]} END", kind, "case")


def _result_type(kinds: list[Type], what: str) -> Type:
    found = common_type(kinds, what)
    return VARCHAR if found.base == "unknown" else found


@_node(exp.Cast)
def _cast(node: exp.Cast, scope: Scope) -> Typed:
    if register := postgres.REGISTERS.get(node.to.sql(dialect="redshift").lower()):
        return register(expression(node.this, scope), scope)
    target = type_of(node.to)
    inner = node.this
    value = expression(inner, scope)
    found = cast(value, target)
    named = isinstance(inner, exp.Column | exp.Anonymous | exp.Dot)
    return found.named(value.name if named else target.base)


@_node(exp.Concat)
def _adjacent(node: exp.Concat, scope: Scope) -> Typed:
    """Two strings with a newline between are one."""
    text = "".join(part.name for part in node.expressions)
    return Typed(text_literal(text), UNKNOWN, literal=text)


@_node(exp.DPipe)
def _pipe(node: exp.DPipe, scope: Scope) -> Typed:
    return concatenate(expression(node.left, scope), expression(node.right, scope))


@_node(exp.Interval)
def _interval(node: exp.Interval, scope: Scope) -> Typed:
    """``INTERVAL '1 day 2 hours'``, ``INTERVAL '52' WEEK``; months and years too."""
    text = node.this.name if node.this else ""
    unit = node.args.get("unit")
    if isinstance(unit, exp.IntervalSpan):
        return _span(text, unit)
    words = f"{text} {unit.name if unit else ''}".split()
    if len(words) == 1:
        words.append("second")
    parts = []
    for amount, name in zip(words[::2], words[1::2], strict=False):
        parts.append(_amount(amount, dateparts.find_part(name.rstrip(","), "interval"), text))
    if len(words) % 2 or not parts:
        raise RedshiftError(f'invalid input syntax for type interval: "{text}"', BAD_TEXT)
    return Typed(f"({' + '.join(parts)})", INTERVAL, "interval")


_STEPS = {
    "year": "to_months({0} * 12)", "quarter": "to_months({0} * 3)", "month": "to_months({0})",
    "week": "to_days({0} * 7)", "day": "to_days({0})", "decade": "to_months({0} * 120)",
    "century": "to_months({0} * 1200)", "millennium": "to_months({0} * 12000)",
}  # fmt: skip
_SECONDS = {"day": 86400, "week": 604800, "hour": 3600, "minute": 60, "second": 1,
            "millisecond": 0.001, "microsecond": 0.000001}  # fmt: skip


def _amount(amount: str, part: str, text: str) -> str:
    try:
        value = Decimal(amount)
    except ArithmeticError:
        raise RedshiftError(f'invalid input syntax for type interval: "{text}"', BAD_TEXT) from None
    if part in _STEPS and value == int(value):
        return _STEPS[part].format(f"({int(value)})")
    if part not in _SECONDS:
        raise RedshiftError(f'invalid input syntax for type interval: "{text}"', BAD_TEXT)
    return f"to_microseconds({round(float(value) * _SECONDS[part] * 1_000_000)})"


def _span(text: str, unit: exp.IntervalSpan) -> Typed:
    first = unit.this.name.lower()
    if first == "year":
        years, _, months = text.lstrip("+-").partition("-")
        total = int(years) * 12 + int(months or 0)
        return Typed(f"to_months({-total if text.startswith('-') else total})", INTERVAL)
    return Typed(f"CAST({text_literal(text.replace(' ', ' days ', 1))} AS INTERVAL)", INTERVAL)


@_node(exp.AtTimeZone)
def _at_time_zone(node: exp.AtTimeZone, scope: Scope) -> Typed:
    call = exp.Anonymous(this="timezone", expressions=[node.args["zone"], node.this])
    return function_call(call, scope)


@_node(exp.Like, exp.ILike)
def _like(node: exp.Binary, scope: Scope) -> Typed:
    return _match(node, "\\", scope)


@_node(exp.Escape)
def _escape(node: exp.Escape, scope: Scope) -> Typed:
    return _match(node.this, node.expression.name, scope)


def _match(node: exp.Expr, escape: str, scope: Scope) -> Typed:
    if isinstance(node, exp.SimilarTo):
        return _similar(node, scope)
    if len(escape) != 1 or not isinstance(node, exp.Like | exp.ILike):
        raise RedshiftError("invalid escape string", "22025")
    one, two = (coerce(expression(side, scope), VARCHAR).sql for side in (node.left, node.right))
    word = "ILIKE" if isinstance(node, exp.ILike) else "LIKE"
    word = f"NOT {word}" if node.args.get("negate") else word
    return Typed(f"({one} {word} {two} ESCAPE {text_literal(escape)})", BOOL)


@_node(exp.SimilarTo)
def _similar(node: exp.Binary, scope: Scope) -> Typed:
    """``%`` and ``_`` as in LIKE, the rest of a POSIX pattern, over the whole text."""
    one, two = (coerce(expression(side, scope), VARCHAR).sql for side in (node.left, node.right))
    return Typed(f"rs_similar({one}, {two})", BOOL)


@_node(exp.RegexpLike, exp.RegexpILike)
def _regexp(node: exp.Func, scope: Scope) -> Typed:
    one, two = (
        coerce(expression(side, scope), VARCHAR).sql for side in (node.this, node.expression)
    )
    flags = "i" if isinstance(node, exp.RegexpILike) else ""
    return Typed(f"rs_regexp_test({one}, {two}, '{flags}')", BOOL)


@_node(exp.Anonymous)
def _function(node: exp.Anonymous, scope: Scope) -> Typed:
    query = node.expressions[0] if len(node.expressions) == 1 else None
    if str(node.this).lower() == "array" and isinstance(query, exp.Query):
        found = scope.state.query(query.unnest(), scope.inner())
        return postgres.array_of_query(found.sql, found.fields[0].type)
    return function_call(node, scope)


@_node(exp.Window)
def _window(node: exp.Window, scope: Scope) -> Typed:
    return window_call(node, scope)


@_node(exp.WithinGroup)
def _within(node: exp.WithinGroup, scope: Scope) -> Typed:
    return within_group(node, scope)


def _named_call(name: str, *members: str) -> Callable[[exp.Expr, Scope], Typed]:
    """A function that sqlglot reads by a grammar of its own, as a plain call."""

    def call(node: exp.Expr, scope: Scope) -> Typed:
        args = [node.args[member] for member in members if node.args.get(member) is not None]
        return function_call(exp.Anonymous(this=name, expressions=args), scope)

    return call


_NODES[exp.Extract] = _named_call("date_part", "this", "expression")
_NODES[exp.Substring] = _named_call("substring", "this", "start", "length")
_NODES[exp.StrPosition] = _named_call("strpos", "this", "substr")


@_node(exp.Trim)
def _trim(node: exp.Trim, scope: Scope) -> Typed:
    side = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(node.args.get("position") or "", "btrim")
    return _named_call(side, "this", "expression")(node, scope)


@_node(exp.CurrentDate)
def _today(node: exp.Expr, scope: Scope) -> Typed:
    return Typed("CAST(now() AS DATE)", DATE, "date")


@_node(exp.CurrentTimestamp)
def _moment(node: exp.Expr, scope: Scope) -> Typed:
    return Typed("now()", TIMESTAMPTZ, "timestamptz")


@_node(exp.CurrentUser)
def _user(node: exp.Expr, scope: Scope) -> Typed:
    return function_call(exp.Anonymous(this="current_user"), scope)


@_node(exp.SessionUser)
def _session_user(node: exp.Expr, scope: Scope) -> Typed:
    return function_call(exp.Anonymous(this="session_user"), scope)


@_node(exp.CurrentSchema)
def _schema(node: exp.Expr, scope: Scope) -> Typed:
    return function_call(exp.Anonymous(this="current_schema"), scope)


@_node(exp.CurrentUserId)
def _user_id(node: exp.Expr, scope: Scope) -> Typed:
    return function_call(exp.Anonymous(this="current_user_id"), scope)


@_node(exp.Struct)
def _object(node: exp.Struct, scope: Scope) -> Typed:
    args: list[exp.Expr] = []
    for pair in node.expressions:
        args += [exp.Literal.string(pair.this.name), pair.expression]
    return function_call(exp.Anonymous(this="object", expressions=args), scope)


@_node(exp.Prior)
def _prior(node: exp.Prior, scope: Scope) -> Typed:
    found = expression(node.this, scope)
    if not scope.prior:
        raise RedshiftError("PRIOR can only be used in CONNECT BY", "42601")
    return found

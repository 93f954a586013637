"""Calls: scalar functions, those with a rule of their own, aggregates and windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from labkit.cloud.engine.redshift import aggregates, dateparts, formats, functions
from labkit.cloud.engine.redshift.aggregates import Aggregate
from labkit.cloud.engine.redshift.casts import as_text, cast, coerce, common_type
from labkit.cloud.engine.redshift.catalog import SqlFunction
from labkit.cloud.engine.redshift.errors import GROUPING, RedshiftError, unsupported
from labkit.cloud.engine.redshift.operators import compare
from labkit.cloud.engine.redshift.reading import parse_expression, text_literal
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import (
    BOOL,
    FLOAT8,
    INT4,
    INT8,
    NUMBERS,
    SUPER,
    UNKNOWN,
    VARCHAR,
    Type,
    numeric,
)

Special = Callable[[str, exp.Anonymous, Scope], Typed]
_SPECIAL: dict[str, Special] = {}


def function_call(node: exp.Expr, scope: Scope) -> Typed:
    """A call that is no window function's.

    Raises:
        RedshiftError: there is no such function for these arguments.
    """
    if not isinstance(node, exp.Anonymous):
        raise unsupported(type(node).__name__.upper())
    name = str(node.this).lower().removeprefix("pg_catalog.")
    if name in _SPECIAL:
        return _SPECIAL[name](name, node, scope)
    if name in aggregates.AGGREGATES:
        return _finished(_aggregate(name, node, scope), node, scope)
    if name in aggregates.WINDOWS:
        raise RedshiftError(f"window function {name} requires an OVER clause", "42P20")
    args = _arguments(node, scope)
    if functions.known(name):
        return functions.call(name, args)
    if not args and (value := scope.state.catalog.session(name)):
        told, kind = value
        sql = text_literal(told) if isinstance(told, str) else str(told)
        return Typed(f"CAST({sql} AS {kind.duckdb})", kind, name)
    return _own_function(name, args, scope)


def _arguments(node: exp.Anonymous, scope: Scope) -> list[Typed]:
    from labkit.cloud.engine.redshift.expressions import expression

    return [expression(each, scope) for each in node.expressions]


def _own_function(name: str, args: list[Typed], scope: Scope) -> Typed:
    """A function that was made with CREATE FUNCTION: its body in place of the call."""
    for function in scope.state.catalog.functions(tuple(name.split("."))):
        if len(function.parameters) == len(args):
            return inlined(function, args, scope)
    raise functions.no_function(name, [arg.type for arg in args])


def inlined(function: SqlFunction, args: list[Typed], scope: Scope) -> Typed:
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


def _aggregate(name: str, node: exp.Anonymous, scope: Scope) -> Aggregate:
    if not scope.aggregates:
        raise RedshiftError("aggregates not allowed in this clause", GROUPING)
    expressions = node.expressions
    distinct = bool(expressions) and isinstance(expressions[0], exp.Distinct)
    if distinct:
        expressions = [*expressions[0].expressions, *expressions[1:]]
    if name == "count":
        return _count(expressions, distinct, scope)
    args = _arguments(exp.Anonymous(this=name, expressions=expressions), scope)
    found = aggregates.AGGREGATES[name](name, args)
    return _distinct(found) if distinct else found


def _distinct(found: Aggregate) -> Aggregate:
    calls = [call.replace("(", "(DISTINCT ", 1) for call in _calls(found)]
    return Aggregate(tuple(calls), found.type, found.finish)


def _calls(found: Aggregate) -> tuple[str, ...]:
    return (found.call,) if isinstance(found.call, str) else found.call


def _count(expressions: Sequence[exp.Expr], distinct: bool, scope: Scope) -> Aggregate:
    from labkit.cloud.engine.redshift.expressions import expression

    if len(expressions) == 1 and isinstance(expressions[0], exp.Star):
        return Aggregate("count(*)", INT8)
    if len(expressions) == 1:
        word = "DISTINCT " if distinct else ""
        return Aggregate(f"count({word}{expression(expressions[0], scope).sql})", INT8)
    if not expressions or not distinct:
        raise functions.no_function("count", [])
    row = ", ".join(expression(each, scope).sql for each in expressions)
    return Aggregate(f"count(DISTINCT ({row}))", INT8)


def _finished(found: Aggregate, node: exp.Anonymous, scope: Scope, over: str = "") -> Typed:
    calls = [f"{call} {over}".rstrip() for call in _calls(found)]
    return Typed(found.finish.format(*calls), found.type, str(node.this).lower())


def within_group(node: exp.WithinGroup, scope: Scope, over: str = "") -> Typed:
    """``LISTAGG``, ``PERCENTILE_CONT`` and ``PERCENTILE_DISC`` with their order."""
    call = node.this
    approximate = isinstance(call, exp.Anonymous) and str(call.this).lower() == "approximate"
    call = call.expressions[0] if approximate else call
    name = str(call.this).lower()
    if name == "listagg":
        if isinstance(call.expressions[0], exp.Distinct):
            return _distinct_listagg(node, call, scope, over)
        found = _aggregate(name, call, scope)
        order = order_by(node.expression, scope)
        texts = tuple(f"{text[:-1]} {order})" for text in _calls(found))
        return _finished(Aggregate(texts, found.type, found.finish), call, scope, over)
    if name not in ("percentile_cont", "percentile_disc"):
        raise unsupported(f"WITHIN GROUP of {name}")
    from labkit.cloud.engine.redshift.expressions import expression

    ordered = node.expression.expressions[0]
    fraction = coerce(expression(call.expressions[0], scope), FLOAT8).sql
    value = expression(ordered.this, scope)
    built = aggregates.within(name, fraction, value, bool(ordered.args.get("desc")))
    return _finished(built, call, scope, over)


def _distinct_listagg(node: exp.WithinGroup, call: exp.Anonymous, scope: Scope, over: str) -> Typed:
    """``LISTAGG(DISTINCT x, ',')``: only x itself can order it."""
    value, *separators = _arguments(
        exp.Anonymous(expressions=[*call.expressions[0].expressions, *call.expressions[1:]]), scope
    )
    order = order_by(node.expression, scope)
    if not order.startswith(f"ORDER BY {value.sql} "):
        raise unsupported("LISTAGG of DISTINCT values in another order")
    by = coerce(separators[0], VARCHAR).sql if separators else "''"
    joined = f"nullif(array_to_string(CAST({{0}} AS VARCHAR[]), {by}), '')"
    built = Aggregate(f"list(DISTINCT {value.sql} {order})", Type("varchar", 65535), joined)
    return _finished(built, call, scope, over)


def order_by(node: exp.Expr, scope: Scope) -> str:
    """``ORDER BY`` with NULLs where Redshift puts them: after all others."""
    from labkit.cloud.engine.redshift.expressions import expression

    parts = [f"{expression(each.this, scope).sql} {direction(each)}" for each in node.expressions]
    return f"ORDER BY {', '.join(parts)}"


def direction(ordered: exp.Expr) -> str:
    down = bool(ordered.args.get("desc"))
    first = ordered.args.get("nulls_first")
    first = down if first is None else bool(first)
    return f"{'DESC' if down else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"


# Windows


def window_call(node: exp.Window, scope: Scope) -> Typed:
    """A function with ``OVER``."""
    call, nulls = node.this, ""
    if isinstance(call, exp.IgnoreNulls | exp.RespectNulls):
        nulls = "IGNORE NULLS" if isinstance(call, exp.IgnoreNulls) else "RESPECT NULLS"
        call = call.this
    over = f"OVER {_over(node, scope)}"
    if isinstance(call, exp.WithinGroup):
        return _within_window(call, scope, over)
    if not isinstance(call, exp.Anonymous):
        raise unsupported("OVER with this function")
    name = str(call.this).lower()
    if name == "ratio_to_report":
        value = coerce(_arguments(call, scope)[0], FLOAT8).sql
        return Typed(f"({value} / sum({value}) {over})", FLOAT8, name)
    if name in aggregates.WINDOWS:
        return _window(name, call, nulls, over, node, scope)
    if name in aggregates.AGGREGATES:
        return _finished(_aggregate(name, call, scope), call, scope, over)
    raise unsupported(f"{name} as a window function")


def _window(
    name: str, call: exp.Anonymous, nulls: str, over: str, node: exp.Window, scope: Scope
) -> Typed:
    args = list(call.expressions)
    if args and isinstance(args[-1], exp.IgnoreNulls | exp.RespectNulls):
        nulls = "IGNORE NULLS" if isinstance(args[-1], exp.IgnoreNulls) else ""
        args[-1] = args[-1].this
    ordered = node.args.get("order") or node.args.get("alias")
    if name not in ("row_number", "first_value", "last_value", "nth_value") and not ordered:
        raise RedshiftError(f"window function {name} requires a window ORDER BY clause", "42P20")
    built = aggregates.WINDOWS[name](name, _arguments(exp.Anonymous(expressions=args), scope))
    texts = tuple(f"{text[:-1]} {nulls})" if nulls else text for text in _calls(built))
    return _finished(Aggregate(texts, built.type, built.finish), call, scope, over)


def _within_window(call: exp.WithinGroup, scope: Scope, over: str) -> Typed:
    return within_group(call, scope, over)


def _over(node: exp.Window, scope: Scope) -> str:
    from labkit.cloud.engine.redshift.expressions import expression

    name = node.args.get("alias")
    if name is not None and not node.args.get("partition_by") and not node.args.get("order"):
        if name.name.lower() not in scope.windows:
            raise RedshiftError(f'window "{name.name.lower()}" does not exist', "42704")
        return scope.windows[name.name.lower()]
    parts = []
    if node.args.get("partition_by"):
        keys = ", ".join(expression(each, scope).sql for each in node.args["partition_by"])
        parts.append(f"PARTITION BY {keys}")
    if node.args.get("order"):
        parts.append(order_by(node.args["order"], scope))
    if node.args.get("spec"):
        parts.append(_frame(node.args["spec"], scope))
    return f"({' '.join(parts)})"


def window_definition(node: exp.Window, scope: Scope) -> str:
    """What stands behind a name in ``WINDOW``."""
    return _over(exp.Window(**{k: v for k, v in node.args.items() if k != "this"}), scope)


def _frame(spec: exp.Expr, scope: Scope) -> str:
    kind = str(spec.args.get("kind") or "ROWS").upper()
    start = _bound(spec.args.get("start"), spec.args.get("start_side"))
    end = _bound(spec.args.get("end") or "CURRENT ROW", spec.args.get("end_side"))
    return f"{kind} BETWEEN {start} AND {end}"


def _bound(value: object, side: object) -> str:
    if isinstance(value, exp.Literal) and not value.is_string:
        return f"{value.this} {str(side).upper()}"
    text = str(value).upper()
    if text not in ("CURRENT ROW", "UNBOUNDED"):
        raise unsupported("this window frame")
    return f"{text} {str(side).upper()}" if text == "UNBOUNDED" else text


# Functions with a rule of their own


def _special(*names: str) -> Callable[[Special], Special]:
    def register(function: Special) -> Special:
        for name in names:
            _SPECIAL[name] = function
        return function

    return register


def _part(node: exp.Expr) -> str:
    return dateparts.find_part(node.name)


def _need(name: str, node: exp.Anonymous, count: int, scope: Scope) -> None:
    if len(node.expressions) != count:
        raise functions.no_function(name, [arg.type for arg in _arguments(node, scope)])


@_special("dateadd", "date_add")
def _dateadd(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 3, scope)
    part = _part(node.expressions[0])
    number, value = _arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)
    return dateparts.add(part, number, value)


@_special("datediff", "date_diff")
def _datediff(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 3, scope)
    start, end = _arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)
    return dateparts.diff(_part(node.expressions[0]), start, end)


@_special("date_part", "pgdate_part")
def _date_part(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 2, scope)
    value = _arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)[0]
    return dateparts.extract(_part(node.expressions[0]), value)


@_special("date_trunc")
def _date_trunc(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 2, scope)
    value = _arguments(exp.Anonymous(expressions=node.expressions[1:]), scope)[0]
    return dateparts.truncate(_part(node.expressions[0]), value)


@_special("coalesce", "nvl")
def _coalesce(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = _arguments(node, scope)
    kind = _common(args, "COALESCE")
    return Typed(f"coalesce({', '.join(coerce(arg, kind).sql for arg in args)})", kind, "coalesce")


def _common(args: Sequence[Typed], what: str) -> Type:
    found = common_type([arg.type for arg in args], what)
    return VARCHAR if found.base == "unknown" else found


@_special("nvl2")
def _nvl2(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 3, scope)
    value, one, two = _arguments(node, scope)
    kind = _common([one, two], "CASE")
    yes, no = coerce(one, kind).sql, coerce(two, kind).sql
    return Typed(f"CASE WHEN {value.sql} IS NOT NULL THEN {yes} ELSE {no} END", kind, "case")


@_special("decode")
def _decode(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """NULL equals NULL here."""
    subject, *rest = _arguments(node, scope)
    if len(rest) < 2:
        raise functions.no_function(name, [subject.type, *(arg.type for arg in rest)])
    default = rest.pop() if len(rest) % 2 else Typed("NULL", UNKNOWN)
    values = [*rest[1::2], default]
    kind = _common(values, "CASE")
    whens = []
    for search, value in zip(rest[::2], rest[1::2], strict=True):
        test = compare("=", subject, search).sql.replace(" = ", " IS NOT DISTINCT FROM ", 1)
        if search.sql == "NULL" or subject.sql == "NULL":
            test = f"({subject.sql} IS NOT DISTINCT FROM {search.sql})"
        whens.append(f"WHEN {test} THEN {coerce(value, kind).sql}")
    return Typed(f"CASE {' '.join(whens)} ELSE {coerce(default, kind).sql} END", kind, "case")


@_special("nullif")
def _nullif(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 2, scope)
    one, two = _arguments(node, scope)
    kind = VARCHAR if one.type.base == "unknown" else one.type
    value = coerce(one, kind)
    same = compare("=", value, two).sql
    return Typed(f"CASE WHEN {same} THEN NULL ELSE {value.sql} END", kind, "nullif")


@_special("greatest", "least")
def _extreme(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """NULLs do not count unless all are."""
    args = _arguments(node, scope)
    kind = _common(args, name.upper())
    return Typed(f"{name}({', '.join(coerce(arg, kind).sql for arg in args)})", kind, name)


@_special("approximate")
def _approximate(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    inner = node.expressions[0]
    if isinstance(inner, exp.WithinGroup):
        return within_group(inner, scope)
    if str(inner.this).lower() != "count":
        raise unsupported(f"APPROXIMATE {inner.this}")
    return function_call(inner, scope)


@_special("grouping", "grouping_id")
def _grouping(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    keys = ", ".join(arg.sql for arg in _arguments(node, scope))
    return Typed(f"CAST(grouping({keys}) AS INTEGER)", INT4, "grouping")


@_special("concat")
def _concat(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = _arguments(node, scope)
    if len(args) != 2:
        raise functions.no_function(name, [arg.type for arg in args])
    if args[0].type.base == "varbyte":
        return functions.call(name, args)
    return Typed(f"({' || '.join(as_text(arg).sql for arg in args)})", VARCHAR, "concat")


@_special("array")
def _array(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    parts = ", ".join(f"json({_json(arg)})" for arg in _arguments(node, scope))
    return Typed(f"CAST(json_array({parts}) AS VARCHAR)", SUPER, "array")


@_special("object")
def _object(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = _arguments(node, scope)
    if len(args) % 2:
        raise functions.no_function(name, [arg.type for arg in args])
    pairs = zip(args[::2], args[1::2], strict=True)
    parts = ", ".join(f"{as_text(key).sql}, json({_json(value)})" for key, value in pairs)
    return Typed(f"CAST(json_object({parts}) AS VARCHAR)", SUPER, "object")


def _json(arg: Typed) -> str:
    return f"coalesce({coerce(arg, SUPER).sql}, 'null')" if arg.sql != "NULL" else "'null'"


@_special("json_extract_path_text")
def _path_text(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = _arguments(node, scope)
    lenient = "false"
    if args and args[-1].type == BOOL:
        lenient = args.pop().sql
    if len(args) < 2:
        raise functions.no_function(name, [arg.type for arg in args])
    text, *path = (coerce(arg, VARCHAR).sql for arg in args)
    return Typed(f"rs_json_path({text}, [{', '.join(path)}], {lenient})", VARCHAR, name)


@_special("to_number")
def _to_number(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    _need(name, node, 2, scope)
    text, pattern = _arguments(node, scope)
    if pattern.literal is None:
        raise unsupported("TO_NUMBER with a format that is no literal")
    kind = numeric(*formats.number_scale(pattern.literal))
    sql = f"rs_to_number({coerce(text, VARCHAR).sql}, {pattern.sql})"
    return Typed(f"CAST({sql} AS {kind.duckdb})", kind, name)


@_special("fnv_hash")
def _fnv_hash(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    args = _arguments(node, scope)
    if len(args) != 1 or args[0].type.base in NUMBERS:
        raise unsupported("FNV_HASH of numbers or with a seed")
    return functions.call(name, args)


@_special("generate_series")
def _generate_series(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """Of the leader node alone: a row a number."""
    args = ", ".join(coerce(arg, INT8).sql for arg in _arguments(node, scope))
    return Typed(f"CAST(unnest(generate_series({args})) AS INTEGER)", INT4, name)

"""Window functions: OVER, its order and its frame."""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.redshift import aggregates
from labkit.cloud.engine.redshift.aggregates import Aggregate
from labkit.cloud.engine.redshift.blanks import key
from labkit.cloud.engine.redshift.calls import (
    aggregate,
    arguments,
    calls_of,
    finished,
    order_by,
    within_group,
)
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.literals import written
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import FLOAT8

#: Which argument counts rows or groups, from 1.
_PLACES = {"ntile": 0, "nth_value": 1}


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
        if node.args.get("order") or node.args.get("spec"):
            raise unsupported("an order or a frame in the window of RATIO_TO_REPORT")
        value = coerce(arguments(call, scope)[0], FLOAT8).sql
        return Typed(f"rs_float_divide({value}, sum({value}) {over})", FLOAT8, name)
    if name in aggregates.WINDOWS:
        return _window(name, call, nulls, over, node, scope)
    if name in aggregates.AGGREGATES:
        _need_frame(call, node)
        return finished(aggregate(name, call, scope), call, over)
    raise unsupported(f"{name} as a window function")


def _need_frame(call: exp.Anonymous, node: exp.Window) -> None:
    """See https://docs.aws.amazon.com/redshift/latest/dg/r_Window_function_synopsis.html."""
    if node.args.get("order") and not node.args.get("spec"):
        raise RedshiftError(
            "Aggregate window functions with an ORDER BY clause require a frame clause", "0A000"
        )
    if call.expressions and isinstance(call.expressions[0], exp.Distinct):
        raise unsupported("DISTINCT in a window function")


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
    if name in ("lag", "lead") and node.args.get("spec"):
        raise RedshiftError(f"window function {name} does not allow a frame clause", "42P20")
    place = _PLACES.get(name)
    told = written(args[place]) if place is not None and place < len(args) else None
    if told is not None and (told < 1 or told % 1):
        raise RedshiftError(f"argument of {name} must be an integer greater than zero", "22016")
    built = aggregates.WINDOWS[name](name, arguments(exp.Anonymous(expressions=args), scope))
    texts = tuple(f"{text[:-1]} {nulls})" if nulls else text for text in calls_of(built))
    return finished(Aggregate(texts, built.type, built.finish), call, over)


def _within_window(call: exp.WithinGroup, scope: Scope, over: str) -> Typed:
    return within_group(call, scope, over)


def _over(node: exp.Window, scope: Scope) -> str:
    from labkit.cloud.engine.redshift.expressions import expression

    name = node.args.get("alias")
    own = [node.args.get(part) for part in ("partition_by", "order", "spec")]
    if name is not None and not any(own):
        return _named(name, scope)
    parts = [] if name is None else [_copied(name, node, scope)]
    if node.args.get("partition_by"):
        keys = ", ".join(key(expression(each, scope)) for each in node.args["partition_by"])
        parts.append(f"PARTITION BY {keys}")
    if node.args.get("order"):
        parts.append(order_by(node.args["order"], scope))
    if node.args.get("spec"):
        parts.append(_frame(node.args["spec"]))
    return f"({' '.join(parts)})"


def _named(name: exp.Expr, scope: Scope) -> str:
    if name.name.lower() not in scope.windows:
        raise RedshiftError(f'window "{name.name.lower()}" does not exist', "42704")
    return scope.windows[name.name.lower()]


def _copied(name: exp.Expr, node: exp.Window, scope: Scope) -> str:
    """A named window that another adds its order or frame to, as PostgreSQL lets it."""
    found = _named(name, scope)[1:-1]
    for part, told in (
        ("override PARTITION BY clause of", node.args.get("partition_by")),
        ("override ORDER BY clause of", node.args.get("order") and "ORDER BY" in found),
        ("copy", " BETWEEN " in found),
    ):
        if told:
            raise RedshiftError(f'cannot {part} window "{name.name.lower()}"', "42P20")
    return found


def window_definition(node: exp.Window, scope: Scope) -> str:
    """What stands behind a name in ``WINDOW``."""
    return _over(exp.Window(**{k: v for k, v in node.args.items() if k != "this"}), scope)


def _frame(spec: exp.Expr) -> str:
    kind = str(spec.args.get("kind") or "ROWS").upper()
    if kind != "ROWS" and {type(spec.args.get(k)) for k in ("start", "end")} & {exp.Literal}:
        raise unsupported(f"{kind} with an offset in a window frame")
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

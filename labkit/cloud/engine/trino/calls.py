"""Calls: scalar functions, aggregates, window functions and the few forms that look like calls.

The library says which overload a call is; here its arguments are compiled, coerced and put in.
Source: https://trino.io/docs/current/functions/window.html, and aggregate.html, conditional.html
beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.trino.external import external_call
from labkit.cloud.engine.trino.frames import frame_of
from labkit.cloud.engine.trino.functions.equality import is_keyed
from labkit.cloud.engine.trino.grouping import has_aggregates, walk
from labkit.cloud.engine.trino.library import (
    FunctionNotFound,
    FunctionRefused,
    Kind,
    Resolved,
    coerce,
    common_type,
    kinds,
    lambda_types,
    resolve,
)
from labkit.cloud.engine.trino.operators import (
    comparison,
    orderable,
    sort_key,
)
from labkit.cloud.engine.trino.safe import tried
from labkit.cloud.engine.trino.scope import Field, Scope, Typed, qualified_parts
from labkit.cloud.engine.types import BOOLEAN, INTEGER, UNKNOWN, Type


def call(node: tree.Call, scope: Scope) -> Typed:
    """A call's value."""
    if node.name in _FORMS:
        return _form(node, scope)
    external = [each for each in scope.state.functions if each.name == node.name]
    if external:
        _only_plain(node, scope)
        return external_call(node, external, scope)
    if node.over is not None:
        return _window(node, scope)
    if "aggregate" in kinds(node.name):
        return _aggregate(node, scope)
    if "window" in kinds(node.name):
        message = f"Window function {node.name} requires an OVER clause"
        raise scope.fail(node, "MISSING_OVER", message)
    _only_plain(node, scope)
    unknown = not kinds(node.name) and not has_aggregates(node.args)
    if scope.grouping and unknown:  # it is missed before its arguments are judged
        scope = scope.grouping.source
    found, args = _resolve(node, scope, "scalar")
    return Typed(found.render(args), found.returns)


def _only_plain(node: tree.Call, scope: Scope) -> None:
    """A scalar function takes neither DISTINCT nor FILTER nor ORDER BY nor ``*``."""
    for given, word in (
        (node.distinct, "DISTINCT"),
        (node.where, "FILTER"),
        (node.order_by, "ORDER BY"),
        (node.star, "*"),
    ):
        if given:
            message = f"{word} is not valid for scalar function {node.name}"
            raise scope.fail(node, "FUNCTION_NOT_AGGREGATE", message)


# Arguments


def _resolve(node: tree.Call, scope: Scope, kind: Kind | None) -> tuple[Resolved, list[str]]:
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
    inner = replace(scope.child(fields), clause="Lambda expression")
    body = inner.value(node.body)
    kind = Type("function", (*types, body.type))
    return Typed(f"{', '.join(names)}|{body.sql}", kind)


def _fitted(value: Typed, parameter: Type) -> str:
    """An argument as its parameter's type."""
    if parameter.base != "function":
        return coerce(value.sql, value.type, parameter)
    names, _, body = value.sql.partition("|")
    return f"lambda {names}: {coerce(body, value.type.types[-1], parameter.types[-1])}"


# Aggregates


def _aggregate(node: tree.Call, scope: Scope) -> Typed:
    if scope.grouping is None:
        raise _misplaced(node, scope, "NESTED_AGGREGATION", "aggregations")
    source = replace(scope.grouping.source, clause=f"Aggregation '{node.name}'")
    if _reads_outer_columns_only(node, source):
        message = "An aggregation over columns of the outer query alone is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    found, sql = _aggregate_sql(node, source, after=_filter(node, source))
    return Typed(scope.grouping.aggregate(sql), found.returns)


def _reads_outer_columns_only(node: tree.Call, scope: Scope) -> bool:
    """Such an aggregation is the subquery's own in Trino, and the outer query's in DuckDB."""
    if scope.parent is None:
        return False
    names = [parts for one in walk(node) if (parts := qualified_parts(one))]
    own = any(field.answers(parts) for field in scope.fields for parts in names)
    return not own and any(map(scope.parent.sees, names))


def _misplaced(node: tree.Call, scope: Scope, nested: str, what: str) -> QueryFailed:
    """An aggregate or a window function where none may stand."""
    clause, text = scope.clause or "Expression", scope.source(node)
    if clause.startswith("Aggregation"):
        message = f"Cannot nest {what} inside {clause[0].lower()}{clause[1:]}: [{text}]"
        return scope.fail(node, nested, message)
    rule = "cannot contain aggregations, window functions or grouping operations"
    return scope.fail(node, "EXPRESSION_NOT_SCALAR", f"{clause} {rule}: [{text}]")


def _aggregate_sql(node: tree.Call, scope: Scope, *, after: str) -> tuple[Resolved, str]:
    """An aggregate's call in the scope of its arguments."""
    if node.star:
        if node.name != "count":
            message = f"Unexpected parameters (*) for function {node.name}"
            raise scope.fail(node, "FUNCTION_NOT_FOUND", message)
        node = replace(node, star=False, args=())
    if node.name in _CHECKS:
        _CHECKS[node.name](node, scope)
    found, args = _resolve(node, scope, "aggregate")
    inside = f"ORDER BY {_sorted(node.order_by, scope)}" if node.order_by else ""
    if node.ignore_nulls is not None and "window" not in kinds(node.name):
        message = "Cannot specify null treatment clause for non-window function"
        raise scope.fail(node, "NULL_TREATMENT_NOT_ALLOWED", message)
    if node.distinct or node.name in _COUNTING:
        args = _distinct_keys(node, found, args, scope)
    sql = found.render(args, distinct=node.distinct, inside=inside, after=after)
    return found, sql


def pattern_aggregate(node: tree.Call, scope: Scope, order: str) -> Typed:
    """An aggregate over rows of a row pattern's match, in the order of ``order`` if it is given."""
    found, args = _resolve(node, scope, "aggregate")
    if node.name in _COUNTING:
        args = _distinct_keys(node, found, args, scope)
    inside = f"ORDER BY {order}" if order and args else ""
    return Typed(found.render(args, inside=inside), found.returns)


def _check_text(node: tree.Call, scope: Scope) -> None:
    value = scope.value(node.args[0])
    if value.type.base not in ("varchar", "unknown"):
        text = scope.source(node.args[0])
        message = f"Expected expression of type varchar, but '{text}' has {value.type.display} type"
        raise scope.fail(node.args[0], "TYPE_MISMATCH", message)


def _check_percentage(node: tree.Call, scope: Scope) -> None:
    """DuckDB takes constants alone."""
    for one in walk(node.args[-1:]):
        parts = qualified_parts(one)
        if (parts and scope.sees(parts)) or (isinstance(one, tree.Literal) and one.kind == "null"):
            message = "A percentage of approx_percentile that is no constant is not supported here"
            raise scope.fail(one, "NOT_SUPPORTED", message)


_CHECKS: dict[str, Callable[[tree.Call, Scope], None]] = {
    "listagg": _check_text,
    "approx_percentile": _check_percentage,
}


def _distinct_keys(node: tree.Call, found: Resolved, args: list[str], scope: Scope) -> list[str]:
    """Arguments that are equal where Trino's are, by their keys."""
    if not any(map(is_keyed, found.parameters)):
        return args
    if node.name not in _COUNTING:
        message = f"{node.name}(DISTINCT) of maps and zoned timestamps is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    return [sort_key(arg, kind) for arg, kind in zip(args, found.parameters, strict=True)]


#: They tell how many values there are, whichever of the equal ones is shown.
_COUNTING = ("count", "approx_distinct")


def _filter(node: tree.Call, scope: Scope) -> str:
    if node.where is None:
        return ""
    value = scope.value(node.where)
    if value.type != BOOLEAN:
        message = f"Filter expression must evaluate to a boolean: actual type {value.type}"
        raise scope.fail(node.where, "TYPE_MISMATCH", message)
    return f"FILTER (WHERE {value.sql})"


def _sorted(items: Sequence[tree.SortItem], scope: Scope) -> str:
    return ", ".join(sort_term(scope.value(item.value), item, scope) for item in items)


def sort_term(value: Typed, item: tree.SortItem, scope: Scope) -> str:
    """One term of ORDER BY; NULL is last unless it is told otherwise, both ways.

    Source: https://trino.io/docs/current/sql/select.html#order-by-clause
    """
    if not orderable(value.type) and value.type != UNKNOWN:
        text = scope.source(item.value)
        message = (
            f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY: {text}"
        )
        raise scope.fail(item.value, "TYPE_MISMATCH", message)
    return f"({sort_key(value.sql, value.type)}) {direction(item)}"


def direction(item: tree.SortItem) -> str:
    """``DESC NULLS LAST`` and its like."""
    way = "DESC" if item.descending else "ASC"
    return f"{way} NULLS {'FIRST' if item.nulls_first else 'LAST'}"


# Windows


def _window(node: tree.Call, scope: Scope) -> Typed:
    assert node.over is not None
    if scope.clause:
        raise _misplaced(node, scope, "NESTED_WINDOW", "window functions")
    found_kinds = kinds(node.name)
    if not found_kinds & {"window", "aggregate"} and found_kinds:
        message = f"Not a window function: {node.name}"
        raise scope.fail(node, "FUNCTION_NOT_WINDOW", message)
    if node.distinct:
        message = "DISTINCT in window function parameters not yet supported: "
        raise scope.fail(node, "NOT_SUPPORTED", message + scope.source(node))
    _refuse_nested(node.args, "function arguments", scope)
    inner = replace(scope, clause=None, windows=scope.windows)
    over = _over(node.over, inner)
    if "window" not in found_kinds:
        after = f"{_filter(node, inner)} {over}".strip()
        found, sql = _aggregate_sql(replace(node, over=None), inner, after=after)
        return Typed(f"({sql})", found.returns)
    found, args = _resolve(node, inner, "window")
    inside = "IGNORE NULLS" if node.ignore_nulls else ""
    return Typed(f"({found.render(args, inside=inside, after=over)})", found.returns)


def _refuse_nested(part: object, where: str, scope: Scope) -> None:
    for one in walk(part):
        if isinstance(one, tree.Call) and one.over is not None:
            words = "Cannot nest window functions or row pattern measures inside window"
            raise scope.fail(one, "NESTED_WINDOW", f"{words} {where}")


def _over(window: tree.Window, scope: Scope) -> str:
    _refuse_nested(window, "specification", scope)
    window = _with_base(window, scope, ())
    parts = []
    if window.partition_by:
        keys = [scope.value(key) for key in window.partition_by]
        parts.append(f"PARTITION BY {', '.join(sort_key(k.sql, k.type) for k in keys)}")
    if window.order_by:
        parts.append(f"ORDER BY {_sorted(window.order_by, scope)}")
    if window.frame:
        parts.append(frame_of(window.frame, window, scope))
    return f"OVER ({' '.join(parts)})"


def _with_base(window: tree.Window, scope: Scope, seen: tuple[str, ...]) -> tree.Window:
    """A window with what its named base brings."""
    if window.base is None:
        return window
    base = scope.windows.get(window.base)
    if base is None or window.base in seen:
        message = f"Cannot resolve WINDOW name {window.base}"
        raise scope.fail(window, "INVALID_WINDOW_REFERENCE", message)
    base = _with_base(base, scope, (*seen, window.base))
    refused = (window.partition_by and "PARTITION BY") or (
        window.order_by and base.order_by and "ORDER BY"
    )
    if refused:
        message = f"WINDOW specification with named WINDOW reference cannot specify {refused}"
        raise scope.fail(window, "INVALID_WINDOW_REFERENCE", message)
    return replace(
        window,
        base=None,
        partition_by=base.partition_by,
        order_by=window.order_by or base.order_by,
        frame=window.frame or base.frame,
    )


# Forms that look like calls


def _form(node: tree.Call, scope: Scope) -> Typed:
    least, most, form = _FORMS[node.name]
    _only_plain(node, scope)
    if not least <= len(node.args) <= most:
        message = f"Invalid number of arguments for '{node.name}' function"
        raise scope.fail(node, "SYNTAX_ERROR", message)
    return form(node, scope)


def _if(node: tree.Call, scope: Scope) -> Typed:
    test, then, *other = node.args
    whens = ((test, then),)
    return scope.value(tree.Case(node.start, node.end, None, whens, other[0] if other else None))


def _coalesce(node: tree.Call, scope: Scope) -> Typed:
    values = [scope.value(arg) for arg in node.args]
    kind = common_type([value.type for value in values])
    if kind is None:
        types = f"[{', '.join(str(value.type) for value in values)}]"
        message = (
            f"All COALESCE operands must be the same type or coercible to a common type: {types}"
        )
        raise scope.fail(node, "TYPE_MISMATCH", message)
    listed = ", ".join(coerce(value.sql, value.type, kind) for value in values)
    return Typed(f"coalesce({listed})", kind)


def _nullif(node: tree.Call, scope: Scope) -> Typed:
    """The result has the type of the first."""
    first, second = (scope.value(arg) for arg in node.args)
    equal = comparison("=", first, second)
    if equal is None:
        message = f"Types are not comparable with NULLIF: {first.type} vs {second.type}"
        raise scope.fail(node, "TYPE_MISMATCH", message)
    return Typed(f"CASE WHEN {equal.sql} THEN NULL ELSE {first.sql} END", first.type)


def _try(node: tree.Call, scope: Scope) -> Typed:
    value = scope.value(node.args[0])
    sql = tried(value.sql, scope)
    if sql is None:
        message = "TRY of a subquery or a window function is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    return Typed(sql, value.type)


def _typeof(node: tree.Call, scope: Scope) -> Typed:
    text = scope.value(node.args[0]).type.display
    return Typed(quoted_text(text), Type("varchar"))


def _grouping(node: tree.Call, scope: Scope) -> Typed:
    if scope.grouping is None:
        message = (
            "A GROUPING() operation can only be used with a corresponding "
            "GROUPING SET/CUBE/ROLLUP/GROUP BY clause"
        )
        raise scope.fail(node, "MISSING_GROUP_BY", message)
    positions = []
    for arg in node.args:
        at = scope.grouping.position(arg)
        if at is None:
            message = (
                "The arguments to GROUPING() must be expressions referenced by the GROUP BY "
                "associated with the query"
            )
            raise scope.fail(arg, "EXPRESSION_NOT_IN_GROUP_BY", message)
        positions.append(at)
    return Typed(scope.grouping.grouping(positions), INTEGER)


def _current_catalog(node: tree.Call, scope: Scope) -> Typed:
    return Typed(quoted_text(scope.state.catalog.name), Type("varchar"))


def _current_schema(node: tree.Call, scope: Scope) -> Typed:
    return Typed(quoted_text(scope.database), Type("varchar"))


_MANY = 1000
_FORMS: dict[str, tuple[int, int, Callable[[tree.Call, Scope], Typed]]] = {
    "if": (2, 3, _if),
    "coalesce": (2, _MANY, _coalesce),
    "nullif": (2, 2, _nullif),
    "try": (1, 1, _try),
    "typeof": (1, 1, _typeof),
    "grouping": (1, 31, _grouping),
    "current_catalog": (0, 0, _current_catalog),
    "current_schema": (0, 0, _current_schema),
}

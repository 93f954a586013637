"""An expression's text to SQL, and what it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import ParamSpec, TypeVar

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import BOOLEAN
from labkit.cloud.quicksight.calc.errors import CalcSyntaxError, WrongArguments
from labkit.cloud.quicksight.calc.operators import within_range
from labkit.cloud.quicksight.calc.query import ALL_DIMENSIONS, Query
from labkit.cloud.quicksight.calc.registry import function_named
from labkit.cloud.quicksight.calc.scope import Field, Scope
from labkit.cloud.quicksight.calc.syntax import Bracketed, Call, Name, Node, Parameter, parse
from labkit.cloud.quicksight.calc.syntax import parts_of as _parts_of
from labkit.cloud.quicksight.calc.values import TYPES, Value, as_kind, column

P = ParamSpec("P")
R = TypeVar("R")
_UNKNOWN = "CAST(NULL AS BOOLEAN)"


def _not_too_deep(call: Callable[P, R]) -> Callable[P, R]:
    @wraps(call)
    def guarded(*args: P.args, **options: P.kwargs) -> R:
        try:
            return call(*args, **options)
        except RecursionError:
            raise CalcSyntaxError("The expression is nested too deep.") from None

    return guarded


@_not_too_deep
def compile_field(text: str, scope: Scope) -> Field:
    """An expression as SQL.

    Args:
        text: the expression, as in a calculated field's ``Expression``.
        scope: what it may name. For a visual's field ``scope.grouped`` are its dimensions.

    Raises:
        CalcError: it does not read, names what is not there, or has arguments of wrong types.
    """
    return _compiled(text, scope)[0]


@_not_too_deep
def compile_condition(text: str, scope: Scope) -> Field:
    """A condition on rows: a data set's filter, a join's clause.

    Raises:
        CalcError: as `compile_field`, or it is no condition on rows.
    """
    field, value = _compiled(text, scope)
    if value.kind not in ("boolean", "null") or field.kind != "row" or value.level == "group":
        raise WrongArguments(f"A condition on rows is true or false of each row, not {value.kind}.")
    return field if value.kind == "boolean" else replace(field, sql=_UNKNOWN, type=BOOLEAN)


def check_field(text: str, scope: Scope) -> Field:
    """An expression outside of any visual: as if the visual showed every field.

    Raises:
        CalcError: it cannot be compiled in any visual.
    """
    return compile_field(text, replace(scope, grouped=_everything(scope)))


@_not_too_deep
def fields_in(text: str) -> tuple[str, ...]:
    """The names of columns and calculated fields in an expression, each once, in its order.

    Bare words count where they are no keyword of the function that they stand in.

    >>> fields_in("sumOver({Sales}, [region], PRE_AGG) / sales")
    ('Sales', 'region', 'sales')

    Raises:
        CalcError: it does not read, or has an unknown function.
    """
    return tuple(dict.fromkeys(_names(parse(text))))


@_not_too_deep
def parameters_in(text: str) -> tuple[str, ...]:
    """The names of the parameters in an expression, each once, in its order.

    >>> parameters_in("ifelse({a} > ${Limit}, 1, 0)")
    ('Limit',)

    Raises:
        CalcError: it does not read.
    """
    found = (each.name for each in _parts_of(parse(text)) if isinstance(each, Parameter))
    return tuple(dict.fromkeys(name for name in found if name != ALL_DIMENSIONS))


def _compiled(text: str, scope: Scope) -> tuple[Field, Value]:
    query = Query(scope)
    value = query.value(parse(text))
    typed = as_kind(value, "string") if value.kind == "null" else value
    each = _field(query, typed)
    once = _field(query, query.once(typed))
    return (once if once == each else replace(once, each=each)), value


def _field(query: Query, value: Value) -> Field:
    return Field(
        value.sql if _is_column(query, value) else within_range(value),
        TYPES[value.kind],
        value.level if value.level in ("aggregate", "window") else "row",
        tuple(query.derived.values()),
        frozenset(query.names),
    )


def _is_column(query: Query, value: Value) -> bool:
    columns = query.scope.columns
    return any(value.sql == column(name, columns[name]).sql for name in value.names)


def _everything(scope: Scope) -> dict[str, str]:
    return {name: quoted_name(name) for name in [*scope.columns, *scope.fields]} | dict(
        scope.grouped
    )


def _names(node: Node) -> list[str]:
    """The fields below a node; a word that a function takes as a keyword is none."""
    match node:
        case Name(name, braced):
            return [name] if braced or name.upper() not in ("NULL", "TRUE", "FALSE") else []
        case Call(function, nodes, _):
            return [name for each in _values(function, nodes) for name in _names(each)]
        case Bracketed(items):
            return [name for item in items for name in _names(item.node)]
    return [name for each in getattr(node, "operands", ()) for name in _names(each)]


def _values(function: str, nodes: tuple[Node, ...]) -> list[Node]:
    arguments = function_named(function).arguments
    keywords = ("Period", "Part", "Granularity", "Comparison", "Calculation", "RowCalculation")
    return [
        node
        for at, node in enumerate(nodes)
        if at >= len(arguments) or arguments[at].kind not in keywords or _braced(node)
    ]


def _braced(node: Node) -> bool:
    return isinstance(node, Name) and node.braced

"""Expressions: a tree to DuckDB SQL and a Trino type, from the leaves up.

What has no rule here, or does not fit the types that Trino asks for, is refused with Trino's error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.calls import call
from labkit.cloud.engine.trino.casts import CastRefused, cast
from labkit.cloud.engine.trino.comparisons import comparison
from labkit.cloud.engine.trino.conditions import (
    between,
    compared,
    in_list,
    is_null,
    like,
    logical,
    negated,
)
from labkit.cloud.engine.trino.expected import condition, unified
from labkit.cloud.engine.trino.grouping import walk
from labkit.cloud.engine.trino.json_members import json_members
from labkit.cloud.engine.trino.json_syntax import json_path
from labkit.cloud.engine.trino.library import FunctionNotFound, coerce, common_type, resolve
from labkit.cloud.engine.trino.literals import interval, literal
from labkit.cloud.engine.trino.once import changes
from labkit.cloud.engine.trino.operators import arithmetic, coerced, negative
from labkit.cloud.engine.trino.safe import safe
from labkit.cloud.engine.trino.scope import Scope, Typed, qualified_parts
from labkit.cloud.engine.trino.subqueries import exists, in_query, quantified, scalar
from labkit.cloud.engine.types import BIGINT, INTEGER, UNKNOWN, Type


def expression(node: tree.Expression, scope: Scope) -> Typed:
    """The value of an expression.

    Raises:
        QueryFailed: with Trino's error and the place.
    """
    if scope.grouping is not None:
        key = scope.grouping.find(node, scope)
        if key is not None:
            return key
    return _RULES[type(node)](node, scope)


def _parameter(node: tree.Parameter, scope: Scope) -> Typed:
    given = scope.state.parameters
    if node.index >= len(given):
        message = (
            f"Incorrect number of parameters: expected {node.index + 1} but found {len(given)}"
        )
        raise scope.fail(node, "INVALID_PARAMETER_USAGE", message)
    if any(isinstance(one, tree.Parameter) for one in walk(given[node.index])):
        raise scope.fail(node, "INVALID_PARAMETER_USAGE", "No value provided for parameter")
    return expression(given[node.index], Scope(scope.state, scope.text, scope.database))


# Names and parts of values


def _identifier(node: tree.Identifier, scope: Scope) -> Typed:
    found = scope.lookup(node, (node.name,))
    if found is None:
        raise _no_column(node, scope)
    return found


def _no_column(node: tree.Expression, scope: Scope) -> Exception:
    name = ".".join(qualified_parts(node) or (scope.source(node),))
    message = (
        f"Column '{name}' cannot be resolved or requester is not authorized to access requested "
        "resources"
    )
    return scope.fail(node, "COLUMN_NOT_FOUND", message)


def _dereference(node: tree.Dereference, scope: Scope) -> Typed:
    parts = qualified_parts(node)
    found = scope.lookup(node, parts) if parts else None
    if found is not None:
        return found
    if parts and not any(scope.sees(parts[:size]) for size in range(1, len(parts))):
        raise _no_column(node, scope)
    base = expression(node.base, scope)
    if base.type.base != "row":
        text = scope.source(node.base)
        raise scope.fail(node.base, "TYPE_MISMATCH", f"Expression {text} is not of type ROW")
    names = [name.lower() if name else None for name in base.type.names]
    if node.name not in names:
        raise _no_column(node, scope)
    if names.count(node.name) > 1:
        message = f"Ambiguous row field reference: {node.name}"
        raise scope.fail(node, "AMBIGUOUS_NAME", message)
    at = names.index(node.name)
    return Typed(f"struct_extract_at({base.sql}, {at + 1})", base.type.types[at])


def _subscript(node: tree.Subscript, scope: Scope) -> Typed:
    base, index = expression(node.base, scope), expression(node.index, scope)
    if base.type.base == "row":
        return _row_part(node, base, scope)
    if base.type.base not in ("array", "map"):
        raise _no_operator(node, f"{base.type.display}[{index.type.display}]", scope)
    wanted = BIGINT if base.type.base == "array" else base.type.types[0]
    kind = common_type([index.type, wanted])
    if kind is None or (base.type.base == "array" and kind != wanted):
        raise _no_operator(node, f"{base.type.display}[{index.type.display}]", scope)
    value = base.type.types[-1]
    if base.type.base == "array":
        return Typed(f"trino_at({base.sql}, {coerced(index, kind).sql})", value)
    whole = coerced(base, Type("map", (kind, value)))
    return Typed(f"trino_key({whole.sql}, {coerced(index, kind).sql})", value)


def _row_part(node: tree.Subscript, base: Typed, scope: Scope) -> Typed:
    if not isinstance(node.index, tree.Literal) or node.index.kind != "integer":
        message = "Subscript expression on ROW requires a constant index"
        raise scope.fail(node.index, "EXPRESSION_NOT_CONSTANT", message)
    at = int(node.index.text)
    if not 1 <= at <= len(base.type.types):
        message = f"Invalid subscript index: {at}. ROW indices start at 1"
        if at > len(base.type.types):
            message = f"Subscript index out of bounds: {at}, max value is {len(base.type.types)}"
        raise scope.fail(node.index, "INVALID_FUNCTION_ARGUMENT", message)
    return Typed(f"struct_extract_at({base.sql}, {at})", base.type.types[at - 1])


# Operators


def _no_operator(node: tree.Node | int, text: str, scope: Scope) -> Exception:
    return scope.fail(node, "TYPE_MISMATCH", f"Cannot apply operator: {text}")


def _binary(node: tree.Binary, scope: Scope) -> Typed:
    left, right = expression(node.left, scope), expression(node.right, scope)
    if node.op == "||":
        return _concatenation(node, left, right, scope)
    found = arithmetic(node.op, left, right)
    if found is None:
        raise _no_operator(node.at, f"{left.type.display} {node.op} {right.type.display}", scope)
    return found


def _concatenation(node: tree.Binary, left: Typed, right: Typed, scope: Scope) -> Typed:
    """``||`` is the function concat."""
    types = [left.type, right.type]
    try:
        found = resolve("concat", types)
    except FunctionNotFound as missing:
        raise scope.fail(node.at, missing.code, str(missing)) from missing
    args = [coerce(v.sql, v.type, p) for v, p in zip((left, right), found.parameters, strict=True)]
    return Typed(found.render(args), found.returns)


def _unary(node: tree.Unary, scope: Scope) -> Typed:
    literal = node.value
    if node.op == "-" and isinstance(literal, tree.Literal) and literal.kind == "integer":
        least = _LEAST.get(int(literal.text))
        if least:
            return Typed(f"CAST(-{int(literal.text)} AS {least.duckdb})", least)
    value = expression(node.value, scope)
    found = negative(value)
    if found is None:
        kind = value.type.display
        plus = f"Unary '+' operator cannot by applied to {kind} type"
        message = plus if node.op == "+" else f"Cannot negate {kind}"
        raise scope.fail(node, "TYPE_MISMATCH", message)
    return value if node.op == "+" else found


#: Types by their least number: its sign is a part of the literal, as its digits alone are too many.
_LEAST = {1 << 31: INTEGER, 1 << 63: BIGINT}


# Choices


def _case(node: tree.Case, scope: Scope) -> Typed:
    operand = expression(node.operand, scope) if node.operand else None
    if operand is None or not changes(operand.sql):
        return _choice(node, operand, scope)
    name = scope.state.fresh("c")
    chosen = _choice(node, Typed(name, operand.type), scope)
    return Typed(f"list_transform([{operand.sql}], lambda {name}: {chosen.sql})[1]", chosen.type)


def _choice(node: tree.Case, operand: Typed | None, scope: Scope) -> Typed:
    conditions = [_when(node, operand, when, scope) for when, _ in node.whens]
    results = [then for _, then in node.whens] + ([node.default] if node.default else [])
    values, kind = unified(results, scope, "All CASE results must be the same type or coercible")
    whens = " ".join(f"WHEN {c} THEN {v}" for c, v in zip(conditions, values, strict=False))
    default = f" ELSE {values[-1]}" if node.default else ""
    return Typed(f"CASE {whens}{default} END", kind)


def _when(node: tree.Case, operand: Typed | None, when: tree.Expression, scope: Scope) -> str:
    if node.operand is None or operand is None:
        return condition(when, scope, "CASE WHEN clause")
    value = expression(when, scope)
    found = comparison("=", operand, value)
    if found is None:
        types = f"{operand.type.display} vs {value.type.display}"
        message = f"CASE operand type does not match WHEN clause operand type: {types}"
        raise scope.fail(node.operand, "TYPE_MISMATCH", message)
    return found.sql


def _cast(node: tree.Cast, scope: Scope) -> Typed:
    value = expression(node.value, scope)
    try:
        if node.safe:
            tried = safe(value.sql, lambda sql: cast(sql, value.type, node.type, tried=True), scope)
            return Typed(tried, node.type)
        return Typed(cast(value.sql, value.type, node.type), node.type)
    except CastRefused as refused:
        raise scope.fail(node, refused.code, str(refused)) from refused


# Made values


def _array(node: tree.ArrayOf, scope: Scope) -> Typed:
    problem = "All ARRAY elements must be the same type or coercible"
    values, kind = unified(list(node.items), scope, problem)
    if not values:
        return Typed("[]", Type("array", (UNKNOWN,)))
    made = Type("array", (kind,))
    return Typed(f"[{', '.join(values)}]", made)


def _row(node: tree.RowOf, scope: Scope) -> Typed:
    values = [expression(item, scope) for item in node.items]
    packed = ", ".join(f'"field{i}" := {value.sql}' for i, value in enumerate(values))
    types = tuple(value.type for value in values)
    return Typed(f"struct_pack({packed})", Type("row", types, (None,) * len(types)))


def _at_time_zone(node: tree.AtTimeZone, scope: Scope) -> Typed:
    value, zone = expression(node.value, scope), expression(node.zone, scope)
    name = "at_timezone"
    try:
        found = resolve(name, [value.type, zone.type])
    except LookupError as missing:
        message = (
            "Type of value must be a time or timestamp with or without time zone "
            f"(actual {value.type.display})"
        )
        raise scope.fail(node, "TYPE_MISMATCH", message) from missing
    args = [coerce(v.sql, v.type, p) for v, p in zip((value, zone), found.parameters, strict=True)]
    return Typed(found.render(args), found.returns)


_PARTS = {"dow": "day_of_week", "doy": "day_of_year", "yow": "year_of_week"}
_EXTRACTED = frozenset(
    "year quarter month week day day_of_month day_of_week dow day_of_year doy year_of_week yow "
    "hour minute second timezone_minute timezone_hour".split()
)


#: What a clock, and what a zone, is asked for must have one; the functions take dates, too.
_OF_CLOCKS = {
    **dict.fromkeys(("hour", "minute", "second"), ("date",)),
    **dict.fromkeys(("timezone_hour", "timezone_minute"), ("date", "timestamp")),
}


def _extract(node: tree.Extract, scope: Scope) -> Typed:
    if node.part not in _EXTRACTED:
        raise scope.fail(node, "SYNTAX_ERROR", f"Invalid EXTRACT field: {node.part.upper()}")
    if node.part in _OF_CLOCKS:
        kind = scope.value(node.value).type
        if kind.base in _OF_CLOCKS[node.part]:
            message = f"Cannot extract {node.part.upper()} from {kind.display}"
            raise scope.fail(node.value, "TYPE_MISMATCH", message)
    name = _PARTS.get(node.part, node.part)
    return call(tree.Call(node.start, node.end, name, (node.value,)), scope)


def _lambda(node: tree.Lambda, scope: Scope) -> Typed:
    message = "Lambda expression should always be used inside a function"
    raise scope.fail(node, "TYPE_MISMATCH", message)


def _of_patterns(node: tree.Expression, scope: Scope) -> Typed:
    text = scope.source(node)
    raise scope.fail(node, "INVALID_PROCESSING_MODE", f"'{text}' is for row patterns alone")


_RULES: dict[type, Callable[[Any, Scope], Typed]] = {
    tree.Literal: literal,
    tree.Interval: interval,
    tree.Parameter: _parameter,
    tree.Identifier: _identifier,
    tree.Dereference: _dereference,
    tree.Subscript: _subscript,
    tree.Unary: _unary,
    tree.Binary: _binary,
    tree.Comparison: compared,
    tree.Quantified: quantified,
    tree.Not: negated,
    tree.Logical: logical,
    tree.Between: between,
    tree.InList: in_list,
    tree.InQuery: in_query,
    tree.Like: like,
    tree.IsNull: is_null,
    tree.Exists: exists,
    tree.Scalar: scalar,
    tree.Case: _case,
    tree.Cast: _cast,
    tree.Extract: _extract,
    tree.AtTimeZone: _at_time_zone,
    tree.ArrayOf: _array,
    tree.RowOf: _row,
    tree.Lambda: _lambda,
    tree.Processed: _of_patterns,
    tree.RowsOf: _of_patterns,
    tree.JsonMembers: json_members,
    tree.JsonPath: json_path,
    tree.Call: call,
}

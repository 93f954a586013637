"""The operators: arithmetic, comparisons and logic.

Division is of floating point (``3/2`` is 1.5), and comparisons of texts are case-sensitive.
Source: https://docs.aws.amazon.com/quicksight/latest/user/arithmetic-and-comparison-operators.html

Beside a number what is true or false is 1 or 0:
https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html

AWS does not say what a division by zero or a power without a real value yields; here it is NULL.
A remainder of a division by zero is an error, as the page of ``mod`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.values import (
    NUMBERS,
    TYPES,
    Kind,
    Value,
    as_kind,
    combined,
    common_kind,
)

Operator = Callable[[str, Sequence[Value]], Value]


def operation(operator: str, operands: Sequence[Value]) -> Value:
    """The value of an operator over its operands.

    Raises:
        CalcError: their types or levels do not go together.
    """
    return OPERATORS[operator](operator, operands)


def finite(sql: str) -> str:
    """A number, or NULL where floating point has none."""
    return f"nullif(nullif(nullif({sql}, 'nan'::DOUBLE), 'inf'::DOUBLE), '-inf'::DOUBLE)"


def within_range(value: Value) -> str:
    """A decimal that fails its query where floating point has none, as integers do; else as is."""
    if value.kind != "decimal":
        return value.sql
    fails = f"CAST(CAST({value} AS HUGEINT) AS DOUBLE)"
    return f"(CASE WHEN NOT isfinite({value}) THEN {fails} ELSE {value} END)"


def _arithmetic(operator: str, operands: Sequence[Value]) -> Value:
    kind = _number(operator, operands)
    parts = (str(as_kind(each, kind)) for each in operands)
    return combined(operands, f"({f' {operator} '.join(parts)})", kind)


def _divided(operator: str, operands: Sequence[Value]) -> Value:
    _number(operator, operands)
    left, right = (as_kind(each, "decimal") for each in operands)
    return combined(operands, f"({left} / nullif({right}, 0))", "decimal")


def _remainder(operator: str, operands: Sequence[Value]) -> Value:
    kind = _number(operator, operands)
    left, right = (as_kind(each, kind) for each in operands)
    fails = f"CAST('Division by zero' AS {TYPES[kind].duckdb})"
    sql = f"(CASE WHEN {right} = 0 AND {left} IS NOT NULL THEN {fails} ELSE {left} % {right} END)"
    return combined(operands, sql, kind)


def _power(operator: str, operands: Sequence[Value]) -> Value:
    _number(operator, operands)
    left, right = (as_kind(each, "decimal") for each in operands)
    return combined(operands, finite(f"pow({left}, {right})"), "decimal")


def _negative(operator: str, operands: Sequence[Value]) -> Value:
    kind = _number("-", operands)
    value = combined(operands, f"(- {as_kind(operands[0], kind)})", kind)
    known = operands[0].constant
    return value if known is None else _with_constant(value, -known)


def _with_constant(value: Value, known: float) -> Value:
    return Value(value.sql, value.kind, value.level, constant=known)


def _compared(operator: str, operands: Sequence[Value]) -> Value:
    if {each.kind for each in operands} & {"integer", "decimal"}:
        operands = [_promoted(each) for each in operands]
    kind = common_kind(operands)
    if kind is None:
        raise _wrong(operator, operands)
    left, right = (as_kind(each, kind) for each in operands)
    return combined(operands, f"({left} {operator} {right})", "boolean")


def _promoted(value: Value) -> Value:
    """What is true or false as 1 or 0, as QuickSight takes booleans."""
    return as_kind(value, "integer") if value.kind == "boolean" else value


def _logical(operator: str, operands: Sequence[Value]) -> Value:
    if any(each.kind not in ("boolean", "null") for each in operands):
        raise _wrong(operator, operands)
    parts = [str(as_kind(each, "boolean")) for each in operands]
    sql = f"NOT {parts[0]}" if operator == "NOT" else f" {operator} ".join(parts)
    return combined(operands, f"({sql})", "boolean")


def _number(operator: str, operands: Sequence[Value]) -> Kind:
    """The operands' common type of number."""
    if any(each.kind not in (*NUMBERS, "null") for each in operands):
        raise _wrong(operator, operands)
    kind = common_kind(operands)
    return "decimal" if kind in (None, "null") else kind


def _wrong(operator: str, operands: Sequence[Value]) -> WrongArguments:
    kinds = " and ".join(each.kind for each in operands)
    hint = " Texts are joined with concat()." if operator == "+" else ""
    return WrongArguments(f"The operator {operator} does not take {kinds}.{hint}")


OPERATORS: dict[str, Operator] = {
    **dict.fromkeys(["+", "-", "*"], _arithmetic),
    "/": _divided,
    "%": _remainder,
    "^": _power,
    "negative": _negative,
    **dict.fromkeys(["=", "<>", "<", "<=", ">", ">="], _compared),
    **dict.fromkeys(["AND", "OR", "NOT"], _logical),
}

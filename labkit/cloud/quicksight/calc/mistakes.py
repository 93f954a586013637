"""How QuickSight tells that a function's arguments are of the wrong types.

*Expression addWorkDays("2022-08-10", numWorkDays) for function addWorkDays has incorrect argument
type addWorkDays(String, Number). Function syntax expects Date, Integer.* Source:
https://docs.aws.amazon.com/quicksight/latest/user/addWorkDays-function.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.quicksight.calc.errors import CalcError, WrongArguments, WrongType
from labkit.cloud.quicksight.calc.syntax import Bracketed, Call, Name, Node
from labkit.cloud.quicksight.calc.values import Value

if TYPE_CHECKING:
    from labkit.cloud.quicksight.calc.registry import Argument, Function

_NAMES = {
    "string": "String",
    "integer": "Number",
    "decimal": "Number",
    "date": "Date",
    "boolean": "Boolean",
    "null": "NULL",
}
_KINDS = {
    "Anything": "Any",
    "Index": "Integer",
    "Percent": "Number",
    "DateField": "Date",
    "WorkDate": "Date",
    "WorkDays": "Integer",
    **dict.fromkeys(
        "Period Part Granularity Comparison Calculation RowCalculation Pattern".split(), "String"
    ),
}
_LISTS = ("Fields", "Sort", "Choices")


def incorrect_type(
    call: Call, function: Function, error: WrongType, value: Callable[[Node], Value]
) -> WrongArguments:
    """The sentence for a call of which one argument is of the wrong type.

    Args:
        error: the types that were wanted.
        value: what an argument is worth.
    """
    given = ", ".join(_given(node, value) for node in call.arguments)
    shown = function.arguments[: max(len(call.arguments), function.least)]
    expected = ", ".join(_expected(each, error) for each in shown)
    return WrongArguments(
        f"Expression {call.text} for function {function.name} has incorrect argument type "
        f"{function.name}({given}). Function syntax expects {expected}."
    )


def _given(node: Node, value: Callable[[Node], Value]) -> str:
    if isinstance(node, Bracketed):
        return "List"
    try:
        return _NAMES[value(node).kind]
    except CalcError:
        return node.text if isinstance(node, Name) else "Aggregate"


def _expected(argument: Argument, error: WrongType) -> str:
    if argument.kind in _LISTS:
        return "List"
    if argument.kind != "Measure" or not error.measure:
        return _KINDS.get(argument.kind, argument.kind)
    return " or ".join(dict.fromkeys(_NAMES[kind] for kind in error.kinds))

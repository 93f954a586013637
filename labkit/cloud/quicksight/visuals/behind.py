"""What the conditions of a table's formats ask of its groups beside what it shows.

A condition may be of any field of the data set, aggregated: ``SUM({overdue}) > 0`` in a table
without that sum. Source:
https://docs.aws.amazon.com/quicksight/latest/user/conditional-formatting.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.calc.errors import CalcSyntaxError
from labkit.cloud.quicksight.calc.syntax import Bracketed, Call, Name, Node, Operation, parse
from labkit.cloud.quicksight.visuals import fields
from labkit.cloud.quicksight.visuals.aggregates import AGGREGATES, aggregate
from labkit.cloud.quicksight.visuals.expressions import Expressions
from labkit.cloud.quicksight.visuals.model import BEHIND, VisualError
from labkit.cloud.quicksight.visuals.wells import WellField, Wells

#: Functions whose aggregate has another name.
CALLED = {"AVG": "AVERAGE"}
_OF_GROUPS = ("TableAggregatedFieldWells", "PivotTableAggregatedFieldWells")


def behind(wells: Wells, names: Expressions, naming: fields.Naming) -> Iterator[WellField]:
    """The aggregates in the conditions of a table that it does not show, as measures of it.

    What cannot be computed is left out: the condition is told as not drawn.
    """
    if wells.kind not in _OF_GROUPS:
        return
    shown = {
        (each.column, aggregate(each.body.get("AggregationFunction")).name)
        for each in wells.fields
        if not each.is_dimension
    }
    asked = dict.fromkeys(_asked(wells.body.get("ConditionalFormatting")))
    for at, (column, function) in enumerate(each for each in asked if each not in shown):
        body = {
            "FieldId": f"{BEHIND} {at}",
            "Column": {"ColumnName": column},
            "AggregationFunction": function,
        }
        found = WellField(BEHIND, "NumericalMeasureField", body)
        try:
            known = fields.measured(found, names, naming).field.aggregation
        except VisualError:
            continue
        if known == function:
            yield found


def _asked(formats: Any) -> Iterator[tuple[str, str]]:
    """Columns and how they are aggregated, in all expressions within."""
    if isinstance(formats, Mapping):
        if isinstance(expression := formats.get("Expression"), str):
            yield from _aggregates(expression)
        formats = list(formats.values())
    if isinstance(formats, list):
        for each in formats:
            yield from _asked(each)


def _aggregates(expression: str) -> Iterator[tuple[str, str]]:
    try:
        left: list[Node] = [parse(expression)]
    except CalcSyntaxError:
        return
    while left:
        node = left.pop()
        if isinstance(node, Call):
            function = CALLED.get(node.function.upper(), node.function.upper())
            if function in AGGREGATES and len(node.arguments) == 1:
                if isinstance(node.arguments[0], Name):
                    yield node.arguments[0].text, function
                continue
        left.extend(_within(node))


def _within(node: Node) -> Sequence[Node]:
    match node:
        case Call(arguments=parts) | Operation(operands=parts):
            return parts
        case Bracketed(items):
            return [each.node for each in items]
    return ()

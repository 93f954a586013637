"""The lines of a combo chart: colours divide its bars, and a line is of all of them.

Source: https://docs.aws.amazon.com/quicksight/latest/user/combo-charts.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.visuals.plan import Plan
from labkit.cloud.quicksight.visuals.request import Request

Row = Mapping[str, Any]


def line_levels(request: Request, plan: Plan) -> tuple[int, ...]:
    """The level of the categories, which the lines need beside that of their colours."""
    if not _lines(request) or len(plan.axes) < 2:
        return ()
    return (plan.mask(plan.axes[0].dimensions),)


def over_colors(request: Request, plan: Plan, found: Sequence[Row]) -> Sequence[Row]:
    """The rows, with the lines' values of their categories; those of folded ones are told."""
    levels, lines = line_levels(request, plan), _lines(request)
    if not levels:
        return found
    keys = [f"d{at}" for at in plan.axes[0].dimensions]
    wholes = {tuple(row[key] for key in keys): row for row in found if row["g"] == levels[0]}
    if any(plan.measures[int(each[1:])].window for each in lines):
        request.notes.append("The lines of table calculations beside colours.")
    if any(row["g"] == -1 and row["o0"] for row in found):
        request.notes.append("The lines' values of what is beyond the limit.")

    def of_category(row: Row) -> Row:
        whole = wholes.get(tuple(row[key] for key in keys), {})
        known = {} if row["g"] == -1 and row["o0"] else whole
        return {**row, **{each: known.get(each) for each in lines}}

    return [of_category(row) if row["g"] in (0, -1) else row for row in found]


def _lines(request: Request) -> list[str]:
    """The statement's columns of the lines."""
    if request.wells.type != "ComboChartVisual":
        return []
    measures = [each for each in request.shown if not each.is_dimension]
    return [f"m{at}" for at, each in enumerate(measures) if each.well == "LineValues"]

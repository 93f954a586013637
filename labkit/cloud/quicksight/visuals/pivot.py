"""The subtotals and totals that a pivot table shows, as levels of its statement.

Each is computed over the rows that it covers. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableTotalOptions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.visuals.plan import Plan
from labkit.cloud.quicksight.visuals.request import Request

Json = Mapping[str, Any]


def subtotals(request: Request, plan: Plan) -> tuple[int, ...]:
    """The masks of the levels besides the cells."""
    if request.wells.type != "PivotTableVisual":
        return ()
    options = request.wells.configuration.get("TotalOptions") or {}
    sides = [_dimensions(request, well) for well in ("Rows", "Columns")]
    depths = [
        list(_depths(request, options, side, len(at)))
        for side, at in zip(("Row", "Column"), sides, strict=True)
    ]
    levels = [
        plan.mask([*sides[0][:rows], *sides[1][:columns]])
        for rows in depths[0]
        for columns in depths[1]
    ]
    return tuple(dict.fromkeys(mask for mask in levels if mask != 0))


def _dimensions(request: Request, well: str) -> tuple[int, ...]:
    shown = [each for each in request.shown if each.is_dimension]
    return tuple(at for at, each in enumerate(shown) if each.well == well)


def _depths(request: Request, options: Json, side: str, all_: int) -> Iterator[int]:
    """How many dimensions of a side the shown levels are grouped by: all, and fewer."""
    yield all_
    subtotal = options.get(f"{side}SubtotalOptions") or {}
    ids = [each.id for each in request.shown if each.well == f"{side}s"]
    if subtotal.get("TotalsVisibility") == "VISIBLE":
        yield from subtotal_depths(subtotal, ids)
    if side == "Row":
        yield from _collapsed(request, ids)
    total = options.get(f"{side}TotalOptions") or {}
    if total.get("TotalsVisibility") == "VISIBLE" and all_:
        yield 0
    if total.get("TotalAggregationOptions"):
        request.notes.append("Totals by another function than their measure's.")


def subtotal_depths(subtotal: Json, ids: Sequence[str]) -> Iterator[int]:
    """By how many dimensions of a side the subtotals are grouped that its options ask for.

    Args:
        ids: the fields of the side.
    """
    match subtotal.get("FieldLevel", "ALL"):
        case "ALL":
            yield from range(len(ids) - 1, 0, -1)
        case "LAST":
            yield from [len(ids) - 1] if len(ids) > 1 else []
        case _:
            chosen = {each.get("FieldId") for each in subtotal.get("FieldLevelOptions") or ()}
            yield from (at for at in range(len(ids) - 1, 0, -1) if ids[at - 1] in chosen)


def collapse_steps(state: Json) -> list[str]:
    """The fields that a collapse state is of: one, or those on the path to one of its groups."""
    target = state["Target"]
    steps = target.get("FieldDataPathValues") or [target]
    return [each["FieldId"] for each in steps if each.get("FieldId")]


def _collapsed(request: Request, ids: Sequence[str]) -> Iterator[int]:
    """The depths at which groups are collapsed, so that they show their own values.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableFieldCollapseStateOption.html
    """
    options = request.wells.configuration.get("FieldOptions") or {}
    for each in options.get("CollapseStateOptions") or ():
        depths = [ids.index(step) + 1 for step in collapse_steps(each) if step in ids]
        if each.get("State") == "COLLAPSED":
            yield from (depth for depth in [max(depths, default=0)] if 0 < depth < len(ids))

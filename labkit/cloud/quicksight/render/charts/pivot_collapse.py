"""The rows of a pivot table that a definition has collapsed.

A collapsed group is one row with its own values, and what it holds is not shown. A state is of a
field, and so of all its groups, or of one group, which goes before. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableFieldCollapseStateOption.html
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.render.charts.pivot_totals import Path, depth_of
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import TOTAL, Field, Total
from labkit.cloud.quicksight.visuals.pivot import collapse_steps, subtotal_depths

Cells = dict[tuple[Path, Path], Mapping[str, Any]]


def collapsed(
    sketch: Sketch, rows: Sequence[Field], down: Sequence[Path], cells: Cells
) -> list[Path]:
    """The paths of the rows that are shown; that of a collapsed group ends with it.

    Args:
        cells: by the paths of their rows and columns; those of collapsed groups are added.
    """
    states = sketch.option("FieldOptions", "CollapseStateOptions", default=[])
    fields = [collapse_steps(each) for each in states if each.get("State") == "COLLAPSED"]
    if not fields:
        return list(down)
    ids = [each.id for each in rows]
    if not {*itertools.chain(*fields)} <= set(ids):
        sketch.note("Not drawn: collapsed columns.")
    subtotal = sketch.option("TotalOptions", "RowSubtotalOptions", default={})
    shown = {0, len(rows)}
    if subtotal.get("TotalsVisibility") == "VISIBLE":
        shown |= set(subtotal_depths(subtotal, ids))
    groups: dict[Path, None] = {}
    for path in down:
        depth = depth_of(path)
        closed = next((k for k in range(1, depth) if _is_closed(states, ids, path[:k])), None)
        if closed or (depth < len(path) and _is_closed(states, ids, path[:depth])):
            groups[path[: closed or depth]] = None
        elif depth in shown:
            groups[path] = None
    for (path, head), row in list(cells.items()):
        group = tuple(each for each in path if not isinstance(each, Total))
        if group in groups and path == (*group, *(TOTAL for _ in path[len(group) :])):
            cells[group, head] = row
    return list(groups)


def _is_closed(states: Sequence[Mapping[str, Any]], ids: Sequence[str], group: Path) -> bool:
    if not group:
        return False
    named = dict(zip(ids, map(str, group), strict=False))
    found = "EXPANDED"
    for each in states:
        target = each["Target"]
        path = {
            step["FieldId"]: step.get("FieldValue")
            for step in target.get("FieldDataPathValues", ())
        }
        if path == named:
            return bool(each.get("State") == "COLLAPSED")
        if target.get("FieldId") == ids[len(group) - 1]:
            found = each.get("State", found)
    return found == "COLLAPSED"

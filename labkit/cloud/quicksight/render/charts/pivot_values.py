"""The values of a pivot table, in the look and format that their place among the totals gives them.

Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableCellConditionalFormatting.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.render.cells import Cell
from labkit.cloud.quicksight.render.charts.pivot_collapse import Cells
from labkit.cloud.quicksight.render.charts.pivot_totals import Metric, Path, value_look
from labkit.cloud.quicksight.render.charts.table import formatted
from labkit.cloud.quicksight.render.labels import full
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Field, Total


def value_cells(sketch: Sketch, side: Path, heads: Sequence[Path], cells: Cells) -> Iterator[Cell]:
    """The values of a line.

    Args:
        side: the line's path.
        heads: those of the columns of values.
    """
    total = any(isinstance(each, Total) for each in side)
    for head in heads:
        path = (*side, *head)
        metric = next(each for each in path if isinstance(each, Metric))
        key = (without_metrics(side), without_metrics(head))
        look = value_look(sketch, side, head)
        ground = look.fill if look and look.fill else sketch.theme.panel if total else ""
        yield replace(_value(sketch, metric, cells.get(key), key, total, ground), look=look)


def _value(
    sketch: Sketch,
    metric: Metric,
    row: Mapping[str, Any] | None,
    key: tuple[Path, Path],
    total: bool,
    fill: str,
) -> Cell:
    if row is None:
        return Cell("", fill=fill)
    total = total or any(isinstance(each, Total) for each in key[1])
    value = row[metric.field.id]
    look: dict[str, Any] = {"fill": fill or (sketch.theme.panel if total else "")}
    covers = any(isinstance(each, Total) for each in row.values())  # rows of several groups
    look |= {"text": "" if covers and value is None else full(value, metric.field, empty="")}
    look |= formatted(sketch, _formats(sketch, metric.field, key), row)
    label = " · ".join([*(str(each) for path in key for each in path), metric.label])
    return Cell(right=True, bold=total, label=label, value=value, field=metric.field, **look)


def _formats(sketch: Sketch, field: Field, key: tuple[Path, Path]) -> list[Mapping[str, Any]]:
    options = (sketch.visual.get("ConditionalFormatting") or {}).get(
        "ConditionalFormattingOptions"
    ) or []
    parts = [each for path in key for each in path]
    totals = [isinstance(each, Total) for each in parts]
    role = "GRAND_TOTAL" if totals and all(totals) else "FIELD_TOTAL" if any(totals) else "FIELD"
    return [
        each["Cell"].get("TextFormat") or {}
        for each in options
        if each["Cell"].get("FieldId") == field.id and role in _roles(each["Cell"])
    ]


def _roles(cell: Mapping[str, Any]) -> list[str]:
    scopes = [*(cell.get("Scopes") or []), *([cell["Scope"]] if cell.get("Scope") else [])]
    return [each.get("Role", "FIELD") for each in scopes] or ["FIELD"]


def without_metrics(path: Path) -> Path:
    """A path's groups alone."""
    return tuple(each for each in path if not isinstance(each, Metric))

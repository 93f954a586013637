"""How a pivot table's subtotals and totals look.

A total over all rows stands below them, a subtotal after a group of them: ``RowTotalOptions`` and
``RowSubtotalOptions`` say both; those of columns stand beside them. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableTotalOptions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.render.cells import Look
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Field, Total

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Metric:
    """A measure as a head of rows or columns."""

    field: Field
    label: str


def depth_of(path: Path) -> int:
    """How many heads of a path are before its first total."""
    return next((at for at, each in enumerate(path) if isinstance(each, Total)), len(path))


def total_options(sketch: Sketch, level: int, side: str) -> Mapping[str, Any]:
    """What the definition says of a total at a level of the rows or columns.

    Args:
        side: ``Row`` or ``Column``.
    """
    name = f"{side}SubtotalOptions" if level else f"{side}TotalOptions"
    found: Mapping[str, Any] = sketch.option("TotalOptions", name, default={})
    return found


def total_look(sketch: Sketch, path: Path, level: int, side: str) -> Look | None:
    """The look of a total's head."""
    first = depth_of(path)
    if first > level or isinstance(path[level], Metric):
        return None
    given = total_options(sketch, first, side).get("TotalCellStyle")
    return Look(given) if given else None


def value_look(sketch: Sketch, side: Path, head: Path) -> Look | None:
    """The look of a total's values; of a total both ways, that of the rows' total."""
    for path, name in ((side, "Row"), (head, "Column")):
        first = depth_of(path)
        options = total_options(sketch, first, name) if first < len(path) else {}
        if given := options.get("ValueCellStyle"):
            return Look(given)
    return None

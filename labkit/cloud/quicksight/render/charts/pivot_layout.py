"""The lines of a pivot table whose rows' fields share a column, and how wide its columns are.

In the hierarchy layout all fields of the rows stand in one column, the deeper ones further in. A
group has a line above what it holds, which bears its subtotals where the definition shows them.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableOptions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.render.charts.pivot_totals import Metric, Path, depth_of
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Field, Total

INDENT = 16  # pixels


def hierarchy(down: Sequence[Path], shown: Sequence[int]) -> Iterator[tuple[int, Path]]:
    """The lines of the hierarchy layout: the level that each names, and its path.

    A group without a subtotal has a path that ends with it, at which there are no values.

    Args:
        down: the paths of the rows in order.
        shown: the levels that are not hidden.

    >>> list(hierarchy([("a", "x"), ("a", "y")], [0, 1]))
    [(0, ('a',)), (1, ('a', 'x')), (1, ('a', 'y'))]
    """
    known, seen = set(down), set()
    for path in down:
        depth = depth_of(path)
        for level in shown[:-1]:
            group = path[: level + 1]
            if level < depth and group != path and group not in seen:
                seen.add(group)
                subtotal = (*group, *(Total("Total") for _ in path[level + 1 :]))
                yield level, subtotal if subtotal in known else group
        if depth in (0, len(path)):
            yield max(shown[0], *(at for at in shown if at < depth), 0), path


def widths_of(
    sketch: Sketch,
    sides: Sequence[Field],
    columns: Sequence[Field],
    heads: Sequence[Path],
    left: int,
) -> dict[int, float] | None:
    """The widths that a definition asks for, by their columns' places.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableDataPathOption.html

    Args:
        sides: the fields that have a column of heads each.
        heads: what stands above each column of values.
        left: how many columns are before those.
    """
    wide = sketch.option("TableOptions", "DefaultCellWidth")
    found = dict.fromkeys(range(left, left + len(heads)), _pixels(wide)) if wide else {}
    for option in sketch.option("FieldOptions", "DataPathOptions", default=[]):
        steps = option["DataPathList"]
        if option.get("Width"):
            for at in _columns(steps, sides, columns, heads, left):
                found[at] = _pixels(option["Width"])
    return found or None


def _columns(
    steps: Sequence[Mapping[str, Any]],
    sides: Sequence[Field],
    columns: Sequence[Field],
    heads: Sequence[Path],
    left: int,
) -> Iterator[int]:
    """The columns that a data path names."""
    kinds = {(each.get("DataPathType") or {}).get("PivotTableDataPathType") for each in steps}
    if "HIERARCHY_ROWS_LAYOUT_COLUMN" in kinds:
        yield 0
    if "MULTIPLE_ROW_METRICS_COLUMN" in kinds:
        yield left - 1
    named = {each["FieldId"]: each.get("FieldValue") for each in steps if each.get("FieldId")}
    yield from (at for at, each in enumerate(sides) if set(named) == {each.id})
    for at, head in enumerate(heads):
        parts: dict[str, str | None] = {
            each.field.id: None for each in head if isinstance(each, Metric)
        }
        parts |= {each.id: str(value) for each, value in zip(columns, head, strict=False)}
        if named and all(
            name in parts and parts[name] in (None, value) for name, value in named.items()
        ):
            yield left + at


def _pixels(width: str) -> float:
    return float(width.removesuffix("px"))

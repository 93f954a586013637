"""Pivot tables: values by rows and by columns.

Source: https://docs.aws.amazon.com/quicksight/latest/user/pivot-table.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.quicksight.render.cells import Cell, Grid, Look
from labkit.cloud.quicksight.render.charts.pivot_collapse import Cells, collapsed
from labkit.cloud.quicksight.render.charts.pivot_layout import INDENT, hierarchy, widths_of
from labkit.cloud.quicksight.render.charts.pivot_totals import (
    Metric,
    Path,
    total_look,
    total_options,
)
from labkit.cloud.quicksight.render.charts.pivot_values import value_cells, without_metrics
from labkit.cloud.quicksight.render.charts.table import stripes
from labkit.cloud.quicksight.render.grid import draw_grid
from labkit.cloud.quicksight.render.labels import full
from labkit.cloud.quicksight.render.links import field_options
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Field, Total


@chart("PivotTableVisual")
def pivot_table(sketch: Sketch) -> None:
    draw_grid(sketch, pivot_grid(sketch))


def pivot_grid(sketch: Sketch) -> Grid:
    """A pivot table's cells."""
    data = sketch.data
    rows, columns = data.well("Rows"), data.well("Columns")
    values = [each for each in data.well("Values") if not _is_hidden(sketch, each)]
    metrics = [Metric(each, _label(sketch, each)) for each in values]
    across = sketch.option("TableOptions", "MetricPlacement", default="COLUMN") == "COLUMN"
    cells: Cells = {(_path(row, rows), _path(row, columns)): row for row in data.records()}
    down = _ordered(sketch, [each for each, _ in cells], "RowTotalOptions")
    down = collapsed(sketch, rows, down, cells)
    along = _ordered(sketch, [each for _, each in cells], "ColumnTotalOptions")
    named = (
        len(metrics) > 1
        or not columns
        or sketch.option("TableOptions", "SingleMetricVisibility") == "VISIBLE"
    )
    heads = [(*path, metric) for path in along for metric in metrics] if across else along
    shown = _shown_levels(sketch, rows)
    if sketch.option("TableOptions", "CollapsedRowDimensionsVisibility") == "HIDDEN":
        shown = [at for at in shown if any(_reaches(path, at) for path in down)]
    levels = shown[:1] if _is_hierarchy(sketch) else shown
    table = _heads(sketch, [rows[at] for at in levels], columns, heads, named or not across, across)
    count = len(table)
    before: Path = ()
    for level, path in hierarchy(down, shown) if _is_hierarchy(sketch) else _tabular(down):
        for side in [path] if across else [(*path, metric) for metric in metrics]:
            own = shown if level is None else [level]
            line = _side_cells(sketch, rows, side, own, before)
            if level is not None:
                line[0] = replace(line[0], indent=INDENT * shown.index(level))
            table.append([*line, *value_cells(sketch, side, heads, cells)])
            before = side
    left = len(levels) + (0 if across else 1)
    widths = widths_of(sketch, [rows[at] for at in levels], columns, heads, left)
    return Grid(
        table,
        count,
        _header(sketch),
        _look(sketch, "CellStyle"),
        stripes(sketch),
        widths,
        fixed=left,
    )


def _tabular(down: Sequence[Path]) -> Iterator[tuple[int | None, Path]]:
    """A line for each path, with all its levels."""
    for path in down:
        yield None, path


def _reaches(path: Path, level: int) -> bool:
    """Whether a path has a value at a level: it is not collapsed before it, and no total's."""
    return level < len(path) and not isinstance(path[level], Total)


def _is_hierarchy(sketch: Sketch) -> bool:
    """Whether the fields of the rows share a column."""
    asked = sketch.option("TableOptions", "RowsLayout") == "HIERARCHY"
    return asked and bool(_shown_levels(sketch, sketch.data.well("Rows")))


def _shown_levels(sketch: Sketch, fields: Sequence[Field]) -> list[int]:
    return [at for at, each in enumerate(fields) if not _is_hidden(sketch, each)]


def _path(row: Mapping[str, Any], fields: Sequence[Field]) -> Path:
    return tuple(row[each.id] for each in fields)


def _ordered(sketch: Sketch, paths: Sequence[Path], totals: str) -> list[Path]:
    """Paths in the order of their first sight, those of one head together and totals at the end."""
    first = sketch.option("TotalOptions", totals, "Placement") == "START"
    ranks: dict[Path, int] = {}
    for path in paths:
        for depth in range(len(path)):
            ranks.setdefault(path[: depth + 1], len(ranks))

    def rank(path: Path) -> list[tuple[int, int]]:
        edge = -1 if first else 1
        return [
            (edge if isinstance(each, Total) else 0, ranks[path[: at + 1]])
            for at, each in enumerate(path)
        ]

    return sorted(dict.fromkeys(paths), key=rank)


def _heads(
    sketch: Sketch,
    rows: Sequence[Field],
    columns: Sequence[Field],
    heads: Sequence[Path],
    named: bool,
    across: bool,
) -> list[list[Cell]]:
    left = len(rows) + (0 if across else 1)
    table = []
    levels = _levels(sketch, columns, named, across)
    for level in levels:
        is_last = level == levels[-1]
        line = [_corner(sketch, each) if is_last else Cell("", is_header=True) for each in rows]
        line += [Cell("", is_header=True)] * (left - len(rows))
        if (
            not is_last
            and level < len(columns)
            and line
            and sketch.shows("TableOptions", "ColumnNamesVisibility")
        ):
            line[-1] = Cell(
                _label(sketch, columns[level]), color=sketch.theme.quiet, right=True, is_header=True
            )
        table.append(line + _spans(sketch, columns, heads, level))
    if not levels and _named_rows(sketch, rows):
        corners = [_corner(sketch, each) for each in rows]
        table.append(corners + [Cell("", is_header=True)] * (left - len(rows) + len(heads)))
    return table


def _named_rows(sketch: Sketch, rows: Sequence[Field]) -> bool:
    """Whether the names of the rows' fields stand above them where no columns have heads."""
    return bool(rows) and (not _is_hierarchy(sketch) or _shows_rows_label(sketch))


def _shows_rows_label(sketch: Sketch) -> bool:
    return sketch.shows("TableOptions", "RowsLabelOptions")


def _levels(sketch: Sketch, columns: Sequence[Field], named: bool, across: bool) -> list[int]:
    """The rows of heads that are shown: a field of the columns each, and the measures' names."""
    shown = [at for at, each in enumerate(columns) if not _is_hidden(sketch, each)]
    return [*shown, *([len(columns)] if across and named else [])]


def _is_hidden(sketch: Sketch, field: Field) -> bool:
    """Whether a field groups the table and is not shown itself."""
    return field_options(sketch).get(field.id, {}).get("Visibility") == "HIDDEN"


def _corner(sketch: Sketch, field: Field) -> Cell:
    """The name above a column of rows' heads; in the hierarchy layout a label for all fields.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_PivotTableRowsLabelOptions.html
    """
    text = _label(sketch, field)
    if _is_hierarchy(sketch):
        rows = sketch.data.well("Rows")
        names = " / ".join(_label(sketch, rows[at]) for at in _shown_levels(sketch, rows))
        own = sketch.option("TableOptions", "RowsLabelOptions", "CustomLabel")
        text = (own or names) if _shows_rows_label(sketch) else ""
    return Cell(text, bold=True, is_header=True, look=_own(sketch, "RowFieldNamesStyle"))


def _spans(
    sketch: Sketch, columns: Sequence[Field], heads: Sequence[Path], level: int
) -> list[Cell]:
    line: list[Cell] = []
    for at, head in enumerate(heads):
        if at and heads[at - 1][: level + 1] == head[: level + 1]:
            line.append(Cell("", span=0))
            continue
        span = next(
            (
                ahead - at
                for ahead in range(at, len(heads))
                if heads[ahead][: level + 1] != head[: level + 1]
            ),
            len(heads) - at,
        )
        text = (
            ""
            if _repeats(sketch, head, columns, level)
            else _words(sketch, head, columns, level, "Column")
        )
        look = total_look(sketch, head, level, "Column")
        line.append(Cell(text, right=span == 1, bold=True, span=span, is_header=True, look=look))
    return line


def _side_cells(
    sketch: Sketch, rows: Sequence[Field], side: Path, levels: Sequence[int], before: Path
) -> list[Cell]:
    """The heads of a line: those of the shown levels, and the measure's name if rows have it."""
    total = any(isinstance(each, Total) for each in side)
    fill = sketch.theme.panel if total else ""
    head_fill = fill or _look(sketch, "RowHeaderStyle").fill
    line = []
    groups = without_metrics(side)
    for level in levels:
        if level >= len(groups):  # of a collapsed group
            line.append(Cell("", fill=head_fill, is_header=True))
            continue
        same = before[: level + 1] == side[: level + 1]
        same = same or _repeats(sketch, side, rows, level)
        spoken = _spoken_level(sketch, side, rows, level)
        text = "" if same and spoken == level else _words(sketch, side, rows, spoken, "Row")
        look = total_look(sketch, side, level, "Row")
        line.append(
            Cell(
                text,
                bold=total,
                fill=look.fill if look and look.fill else head_fill,
                is_header=True,
                value=side[level],
                field=rows[level],
                look=look or _own(sketch, "RowHeaderStyle"),
            )
        )
    if side and isinstance(side[-1], Metric):
        name, own = side[-1].label, _own(sketch, "RowHeaderStyle")
        line.append(Cell(name, bold=total, fill=head_fill, is_header=True, value=name, look=own))
    return line


def _words(sketch: Sketch, path: Path, fields: Sequence[Field], level: int, side: str) -> str:
    value = path[level]
    if isinstance(value, Metric):
        return value.label
    if isinstance(value, Total):
        label = str(total_options(sketch, level, side).get("CustomLabel") or "Total")
        over = full(path[level - 1], fields[level - 1], empty="") if level else ""
        return label.replace("<<$aws:subtotalDimension>>", over)
    return full(value, fields[level], empty="")


def _repeats(sketch: Sketch, path: Path, fields: Sequence[Field], level: int) -> bool:
    """Whether a total's name stands at a level before this one already."""
    seen = [each for each in range(level) if not _is_hidden(sketch, fields[each])]
    return isinstance(path[level], Total) and any(isinstance(path[each], Total) for each in seen)


def _spoken_level(sketch: Sketch, side: Path, rows: Sequence[Field], level: int) -> int:
    """The level whose words stand at one: that of a total whose own column is hidden."""
    shown = [at for at, each in enumerate(rows) if not _is_hidden(sketch, each)]
    totals = [at for at, each in enumerate(side) if isinstance(each, Total)]
    unseen = totals and not set(totals) & set(shown)
    return totals[0] if unseen and level in shown[-1:] else level


def _label(sketch: Sketch, field: Field) -> str:
    return field_options(sketch).get(field.id, {}).get("CustomLabel") or field.label


def _header(sketch: Sketch) -> Look:
    """The look of the heads, as high as the names of the rows' fields among them."""
    names = ("ColumnHeaderStyle", "RowFieldNamesStyle")
    style, of_rows = (sketch.option("TableOptions", each, default={}) for each in names)
    height = max(style.get("Height") or 0, of_rows.get("Height") or 0)
    return Look({**style, "Height": height})


def _own(sketch: Sketch, name: str) -> Look | None:
    style = sketch.option("TableOptions", name)
    return Look(style) if style else None


def _look(sketch: Sketch, name: str) -> Look:
    return Look(sketch.option("TableOptions", name, default={}))

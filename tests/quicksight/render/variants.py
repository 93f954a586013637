"""The gallery's cases of a type of visual, and more over which a setting may matter."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from labkit.cloud.quicksight.visuals.model import VisualData
from tests.quicksight.render.members import LONG
from tools.gallery.case import Case
from tools.gallery.cases import cases

NUMBERS = ("KPIVisual", "GaugeChartVisual", "InsightVisual")
MAPS = ("GeospatialMapVisual", "FilledMapVisual", "LayerMapVisual")


@cache
def variants(kind: str) -> list[Case]:
    """The cases over which a member of a type is tried."""
    own = [each for each in cases() if kind in each.visual and each.name != "No data"]
    own += _MORE.get(kind, lambda _: [])(own)
    return [*own, *_odd(kind, own)]


def _odd(kind: str, own: list[Case]) -> Iterator[Case]:
    if not own or kind in MAPS or kind in NUMBERS or not own[0].data.fields:
        return
    first = own[-1] if kind == "TableVisual" else own[0]
    changes: list[Callable[[int, Any], Any]] = [
        lambda _, value: -value,
        lambda _, value: value + 100_000,
        lambda at, value: value if at % 2 else None,
    ]
    for change in changes:
        yield replace(first, data=_changed(first.data, change))


def _changed(data: VisualData, change: Callable[[int, Any], Any]) -> VisualData:
    rows = [
        tuple(
            change(at, value) if field.is_measure and value is not None else value
            for field, value in zip(data.fields, row, strict=True)
        )
        for at, row in enumerate(data.rows)
    ]
    return replace(data, rows=rows)


def _bar_case(part: str) -> Case:
    return next(each for each in cases() if each.name.startswith("Bar") and part in each.name)


def _panels(own: list[Case]) -> list[Case]:
    """Small multiples, of which one has a category less."""
    case = _bar_case("multiples")
    data = replace(case.data, rows=case.data.rows[1:])
    return [replace(case, visual={next(iter(own[0].visual)): {}}, data=data)]


def _bare(own: list[Case]) -> list[Case]:
    """Without the case's own title and formats."""
    return [replace(own[0], visual={next(iter(own[0].visual)): {}})]


def _uncolored(own: list[Case]) -> list[Case]:
    """A tree map one of whose rectangles has no value for its colour."""
    data = own[0].data
    return [replace(own[0], data=replace(data, rows=[(*data.rows[0][:2], None), *data.rows[1:]]))]


def _combos(own: list[Case]) -> list[Case]:
    """Bars of two measures, of two colours, and of many categories."""
    data, split = own[0].data, _bar_case("clustered").data
    category, bar, line = data.fields
    fields = (category, bar, replace(bar, id="more", label="More"), line)
    two = replace(data, fields=fields, rows=[(*row[:2], row[1] // 2, row[2]) for row in data.rows])
    many = [(f"{row[0]} {at}", *row[1:]) for row in data.rows for at in range(9)]
    measure = replace(split.fields[1], well="BarValues")
    colored = replace(split, fields=(split.fields[0], measure, split.fields[2]))
    return [replace(own[0], data=each) for each in (two, colored, replace(data, rows=many))]


def _turned(own: list[Case]) -> list[Case]:
    """A pivot table with its rows as columns."""
    other = {"Rows": "Columns", "Columns": "Rows"}
    fields = tuple(
        replace(each, well=other.get(each.well, each.well)) for each in own[0].data.fields
    )
    return [replace(own[0], data=replace(own[0].data, fields=fields))]


def _long(own: list[Case]) -> list[Case]:
    """A table with words that are too long for its cells, and no widths."""
    data = own[0].data
    fields = tuple(replace(each, label=f"{each.label}: {LONG}") for each in data.fields)
    rows = [
        tuple(f"{value}: {LONG}" if isinstance(value, str) else value for value in row)
        for row in data.rows
    ]
    return [replace(own[0], visual={next(iter(own[0].visual)): {}},
                    data=replace(data, fields=fields, rows=rows))]  # fmt: skip


def _loud(own: list[Case]) -> list[Case]:
    rows = [(row[0].upper(), *row[1:]) for row in own[0].data.rows]
    return [replace(own[0], data=replace(own[0].data, rows=rows))]


_MORE: dict[str, Callable[[list[Case]], list[Case]]] = {
    "LineChartVisual": _panels,
    "PieChartVisual": _panels,
    "BarChartVisual": _panels,
    "GaugeChartVisual": _bare,
    "InsightVisual": _bare,
    "TreeMapVisual": _uncolored,
    "ComboChartVisual": _combos,
    "PivotTableVisual": lambda own: [*_turned(own), *_long(own)],
    "TableVisual": _long,
    "WordCloudVisual": _loud,
}

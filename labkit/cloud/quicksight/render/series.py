"""The rows of a visual as categories and series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.render.colors import series_color
from labkit.cloud.quicksight.render.labels import dates, full
from labkit.cloud.quicksight.render.scales import number
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import OTHER, Field


@dataclass(frozen=True)
class Series:
    """One colour of a chart: a value, or none, for each category."""

    label: str
    field: Field
    key: Any
    color: str
    values: tuple[float | None, ...]

    @property
    def known(self) -> list[float]:
        return [each for each in self.values if each is not None]


@dataclass(frozen=True)
class Table:
    """Categories across, series down."""

    category: Field | None
    color: Field | None
    categories: tuple[Any, ...]
    series: tuple[Series, ...]

    @property
    def labels(self) -> list[str]:
        if self.category is None:
            return [""] * len(self.categories)
        if self.category.kind == "date":
            return dates(self.categories, self.category)
        return [full(each, self.category) for each in self.categories]

    @property
    def names(self) -> list[str]:
        """The categories in one line each."""
        if self.category is None:
            return [""] * len(self.categories)
        return [full(each, self.category) for each in self.categories]


def table(
    sketch: Sketch, category: str, values: Sequence[str], colors: str = "", *, offset: int = 0
) -> Table:
    """The visual's rows, with a category's or a series' absence as ``None``.

    Args:
        sketch: the visual and its data.
        category: the well of the categories.
        values: the wells of the values.
        colors: the well whose values are series of their own.
        offset: how many colours are taken already.
    """
    data = sketch.data
    by = next(iter(data.well(category)), None)
    split = next(iter(data.well(colors)), None) if colors else None
    rows = [*data.records(), *others(sketch)]
    found = tuple(data.in_order(by, (row[by.id] for row in rows)) if by else [None] if rows else [])
    categories = sketch.categories if sketch.categories is not None else found
    keys = data.in_order(split, (row[split.id] for row in rows)) if split else [None]
    fields = data.well(*values)
    pairs = [(each, key) for each in fields for key in keys]
    cells = {(row[by.id] if by else None, row[split.id] if split else None): row for row in rows}
    return Table(
        by,
        split,
        categories,
        tuple(
            _series(sketch, each, key, split, categories, cells, offset + at, len(fields) > 1)
            for at, (each, key) in enumerate(pairs)
        ),
    )


def _series(
    sketch: Sketch,
    field: Field,
    key: Any,
    split: Field | None,
    categories: Sequence[Any],
    cells: dict[tuple[Any, Any], dict[str, Any]],
    at: int,
    many: bool,
) -> Series:
    label = full(key, split) if split else field.label
    if split and many:
        label = f"{label} · {field.label}"
    rows = (cells.get((each, key)) for each in categories)
    values = tuple(number(row[field.id]) if row else None for row in rows)
    return Series(label, field, key, series_color(sketch, split or field, key, label, at), values)


def others(sketch: Sketch) -> list[dict[str, Any]]:
    """The row of what the visual's limit left out, if it is shown."""
    row = sketch.data.others
    if row is None:
        return []
    named = zip(sketch.data.fields, row, strict=True)
    return [
        {
            field.id: OTHER if value is None and not field.is_measure else value
            for field, value in named
        }
    ]

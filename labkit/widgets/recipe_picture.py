"""The recipe editor's static picture."""

from __future__ import annotations

from typing import Any

from labkit.widgets.picture import Markup, fold, frame, joined, notice, table, tag

Facts = dict[str, Any]
COLUMNS, ROWS = 6, 8


def pictured(project: Facts, steps: list[Facts], view: Facts, message: Facts) -> Markup:
    """The recipe in words, and the first rows and columns of the sample after its steps."""
    title = f"Recipe editor · {project['name']}"
    if not view:
        return frame(title, notice(message))
    return frame(title, notice(message), _said(project, view), _recipe(project, steps), _grid(view))


def _said(project: Facts, view: Facts) -> Markup:
    said = [
        f"Data set {project['data_set']}",
        f"{view['rowCount']:,} rows of the sample ({project['sample'].lower()})",
        f"{view['columnCount']} columns",
    ]
    return tag("div", " · ".join(said), style="quiet")


def _recipe(project: Facts, steps: list[Facts]) -> Markup:
    published = project["published"]
    version = f"published as {published}" if published else "not published"
    count = f"{len(steps)} step{'' if len(steps) == 1 else 's'}"
    title = f"Recipe {project['recipe']}: {count}, {version}"
    lines = (tag("div", f"{n}. {s['words']}", style="row") for n, s in enumerate(steps, start=1))
    return fold(title, *lines)


def _grid(view: Facts) -> Markup:
    columns = view["columns"][:COLUMNS]
    numbers = {at for at, column in enumerate(columns) if "mean" in column.get("statistics", {})}
    rows = [[_shown(value) for value in row[:COLUMNS]] for row in view["rows"][:ROWS]]
    heads = [column["name"] for column in columns]
    left = view["columnCount"] - len(columns)
    more = tag("div", f"and {left} more columns", style="quiet") if left > 0 else Markup()
    return joined([table(heads, rows, numbers=numbers), more])


def _shown(value: Any) -> str | None:
    """A value as it is: no commas in numbers, which may be ids."""
    return None if value is None else str(value)

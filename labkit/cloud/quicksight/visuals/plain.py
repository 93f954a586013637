"""Visuals of rows as they are: unaggregated tables and scatter plots.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TableUnaggregatedFieldWells.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labkit.cloud.quicksight.visuals import fields
from labkit.cloud.quicksight.visuals.axes import AXES
from labkit.cloud.quicksight.visuals.model import VisualData, direction
from labkit.cloud.quicksight.visuals.moments import timed
from labkit.cloud.quicksight.visuals.request import Request


def plain(request: Request) -> VisualData:
    """The rows, sorted and cut; without a sort, in the data set's own order."""
    found = request.dimensions(request.shown)
    measures = [each for each in request.shown if not each.is_dimension]
    values = [fields.dimension(each, request.names, request.naming) for each in measures]
    columns = _in_order(request, found, values)
    rows = request.rows(request.of_rows(), (part for each in columns for part in each.derived))
    named = ", ".join(f'{each.sql} AS "#c{at}"' for at, each in enumerate(columns))
    order = ", ".join(_order(request, columns))
    most, skip = page(request)
    body = f"SELECT {named} FROM ({rows}){f' ORDER BY {order}' if order else ''}"
    shown = [tuple(row.values()) for row in request.run(f"{body} LIMIT {most} OFFSET {skip}")]
    cut = 0 if len(shown) < most else _count(request, rows) - skip - most
    return VisualData(
        tuple(timed(each.field, (row[at] for row in shown)) for at, each in enumerate(columns)),
        shown,
        cut=max(0, cut),
        not_drawn=tuple(request.notes),
    )


def page(request: Request) -> tuple[int, int]:
    """How many rows are shown, and how many are before them."""
    page = request.wells.sorting.get("PaginationConfiguration")
    if page:
        return int(page["PageSize"]), int(page["PageSize"]) * (int(page["PageNumber"]) - 1)
    if request.wells.type == "ScatterPlotVisual":
        limit = request.wells.sorting.get("ScatterPlotLimitConfiguration") or {}
        return int(limit.get("ItemsLimit") or AXES["ScatterPlotVisual"][0].most), 0
    return request.max_rows, 0


def _in_order(
    request: Request, found: Sequence[fields.Dimension], values: Sequence[fields.Dimension]
) -> list[fields.Dimension]:
    by_id = {each.field.id: each for each in (*found, *values)}
    return [by_id[each.id] for each in request.shown]


def _order(request: Request, columns: Sequence[fields.Dimension]) -> Iterator[str]:
    ids = {each.field.id: f'"#c{at}"' for at, each in enumerate(columns)}
    said = request.wells.sorting.get("RowSort") or ()
    for sort in said:
        if one := sort.get("FieldSort"):
            if one["FieldId"] in ids:
                yield f"{ids[one['FieldId']]} {direction(one)} NULLS LAST"
            else:
                request.notes.append(
                    f"The sort by the field '{one['FieldId']}', which the visual does not have."
                )
        elif "ColumnSort" in sort:
            one = sort["ColumnSort"]
            value = request.names.of_rows(one["SortBy"]["ColumnName"])
            yield f"{value.sql} {direction(one)} NULLS LAST"
    if said:
        yield from (f'"#c{at}" NULLS LAST' for at in range(len(columns)))


def _count(request: Request, rows: str) -> int:
    return int(request.run(f"SELECT count(*) AS n FROM ({rows})")[0]["n"])

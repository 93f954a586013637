"""From a visual of a definition to its data: the entry of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from labkit.cloud.engine import Session
from labkit.cloud.quicksight.spice.model import DataSet
from labkit.cloud.quicksight.visuals.comparison import kpi
from labkit.cloud.quicksight.visuals.distributions import box_plot, histogram
from labkit.cloud.quicksight.visuals.grouped import grouped
from labkit.cloud.quicksight.visuals.insights import insight
from labkit.cloud.quicksight.visuals.model import VisualData
from labkit.cloud.quicksight.visuals.plain import plain
from labkit.cloud.quicksight.visuals.request import Request, request
from labkit.cloud.quicksight.visuals.series import line_chart
from labkit.cloud.quicksight.visuals.wells import read

Json = Mapping[str, Any]


def visual_data(
    session: Session,
    data_sets: Mapping[str, DataSet],
    definition: Json,
    visual: Json,
    *,
    parameters: Mapping[str, Any] | None = None,
    extra_filters: Sequence[Json] = (),
    now: datetime | None = None,
    max_rows: int = 10_000,
) -> VisualData:
    """The rows that a visual shows.

    Args:
        session: of the engine that can read the data sets.
        data_sets: by the identifiers that the definition gives them.
        definition: of an analysis or dashboard; its calculated fields, parameters, filter groups
            and column configurations count.
        visual: one member of a sheet's ``Visuals``.
        parameters: values in place of the declared defaults.
        extra_filters: filters in the API's shape, from controls and clicks; those of other data
            sets than the visual's are none of its business.
        now: the clock, in UTC.
        max_rows: of a table; the rest is counted in ``cut``.

    Raises:
        VisualError: what the visual asks for does not exist.
        QueryFailed: the engine could not compute it.
    """
    wells = read(visual)
    if wells.type in _WITHOUT_DATA:
        return VisualData((), (), not_drawn=_WITHOUT_DATA[wells.type])
    asked = request(
        session,
        data_sets,
        definition,
        wells,
        parameters=parameters or {},
        extra=extra_filters,
        now=now or datetime.now(UTC).replace(tzinfo=None),
        max_rows=max_rows,
    )
    shape = _SHAPES.get(wells.kind) or _SHAPES.get(wells.type) or grouped
    return shape(asked)


#: Types that show no data, and what is left out of them.
_WITHOUT_DATA: dict[str, tuple[str, ...]] = {
    "CustomContentVisual": (),
    "EmptyVisual": (),
    "PluginVisual": ("The plugin's visual, whose code is AWS's own.",),
}
#: What is not a plain list of groups, by the set of wells or the type.
_SHAPES: dict[str, Callable[[Request], VisualData]] = {
    "TableUnaggregatedFieldWells": plain,
    "ScatterPlotUnaggregatedFieldWells": plain,
    "HistogramVisual": histogram,
    "BoxPlotVisual": box_plot,
    "KPIVisual": kpi,
    "LineChartVisual": line_chart,
    "InsightVisual": insight,
}

"""A visual whose wells are filled in part is drawn empty, not refused."""

import pytest

from labkit.cloud.quicksight.render.drawing import draw
from labkit.cloud.quicksight.visuals.model import Field, VisualData

HALF = [
    ("BarChartVisual", "Category"),
    ("PieChartVisual", "Category"),
    ("KPIVisual", "TrendGroups"),
    ("HeatMapVisual", "Rows"),
    ("TreeMapVisual", "Groups"),
    ("FunnelChartVisual", "Category"),
    ("WaterfallVisual", "Categories"),
    ("ScatterPlotVisual", "XAxis"),
    ("SankeyDiagramVisual", "Source"),
    ("BoxPlotVisual", "GroupBy"),
]


@pytest.mark.parametrize(("kind", "well"), HALF)
def test_it_says_that_there_are_no_data(kind, well):
    field = Field("f", well, "school", "text", "school")
    picture = draw({kind: {"VisualId": "v"}}, VisualData((field,), [("Law",), ("Arts",)]))
    said = [text.get_text() for text in picture.texts]
    said += [text.get_text() for axes in picture.axes for text in axes.texts]
    assert any("No data" in each for each in said), said

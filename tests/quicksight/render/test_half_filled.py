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
    assert any("No data" in each for each in said(picture))


def test_what_cannot_be_asked_is_not_told_as_no_data():
    told = VisualData((), (), not_drawn=("There is no function named summ.",))
    found = said(draw({"BarChartVisual": {"VisualId": "v"}}, told))
    assert "Not shown" in found
    assert told.not_drawn[0] in found


def said(picture):
    """The picture's words."""
    within = [text.get_text() for axes in picture.axes for text in axes.texts]
    return [text.get_text() for text in picture.texts] + within

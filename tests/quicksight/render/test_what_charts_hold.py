"""Charts by what they hold: marks, values, labels, and what is left out."""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text

from labkit.cloud.quicksight.render import THEMES, Theme
from labkit.cloud.quicksight.render.axes import scale_of
from labkit.cloud.quicksight.render.charts.tree_map import squarified
from labkit.cloud.quicksight.render.conditions import color_for
from labkit.cloud.quicksight.render.drawing import draw, to_svg
from labkit.cloud.quicksight.render.expressions import Unreadable, evaluate
from labkit.cloud.quicksight.render.geo import countries, folded, shapes_for, states
from labkit.cloud.quicksight.render.scales import compact, linear, logarithmic
from labkit.cloud.quicksight.render.sketch import Box, Picture, Sketch
from labkit.cloud.quicksight.render.text import cut, width, wrap
from labkit.cloud.quicksight.render.values import spaced
from labkit.cloud.quicksight.visuals.model import LOST, OTHER, TOTAL, Field, VisualData
from tests.quicksight.render.members import merged
from tools.gallery.case import visual
from tools.gallery.cases import cases
from tools.gallery.made import (
    ROADS,
    SCHOOLS,
    by_month,
    by_school,
    by_school_and_status,
    dimension,
    measure,
    rows,
)

EXPORTS = Path(__file__).parents[1] / "definitions" / "exports"
CASES = {each.name: each for each in cases()}


def texts(picture: Picture) -> list[str]:
    return [each.get_text() for each in picture.findobj(Text) if each.get_text()]


def marks(picture: Picture) -> dict[str, Any]:
    return {each.label: each.value for each in picture.marks.values()}


def bars(picture: Picture) -> list[Rectangle]:
    return [each for each in picture.findobj(Rectangle) if each.get_gid()]


def bar_chart(data: VisualData, **configuration: Any) -> Picture:
    return draw(visual("BarChart", **configuration), data)


def test_bars_are_as_high_as_their_values() -> None:
    data = by_school()
    assert [each.get_height() for each in bars(bar_chart(data))] == [row[1] for row in data.rows]
    lying = bar_chart(data, Orientation="HORIZONTAL")
    assert [each.get_width() for each in bars(lying)] == [row[1] for row in data.rows]
    assert {"Engineering", "18.4K", "3,480", "20K"} <= set(texts(lying))


@pytest.mark.parametrize("kind", ["BarChart", "PieChart"])
def test_a_category_may_be_called_as_the_rest_is(kind: str) -> None:
    of = [("Other", 10), ("Female", 7)]
    data = rows(dimension("Category", "Gender"), measure("Values", "Students"), of=of)
    picture = draw(visual(kind), replace(data, others=(None, 3)))
    assert [each.value.split()[0] for each in picture.marks.values()] == ["10", "7", "3"]
    colors = {to_rgb(each.get_facecolor()[:3]) for each in picture.findobj(Patch) if each.get_gid()}
    assert len(colors) == {"BarChart": 1, "PieChart": 3}[kind]


def test_a_group_may_be_called_as_a_total_is() -> None:
    of = [("Total", 7), ("Partial", 5), (TOTAL, 12)]
    data = rows(dimension("Rows", "Kind"), measure("Values", "Sum of n"), of=of)
    found = [each.value for each in draw(visual("PivotTable"), data).marks.values()]
    assert found == ["7", "5", "12"]


def test_a_total_that_there_is_not_is_blank() -> None:
    fields = dimension("GroupBy", "Kind"), measure("Values", "n"), measure("Values", "Share")
    data = rows(*fields, of=[("a", 7, 0.7), ("b", 3, 0.3)])
    data = replace(data, totals={data.fields[1].id: 10, data.fields[2].id: None})
    found = texts(draw(visual("Table", TotalOptions={"TotalsVisibility": "VISIBLE"}), data))
    assert {"Total", "10"} <= set(found)
    assert "null" not in found


def test_dates_out_of_time_are_written_whole() -> None:
    month = dimension("Category", "Month", kind="date", granularity="MONTH")
    of = [(datetime(year, at, 1), 9 - at) for year, at in ((2024, 5), (2023, 6), (2024, 7))]
    found = texts(draw(visual("BarChart"), rows(month, measure("Values", "Sum of n"), of=of)))
    assert {"May 2024", "Jun 2023", "Jul 2024"} <= set(found)


def test_the_rest_of_sources_is_not_the_rest_of_destinations() -> None:
    of = [("Other", "Law", 10), (OTHER, "Law", 4), ("Art", OTHER, 2), (OTHER, OTHER, 1)]
    data = rows(dimension("Source", "From"), dimension("Destination", "To"),
                measure("Weight", "Moved"), of=of)  # fmt: skip
    picture = draw(visual("SankeyDiagram"), data)
    nodes = [(m.label, m.value) for m in picture.marks.values() if "→" not in m.label]
    assert nodes == [("Other", "10"), ("Law", "14"), ("Other", "5"), ("Art", "2"), ("Other", "3")]
    assert picture.warnings == []


def test_a_name_in_a_sankey_diagram_goes_on_to_the_next_place_at_its_height() -> None:
    alone = "Of a name that has room"
    steps = [(f"Longer step {at}", f"Longer step {at + 1}", 9 if at < 1 else 2) for at in range(6)]
    data = rows(dimension("Source", "From"), dimension("Destination", "To"),
                measure("Weight", "Moved"), of=[*steps, ("Longer step 0", alone, 9)])  # fmt: skip
    found = texts(draw(visual("SankeyDiagram"), data, width_px=500, height_px=260))
    assert f"{alone}  9" in found
    assert any("…" in each for each in found[1:]), found


@pytest.mark.parametrize("more", [[], [("Law", 1)]])
def test_an_empty_text_is_no_word(more: list[Any]) -> None:
    data = rows(dimension("GroupBy", "Word"), measure("Size", "Count"), of=[("", 2), *more])
    picture = draw(visual("WordCloud"), data)
    assert [each.label for each in picture.marks.values()] == [word for word, _ in more]
    assert picture.warnings == ["A word cloud has no word for an empty text."]


@pytest.mark.parametrize("kind", ["BarChart", "PieChart", "TreeMap", "FunnelChart", "LineChart"])
def test_an_empty_text_has_a_name_beside_its_mark(kind: str) -> None:
    well, size = ("Groups", "Sizes") if kind == "TreeMap" else ("Category", "Values")
    data = rows(dimension(well, "Kind"), measure(size, "Count"), of=[("", 2), ("Law", 1)])
    found = " ".join(texts(draw(visual(kind), data)))
    assert ("empty" in found, "Law" in found) == (True, True)


def test_zero_is_no_empty_text() -> None:
    by = replace(dimension("Colors", "Level", kind="number"), colors={"0": "#ff0000"})
    data = rows(dimension("Category", "Kind"), by, measure("Values", "Count"), of=[("a", 0, 2)])
    [bar] = bars(bar_chart(data))
    assert to_rgb(bar.get_facecolor()[:3]) == (1, 0, 0)


def test_what_is_below_a_hundredth_is_no_zero() -> None:
    of = [("a", 0.0045), ("b", 0.000012), ("c", 2.0)]
    data = rows(dimension("Category", "Part"), measure("Values", "Sum of rate"), of=of)
    assert {"0.0045", "0.000012", "2"} <= set(texts(bar_chart(data)))


def test_numbers_far_below_one_have_ticks_apart_and_no_mixed_notation() -> None:
    assert [compact(each) for each in (7e-7, 1.2e-7, 3e-12)] == ["0.0000007", "0.00000012", "3e-12"]
    scale = linear(0, 8e-14, 4)
    assert scale.ticks == pytest.approx((0, 2e-14, 4e-14, 6e-14, 8e-14))
    told = [compact(each, step=2e-14) for each in scale.ticks]
    assert told == ["0", "2e-14", "4e-14", "6e-14", "8e-14"]
    assert compact(4e-8, step=2e-8) == "0.00000004"


def test_a_donuts_centre_is_the_measure_of_all_rows() -> None:
    of = [("a", 7), ("b", 7), ("c", 6)]
    data = rows(dimension("Category", "Tier"), measure("Values", "Users"), of=of)
    data = replace(data, totals={data.fields[1].id: 9})
    options = {"ArcOptions": {"ArcThickness": "MEDIUM"}}
    found = texts(draw(visual("PieChart", DonutOptions=options), data))
    assert "9" in found
    assert "20" not in found


def test_a_funnel_tells_null_and_small_shares_as_such() -> None:
    of = [("all", 5000), ("some", 3), ("unknown", None)]
    data = rows(dimension("Category", "Stage"), measure("Values", "Sum of users"), of=of)
    assert {"5,000 (100%)", "3 (<1%)", "null"} <= set(texts(draw(visual("FunnelChart"), data)))


def test_a_gauge_leaves_room_for_its_target_beside_the_arc() -> None:
    fields = [measure("Values", "Sum of rate"), measure("TargetValues", "Goal of rate")]
    picture = draw(visual("GaugeChart"), rows(*fields, of=[(-25.5, -0.5)]), width_px=440)
    [words] = [each for each in picture.findobj(Text) if each.get_text() == "Target -0.5"]
    assert words.get_ha() == "left"


def test_stacked_bars_stand_on_each_other() -> None:
    found = bars(bar_chart(by_school_and_status(), BarsArrangement="STACKED"))
    first = [each for each in found if each.get_x() < 0.5]
    tops = [each.get_y() + each.get_height() for each in first]
    assert [each.get_y() for each in first] == [0, *tops[:-1]]


def test_stacked_bars_of_shares_end_at_100() -> None:
    found = bars(bar_chart(by_school_and_status(), BarsArrangement="STACKED_PERCENT"))
    whole: dict[float, float] = {}
    for each in found:
        whole[each.get_x()] = whole.get(each.get_x(), 0) + each.get_height()
    assert list(whole.values()) == pytest.approx([100] * len(SCHOOLS))


def test_stacks_bear_their_totals() -> None:
    labels = {"Visibility": "VISIBLE", "TotalsVisibility": "VISIBLE"}
    data = by_school_and_status()
    stacked = bar_chart(data, BarsArrangement="STACKED", DataLabels=labels)
    wholes: dict[Any, int] = {}
    for row in data.rows:
        wholes[row[0]] = wholes.get(row[0], 0) + row[1]
    assert {f"{whole:,}" for whole in wholes.values()} <= {*texts(stacked)}
    below = replace(data, rows=[(a, -1_000_000, c) for a, _, c in data.rows], others=None)
    drawn = bar_chart(below, BarsArrangement="STACKED", DataLabels=labels)
    total = next(each for each in drawn.findobj(Text) if each.get_text() == "-3M")
    assert 400 - total.get_position()[1] < min(bar.get_window_extent().y0 for bar in bars(drawn))
    side_by_side = bar_chart(data, DataLabels=labels)
    assert "Not drawn: totals of bars that are no stacks of values." in side_by_side.warnings


def test_a_value_is_written_over_no_other_bar() -> None:
    data = by_school_and_status()
    many = [(f"{name} {at}", value, key) for at in range(4) for name, value, key in data.rows]
    data = replace(data, rows=many, others=None)
    drawn = bar_chart(data, DataLabels={"Visibility": "VISIBLE"})
    shown = {f"{value:,}" for _, value, _ in many}
    values = [each for each in drawn.findobj(Text) if each.get_text() in shown]
    boxes = [each.get_window_extent(FigureCanvasAgg(drawn).get_renderer()) for each in values]
    over = [(a, b) for a in boxes for b in (each.get_window_extent() for each in bars(drawn))
            if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and a.y0 + 3 < b.y1]  # fmt: skip
    assert boxes
    assert not over


@pytest.mark.parametrize("place", ["TOP", "INSIDE", "BOTTOM"])
def test_values_stand_in_the_bars_where_the_definition_says(place: str) -> None:
    found = bar_chart(by_school(), DataLabels={"Visibility": "VISIBLE", "Position": place})
    label = next(each for each in found.findobj(Text) if each.get_text() == "18.4K")
    bar = bars(found)[0].get_window_extent()
    height = 400 - label.get_position()[1]
    share = (height - bar.y0) / (bar.y1 - bar.y0)
    assert {"TOP": 0.9 < share < 1, "INSIDE": 0.4 < share < 0.6, "BOTTOM": 0 < share < 0.1}[place]


@pytest.mark.parametrize(
    ("labels", "width", "said"),
    [
        ({}, 640, ["Engineering  31%"]),
        ({}, 280, ["31%", "Engineering"]),
        ({"Position": "INSIDE", "LabelContent": "VALUE"}, 640, ["18.4K", "Engineering"]),
        ({"Visibility": "HIDDEN"}, 640, ["Engineering"]),
        ({"MeasureLabelVisibility": "HIDDEN"}, 640, ["Engineering"]),
    ],
    ids=["beside", "no room beside", "inside", "hidden", "names alone"],
)
def test_slices_bear_their_labels(labels: dict[str, str], width: int, said: list[str]) -> None:
    found = texts(draw(visual("PieChart", DataLabels=labels), by_school(), width_px=width))
    assert {*said} <= {*found}
    assert ("31%" in " ".join(found)) == ("31%" in " ".join(said))


def test_the_rest_is_the_last_bar() -> None:
    data = replace(by_school(), others=(None, 999), cut=4)
    assert marks(bar_chart(data))["Other · Sum of submissions"] == "999"


def test_a_palette_colours_its_values() -> None:
    field = by_school_and_status().fields[2].id
    palette = {
        "ColorMap": [{"Element": {"FieldId": field, "FieldValue": "Late"}, "Color": "#FF00FF"}]
    }
    picture = bar_chart(by_school_and_status(), VisualPalette=palette)
    late = [each for each in bars(picture) if each.get_facecolor()[:3] == (1, 0, 1)]
    assert len(late) == len(SCHOOLS)


def test_values_keep_the_colours_that_the_definition_gives_them() -> None:
    data = by_school_and_status()
    colored = replace(data.fields[2], colors={"Late": "#FF00FF", "NULL": "#00FF00"})
    rows_ = [*data.rows, (SCHOOLS[0], 5, None)]
    found = bars(bar_chart(replace(data, fields=(*data.fields[:2], colored), rows=rows_)))
    colors = [each.get_facecolor()[:3] for each in found]
    assert (colors.count((1, 0, 1)), colors.count((0, 1, 0))) == (len(SCHOOLS), 1)


@pytest.mark.parametrize(
    ("axis", "ends"),
    [
        ({}, (0, 20_000)),
        ({"Range": {"MinMax": {"Minimum": 1000, "Maximum": 50_000}}}, (1000, 50_000)),
        ({"Scale": {"Logarithmic": {"Base": 10}}}, (3, 5)),
    ],
    ids=["by the data", "asked for", "logarithmic"],
)
def test_the_axis_is_as_the_definition_says(
    axis: dict[str, Any], ends: tuple[float, float]
) -> None:
    options = {"DataOptions": {"NumericAxisOptions": axis}}
    assert bar_chart(by_school(), ValueAxis=options).axes[0].get_ylim() == pytest.approx(ends)


def test_bars_on_a_logarithmic_axis_end_at_their_values() -> None:
    options = {"DataOptions": {"NumericAxisOptions": {"Scale": {"Logarithmic": {"Base": 10}}}}}
    data = by_school()
    rows_ = [("Law", 10_000), ("Art", 100), ("Music", 0)]
    picture = bar_chart(replace(data, rows=rows_, others=None), ValueAxis=options)
    assert picture.axes[0].get_ylim() == (1, 4)  # or the least bar has no height
    ends = [each.get_y() + each.get_height() for each in bars(picture)]
    assert ends == pytest.approx([4, 2, picture.axes[0].get_ylim()[0]])
    assert picture.warnings == ["A logarithmic axis has no place for values of zero or less."]


@pytest.mark.parametrize(
    ("calculation", "value"),
    [("AVERAGE", "9.97K"), ("MAX", "18.42K"), ("MEDIAN", "8.76K"), ("COUNT", "6")],
)
def test_reference_lines_are_computed(calculation: str, value: str) -> None:
    line = {
        "DataConfiguration": {
            "DynamicConfiguration": {
                "Column": {"ColumnName": "submissions"},
                "MeasureAggregationFunction": {
                    "NumericalAggregationFunction": {"SimpleNumericalAggregation": "SUM"}
                },
                "Calculation": {"SimpleNumericalAggregation": calculation},
            }
        }
    }
    assert marks(bar_chart(by_school(), ReferenceLines=[line]))["Reference line"] == value


def test_a_reference_line_without_its_field_is_told() -> None:
    line = {"DataConfiguration": {"DynamicConfiguration": {"Column": {"ColumnName": "grade"}}}}
    told = bar_chart(by_school(), ReferenceLines=[line]).warnings
    assert told == ["Not drawn: a reference line over a field that the visual does not show."]


def test_panels_share_a_scale_unless_each_has_its_own() -> None:
    data = CASES["Bar chart, small multiples"].data
    shared = {each.get_ylim() for each in bar_chart(data).axes}
    own = {
        each.get_ylim()
        for each in bar_chart(data, SmallMultiplesOptions={"YAxis": {"Scale": "INDEPENDENT"}}).axes
    }
    assert (len(shared), len(own)) == (1, 3)


def test_lines_hold_their_points_and_bear_their_names() -> None:
    picture = draw(visual("LineChart"), by_month())
    lines = [each for each in picture.axes[0].lines if each.get_gid()]
    assert [len(each.get_xdata()) for each in lines] == [18, 18, 18]
    assert set(ROADS) <= set(texts(picture))
    assert [text for text in texts(picture) if "202" in text] == ["2024", "2025"]


def test_dates_stand_by_their_distance() -> None:
    days = [datetime(2024, 1, 1), datetime(2024, 1, 2), datetime(2024, 1, 11)]
    data = rows(
        dimension("Category", "Day", "date", "DAY"),
        measure("Values", "Sum of logins"),
        of=[(day, 1) for day in days],
    )
    xs = list(draw(visual("LineChart"), data).axes[0].lines[0].get_xdata())
    assert [xs[1] - xs[0], xs[2] - xs[1]] == [1, 9]


@pytest.mark.parametrize(
    ("days", "distances"),
    [([11, 2, 1, None], [9, 1, 5]), ([2, 11, 1], [1, 1])],
    ids=["from the latest on", "by something else"],
)
def test_dates_stand_in_the_order_that_is_asked_for(days: list[Any], distances: list[int]) -> None:
    data = rows(
        dimension("Category", "Day", "date", "DAY"),
        measure("Values", "Sum of logins"),
        of=[(day and datetime(2024, 1, day), 1) for day in days],
    )
    xs = list(draw(visual("LineChart"), data).axes[0].lines[0].get_xdata())
    assert [after - before for before, after in itertools.pairwise(xs)] == distances


@pytest.mark.parametrize(
    ("treatment", "values"),
    [("SHOW_AS_BLANK", [1, None, 3]), ("SHOW_AS_ZERO", [1, 0, 3]), ("INTERPOLATE", [1, 2, 3])],
)
def test_missing_values_are_as_the_definition_says(treatment: str, values: list[Any]) -> None:
    data = rows(
        dimension("Category", "Day"),
        measure("Values", "Sum of logins"),
        of=[("a", 1), ("b", None), ("c", 3)],
    )
    axis = {"MissingDataConfigurations": [{"TreatmentOption": treatment}]}
    line = draw(visual("LineChart", PrimaryYAxisDisplayOptions=axis), data).axes[0].lines[0]
    assert [None if numpy.isnan(each) else each for each in line.get_ydata()] == values


@pytest.mark.parametrize("how", ["LINEAR", "SMOOTH"])
def test_a_point_between_gaps_is_a_dot(how: str) -> None:
    fields = (dimension("Category", "Day"), measure("Values", "Sum of logins"))
    values = [1, 2, None, 3, None, 4, 5]
    data = rows(*fields, of=list(zip("abcdefg", values, strict=True)))
    style = {"LineStyleSettings": {"LineInterpolation": how}}
    line = draw(visual("LineChart", DefaultSeriesSettings=style), data).axes[0].lines[0]
    marked = [line.get_ydata()[each] for each in line.get_markevery()]
    assert (marked, line.get_marker()) == ([3], "o")
    known = [
        x for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True) if not numpy.isnan(y)
    ]
    assert {0, 1, 3, 5, 6} <= set(known)


PICKED: list[tuple[list[Any], set[str]]] = [
    ([], {"31", "11", "41", "21"}),
    ([{"MinimumLabelType": {"Visibility": "VISIBLE"}}], {"11"}),
    ([{"MaximumLabelType": {}}, {"MinimumLabelType": {"Visibility": "HIDDEN"}}], {"41"}),
    ([{"RangeEndsLabelType": {"Visibility": "VISIBLE"}}], {"31", "21"}),
    ([{"FieldLabelType": {"FieldId": "another", "Visibility": "VISIBLE"}}], set()),
    ([{"DataPathLabelType": {"Visibility": "VISIBLE"}}], {"31", "11", "41", "21"}),
]


@pytest.mark.parametrize(("types", "values"), PICKED)
def test_a_line_bears_the_values_that_its_definition_picks(
    types: list[Any], values: set[str]
) -> None:
    fields = (dimension("Category", "School"), measure("Values", "Sum of logins"))
    data = VisualData(fields, [("Art", 31), ("Law", 11), ("Music", 41), ("Zoology", 21)])
    labels = {"Visibility": "VISIBLE", "DataLabelTypes": types}
    drawn = draw(visual("LineChart", DataLabels=labels), data)
    assert {"31", "11", "41", "21"} & {*texts(drawn)} == values
    assert drawn.warnings == []


def test_the_dates_of_a_line_do_not_stand_over_each_other() -> None:
    days = [(9, 1), (9, 3), (10, 2), (11, 11)]
    fields = (
        dimension("Category", "Day", "date", granularity="DAY"),
        measure("Values", "Sum of logins"),
    )
    data = VisualData(fields, [(datetime(2026, *day), 5) for day in days])
    shown = texts(draw(visual("LineChart"), data))
    assert {"1 Sep", "3 Sep", "2 Oct", "11 Nov"} - {*shown} == {"3 Sep"}


@pytest.mark.parametrize("arrangement", ["CLUSTERED", "STACKED"])
def test_the_bars_of_a_combo_bear_their_values(arrangement: str) -> None:
    fields = (
        dimension("Category", "School"),
        measure("BarValues", "Sum of late"),
        measure("BarValues", "Sum of early"),
        measure("LineValues", "Sum of all"),
    )
    shown = {"BarsArrangement": arrangement, "BarDataLabels": {"Visibility": "VISIBLE"}}
    drawn = draw(visual("ComboChart", **shown), VisualData(fields, [("Law", 41, 59, 7)]))
    drawn.canvas.draw()
    for text, bar in zip(("41", "59"), bars(drawn), strict=True):
        word = next(each for each in drawn.findobj(Text) if each.get_text() == text)
        inside, box = word.get_window_extent(), bar.get_window_extent()
        assert box.x0 < inside.x0 < inside.x1 < box.x1
        assert (box.y0 < inside.y0 < inside.y1 < box.y1) == (arrangement == "STACKED")


def test_a_value_stays_in_its_part_of_a_stack_that_a_line_runs_over() -> None:
    """In another part it would be another value."""
    fields = (
        dimension("Category", "School"),
        measure("BarValues", "Sum of late"),
        measure("BarValues", "Sum of early"),
        measure("LineValues", "Sum of all"),
    )
    shown = {"BarsArrangement": "STACKED", "SingleAxisOptions": {"YAxisOptions": {}},
             "BarDataLabels": {"Visibility": "VISIBLE"}}  # fmt: skip
    data = VisualData(fields, [("Law", 41, 59, 20), ("Art", 42, 58, 70)])
    drawn = draw(visual("ComboChart", **shown), data)
    drawn.canvas.draw()
    for text, bar in zip(("41", "59", "42", "58"), bars(drawn), strict=True):
        word = next(each for each in drawn.findobj(Text) if each.get_text() == text)
        inside, box = word.get_window_extent(), bar.get_window_extent()
        assert box.y0 < inside.y0 < inside.y1 < box.y1, text


def test_no_line_of_a_combo_runs_over_a_value() -> None:
    """The bars' values stand in the bars then, and the lines' above their points."""
    fields = (
        dimension("Category", "School"),
        measure("BarValues", "Sum of late"),
        measure("LineValues", "Sum of all"),
    )
    labels = {"Visibility": "VISIBLE"}
    shown = {"BarDataLabels": labels, "LineDataLabels": labels}
    data = VisualData(fields, [("Law", 61, 57), ("Art", 63, 66), ("Tax", 58, 62)])
    drawn = draw(visual("ComboChart", **shown, SingleAxisOptions={"YAxisOptions": {}}), data)
    words = {each.get_text(): each for each in drawn.findobj(Text)}
    assert {"61", "57", "63", "66", "58", "62"} <= set(words)
    drawn.canvas.draw()
    [line] = [each for axes in drawn.axes for each in axes.lines if each.get_gid()]
    points = line.get_transform().transform(line.get_xydata())
    for row, bar in zip(data.rows, bars(drawn), strict=True):
        for text in map(str, row[1:]):
            box = words[text].get_window_extent()
            crossed = numpy.interp(numpy.linspace(box.x0, box.x1, 9), *points.T)
            assert all(crossed < box.y0) or all(crossed > box.y1), text
        inside = words[str(row[1])].get_window_extent().y1 < bar.get_window_extent().y1
        assert inside == (row[0] != "Law")


def test_a_measure_has_the_color_of_its_column() -> None:
    fields = (
        dimension("Category", "School"),
        measure("Values", "Sum of new_users"),
        measure("Values", "Sum of others"),
    )
    paint = {"FieldId": fields[1].id, "FieldValue": fields[1].column}
    palette = {"ColorMap": [{"Element": paint, "Color": "#9046FF"}]}
    drawn = bar_chart(VisualData(fields, [("Law", 3, 4)]), VisualPalette=palette)
    assert bars(drawn)[0].get_facecolor()[:3] == to_rgb("#9046FF")
    assert bars(drawn)[1].get_facecolor()[:3] != to_rgb("#9046FF")


def test_what_lies_ahead_is_not_zero() -> None:
    data = CASES["Line chart with a forecast"].data
    axis = {"MissingDataConfigurations": [{"TreatmentOption": "SHOW_AS_ZERO"}]}
    line = draw(visual("LineChart", PrimaryYAxisDisplayOptions=axis), data).axes[0].lines[0]
    assert [bool(each) for each in numpy.isnan(line.get_ydata())] == [False] * 12 + [True] * 4


def test_a_value_without_a_date_stands_behind_the_dated_ones() -> None:
    data = by_month(3, ROADS[:1])
    more = replace(data, rows=[*data.rows, (None, 5)])
    line = draw(visual("LineChart"), more).axes[0].lines[0]
    assert list(line.get_xdata()) == sorted(line.get_xdata())
    fields = (measure("Values", "Sum of logins"), dimension("TrendGroups", "Month", "date"))
    for ordered in (more.rows, more.rows[::-1]):
        trend = VisualData(fields, [row[::-1] for row in ordered])
        assert marks(draw(visual("KPI"), trend))["Sum of logins"] == f"{data.rows[-1][1]:,}"


@pytest.mark.parametrize(("sign", "mark"), [(">", "▾"), ("<", "▴")])
def test_a_kpis_comparison_is_coloured_by_its_difference(sign: str, mark: str) -> None:
    """As the console writes it; the case's last period is below the one before it."""
    gap = f"percentDifference(SUM({{logins}}),[SUM({{logins}}) DESC],1,[]) {sign} 0.0"
    icons = [
        {"ComparisonValue": {"Icon": {"CustomCondition": {
            "Expression": expression, "IconOptions": {"Icon": icon}}}}}
        for expression, icon in ((gap, "CARET_UP"), (f"NOT {gap}", "CARET_DOWN"))
    ]  # fmt: skip
    picture = draw(visual("KPI", icons), CASES["KPI with its trend"].data)
    assert [each for each in texts(picture) if each in "▴▾▲▼"] == [mark]
    assert not picture.warnings


@pytest.mark.parametrize(("kind", "wells"), [("Table", "GroupBy"), ("PivotTable", "Rows")])
def test_an_icon_may_stand_for_the_words(kind: str, wells: str) -> None:
    alone = {"DisplayConfiguration": {"IconDisplayOption": "ICON_ONLY"}}
    data = by_school(wells)
    [field] = [each for each in data.fields if each.is_measure][:1]
    condition = {"Expression": "SUM({submissions}) > 0", "IconOptions": {"UnicodeIcon": "★"}}
    icon = {"Icon": {"CustomCondition": condition | alone}}
    formats = [{"Cell": {"FieldId": field.id, "TextFormat": icon}}]
    at = data.fields.index(field)
    said = {f"{row[at]:,}" for row in data.rows}
    assert said <= set(texts(draw(visual(kind), data)))
    shown = texts(draw(visual(kind, formats), data))
    assert shown.count("★") == len(data.rows)
    assert not said & set(shown)


HELD = [
    ("Pie chart", "Engineering", "18,420 (30.8%)"),
    ("Donut chart", "Sciences", "3,480 (5.8%)"),
    ("Waterfall", "Total", "4,730"),
    ("Funnel chart", "Admitted", "2,480"),
    ("Sankey diagram", "Transfers → Law", "210"),
    ("Tree map", "Biology", "554"),
    ("Histogram", "70 to 75", "400"),
    ("KPI with its trend", "Comparison", "-3.0%"),
    ("KPI against a target", "Progress", "92%"),
    ("Gauge", "Target", "20K"),
    ("Table with totals", "Total of Sum of submissions", "59,840"),
    ("Filled map of countries", "FR", "1,304"),
    ("Word cloud", "statistics", "900"),
    ("Line chart with a forecast", "Forecast", "15,300, 15,600, 15,900, 16,200"),
    ("Pivot table with subtotals", "Total · Total · Total · Sum of submissions", "72,500"),
    ("Custom content", "Image", "https://example.edu/campus.png"),
]


@pytest.mark.parametrize(("name", "label", "value"), HELD, ids=[each[0] for each in HELD])
def test_a_picture_holds_its_values(name: str, label: str, value: str) -> None:
    found = marks(draw(CASES[name].visual, CASES[name].data))
    if name != "Filled map of countries":
        assert found[label] == value
    assert label in found


def test_what_is_not_drawn_is_told_once_on_the_figure_and_as_a_warning() -> None:
    picture = draw(
        visual(
            "BarChart",
            DefaultSeriesSettings={"DecalSettings": {"DecalVisibility": "VISIBLE"}},
            Tooltip={"TooltipVisibility": "VISIBLE"},
        ),
        replace(by_school(), not_drawn=("A filter names no column.",)),
    )
    assert picture.warnings == ["A filter names no column.", "Not drawn: DefaultSeriesSettings."]
    assert "A filter names no column. Not drawn: default series settings." in texts(picture)


def test_parameters_stand_in_titles() -> None:
    titled = {"BarChartVisual": {"Title": {"FormatText": {"PlainText": "Of <<$School>>"}}}}
    assert "Of Law" in texts(draw(titled, by_school(), parameters={"School": "Law"}))
    told = draw(titled, by_school()).warnings
    assert told == ["The title's parameter School has no value."]


def test_parameters_stand_in_labels() -> None:
    label = {"AxisLabelOptions": [{"CustomLabel": "In <<$Unset>>"}]}
    legend = {"Title": {"CustomLabel": "By <<$Group>>"}}
    asked = visual("BarChart", Legend=legend, ValueLabelOptions=label)
    found = texts(draw(asked, by_school_and_status(), parameters={"Group": "status"}))
    assert {"By status", "In <<$Unset>>"} <= set(found)


def test_notes_stand_below_the_chart() -> None:
    names = ["\U0001f7e2", "\U0001f7e1", "\U0001f7e0", "\U0001f535"]
    data = rows(dimension("Category", "School"), measure("Values", "Sum of sales"),
                of=[(f"{each} school", 3) for each in names])  # fmt: skip
    found = draw(visual("BarChart"), data, width_px=300, height_px=180)
    [note] = found.warnings
    assert note.count("The font has no") == 1
    places = [(each.get_text(), each.get_position()[1]) for each in found.findobj(Text)]
    notes = min(y for text, y in places if "stands for" in text or "The font" in text)
    assert max(y for text, y in places if text.isdigit()) < notes - 5


def test_categories_and_panels_stand_in_the_order_of_their_axes() -> None:
    data = rows(
        dimension("Category", "Term"),
        dimension("SmallMultiples", "School"),
        measure("Values", "Sum of sales"),
        of=[("Fall", "Law", 1), ("Fall", "Art", 2), ("Autumn", "Art", 3), ("Autumn", "Bio", 3)],
    )
    term, school, _ = (each.id for each in data.fields)
    places = {term: ("Autumn", "Fall"), school: ("Art", "Bio", "Law")}
    found = texts(draw(visual("BarChart"), replace(data, places=places)))
    assert [each for each in found if each in places[school]] == ["Art", "Bio", "Law"]
    assert [each for each in found if each in places[term]][:2] == ["Autumn", "Fall"]


def test_a_waterfall_of_several_measures_has_a_step_for_each() -> None:
    data = rows(measure("Values", "List"), measure("Values", "Discounts"), of=[(9, -4)])
    asked = visual("Waterfall", WaterfallChartOptions={"TotalBarLabel": "Effective"})
    found = draw(asked, data)
    assert marks(found) == {"List": "9", "Discounts": "-4", "Effective": "5"}
    assert not found.warnings


def test_a_step_of_a_waterfall_bears_its_own_value() -> None:
    """Not the distance of two sums, in which a small one is lost."""
    of = [("huge", 1.2e15), ("tiny", 0.00042), ("none", None)]
    fields = dimension("Categories", "Part"), measure("Values", "Sum of cost")
    picture = draw(visual("Waterfall"), rows(*fields, of=of))
    assert (marks(picture)["tiny"], marks(picture)["none"]) == ("0.00042", "null")
    assert {"+0.00042", "null"} <= set(texts(picture))


def test_each_spoke_of_a_radar_chart_bears_its_name() -> None:
    names = ["Arts", "School of Veterinary Medicine, northern campus", "Law", "Music"]
    fields = dimension("Category", "School"), measure("Values", "Sum of students")
    of = [(name, at or None) for at, name in enumerate(names)]
    picture = draw(visual("RadarChart"), rows(*fields, of=of), width_px=480, height_px=300)
    assert {"Arts", "School of Veterinary", "Law", "Music"} <= set(texts(picture))
    assert picture.warnings == ["1 missing value at the centre."]


def test_columns_of_a_heat_map_bear_their_names_cut_where_they_must_be() -> None:
    names = [f"{at} of Veterinary Medicine, northern campus {at}" for at in range(8)]
    fields = dimension("Rows", "Year"), dimension("Columns", "Of"), measure("Values", "Sum")
    data = rows(*fields, of=[("First", name, 1) for name in names])
    shown = texts(draw(visual("HeatMap"), data, width_px=360, height_px=240))
    assert [each[0] for each in shown if " of V" in each and "…" in each] == list("01234567")


@pytest.mark.parametrize("width_px", [230, 260])
def test_quarters_in_a_narrow_chart_are_named_at_even_distances(width_px: int) -> None:
    quarters = [datetime(2019 + at // 4, 1 + 3 * (at % 4), 1) for at in range(22)]
    fields = dimension("Category", "Quarter", "date", "QUARTER"), measure("Values", "Sum")
    data = rows(*fields, of=[(each, 1) for each in quarters])
    picture = draw(visual("LineChart"), data, width_px=width_px, height_px=160)
    named = [each for each in picture.findobj(Text) if re.fullmatch("Q[1-4]", each.get_text())]
    inner = [each.get_position()[0] for each in named][1:-1]  # an outer one may be moved inwards
    assert numpy.diff(inner) == pytest.approx(
        numpy.full(len(inner) - 1, inner[1] - inner[0]), rel=0.05
    )


@pytest.mark.parametrize(
    ("kind", "wells", "word"),
    [
        ("PieChart", ("Category", "Values"), "No slices"),
        ("TreeMap", ("Groups", "Sizes"), "No rectangles"),
        ("WordCloud", ("GroupBy", "Size"), "No words"),
    ],
)
def test_what_has_nothing_above_zero_says_so(kind: str, wells: Any, word: str) -> None:
    of = [("a", 0), ("b", -2)]
    data = rows(dimension(wells[0], "Part"), measure(wells[1], "Sum of cost"), of=of)
    assert word in texts(draw(visual(kind), data))


def test_a_name_of_a_point_is_not_written_over_the_axis() -> None:
    x, y = measure("XAxis", "Hours", "AVERAGE"), measure("YAxis", "Grade", "AVERAGE")
    of = [(at / 40, 0, f"Road {at}") for at in range(40)]
    picture = draw(visual("ScatterPlot"), rows(x, y, dimension("Category", "Road"), of=of))
    every = [each for each in picture.findobj(Text) if each.get_text()]
    ticks = [each.get_position()[1] for each in every if each.get_text() in ("0.0", "0.5", "1.0")]
    named = [each.get_position()[1] for each in every if each.get_text().startswith("Road ")]
    assert max(named) < min(ticks)


def test_a_title_stands_where_its_markup_says() -> None:
    rich = '<visual-title><block align="{}">Sales</block></visual-title>'
    asked = (
        {"FormatText": {"RichText": rich.format(each)}} for each in ("left", "center", "right")
    )
    drawn = (
        draw({"BarChartVisual": {"VisualId": "v", "Title": each}}, by_school()) for each in asked
    )
    left, centre, right = (
        next(each.get_position()[0] for each in one.findobj(Text) if each.get_text() == "Sales")
        for one in drawn
    )
    assert left < centre < right


def test_a_rich_title_has_its_size_and_colour() -> None:
    words = '<visual-title><b><inline color="#FF0000" font-size="21px">Late</inline></b>'
    titled = {"BarChartVisual": {"Title": {"FormatText": {"RichText": f"{words}</visual-title>"}}}}
    drawn = next(
        each for each in draw(titled, by_school()).findobj(Text) if each.get_text() == "Late"
    )
    assert (drawn.get_fontsize(), drawn.get_color()) == (21, "#FF0000")
    mixed = {"BarChartVisual": {"Title": {"FormatText": {"RichText": f"So {words} and more"}}}}
    picture = draw(mixed, by_school())
    looks = {each.get_text(): (each.get_fontsize(), each.get_color()) for each in picture.texts}
    assert looks["Late"] == (21, "#FF0000")
    assert looks["So"][0] == looks["more"][0] == 14
    assert picture.warnings == []


def test_a_narrative_of_unknown_lines_is_no_insight() -> None:
    told = Field("narrative", "Narrative", "Insight", "text", "")
    lost = f"<narrative>Total <b>{LOST}</b></narrative>"
    data = VisualData((told,), [("",)], narrative=lost)
    assert texts(draw({"InsightVisual": {"VisualId": "i"}}, data))[-1] == "No insight"
    assert texts(draw({"EmptyVisual": {"VisualId": "e"}}, VisualData((), []))) == ["No data"]


NARRATED = """<narrative>
  <block align="center"><inline color="#61D1D6" font-size="22px"><b>Savings</b></inline></block>
  <br/>
  <block align="center">Monthly: 5 &lt; 6</block>
  <br/>
  <block align="center"/>
  <br/>
  <ul><li><block>\0 is lost</block></li><li><block>A point</block></li></ul>
</narrative>"""


def test_a_narrative_has_its_looks_line_by_line() -> None:
    told = Field("narrative", "Narrative", "Insight", "text", "")
    data = VisualData((told,), [("Savings",)], narrative=NARRATED)
    picture = draw(visual("Insight"), data, width_px=400, height_px=200)
    found = {each.get_text(): each for each in picture.texts}
    assert (found["Savings"].get_fontsize(), found["Savings"].get_color()) == (22, "#61D1D6")
    assert not any("lost" in each for each in found)
    title, said, point = (found[each].get_position() for each in ("Savings", "Monthly:", "A"))
    assert title[0] > 100 > point[0]
    assert said[1] - title[1] < 30 < point[1] - said[1]  # an empty line between


TOOLTIPS = {
    "columns": ("DETAILED", [{"ColumnTooltipItem": {"Column": {"ColumnName": "gpa"}}}], ["gpa"]),
    "hidden": (
        "DETAILED",
        [{"ColumnTooltipItem": {"Column": {"ColumnName": "gpa"}, "Visibility": "HIDDEN"}}],
        [],
    ),
    "its own": ("DETAILED", [{"FieldTooltipItem": {"FieldId": "school"}}], []),
    "a sheet": ("SHEET", [], ["sheet"]),
}


@pytest.mark.parametrize(("kind", "fields", "told"), TOOLTIPS.values(), ids=TOOLTIPS)
def test_what_tooltips_lack_is_told(kind: str, fields: list[Any], told: list[str]) -> None:
    tooltip = {"SelectedTooltipType": kind, "FieldBasedTooltip": {"TooltipFields": fields}}
    asked = {"BarChartVisual": {"ChartConfiguration": {"Tooltip": tooltip}}}
    found = draw(asked, by_school()).warnings
    assert len(found) == len(told)
    assert all(word in sentence for word, sentence in zip(told, found, strict=True))


@pytest.mark.parametrize(("fill", "ink"), [("#DDEEFF", "#16191F"), ("#203040", None)])
def test_words_can_be_read_on_the_ground_of_their_cell(fill: str, ink: str | None) -> None:
    case, theme = CASES["Table with totals"], THEMES["MIDNIGHT"]
    [(kind, body)] = case.visual.items()
    options = {"TableOptions": {"CellStyle": {"BackgroundColor": fill}}}
    dark = draw({kind: {**body, "ChartConfiguration": options}}, case.data, theme=theme)
    colors = [each.get_color() for each in dark.findobj(Text) if each.get_text() == "Medicine"]
    assert colors == [ink or theme.foreground]


def test_a_field_of_a_pivot_groups_it_and_is_not_shown() -> None:
    case = CASES["Pivot table with subtotals"]
    [(kind, body)] = case.visual.items()
    year = next(each for each in case.data.fields if each.label == "Year")
    options = [{"FieldId": year.id, "Visibility": "HIDDEN"}]
    hidden = merged(
        body, {"ChartConfiguration": {"FieldOptions": {"SelectedFieldOptions": options}}}
    )
    shown, without = (draw({kind: each}, case.data) for each in (body, hidden))
    gone = {*texts(shown)} - {*texts(without)}
    assert gone == {"Year", "First", "Second"}
    assert (texts(shown).count("Total"), marks(shown)) == (
        texts(without).count("Total"),
        marks(without),
    )


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("PieChart", "A pie has no slice for 1 value of zero or less."),
        ("TreeMap", "A tree map has no rectangle for 1 group of zero or less."),
        ("SankeyDiagram", "A Sankey diagram has no band for 1 flow of zero or less."),
        ("WordCloud", "A word cloud has no size for 1 word of zero or less."),
        ("FunnelChart", "A funnel has no bar for 1 value below zero."),
    ],
)
def test_what_has_no_size_is_told(kind: str, told: str) -> None:
    case = next(each for each in CASES.values() if f"{kind}Visual" in each.visual)
    flags = [each.is_measure for each in case.data.fields]
    last = tuple(-5 if flag else each for flag, each in zip(flags, case.data.rows[-1], strict=True))
    data = replace(case.data, rows=[*case.data.rows[:-1], last])
    assert told in draw(case.visual, data).warnings


@pytest.mark.parametrize("kind", ["Table", "PivotTable"])
def test_a_table_shows_rows_without_values(kind: str) -> None:
    case = next(each for each in CASES.values() if f"{kind}Visual" in each.visual)
    flags = [each.is_measure for each in case.data.fields]
    rows = [
        tuple(None if flag else each for flag, each in zip(flags, row, strict=True))
        for row in case.data.rows
    ]
    shown = texts(draw(visual(kind), replace(case.data, rows=rows)))
    assert shown.count("null") > 2
    fields = [{"FieldId": each.id, "Visibility": "HIDDEN"} for each in case.data.fields]
    draw(visual(kind, FieldOptions={"SelectedFieldOptions": fields}), case.data)


def test_a_pivot_without_any_head_shows_its_values() -> None:
    case = CASES["Pivot table with subtotals"]
    heads = [each.id for each in case.data.fields if not each.is_measure]
    options = [{"FieldId": each, "Visibility": "HIDDEN"} for each in heads]
    fields = {"FieldOptions": {"SelectedFieldOptions": options}}
    bare = draw(visual("PivotTable", **fields), case.data)
    assert marks(bare) == marks(draw(visual("PivotTable"), case.data))


def test_a_pivot_whose_measures_are_rows_names_its_rows() -> None:
    case = CASES["Pivot table with subtotals"]
    fields = tuple(each for each in case.data.fields if each.well != "Columns")
    kept = [case.data.fields.index(each) for each in fields]
    data = replace(
        case.data, fields=fields, rows=[tuple(r[at] for at in kept) for r in case.data.rows]
    )
    drawn = draw(visual("PivotTable", TableOptions={"MetricPlacement": "ROW"}), data)
    assert {each.label for each in data.well("Rows")} <= set(texts(drawn))


def test_words_wrap_in_their_cell_and_totals_have_a_look_of_their_own() -> None:
    long = "Words that go on and on until no cell of a table holds them any more"
    case = CASES["Table with totals"]
    [(kind, body)] = case.visual.items()
    options = {
        "TableOptions": {"CellStyle": {"TextWrap": "WRAP"}},
        "TotalOptions": {
            "TotalsVisibility": "VISIBLE", "CustomLabel": long,
            "TotalCellStyle": {"TextWrap": "WRAP", "VerticalTextAlignment": "TOP"},
        },
    }  # fmt: skip
    found = draw({kind: {**body, "ChartConfiguration": options}}, case.data)
    said = texts(found)
    lines = said[next(at for at, each in enumerate(said) if each.startswith("Words")) :]
    assert " ".join(itertools.takewhile(lambda line: not line[:1].isdigit(), lines)).startswith(
        long
    )


@pytest.mark.parametrize(
    ("wrap", "lines"),
    [(None, ["By: Ann", "On: Monday"]), ("NONE", ["By: Ann On: Monday"]),
     ("WRAP", ["By: Ann", "On: Monday"])],
)  # fmt: skip
def test_lines_of_a_cell_stand_below_each_other(wrap: str | None, lines: list[str]) -> None:
    data = rows(dimension("GroupBy", "Case"), of=[("By: Ann\nOn: Monday",)])
    style = {"TextWrap": wrap} if wrap else {}
    found = draw(visual("Table", TableOptions={"CellStyle": style}), data)
    cells = [each for each in found.findobj(Text) if each.get_text() in lines]
    assert [each.get_text() for each in cells] == lines
    assert len({each.get_position()[1] for each in cells}) == len(lines)


def test_a_high_row_ends_with_the_table() -> None:
    data = rows(dimension("GroupBy", "Case"), of=[(" ".join(["word"] * 200),)])
    style = {"Height": 400, "TextWrap": "WRAP", "VerticalTextAlignment": "TOP"}
    found = draw(visual("Table", TableOptions={"CellStyle": style}), data, height_px=160)
    assert max(each.get_position()[1] for each in found.findobj(Text)) < 160


LINKS = {
    "words": ({"CustomTextContent": {"Value": "Open"}}, ["Case", "Open", "script:x", "17"]),
    "sign": ({"CustomIconContent": {"Icon": "LINK"}}, ["Case", "\u2197", "script:x", "17"]),
}


@pytest.mark.parametrize(("content", "shown"), LINKS.values(), ids=LINKS)
def test_an_address_in_a_table_is_a_link(content: Any, shown: list[str]) -> None:
    case = dimension("GroupBy", "Case")
    styled = {"LinkConfiguration": {"Content": content, "Target": "NEW_TAB"}}
    option = {"FieldId": case.id, "URLStyling": styled}
    data = rows(case, of=[("https://example.edu/1",), ("script:x",), ("17",)])
    found = draw(visual("Table", FieldOptions={"SelectedFieldOptions": [option]}), data)
    assert (texts(found)[-4:], found.warnings) == (shown, [])
    assert to_svg(found).count('<a xlink:href="https://example.edu/1" target="_blank">') == 1


def test_columns_that_stay_end_with_their_table() -> None:
    fields = [dimension("Rows", f"A column {at}") for at in range(9)]
    data = rows(*fields, measure("Values", "Sum"), of=[(*["Words"] * 9, 7)])
    found = draw(visual("PivotTable"), data, width_px=500)
    edges = [each.get_xy()[0] + each.get_width() for each in found.findobj(Rectangle)]
    assert max(edges) <= 500
    assert "Shows the first 8 of 10 columns." in found.warnings


def test_a_low_chart_has_neither_legend_nor_titles() -> None:
    found = draw(visual("BarChart"), by_school_and_status(), height_px=110)
    assert "There is no room for the legend." in found.warnings
    assert "Status" not in texts(found)


@pytest.mark.parametrize(
    ("name", "days", "shown"),
    [
        ("School of the sciences", [], ["School of…", "Law"]),
        ("", [datetime(2026, 9, 1), datetime(2026, 9, 9)], ["1 Sep", "9 Sep"]),
    ],
    ids=["names", "dates"],
)
def test_the_labels_of_a_low_chart_are_shortened(name: str, days: list[Any], shown: Any) -> None:
    """They were left out, and its title stood."""
    kind = "date" if days else "text"
    field = dimension("Category", "Place", kind, granularity="DAY" if days else "")
    of = [(each, 3) for each in days or (name, "Law")]
    data = rows(field, measure("Values", "Sum of sales"), of=of)
    found = draw(visual("LineChart" if days else "BarChart"), data, width_px=190, height_px=105)
    assert [each for each in texts(found) if each[0].isalpha() or " " in each][-2:] == shown
    assert "Place" not in texts(found)


@pytest.mark.parametrize("height_px", [80, 105, 135])
def test_bars_stand_above_the_line_however_low_the_chart_is(height_px: int) -> None:
    subtitle = {"Subtitle": {"FormatText": {"PlainText": "Long words below the title " * 4}}}
    asked = visual("BarChart") | {"BarChartVisual": visual("BarChart")["BarChartVisual"] | subtitle}
    found = draw(asked, by_school(), width_px=300, height_px=height_px)
    tops = [each.get_window_extent().y1 for each in bars(found)]
    line = [each.get_window_extent().y0 for each in bars(found)]
    assert all(top > bottom for top, bottom in zip(tops, line, strict=True))
    assert found.axes[0].get_window_extent().height > 1


@pytest.mark.parametrize(
    ("name", "height_px", "shown"),
    [
        ("KPI with its trend", 80, ["Sum of logins"]),
        ("KPI with its trend", 110, ["Comparison", "Sum of logins"]),
        ("KPI with its trend", 140, ["Comparison", "Sum of logins", "Trend"]),
        ("KPI against a target", 80, ["Sum of submissions"]),
        ("KPI against a target", 140, ["Comparison", "Progress", "Sum of submissions"]),
    ],
)
def test_a_low_kpi_has_its_number(name: str, height_px: int, shown: list[str]) -> None:
    picture = draw(CASES[name].visual, CASES[name].data, width_px=300, height_px=height_px)
    assert sorted(marks(picture)) == shown
    number = max((each for each in picture.findobj(Text)), key=lambda each: each.get_fontsize())
    assert number.get_fontsize() > 10


def test_a_subtotal_bears_its_group() -> None:
    case = CASES["Pivot table with subtotals"]
    options = {"RowSubtotalOptions": {"CustomLabel": "<<$aws:subtotalDimension>> in all"}}
    found = texts(draw(visual("PivotTable", TotalOptions=options), case.data))
    assert {"Engineering in all", "Medicine in all", "Law in all"} <= set(found)


def test_a_total_over_all_rows_is_as_the_rows_totals_are_asked_for() -> None:
    data = rows(
        dimension("Rows", "School"),
        dimension("Columns", "Term"),
        measure("Values", "Sum of sales"),
        of=[("Law", "Fall", 1), ("Law", TOTAL, 2), (TOTAL, "Fall", 3), (TOTAL, TOTAL, 4)],
    )
    options = {
        "RowTotalOptions": {"CustomLabel": "Below", "Placement": "START"},
        "ColumnTotalOptions": {"CustomLabel": "Beside"},
    }
    found = texts(draw(visual("PivotTable", TotalOptions=options), data))
    assert [each for each in found if each in ("Fall", "Beside", "Below", "Law")] == [
        "Fall", "Beside", "Below", "Law"]  # fmt: skip
    assert [each for each in found if each.isdigit()] == ["3", "4", "1", "2"]


def _pivot_of_two_levels() -> VisualData:
    return rows(
        dimension("Rows", "School"),
        dimension("Rows", "Term"),
        measure("Values", "Sum of sales"),
        of=[("Law", "Fall", 1), ("Law", "Spring", 2), ("Art", "Fall", 3), ("Art", TOTAL, 4),
            (TOTAL, TOTAL, 6)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "label"),
    [
        ({}, "School / Term"),
        ({"RowsLabelOptions": {"CustomLabel": "All"}}, "All"),
        ({"RowsLabelOptions": {"Visibility": "HIDDEN", "CustomLabel": "All"}}, None),
    ],
)
def test_the_fields_of_a_pivots_rows_share_a_column(options: Any, label: str | None) -> None:
    asked = visual("PivotTable", TableOptions={"RowsLayout": "HIERARCHY", **options})
    found = draw(asked, _pivot_of_two_levels())
    heads = [label] if label else []
    assert texts(found)[1:] == [
        *heads, "Sum of sales", "Law", "Fall", "1", "Spring", "2", "Art", "4", "Fall", "3",
        "Total", "6"]  # fmt: skip
    law, fall, *_ = (each for each in found.findobj(Text) if each.get_text() in ("Law", "Fall"))
    assert fall.get_position()[0] > law.get_position()[0]
    assert not found.warnings


@pytest.mark.parametrize("placement", ["COLUMN", "ROW"])
def test_a_pivot_may_have_no_rows(placement: str) -> None:
    data = rows(dimension("Columns", "Term"), measure("Values", "Sales"), of=[("Fall", 1)])
    options = {"MetricPlacement": placement, "RowsLayout": "HIERARCHY"}
    assert "1" in texts(draw(visual("PivotTable", TableOptions=options), data))


COLLAPSED: dict[str, tuple[list[str], list[str]]] = {
    "one group": (["Art"], ["Law", "Fall", "1", "Spring", "2", "Art", "4"]),
    "all groups": ([""], ["Law", "5", "Art", "4"]),
    "all but one": (["", "-Law"], ["Law", "Fall", "1", "Spring", "2", "Art", "4"]),
}


@pytest.mark.parametrize("layout", ["TABULAR", "HIERARCHY"])
@pytest.mark.parametrize("name", COLLAPSED)
def test_a_collapsed_group_is_one_row_with_its_own_values(name: str, layout: str) -> None:
    data = _pivot_of_two_levels()
    data = replace(data, rows=[*data.rows[:-1], ("Law", TOTAL, 5)])
    school = data.fields[0].id
    groups, held = COLLAPSED[name]
    states: list[Any] = [
        {"State": "EXPANDED" if each[:1] == "-" else "COLLAPSED", "Target": {
            "FieldDataPathValues": [{"FieldId": school, "FieldValue": each.strip("-")}]}
            if each else {"FieldId": school}}
        for each in groups
    ]  # fmt: skip
    asked = visual("PivotTable", FieldOptions={"CollapseStateOptions": states},
                   TableOptions={"RowsLayout": layout})  # fmt: skip
    found = draw(asked, data)
    words = texts(found)
    assert words[words.index("Sum of sales") + 1 :] == held
    assert not found.warnings


def test_what_a_group_of_a_pivot_lacks_is_blank() -> None:
    data = _pivot_of_two_levels()
    data = replace(data, rows=[("Law", "Fall", None), ("Law", TOTAL, None), (TOTAL, TOTAL, None)])
    assert texts(draw(visual("PivotTable"), data)).count("null") == 1


def test_a_column_of_collapsed_groups_may_be_hidden() -> None:
    data = _pivot_of_two_levels()
    states = [{"State": "COLLAPSED", "Target": {"FieldId": data.fields[0].id}}]
    for hidden, heads in (("VISIBLE", ["School", "Term"]), ("HIDDEN", ["School"])):
        options = {"CollapsedRowDimensionsVisibility": hidden}
        asked = visual("PivotTable", FieldOptions={"CollapseStateOptions": states},
                       TableOptions=options)  # fmt: skip
        found = texts(draw(asked, data))
        assert [each for each in found if each in ("School", "Term")] == heads


def test_collapsed_columns_are_told() -> None:
    data = CASES["Pivot table with subtotals"].data
    target = {"FieldId": next(each.id for each in data.well("Columns"))}
    states = {"CollapseStateOptions": [{"State": "COLLAPSED", "Target": target}]}
    found = draw(visual("PivotTable", FieldOptions=states), data).warnings
    assert "Not drawn: collapsed columns." in found


def test_wide_columns_give_way_alike() -> None:
    """The first was cut to a few letters, and the second not at all."""
    fields = [dimension("GroupBy", "One"), dimension("GroupBy", "Two")]
    data = rows(*fields, measure("Values", "n"), of=[("x" * 33, "y" * 32, 7)])
    shown = [each for each in texts(draw(visual("Table"), data, width_px=460)) if "…" in each]
    assert {each[0] for each in shown} == {"x", "y"}


@pytest.mark.parametrize(
    ("kind", "wells"), [("Table", ("GroupBy", "Values")), ("PivotTable", ("Rows", "Values"))]
)
def test_a_table_of_few_columns_fills_its_tile(kind: str, wells: tuple[str, str]) -> None:
    data = rows(dimension(wells[0], "School"), measure(wells[1], "Students"), of=[("Law", 12)])
    picture = draw(visual(kind), data, width_px=600)
    [number] = [each for each in picture.findobj(Text) if each.get_text() == "12"]
    assert number.get_position()[0] > 550  # it ended at half of the width


def test_a_pivots_columns_are_as_wide_as_their_paths_say() -> None:
    data = _pivot_of_two_levels()
    _, term, sales = (each.id for each in data.fields)
    paths = [
        {"DataPathList": [{"FieldId": sales, "FieldValue": "sales"}], "Width": "300px"},
        {"DataPathList": [{"FieldId": term, "FieldValue": "Term"}], "Width": "150px"},
    ]
    found = draw(visual("PivotTable", FieldOptions={"DataPathOptions": paths}), data, width_px=900)
    places = {each.get_text(): each.get_position()[0] for each in found.findobj(Text)}
    assert places["Sum of sales"] - places["Term"] == pytest.approx(150 + 300 - 20)


def test_a_line_of_what_the_bars_show_has_a_colour_of_its_own() -> None:
    data = rows(
        dimension("Category", "School"),
        measure("BarValues", "Sum of sales"),
        replace(measure("LineValues", "Sum of sales"), id="again"),
        of=[("Law", 1, 1), ("Art", 2, 2)],
    )
    picture = draw(visual("ComboChart"), data)
    [line, *_] = [each for axes in picture.axes for each in axes.lines if each.get_gid()]
    assert to_rgb(line.get_color()) != to_rgb(bars(picture)[0].get_facecolor()[:3])


def test_places_that_are_on_no_map_are_told() -> None:
    data = rows(
        dimension("Geospatial", "Country"),
        measure("Values", "Sum of students"),
        of=[("France", 1), ("Atlantis", 2)],
    )
    assert draw(visual("FilledMap"), data).warnings == ["Not on the map: Atlantis."]
    key = {"RequestKey": {"Country": "Atlantis"}, "Preference": {"Coordinate": {}}}
    asked = {"FilledMapVisual": {**visual("FilledMap")["FilledMapVisual"],
                                 "GeocodingPreferences": [key]}}  # fmt: skip
    assert "Not drawn: GeocodingPreferences." in draw(asked, data).warnings
    where = (dimension("Geospatial", each, "number") for each in ("Latitude", "Longitude"))
    points = rows(*where, measure("Values", "Sum"), of=[(51, 0, 1), (200, 10, 1), (9, -181, 1)])
    told = draw(visual("GeospatialMap"), points).warnings
    assert told == ["Not on the map: 200, 10, 9, -181."]


@pytest.mark.parametrize(
    ("names", "west", "east"),
    [(["France", "Malta"], -45, 60), (["France", "Japan"], -90, 190)],
    ids=["near each other", "far apart"],
)
def test_a_map_shows_what_has_values_and_some_land_around(
    names: list[str], west: float, east: float
) -> None:
    fields = (dimension("Geospatial", "Country"), measure("Values", "Sum of students"))
    data = rows(*fields, of=[(each, at) for at, each in enumerate(names)])
    near = draw(visual("FilledMap"), data).axes[0].get_xlim()
    assert (west < near[0] < -6, near[1] < east) == (True, True)
    bounds = {"West": -180, "South": -50, "East": 180, "North": 80}
    far = draw(visual("FilledMap", WindowOptions={"Bounds": bounds}), data).axes[0].get_xlim()
    assert far[0] <= -180


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("DE", "Germany"),
        ("deu", "Germany"),
        ("276", "Germany"),
        ("Côte d'Ivoire", "Côte d'Ivoire"),
        ("UK", "United Kingdom"),
        ("The Netherlands", "Netherlands"),
        ("singapore", "Singapore"),
    ],
)
def test_countries_are_known_by_names_and_codes(name: str, shape: str) -> None:
    assert countries()[folded(name)].name == shape


def test_codes_of_states_and_countries_are_told_apart_by_the_others() -> None:
    assert shapes_for(["CA", "NY", "TX"]) is states()
    assert shapes_for(["CA", "FR", "DE", "JP"]) is countries()


CONDITIONS = [
    ("SUM({sales}) > 10", True),
    ("SUM({sales}) <= 10", False),
    ("{sales} = 12.5", True),
    ("{school} = 'Law'", True),
    ('{school} = "Law" AND SUM({sales}) < 10', False),
    ('{school} <> "Law" OR SUM({sales}) < 20', True),
    ("in({school}, ['Art', 'Law'])", True),
    ("notIn({school}, ['Art', 'Law'])", False),
    ('left({school}, 2) = "La" AND right({school}, 1) != "x"', True),
    ("locate({school}, 'w') > 0", True),
    ("NOT (SUM({sales}) > 10)", False),
    ("SUM({sales}) / 2 > 6", True),
    ("AVG({grade}) > 3", None),
    ("{day} >= '2024-03-01'", True),
    ("startsWith({school}, 'L')", True),
    ("NOT contains({school}, 'AW')", True),
    ("contains({school}, 'AW', CASE_INSENSITIVE) AND endsWith({school}, \"w\")", True),
    ("isNull({grade}) OR isNotNull({grade})", True),
    ("isNotNull(AVG({grade}))", False),
    ("toLower({school}) = 'law' AND strlen({school}) = 3", True),
    ("abs(0 - SUM({sales})) > 12", True),
    ("SUM({sales}) / nullIf(0, 0) >= 0", None),
    ("SUM({sales}) / nullIf(SUM({sales}), 0) >= 1.0", True),
]


@pytest.mark.parametrize(("expression", "holds"), CONDITIONS, ids=[each[0] for each in CONDITIONS])
def test_conditions(expression: str, holds: bool | None) -> None:
    fields = (
        dimension("GroupBy", "School"),
        measure("Values", "Sum of sales"),
        measure("Values", "Average of grade", "AVERAGE"),
        dimension("GroupBy", "Day", "date"),
    )
    row = dict(
        zip([each.id for each in fields], ["Law", 12.5, None, datetime(2024, 3, 2)], strict=True)
    )
    assert evaluate(_sketch(VisualData(fields, [])), expression, row) is holds


@pytest.mark.parametrize(
    ("stops", "value", "color"),
    [
        ([(0, 0), (50, 10), (100, 100)], 10, "#808080"),
        ([(0, 0), (50, 10), (100, 100)], 55, "#C0C0C0"),
        ([(0, None), (20, None), (100, None)], 20, "#808080"),
    ],
)
def test_a_gradient_has_its_colours_at_its_stops(
    stops: list[Any], value: float, color: str
) -> None:
    data = rows(
        dimension("Rows", "School"),
        measure("Values", "Sum of sales"),
        of=[("Law", 0), ("Art", value), ("Music", 100), (TOTAL, 9000)],
    )
    colors = zip(stops, ("#000000", "#808080", "#FFFFFF"), strict=True)
    told = [{"GradientOffset": a, "DataValue": b, "Color": color} for (a, b), color in colors]
    shade = {"Gradient": {"Expression": "SUM({sales})", "Color": {"Stops": told}}}
    found = color_for(_sketch(data), shade, list(data.records())[1])
    assert str(found).upper() == color


def test_a_condition_over_another_field_is_told() -> None:
    with pytest.raises(Unreadable):
        evaluate(_sketch(by_school()), "SUM({grade}) > 1", {})
    solid = {"Expression": "SUM({grade}) > 1", "Color": "#FF0000"}
    format_ = {"Row": {"TextColor": {"Solid": solid}}}
    told = draw(visual("Table", [format_]), by_school("GroupBy")).warnings
    assert told == ["Not drawn: the condition SUM({grade}) > 1."]


def test_what_an_export_says_of_all_cells_is_nothing_left_out() -> None:
    cells = [{"CellType": each} for each in ("VALUE", "TOTAL", "METRIC_HEADER")]
    for targets, told in ((cells, []), (cells[:1], ["StyleTargets"])):
        options = {"RowSubtotalOptions": {"TotalsVisibility": "HIDDEN", "StyleTargets": targets}}
        drawn = draw(
            visual("PivotTable", TotalOptions=options), CASES["Pivot table with subtotals"].data
        )
        assert ["StyleTargets" for each in drawn.warnings if "StyleTargets" in each] == told


def test_a_number_against_words_is_told() -> None:
    solid = {"Expression": 'SUM({submissions}) > "TOP_25_PERCENT"', "Color": "#FF0000"}
    format_ = {"Row": {"TextColor": {"Solid": solid}}}
    told = draw(visual("Table", [format_]), by_school("GroupBy")).warnings
    assert told == ['Not drawn: the condition SUM({submissions}) > "TOP_25_PERCENT".']


def _sketch(data: VisualData) -> Sketch:
    return Sketch(
        Picture(10, 10, "#FFFFFF"), Theme.of(None), "TableVisual", {}, data, Box(0, 0, 10, 10)
    )


def test_a_theme_of_ones_own_colours_the_picture() -> None:
    colors = {
        "DataColorPalette": {"Colors": ["#123456"]},
        "UIColorPalette": {"PrimaryBackground": "#FFEEDD"},
    }
    picture = draw(visual("BarChart"), by_school(), theme=colors)
    assert bars(picture)[0].get_facecolor()[:3] == to_rgb("#123456")
    assert picture.get_facecolor()[:3] == to_rgb("#FFEEDD")


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_colours_are_told_from_their_background_and_from_each_other(theme: Theme) -> None:
    """WCAG 2.2's contrast, and the distance of the first six as those see them who lack a cone."""
    assert _contrast(theme.foreground, theme.background) >= 7
    assert _contrast(theme.quiet, theme.background) >= 4.5
    assert min(_contrast(each, theme.background) for each in theme.data) >= 3
    pairs = itertools.combinations(theme.data[:6], 2)
    assert min(_distance(a, b) for a, b in pairs) >= 15


def _contrast(a: str, b: str) -> float:
    low, high = sorted(float(_linear(each) @ [0.2126, 0.7152, 0.0722]) for each in (a, b))
    return (high + 0.05) / (low + 0.05)


def _linear(color: str) -> Any:
    parts = numpy.array(to_rgb(color))
    return numpy.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


# Machado, Oliveira and Fernandes (2009): what is left of a colour without the cone for green, red
DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]
PROTANOPIA = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]


def _distance(a: str, b: str) -> float:
    views = (numpy.eye(3), numpy.array(DEUTERANOPIA), numpy.array(PROTANOPIA))
    return min(
        float(numpy.linalg.norm(_lab(view @ _linear(a)) - _lab(view @ _linear(b))))
        for view in views
    )


def _lab(linear_rgb: Any) -> Any:
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = numpy.array(matrix) @ numpy.clip(linear_rgb, 0, 1) / [0.9505, 1, 1.089]
    f = numpy.where(xyz > 0.008856, numpy.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return numpy.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _exported() -> Iterator[Any]:
    for path in sorted(EXPORTS.glob("*.json")):
        read = json.loads(path.read_text(encoding="utf-8"))
        for sheet in read["Definition"]["Sheets"]:
            for at, each in enumerate(sheet.get("Visuals", [])):
                yield pytest.param(each, id=f"{path.stem} {next(iter(each))} {at}")


@pytest.mark.parametrize("exported", list(_exported()))
def test_exported_visuals_draw_and_say_what_they_leave_out(exported: dict[str, Any]) -> None:
    kind = next(iter(exported))
    data = next(each.data for each in CASES.values() if next(iter(each.visual)) == kind)
    picture = draw(exported, data)
    assert picture.marks or kind in ("EmptyVisual", "PluginVisual")
    assert all(each.endswith(".") for each in picture.warnings)


def test_small_parts() -> None:
    assert linear(-3, 87, 5).ticks == (-20, 0, 20, 40, 60, 80, 100)
    assert linear(0, 0, 5).ends == (0, 1)
    assert logarithmic(3, 2000).ticks == (1, 10, 100, 1000, 10_000)
    ends = {"MinMax": {"Minimum": 20, "Maximum": 5000}}
    asked = {"NumericAxisOptions": {"Scale": {"Logarithmic": {"Base": 10}}, "Range": ends}}
    found = scale_of([3, 200], {"DataOptions": asked}, 300)
    assert [round(10**each) for each in found.ends] == [20, 5000]
    assert found.ticks == (100, 1000)
    assert [compact(each, step=0.5) for each in (0, 0.5, 1)] == ["0.0", "0.5", "1.0"]
    assert [compact(each, step=500) for each in (500, 1000, 1500)] == ["500", "1,000", "1,500"]
    assert width("Total", 12) < width("Total", 12, bold=True)
    assert width("To", 12) < width("T", 12) + width("o", 12)  # the o stands below the T's bar
    assert cut("Engineering", 60, 12).endswith("…")
    assert wrap("one two three four", 55, 12, lines=2) == ["one two", "three f…"]
    assert spaced([5, 6, 7], 10, 0, 100) == [0, 10, 20]
    boxes = squarified([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 6, 4))
    assert [round(each.width * each.height, 6) for each in boxes] == [6, 6, 4, 3, 2, 2, 1]
    assert Field("a", "b", "c", "text", "d").is_measure is False


def named_alike(count: int) -> VisualData:
    """Categories whose names differ in their last word alone."""
    of = [(f"The department of very long names for all of its numbers {at}", 9 - at)
          for at in range(count)]  # fmt: skip
    return rows(dimension("Category", "Name"), measure("Values", "Students"), of=of)


@pytest.mark.parametrize(
    ("kind", "configuration"),
    [
        ("BarChart", {}),
        ("BarChart", {"Orientation": "HORIZONTAL"}),
        ("PieChart", {"DataLabels": {"Position": "INSIDE"}}),
    ],
)
def test_names_that_are_cut_stay_apart(kind: str, configuration: Any) -> None:
    picture = draw(visual(kind, **configuration), named_alike(5), width_px=460)
    assert {f"…{at}" for at in range(5)} <= set(texts(picture))
    assert picture.warnings == [
        "Each name begins with The department of very long names for all of its numbers."
    ]


@pytest.mark.parametrize("orientation", ["HORIZONTAL", "VERTICAL"])
def test_names_that_are_cut_stay_apart_beside_short_ones(orientation: str) -> None:
    """A null among them begins with nothing that they do."""
    data = named_alike(5)
    data = replace(data, rows=[*data.rows, (None, 3)])
    picture = draw(visual("BarChart", Orientation=orientation), data, width_px=460)
    assert {*(f"…{at}" for at in range(5)), "null"} <= set(texts(picture))
    assert picture.warnings == [
        "Each long name begins with The department of very long names for all of its numbers."
    ]


@pytest.mark.parametrize(
    ("kind", "well"), [("BarChart", "Colors"), ("LineChart", "Colors"), ("RadarChart", "Color")]
)
def test_one_colour_alone_has_its_name_too(kind: str, well: str) -> None:
    of = [(each, "Law", 3) for each in ("a", "b", "c")]
    wells = [dimension("Category", "Name"), dimension(well, "School"), measure("Values", "n")]
    assert "Law" in texts(draw(visual(kind), rows(*wells, of=of)))


@pytest.mark.parametrize("configuration", [{}, {"Orientation": "HORIZONTAL"}])
def test_names_that_begin_alike_are_cut_amid(configuration: Any) -> None:
    of = [(f"Fee {at}", 9) for at in range(4)]
    of += [(f"DisbursementSettlementBy{each}", 1) for each in ("Wire", "Check")]
    data = rows(dimension("Category", "Name"), measure("Values", "Students"), of=of)
    shown = texts(draw(visual("BarChart", **configuration), data, width_px=400))
    ends = [each.partition("…")[2] for each in shown if each.startswith("Disb")]
    assert sorted(each[-3:] for each in ends) == ["eck", "ire"]


def test_numbers_below_a_chart_do_not_touch() -> None:
    of = [("a", 4.7e-7), ("b", 3e-7)]
    data = rows(dimension("Category", "c"), measure("Values", "v"), of=of)
    picture = draw(visual("BarChart", Orientation="HORIZONTAL"), data, width_px=460)
    numbers = [each for each in picture.findobj(Text) if each.get_text().startswith("0.000000")]
    bottom = max(each.get_position()[1] for each in numbers)
    row = [each for each in numbers if each.get_position()[1] == bottom]
    boxes = sorted((each.get_position()[0], width(each.get_text(), 10.5)) for each in row)
    assert len(boxes) > 2
    assert all(b - a > (one + other) / 2 for (a, one), (b, other) in itertools.pairwise(boxes))


@pytest.mark.parametrize(("of", "ends"), [([-1, -3], ("-100%", "0%")), ([1, -3], ("-75%", "100%"))])
def test_shares_reach_as_far_as_there_are_bars(of: list[float], ends: tuple[str, str]) -> None:
    wells = dimension("Category", "c"), dimension("Colors", "k"), measure("Values", "v")
    data = rows(*wells, of=[("x", each, value) for each, value in zip("ab", of, strict=True)])
    found = texts(draw(visual("BarChart", BarsArrangement="STACKED_PERCENT"), data))
    ticks = sorted((each for each in found if each.endswith("%")), key=lambda x: int(x[:-1]))
    assert (ticks[0], ticks[-1]) == ends


@pytest.mark.parametrize(
    ("granularity", "step", "expected"),
    [("MINUTE", 60, "09:10"), ("MONTH", 30.4375 * 86400, "2018")],
)
def test_a_timeline_is_named_at_round_dates(granularity: str, step: float, expected: str) -> None:
    start = datetime(2014, 1, 1, 9).timestamp()
    of = [(datetime.fromtimestamp(start + at * step), at) for at in range(60)]
    if granularity == "MONTH":
        of = [(datetime(2014 + at // 12, at % 12 + 1, 1), at) for at in range(60)]
    day = replace(dimension("Category", "d"), kind="date", granularity=granularity)
    found = texts(draw(visual("LineChart"), rows(day, measure("Values", "v"), of=of), width_px=460))
    assert expected in found
    assert not {"09:07", "Nov"} & set(found)


def test_words_become_smaller_until_all_have_room() -> None:
    of = [(f"Cat {at}", 168) for at in range(5)]
    data = rows(dimension("GroupBy", "c"), measure("Size", "v"), of=of)
    picture = draw(visual("WordCloud"), data, width_px=460, height_px=300)
    assert (picture.warnings, {each for each, _ in of} <= set(texts(picture))) == ([], True)
    assert marks(draw(visual("WordCloud"), data, width_px=60, height_px=40)) == {}


def test_a_value_at_the_foot_of_a_waterfall_leaves_the_names_below_it_alone() -> None:
    of = [("a", -36), ("b", 39), ("c", -197), ("d", 293)]
    data = rows(dimension("Categories", "c"), measure("Values", "v"), of=of)
    found = draw(visual("Waterfall"), data, width_px=460, height_px=300).findobj(Text)
    at = {each.get_text(): each.get_position()[1] for each in found}
    assert abs(at["-197"] - at["c"]) > 14


def test_days_that_are_cut_lose_the_year_that_all_have() -> None:
    of = [(datetime(2026, 1 + at % 9, 3 + at, 9), 99 - at) for at in range(20)]
    day = replace(dimension("Category", "d"), kind="date", granularity="DAY")
    picture = draw(visual("BarChart"), rows(day, measure("Values", "v"), of=of), width_px=420,
                   height_px=190)  # fmt: skip
    assert ("Jan 3" in texts(picture), picture.warnings) == (True, ["Each name ends with 2026."])


def test_a_date_that_is_missing_is_of_no_year() -> None:
    of = [(datetime(2025, 1 + 3 * at, 1), 9) for at in range(3)] + [(None, 4)]
    quarter = replace(dimension("Category", "d"), kind="date", granularity="QUARTER")
    data = rows(quarter, measure("Values", "v"), of=of)
    picture = draw(visual("LineChart"), data, width_px=200)
    at = {each.get_text(): each.get_position()[0] for each in picture.findobj(Text)}
    assert (at["2025"], "null" in at) == (at["Q1"], True)


@pytest.mark.parametrize("sign", [1, -1])
def test_values_of_lying_bars_run_into_no_bar(sign: int) -> None:
    """Of bars that are thinner than letters, those whose neighbours end before them."""
    of = [(f"c{at}", 599, 321, 330, 49) for at in range(5)]
    columns = [measure("Values", each) for each in "abcd"]
    data = rows(dimension("Category", "c"), *columns,
                of=[(name, *(sign * each for each in values)) for name, *values in of])  # fmt: skip
    picture = bar_chart(data, Orientation="HORIZONTAL", DataLabels={"Visibility": "VISIBLE"})
    small = draw(visual("BarChart", Orientation="HORIZONTAL", DataLabels={"Visibility": "VISIBLE"}),
                 data, width_px=460, height_px=220)  # fmt: skip
    assert texts(picture).count(f"{sign * 321}") == 5
    assert (texts(small).count(f"{sign * 321}"), texts(small).count(f"{sign * 599}")) == (0, 5)


def test_labels_of_reference_lines_stand_apart() -> None:
    lines = [
        {"DataConfiguration": {"StaticConfiguration": {"Value": value}}} for value in (9000, 9400)
    ]
    found = bar_chart(by_school(), ReferenceLines=lines).findobj(Text)
    at = {each.get_text(): each.get_position()[1] for each in found}
    assert abs(at["9K"] - at["9.4K"]) > 12


def test_a_line_runs_through_none_of_its_values() -> None:
    of = [(f"C{at}", value) for at, value in enumerate((1679, 868, 1024, 1276, 901, 1720, 1152))]
    data = rows(dimension("Category", "Code"), measure("Values", "Sum of cost"), of=of)
    shown = visual("LineChart", DataLabels={"Visibility": "VISIBLE"})
    drawn = draw(shown, data, width_px=500, height_px=280)
    drawn.canvas.draw()
    [line] = [each for axes in drawn.axes for each in axes.lines if each.get_gid()]
    points = line.get_transform().transform(line.get_xydata())
    told = {f"{value:,}" for _, value in of}
    values = [each for each in drawn.findobj(Text) if each.get_text() in told]
    assert len(values) == len(of)
    for box in (each.get_window_extent() for each in values):
        crossed = numpy.interp(numpy.linspace(box.x0, box.x1, 9), *points.T)
        assert all(crossed < box.y0) or all(crossed > box.y1)


def test_the_value_of_a_dip_stands_below_its_line() -> None:
    of = list(zip("abcde", (50, 90, 40, 85, 60), strict=True))
    data = rows(dimension("Category", "c"), measure("Values", "v"), of=of)
    lines = draw(visual("LineChart", DataLabels={"Visibility": "VISIBLE"}), data)
    above = {"Visibility": "VISIBLE", "Position": "TOP"}
    asked = draw(visual("LineChart", DataLabels=above), data)
    low, high = (
        {each.get_text(): each.get_position()[1] for each in picture.findobj(Text)}
        for picture in (lines, asked)
    )
    assert (abs(low["40"] - high["40"]), low["90"] - high["90"]) == (20, 0)

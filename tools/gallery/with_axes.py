"""Charts with axes: bars, lines, clouds of points, fields of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from random import Random

from labkit.cloud.quicksight.visuals.model import VisualData
from tools.gallery.case import Case, visual
from tools.gallery.made import (
    DAYS,
    ROADS,
    SCHOOLS,
    by_month,
    by_school,
    by_school_and_status,
    dimension,
    measure,
    rows,
)


def bars() -> Iterator[Case]:
    two, parts = by_school_and_status(), visual("BarChart", BarsArrangement="STACKED")
    yield Case("Bar chart, vertical", visual("BarChart"), by_school())
    yield Case("Bar chart, horizontal", visual("BarChart", Orientation="HORIZONTAL"), by_school())
    yield Case("Bar chart, clustered", visual("BarChart"), two)
    yield Case("Bar chart, stacked", parts, two, "SEASIDE")
    shares = visual(
        "BarChart",
        BarsArrangement="STACKED_PERCENT",
        Orientation="HORIZONTAL",
        DataLabels={"Visibility": "VISIBLE"},
    )
    yield Case("Bar chart, stacked 100 %", shares, two, "MIDNIGHT")
    target = {
        "DataConfiguration": {"StaticConfiguration": {"Value": 15_000}},
        "LabelConfiguration": {
            "CustomLabelConfiguration": {"CustomLabel": "Target"},
            "ValueLabelConfiguration": {},
        },
    }
    lined = visual("BarChart", ReferenceLines=[target])
    yield Case("Bar chart with a reference line", lined, by_month(18, ROADS[:1]))
    panels = replace(two, fields=(*two.fields[:2], dimension("SmallMultiples", "Status")))
    yield Case("Bar chart, small multiples", visual("BarChart"), panels)
    combo = rows(
        dimension("Category", "School"),
        measure("BarValues", "Sum of submissions"),
        measure("LineValues", "Average of grade", "AVERAGE"),
        of=zip(
            SCHOOLS,
            (18420, 15310, 9870, 7640, 5120, 3480),
            (2.9, 3.2, 3.1, 3.5, 3, 3.3),
            strict=True,
        ),
    )
    yield Case("Combo chart", visual("ComboChart"), combo)
    steps = [
        ("Enrolled", 5200),
        ("Transfers in", 430),
        ("Graduated", -1180),
        ("Left", -360),
        ("New in spring", 640),
    ]
    falls = rows(dimension("Categories", "Step"), measure("Values", "Sum of students"), of=steps)
    yield Case("Waterfall", visual("Waterfall"), falls)


def lines() -> Iterator[Case]:
    yield Case("Line chart", visual("LineChart"), by_month())
    yield Case("Area chart", visual("LineChart", Type="AREA"), by_month(12, ROADS[:1]))
    yield Case(
        "Area chart, stacked", visual("LineChart", Type="STACKED_AREA"), by_month(), "MIDNIGHT"
    )
    yield Case("Line chart with a forecast", visual("LineChart"), _forecast())
    styled = {
        "LineStyleSettings": {"LineInterpolation": "SMOOTH", "LineStyle": "DASHED"},
        "MarkerStyleSettings": {"MarkerVisibility": "VISIBLE", "MarkerShape": "DIAMOND"},
    }
    yield Case(
        "Line chart, styled",
        visual("LineChart", DefaultSeriesSettings=styled),
        by_month(12, ROADS[:2]),
        "RAINIER",
    )


def _forecast() -> VisualData:
    known = by_month(12, ROADS[:1])
    ahead = [
        (datetime(2025, at, 1), None, 15_000 + 300 * at, 14_000 - 300 * at, 16_000 + 900 * at)
        for at in range(1, 5)
    ]
    return rows(
        *known.fields,
        measure("Forecast", "Forecast"),
        measure("ForecastLower", "Lower"),
        measure("ForecastUpper", "Upper"),
        of=[*((*row, None, None, None) for row in known.rows), *ahead],
    )


def spread() -> Iterator[Case]:
    random = Random(1)
    hours = [
        (6 + at * 1.7, 61 + at * 4 - at % 2 * 5, school, 300 + 900 * at)
        for at, school in enumerate(SCHOOLS)
    ]
    x, y = (
        measure("XAxis", "Average of hours", "AVERAGE"),
        measure("YAxis", "Average of grade", "AVERAGE"),
    )
    bubbles = rows(
        x, y, dimension("Category", "School"), measure("Size", "Sum of students"), of=hours
    )
    yield Case("Scatter plot, bubbles", visual("ScatterPlot"), bubbles)
    cloud = []
    for at in range(260):
        studied = random.uniform(1, 20)
        cloud.append((studied, 40 + 2 * studied + random.gauss(0, 8), ROADS[at % 3]))
    many = rows(x, y, dimension("Category", "Road"), of=cloud)
    yield Case("Scatter plot, many points", visual("ScatterPlot"), many, "MIDNIGHT")
    bins = [
        (at * 5, at * 5 + 5, round(400 * 2.7 ** (-(((at - 14) / 4) ** 2)))) for at in range(6, 20)
    ]
    histogram = rows(
        dimension("BinStart", "Grade", "number"),
        dimension("BinEnd", "Grade", "number"),
        measure("Values", "Count of grades", "COUNT"),
        of=bins,
    )
    yield Case("Histogram", visual("Histogram"), histogram)
    grades = [
        (school, random.gauss(66 + 3 * at, 8))
        for at, school in enumerate(SCHOOLS)
        for _ in range(90)
    ]
    boxes = rows(dimension("GroupBy", "School"), measure("Values", "Grade", "AVERAGE"), of=grades)
    yield Case("Box plot", visual("BoxPlot"), boxes)
    ratings = [
        (quality, road, random.uniform(2, 5))
        for quality in ("Teaching", "Library", "Housing", "Careers service", "Sport", "Food")
        for road in ROADS[:2]
    ]
    radar = rows(
        dimension("Category", "Quality"),
        dimension("Color", "Road"),
        measure("Values", "Average of rating", "AVERAGE"),
        of=ratings,
    )
    yield Case("Radar chart", visual("RadarChart"), radar)


def fields() -> Iterator[Case]:
    random = Random(4)
    requests = [
        (
            day,
            hour,
            int(
                5000
                * max(0, 1 - abs(hour - 13) / 9)
                * (0.4 if at > 4 else 1)
                * random.uniform(0.8, 1.2)
            ),
        )
        for at, day in enumerate(DAYS)
        for hour in range(24)
    ]
    heat = rows(
        dimension("Rows", "Weekday"),
        dimension("Columns", "Hour", "number"),
        measure("Values", "Sum of requests"),
        of=requests,
    )
    yield Case("Heat map", visual("HeatMap"), heat)
    yield Case(
        "Heat map with values",
        visual("HeatMap"),
        by_school_and_status("Rows", "Values", "Columns"),
        "MIDNIGHT",
    )

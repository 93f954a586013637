"""The gallery's pictures: each type of visual and its variants, over made data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from labkit.cloud.quicksight.visuals.model import TOTAL, VisualData
from tools.gallery.made import (
    DAYS,
    ROADS,
    SCHOOLS,
    STATUSES,
    by_month,
    by_school,
    by_school_and_status,
    dimension,
    measure,
    rows,
)

LABELS = {"DataLabels": {"Visibility": "VISIBLE"}}


@dataclass(frozen=True)
class Case:
    """One picture."""

    name: str
    visual: Mapping[str, Any]
    data: VisualData
    theme: str = "CLASSIC"


def visual(kind: str, formats: Any = (), **configuration: Any) -> dict[str, Any]:
    """A visual of a sheet."""
    made: dict[str, Any] = {"VisualId": "picture", "ChartConfiguration": configuration}
    if formats:
        made["ConditionalFormatting"] = {"ConditionalFormattingOptions": formats}
    return {f"{kind}Visual": made}


def cases() -> list[Case]:
    """All pictures, in the order of the page."""
    parts = (_bars, _lines, _shares, _spread, _numbers, _tables, _fields, _maps, _words)
    return [case for part in parts for case in part()]


def _bars() -> Iterator[Case]:
    two, parts = by_school_and_status(), visual("BarChart", BarsArrangement="STACKED")
    yield Case("Bar chart, vertical", visual("BarChart"), by_school())
    yield Case("Bar chart, horizontal", visual("BarChart", Orientation="HORIZONTAL"), by_school())
    yield Case("Bar chart, clustered", visual("BarChart"), two)
    yield Case("Bar chart, stacked", parts, two, "SEASIDE")
    shares = visual(
        "BarChart", BarsArrangement="STACKED_PERCENT", Orientation="HORIZONTAL", **LABELS
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


def _lines() -> Iterator[Case]:
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


def _shares() -> Iterator[Case]:
    yield Case("Pie chart", visual("PieChart"), by_school())
    ring = {"ArcOptions": {"ArcThickness": "MEDIUM"}}
    hidden = {"Visibility": "HIDDEN"}
    yield Case("Donut chart", visual("PieChart", DonutOptions=ring, DataLabels=hidden), by_school())
    stages = [
        ("Open day", 9800),
        ("Applied", 6120),
        ("Admitted", 2480),
        ("Enrolled", 1730),
        ("Graduated", 1210),
    ]
    funnel = rows(
        dimension("Category", "Stage"), measure("Values", "Count of applicants", "COUNT"), of=stages
    )
    yield Case("Funnel chart", visual("FunnelChart"), funnel)
    names = "Algebra Biology Chemistry Drama Economics French Geology History Italian Logic Music"
    random = Random(2)
    tree = rows(
        dimension("Groups", "Course"),
        measure("Sizes", "Sum of students"),
        measure("Colors", "Average of grade", "AVERAGE"),
        of=[
            (name, round(900 / (at + 1) ** 0.7), random.uniform(2, 4))
            for at, name in enumerate(names.split())
        ],
    )
    yield Case("Tree map", visual("TreeMap"), tree)
    flows = [
        ("School leavers", "Engineering", 820),
        ("School leavers", "Law", 410),
        ("School leavers", "Medicine", 290),
        ("Transfers", "Engineering", 160),
        ("Transfers", "Law", 210),
        ("Engineering", "Graduated", 760),
        ("Engineering", "Left", 220),
        ("Law", "Graduated", 520),
        ("Law", "Left", 100),
        ("Medicine", "Graduated", 270),
        ("Medicine", "Left", 20),
    ]
    sankey = rows(
        dimension("Source", "From"),
        dimension("Destination", "To"),
        measure("Weight", "Sum of students"),
        of=flows,
    )
    yield Case("Sankey diagram", visual("SankeyDiagram"), sankey)


def _spread() -> Iterator[Case]:
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


def _numbers() -> Iterator[Case]:
    months = by_month(18, ROADS[:1])
    trend = rows(
        measure("Values", "Sum of logins"),
        dimension("TrendGroups", "Month", "date", "MONTH"),
        of=[row[::-1] for row in months.rows],
    )
    yield Case("KPI with its trend", visual("KPI"), trend)
    target = rows(
        measure("Values", "Sum of submissions"),
        measure("TargetValues", "Sum of planned"),
        of=[(18_420, 20_000)],
    )
    yield Case("KPI against a target", visual("KPI"), target, "MIDNIGHT")
    red = {"Expression": "SUM({submissions}) < 20000", "Color": "#B42318"}
    formats = [{"PrimaryValue": {"TextColor": {"Solid": red}}}]
    yield Case("Gauge", visual("GaugeChart", formats), target)


def _tables() -> Iterator[Case]:
    random = Random(5)
    plain = rows(
        dimension("GroupBy", "School"),
        dimension("GroupBy", "Opened", "date", "DAY"),
        measure("Values", "Sum of submissions"),
        measure("Values", "Average of grade", "AVERAGE"),
        of=[
            (
                school,
                datetime(2024, at + 1, 3),
                random.randint(900, 20_000),
                round(random.uniform(2, 4), 2),
            )
            for at, school in enumerate(SCHOOLS)
        ],
        totals={"Values.sum_of_submissions": 59_840, "Values.average_of_grade": 3.1},
    )
    options = {"TotalOptions": {"TotalsVisibility": "VISIBLE"}}
    yield Case("Table with totals", visual("Table", **options), plain)
    stops = [{"GradientOffset": 0, "Color": "#FFFFFF"}, {"GradientOffset": 100, "Color": "#7FB1D9"}]
    shade = {"Expression": "AVG({grade})", "Color": {"Stops": stops}}
    icons = {"Expression": "SUM({submissions})", "IconSetType": "THREE_CIRCLE"}
    formats = [
        {
            "Cell": {
                "FieldId": "Values.average_of_grade",
                "TextFormat": {"BackgroundColor": {"Gradient": shade}},
            }
        },
        {
            "Cell": {
                "FieldId": "Values.sum_of_submissions",
                "TextFormat": {"Icon": {"IconSet": icons}},
            }
        },
    ]
    bars = [{"DataBars": {"FieldId": "Values.sum_of_submissions"}}]
    yield Case(
        "Table, conditional formats and data bars",
        visual("Table", formats, TableInlineVisualizations=bars),
        plain,
    )
    yield Case("Pivot table with subtotals", visual("PivotTable"), _pivot(random))


def _fields() -> Iterator[Case]:
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


def _maps() -> Iterator[Case]:
    random = Random(6)
    countries = [
        "United States",
        "FR",
        "DEU",
        "Brazil",
        "India",
        "China",
        "UK",
        "Japan",
        "Australia",
        "South Africa",
        "Mexico",
        "Singapore",
        "Canada",
        "Russia",
    ]
    world = rows(
        dimension("Geospatial", "Country"),
        measure("Values", "Count of students", "COUNT"),
        of=[(each, random.randint(5, 2000)) for each in countries],
    )
    yield Case("Filled map of countries", visual("FilledMap"), world)
    codes = "AL AZ CA CO FL GA IL IN KS MA MI MN MO NC NJ NY OH OR PA TX VA WA WI".split()
    states = rows(
        dimension("Geospatial", "State"),
        measure("Values", "Count of students", "COUNT"),
        of=[(each, random.randint(5, 2000)) for each in codes],
    )
    yield Case("Filled map of states", visual("FilledMap"), states, "RAINIER")
    places = [
        (51.5, -0.1, 800, "Campus"),
        (48.8, 2.3, 500, "Campus"),
        (52.5, 13.4, 300, "Online"),
        (41.9, 12.5, 250, "Online"),
        (40.4, -3.7, 420, "Exchange"),
        (59.3, 18, 90, "Exchange"),
    ]
    points = rows(
        dimension("Geospatial", "Latitude", "number"),
        dimension("Geospatial", "Longitude", "number"),
        measure("Values", "Sum of students"),
        dimension("Colors", "Road"),
        of=places,
    )
    yield Case("Points on a map", visual("GeospatialMap"), points)
    yield Case(
        "Layer map", visual("LayerMap", MapLayers=[{"LayerType": "POLYGON"}]), world, "MIDNIGHT"
    )


def _words() -> Iterator[Case]:
    subjects = """statistics algebra genetics contracts anatomy poetry robotics finance ethics
        rhetoric optics calculus logic syntax pharmacology history painting music botany geology
        networks compilers""".split()
    loans = [(word, round(900 / (at + 1) ** 0.8)) for at, word in enumerate(subjects)]
    cloud = rows(
        dimension("GroupBy", "Subject"), measure("Size", "Count of loans", "COUNT"), of=loans
    )
    yield Case("Word cloud", visual("WordCloud"), cloud)
    told = [
        "Logins rose by 12.4% in June 2025 against May 2025, from 19,140 to 21,514.",
        "Engineering had the most submissions (18,420), then Medicine (15,310) and Law (9,870).",
    ]
    titled = {"VisualId": "picture", "Title": {"FormatText": {"PlainText": "What happened"}}}
    insight = rows(dimension("Narrative", "Narrative"), of=[(each,) for each in told])
    yield Case("Insight", {"InsightVisual": titled}, insight)
    nothing = VisualData((), [])
    content = visual("CustomContent", ContentUrl="https://example.edu/campus.png")
    yield Case("Custom content", content, nothing)
    yield Case("Empty", {"EmptyVisual": {"VisualId": "picture"}}, nothing)
    plugin = {"VisualId": "picture", "PluginArn": "arn:aws:quicksight:::plugin/a"}
    yield Case("Plugin", {"PluginVisual": plugin}, nothing)
    yield Case("No data", visual("BarChart"), replace(by_school(), rows=[]))


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


def _pivot(random: Random) -> VisualData:
    found = []
    columns = [*STATUSES, TOTAL]
    whole = dict.fromkeys(columns, 0)
    for school in SCHOOLS[:3]:
        years = {year: [random.randint(10, 9999) for _ in STATUSES] for year in ("First", "Second")}
        years[TOTAL] = [sum(each) for each in zip(*years.values(), strict=True)]
        for year, counts in years.items():
            for status, count in zip(columns, [*counts, sum(counts)], strict=True):
                found.append((school, year, status, count))
                whole[status] += count if year == TOTAL else 0
    found += [(TOTAL, TOTAL, status, count) for status, count in whole.items()]
    return rows(
        dimension("Rows", "School"),
        dimension("Rows", "Year"),
        dimension("Columns", "Status"),
        measure("Values", "Sum of submissions"),
        of=found,
    )

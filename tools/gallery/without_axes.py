"""What has no axes: shares, single numbers, tables, maps, words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from random import Random

from labkit.cloud.quicksight.visuals.model import TOTAL, VisualData
from tools.gallery.case import Case, visual
from tools.gallery.made import (
    ROADS,
    SCHOOLS,
    STATUSES,
    by_month,
    by_school,
    dimension,
    measure,
    rows,
)


def shares() -> Iterator[Case]:
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


def numbers() -> Iterator[Case]:
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


def tables() -> Iterator[Case]:
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


def maps() -> Iterator[Case]:
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


def words() -> Iterator[Case]:
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

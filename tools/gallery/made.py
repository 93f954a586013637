"""Made data on university life for the gallery's pictures: the same on each run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import pi, sin
from random import Random
from typing import Any

from labkit.cloud.quicksight.visuals.model import Field, VisualData

SCHOOLS = ["Engineering", "Medicine", "Law", "Arts and humanities", "Business", "Sciences"]
STATUSES = ["On time", "Late", "Missing"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
ROADS = ["Campus", "Online", "Exchange"]


def dimension(well: str, label: str, kind: Any = "text", granularity: str = "") -> Field:
    """A field that the rows are grouped by."""
    return Field(_id(well, label), well, label, kind, _column(label), "", granularity)


def measure(
    well: str, label: str, aggregation: str = "SUM", format: Mapping[str, Any] | None = None
) -> Field:
    """A field that is counted or added up."""
    column = _column(label.split(" of ")[-1])
    return Field(_id(well, label), well, label, "number", column, aggregation, "", format or {})


def rows(*fields: Field, of: Iterable[Sequence[Any]], **more: Any) -> VisualData:
    """A visual's data."""
    return VisualData(fields, [tuple(each) for each in of], **more)


def by_school(well: str = "Category", value: str = "Values") -> VisualData:
    """Submissions of each school."""
    counts = [18_420, 15_310, 9_870, 7_640, 5_120, 3_480]
    return rows(
        dimension(well, "School"),
        measure(value, "Sum of submissions"),
        of=zip(SCHOOLS, counts, strict=True),
    )


def by_school_and_status(
    well: str = "Category", value: str = "Values", color: str = "Colors"
) -> VisualData:
    """Submissions of each school by whether they came in time."""
    random = Random(7)
    table = [
        (school, round(random.uniform(0.6, 1.4) * size), status)
        for school in SCHOOLS
        for status, size in zip(STATUSES, (6200, 2100, 800), strict=True)
    ]
    return rows(
        dimension(well, "School"),
        measure(value, "Sum of submissions"),
        dimension(color, "Status"),
        of=table,
    )


def by_month(
    months: int = 18, roads: Sequence[str] = ROADS, well: str = "Category", **more: Any
) -> VisualData:
    """Logins a month, by the road that students come by."""
    random = Random(3)
    table = [
        (
            datetime(2024 + at // 12, at % 12 + 1, 1),
            round(
                (3 - index)
                * (4200 + 1500 * sin(at * pi / 6) + 110 * at)
                * random.uniform(0.93, 1.07)
            ),
            road,
        )
        for index, road in enumerate(roads)
        for at in range(months)
    ]
    fields = dimension(well, "Month", "date", "MONTH"), measure("Values", "Sum of logins")
    if len(roads) == 1:
        return rows(*fields, of=[each[:2] for each in table], **more)
    return rows(*fields, dimension("Colors", "Road"), of=table, **more)


def _id(well: str, label: str) -> str:
    return f"{well}.{_column(label)}"


def _column(label: str) -> str:
    return label.lower().replace(" ", "_")

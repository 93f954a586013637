"""AutoGraph: the visual type that fits the fields, when nobody names one.

The choice follows the number and kind of fields, as the console's does; the exact table is not
published. Source: https://docs.aws.amazon.com/quicksight/latest/user/autograph.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.cloud.quicksight.visuals.model import Field

MOST = 99


@dataclass(frozen=True)
class Rule:
    """Fields that a visual type fits: from and to how many of each kind."""

    dates: tuple[int, int]
    others: tuple[int, int]
    measures: tuple[int, int]
    visual: str

    def fits(self, dates: int, others: int, measures: int) -> bool:
        limits = zip(
            (dates, others, measures), (self.dates, self.others, self.measures), strict=True
        )
        return all(low <= count <= high for count, (low, high) in limits)


RULES = (
    Rule((0, 0), (0, 0), (1, 1), "KPIVisual"),
    Rule((0, 0), (0, 0), (2, 2), "ScatterPlotVisual"),
    Rule((0, 0), (0, 0), (3, MOST), "TableVisual"),
    Rule((1, 1), (0, 1), (1, 1), "LineChartVisual"),
    Rule((1, 1), (0, 0), (2, MOST), "LineChartVisual"),
    Rule((0, 0), (1, 1), (1, MOST), "BarChartVisual"),
    Rule((0, 0), (2, 2), (1, 1), "BarChartVisual"),
    Rule((0, 1), (2, MOST), (1, MOST), "PivotTableVisual"),
    Rule((0, 1), (1, 1), (0, 0), "BarChartVisual"),
    Rule((0, MOST), (0, MOST), (0, MOST), "TableVisual"),
)


def auto_graph(fields: Sequence[Field]) -> str:
    """The visual type for these fields, as a member of the API's ``Visual``.

    >>> by = Field("1", "", "School", "text", "school_name")
    >>> gpa = Field("2", "", "Average GPA", "number", "gpa", aggregation="AVERAGE")
    >>> auto_graph([gpa]), auto_graph([by, gpa])
    ('KPIVisual', 'BarChartVisual')
    """
    measures = sum(each.is_measure for each in fields)
    dates = sum(each.kind == "date" and not each.is_measure for each in fields)
    others = len(fields) - measures - dates
    return next(rule.visual for rule in RULES if rule.fits(dates, others, measures))

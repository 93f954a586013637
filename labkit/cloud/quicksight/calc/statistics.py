"""The statistics behind QuickSight's aggregates, of which each family of functions is made.

``sum`` is also sumIf, sumOver, periodToDateSum, runningSum and windowSum. NULLs are left out of
all of them. Source:
https://docs.aws.amazon.com/quicksight/latest/user/calculated-field-aggregations.html
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.cloud.quicksight.calc.values import ANYTHING, NUMBERS, ORDERED, Kind, Value


@dataclass(frozen=True)
class Statistic:
    """One statistic.

    Args:
        template: DuckDB's aggregate over ``{x}``, with ``{n}`` the percentile as a fraction.
        accepts: the types that it is taken of.
        yields: its type; ``None`` for the type of what it is taken of.
        words: what it is, for help.
        widens: whether DuckDB's type of it is wider than the integers that it is taken of.
    """

    template: str
    accepts: tuple[Kind, ...]
    yields: Kind | None
    words: str
    widens: bool = False

    def kind(self, of: Value) -> Kind:
        if self.yields:
            return self.yields
        return "decimal" if of.kind == "null" else of.kind

    def sql(
        self, of: Value, percentile: float = 0, *, where: str = "", over: str | None = None
    ) -> str:
        """The aggregate over rows that fulfil a condition, or over a window."""
        aggregate = self.template.format(x=of, n=repr(percentile / 100))
        filtered = f" FILTER (WHERE {where})" if where else ""
        windowed = "" if over is None else f" OVER ({over})"
        whole = f"{aggregate}{filtered}{windowed}"
        integers = self.widens and self.kind(of) == "integer"
        return f"CAST({whole} AS BIGINT)" if integers else whole


AVG = Statistic("avg({x})", NUMBERS, "decimal", "the average")
COUNT = Statistic("count({x})", ANYTHING, "integer", "the number of values, NULLs left out")
DISTINCT = Statistic("count(DISTINCT {x})", ANYTHING, "integer", "the number of different values")
MAX = Statistic("max({x})", ORDERED, None, "the greatest value")
MIN = Statistic("min({x})", ORDERED, None, "the least value")
MEDIAN = Statistic("median(CAST({x} AS DOUBLE))", NUMBERS, "decimal", "the median")
STDEV = Statistic("stddev_samp({x})", NUMBERS, "decimal", "the standard deviation of a sample")
STDEVP = Statistic("stddev_pop({x})", NUMBERS, "decimal", "the standard deviation")
SUM = Statistic("sum({x})", NUMBERS, None, "the sum", widens=True)
VAR = Statistic("var_samp({x})", NUMBERS, "decimal", "the variance of a sample")
VARP = Statistic("var_pop({x})", NUMBERS, "decimal", "the variance")
CONT = Statistic(
    "quantile_cont(CAST({x} AS DOUBLE), {n})",
    NUMBERS,
    "decimal",
    "the percentile of a continuous distribution",
)
DISC = Statistic("quantile_disc({x}, {n})", NUMBERS, None, "the percentile among the values")

#: By their names as aggregate functions.
BY_NAME = {
    "avg": AVG,
    "count": COUNT,
    "max": MAX,
    "min": MIN,
    "sum": SUM,
    "distinct_count": DISTINCT,
    "median": MEDIAN,
    "stdev": STDEV,
    "stdevp": STDEVP,
    "var": VAR,
    "varp": VARP,
}
PERCENTILES = {"percentile": DISC, "percentileCont": CONT, "percentileDisc": DISC}
WINDOWED = {name.title(): BY_NAME[name] for name in ("avg", "count", "max", "min", "sum")}

"""The statistics that rules compare, told by a profile of the columns that they are of.

Source: https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-available-checks.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.databrew.expressions import BadExpression
from labkit.cloud.databrew.profile import profile
from labkit.cloud.databrew.recipe import Column
from labkit.cloud.databrew.recipe.parts.values import is_number
from labkit.cloud.engine import Session
from labkit.cloud.engine.types import DOUBLE, VARCHAR, Type

Told = Mapping[str, Any]
_COUNTS = ["MISSING_VALUES_COUNT", "DISTINCT_VALUES_COUNT", "UNIQUE_VALUES_COUNT"]
_QUANTILES = {"0.25": "percentile25", "0.5": "median", "0.75": "percentile75"}


def _plain(attribute: str) -> Callable[[Told, int], float | None]:
    return lambda told, rows: told.get(attribute)


def _valid(told: Told, rows: int) -> float:
    return float(rows - told["missingValuesCount"])


def _duplicates(told: Told, rows: int) -> float:
    """How many values are not the first of their kind."""
    return _valid(told, rows) - float(told["distinctValuesCount"])


def _share(count: Callable[[Told, int], float | None]) -> Callable[[Told, int], float | None]:
    """A count as a percentage of the rows."""

    def percentage(told: Told, rows: int) -> float | None:
        found = count(told, rows)
        return None if found is None else 100.0 * found / rows if rows else 0.0

    return percentage


#: Count of a column → how it is told; each has a percentage too.
_COUNTED: dict[str, Callable[[Told, int], float | None]] = {
    "MISSING_VALUES": _plain("missingValuesCount"),
    "DISTINCT_VALUES": _plain("distinctValuesCount"),
    "UNIQUE_VALUES": _plain("uniqueValuesCount"),
    "VALID_VALUES": _valid,
    "DUPLICATE_VALUES": _duplicates,
    "Z_SCORE_OUTLIERS": _plain("zScoreOutliersCount"),
}
#: Statistic of a column → the profile's statistics that it needs, and how it is told.
OF_COLUMNS: dict[str, tuple[list[str], Callable[[Told, int], float | None]]] = {
    **{f"{name}_COUNT": (_COUNTS, count) for name, count in _COUNTED.items()},
    **{f"{name}_PERCENTAGE": (_COUNTS, _share(count)) for name, count in _COUNTED.items()},
    "MIN": (["MIN"], _plain("min")),
    "MAX": (["MAX"], _plain("max")),
    "MEAN": (["MEAN"], _plain("mean")),
    "MEDIAN": (["MEDIAN"], _plain("median")),
    "MODE": (["MODE"], _plain("mode")),
    "STANDARD_DEVIATION": (["STANDARD_DEVIATION"], _plain("standardDeviation")),
    "ENTROPY": (["ENTROPY"], _plain("entropy")),
    "SUM": (["SUM"], _plain("sum")),
    "KURTOSIS": (["KURTOSIS"], _plain("kurtosis")),
    "SKEWNESS": (["SKEWNESS"], _plain("skewness")),
    "VARIANCE": (["VARIANCE"], _plain("variance")),
    "MEDIAN_ABSOLUTE_DEVIATION": (["MEDIAN_ABSOLUTE_DEVIATION"], _plain("medianAbsoluteDeviation")),
}
for _unit in ("COUNT", "PERCENTAGE"):
    _name = f"Z_SCORE_OUTLIERS_{_unit}"
    OF_COLUMNS[_name] = (["OUTLIER_DETECTION"], OF_COLUMNS[_name][1])
OF_ROWS = ("ROWS_COUNT", "COLUMNS_COUNT", "DUPLICATE_ROWS_COUNT", "DUPLICATE_ROWS_PERCENTAGE")


@dataclass
class Statistics:
    """The statistics of some rows, each told once.

    Args:
        session: runs SQL.
        sql: a SELECT of the rows.
        columns: of the rows.
    """

    session: Session
    sql: str
    columns: Sequence[Column]
    _told: dict[tuple[object, ...], Told] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return int(self._profile((), {})["sampleSize"])

    def value(self, name: str, column: Column | None, parameter: str | None) -> float | None:
        """A statistic; ``None`` where the values have none.

        Args:
            column: of which column; ``None`` for one of all rows.
            parameter: the z-score or the quantile.

        Raises:
            BadExpression: there is no such statistic, or not of this column.
        """
        if name in OF_ROWS:
            return self._of_rows(name)
        if column is None:
            raise BadExpression(f"{name} is no statistic of a data set; it needs a column.")
        if name == "QUANTILE":
            return self._quantile(column, parameter)
        if name not in OF_COLUMNS:
            known = ", ".join([*OF_ROWS, *OF_COLUMNS, "QUANTILE"])
            raise BadExpression(f"There is no statistic {name}. There are: {known}.")
        needed, told = OF_COLUMNS[name]
        return told(self._column(column, needed, parameter), self.rows)

    def _of_rows(self, name: str) -> float:
        if name == "COLUMNS_COUNT":
            return len(self.columns)
        if name == "ROWS_COUNT":
            return self.rows
        duplicates = float(self._profile((), {}, duplicates=True)["duplicateRowsCount"])
        if name == "DUPLICATE_ROWS_COUNT":
            return duplicates
        return 100.0 * duplicates / self.rows if self.rows else 0.0

    def _quantile(self, column: Column, parameter: str | None) -> float | None:
        if parameter not in _QUANTILES:
            raise BadExpression(f"A quantile is one of {', '.join(_QUANTILES)}, not {parameter}.")
        told = self._column(column, ["PERCENTILES", "MEDIAN"], None)
        found: float | None = told.get(_QUANTILES[parameter])
        return found

    def _column(self, column: Column, needed: list[str], parameter: str | None) -> Told:
        """What a profile tells of one column."""
        statistics: dict[str, Any] = {"IncludedStatistics": needed}
        if parameter is not None:
            if not is_number(parameter) or float(parameter) < 0:
                raise BadExpression(f"A z-score is a number of at least 0, not {parameter}.")
            override = {"Statistic": needed[0], "Parameters": {"threshold": parameter}}
            statistics["Overrides"] = [override]
        found: list[Told] = self._profile((column,), statistics)["columns"]
        if not found:
            raise BadExpression(f"'{column.name}' is of a complex type, which has no rules.")
        return found[0]

    def _profile(
        self, columns: Sequence[Column], statistics: Told, *, duplicates: bool = False
    ) -> Told:
        key = (tuple(columns), repr(statistics), duplicates)
        if key not in self._told:
            self._told[key] = self._made(columns, statistics, duplicates)
        return self._told[key]

    def _made(self, columns: Sequence[Column], statistics: Told, duplicates: bool) -> Told:
        chosen = list(self.columns) if duplicates else list(columns)
        shown = [f"CAST({c.sql} AS {_simple(c.type).duckdb}) AS {c.sql}" for c in chosen]
        of_rows = ["DUPLICATE_ROWS_COUNT"] if duplicates else []
        configuration: dict[str, Any] = {
            "DatasetStatisticsConfiguration": {"IncludedStatistics": of_rows},
            "ProfileColumns": [{"Name": c.name} for c in columns] or [{"Name": "\0"}],
        }
        if columns:
            each = {"Selectors": [{"Regex": ".*"}], "Statistics": statistics}
            configuration["ColumnStatisticsConfigurations"] = [each]
        return profile(
            self.session,
            f"SELECT {', '.join(shown) or '1 AS nothing'} FROM ({self.sql})",
            [(c.name, _simple(c.type)) for c in chosen] or [("nothing", VARCHAR)],
            configuration,
            columnar=True,
        )


def _simple(kind: Type) -> Type:
    """The type that a profile has statistics of: decimals as doubles, dates as text."""
    if kind.base == "decimal":
        return DOUBLE
    return VARCHAR if kind.base in ("date", "timestamp", "timestamptz", "time") else kind

"""Table functions over partitions: sumOver and its like, periods compared, periods to date.

Sources: https://docs.aws.amazon.com/quicksight/latest/user/sumOver-function.html,
https://docs.aws.amazon.com/quicksight/latest/user/periodOverPeriodDifference-function.html and
https://docs.aws.amazon.com/quicksight/latest/user/periodToDateSumOverTime-function.html

`percentOfTotal` and the percent differences are fractions (0.25 for 25 percent), as the percent
format of a field shows them; AWS's pages give no numbers.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.quicksight.calc import periods
from labkit.cloud.quicksight.calc.arguments import (
    GRANULARITIES,
    Calculation,
    DateField,
    Fields,
    Granularity,
    Index,
    Measure,
    Percent,
    RowCalculation,
)
from labkit.cloud.quicksight.calc.errors import WrongArguments, WrongType
from labkit.cloud.quicksight.calc.query import Query
from labkit.cloud.quicksight.calc.registry import Answer, add, function
from labkit.cloud.quicksight.calc.statistics import BY_NAME, PERCENTILES, WINDOWED, Statistic
from labkit.cloud.quicksight.calc.syntax import Name
from labkit.cloud.quicksight.calc.tables import ALL_BEFORE, POST, Table, decimal, same
from labkit.cloud.quicksight.calc.values import NUMBERS, Value

OVER = "avg count max min sum stdev stdevp var varp".split()


def _over(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(
        query: Query,
        measure: Measure,
        partition: Fields | None = None,
        calculation_level: Calculation = POST,
    ) -> Answer:
        return Table(query, name, calculation_level).statistic(
            statistic, measure, partition=partition
        )

    call.__doc__ = f"For each partition {statistic.words}."
    return call


def _percentile(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(
        query: Query,
        measure: Measure,
        percentile_n: Percent,
        partition: Fields | None = None,
        calculation_level: Calculation = POST,
    ) -> Answer:
        return Table(query, name, calculation_level).statistic(
            statistic, measure, percentile_n, partition=partition
        )

    call.__doc__ = f"For each partition {statistic.words}."
    return call


def _over_time(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(
        query: Query, measure: Measure, date_time: DateField, period: Granularity = ""
    ) -> Answer:
        table = Table(query, name)
        date, others = _date(table, date_time)
        unit = period or _granularity(table, date_time)
        value = table.measure(measure, statistic.accepts)
        within = ", ".join([periods.truncated(unit, date.sql), *others])
        over = f"PARTITION BY {within} ORDER BY {date} ASC NULLS LAST {ALL_BEFORE}"
        sql = statistic.sql(value, over=over)
        return table.result(sql, statistic.kind(value), [value, date])

    call.__doc__ = f"From the start of a period to each date, {statistic.words}."
    return call


@function("distinctCountOver", "over")
def distinct_count_over(
    query: Query, measure: Measure, partition: Fields, calculation_level: RowCalculation
) -> Answer:
    """For each partition the number of different values, before aggregation alone."""
    table = Table(query, "distinctCountOver", calculation_level)
    return table.statistic(BY_NAME["distinct_count"], measure, partition=partition)


@function("percentOfTotal", "over")
def percent_of_total(query: Query, measure: Measure, partition: Fields | None = None) -> Answer:
    """The part that a measure has in the total of its partition, as a fraction."""
    return Table(query, "percentOfTotal").over(
        lambda value, over: f"(CAST({value} AS DOUBLE) / nullif(sum({value}) OVER ({over}), 0))",
        measure,
        NUMBERS,
        decimal,
        partition=partition,
    )


@function("periodOverPeriodDifference", "over")
def period_difference(
    query: Query, measure: Measure, date: DateField, period: Granularity = "", offset: Index = 1
) -> Answer:
    """A measure less its value of an earlier period."""
    table = Table(query, "periodOverPeriodDifference")
    value, last = _earlier(table, measure, date, period, offset)
    return table.result(f"({value} - {last})", same(value), [value])


@function("periodOverPeriodLastValue", "over")
def period_last_value(
    query: Query, measure: Measure, date: DateField, period: Granularity = "", offset: Index = 1
) -> Answer:
    """A measure's value of an earlier period."""
    table = Table(query, "periodOverPeriodLastValue")
    value, last = _earlier(table, measure, date, period, offset)
    return table.result(last, same(value), [value])


@function("periodOverPeriodPercentDifference", "over")
def period_percent_difference(
    query: Query, measure: Measure, date: DateField, period: Granularity = "", offset: Index = 1
) -> Answer:
    """How much a measure has changed since an earlier period, as a fraction of that one."""
    table = Table(query, "periodOverPeriodPercentDifference")
    value, last = _earlier(table, measure, date, period, offset)
    return table.result(f"(({value} - {last}) / nullif({last}, 0))", "decimal", [value])


def _earlier(
    table: Table, measure: Measure, node: DateField, period: str, offset: int
) -> tuple[Value, str]:
    """A measure, and its value at the date that lies so many periods before."""
    date, others = _date(table, node)
    value = table.measure(measure, NUMBERS)
    unit = period or _granularity(table, node)
    distance = periods.interval(unit, f"CAST({abs(offset)} AS BIGINT)")
    direction = "PRECEDING" if offset >= 0 else "FOLLOWING"
    within = f"PARTITION BY {', '.join(others)} " if others else ""
    edge = f"{distance} {direction}"
    frame = f"RANGE BETWEEN {edge} AND {edge}"
    found = f"max({value}) OVER ({within}ORDER BY {date} {frame})"
    return value, f"CASE WHEN {date} IS NOT NULL THEN {found} END"


def _date(table: Table, node: DateField) -> tuple[Value, list[str]]:
    """A date among the visual's dimensions, and the SQL of the other ones."""
    date = table.query.shown(table.name, node)
    if date.kind != "date":
        raise WrongType(("date",), date.kind)
    return date, [sql for sql in table.query.scope.grouped.values() if sql != date.sql]


def _granularity(table: Table, node: DateField) -> str:
    known = table.query.scope.granularities
    named = known.get(node.text, "") if isinstance(node, Name) else ""
    if named.upper() not in GRANULARITIES:
        raise WrongArguments(
            f"The function {table.name} needs a period: the visual gives its date none."
        )
    return GRANULARITIES[named.upper()]


for _name in OVER:
    add(f"{_name}Over", "over", _over(f"{_name}Over", BY_NAME[_name]))
for _name, _statistic in PERCENTILES.items():
    add(f"{_name}Over", "over", _percentile(f"{_name}Over", _statistic))
for _name, _statistic in WINDOWED.items():
    _full = f"periodToDate{_name}OverTime"
    add(_full, "over", _over_time(_full, _statistic))

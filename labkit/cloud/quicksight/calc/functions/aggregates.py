"""Aggregate functions: one value for each group of a visual.

With a list of fields in brackets an aggregate is *level-aware*: it is taken for each group of
these fields, whatever the visual shows, and a further aggregate takes it to the visual's own
groups. ``[${visualDimensions}, {Country}]`` adds to the visual's fields, ``!{Country}`` takes one
out. Sources: https://docs.aws.amazon.com/quicksight/latest/user/calculated-field-aggregations.html
and https://docs.aws.amazon.com/quicksight/latest/user/level-aware-calculations-aggregate.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.quicksight.calc.arguments import (
    Boolean,
    Date,
    Fields,
    Granularity,
    Measure,
    Percent,
    operand,
    row_operand,
)
from labkit.cloud.quicksight.calc.constants import literal
from labkit.cloud.quicksight.calc.errors import NestedAggregation, WrongArguments
from labkit.cloud.quicksight.calc.periods import truncated
from labkit.cloud.quicksight.calc.query import Query
from labkit.cloud.quicksight.calc.registry import Answer, add
from labkit.cloud.quicksight.calc.statistics import BY_NAME, CONT, DISC, PERCENTILES, Statistic
from labkit.cloud.quicksight.calc.values import Value, common_level

TO_DATE = "Avg Count Max Median Min StDev StDevP Sum Var VarP".split()


def _plain(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(query: Query, measure: Measure, group_by: Fields | None = None) -> Answer:
        return _aggregate(query, name, statistic, measure, 0, group_by)

    return _helped(call, f"{statistic.words}, of each group.")


def _percentile(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(
        query: Query, measure: Measure, percentile: Percent, group_by: Fields | None = None
    ) -> Answer:
        return _aggregate(query, name, statistic, measure, percentile, group_by)

    return _helped(call, f"{statistic.words}, of each group.")


def _conditional(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(query: Query, measure: Measure, condition: Boolean) -> Answer:
        return _over_rows(query, name, statistic, measure, condition)

    return _helped(call, f"{statistic.words}, of the rows of each group that meet a condition.")


def _to_date(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(
        query: Query,
        measure: Measure,
        date_time: Date,
        period: Granularity,
        end_date: Date | None = None,
    ) -> Answer:
        where = _period(query, date_time, period, end_date)
        return _over_rows(query, name, statistic, measure, where)

    return _helped(call, f"{statistic.words}, from the start of a period to a date.")


def _to_date_percentile(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(
        query: Query,
        measure: Measure,
        percentile: Percent,
        date_time: Date,
        period: Granularity,
        end_date: Date | None = None,
    ) -> Answer:
        where = _period(query, date_time, period, end_date)
        return _over_rows(query, name, statistic, measure, where, percentile)

    return _helped(call, f"{statistic.words}, from the start of a period to a date.")


def _aggregate(
    query: Query,
    name: str,
    statistic: Statistic,
    measure: Measure,
    percentile: float,
    group_by: Fields | None,
) -> Value:
    if group_by is None:
        value = operand(query, name, measure, statistic.accepts)
        sql = statistic.sql(query.once(value), percentile)
        return Value(sql, statistic.kind(value), "aggregate", value.names, function=name)
    value = row_operand(query, name, measure, statistic.accepts)
    keys = query.group_keys(name, group_by)
    over = f"PARTITION BY {', '.join(keys)}" if keys else ""
    sql = statistic.sql(value, percentile, over=over)
    column = query.derive(sql, "pre_agg")
    return Value(
        column, statistic.kind(value), "group", value.names, frozenset(keys), function=name
    )


def _over_rows(
    query: Query,
    name: str,
    statistic: Statistic,
    measure: Measure,
    condition: Value,
    percentile: float = 0,
) -> Value:
    value = operand(query, name, measure, statistic.accepts)
    if condition.level in ("aggregate", "window"):
        raise NestedAggregation(name, condition.function)
    common_level([value, condition])  # or it is refused
    sql = statistic.sql(query.once(value), percentile, where=condition.sql)
    return Value(sql, statistic.kind(value), "aggregate", value.names, function=name)


def _period(query: Query, date: Value, period: str, end: Value | None) -> Value:
    """Whether a row's date lies from the start of the period of ``end`` until ``end``."""
    until = end or literal(query.scope.now())
    if until.level not in ("constant", "row"):
        raise WrongArguments("The end date of a period is a date, not an aggregate.")
    sql = f"({date} >= {truncated(period, until.sql)} AND {date} <= {until})"
    return Value(sql, "boolean", common_level([date, until]), function=date.function)


def _helped(call: Callable[..., Answer], words: str) -> Callable[..., Answer]:
    call.__doc__ = words[0].upper() + words[1:]
    return call


for _name, _statistic in BY_NAME.items():
    add(_name, "aggregate", _plain(_name, _statistic))
    add(f"{_name}If", "aggregate", _conditional(f"{_name}If", _statistic))
for _name, _statistic in PERCENTILES.items():
    add(_name, "aggregate", _percentile(_name, _statistic))
for _name in TO_DATE:
    _full = f"periodToDate{_name}"
    add(_full, "aggregate", _to_date(_full, BY_NAME[_name.lower()]))
for _name, _statistic in {"Percentile": DISC, "PercentileCont": CONT}.items():
    _full = f"periodToDate{_name}"
    add(_full, "aggregate", _to_date_percentile(_full, _statistic))

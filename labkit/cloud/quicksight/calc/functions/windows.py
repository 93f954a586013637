"""Running functions, and functions over a window of rows around each.

Sources: https://docs.aws.amazon.com/quicksight/latest/user/runningSum-function.html,
https://docs.aws.amazon.com/quicksight/latest/user/windowSum-function.html and
https://docs.aws.amazon.com/quicksight/latest/user/firstValue-function.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.quicksight.calc.arguments import Fields, Index, Measure, Sort
from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.query import Query
from labkit.cloud.quicksight.calc.registry import Answer, add, function
from labkit.cloud.quicksight.calc.statistics import WINDOWED, Statistic
from labkit.cloud.quicksight.calc.tables import ALL, ALL_BEFORE, Table, same
from labkit.cloud.quicksight.calc.values import ANYTHING


def _running(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(query: Query, measure: Measure, sort: Sort, partition: Fields | None = None) -> Answer:
        return _framed(query, name, statistic, measure, sort, partition, ALL_BEFORE)

    call.__doc__ = f"From the first row of a sort to each, {statistic.words}."
    return call


def _window(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(
        query: Query,
        measure: Measure,
        sort: Sort,
        start_index: Index,
        end_index: Index,
        partition: Fields | None = None,
    ) -> Answer:
        if start_index < 0 or end_index < 0:
            raise WrongArguments(f"The indexes of {name} are positive integers.")
        frame = f"ROWS BETWEEN {start_index} PRECEDING AND {end_index} FOLLOWING"
        return _framed(query, name, statistic, measure, sort, partition, frame)

    call.__doc__ = f"From so many rows before each to so many after it, {statistic.words}."
    return call


@function("firstValue", "window")
def first_value(
    query: Query, measure: Measure, sort: Sort, partition: Fields | None = None
) -> Answer:
    """The measure of a partition's first row in a sort."""
    return _end(query, "firstValue", "first_value", measure, sort, partition)


@function("lastValue", "window")
def last_value(
    query: Query, measure: Measure, sort: Sort, partition: Fields | None = None
) -> Answer:
    """The measure of a partition's last row in a sort."""
    return _end(query, "lastValue", "last_value", measure, sort, partition)


def _framed(
    query: Query,
    name: str,
    statistic: Statistic,
    measure: Measure,
    sort: Sort,
    partition: Fields | None,
    frame: str,
) -> Answer:
    return Table(query, name).over(
        lambda value, over: statistic.sql(value, over=over),
        measure,
        statistic.accepts,
        statistic.kind,
        sort=sort,
        partition=partition,
        frame=frame,
    )


def _end(
    query: Query,
    name: str,
    sql_name: str,
    measure: Measure,
    sort: Sort,
    partition: Fields | None,
) -> Answer:
    return Table(query, name).over(
        lambda value, over: f"{sql_name}({value}) OVER ({over})",
        measure,
        ANYTHING,
        same,
        sort=sort,
        partition=partition,
        frame=ALL,
    )


for _name, _statistic in WINDOWED.items():
    add(f"running{_name}", "running", _running(f"running{_name}", _statistic))
    add(f"window{_name}", "window", _window(f"window{_name}", _statistic))

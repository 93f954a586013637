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
from labkit.cloud.quicksight.calc.registry import Answer, add
from labkit.cloud.quicksight.calc.statistics import WINDOWED, Statistic
from labkit.cloud.quicksight.calc.syntax import Bracketed
from labkit.cloud.quicksight.calc.tables import ALL, ALL_BEFORE, Table, same
from labkit.cloud.quicksight.calc.values import ANYTHING


def _running(name: str, statistic: Statistic) -> Callable[..., Answer]:
    def call(query: Query, measure: Measure, sort: Sort, partition: Fields | None = None) -> Answer:
        return Table(query, name).statistic(
            statistic, measure, sort=sort, partition=partition, frame=ALL_BEFORE
        )

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
        return Table(query, name).statistic(
            statistic, measure, sort=sort, partition=partition, frame=frame
        )

    call.__doc__ = f"From so many rows before each to so many after it, {statistic.words}."
    return call


def _end(name: str, sql: str, place: str) -> Callable[..., Answer]:
    def call(query: Query, measure: Measure, sort: Sort, partition: Fields | None = None) -> Answer:
        if isinstance(measure, Bracketed) and len(measure.items) == 1:
            measure = measure.items[0].node  # as the page's example has it
        return Table(query, name).over(
            lambda value, over: f"{sql}({value}) OVER ({over})",
            measure,
            ANYTHING,
            same,
            sort=sort,
            partition=partition,
            frame=ALL,
        )

    call.__doc__ = f"The measure of a partition's {place} row in a sort."
    return call


add("firstValue", "window", _end("firstValue", "first_value", "first"))
add("lastValue", "window", _end("lastValue", "last_value", "last"))
for _name, _statistic in WINDOWED.items():
    add(f"running{_name}", "running", _running(f"running{_name}", _statistic))
    add(f"window{_name}", "window", _window(f"window{_name}", _statistic))

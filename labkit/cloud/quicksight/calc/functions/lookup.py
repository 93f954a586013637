"""Table functions that look at another row: the one so many rows on in a sort.

In `difference` and `percentDifference` a positive index means a following row, a negative one an
earlier row; both compare the current value with that row's. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/difference-function.html,
https://docs.aws.amazon.com/quicksight/latest/user/percentDifference-function.html and
https://docs.aws.amazon.com/quicksight/latest/user/lag-function.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.quicksight.calc.arguments import Fields, Index, Measure, Sort
from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.query import Query
from labkit.cloud.quicksight.calc.registry import Answer, add, function
from labkit.cloud.quicksight.calc.tables import ALL, Table, decimal, same
from labkit.cloud.quicksight.calc.values import ANYTHING, NUMBERS


@function("difference", "lookup")
def difference(
    query: Query, measure: Measure, sort: Sort, lookup_index: Index, partition: Fields | None = None
) -> Answer:
    """A measure less the one of a following row, or of an earlier one by a negative index."""
    return Table(query, "difference").over(
        lambda value, over: f"({value} - lead({value}, {lookup_index}) OVER ({over}))",
        measure,
        NUMBERS,
        same,
        sort=sort,
        partition=partition,
        frame=ALL,
    )


@function("percentDifference", "lookup")
def percent_difference(
    query: Query, measure: Measure, sort: Sort, lookup_index: Index, partition: Fields | None = None
) -> Answer:
    """How far a measure is from the one of another row, as a fraction of that one."""

    def write(value: object, over: str) -> str:
        other = f"lead({value}, {lookup_index}) OVER ({over})"
        return f"(({value} - {other}) / CAST(nullif({other}, 0) AS DOUBLE))"

    return Table(query, "percentDifference").over(
        write, measure, NUMBERS, decimal, sort=sort, partition=partition, frame=ALL
    )


def _shifted(name: str) -> Callable[..., Answer]:
    def call(
        query: Query,
        measure: Measure,
        sort: Sort,
        lookup_index: Index,
        partition: Fields | None = None,
    ) -> Answer:
        if lookup_index < 1:
            raise WrongArguments(f"The lookup index of {name} is a positive integer.")
        return Table(query, name).over(
            lambda value, over: f"{name}({value}, {lookup_index}) OVER ({over})",
            measure,
            ANYTHING,
            same,
            sort=sort,
            partition=partition,
            frame=ALL,
        )

    call.__doc__ = f"The measure of {SHIFTS[name]} row."
    return call


SHIFTS = {"lag": "an earlier", "lead": "a following"}
for _name in SHIFTS:
    add(_name, "lookup", _shifted(_name))

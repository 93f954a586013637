"""Ranking functions.

Sources: https://docs.aws.amazon.com/quicksight/latest/user/rank-function.html and
https://docs.aws.amazon.com/quicksight/latest/user/percentileRank-function.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.quicksight.calc.arguments import Calculation, Fields, Sort
from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.query import Query
from labkit.cloud.quicksight.calc.registry import Answer, function
from labkit.cloud.quicksight.calc.tables import POST, Table
from labkit.cloud.quicksight.calc.values import Kind, Value


@function("rank", "ranking")
def rank(
    query: Query, sort: Sort, partition: Fields | None = None, calculation_level: Calculation = POST
) -> Answer:
    """The rank in a sort; equal rows have one rank, and the next leaves a gap."""
    table = Table(query, "rank", calculation_level)
    return _ranked(table, sort, partition, "integer", lambda whole, _: f"rank() OVER ({whole})")


@function("denseRank", "ranking")
def dense_rank(
    query: Query, sort: Sort, partition: Fields | None = None, calculation_level: Calculation = POST
) -> Answer:
    """The rank in a sort; equal rows have one rank, and the next follows without a gap."""
    table = Table(query, "denseRank", calculation_level)
    return _ranked(
        table, sort, partition, "integer", lambda whole, _: f"dense_rank() OVER ({whole})"
    )


@function("percentileRank", "ranking")
def percentile_rank(
    query: Query, sort: Sort, partition: Fields | None = None, calculation_level: Calculation = POST
) -> Answer:
    """How many percent of a partition a row is above: from 0 to below 100."""
    table = Table(query, "percentileRank", calculation_level)
    return _ranked(
        table,
        sort,
        partition,
        "decimal",
        lambda whole, parts: (
            f"(100.0::DOUBLE * (rank() OVER ({whole}) - 1) / count(*) OVER ({parts}))"
        ),
    )


def _ranked(
    table: Table, sort: Sort, partition: Fields | None, kind: Kind, write: Callable[[str, str], str]
) -> Value:
    if not sort.items:
        raise WrongArguments(f"The function {table.name} needs a field to sort by.")
    parts = table.partition(partition)
    values = [*parts, *(table.sorted_by(item.node) for item in sort.items)]
    return table.result(write(table.window(parts, sort), table.window(parts, None)), kind, values)

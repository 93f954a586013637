"""What only the placement of rows can tell and do: plans of queries, tables in sorted order.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection
    from labkit.cloud.redshift.warehouse.objects import Object

Reader = Callable[["Connection", str], exp.Expr]
Explainer = Callable[["Connection", exp.Expr], list[str]]

#: What finds the query that a statement is, or reads by; and what tells a query's plan.
EXPLAINERS: list[tuple[Reader, Explainer]] = []
#: Each puts a table's rows in the order of its sort key.
SORTERS: list[Callable[[Connection, Object], None]] = []


def sort(connection: Connection, table: Object) -> None:
    """What VACUUM does to a table."""
    for sorter in SORTERS:
        sorter(connection, table)

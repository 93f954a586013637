"""Table calculations: windows over the groups that a visual shows, or over its rows.

At the level ``POST_AGG_FILTER`` a table function is computed over the visual's groups, of
aggregates and of fields in its field wells. At ``PRE_FILTER`` and ``PRE_AGG`` it is computed over
rows, of fields that are not aggregated, and may be aggregated itself. Source:
https://docs.aws.amazon.com/quicksight/latest/user/table-calculation-functions.html

AWS leaves open what a measure alone in a sort is, where NULL sorts, and the order of equal rows;
here it is the measure's sum, NULL comes last, and equal groups follow the visual's dimensions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labkit.cloud.quicksight.calc.arguments import checked, row_operand
from labkit.cloud.quicksight.calc.errors import WrongArguments
from labkit.cloud.quicksight.calc.query import Query, Stage
from labkit.cloud.quicksight.calc.statistics import Statistic
from labkit.cloud.quicksight.calc.syntax import Bracketed, Call, Item, Name, Node
from labkit.cloud.quicksight.calc.values import NUMBERS, Kind, Value

POST = "POST_AGG_FILTER"
ALL_BEFORE = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
ALL = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
_STAGES: dict[str, Stage] = {"PRE_FILTER": "pre_filter", "PRE_AGG": "pre_agg"}

Write = Callable[[Value, str], str]


@dataclass(frozen=True)
class Table:
    """One call of a table function.

    Args:
        level: ``PRE_FILTER``, ``PRE_AGG`` or ``POST_AGG_FILTER``.
    """

    query: Query
    name: str
    level: str = POST

    def over(
        self,
        write: Write,
        measure: Node,
        kinds: tuple[Kind, ...],
        kind: Callable[[Value], Kind],
        *,
        sort: Bracketed | None = None,
        partition: Bracketed | None = None,
        frame: str = "",
    ) -> Value:
        """A function of a measure over a window.

        Args:
            write: the SQL, of the measure and of what stands in ``OVER (...)``.
            kinds: the types that the measure may have.
            kind: the type of the result.
            frame: for a window of rows; equal rows are then told apart.
        """
        parts = self.partition(partition)
        value = self.measure(measure, kinds)
        window = self.window(parts, sort, frame)
        return self.result(write(value, window), kind(value), [value, *parts])

    def statistic(
        self,
        statistic: Statistic,
        measure: Node,
        percentile: float = 0,
        *,
        sort: Bracketed | None = None,
        partition: Bracketed | None = None,
        frame: str = "",
    ) -> Value:
        """A statistic of a measure over a window, as `over` takes it."""
        return self.over(
            lambda value, over: statistic.sql(value, percentile, over=over),
            measure,
            statistic.accepts,
            statistic.kind,
            sort=sort,
            partition=partition,
            frame=frame,
        )

    def result(self, sql: str, kind: Kind, values: Sequence[Value]) -> Value:
        """A window's value: of a group of the visual, or of a row as a helper column."""
        names = frozenset().union(*(each.names for each in values))
        if self.level == POST:
            return Value(sql, kind, "window", names, function=self.name)
        column = self.query.derive(sql, _STAGES[self.level])
        return Value(column, kind, "row", names)

    def measure(self, node: Node, kinds: tuple[Kind, ...]) -> Value:
        """What the function is of: an aggregate, or before aggregation a field."""
        if self.level == POST:
            return checked(self.query.shown(self.name, node), kinds, measure=True)
        return row_operand(self.query, self.name, node, kinds)

    def partition(self, fields: Bracketed | None) -> list[Value]:
        """The fields of a partition."""
        items = fields.items if fields else ()
        if any(item.descending or item.excluded for item in items):
            raise WrongArguments(f"The fields of a partition of {self.name} have no order.")
        return [self.value(item.node) for item in items]

    def value(self, node: Node) -> Value:
        """What to partition or sort by, at the level of the calculation."""
        if self.level == POST:
            return self.query.by(self.name, node)
        return self.query.row(self.name, node)

    def window(self, parts: Sequence[Value], sort: Bracketed | None, frame: str = "") -> str:
        """What stands in ``OVER (...)``."""
        orders = [self._order(item) for item in (sort.items if sort else ())]
        if frame and self.level == POST:
            orders += self._ties(parts, orders)
        return " ".join(
            piece
            for piece in (
                _listed("PARTITION BY", [each.sql for each in parts]),
                _listed("ORDER BY", orders),
                frame,
            )
            if piece
        )

    def _order(self, item: Item) -> str:
        if item.excluded:
            raise WrongArguments(f"In {self.name} no field can be taken out with '!'.")
        direction = "DESC" if item.descending else "ASC"
        return f"{self.sorted_by(item.node)} {direction} NULLS LAST"

    def sorted_by(self, node: Node) -> Value:
        """A field to sort by; a measure named alone, as on AWS's pages, is its sum of a group."""
        if (
            isinstance(node, Name)
            and self.level == POST
            and node.text not in self.query.scope.grouped
        ):
            found = self.query.value(node)
            if found.level == "row" and found.kind in NUMBERS:
                return self.query.value(Call("sum", (node,), f"sum({node.text})"))
        return self.value(node)

    def _ties(self, parts: Sequence[Value], orders: Sequence[str]) -> list[str]:
        told = {each.sql for each in parts} | {order.rsplit(" ", 3)[0] for order in orders}
        return [
            f"{sql} ASC NULLS LAST" for sql in self.query.scope.grouped.values() if sql not in told
        ]


def same(value: Value) -> Kind:
    """The type of the measure itself."""
    return "decimal" if value.kind == "null" else value.kind


def decimal(value: Value) -> Kind:
    """A decimal, whatever the measure."""
    return "decimal"


def _listed(words: str, parts: Sequence[str]) -> str:
    return f"{words} {', '.join(parts)}" if parts else ""

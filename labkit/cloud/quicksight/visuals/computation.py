"""A computation of an insight: its fields and its own small query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.visuals.comparison import plain_number
from labkit.cloud.quicksight.visuals.filters import Condition
from labkit.cloud.quicksight.visuals.formats import format_value
from labkit.cloud.quicksight.visuals.model import Field, VisualError
from labkit.cloud.quicksight.visuals.plan import Cut, Plan
from labkit.cloud.quicksight.visuals.request import Request
from labkit.cloud.quicksight.visuals.statement import statement
from labkit.cloud.quicksight.visuals.wells import member

Json = Mapping[str, Any]
_MOST = 100_000


class Computation:
    """A computation's own small query."""

    def __init__(self, request: Request, body: Json) -> None:
        self.body = body
        self.request = request
        shapes = ("Time", "Category")
        named = {name: member(body[name], name) for name in shapes if body.get(name)}
        found = request.dimensions(named.values())
        self.dimensions = dict(zip(named, found, strict=True))
        values = [name for name in ("Value", "FromValue", "TargetValue") if body.get(name)]
        measured = request.measures(member(body[name], name) for name in values)
        self.measures = dict(zip(values, measured, strict=True))

    def field(self, name: str) -> Field:
        """A field of the computation."""
        found = {key: each.field for key, each in self.dimensions.items()}
        found |= {key: each.field for key, each in self.measures.items()}
        if name not in found:
            raise VisualError(f"The computation {self.body['ComputationId']} needs its {name}.")
        return found[name]

    def rows(self, *by: str, where: str = "") -> list[tuple[Any, ...]]:
        """The values of dimensions, then of the measures, in the order of the dimensions."""
        for name in by:
            self.field(name)
        dimensions = [self.dimensions[name] for name in by]
        conditions = self.request.conditions()
        plan = Plan(
            self._source(conditions, where),
            tuple(each.sql for each in dimensions),
            tuple(each.measure for each in self.measures.values()),
            (Cut(tuple(range(len(by))), (), _MOST),) if by else (),
            having=self.request.having(conditions),
            totals=False,
        )
        columns = [*(f"d{at}" for at in range(len(by)))]
        columns += [f"m{at}" for at in range(len(self.measures))]
        found = self.request.run(statement(plan, fold=False))
        return [tuple(plain_number(row[column]) for column in columns) for row in found]

    def total(self, where: str = "") -> Any:
        """The first measure over all rows, if the filters let it through."""
        return next((row[0] for row in self.rows(where=where)), None)

    def _source(self, conditions: Sequence[Condition], where: str) -> str:
        derived = [part for one in self.dimensions.values() for part in one.derived]
        derived += [part for each in self.measures.values() for part in each.derived]
        rows = self.request.rows(conditions, derived)
        return f"SELECT * FROM ({rows}) WHERE {where}" if where else rows

    def dated(self) -> list[tuple[Any, ...]]:
        """A row a period, without those that have no date."""
        return [row for row in self.rows("Time") if row[0] is not None]

    def say(self, name: str, value: Any) -> str:
        """A value of a field in words."""
        of = self.field(name)
        return format_value(value, of.format, granularity=of.granularity)

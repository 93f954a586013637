"""What the one statement of a visual fetches: groups, their measures, the axes that order them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labkit.cloud.quicksight.visuals.aggregates import Aggregate


@dataclass(frozen=True)
class Measure:
    """A measure of a group.

    Args:
        sql: over rows; over groups as well where it is a window.
        aggregate: the function that it is made with, if it is one of a column.
        value: that column's SQL.
        window: whether it looks at other groups.
    """

    sql: str
    aggregate: Aggregate | None = None
    value: str = ""
    window: bool = False

    @property
    def partials(self) -> tuple[str, ...]:
        parts = self.aggregate.partials if self.aggregate else ()
        return tuple(part.format(x=self.value) for part in parts)


@dataclass(frozen=True)
class Key:
    """What an axis is ordered by.

    Args:
        column: ``d0`` or ``m1``.
        direction: ``ASC`` or ``DESC``.
        depth: of how many of the axis' dimensions a measure is taken.
        at: SQL conditions on dimensions of the other axes, by column: a measure at these values.
    """

    column: str
    direction: str
    depth: int
    at: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cut:
    """An axis of the statement.

    Args:
        dimensions: the indexes of its dimensions.
        keys: what orders it, before the dimensions themselves.
        most: how many groups it shows.
        skip: how many are before them.
        others: whether the rest is folded.
        told: the name under which a rest that is left out is told, if nobody asked for that.
        by_name: whether what is shown stands by its own values, whatever chose it.
    """

    dimensions: tuple[int, ...]
    keys: tuple[Key, ...]
    most: int
    skip: int = 0
    others: bool = False
    told: str = ""
    by_name: bool = False


@dataclass(frozen=True)
class Plan:
    """What a statement fetches.

    Args:
        rows: SQL of the filtered rows.
        dimensions: SQL over rows, one a dimension.
        measures: in order; those of hidden sort keys last.
        axes: they hold all dimensions.
        having: conditions on groups.
        among: conditions on groups among the others, over ``m0``, ``m1``, ...
        subtotals: the masks of further levels to fetch.
        totals: whether the measures over all rows are fetched.
    """

    rows: str
    dimensions: tuple[str, ...]
    measures: tuple[Measure, ...]
    axes: tuple[Cut, ...]
    having: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    subtotals: tuple[int, ...] = ()
    totals: bool = True

    @property
    def adds_up(self) -> bool:
        """Whether every measure of all comes from those of groups."""
        return all(each.partials and not each.window for each in self.measures)

    @property
    def folds(self) -> bool:
        return any(axis.others for axis in self.axes)

    @property
    def everything(self) -> int:
        """The mask of the level without dimensions."""
        return int(2 ** len(self.dimensions) - 1)

    def mask(self, grouped: Iterable[int]) -> int:
        """A level's number: a bit for each dimension that it is not grouped by."""
        last = len(self.dimensions) - 1
        return self.everything - sum(1 << (last - each) for each in grouped)

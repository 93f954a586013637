"""What a visual shows, between the query that fetches it and the picture that draws it.

A visual of a definition names *field wells*: lists of fields under names such as ``Category``,
``Values`` and ``Colors``. Its data is one table with a column for each field. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Visual.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal["text", "number", "date", "boolean"]


class _Mark(str):
    """Words in a value's place, like no value of the data: a category may have the same name."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __ne__(self, other: object) -> bool:
        return type(other) is not type(self)

    def __hash__(self) -> int:
        return hash(type(self))


class Other(_Mark):
    """The dimension's value of a row into which the groups beyond a limit are folded."""


class Total(_Mark):
    """The value of a pivot's dimension in a row that is computed over all of its values."""


#: Stands in a narrative for what an expression does not find.
LOST: Final = "\0"
#: The well of measures that only conditions of formats ask for, which no reader sees.
BEHIND: Final = "Conditions"
TABLES: Final = ("TableVisual", "PivotTableVisual")
OTHER: Final = Other("Other")
TOTAL: Final = Total("Total")


class VisualError(ValueError):
    """A visual that cannot be queried. ``args[0]`` is the sentence that says why."""


def one_of(word: Any, known: Iterable[str]) -> str:
    """A word of a definition that becomes SQL, if it is a known one.

    Raises:
        VisualError: it is not.
    """
    listed = list(known)
    if word not in listed:
        raise VisualError(f"'{word}' is none of {', '.join(listed)}.")
    return str(word)


def direction(said: Mapping[str, Any], name: str = "Direction") -> str:
    """``ASC`` or ``DESC``, as a sort says."""
    return one_of(said.get(name, "ASC"), ("ASC", "DESC"))


@dataclass(frozen=True)
class Field:
    """One field of a field well.

    Args:
        id: its ``FieldId``, unique in the visual.
        well: the API's name of the well that it stands in (``Category``, ``Values``, ``Rows``).
        label: what a person reads: ``Sum of pageviews``.
        kind: what its values are.
        column: the column or calculated field behind it.
        aggregation: ``SUM``, ``COUNT``, ...; empty for a dimension.
        granularity: of a date (``DAY``, ``MONTH``, ...), else empty.
        format: the API's format configuration of it, empty where the visual says none.
        colors: of its values in all visuals, by value; ``NULL``, ``EMPTY`` and ``OTHER`` are
            special ones.
    """

    id: str
    well: str
    label: str
    kind: Kind
    column: str
    aggregation: str = ""
    granularity: str = ""
    format: Mapping[str, Any] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_measure(self) -> bool:
        return bool(self.aggregation)

    @property
    def is_seen(self) -> bool:
        return self.well != BEHIND


@dataclass(frozen=True)
class VisualData:
    """The rows of a visual.

    Args:
        fields: one a column of ``rows``, in the order of the wells.
        rows: grouped by the dimensions, sorted and cut as the visual says.
        others: in a visual of one axis, the rest beyond the limit as one row whose dimension is
            ``None``; ``None`` where nothing was cut or the visual hides it. In a visual of more
            axes such rows stand at their places in ``rows``, with `OTHER` where they are folded.
        cut: how many groups the limits left out.
        totals: a measure's value over all rows, by field id; of measures that do not add up, such
            as medians, only where the type shows a whole or a total.
        not_drawn: what the definition asks for and the query leaves out, in a sentence each.
        places: the values of a field that stands alone on an axis, in the axis' order, by field id.
        computations: an insight's results by the computation's id or name, a KPI's comparison as
            ``comparison``.
        narrative: an insight's own, in the markup of a text box; lines with `LOST` are left out.
    """

    fields: tuple[Field, ...]
    rows: Sequence[tuple[Any, ...]]
    others: tuple[Any, ...] | None = None
    cut: int = 0
    totals: Mapping[str, Any] = field(default_factory=dict)
    not_drawn: tuple[str, ...] = ()
    computations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    places: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    narrative: str = ""

    def in_order(self, of: Field, values: Iterable[Any]) -> list[Any]:
        """Values of a field, each once: as its axis has them, others after them."""
        found = dict.fromkeys(values)
        placed = [each for each in self.places.get(of.id, ()) if each in found]
        return list(dict.fromkeys([*placed, *found]))

    def well(self, *names: str) -> tuple[Field, ...]:
        """The fields of these wells."""
        return tuple(each for each in self.fields if each.well in names)

    def values(self, of: Field) -> list[Any]:
        """A field's column."""
        at = self.fields.index(of)
        return [row[at] for row in self.rows]

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows under their fields' ids."""
        for row in self.rows:
            yield {each.id: value for each, value in zip(self.fields, row, strict=True)}

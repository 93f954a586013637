"""What an expression may name, and what comes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from labkit.cloud.engine.types import Type

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use.

    Args:
        columns: the data set's columns and their types.
        parameters: values by name: text, numbers, dates, or a list of these.
        fields: other calculated fields' texts by name.
        grouped: the visual's dimensions: the name of a column or calculated field → the SQL that
            it is grouped by.
        now: the clock behind ``now()``, in UTC.
        granularities: of the dimensions that are dates: ``MONTH`` by name.
    """

    columns: Mapping[str, Type]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    grouped: Mapping[str, str] = field(default_factory=dict)
    now: Clock = lambda: dt.datetime.now(dt.UTC)
    granularities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Derived:
    """A helper column that the query adds to the rows.

    Args:
        name: unlike any column's; the same for the same ``sql`` and ``stage``.
        sql: over the columns and earlier derived ones.
        stage: ``pre_filter`` before the visual's filters, ``pre_agg`` after them,
            ``pre_group`` after filters on ``pre_agg`` columns too, and ``post_agg`` after all: the
            value of a row's group, which is a table calculation's.
        keys: of ``post_agg``: the SQL that the groups are formed by.
    """

    name: str
    sql: str
    stage: Literal["pre_filter", "pre_agg", "pre_group", "post_agg"]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """A compiled expression.

    Args:
        sql: DuckDB's SQL over quoted column names. A ``row`` value may be grouped by, filtered by
            or aggregated; the value of a level-aware aggregate stands on one row of each group
            and is NULL on the others, so that any aggregate over it counts a group once.
        type: what it yields.
        kind: ``aggregate`` and ``window`` fields stand in a SELECT that is grouped by the scope's
            ``grouped``; a ``window`` field (table calculation) cannot be filtered by in HAVING.
        derived: the columns that ``sql`` needs, in the order in which they are added.
        names: the columns that it reads, other calculated fields looked through.
        each: of a level-aware aggregate: its value on all rows of its groups, to group and to
            filter by.
    """

    sql: str
    type: Type
    kind: Literal["row", "aggregate", "window"]
    derived: tuple[Derived, ...] = ()
    names: frozenset[str] = frozenset()
    each: Field | None = None

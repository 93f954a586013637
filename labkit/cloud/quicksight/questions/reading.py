"""A question as it was understood, before any chart: metrics, groups, conditions, order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labkit.cloud.quicksight.questions.topic import TopicField


@dataclass(frozen=True)
class Metric:
    """A number that is asked for.

    Args:
        field: what is aggregated; ``None`` for the rows themselves.
        aggregation: the API's name; empty when the question leaves it to the topic.
        comparison: the API's ``ComparisonMethod`` type, else empty.
        period: the time step that is compared over, else empty.
    """

    field: TopicField | None
    aggregation: str = ""
    comparison: str = ""
    period: str = ""


@dataclass(frozen=True)
class Group:
    """What the numbers are shown for each of.

    Args:
        field: the dimension.
        unit: of a date: the API's time granularity, or ``WEEKDAY``, ``MONTH_OF_YEAR``,
            ``HOUR_OF_DAY``; else empty.
    """

    field: TopicField
    unit: str = ""


@dataclass(frozen=True)
class Condition:
    """What the rows must fulfil.

    Args:
        field: that is looked at.
        operator: ``=``, ``>``, ``>=``, ``<``, ``<=``, ``between``, ``null``, ``CONTAINS``,
            ``STARTS_WITH``, ``ENDS_WITH``, or the API's function of a relative date (``LAST``).
        values: what it is held against.
        inverse: whether it must not be fulfilled.
        unit: of a date in relation to today.
        joined: how it follows the condition before it.
        aggregation: where a group's number is held against the value, else empty.
    """

    field: TopicField
    operator: str
    values: tuple[str, ...] = ()
    inverse: bool = False
    unit: str = ""
    joined: Literal["and", "or"] = "and"
    aggregation: str = ""


@dataclass(frozen=True)
class Order:
    """By what the groups are sorted: ``x`` the group, ``y`` the number, or a field."""

    target: Literal["x", "y"] | TopicField
    direction: Literal["ASCENDING", "DESCENDING"]


@dataclass(frozen=True)
class Reading:
    """A whole question.

    Args:
        colour: the group that splits the marks of another.
        limit: how many groups, from the top or the bottom.
        visual: the visual type that the question names or means, else empty.
        why: that it asks for what a change came from, for what will be (``FUTURE``), or a doubt.
        unknown: words that nothing of the topic explains.
        score: 0 for nothing understood to 1 for every word.
    """

    metrics: tuple[Metric, ...] = ()
    groups: tuple[Group, ...] = ()
    colour: Group | None = None
    conditions: tuple[Condition, ...] = ()
    filters: tuple[str, ...] = ()
    order: Order | None = None
    limit: tuple[int, str] | None = None
    visual: str = ""
    why: str = ""
    unknown: tuple[str, ...] = ()
    score: float = 0.0

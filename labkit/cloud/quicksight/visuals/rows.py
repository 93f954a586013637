"""The rows that a visual groups: the data set's, through level-aware columns and filters in order.

Columns of PRE_FILTER come before the filters, those of PRE_AGG after them, and filters that look at
these after those; filters of a top or bottom come last, over what is left; then the values of
groups that table calculations of table calculations look at. Source:
https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from labkit.cloud.quicksight.calc.scope import Derived
from labkit.cloud.quicksight.calc.select import with_column
from labkit.cloud.quicksight.visuals.filters import ROWS, Condition

_STAGES = ("pre_filter", "pre_agg", "pre_group")


def filtered(sql: str, conditions: Sequence[Condition], derived: Iterable[Derived]) -> str:
    """SQL of the rows that the conditions on rows let through, with their derived columns.

    Args:
        sql: of the data set.
        conditions: all of the visual; those on groups are left to its own statement.
        derived: what dimensions need, then measures; conditions bring their own.
    """
    needed = [*derived, *(part for each in conditions for part in each.derived)]
    by_stage: dict[str, dict[str, Derived]] = {stage: {} for stage in (*_STAGES, "post_agg")}
    for part in needed:
        by_stage[part.stage][part.name] = part
    for stage in _STAGES:
        sql = _with_columns(sql, by_stage[stage].values())
        sql = _where(sql, [each.sql for each in conditions if _asked_at(each) == stage])
    sql = _among_top(sql, [each.sql for each in conditions if each.stage == "top"])
    having = [each.sql for each in conditions if each.stage == "aggregate"]
    return _with_columns(sql, by_stage["post_agg"].values(), having)


def _asked_at(condition: Condition) -> str:
    """The stage after whose columns a condition on rows is asked."""
    if condition.stage != "row":
        return ""
    return max((part.stage for part in condition.derived), key=_STAGES.index, default="pre_filter")


def _with_columns(sql: str, derived: Iterable[Derived], having: Sequence[str] = ()) -> str:
    for each in derived:
        sql = with_column(sql, each, having)
    return sql


def _where(sql: str, conditions: Sequence[str]) -> str:
    asked = [each for each in conditions if each != "TRUE"]
    return f"SELECT * FROM ({sql}) WHERE {' AND '.join(asked)}" if asked else sql


def _among_top(sql: str, conditions: Sequence[str]) -> str:
    """Each is asked of the rows that the filters before it let through."""
    return _where(sql, [each.replace(ROWS, f"({sql})") for each in conditions])

"""The rows that a visual groups: the data set's, through level-aware columns and filters in order.

Columns of PRE_FILTER come before the filters, those of PRE_AGG after them, and filters that look at
these after those; filters of a top or bottom come last, over what is left; then the values of
groups that table calculations of table calculations look at. Source:
https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

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
    rows = [each for each in conditions if each.stage == "row"]
    top = [each for each in conditions if each.stage == "top"]
    others = [each for each in conditions if each.stage in ("aggregate", "window")]
    first, last = [*_needed(rows)], [*derived, *_needed(others)]
    every = [*last, *_needed(top), *first]
    for stage in _STAGES:
        columns = first if stage == "pre_group" else every
        sql = _with_columns(sql, _of(columns, stage))
        sql = _where(sql, [each.sql for each in rows if _asked_at(each) == stage])
    told = {each.name for each in _of(first, "pre_group")}
    sql = _among_top(sql, top, told)
    sql = _with_columns(sql, [each for each in _of(last, "pre_group") if each.name not in told])
    having = [each.sql for each in conditions if each.stage == "aggregate"]
    return _with_columns(sql, _of(every, "post_agg"), having)


def _needed(conditions: Iterable[Condition]) -> Iterator[Derived]:
    return (part for each in conditions for part in each.derived)


def _of(columns: Iterable[Derived], stage: str) -> list[Derived]:
    """The columns of a stage, each once."""
    return list({each.name: each for each in columns if each.stage == stage}.values())


def _asked_at(condition: Condition) -> str:
    """The stage after whose columns a condition on rows is asked."""
    return max((part.stage for part in condition.derived), key=_STAGES.index, default="pre_filter")


def _with_columns(sql: str, derived: Iterable[Derived], having: Sequence[str] = ()) -> str:
    for each in derived:
        sql = with_column(sql, each, having)
    return sql


def _where(sql: str, conditions: Sequence[str]) -> str:
    asked = [each for each in conditions if each != "TRUE"]
    return f"SELECT * FROM ({sql}) WHERE {' AND '.join(asked)}" if asked else sql


def _among_top(sql: str, conditions: Sequence[Condition], told: Collection[str]) -> str:
    """Each is asked of the rows that the filters before it let through.

    Which row stands for a group of a level-aware aggregate is told among these, and again of the
    rows that are left.
    """
    firsts = [each for each in _of(_needed(conditions), "pre_group") if each.name not in told]
    among = _with_columns(sql, firsts)
    return _where(sql, [each.sql.replace(ROWS, f"({among})") for each in conditions])

"""How the query of a visual is put together of compiled fields.

1. ``pre_filter`` helper columns are added to the data set's rows;
2. filters on rows;
3. ``pre_agg`` helper columns, over the rows that are left, and filters on them;
4. ``pre_group`` helper columns: which row stands for a group of a level-aware aggregate;
5. ``post_agg`` helper columns: table calculations that others look at, each computed by a grouped
   SELECT of its own;
6. one grouped SELECT of dimensions, aggregates and table calculations (windows over aggregates);
7. filters on aggregates (HAVING), then on table calculations, around it.

Source: https://docs.aws.amazon.com/quicksight/latest/user/order-of-evaluation-quicksight.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.quicksight.calc.query import STAGES, Stage
from labkit.cloud.quicksight.calc.scope import Derived, Field

Filter = Field
"""A condition as `compile_condition` or `compile_field` gives it."""


def with_derived(relation: str, derived: Iterable[Derived], filters: Sequence[Filter] = ()) -> str:
    """The rows with their helper columns, filtered: steps 1 to 5.

    Args:
        filters: on rows, and on aggregates: which groups table calculations look at.
    """
    known = {each.name: each for each in derived}
    rows, left = relation, [each for each in filters if each.kind == "row"]
    having = [each.sql for each in filters if each.kind == "aggregate"]
    for stage in STAGES:
        for each in _ordered(known, stage):
            rows = with_column(rows, each, having)
        ready = [each for each in left if _stage(each) == stage]
        left = [each for each in left if each not in ready]
        if ready:
            rows = f"SELECT * FROM ({rows})" + _clause(
                "WHERE", [each.sql for each in ready], " AND "
            )
    return rows


def with_column(rows: str, derived: Derived, having: Sequence[str]) -> str:
    """Rows with one more helper column.

    Args:
        having: of a table calculation's column, conditions on the groups.
    """
    name = quoted_name(derived.name)
    if derived.stage != "post_agg":
        return f"SELECT *, {derived.sql} AS {name} FROM ({rows})"
    keys = {quoted_name(f"{derived.name} {at}"): sql for at, sql in enumerate(derived.keys)}
    columns = [*(f"{sql} AS {key}" for key, sql in keys.items()), f"{derived.sql} AS {name}"]
    groups = f"SELECT {', '.join(columns)} FROM counted" + _clause("GROUP BY", derived.keys, ", ")
    on = [f"{sql} IS NOT DISTINCT FROM {key}" for key, sql in keys.items()]
    return (
        f"WITH counted AS MATERIALIZED ({rows}) SELECT counted.*, {name} FROM counted "
        f"LEFT JOIN ({groups}{_clause('HAVING', having, ' AND ')}) ON {' AND '.join(on) or 'TRUE'}"
    )


def _clause(word: str, parts: Sequence[str], joint: str) -> str:
    return f" {word} {joint.join(f'({part})' for part in parts)}" if parts else ""


def _stage(field: Field) -> Stage:
    """The latest stage of the columns that a filter needs."""
    stages: list[Stage] = [each.stage for each in field.derived]
    return max(stages, key=STAGES.index, default="pre_filter")


def _ordered(known: Mapping[str, Derived], stage: Stage) -> list[Derived]:
    """A stage's columns, each after those that it is made of."""
    waiting = [each for each in known.values() if each.stage == stage]
    ordered: list[Derived] = []
    while waiting:
        ready = [each for each in waiting if not _needs(each, waiting)]
        ordered += ready
        waiting = [each for each in waiting if each not in ready]
    return ordered


def _needs(one: Derived, others: Iterable[Derived]) -> bool:
    return any(quoted_name(each.name) in one.sql for each in others)

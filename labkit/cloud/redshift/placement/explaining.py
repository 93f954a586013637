"""EXPLAIN over the placed rows.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.compile import Compiled
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.redshift.placement import blocks, steps
from labkit.cloud.redshift.placement.joins import NESTED
from labkit.cloud.redshift.placement.members import Untold
from labkit.cloud.redshift.placement.planner import Planner
from labkit.cloud.redshift.warehouse import plans

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


def explained(connection: Connection, text: str, compiled: Compiled) -> list[str]:
    """A query's plan; its outline alone where it has what the planner does not follow."""
    try:
        plan = Planner(connection).query(parse_query(text))
    except Untold:
        return plans.outline(connection, text, compiled)
    found = list(steps.lines(plan))
    loops = any(each.label == "nloop" for each in plan.each())
    return [*found, NESTED] if loops else found


plans.EXPLAINERS.append(explained)
plans.SORTERS.append(blocks.sort)

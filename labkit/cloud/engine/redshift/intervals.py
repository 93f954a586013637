"""Intervals, and moments in other time zones."""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.redshift import dateparts, durations
from labkit.cloud.engine.redshift.calls import function_call
from labkit.cloud.engine.redshift.expressions import compiles
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import (
    INTERVAL,
)


@compiles(exp.Interval)
def _interval(node: exp.Interval, scope: Scope) -> Typed:
    """``INTERVAL '1 day 2 hours'``, ``INTERVAL '52' WEEK``, ``INTERVAL '1-2' YEAR TO MONTH``."""
    text, unit = node.this.name, node.args.get("unit")
    if unit is None:
        return Typed(durations.read(text).duckdb, INTERVAL, "interval")
    last = unit.expression.name if isinstance(unit, exp.IntervalSpan) else unit.name
    part = dateparts.find_part(last, "interval")
    return Typed(durations.cut(durations.read(text, part), part).duckdb, INTERVAL, "interval")


@compiles(exp.AtTimeZone)
def _at_time_zone(node: exp.AtTimeZone, scope: Scope) -> Typed:
    call = exp.Anonymous(this="timezone", expressions=[node.args["zone"], node.this])
    return function_call(call, scope)

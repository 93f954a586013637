"""Intervals, and moments in other time zones."""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.redshift import dateparts, durations
from labkit.cloud.engine.redshift.calls import function_call
from labkit.cloud.engine.redshift.expressions import compiles
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import INTERVAL


@compiles(exp.Interval)
def _interval(node: exp.Interval, scope: Scope) -> Typed:
    """``'1 day 2 hours'``, ``'52' WEEK``, ``'1-2' YEAR TO MONTH``, ``'1.23' SECOND (1)``."""
    text, unit = node.this.name, node.args.get("unit")
    if unit is None:
        return Typed(durations.read(text).duckdb, INTERVAL, "interval")
    last = unit.expression.name if isinstance(unit, exp.IntervalSpan) else unit.name
    part = dateparts.find_part(last, "interval")
    first = unit.this.name.upper() if isinstance(unit, exp.IntervalSpan) else ""
    if first == "MINUTE":
        text = durations.from_minutes(text)
    if first == "DAY" and part == "hour":
        text = durations.from_days(text)
    found = durations.cut(durations.read(text, part), part)
    if digits := node.args.get("digits"):
        found = found._replace(micros=round(found.micros, int(digits.name) - 6))
    return Typed(found.duckdb, INTERVAL, "interval")


@compiles(exp.AtTimeZone)
def _at_time_zone(node: exp.AtTimeZone, scope: Scope) -> Typed:
    call = exp.Anonymous(this="timezone", expressions=[node.args["zone"], node.this])
    return function_call(call, scope)

"""Intervals, and moments in other time zones."""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from labkit.cloud.engine.redshift import dateparts
from labkit.cloud.engine.redshift.calls import function_call
from labkit.cloud.engine.redshift.errors import BAD_TEXT, RedshiftError
from labkit.cloud.engine.redshift.expressions import compiles
from labkit.cloud.engine.redshift.reading import text_literal
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import (
    INTERVAL,
)


@compiles(exp.Interval)
def _interval(node: exp.Interval, scope: Scope) -> Typed:
    """``INTERVAL '1 day 2 hours'``, ``INTERVAL '52' WEEK``; months and years too."""
    text = node.this.name if node.this else ""
    unit = node.args.get("unit")
    if isinstance(unit, exp.IntervalSpan):
        return _span(text, unit)
    words = f"{text} {unit.name if unit else ''}".split()
    if len(words) == 1:
        words.append("second")
    parts = []
    for amount, name in zip(words[::2], words[1::2], strict=False):
        parts.append(_amount(amount, dateparts.find_part(name.rstrip(","), "interval"), text))
    if len(words) % 2 or not parts:
        raise RedshiftError(f'invalid input syntax for type interval: "{text}"', BAD_TEXT)
    return Typed(f"({' + '.join(parts)})", INTERVAL, "interval")


_STEPS = {
    "year": "to_months({0} * 12)", "quarter": "to_months({0} * 3)", "month": "to_months({0})",
    "week": "to_days({0} * 7)", "day": "to_days({0})", "decade": "to_months({0} * 120)",
    "century": "to_months({0} * 1200)", "millennium": "to_months({0} * 12000)",
}  # fmt: skip


_SECONDS = {"day": 86400, "week": 604800, "hour": 3600, "minute": 60, "second": 1,
            "millisecond": 0.001, "microsecond": 0.000001}  # fmt: skip


def _amount(amount: str, part: str, text: str) -> str:
    try:
        value = Decimal(amount)
    except ArithmeticError:
        raise RedshiftError(f'invalid input syntax for type interval: "{text}"', BAD_TEXT) from None
    if part in _STEPS and value == int(value):
        return _STEPS[part].format(f"({int(value)})")
    if part not in _SECONDS:
        raise RedshiftError(f'invalid input syntax for type interval: "{text}"', BAD_TEXT)
    return f"to_microseconds({round(float(value) * _SECONDS[part] * 1_000_000)})"


def _span(text: str, unit: exp.IntervalSpan) -> Typed:
    first = unit.this.name.lower()
    if first == "year":
        years, _, months = text.lstrip("+-").partition("-")
        total = int(years) * 12 + int(months or 0)
        return Typed(f"to_months({-total if text.startswith('-') else total})", INTERVAL)
    return Typed(f"CAST({text_literal(text.replace(' ', ' days ', 1))} AS INTERVAL)", INTERVAL)


@compiles(exp.AtTimeZone)
def _at_time_zone(node: exp.AtTimeZone, scope: Scope) -> Typed:
    call = exp.Anonymous(this="timezone", expressions=[node.args["zone"], node.this])
    return function_call(call, scope)

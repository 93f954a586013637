"""Operators over numbers and moments: what may stand left and right, what comes out, and the SQL.

Integers divide toward zero and fail at zero and overflow; decimals follow
https://trino.io/docs/current/functions/decimal.html, moments and intervals
https://trino.io/docs/current/functions/datetime.html#date-and-time-operators.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations

from labkit.cloud.engine.trino import decimals
from labkit.cloud.engine.trino.errors import raising
from labkit.cloud.engine.trino.library import coerce, common_type
from labkit.cloud.engine.trino.scope import Typed
from labkit.cloud.engine.types import DATE, DAY_SECOND, UNKNOWN, YEAR_MONTH, Type

INTEGERS = ("tinyint", "smallint", "integer", "bigint")
NUMBERS = (*INTEGERS, "decimal", "real", "double")
DAY_MS = 86_400_000
_CLOCK = "hour, minutes or seconds"
#: The SQL of an exact number's literal.
NUMBER_SQL = re.compile(r"(\d+)|CAST\('([\d.]+)' AS DECIMAL\(\d+,\d+\)\)")


def coerced(value: Typed, target: Type) -> Typed:
    """A value as another type that Trino coerces it to."""
    number = NUMBER_SQL.fullmatch(value.sql)
    if (
        number
        and target.base in ("decimal", "double", "real")
        and (number[1] or target.base == "decimal" or decimals.is_nearest(value.type, target))
    ):
        return Typed(f"CAST('{number[1] or number[2]}' AS {target.duckdb})", target)
    return Typed(coerce(value.sql, value.type, target), target)


# Arithmetic


def arithmetic(op: str, left: Typed, right: Typed) -> Typed | None:
    """``left op right``; None when Trino has no such operator."""
    moved = _TEMPORAL.get((op, left.type.base, right.type.base))
    if moved:
        return moved(left, right)
    if {left.type.base, right.type.base} - {*NUMBERS, "unknown"}:
        return None
    common = common_type([left.type, right.type])
    if common is None or common == UNKNOWN:
        return Typed("NULL", UNKNOWN) if common else None
    if common.base == "decimal":
        return decimals.arithmetic(op, as_decimal(left, common), as_decimal(right, common))
    a, b = coerced(left, common).sql, coerced(right, common).sql
    if op == "/" and common.base in INTEGERS:
        op = "//"
    return Typed(f"({a} {op} {b})", common)


def as_decimal(value: Typed, common: Type) -> Typed:
    """An integer as the decimal it fits in; a decimal keeps its own precision."""
    if value.type.base == "decimal":
        return value
    if value.type == UNKNOWN:
        return coerced(value, common)
    digits = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}[value.type.base]
    return coerced(value, Type("decimal", (digits, 0)))


def negative(value: Typed) -> Typed | None:
    """``-value``."""
    if value.type.base not in (*NUMBERS, DAY_SECOND.base, YEAR_MONTH.base, "unknown"):
        return None
    if value.type.base in INTEGERS and not value.sql.isdigit():
        return Typed(_negated(value), value.type)
    return Typed(f"(-{value.sql})", value.type)


def _negated(value: Typed) -> str:
    """DuckDB widens what does not fit."""
    kind = value.type
    least = -(1 << (8 << INTEGERS.index(kind.base)) - 1)
    overflow = raising("NUMERIC_VALUE_OUT_OF_RANGE", f"{kind} negation overflow: {least}")
    whens = f"WHEN {value.sql} = CAST({least} AS {kind.duckdb}) THEN {overflow}"
    return f"CAST(CASE {whens} ELSE -{value.sql} END AS {kind.duckdb})"


def months(sql: str) -> str:
    return f"to_months({sql})"


def milliseconds(sql: str) -> str:
    return f"to_milliseconds({sql})"


def _plus_days(sign: str) -> Callable[[Typed, Typed], Typed]:
    def render(day: Typed, span: Typed) -> Typed:
        words = f"Cannot add {_CLOCK} to a date"
        if sign == "-":
            words = f"Cannot subtract {_CLOCK} from a date"
        partial = raising("INVALID_FUNCTION_ARGUMENT", words)
        days = (
            f"CASE WHEN {span.sql} % {DAY_MS} <> 0 THEN {partial} "
            f"ELSE CAST({span.sql} // {DAY_MS} AS INTEGER) END"
        )
        return Typed(f"({day.sql} {sign} {days})", DATE)

    return render


def _plus_months(sign: str) -> Callable[[Typed, Typed], Typed]:
    def render(day: Typed, span: Typed) -> Typed:
        moved = f"({day.sql} {sign} {months(span.sql)})"
        return Typed(f"CAST({moved} AS {day.type.duckdb})", day.type)

    return render


def _plus_time(sign: str) -> Callable[[Typed, Typed], Typed]:
    def render(moment: Typed, span: Typed) -> Typed:
        return Typed(f"({moment.sql} {sign} {milliseconds(span.sql)})", _of_millis(moment.type))

    return render


def _zoned_plus_time(sign: str) -> Callable[[Typed, Typed], Typed]:
    def render(moment: Typed, span: Typed) -> Typed:
        instant = f"{part(moment.sql, 'instant')} {sign} {milliseconds(span.sql)}"
        return Typed(zoned(instant, part(moment.sql, "zone")), _of_millis(moment.type))

    return render


def _of_millis(kind: Type) -> Type:
    """What a moment is once an interval is added, which has three digits of a second."""
    return Type(kind.base) if kind.args and int(str(kind.args[0])) < 3 else kind


def _zoned_plus_months(sign: str) -> Callable[[Typed, Typed], Typed]:
    """Months move the clock of the zone."""

    def render(moment: Typed, span: Typed) -> Typed:
        clock = f"(trino_local({moment.sql}) {sign} {months(span.sql)})"
        zone = part(moment.sql, "zone")
        return Typed(zoned(f"trino_to_instant({clock}, {zone})", zone), moment.type)

    return render


def _between_moments(kind: str) -> Callable[[Typed, Typed], Typed]:
    """``timestamp - timestamp`` is an interval; days count 24 hours."""

    def render(left: Typed, right: Typed) -> Typed:
        left, right = (v if v.type.base == kind else coerced(v, Type(kind)) for v in (left, right))
        a, b = (part(v.sql, "instant") if kind == "timestamptz" else v.sql for v in (left, right))
        return Typed(f"(epoch_ms({a}) - epoch_ms({b}))", DAY_SECOND)

    return render


def _spans(op: str) -> Callable[[Typed, Typed], Typed]:
    return lambda left, right: Typed(f"({left.sql} {op} {right.sql})", left.type)


def _scaled(op: str) -> Callable[[Typed, Typed], Typed]:
    """An interval times or divided by a number, cut toward zero."""

    def render(span: Typed, factor: Typed) -> Typed:
        if op == "/":
            sql = f"trino_span_divided({span.sql}, CAST({factor.sql} AS DOUBLE))"
        elif factor.type.base not in INTEGERS:
            sql = f"trino_span_times({span.sql}, CAST({factor.sql} AS DOUBLE))"
        else:
            sql = f"({span.sql} * {factor.sql})"
        return Typed(f"CAST({sql} AS {span.type.duckdb})", span.type)

    return render


Temporal = Callable[[Typed, Typed], Typed]


def _swapped(render: Temporal) -> Temporal:
    return lambda left, right: render(right, left)


def _temporal_table() -> dict[tuple[str, str, str], Temporal]:
    spans = (DAY_SECOND.base, YEAR_MONTH.base)
    table: dict[tuple[str, str, str], Temporal] = {}
    for sign in "+-":
        moves = {
            ("date", spans[0]): _plus_days(sign),
            ("date", spans[1]): _plus_months(sign),
            ("timestamp", spans[0]): _plus_time(sign),
            ("timestamp", spans[1]): _plus_months(sign),
            ("time", spans[0]): _plus_time(sign),
            ("timestamptz", spans[0]): _zoned_plus_time(sign),
            ("timestamptz", spans[1]): _zoned_plus_months(sign),
            **{(span, span): _spans(sign) for span in spans},
        }
        table |= {(sign, left, right): move for (left, right), move in moves.items()}
        if sign == "+":
            table |= {("+", right, left): _swapped(move) for (left, right), move in moves.items()}
    for kind in ("date", "timestamp", "timestamptz", "time"):
        table["-", kind, kind] = _between_moments(kind)
    for low, high in combinations(("date", "timestamp", "timestamptz"), 2):
        table["-", low, high] = table["-", high, low] = _between_moments(high)
    for span in spans:
        for number in NUMBERS:
            table["*", span, number] = _scaled("*")
            table["*", number, span] = _swapped(_scaled("*"))
            table["/", span, number] = _scaled("/")
    return table


_TEMPORAL = _temporal_table()


def part(sql: str, name: str) -> str:
    """A field of the struct that a zoned timestamp is."""
    return f"struct_extract({sql}, '{name}')"


def zoned(instant: str, zone: str) -> str:
    """A zoned timestamp of an instant in UTC; NULL when the instant is."""
    return f"trino_zoned({instant}, {zone})"

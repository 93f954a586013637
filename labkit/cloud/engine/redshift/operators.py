"""Arithmetic by the types of both sides, joining of texts, operators of bits.

Integers divide to integers. Decimals follow Redshift's own rules of precision and scale.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_numeric_computations201.html
"""

from __future__ import annotations

from labkit.cloud.engine import unscaled
from labkit.cloud.engine.redshift import floats
from labkit.cloud.engine.redshift.casts import as_numeric, as_text, cast, coerce
from labkit.cloud.engine.redshift.errors import UNDEFINED_FUNCTION, RedshiftError
from labkit.cloud.engine.redshift.literals import type_beside
from labkit.cloud.engine.redshift.meeting import meeting
from labkit.cloud.engine.redshift.once import once
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import (
    DATE,
    FLOAT8,
    INT4,
    INTEGERS,
    INTERVAL,
    LONGEST,
    NUMBERS,
    SUPER,
    TEXTS,
    TIMES,
    TIMESTAMP,
    Type,
    numeric,
)
from labkit.cloud.engine.unscaled import MOST, WIDE


def arithmetic(op: str, left: Typed, right: Typed) -> Typed:
    """``left op right`` for ``+ - * / %``.

    Raises:
        RedshiftError: the types have no such operator.
    """
    if op == "+" and _are_texts(left, right):
        return concatenate(left, right)
    times = (*TIMES, "interval", "time", "timetz")
    if left.type.base in times or right.type.base in times:
        return _temporal(op, left, right)
    if "super" in (left.type.base, right.type.base):
        return _dynamic(op, left, right)
    left, right = _as_numbers(left, right)
    bases = {left.type.base, right.type.base}
    if not bases <= set(NUMBERS):
        raise no_operator(op, left, right)
    if bases <= set(INTEGERS):
        return _integers(op, left, right)
    if bases & {"float4", "float8"}:
        return _floats(op, left, right)
    return _decimals(op, left, right)


def _are_texts(left: Typed, right: Typed) -> bool:
    """Of which one has its type: two literals are numbers to a plus."""
    bases = {left.type.base, right.type.base}
    return bases <= {*TEXTS, "unknown"} and bases != {"unknown"}


def _as_numbers(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Text that meets a number is read as one."""
    one, two = (_texty(side) for side in (left, right))
    if one and not two:
        left = cast(left, _number_of(left, right.type))
    elif two and not one:
        right = cast(right, _number_of(right, left.type))
    elif left.type.base == right.type.base == "unknown":
        left, right = cast(left, INT4), cast(right, INT4)
    return left, right


def _number_of(text: Typed, kind: Type) -> Type:
    """What a text or NULL is read as beside a number: one as written keeps its digits."""
    if text.untyped and kind.base == "numeric":
        return meeting([text, Typed("NULL", kind)])
    if text.literal is None:
        return FLOAT8 if kind.base == "numeric" and text.type.base in TEXTS else kind
    own = type_beside(text, kind)
    return own if own.base in NUMBERS else kind


def _texty(side: Typed) -> bool:
    return side.type.base in (*TEXTS, "unknown")


def no_operator(op: str, left: Typed, right: Typed) -> RedshiftError:
    """The error of an operator that these types do not have."""
    return RedshiftError(
        f"operator does not exist: {left.type.plain} {op} {right.type.plain}",
        UNDEFINED_FUNCTION,
        hint="No operator matches the given name and argument type(s). You may need to add "
        "explicit type casts.",
    )


def _integers(op: str, left: Typed, right: Typed) -> Typed:
    kind = max(left.type, right.type, key=lambda each: INTEGERS.index(each.base))
    sign = "//" if op == "/" else op
    one, two = (f"CAST({side.sql} AS {kind.duckdb})" if side.type != kind else side.sql
                for side in (left, right))  # fmt: skip
    return Typed(f"({one} {sign} {two})", kind)


def _floats(op: str, left: Typed, right: Typed) -> Typed:
    kind = left.type if left.type == right.type else FLOAT8
    of_kind = floats.of_doubles if kind == FLOAT8 else floats.of_reals
    return of_kind(op, coerce(left, kind), coerce(right, kind))


def _decimals(op: str, left: Typed, right: Typed) -> Typed:
    kind = result_type(op, as_numeric(left.type), as_numeric(right.type))
    one, two = (coerce(side, as_numeric(side.type)) for side in (left, right))
    if op == "/":
        return _divide(one, two, kind)
    if op == "*":
        return _multiply(one, two, kind)
    one, two = (Typed(f"CAST({side.sql} AS {kind.duckdb})", kind) for side in (one, two))
    return Typed(f"CAST({one.sql} {op} {two.sql} AS {kind.duckdb})", kind)


def _multiply(left: Typed, right: Typed, kind: Type) -> Typed:
    if max(left.type.size, WIDE) + right.type.size <= MOST:
        wide = f"DECIMAL({max(left.type.size, WIDE)},{left.type.scale})"
        return Typed(f"CAST(CAST({left.sql} AS {wide}) * {right.sql} AS {kind.duckdb})", kind)
    product = f"({digits(left)} * {digits(right)})"
    cut = left.type.scale + right.type.scale - kind.scale
    return Typed(from_digits(product, kind, cut), kind)


def result_type(op: str, left: Type, right: Type) -> Type:
    """The type of decimal arithmetic.

    >>> str(result_type("/", numeric(10, 2), numeric(10, 0)))
    'numeric(21,13)'
    """
    p1, s1, p2, s2 = left.size, left.scale, right.size, right.scale
    scale = max(s1, s2)
    whole = max(p1 - s1, p2 - s2)
    if op == "*":
        precision, scale = p1 + p2 + 1, s1 + s2
    elif op == "/":
        scale = max(4, s1 + p2 - s2 + 1)
        precision = p1 - s1 + s2 + scale
    else:
        precision = whole + scale + 1
    if precision <= MOST:
        return numeric(precision, scale)
    return numeric(MOST, _cut_scale(op, precision, scale, max(s1, s2)))


def _cut_scale(op: str, precision: int, scale: int, larger: int) -> int:
    """The scale of what needs more than 38 digits, which has 38."""
    room = MOST + scale - precision
    least = {"*": min(scale, 4), "/": min(scale, 4)}.get(op, larger)
    return max(min(scale, max(room, least)), 0)


def _divide(left: Typed, right: Typed, kind: Type) -> Typed:
    """Exact: DuckDB would divide as doubles."""
    shift = kind.scale + right.type.scale - left.type.scale
    divisor = digits(right) if shift >= 0 else f"({digits(right)} * {10**-shift})"
    quotient = once(
        [digits(left), divisor],
        lambda each: f"rs_divide({each[0]}, {each[1]}, {10 ** max(shift, 0)})",
    )
    return Typed(from_digits(quotient, kind), kind)


def digits(value: Typed) -> str:
    """A decimal's unscaled digits as HUGEINT."""
    long = f"CAST(replace(CAST({value.sql} AS VARCHAR), '.', '') AS HUGEINT)"
    return unscaled.digits(value.sql, value.type.size, value.type.scale, long)


def from_digits(sql: str, kind: Type, cut: int = 0) -> str:
    """A decimal from its unscaled digits, the last ``cut`` of which are rounded away.

    It names ``sql`` once, so that a chain of operations grows by its length alone.
    """
    places = kind.scale + cut
    if not places:
        return f"CAST({sql} AS {kind.duckdb})"
    if not cut and kind.size + kind.scale <= MOST:
        unit = f"CAST('{10**-kind.scale:.{kind.scale}f}' AS DECIMAL({kind.scale},{kind.scale}))"
        return f"CAST(CAST({sql} AS DECIMAL({kind.size},0)) * {unit} AS {kind.duckdb})"
    padded = f"regexp_replace(CAST({sql} AS VARCHAR), '^-?', '\\0{'0' * places}')"
    return f"CAST(regexp_replace({padded}, '{'.' * places}$', '.\\0') AS {kind.duckdb})"


def _temporal(op: str, left: Typed, right: Typed) -> Typed:
    left, right = _as_times(left, right)
    key = (left.type.base, op, right.type.base)
    if key in _TEMPORAL:
        template, kind = _TEMPORAL[key]
        return Typed(template.format(left.sql, right.sql), kind)
    if op == "*" and right.type.base == "interval" and left.type.base in NUMBERS:
        left, right = right, left
    if left.type.base == "interval" and op == "*" and right.type.base == "int8":
        return _product("rs_interval_by", left.sql, right.sql)
    if left.type.base == "interval" and op == "*" and right.type.base in INTEGERS:
        return Typed(f"({left.sql} * {right.sql})", INTERVAL)
    if left.type.base == "interval" and op in "*/" and right.type.base in NUMBERS:
        return _product("rs_interval_times", left.sql, _factor(op, right))
    raise no_operator(op, left, right)


def _product(macro: str, *sides: str) -> Typed:
    return Typed(once(sides, lambda each: f"{macro}({', '.join(each)})"), INTERVAL)


def _factor(op: str, side: Typed) -> str:
    number = coerce(side, FLOAT8).sql
    return number if op == "*" else f"rs_float_divide(1e0, {number})"


def _as_times(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Text takes the other side's type; all integers add days, or are an interval's factor."""
    if _texty(left):
        left = cast(left, TIMESTAMP if right.type.base == "interval" else right.type)
    if _texty(right):
        right = cast(right, INTERVAL if left.type.base in ("interval",) else left.type)
    if "interval" in (left.type.base, right.type.base):
        return left, right
    if left.type.base in INTEGERS:
        left = coerce(left, INT4) if left.type.base != "int8" else cast(left, INT4)
    if right.type.base in INTEGERS:
        right = coerce(right, INT4) if right.type.base != "int8" else cast(right, INT4)
    return left, right


_TZ = Type("timestamptz")
_TEMPORAL: dict[tuple[str, str, str], tuple[str, Type]] = {
    ("date", "+", "int4"): ("({0} + {1})", DATE),
    ("int4", "+", "date"): ("({1} + {0})", DATE),
    ("date", "-", "int4"): ("({0} - {1})", DATE),
    ("date", "-", "date"): ("CAST({0} - {1} AS INTEGER)", INT4),
    ("timestamp", "+", "int4"): ("({0} + to_days({1}))", TIMESTAMP),
    ("timestamp", "-", "int4"): ("({0} - to_days({1}))", TIMESTAMP),
    ("date", "+", "interval"): ("(CAST({0} AS TIMESTAMP) + {1})", TIMESTAMP),
    ("date", "-", "interval"): ("(CAST({0} AS TIMESTAMP) - {1})", TIMESTAMP),
    ("interval", "+", "date"): ("(CAST({1} AS TIMESTAMP) + {0})", TIMESTAMP),
    ("date", "+", "time"): ("({0} + {1})", TIMESTAMP),
    ("time", "+", "date"): ("({1} + {0})", TIMESTAMP),
    ("timestamp", "+", "interval"): ("({0} + {1})", TIMESTAMP),
    ("timestamp", "-", "interval"): ("({0} - {1})", TIMESTAMP),
    ("interval", "+", "timestamp"): ("({1} + {0})", TIMESTAMP),
    ("timestamptz", "+", "interval"): ("({0} + {1})", _TZ),
    ("timestamptz", "-", "interval"): ("({0} - {1})", _TZ),
    ("timestamp", "-", "timestamp"): ("({0} - {1})", INTERVAL),
    ("timestamp", "-", "date"): ("({0} - CAST({1} AS TIMESTAMP))", INTERVAL),
    ("date", "-", "timestamp"): ("(CAST({0} AS TIMESTAMP) - {1})", INTERVAL),
    ("timestamptz", "-", "timestamptz"): ("({0} - {1})", INTERVAL),
    ("time", "+", "interval"): ("({0} + {1})", Type("time")),
    ("time", "-", "interval"): ("({0} - {1})", Type("time")),
    ("interval", "+", "time"): ("({1} + {0})", Type("time")),
    ("timetz", "+", "interval"): ("({0} + {1})", Type("timetz")),
    ("timetz", "-", "interval"): ("({0} - {1})", Type("timetz")),
    ("interval", "+", "timetz"): ("({1} + {0})", Type("timetz")),
    ("date", "+", "timetz"): ("({0} + {1})", _TZ),
    ("timetz", "+", "date"): ("({1} + {0})", _TZ),
    ("interval", "+", "timestamptz"): ("({1} + {0})", _TZ),
    ("time", "-", "time"): ("to_microseconds(epoch_us({0}) - epoch_us({1}))", INTERVAL),
    ("interval", "+", "interval"): ("({0} + {1})", INTERVAL),
    ("interval", "-", "interval"): ("({0} - {1})", INTERVAL),
}


def _dynamic(op: str, left: Typed, right: Typed) -> Typed:
    """Arithmetic of SUPER values: NULL where one is no number.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/operators-functions.html
    """
    one, two = (coerce(side, SUPER).sql for side in (left, right))
    return Typed(f"rs_super_arithmetic([{one}, {two}], '{op}')", SUPER)


def concatenate(left: Typed, right: Typed) -> Typed:
    """``||``: NULL when one side is."""
    if left.type.base == right.type.base == "varbyte":
        return Typed(f"({left.sql} || {right.sql})", left.type)
    one, two = _length(left), _length(right)
    kind = Type("varchar", min(one + two, LONGEST) if one is not None and two is not None else 0)
    return Typed(f"({as_text(left).sql} || {as_text(right).sql})", kind)


def _length(text: Typed) -> int | None:
    """The most bytes that a text has, where that is known."""
    if text.literal is not None:
        return len(text.literal.encode())
    return text.type.size or None if text.type.base in TEXTS else None


def bitwise(op: str, left: Typed, right: Typed) -> Typed:
    """``& | #`` of integers and of bytes, and ``<< >>``, which move bits within a value's width."""
    if op in "&|#" and left.type.base == right.type.base == "varbyte":
        kind = max(left.type, right.type, key=lambda each: each.size)
        return Typed(f"rs_bits({left.sql}, {right.sql}, '{op}')", kind)
    left, right = _as_numbers(left, right)
    if not {left.type.base, right.type.base} <= set(INTEGERS):
        raise no_operator(op, left, right)
    kind = max(left.type, right.type, key=lambda each: INTEGERS.index(each.base))
    one, two = (f"CAST({side.sql} AS BIGINT)" for side in (left, right))
    if op in ("<<", ">>"):
        kind, most = left.type, 63 if left.type.base == "int8" else 31
        moved = f"CAST(CAST({left.sql} AS {kind.duckdb}) AS BIT)" if op == "<<" else one
        sql = f"({moved} {op} CAST({two} & {most} AS INTEGER))"
    else:
        sql = f"xor({one}, {two})" if op == "#" else f"({one} {op} {two})"
    return Typed(f"CAST({sql} AS {kind.duckdb})", kind)

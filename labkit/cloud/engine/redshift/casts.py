"""How a value turns into one of another type: by itself, by a cast, and when it is stored.

Redshift turns text into numbers and dates by itself where an operator needs them, and numbers
into text where a function takes text. A cast cuts text off at its length, storing refuses what
is longer.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html#r_Type_conversion
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import datetimes, durations
from labkit.cloud.engine.redshift.errors import BAD_TEXT, CANNOT_CAST, MISMATCH, RedshiftError
from labkit.cloud.engine.redshift.once import filled
from labkit.cloud.engine.redshift.scope import Typed
from labkit.cloud.engine.redshift.types import (
    INTEGERS,
    INTERVAL_UNITS,
    NUMBERS,
    TEXTS,
    TIMES,
    VARCHAR,
    Type,
    numeric,
)

_DIGITS = {"int2": 5, "int4": 10, "int8": 19, "oid": 10}


def as_numeric(kind: Type) -> Type:
    """The decimal that an integer is in arithmetic."""
    return kind if kind.base == "numeric" else numeric(_DIGITS[kind.base], 0)


def cost(source: Type, target: str) -> int | None:
    """How far a value is from a type that it may turn into by itself; None when it may not."""
    if source.base == target:
        return 0
    if source.base == "unknown":
        return {"varchar": 1, "float8": 2, "timestamp": 2}.get(target, 3)
    if source.base in NUMBERS and target in NUMBERS:
        distance = NUMBERS.index(target) - NUMBERS.index(source.base)
        return distance if distance > 0 else 40 - distance if target in INTEGERS else None
    if source.base in TIMES and target in TIMES:
        distance = TIMES.index(target) - TIMES.index(source.base)
        return distance if distance > 0 else 5 - distance
    if source.base in TEXTS:
        return _from_text(target)
    if source.base == "super":
        return 15 if target in (*NUMBERS, *TEXTS, "bool") else 18
    if target in TEXTS and source.base not in ("geometry", "hllsketch", "bool"):
        return 30
    if {source.base, target} == {"time", "timetz"}:
        return 1 if target == "timetz" else 6
    return 10 if target == "super" else 1 if (source.base, target) == ("oid", "int8") else None


def _from_text(target: str) -> int | None:
    if target in TEXTS:
        return 1
    if target in (*NUMBERS, *TIMES, "time", "timetz"):
        return 20 if target != "float8" else 19
    return 25 if target in ("bool", "super", "varbyte") else None


def coerce(value: Typed, target: Type) -> Typed:
    """A value in a type that it turns into by itself, text of any length kept whole."""
    if value.type == target:
        return value
    if value.told:
        value.told(target)
    if target.base in TEXTS and value.type.base in (*TEXTS, "unknown"):
        kind = _text_type(value, target)
        cut = kind.base == "bpchar" != value.type.base  # a char has no blank at its end
        sql = f"rtrim({value.sql}, ' ')" if cut else value.sql
        return replace(value, sql=sql, type=kind, told=None, tree=None)
    return cast(value, Type(target.base) if target.base in TEXTS else target)


def _text_type(value: Typed, target: Type) -> Type:
    return Type("varchar", value.type.size) if value.type.base in TEXTS else target


def cast(value: Typed, target: Type) -> Typed:
    """An explicit cast.

    Raises:
        RedshiftError: the types have none.
    """
    if value.told:
        value.told(target)
    if value.literal is not None and (known := _literal(value.literal, target)):
        return Typed(known, target, value.name)
    if value.type == target and target.base not in TEXTS and not value.sql.isdigit():
        return replace(value, told=None, tree=None)
    source = "varchar" if value.type.base in (*TEXTS, "unknown") else value.type.base
    render = _CASTS.get((source, target.base)) or _CASTS.get((source, "*"))
    render = render or _CASTS.get(("*", target.base)) or _plain(source, target)
    if render is None or (source == "bool" and target.base in TEXTS):
        raise RedshiftError(f"cannot cast type {value.type.plain} to {target.plain}", CANNOT_CAST)
    sql = value.sql
    if target.base == "varbyte" and value.type.base == "bpchar":
        sql = f"rpad({sql}, {max(value.type.size, 1)}, ' ')"
    sql = render(sql, target)
    if target.base == "interval":
        sql = fit(sql, target)
    return Typed(sql, target, value.name, clean=_uncut(value, target))


def _uncut(value: Typed, target: Type) -> Callable[[], bool] | None:
    """Whether text has no blank at its end: what is cut may have one there."""
    if value.type.base in TEXTS:
        return value.clean if target.size >= value.type.size > 0 else None
    return None if value.type.base in ("super", "unknown") else lambda: True


def stored(value: Typed, target: Type, column: str) -> Typed:
    """A value as it is put into a column: text that is too long is refused.

    Raises:
        RedshiftError: the column cannot take it.
    """
    if not _assignable(value, target):
        raise RedshiftError(
            f'column "{column}" is of type {target.plain} but expression is of type '
            f"{value.type.plain}",
            MISMATCH,
            hint="You will need to rewrite or cast the expression.",
        )
    return assigned(value, target)


def assigned(value: Typed, target: Type) -> Typed:
    """A value as a variable takes it, whatever its type: text that is too long is refused."""
    if value.type.base == "bool" and target.base in TEXTS:  # PL/pgSQL converts by way of text
        value = Typed(f"CASE {value.sql} WHEN true THEN 't' WHEN false THEN 'f' END", VARCHAR)
    found = cast(value, Type(target.base) if target.base in TEXTS else target)
    return Typed(fit(found.sql, target), target)


def _assignable(value: Typed, target: Type) -> bool:
    """Whether a column takes it without a cast: of text that has a type only text does."""
    source = value.type
    read = (*NUMBERS, *TIMES, "time", "timetz", "bool", "interval", "geometry")
    if source.base in TEXTS and target.base in read:
        return value.untyped
    return {source.base, target.base} <= {*NUMBERS} or cost(source, target.base) is not None


def fit(sql: str, target: Type) -> str:
    """Text that is refused when its bytes are too many, blanks at its end not counted.

    An interval keeps nothing smaller than the unit of its column, or as many digits of a second.
    """
    if target.base == "interval" and target.size:
        return durations.fit(sql, target)
    if target.base not in ("varchar", "bpchar", "varbyte") or not target.size:
        return sql
    if target.base == "bpchar":
        return f"rs_fit(rtrim({sql}, ' '), {target.size}, '{target}')"
    if target.base == "varbyte":
        return f"rs_fit_bytes({sql}, {target.size}, '{target}')"
    return f"rs_fit({sql}, {target.size}, '{target}')"


def _literal(text: str, target: Type) -> str | None:
    """A literal's value when it can be known now, so that it fails now too."""
    if target.base in INTEGERS:
        if not re.fullmatch(r"\s*[+-]?\d+\s*", text):
            raise RedshiftError(f'invalid input syntax for integer: "{text}"', BAD_TEXT)
        return f"CAST({quoted_text(text.strip())} AS {target.duckdb})"
    if target.base in TIMES:
        return datetimes.literal(text, target.base)
    if target.base == "interval":
        unit = INTERVAL_UNITS[target.size - 1]
        return fit(durations.read(text, unit).duckdb, target)
    return None


def _cut(sql: str, target: Type) -> str:
    return filled("rs_cut({0}, {size})", [sql], size=str(target.size)) if target.size else sql


def _text(template: str) -> Callable[[str, Type], str]:
    def render(sql: str, target: Type) -> str:
        text = filled(template, [sql])
        if target.base == "bpchar":
            return f"rtrim({_cut(text, target)}, ' ')"
        return _cut(text, target)

    return render


def _fixed(template: str) -> Callable[[str, Type], str]:
    return lambda sql, target: filled(template, [sql], type=target.duckdb)


def _plain(source: str, target: Type) -> Callable[[str, Type], str] | None:
    numbers = source in (*NUMBERS, "oid") and target.base in (*NUMBERS, "oid")
    times = source in TIMES and target.base in TIMES
    if source == target.base or numbers or times:
        return _fixed("CAST({0} AS {type})")
    return None


#: An integer's own bytes, the first the highest.
_BYTES = {"int2": 2, "int4": 4, "int8": 8}
_CASTS: dict[tuple[str, str], Callable[[str, Type], str]] = {
    **{("varchar", base): _fixed("CAST(rs_integer({0}) AS {type})") for base in (*INTEGERS, "oid")},
    **{("varchar", base): _fixed("CAST(rs_float({0}) AS {type})") for base in ("float4", "float8")},
    ("varchar", "numeric"): _fixed("CAST(rs_plain_number({0}, 'numeric') AS {type})"),
    ("varchar", "bool"): _fixed("rs_boolean({0})"),
    ("varchar", "date"): _fixed("rs_date({0})"),
    ("varchar", "timestamp"): _fixed("rs_timestamp({0})"),
    ("varchar", "timestamptz"): _fixed("rs_timestamptz({0})"),
    ("varchar", "time"): _fixed("rs_time({0})"),
    ("varchar", "timetz"): _fixed(
        "CAST(rs_parse_timetz({0}, current_setting('TimeZone')) AS TIMETZ)"
    ),
    ("varchar", "interval"): _fixed("CAST({0} AS INTERVAL)"),
    ("varchar", "super"): _fixed("CAST(to_json({0}) AS VARCHAR)"),
    ("varchar", "varbyte"): _fixed("encode({0})"),
    ("varchar", "geometry"): _fixed("rs_st_geomfromtext_varchar({0})"),
    **{(base, "varbyte"): _fixed(f"rs_packed({{0}}, {size})") for base, size in _BYTES.items()},
    **{("varbyte", base): _fixed(f"CAST(rs_unpacked({{0}}, {size}) AS {{type}})")
       for base, size in _BYTES.items()},
    **{("varchar", base): _fixed("{0}") for base in ("hllsketch", "_int2", "_oid", "_text",
                                                     "int2vector", "oidvector")},
    **{("varchar", base): _text("{0}") for base in TEXTS},
    **{("float8", base): _text("rs_float_text({0})") for base in TEXTS},
    **{("float4", base): _text("rs_float_text({0})") for base in TEXTS},
    **{("super", base): _text("rs_scalar({0})") for base in TEXTS},
    **{("varbyte", base): _text("decode({0})") for base in TEXTS},
    **{("interval", base): _text(r"regexp_replace(replace(CAST({0} AS VARCHAR), ' month', "
                                 r"' mon'), '-1 ([a-z]+)', '-1 \1s', 'g')") for base in TEXTS},
    **{("*", base): _text("CAST({0} AS VARCHAR)") for base in TEXTS},
    **{("bool", base): _fixed("CAST({0} AS {type})") for base in INTEGERS},
    **{(base, "bool"): _fixed("({0} <> 0)") for base in INTEGERS},
    # What a SUPER value cannot be cast to is NULL.
    **{("super", base): _fixed("TRY_CAST(rs_digits({0}) AS {type})") for base in NUMBERS},
    **{("super", base): _fixed("TRY_CAST(TRY_CAST(rs_digits({0}) AS DECIMAL(38, 10)) AS {type})")
       for base in INTEGERS},
    ("super", "bool"): _fixed("rs_super_boolean({0})"),
    **{("super", base): _fixed("CAST(rs_super_timestamp({0}) AS {type})")
       for base in ("date", "timestamp")},
    ("super", "timestamptz"): _fixed("timezone('UTC', rs_try_timestamptz(rs_scalar({0}), "
                                     "current_setting('TimeZone')))"),
    **{(base, "super"): _fixed("CAST(to_json({0}) AS VARCHAR)") for base in (*INTEGERS, "bool")},
    **{(base, "super"): _fixed("rs_super_float({0})") for base in ("float4", "float8")},
    ("numeric", "super"): _fixed("CAST({0} AS VARCHAR)"),
    **{(base, "super"): _fixed("CAST(to_json(CAST({0} AS VARCHAR)) AS VARCHAR)")
       for base in (*TIMES, "time")},
    **{(base, "time"): _fixed("CAST({0} AS TIME)") for base in ("timestamp", "timetz")},
    ("timestamptz", "time"): _fixed("CAST(CAST({0} AS TIMESTAMP) AS TIME)"),
    ("timestamptz", "timetz"): _fixed("CAST({0} AS TIMETZ)"),
    ("time", "timetz"): _fixed("CAST({0} AS TIMETZ)"),
    ("time", "interval"): _fixed("to_microseconds(epoch_us({0}))"),
}  # fmt: skip


def as_text(value: Typed) -> Typed:
    """A value as text, as ``||`` and functions of text take it."""
    return coerce(value, VARCHAR)

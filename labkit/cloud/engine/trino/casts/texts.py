"""Casts to text and from it: ``varchar(n)`` cuts text and refuses what else does not fit.

Text must be just the value that it names.
Source: https://trino.io/docs/current/functions/conversion.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from labkit.cloud.engine.exponents import without_exponent
from labkit.cloud.engine.trino.casts.moments import rescaled, rescaled_time, rescaled_zoned
from labkit.cloud.engine.trino.casts.rules import TRIED, failure_of, register, spelled
from labkit.cloud.engine.trino.operators import INTEGERS, NUMBERS
from labkit.cloud.engine.trino.text import cast_to_varchar
from labkit.cloud.engine.types import DAY_SECOND, YEAR_MONTH, Type


def _to_text(sql: str, source: Type, target: Type) -> str:
    """Any value as text; numbers and dates must fit, text is cut."""
    text = cast_to_varchar(sql, source)
    if not target.args or (source.base == "varchar" and source.args and source.args <= target.args):
        return text
    size = target.args[0]
    if source.base in ("varchar", "char"):
        return f"substr({text}, 1, {size})"
    failure = failure_of(text, f"Value # cannot be represented as {target}")
    return f"CASE WHEN length({text}) > {size} THEN {failure} ELSE {text} END"


def _to_char(sql: str, source: Type, target: Type) -> str:
    """``char(n)`` is kept without trailing spaces."""
    text = cast_to_varchar(sql, source) if source.base not in ("varchar", "char") else sql
    return f"rtrim(substr({text}, 1, {target.args[0] if target.args else 1}), ' ')"


def _from_text(
    sql: str,
    source: Type,
    target: Type,
    *,
    shape: str,
    words: str,
    others: str = "",
    right: Callable[[str], str] = "trino_clock_text({})".format,
    tried: bool = False,
) -> str:
    """Text whose shape is right and whose value the type has.

    Args:
        others: the shape of what ``right`` makes right first.
        tried: whether other text is NULL, and no error.
    """
    failure = failure_of(sql, words.format(target=spelled(target), plain=target))
    failure = "NULL" if tried else failure
    shapes = {shape: sql} | ({others: right(sql)} if others else {})
    cases = " ".join(
        f"WHEN regexp_full_match({sql}, '{each}') "
        f"THEN coalesce(TRY_CAST(trino_unsigned({text}) AS {target.duckdb}), {failure})"
        for each, text in shapes.items()
    )
    return f"CASE WHEN ({sql}) IS NULL THEN NULL {cases} ELSE {failure} END"


def _text_to_timestamp(sql: str, source: Type, target: Type, *, tried: bool = False) -> str:
    """A text may name a zone: its clock is kept.

    Source: https://github.com/trinodb/trino/blob/master/core/trino-main/src/main/java/io/trino/
        operator/scalar/timestamp/VarcharToTimestampCast.java
    """
    whole, words = Type("timestamp", (6,)), _VALUE.format(plain=target)
    held = _held(sql, target)
    read = _from_text(
        held, source, whole, shape=_TIMESTAMP, others=_ZONED, words=words, tried=tried
    )
    return rescaled(_rounded_up(read, sql, target), whole, target)


def _text_to_time(sql: str, source: Type, target: Type) -> str:
    whole, words = Type("time", (6,)), _VALUE.format(plain=target)
    read = _from_text(_held(sql, target), source, whole, shape=rf"\s*{_CLOCK}\s*", words=words)
    return rescaled_time(_rounded_up(read, sql, target), whole, target)


def _text_to_zoned(sql: str, source: Type, target: Type) -> str:
    whole = Type("timestamptz", (6,))
    read = f"trino_text_to_zoned({_held(sql, target)})"
    if _digits(target) == 6:
        later = _rounded_up("(_z).instant", sql, target)
        read = f"list_transform([{read}], lambda _z: trino_zoned({later}, (_z).zone))[1]"
    return rescaled_zoned(read, whole, target)


def _digits(target: Type) -> int:
    return int(str(target.args[0])) if target.args else 3


def _held(sql: str, target: Type) -> str:
    """A text whose digits a type of more than microseconds would show: DuckDB has no more."""
    return f"trino_micros({sql})" if _digits(target) > 6 else sql


def _rounded_up(read: str, sql: str, target: Type) -> str:
    """Microseconds, which DuckDB cuts off a text, as its next digit rounds them."""
    if _digits(target) != 6:
        return read
    unit = f"CASE WHEN regexp_matches({sql}, '[.]\\d{{6}}[5-9]') THEN 1 ELSE 0 END"
    return f"({read} + to_microseconds({unit}))"


_DAY = r"\s*[+-]?\d{4,}-\d{1,2}-\d{1,2}"
_CLOCK = r"([01]?\d|2[0-3]):\d{1,2}(:\d{1,2}(\.\d+)?)?"
_NUMBER = r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_TIMESTAMP = rf"{_DAY}( {_CLOCK})?\s*"
_ZONED = rf"\s*\d{{4,}}-\d{{1,2}}-\d{{1,2}} ({_CLOCK})?\s*[A-Za-z+-][\w/+:-]*\s*"
_QUOTED = "Cannot cast '#' to {target}"
_VALUE = "Value cannot be cast to {plain}: #"
_TEXTS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(INTEGERS, (r"[+-]?\d+", _QUOTED)),
    "boolean": ("(?i)true|false|t|f|1|0", "Cannot cast '#' to BOOLEAN"),
    "date": (r"\s*[+-]?\d{1,9}-\d{1,2}-\d{1,2}\s*", "Value cannot be cast to date: #"),
    "uuid": ("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "Cannot cast value to UUID: #"),
}
#: As Java reads a number, which may have the letter of its type behind it: ``5d``, ``1e3f``.
_text_to_float = partial(
    _from_text,
    shape=rf"\s*[+-]?(NaN|Infinity|{_NUMBER})\s*",
    others=rf"\s*[+-]?{_NUMBER}[dDfF]\s*",
    right="regexp_extract({}, '[^dDfF]+')".format,
    words=_QUOTED,
)
_text_to_decimal = partial(
    _from_text,
    shape=r"[+-]?(\d+\.?\d*|\.\d+)",
    others=r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+",
    right=without_exponent,
    words="Cannot cast VARCHAR '#' to {target}. Value is not a number.",
)
_CHARACTERS = ("varchar", "char")
_PRINTED = (
    *NUMBERS,
    *("boolean", "date", "time", "timestamp", "timestamptz", "uuid", "ipaddress"),
    *_CHARACTERS,
)

register((*_PRINTED, DAY_SECOND.base, YEAR_MONTH.base), ("varchar",), _to_text)
register(_PRINTED, ("char",), _to_char)
_read: dict[str, Callable[..., str]] = {
    **{base: partial(_from_text, shape=s, words=w) for base, (s, w) in _TEXTS.items()},
    **dict.fromkeys(("real", "double"), _text_to_float),
    "decimal": _text_to_decimal,
    "timestamp": _text_to_timestamp,
}
for _target, _render in _read.items():
    register(_CHARACTERS, (_target,), _render)
    TRIED.update({(source, _target): partial(_render, tried=True) for source in _CHARACTERS})
register(_CHARACTERS, ("time",), _text_to_time)
register(("varchar",), ("timestamptz",), _text_to_zoned)

"""What `labkit.cloud.engine.formats.text` says of texts and values, said in DuckDB's SQL.

DuckDB's own casts are not Hive's: it reads `` 5``, ``1e3``, ``0x1F`` and ``1_000`` as integers,
rounds ``1.5`` to 2, and takes ``t`` for true. So a column is one of three (`State`), told by
looking at every value once: EXACT, and DuckDB's reader may cast it; EMPTY, exact but for empty
texts, which a guarded cast makes NULL; LOOSE, and a long expression reads those that are not exact.
"""

from __future__ import annotations

from enum import Enum

from labkit.cloud.engine.exponents import without_exponent
from labkit.cloud.engine.formats.model import literal
from labkit.cloud.engine.formats.text import BITS, DATE, NUMBER, TIMESTAMP, fraction
from labkit.cloud.engine.nested import NESTED, within
from labkit.cloud.engine.types import Type

SCALARS = frozenset(BITS) | {
    *("boolean", "real", "double", "decimal"),
    *("date", "timestamp", "varchar", "char"),
}
TEXTS = frozenset({"varchar", "char"})


class State(Enum):
    """What is known of a text column's values."""

    EXACT = "exact"
    EMPTY = "empty"
    LOOSE = "loose"


def exact(text: str, kind: Type) -> str:
    """SQL that is true where DuckDB's cast of this text gives what Hive's reader gives."""
    cast = f"TRY_CAST({text} AS {kind.duckdb})"
    match kind.base:
        case "varchar" | "char":
            return "true"
        case "boolean":
            return f"lower({text}) IN ('true', 'false')"
        case "real" | "double":
            return _matches(text, NUMBER.pattern)
        case "decimal":
            pattern = rf"-?\d+(\.\d{{1,{max(1, int(str(kind.args[1])))}}})?"
            return f"{_matches(text, pattern)} AND {cast} IS NOT NULL"
        case "date":
            return f"CAST({cast} AS VARCHAR) = {text} AND {_matches(text, _PLAIN_DATE)}"
        case "timestamp":
            clock = rf" [012]\d:[0-5]\d:[0-5]\d(\.\d{{1,{fraction(kind)}}})?"
            return f"{_matches(text, _PLAIN_DATE + clock)} AND {cast} IS NOT NULL"
    return f"CAST({cast} AS VARCHAR) = {text}"


def bounded(text: str, kind: Type) -> str:
    """SQL of texts no longer than their type, wherever they stand, without char's padding."""
    if kind.base in ("varchar", "char") and kind.args:
        cut = f"substring({text}, 1, {kind.args[0]})"
        return f"rtrim({cut}, ' ')" if kind.base == "char" else cut
    return within(text, kind, bounded) if kind.base in NESTED and "char(" in str(kind) else text


def cast(text: str, kind: Type, state: State) -> str:
    """SQL of the value that this text column has, its values being in that state."""
    if kind.base in TEXTS:
        return bounded(text, kind)
    if state is State.EXACT:
        return text
    if state is State.EMPTY:
        return f"CAST(nullif({text}, '') AS {kind.duckdb})"
    usual = f"TRY_CAST({text} AS {kind.duckdb})"
    unusual = _CASTS.get(kind.base, _integer)(text, kind)
    return f"CASE WHEN {exact(text, kind)} THEN {usual} ELSE {unusual} END"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def _integer(text: str, kind: Type) -> str:
    whole = f"regexp_extract({text}, '^([+-]?\\d*)', 1)"
    value = f"CASE WHEN {whole} IN ('', '+', '-') THEN 0 ELSE TRY_CAST({whole} AS HUGEINT) END"
    checked = f"{_matches(text, _INTEGER)} AND {text} NOT IN ('', '+', '-')"
    return f"CASE WHEN {checked} THEN TRY_CAST({value} AS {kind.duckdb}) END"


def _boolean(text: str, _: Type) -> str:
    return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"


def _double(text: str, kind: Type) -> str:
    trimmed = f"trim({text}, {literal(_SPACE)})"
    number = f"regexp_replace({trimmed}, '[dDfF]$', '')"
    named, plain = (f"TRY_CAST({each} AS {kind.duckdb})" for each in (trimmed, number))
    return (
        f"CASE WHEN regexp_full_match({trimmed}, '[+-]?(NaN|Infinity)') THEN {named} "
        f"WHEN {_matches(number, NUMBER.pattern)} THEN {plain} END"
    )


def _decimal(text: str, kind: Type) -> str:
    plain = f"coalesce({without_exponent(text)}, {text})"
    return f"CASE WHEN {_matches(text, NUMBER.pattern)} THEN TRY_CAST({plain} AS {kind.duckdb}) END"


def _date(text: str, _: Type) -> str:
    day = f"split_part(trim({text}, {literal(_SPACE)}), ' ', 1)"
    return f"CASE WHEN {_matches(day, DATE.pattern)} THEN CAST({_day(day)} AS DATE) END"


def _day(text: str) -> str:
    """The first of January and the months and days since, as Java's lenient dates are."""
    year, month, day = (f"CAST(split_part({text}, '-', {i}) AS INTEGER)" for i in (1, 2, 3))
    carried = f"make_date({year}, 1, 1) + to_months({month} - 1) + to_days({day} - 1)"
    return f"CASE WHEN {year} BETWEEN 1 AND 9999 THEN {_of_four_digits(carried)} END"


def _of_four_digits(moment: str) -> str:
    """The moment, NULL where it was carried past the year 9999: the slow reader ends there."""
    return f"nullif(least({moment}, {_END}), {_END})"


def _timestamp(text: str, kind: Type) -> str:
    value = f"trim({text}, {literal(_SPACE)})"
    day, clock = (f"regexp_split_to_array({value}, '[ Tt]')[{i}]" for i in (1, 2))
    hour, minute = (f"CAST(split_part({clock}, ':', {i}) AS INTEGER)" for i in (1, 2))
    second = f"CAST(split_part({clock} || ':0', ':', 3) AS DECIMAL(18,9))"
    micros = f"CAST(round({second}, {fraction(kind)}) * 1000000 AS BIGINT)"
    time = f"to_hours({hour}) + to_minutes({minute}) + to_microseconds({micros})"
    return (
        f"CASE WHEN length({text}) < 8 OR NOT {_matches(value, TIMESTAMP.pattern)} THEN NULL "
        f"WHEN {_matches(value, _DAY_ONLY)} THEN CAST({_day(value)} AS TIMESTAMP) "
        f"WHEN {_matches(value, _NO_SECONDS)} THEN NULL "
        f"ELSE {_of_four_digits(f'{_day(day)} + {time}')} END"
    )


_SPACE = "".join(map(chr, range(1, 33)))
_INTEGER = r"[+-]?\d*(\.\d*)?"
_END = "(DATE '9999-12-31' + to_days(1))"
_PLAIN_DATE = r"[12]\d\d\d-\d\d-\d\d"
_DAY_ONLY = DATE.pattern
_NO_SECONDS = r"[^ ]+ \d+:\d+"
_CASTS = {
    "boolean": _boolean,
    "real": _double,
    "double": _double,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
}

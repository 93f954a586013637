"""Dates in texts: by a pattern that a data set gives, or by those that QuickSight knows itself.

A pattern is spelled as Joda does. Source:
https://docs.aws.amazon.com/quick/latest/userguide/supported-data-types-and-values.html
"""

from __future__ import annotations

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.quicksight.calc.errors import CalcError
from labkit.cloud.quicksight.calc.patterns import strftime
from labkit.cloud.quicksight.spice.model import PreparationError

#: What DuckDB reads as a moment by any pattern.
_NO_DATES = "'epoch', 'infinity', '-infinity'"
_DAYS = ("%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d",
         "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y",
         "%d/%b/%Y", "%b/%d/%Y", "%b-%d-%Y", "%Y/%b/%d", "%Y-%b-%d")  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p",
           " %H:%M:%S.%g", "T%H%M%S", "T%H%M%S.%g")  # fmt: skip


def moment_of(sql: str, pattern: str) -> str:
    """SQL of the date that a text says, in UTC; NULL where it says none."""
    text = f"trim({sql})"
    read = _by_pattern(text, pattern) if pattern else _known(text)
    return f"CASE WHEN lower({text}) NOT IN ({_NO_DATES}) THEN {read} END"


def _by_pattern(text: str, pattern: str) -> str:
    try:
        code = strftime(pattern, zone="%z")
    except CalcError as error:
        raise PreparationError(str(error)) from error
    return f"TRY_CAST(try_strptime({text}, {quoted_text(code)}) AS TIMESTAMP)"


def _known(text: str) -> str:
    """SQL of a date by ISO's pattern, with a zone or without, or by those that are known."""
    known = ", ".join(quoted_text(day + clock) for clock in _CLOCKS for day in _DAYS)
    is_iso = f"{text}[5] = '-'"
    no_zone = f"(strlen({text}) = 10 OR strlen({text}) = 19 AND {text}[17] = ':')"  # much faster
    zoned = f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
    return (
        f"CASE WHEN {is_iso} AND {no_zone} THEN TRY_CAST({text} AS TIMESTAMP) "
        f"WHEN {is_iso} THEN coalesce({zoned}, try_strptime({text}, [{known}])) "
        f"ELSE try_strptime({text}, [{known}]) END"
    )

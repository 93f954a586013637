"""Dates as text: the patterns that DataBrew prints them by, and what it reads as one.

DataBrew's own patterns (``mm/dd/yyyy``, ``dd month yyyy``, ``yyyy-mm-dd HH:MM:SS``) have ``mm`` for
months and ``MM`` for minutes, Java's have it the other way; recipes hold both. Here what stands
after hours or before seconds is minutes, in either spelling, and all else is months. Which texts
are dates is not documented: here what ISO 8601 has, months by name, and month before day; the day
comes first only where it can be no month. Eight digits are year, month and day, as in the table of
https://covidtracking.com/data/download, which a workshop of AWS prepares with DATE_FORMAT.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.DATE_FORMAT.html
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.engine.quoting import quoted_text

_WORD = re.compile(r"'((?:[^']|'')*)'|month|mon(?![a-z])|([A-Za-z])\2*|[^A-Za-z']+")
#: Letter → its width → strftime's spelling. Months, minutes and fractions are told by their place.
_LETTERS = {
    "y": {1: "%Y", 2: "%y", 3: "%Y", 4: "%Y"},
    "Y": {1: "%Y", 2: "%y", 3: "%Y", 4: "%Y"},
    "month": {1: "%-m", 2: "%m", 3: "%b", 4: "%B"},
    "minute": {1: "%-M", 2: "%M"},
    "second": {1: "%-S", 2: "%S"},
    "fraction": {3: "%g", 6: "%f"},
    "d": {1: "%-d", 2: "%d"},
    "H": {1: "%-H", 2: "%H"},
    "h": {1: "%-I", 2: "%I"},
    "a": {1: "%p", 2: "%p"},
    "E": {1: "%a", 2: "%a", 3: "%a", 4: "%A"},
    "T": {1: "T"},
}
#: Digits of the year → formats of days, month before day.
_DAYS = {
    4: (
        "%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m %d %Y",
        "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d-%Y-%m",
        "%d %B %Y", "%d %b %Y", "%d-%B-%Y", "%d-%b-%Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y",
        "%b %d %Y", "%B/%d/%Y", "%b/%d/%Y", "%B %Y", "%b %Y",
    ),
    2: (
        "%m/%d/%y", "%m-%d-%y", "%d/%m/%y", "%d-%m-%y",
        "%d %B %y", "%d %b %y", "%d-%B-%y", "%d-%b-%y", "%B %d, %y", "%b %d, %y",
    ),
}  # fmt: skip
_HALVES = (" %I:%M:%S %p", " %I:%M %p", " %I:%M:%S%p", " %I:%M%p")
_CLOCKS = (" %H:%M:%S", " %H:%M", " %H:%M:%S.%f", *_HALVES)


def printed(moment: str, pattern: str) -> str:
    """SQL of a timestamp as text, by a pattern.

    >>> printed("t", "yyyy-mm-dd HH:MM:SS") == printed("t", "yyyy-MM-dd HH:mm:ss")
    True

    Raises:
        RecipeError: the pattern has letters that mean nothing.
    """
    return f"strftime({moment}, {quoted_text(strftime(pattern))})"


def moment(text: str) -> str:
    """SQL of a text's timestamp in UTC: NULL when it is no date. A time alone is of 1970-01-01."""
    text = f"trim({text})"
    clock = f"'1970-01-01 ' || {text}"
    return (
        f"CASE WHEN regexp_matches({text}, '^[0-9]{{1,2}}:') THEN {_iso(clock)} "
        f"WHEN regexp_matches({text}, '^[0-9]{{4,6}}[^0-9]') THEN {_iso(text)} "
        f"WHEN regexp_full_match({text}, '[12][0-9]{{7}}') THEN try_strptime({text}, '%Y%m%d') "
        f"WHEN regexp_matches({text}, '[0-9]') THEN {_read(text)} END"
    )


def moment_of(column: Column) -> str:
    """SQL of a column's timestamp: NULL where its value is no date."""
    return f"TRY_CAST({column.sql} AS TIMESTAMP)" if column.is_time else moment(column.text)


def strftime(pattern: str) -> str:
    """A pattern in DuckDB's spelling.

    >>> strftime("mm/dd/yyyy"), strftime("dd month yyyy"), strftime("yyyy-MM-dd'T'HH:mm:ss.SSS")
    ('%m/%d/%Y', '%d %B %Y', '%Y-%m-%dT%H:%M:%S.%g')

    Raises:
        RecipeError: it has letters that mean nothing.
    """
    words = list(_WORD.finditer(pattern))
    letters = [word[0] for word in words if word[2]]
    found, at = [], 0
    for word in words:
        if word[2]:
            before, after = "".join(letters[:at]), (letters[at + 1 :] or [""])[0]
            found.append(_letters(word[0], before, after))
            at += 1
        else:
            found.append(_plain(word))
    return "".join(found)


def _iso(text: str) -> str:
    """SQL of a text that begins with a year of four digits."""
    joined = f"regexp_replace({text}, ' ([+-][0-9])', '\\1')"  # of an offset's space
    halves = _tried(text, [*(f"%Y-%m-%d{clock}" for clock in _HALVES), "%Y-%m"])
    return f"coalesce(CAST(TRY_CAST({joined} AS TIMESTAMPTZ) AS TIMESTAMP), {halves})"


def _read(text: str) -> str:
    """SQL of a text that begins with a day or a month, by number or name, with a clock or without.

    The year has as many digits as the format says: ``strptime`` takes 21 as the year 21, too.
    """
    cases = []
    for digits, named in itertools.product(_DAYS, ("true", "false")):
        days = [day for day in _DAYS[digits] if ("%b" in day.lower()) == (named == "true")]
        clocked = _tried(text, [day + clock for day in days for clock in _CLOCKS])
        cases.append(
            f"WHEN regexp_matches({text}, '[0-9]{{4}}') = {digits == 4} "
            f"AND regexp_matches({text}, '[A-Za-z]{{3}}') = {named} "
            f"THEN CASE WHEN contains({text}, ':') THEN {clocked} ELSE {_tried(text, days)} END"
        )
    return f"CASE {' '.join(cases)} END"


def _tried(text: str, formats: Sequence[str]) -> str:
    return f"try_strptime({text}, [{', '.join(map(quoted_text, formats))}])"


def _plain(word: re.Match[str]) -> str:
    """Quoted text, the words for months, and what is between letters."""
    if word[0] in ("month", "mon"):
        return {"month": "%B", "mon": "%b"}[word[0]]
    text = word[0] if word[1] is None else word[1].replace("''", "'") or "'"
    return text.replace("%", "%%")


def _letters(letters: str, before: str, after: str) -> str:
    widths = _LETTERS.get(_meaning(letters[0], before, after), {})
    width = min(len(letters), 4) if letters[0] in "mMEyY" else len(letters)
    if width not in widths:
        raise RecipeError(
            f"'{letters}' means nothing in a pattern of dates: there are yyyy, yy, month, mon, "
            "mm, dd, HH, hh, MM, SS, SSS, a and EEE."
        )
    return widths[width]


def _meaning(letter: str, before: str, after: str) -> str:
    if letter in "mM":
        return "minute" if before[-1:] in ("H", "h") or after[:1] in ("s", "S") else "month"
    if letter in "sS":
        return "fraction" if "s" in before.lower() else "second"
    return letter

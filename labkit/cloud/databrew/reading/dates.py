"""Dates in a data set's path, written by a pattern such as ``yyyy-MM-dd``.

The pattern's letters are Java's. Source:
https://docs.aws.amazon.com/databrew/latest/dg/API_DatetimeOptions.html and
https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Mapping, Sequence

from labkit.cloud.databrew.expressions import BadExpression

_RUN = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|.", re.DOTALL)
_NAMES = {3: calendar.month_abbr[1:], 4: calendar.month_name[1:]}
_MONTHS = {name[:3].lower(): at for at, name in enumerate(_NAMES[4], start=1)}


def _one_of(names: Sequence[str]) -> str:
    return f"(?:{'|'.join(f'(?i:{name})' for name in names)})"


_OFFSET = r"[+-]\d{2}(?::?\d{2})?"
#: A run of letters → what it matches, and which part of the date that is.
_PARTS = {
    "yyyy": (r"\d{4}", "year"),
    "uuuu": (r"\d{4}", "year"),
    "yy": (r"\d{2}", "short year"),
    "y": (r"\d{4}", "year"),
    "MMMM": (_one_of(_NAMES[4]), "month name"),
    "MMM": (_one_of(_NAMES[3]), "month name"),
    "MM": (r"\d{2}", "month"),
    "M": (r"\d{1,2}", "month"),
    "dd": (r"\d{2}", "day"),
    "d": (r"\d{1,2}", "day"),
    "HH": (r"\d{2}", "hour"),
    "H": (r"\d{1,2}", "hour"),
    "hh": (r"\d{2}", "half hour"),
    "h": (r"\d{1,2}", "half hour"),
    "mm": (r"\d{2}", "minute"),
    "m": (r"\d{1,2}", "minute"),
    "ss": (r"\d{2}", "second"),
    "s": (r"\d{1,2}", "second"),
    "SSS": (r"\d{3}", "millisecond"),
    "a": (r"[AaPp][Mm]", "half"),
    **dict.fromkeys(("X", "XX", "XXX"), (f"(?:Z|{_OFFSET})", "offset")),
    **dict.fromkeys(("Z", "x", "xx", "xxx"), (_OFFSET, "offset")),
}


def pattern_of(options: Mapping[str, str]) -> str:
    """A regular expression for the dates of ``DatetimeOptions``, without groups.

    Raises:
        BadExpression: the pattern has letters that are not read here.
    """
    return "".join(regex for regex, _ in _parts(options))


def date_of(text: str, options: Mapping[str, str]) -> datetime.datetime | None:
    """The date that a text says; ``None`` where it says none.

    >>> date_of("2021-03-30", {"Format": "yyyy-MM-dd"}).isoformat()
    '2021-03-30T00:00:00+00:00'
    """
    parts = _parts(options)
    found = re.fullmatch("".join(f"({regex})" for regex, _ in parts), text)
    if not found:
        return None
    read = {name: part for (_, name), part in zip(parts, found.groups(), strict=True) if name}
    try:
        offset = read.get("offset") or options.get("TimezoneOffset", "Z")
        return _assembled(read).replace(tzinfo=_zone(offset))
    except (ValueError, KeyError):
        return None


def _parts(options: Mapping[str, str]) -> list[tuple[str, str]]:
    locale = options.get("LocaleCode", "en-US")
    if not locale.lower().startswith("en"):
        raise BadExpression(f"Dates in the language {locale} are not read here.")
    return [_part(each[0]) for each in _RUN.finditer(options["Format"])]


def _part(run: str) -> tuple[str, str]:
    if run.startswith("'") and len(run) > 1:
        return re.escape(run[1:-1].replace("''", "'") or "'"), ""
    if not run[0].isalpha():
        return re.escape(run), ""
    if run not in _PARTS:
        raise BadExpression(f"The date format's '{run}' is not read here.")
    return _PARTS[run]


def _assembled(read: Mapping[str, str]) -> datetime.datetime:
    numbers = {k: int(v) for k, v in read.items() if v.isdigit()}
    year = numbers["year"] if "year" in numbers else 2000 + numbers.get("short year", -30)
    month = numbers.get("month", 1)
    if "month name" in read:
        month = _MONTHS[read["month name"][:3].lower()]
    hour = numbers.get("hour", 0)
    if "half hour" in numbers:
        hour = numbers["half hour"] % 12 + 12 * (read.get("half", "am").lower() == "pm")
    return datetime.datetime(
        year,
        month,
        numbers.get("day", 1),
        hour,
        numbers.get("minute", 0),
        numbers.get("second", 0),
        1000 * numbers.get("millisecond", 0),
    )


def _zone(offset: str) -> datetime.timezone:
    """The zone of ``Z``, ``-8``, ``+05``, ``+0530`` or ``+05:30``."""
    found = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", offset)
    if not found:
        return datetime.UTC
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return datetime.timezone(datetime.timedelta(minutes=-minutes if found[1] == "-" else minutes))

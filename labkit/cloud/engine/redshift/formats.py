"""TO_CHAR, TO_DATE and TO_TIMESTAMP: Redshift's format strings of dates and times.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_FORMAT_strings.html and, where it is
silent, https://www.postgresql.org/docs/8.0/functions-formatting.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.errors import BAD_DATETIME, UNSUPPORTED, fail
from labkit.cloud.engine.redshift.number_formats import ordinal

MONTHS = (
    "January February March April May June July August September October November December"
).split()
DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
_BEFORE_1 = re.compile(r"\bB\.?C\.?$", re.IGNORECASE)
_IN_A_YEAR = {"DDD", "WW", "IW"}
_ROMAN = "I II III IV V VI VII VIII IX X XI XII".split()


def _weekday(d: datetime) -> int:
    return (d.weekday() + 1) % 7


def _half(d: datetime) -> str:
    return "PM" if d.hour >= 12 else "AM"


_FIELDS: dict[str, Callable[[datetime], str]] = {
    "HH24": lambda d: f"{d.hour:02}",
    "HH12": lambda d: f"{d.hour % 12 or 12:02}",
    "HH": lambda d: f"{d.hour % 12 or 12:02}",
    "MI": lambda d: f"{d.minute:02}",
    "SSSS": lambda d: str(d.hour * 3600 + d.minute * 60 + d.second),
    "SS": lambda d: f"{d.second:02}",
    "MS": lambda d: f"{d.microsecond // 1000:03}",
    "US": lambda d: f"{d.microsecond:06}",
    "Y,YYY": lambda d: f"{d.year // 1000},{d.year % 1000:03}",
    "YYYY": lambda d: f"{d.year:04}",
    "YYY": lambda d: f"{d.year % 1000:03}",
    "YY": lambda d: f"{d.year % 100:02}",
    "Y": lambda d: str(d.year % 10),
    "IYYY": lambda d: f"{d.isocalendar()[0]:04}",
    "IYY": lambda d: f"{d.isocalendar()[0] % 1000:03}",
    "IY": lambda d: f"{d.isocalendar()[0] % 100:02}",
    "I": lambda d: str(d.isocalendar()[0] % 10),
    "MM": lambda d: f"{d.month:02}",
    "DDD": lambda d: f"{d.timetuple().tm_yday:03}",
    "IDDD": lambda d: f"{(d.isocalendar()[1] - 1) * 7 + d.isoweekday():03}",
    "DD": lambda d: f"{d.day:02}",
    "ID": lambda d: str(d.isoweekday()),
    "D": lambda d: str(_weekday(d) + 1),
    "WW": lambda d: f"{(d.timetuple().tm_yday - 1) // 7 + 1:02}",
    "W": lambda d: str((d.day - 1) // 7 + 1),
    "IW": lambda d: f"{d.isocalendar()[1]:02}",
    "CC": lambda d: f"{(d.year + 99) // 100:02}",
    "J": lambda d: str(d.toordinal() + 1721425),
    "Q": lambda d: str((d.month + 2) // 3),
    "TZ": lambda d: d.tzname() or "UTC",
    "OF": lambda d: _offset(d),
}
_WORDS: dict[str, tuple[Callable[[datetime], str], int]] = {
    "MONTH": (lambda d: MONTHS[d.month - 1], 9),
    "MON": (lambda d: MONTHS[d.month - 1][:3], 0),
    "DAY": (lambda d: DAYS[_weekday(d)], 9),
    "DY": (lambda d: DAYS[_weekday(d)][:3], 0),
    "RM": (lambda d: _ROMAN[d.month - 1], 4),
    "A.M.": (lambda d: ".".join(_half(d)) + ".", 0),
    "P.M.": (lambda d: ".".join(_half(d)) + ".", 0),
    "AM": (_half, 0),
    "PM": (_half, 0),
    "B.C.": (lambda d: "A.D.", 0),
    "A.D.": (lambda d: "A.D.", 0),
    "BC": (lambda d: "AD", 0),
    "AD": (lambda d: "AD", 0),
}
_NAMES = sorted([*_FIELDS, *_WORDS, "FM", "FX"], key=len, reverse=True)
_PIECE = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.)*)"|\\(?P<mark>")|'
    rf"(?P<field>{'|'.join(map(re.escape, _NAMES))})(?P<ordinal>TH)?|(?P<text>.)",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=500)
def _pieces(pattern: str) -> tuple[tuple[str, str], ...]:
    found = []
    for match in _PIECE.finditer(pattern):
        kinds = ("quoted", "mark", "field", "text")
        kind = next(name for name in kinds if match[name] is not None)
        said = re.sub(r"\\(.)", r"\1", match[kind]) if kind == "quoted" else match[kind]
        found.append((kind, said))
        if match["ordinal"]:
            found.append(("ordinal", match["ordinal"]))
    return tuple(found)


def to_char(moment: datetime, pattern: str) -> str:
    """A date or time in a format.

    >>> to_char(datetime(2009, 12, 31, 23, 15, 59), "MONTH-DY-DD-YYYY HH12:MIPM")
    'DECEMBER -THU-31-2009 11:15PM'
    """
    if isinstance(moment, str):
        fail("TO_CHAR before the year 1 and after 9999 is not supported", "0A000")
    out: list[str] = []
    fill = False
    for kind, text in _pieces(pattern):
        if kind == "ordinal":
            out.append(ordinal(out[-1], text) if out[-1:] and out[-1].isdigit() else "")
        elif kind != "field":
            out.append(text)
        elif text.upper() == "FM":
            fill = True
        elif text.upper() != "FX":
            out.append(_one(text, moment, fill))
            fill = False
    return "".join(out)


def to_char_at(moment: datetime, pattern: str, zone: str) -> str:
    """A moment in UTC, as the clock of a zone shows it."""
    return to_char(_there(moment, zone), pattern)


def zone_name(moment: datetime, zone: str) -> str:
    """What a zone is called at a moment in UTC: ``EST``, ``EDT``."""
    return _there(moment, zone).tzname() or ""


def _there(moment: datetime, zone: str) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zones.known(zone))


def _offset(moment: datetime) -> str:
    """Hours from UTC, and minutes where there are some: ``+05:30``."""
    told = moment.strftime("%z") or "+0000"
    return told[:3] + (f":{told[3:5]}" if told[3:5] != "00" else "")


def _one(text: str, moment: datetime, fill: bool) -> str:
    name = text.upper()
    if name in _FIELDS:
        found = _FIELDS[name](moment)
        return (found.lstrip("0") or "0") if fill else found
    render, width = _WORDS[name]
    found = render(moment)
    if text[0].islower():
        found = found.lower()
    elif text[1:2].isupper() or "." in text:
        found = found.upper()
    return found if fill else found.ljust(width)


_YEARS = ("YYYY", "Y,YYY", "IYYY")
_ONE, _TWO = r"(\d)", r"(\d{1,2}+)"
_READERS = {
    "YYYY": r"(\d{1,4}+)", "YYY": r"(\d{1,3}+)", "YY": _TWO, "Y": _ONE, "IYYY": r"(\d{1,4}+)",
    "Y,YYY": r"(\d++,\d{3})", "MM": _TWO, "DD": _TWO, "DDD": r"(\d{1,3}+)", "HH24": _TWO,
    "HH12": _TWO, "HH": _TWO, "MI": _TWO, "SS": _TWO, "MS": r"(\d{1,3}+)", "US": r"(\d{1,6}+)",
    "Q": _ONE, "J": r"(\d++)", "WW": _TWO, "W": _ONE, "IW": _TWO, "D": _ONE, "ID": _ONE,
    "SSSS": r"(\d{1,5}+)",
    "MONTH": rf"({'|'.join(MONTHS)})\s*", "MON": rf"({'|'.join(m[:3] for m in MONTHS)})",
    "RM": rf"({'|'.join(sorted(_ROMAN, key=len, reverse=True))})\s*",
    "DAY": rf"({'|'.join(DAYS)})\s*", "DY": rf"({'|'.join(d[:3] for d in DAYS)})",
    **dict.fromkeys(("AM", "PM"), "([ap]m)"), **dict.fromkeys(("A.M.", "P.M."), r"([ap]\.m\.)"),
    **dict.fromkeys(("AD", "BC"), "(ad|bc)"), **dict.fromkeys(("A.D.", "B.C."), r"(a\.d\.|b\.c\.)"),
}  # fmt: skip


@lru_cache(maxsize=500)
def _reader(pattern: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """What reads a format, number by number: none gives a digit back for the next to match."""
    parts, names = [], []
    for kind, text in _pieces(pattern):
        name = text.upper()
        if kind == "field" and name in _READERS:
            parts.append(r"\s*" + _READERS[name])
            names.append(name)
        elif kind == "ordinal":
            parts.append("(?:st|nd|rd|th)?")
        elif kind != "field":
            parts.append(r"\D?" * len(text))
        elif name not in ("FM", "FX"):
            fail(f'"{text}" not supported', UNSUPPORTED)
    return re.compile("".join(parts), re.IGNORECASE | re.ASCII), tuple(names)


def to_timestamp(text: str, pattern: str, strict: bool = True) -> datetime:
    """A text in a format as a date with a time; what overflows is carried over unless strict.

    >>> to_timestamp("2021_12 3rd", "YYYY_MM DDth")
    datetime.datetime(2021, 12, 3, 0, 0)
    """
    reader, names = _reader(pattern)
    found = reader.match(text.strip())
    if not found:
        fail(f'invalid value "{text}" for format "{pattern}"', BAD_DATETIME)
    values = found.groups()
    if _BEFORE_1.search(text.strip()[-5:]) or {"bc", "b.c."}.intersection(map(str.lower, values)):
        fail("a format of years before 1 is not supported", UNSUPPORTED)
    if _IN_A_YEAR.intersection(names) and not _year(dict(zip(names, values, strict=True))):
        fail("cannot calculate day of year without year information", BAD_DATETIME)
    try:
        return _moment(names, values, strict)
    except (ValueError, OverflowError):
        fail(f'date/time field value out of range: "{text}"', "22008")


@lru_cache(maxsize=4096)  # a column has many rows of one day
def _moment(names: tuple[str, ...], values: tuple[str, ...], strict: bool) -> datetime:
    """The moment of a format's parts, each under its name."""
    told = dict(zip(names, values, strict=True))
    return _on(_day(told, strict), told, strict)


def _day(told: dict[str, str], strict: bool) -> date:
    """The day that is told, by whichever of its names."""
    if "J" in told:
        return date.fromordinal(int(told["J"]) - 1721425)
    year = _year(told)
    if not year and any(name in told for name in _YEARS):  # the year 0 is the first before 1
        raise ValueError
    if "IW" in told:
        return date.fromisocalendar(year, int(told["IW"]), int(told.get("ID", 1)))
    if "DDD" in told or "WW" in told:
        first = date(year, 1, 1)
        days = int(told["DDD"]) if "DDD" in told else 7 * int(told["WW"]) - 6
        return first + timedelta(days=days - 1)
    month = _month(told)
    day = int(told.get("DD", 7 * int(told.get("W", 1)) - 6))
    if strict:
        date(year or 1, month, day)
    years, months = divmod(month - 1, 12)
    return date((year or 1) + years, months + 1, 1) + timedelta(days=day - 1)


def _month(told: dict[str, str]) -> int:
    for name, names in (("MONTH", MONTHS), ("MON", [m[:3] for m in MONTHS]), ("RM", _ROMAN)):
        if name in told:
            return [each.lower() for each in names].index(told[name].lower()) + 1
    return int(told.get("MM", 1))


def _on(day: date, told: dict[str, str], strict: bool) -> datetime:
    """A day and the time that is told."""
    hour = int(told.get("HH24", told.get("HH12", told.get("HH", 0))))
    half = next((told[n] for n in ("AM", "PM", "A.M.", "P.M.") if n in told), "")
    if half and "HH24" not in told:
        hour = hour % 12 + (12 if half[0].lower() == "p" else 0)
    minute, second = int(told.get("MI", 0)), int(told.get("SS", 0))
    if strict:
        time(hour, minute, second)
    micros = int(told.get("US", "0").ljust(6, "0")) + 1000 * int(told.get("MS", "0").ljust(3, "0"))
    if "SSSS" in told:
        hour, minute, second = 0, 0, int(told["SSSS"])
    since = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)
    return datetime.combine(day, time()) + since


def _year(told: dict[str, str]) -> int:
    """The year that is told, a short one in its century; 0 where none is."""
    for name in _YEARS:
        if name in told:
            return int(told[name].replace(",", ""))
    for name, turn in (("YYY", 100), ("YY", 70), ("Y", 10)):
        if name in told:
            short = int(told[name])
            return short + (2000 if short < turn else 1000 if name == "YYY" else 1900)
    return 0

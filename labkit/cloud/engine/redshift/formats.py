"""TO_CHAR, TO_DATE, TO_TIMESTAMP and TO_NUMBER: Redshift's format strings.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_FORMAT_strings.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_Numeric_formating.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.errors import BAD_DATETIME, fail

MONTHS = (
    "January February March April May June July August September October November December"
).split()
DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
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
    "Y,YYY": lambda d: f"{d.year:,}",
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
    "RM": lambda d: f"{_ROMAN[d.month - 1]:<4}",
    "TZ": lambda d: d.tzname() or "UTC",
    "OF": lambda d: _offset(d),
}
_WORDS: dict[str, tuple[Callable[[datetime], str], int]] = {
    "MONTH": (lambda d: MONTHS[d.month - 1], 9),
    "MON": (lambda d: MONTHS[d.month - 1][:3], 0),
    "DAY": (lambda d: DAYS[_weekday(d)], 9),
    "DY": (lambda d: DAYS[_weekday(d)][:3], 0),
    "A.M.": (lambda d: ".".join(_half(d)) + ".", 0),
    "P.M.": (lambda d: ".".join(_half(d)) + ".", 0),
    "AM": (_half, 0),
    "PM": (_half, 0),
    "B.C.": (lambda d: "A.D.", 0),
    "A.D.": (lambda d: "A.D.", 0),
    "BC": (lambda d: "AD", 0),
    "AD": (lambda d: "AD", 0),
}
_NAMES = sorted([*_FIELDS, *_WORDS, "FM", "TH", "FX"], key=len, reverse=True)
_PIECE = re.compile(
    rf'"(?P<quoted>[^"]*)"|(?P<field>{"|".join(map(re.escape, _NAMES))})|(?P<text>.)',
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=500)
def _pieces(pattern: str) -> tuple[tuple[str, str], ...]:
    found = []
    for match in _PIECE.finditer(pattern):
        kind = match.lastgroup or "text"
        found.append((kind, match[kind]))
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
        if kind != "field":
            out.append(text)
        elif text.upper() == "FM":
            fill = True
        elif text.upper() == "TH":
            out.append(_ordinal(out[-1] if out else "", text))
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


def _ordinal(number: str, like: str) -> str:
    last = number[-2:].lstrip()
    ends = {"1": "st", "2": "nd", "3": "rd"}
    found = "th" if last[:1] == "1" and len(last) == 2 else ends.get(last[-1:], "th")
    return found.upper() if like.isupper() else found


_READERS = {
    "YYYY": r"(\d{1,4})", "YYY": r"(\d{1,3})", "YY": r"(\d{1,2})", "Y": r"(\d)",
    "Y,YYY": r"(\d,\d{3})", "MM": r"(\d{1,2})", "DD": r"(\d{1,2})", "DDD": r"(\d{1,3})",
    "HH24": r"(\d{1,2})", "HH12": r"(\d{1,2})", "HH": r"(\d{1,2})", "MI": r"(\d{1,2})",
    "SS": r"(\d{1,2})", "MS": r"(\d{1,3})", "US": r"(\d{1,6})", "Q": r"(\d)", "J": r"(\d+)",
    "MONTH": rf"({'|'.join(MONTHS)})\s*", "MON": rf"({'|'.join(m[:3] for m in MONTHS)})",
    "DAY": rf"({'|'.join(DAYS)})\s*", "DY": rf"({'|'.join(d[:3] for d in DAYS)})",
    "AM": r"([ap]m)", "PM": r"([ap]m)", "A.M.": r"([ap]\.m\.)", "P.M.": r"([ap]\.m\.)",
    "WW": r"(\d{1,2})", "IW": r"(\d{1,2})", "D": r"(\d)", "SSSS": r"(\d{1,5})",
    "TZ": r"([a-z]*)", "OF": r"([+-]\d\d(?::?\d\d)?)", "IYYY": r"(\d{4})", "ID": r"(\d)",
}  # fmt: skip


@lru_cache(maxsize=500)
def _reader(pattern: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    parts, names = [], []
    for kind, text in _pieces(pattern):
        if kind == "field" and text.upper() in _READERS:
            parts.append(r"\s*" + _READERS[text.upper()])
            names.append(text.upper())
        elif kind != "field":
            parts.append(r"\W?" if not text.isalnum() else re.escape(text))
    return re.compile("".join(parts), re.IGNORECASE), tuple(names)


def to_timestamp(text: str, pattern: str, strict: bool = True) -> datetime:
    """A text in a format as a date with a time; what overflows is carried over unless strict."""
    reader, names = _reader(pattern)
    found = reader.match(text.strip())
    if not found:
        fail(f'invalid value "{text}" for format "{pattern}"', BAD_DATETIME)
    if re.search(r"\bB\.?C\.?$", text.strip(), re.IGNORECASE):
        fail("a format of years before 1 is not supported", "0A000")
    try:
        return _assembled(dict(zip(names, found.groups(), strict=True)), strict)
    except ValueError:
        fail(f'date/time field value out of range: "{text}"', "22008")


def _assembled(told: dict[str, str], strict: bool) -> datetime:
    year = _year(told)
    month = int(told.get("MM", 1))
    for name, size in (("MONTH", 9), ("MON", 3)):
        if name in told:
            spelled = [m[:size].lower() for m in MONTHS]
            month = spelled.index(told[name].lower()) + 1
    hour = int(told.get("HH24", told.get("HH12", told.get("HH", 0))))
    half = next((told[n] for n in ("AM", "PM", "A.M.", "P.M.") if n in told), "")
    if half and "HH24" not in told:
        hour = hour % 12 + (12 if half[0].lower() == "p" else 0)
    micros = int(told.get("US", "0").ljust(6, "0")) + 1000 * int(told.get("MS", "0").ljust(3, "0"))
    day, minute, second = (int(told.get(name, first)) for name, first in (
        ("DD", 1), ("MI", 0), ("SS", 0)))  # fmt: skip
    if strict:
        datetime(year, month, day, hour, minute, second)
    years, months = divmod(month - 1, 12)
    found = datetime(year + years, months + 1, 1) + timedelta(
        days=day - 1, hours=hour, minutes=minute, seconds=second, microseconds=micros
    )
    return found + timedelta(days=int(told["DDD"]) - 1) if "DDD" in told else found


def _year(told: dict[str, str]) -> int:
    for name in ("YYYY", "Y,YYY", "IYYY"):
        if name in told:
            return int(told[name].replace(",", ""))
    for name in ("YYY", "YY", "Y"):
        if name in told:
            short = int(told[name])
            return short + (2000 if short < 70 else 1900) if name == "YY" else 2000 + short
    return 1


def to_char_number(number: Decimal, pattern: str) -> str:
    """A number in a format.

    >>> to_char_number(Decimal("-125.8"), "999D99")
    '-125.80'
    """
    upper = pattern.upper()
    if upper.removeprefix("FM") == "RN":
        return _roman(number, pattern)
    body = upper.removeprefix("FM").removesuffix("TH")
    if re.search('RN|EEEE|V|SG|PL|TH|"', body):
        fail(f'the format "{pattern}" is not supported here', "0A000")
    fill = upper.startswith("FM")
    places = len(re.findall(r"[09]", re.split(r"[.D]", body, maxsplit=1)[1])) if re.search(
        r"[.D]", body) else 0  # fmt: skip
    rounded = abs(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:f}".partition(".")
    slots = len(re.findall(r"[09]", re.split(r"[.D]", body, maxsplit=1)[0]))
    if whole == "0" and slots and "0" not in re.split(r"[.D]", body, maxsplit=1)[0]:
        whole = "" if places else "0"
    text = _placed(body, whole, fraction, slots)
    found = _signed(body, text, number < 0, fill)
    if not upper.endswith("TH") or places or number < 0:
        return found
    return found + _ordinal(found, pattern[-2:])


_NUMERALS = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def _roman(number: Decimal, pattern: str) -> str:
    """
    >>> _roman(Decimal("618.80"), "fmrn")
    'dcxix'
    """
    left, found = int(number.quantize(Decimal(1), ROUND_HALF_UP)), ""
    if not 0 < left < 4000:
        return "#" * 15
    for size, letters in _NUMERALS:
        found += letters * (left // size)
        left %= size
    found = found if pattern[-2:].isupper() else found.lower()
    return found if pattern[:2].upper() == "FM" else found.rjust(15)


def _placed(body: str, whole: str, fraction: str, slots: int) -> str:
    """The digits in the places of the format."""
    digits = ("#" * slots if len(whole) > slots else whole.rjust(slots)) + fraction
    out, at, started = [], 0, False
    zeros = body.find("0")
    for place, mark in enumerate(body):
        if mark in "09":
            digit = digits[at] if at < len(digits) else "0"
            if digit == " " and (0 <= zeros <= place):
                digit = "0"
            started = started or digit != " "
            out.append(digit)
            at += 1
        elif mark in ",G":
            out.append("," if started else " ")
        elif mark in ".D":
            out.append(".")
            started = True
        elif mark in "L$":
            out.append("$")
        elif mark not in ("S", "M", "I", "P", "R"):
            out.append(mark)
    return "".join(out)


def _signed(body: str, text: str, negative: bool, fill: bool) -> str:
    bare = text.lstrip("$ ")
    pad = text[: len(text) - len(bare)]
    if body.startswith(("S", "$S", "LS")):
        found = pad + ("-" if negative else "+") + bare
    elif body.endswith("MI"):
        found = text + ("-" if negative else " ")
    elif body.endswith("S"):
        found = text + ("-" if negative else "+")
    elif body.endswith("PR"):
        found = f"{pad}<{bare}>" if negative else f"{pad} {bare} "
    else:
        found = pad + ("-" if negative else " ") + bare
    return _bare(found.strip(), body) if fill else found


def _bare(text: str, body: str) -> str:
    """``FM`` leaves zeros at the end out where the format has a 9 for them."""
    nines = re.search(r"(?<=[.D9])9+$", body)
    for _ in nines[0] if nines else "":
        text = text.removesuffix("0")
    return text


def to_number(text: str, pattern: str) -> Decimal:
    """The number that a text in a format names."""
    negative = "-" in text or text.strip().startswith("<")
    digits = re.sub(r"[^\d.]", "", text)
    places = re.split(r"[.D]", pattern.upper(), maxsplit=1)
    scale = len(re.findall(r"[09]", places[1])) if len(places) > 1 else 0
    try:
        number = Decimal(digits).quantize(Decimal(1).scaleb(-scale))
    except InvalidOperation:
        fail(f'invalid input syntax for type numeric: "{text}"')
    return -number if negative else number


def number_scale(pattern: str) -> tuple[int, int]:
    """The precision and scale of what `to_number` gives for a format."""
    places = re.split(r"[.D]", pattern.upper(), maxsplit=1)
    counts = [len(re.findall(r"[09]", part)) for part in places]
    scale = counts[1] if len(counts) > 1 else 0
    return min(38, max(1, sum(counts))), scale

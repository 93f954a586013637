"""Values as QuickSight writes them: numbers, currencies, percentages, dates, NULL.

A format configuration is one of several shapes nested in each other; what it does not say is
QuickSight's own: thousands with a comma, at most two decimals, dates as their granularity needs.
Sources: https://docs.aws.amazon.com/quicksight/latest/user/formatting-a-visual-data-field.html,
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_NumericFormatConfiguration.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DateTimeFormatConfiguration.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

Json = Mapping[str, Any]
NULL = "null"


def format_value(value: Any, format_: Json | None = None, *, granularity: str = "") -> str:
    """A value's text.

    Args:
        value: of a row.
        format_: the API's format configuration, in any of its shapes.
        granularity: of a date.

    >>> format_value(1234567.891), format_value(None), format_value(datetime(2024, 3, 1))
    ('1,234,567.89', 'null', 'Mar 1, 2024')
    """
    chosen = flattened(format_ or {})
    if value is None:
        return null_label(format_)
    if isinstance(value, date):
        return format_date(value, chosen.get("DateTimeFormat", ""), granularity)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return format_number(value, chosen)
    return str(value)


def null_label(format_: Json | None) -> str:
    """What stands for NULL."""
    chosen = flattened(format_ or {})
    return str(chosen.get("NullValueFormatConfiguration", {}).get("NullString", NULL))


def flattened(format_: Json) -> dict[str, Any]:
    """A format configuration of any shape as one level, with the kind of number as ``Numeric``."""
    found: dict[str, Any] = {}
    for key, value in format_.items():
        if key in _WRAPPERS and isinstance(value, Mapping):
            found |= flattened(value)
        elif key in _NUMERIC:
            found |= {"Numeric": key, **value}
        else:
            found[key] = value
    return found


_WRAPPERS = (
    "FormatConfiguration",
    "NumericFormatConfiguration",
    "NumberFormatConfiguration",
    "StringFormatConfiguration",
    "DateTimeFormatConfiguration",
)
_NUMERIC = (
    "NumberDisplayFormatConfiguration",
    "CurrencyDisplayFormatConfiguration",
    "PercentageDisplayFormatConfiguration",
)


def parameter_text(value: Any) -> str:
    """A parameter's value, or its values, as words among others.

    >>> parameter_text([datetime(2026, 1, 31), "Law", 3.0])
    'Jan 31, 2026, Law, 3'
    """
    if isinstance(value, list | tuple):
        return ", ".join(map(parameter_text, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return format_date(value) if isinstance(value, date) else "" if value is None else str(value)


def format_number(value: float | Decimal, chosen: Json) -> str:
    """A number by a flattened format.

    >>> format_number(-0.256, {"Numeric": "PercentageDisplayFormatConfiguration"})
    '-25.6%'
    >>> format_number(1_234_000, {"NumberScale": "AUTO"})
    '1.23M'
    """
    number = Decimal(str(value))
    if not number.is_finite():
        return NULL if number.is_nan() else ("∞" if number > 0 else "-∞")
    percent = chosen.get("Numeric") == "PercentageDisplayFormatConfiguration"
    scale = chosen.get("NumberScale", "NONE")
    with localcontext(_EXACT):
        number, unit = _scaled(number * 100 if percent else number, scale)
        text = _grouped(_rounded(abs(number), chosen), chosen)
    before, after = around(chosen)
    return _signed(f"{before}{text}{unit}{after}", number, text, chosen)


_EXACT = Context(prec=400)  # the digits of the greatest double, and more


def around(chosen: Json) -> tuple[str, str]:
    """What stands before and after the digits; a suffix that is a percent sign is the only one."""
    currency = chosen.get("Numeric") == "CurrencyDisplayFormatConfiguration"
    code = chosen.get("Symbol", "USD")
    symbol = _SYMBOLS.get(code, f"{code} ") if currency else ""
    percent = chosen.get("Numeric") == "PercentageDisplayFormatConfiguration"
    before, after = f"{chosen.get('Prefix', '')}{symbol}", str(chosen.get("Suffix", ""))
    return before, f"%{after}" if percent and "%" not in after else after


_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹", "KRW": "₩",
            "BRL": "R$", "AUD": "A$", "CAD": "CA$", "DKK": "kr ", "NOK": "kr ", "SEK": "kr ",
            "SGD": "SGD ", "TWD": "NT$", "ZAR": "R"}  # fmt: skip
SCALES = {
    "THOUSANDS": (3, "K"),
    "MILLIONS": (6, "M"),
    "BILLIONS": (9, "B"),
    "TRILLIONS": (12, "T"),
    "LAKHS": (5, "L"),
    "CRORES": (7, "Cr"),
}
_AUTO = ("TRILLIONS", "BILLIONS", "MILLIONS", "THOUSANDS")


def _scaled(number: Decimal, scale: str) -> tuple[Decimal, str]:
    if scale == "AUTO":
        scale = next((each for each in _AUTO if abs(number) >= 10 ** SCALES[each][0]), "NONE")
    if scale not in SCALES:
        return number, ""
    digits, unit = SCALES[scale]
    return number.scaleb(-digits), unit


def _rounded(number: Decimal, chosen: Json) -> str:
    """The digits: as many decimals as are said, else at most two, more for a small fraction."""
    places = (chosen.get("DecimalPlacesConfiguration") or {}).get("DecimalPlaces")
    currency = chosen.get("Numeric") == "CurrencyDisplayFormatConfiguration"
    if places is None and currency:
        places = 2
    digits = int(places) if places is not None else _free_places(number)
    text = f"{number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"
    return text if places is not None or "." not in text else text.rstrip("0").rstrip(".")


def _free_places(number: Decimal) -> int:
    """Two, or two significant digits of a number below a hundredth.

    >>> _free_places(Decimal("3.14159")), _free_places(Decimal("0.000123"))
    (2, 5)
    """
    return 2 if number >= Decimal("0.01") or number == 0 else min(1 - number.adjusted(), 12)


_SEPARATORS = {"COMMA": ",", "DOT": ".", "SPACE": " "}


def _grouped(text: str, chosen: Json) -> str:
    separators = chosen.get("SeparatorConfiguration") or {}
    thousands = separators.get("ThousandsSeparator") or {}
    point = _SEPARATORS[separators.get("DecimalSeparator", "DOT")]
    mark = _SEPARATORS[thousands.get("Symbol", "COMMA")]
    whole, _, fraction = text.partition(".")
    if thousands.get("Visibility", "VISIBLE") == "VISIBLE":
        lakhs = thousands.get("GroupingStyle") == "LAKHS"
        pattern = r"(?<=\d)(?=(\d\d)*\d{3}$)" if lakhs else r"(?<=\d)(?=(\d{3})+$)"
        whole = re.sub(pattern, mark, whole)
    return f"{whole}{point}{fraction}" if fraction else whole


def _signed(text: str, number: Decimal, digits: str, chosen: Json) -> str:
    """With its sign; in brackets where negative numbers are to look positive."""
    if number >= 0 or not re.search(r"[1-9]", digits):
        return text
    mode = (chosen.get("NegativeValueConfiguration") or {}).get("DisplayMode", "NEGATIVE")
    return f"({text})" if mode == "POSITIVE" else f"-{text}"


#: How a date of each granularity is written.
DATES = {
    "YEAR": "YYYY",
    "QUARTER": "[Q]Q YYYY",
    "MONTH": "MMM YYYY",
    "WEEK": "MMM D, YYYY",
    "DAY": "MMM D, YYYY",
    "HOUR": "MMM D, YYYY ha",
    "MINUTE": "MMM D, YYYY h:mma",
    "SECOND": "MMM D, YYYY h:mm:ssa",
    "MILLISECOND": "MMM D, YYYY h:mm:ss.SSSa",
}


def format_date(value: date, pattern: str = "", granularity: str = "") -> str:
    """A date by a pattern, or as its granularity needs.

    >>> format_date(datetime(2024, 7, 5, 15, 4), "YYYY-MM-DD HH:mm")
    '2024-07-05 15:04'
    >>> format_date(datetime(2024, 7, 5), granularity="QUARTER")
    'Q3 2024'
    """
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    chosen = pattern or DATES[granularity or ("DAY" if midnight else "SECOND")]
    return DATE_PART.sub(lambda found: date_part(found[0], moment), chosen)


DATE_PART = re.compile(
    r"\[[^\]]*\]|'[^']*'|YYYY|yyyy|YY|yy|MMMM|MMM|MM|M|dddd|ddd|EEEE|EEE|DD|dd|D|d|"
    r"HH|H|hh|h|mm|m|ss|s|SSS|A|a|Q|w"
)
_MONTHS: tuple[str, ...] = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS: tuple[str, ...] = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_PARTS: dict[str, Callable[[Any], str]] = {
    "YYYY": lambda at: f"{at.year:04}",
    "YY": lambda at: f"{at.year % 100:02}",
    "MMMM": lambda at: _MONTHS[at.month - 1],
    "MMM": lambda at: _MONTHS[at.month - 1][:3],
    "MM": lambda at: f"{at.month:02}",
    "M": lambda at: str(at.month),
    "EEEE": lambda at: _DAYS[at.weekday()],
    "EEE": lambda at: _DAYS[at.weekday()][:3],
    "DD": lambda at: f"{at.day:02}",
    "D": lambda at: str(at.day),
    "HH": lambda at: f"{at.hour:02}",
    "H": lambda at: str(at.hour),
    "hh": lambda at: f"{(at.hour + 11) % 12 + 1:02}",
    "h": lambda at: str((at.hour + 11) % 12 + 1),
    "mm": lambda at: f"{at.minute:02}",
    "m": lambda at: str(at.minute),
    "ss": lambda at: f"{at.second:02}",
    "s": lambda at: str(at.second),
    "SSS": lambda at: f"{at.microsecond // 1000:03}",
    "A": lambda at: "AM" if at.hour < 12 else "PM",
    "a": lambda at: "am" if at.hour < 12 else "pm",
    "Q": lambda at: str((at.month + 2) // 3),
    "w": lambda at: str(at.isocalendar().week),
}
_SAME = {"yyyy": "YYYY", "yy": "YY", "dddd": "EEEE", "ddd": "EEE", "dd": "DD", "d": "D"}


def date_part(mark: str, at: date) -> str:
    """What a mark of `DATE_PART` stands for; what is in brackets or quotes stands for itself."""
    if mark[0] in "['":
        return mark[1:-1]
    return _PARTS[_SAME.get(mark, mark)](at)

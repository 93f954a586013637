"""What is wrong with a record: STL_LOAD_ERRORS' codes and reasons.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_Load_Error_Reference.html
"""

from __future__ import annotations

from dataclasses import dataclass

NO_DELIMITER = (1214, "Delimiter not found")
EXTRA_COLUMNS = (1202, "Extra column(s) found")
NO_END_QUOTE = (1214, "Delimited value missing end quote")
BAD_QUOTES = (1214, "Invalid quote formatting for CSV")
TOO_LONG = (1204, "String length exceeds DDL length")
CHAR_TOO_LONG = (1204, "Char length exceeds DDL length")
MISSING = (1213, "Missing data for not-null field")
BAD_BOOLEAN = (1210, "Unknown boolean format")
BAD_JSON = (1216, "Invalid value.")
BAD_SHAPE = (1216, "Invalid geometry")
#: Bytes of a record. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
LONGEST = 4 << 20
TOO_LARGE = (1216, f"Invalid input line: a row is larger than {LONGEST} bytes")
BAD_SUPER = (1224, "Invalid JSON format for SUPER")
SHORT_DATE = (1205, "Invalid Date Format - length must be 10 or more")
DEFAULT_DATE, DEFAULT_TIMESTAMP = "YYYY-MM-DD", "YYYY-MM-DD HH24:MI:SS"
#: How reasons call numbers.
NUMBERS = {
    "int2": "Short",
    "int4": "Integer",
    "int8": "Long",
    "numeric": "Decimal",
    "float4": "Float",
    "float8": "Double",
}
_CODES = {"float4": 1208, "float8": 1208}


@dataclass(frozen=True)
class LoadError(Exception):
    """A record that cannot be loaded.

    Args:
        code: Redshift's number.
        reason: its sentence.
        column: at which of the loaded columns (0-based); -1 when the whole record is at fault.
        position: where in the raw line.
        value: the field as it stands there.
    """

    code: int
    reason: str
    column: int = -1
    position: int = 0
    value: str = ""


class BadValue(Exception):
    """A field that its column cannot take. Args: the code, the reason."""


def invalid_digit(text: str, base: str) -> BadValue:
    """The first character that makes a text no number.

    >>> invalid_digit("12a", "int4").args
    (1207, "Invalid digit, Value 'a', Pos 2, Type: Integer")
    """
    place = _place(text, base)
    return BadValue(
        _CODES.get(base, 1207),
        f"Invalid digit, Value '{text[place : place + 1]}', Pos {place}, Type: {NUMBERS[base]}",
    )


def _place(text: str, base: str) -> int:
    allowed = "0123456789" + {"numeric": "."}.get(base, ".eE+-" if "float" in base else "")
    start = len(text) - len(text.lstrip(" "))
    for place in range(start, len(text)):
        signed = place == start and text[place] in "+-"
        dot = text[place] == "." and "." in text[start:place]
        if (text[place] not in allowed and not signed) or dot:
            return place
    return max(len(text) - 1, 0)


def overflow(base: str) -> BadValue:
    """A number that its type cannot hold."""
    if base == "int8":
        limits = "-9223372036854775808 to 9223372036854775807"
        return BadValue(1222, f"Overflow (Long valid range {limits})")
    return BadValue(1204 if base in _CODES else 1222, f"Overflow, Column type: {NUMBERS[base]}")


def bad_date(pattern: str) -> BadValue:
    """A text that is no date in a format."""
    return BadValue(1205, f"Invalid Date format [{pattern or DEFAULT_DATE}]")


def bad_timestamp(pattern: str) -> BadValue:
    """A text that is no timestamp in a format."""
    return BadValue(1206, f"Invalid timestamp format or value [{pattern or DEFAULT_TIMESTAMP}]")

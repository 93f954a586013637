"""Java's Formatter, which ``format`` goes by.

Source: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Formatter.html
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from zoneinfo import ZoneInfo

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import fail, refuse

_SPEC = re.compile(r"%(?:(\d+)\$|<)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([tT]?[A-Za-z%])")
_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_JAVA_CLASS = {
    "tinyint": "java.lang.Byte",
    "smallint": "java.lang.Short",
    "integer": "java.lang.Integer",
    "bigint": "java.lang.Long",
    "real": "java.lang.Float",
    "double": "java.lang.Double",
    "decimal": "java.math.BigDecimal",
    "varchar": "java.lang.String",
    "boolean": "java.lang.Boolean",
}
_JAVA = Context(prec=400, rounding=ROUND_HALF_UP)


def _formatted(pattern: str, kinds: list[str], texts: list[str | None]) -> str:
    """Java's Formatter: https://docs.oracle.com/javase/8/docs/api/java/util/Formatter.html"""
    values = list(zip(kinds, texts, strict=True))
    following, last = iter(range(len(values))), len(values)

    def fill(spec: re.Match[str]) -> str:
        wrong = _misused(spec)
        if wrong:
            fail(f"Invalid format string: {pattern} ({wrong})")
        if spec[5] in ("%", "n"):
            return _padded({"%": "%", "n": "\n"}[spec[5]], spec[2], spec[3])
        nonlocal last
        if not spec[0].startswith("%<"):
            last = int(spec[1]) - 1 if spec[1] else next(following, len(values))
        if last >= len(values):
            fail(f"Invalid format string: {pattern} (MissingFormatArgument: "
                 f"Format specifier '{spec[0]}')")  # fmt: skip
        return _one(pattern, spec, *values[last])

    if "%" in _SPEC.sub("", pattern):
        fail(f"Invalid format string: {pattern} (UnknownFormatConversion: Conversion = '%')")
    return _SPEC.sub(fill, pattern)


#: The flags that a conversion does not take.
_NO_FLAGS = {
    **dict.fromkeys("sSbB", "#+ 0,("), **dict.fromkeys("tTcC", "#+ 0,("), "d": "#", "%": "#+ 0,(",
    **dict.fromkeys("oxX", ",(+ "), **dict.fromkeys("eE", ","), **dict.fromkeys("gG", "#"),
    "n": "-#+ 0,(",
}  # fmt: skip


def _misused(spec: re.Match[str]) -> str | None:
    """What Java's Formatter refuses of a conversion's flags, width and precision."""
    flags, width, precision, letter = spec[2], spec[3], spec[4], spec[5][0]
    for at, flag in enumerate(flags):
        if flag in flags[:at]:
            return f"DuplicateFormatFlags: Flags = '{flag}'"
        if flag in _NO_FLAGS.get(letter, ""):
            return f"FormatFlagsConversionMismatch: Conversion = {letter}, Flags = {flag}"
    if {"-", "0"} <= set(flags) or {"+", " "} <= set(flags):
        return f"IllegalFormatFlags: Flags = '{flags}'"
    if precision and letter in "doxXcCtTn%":
        return f"IllegalFormatPrecision: {precision}"
    if width and letter == "n":
        return f"IllegalFormatWidth: {width}"
    return None if width or not {"-", "0"} & set(flags) else f"MissingFormatWidth: {spec[0]}"


def _one(pattern: str, spec: re.Match[str], kind: str, text: str | None) -> str:
    flags, width, precision, letter = spec[2], spec[3], spec[4], spec[5]
    if letter[0] in "tT" and len(letter) == 2:
        found = "null" if text is None else _moment(pattern, letter[1], kind, text)
    elif letter in "sSbB":
        is_text = letter in "sS"
        found = ("null" if is_text else "false") if text is None else text
        found = _java_text(kind, found) if is_text and text is not None else found
        found = found if is_text or kind == "boolean" or text is None else "true"
        found = found[: int(precision) if precision else None]
    elif text is None:
        found = "null"
    else:
        found = _number(pattern, letter, flags, precision, kind, text)
        if "0" in flags and width and not re.search("NaN|Infinity", found):
            head = re.match("[-+( ]?(?:0[xX])?", found if "#" in flags else found[0])
            sign = head[0] if head else ""
            found = sign + found[len(sign) :].rjust(int(width) - len(sign), "0")
    return _padded(found.upper() if letter[0].isupper() else found, flags, width)


def _java_text(kind: str, text: str) -> str:
    """Moments as Java's own types print them: ``2001-08-22T03:04``, seconds where there are any."""
    if kind not in ("time", "timestamp", "timestamptz"):
        return text
    *day, clock = [text] if kind == "time" else text.split(" ")[:2]
    clock, _, part = clock.partition(".")
    part = re.sub("(?:000)+$", "", part + "0" * (-len(part) % 3))
    shown = f"{clock}.{part}" if part else clock.removesuffix(":00")
    return "T".join([*day, shown]) + (_java_zone(text) if kind == "timestamptz" else "")


def _java_zone(text: str) -> str:
    day, clock, zone = text.split(" ")
    if zone[0] in "+-":
        return zone
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone))
    return f"{local.isoformat()[-6:]}[{zone}]" if local.utcoffset() else f"Z[{zone}]"


def _padded(text: str, flags: str, width: str | None) -> str:
    return (text.ljust if "-" in flags else text.rjust)(int(width or 0))


def _number(
    pattern: str, letter: str, flags: str, precision: str | None, kind: str, text: str
) -> str:
    fits = {
        "d": _INTEGERS, "x": _INTEGERS, "X": _INTEGERS, "o": _INTEGERS, "c": _INTEGERS,
        "f": ("real", "double", "decimal"), "e": ("real", "double", "decimal"),
        "E": ("real", "double", "decimal"), "g": ("real", "double", "decimal"),
        "G": ("real", "double", "decimal"),
    }.get(letter)  # fmt: skip
    if letter in "aAhH":
        refuse(f"'%{letter}' of format")
    if fits is None or kind not in fits:
        conversion = f"{letter} != {_JAVA_CLASS.get(kind, kind)}"
        fail(f"Invalid format string: {pattern} (IllegalFormatConversion: {conversion})")
    if letter == "c":
        return chr(int(text))
    if letter in "xXo":
        value = int(text)
        bits = 32 if kind == "integer" else {"tinyint": 8, "smallint": 16}.get(kind, 64)
        prefix = {"x": "0x", "X": "0X", "o": "0"}[letter] if "#" in flags else ""
        return prefix + f"{value % (1 << bits):{letter.lower()}}"
    is_negative = text.startswith("-")
    if text in ("NaN", "Infinity", "-Infinity"):
        return text if text == "NaN" else _signed("Infinity", flags, is_negative=is_negative)
    size = Decimal(repr(_widened(text)) if kind == "real" else text).copy_abs()
    digits = int(precision) if precision else 6
    if letter in "gG":
        letter, digits = _general(size, digits or 1, is_exact=kind == "decimal")
    if letter in "eE":
        body = _scientific(size, digits, is_exact=kind == "decimal")
    else:
        group, places = "," if "," in flags else "", digits if letter == "f" else 0
        body = rounded(size, f"{group}.{places}f")
    if "#" in flags and "." not in body:
        body = re.sub("(?=e|$)", ".", body, count=1)
    return _signed(body, flags, is_negative=is_negative)


def _widened(text: str) -> float:
    """A float as the double that it is: 0.1 is 0.10000000149011612."""
    return float(struct.unpack("f", struct.pack("f", float(text)))[0])


def _scientific(value: Decimal, digits: int, *, is_exact: bool) -> str:
    """With two digits of an exponent; that of a zero is its scale, where it is a decimal."""
    found = rounded(value, f".{digits}e")
    if not value:
        exponent = int(value.as_tuple().exponent) if is_exact else 0
        found = f"{found.partition('e')[0]}e{exponent:+}"
    return re.sub(r"e([+-])(\d)$", r"e\g<1>0\2", found)


def _general(value: Decimal, digits: int, *, is_exact: bool) -> tuple[str, int]:
    """``%g``: so many digits in all, scientific below 10^-4 and from 10^digits on."""
    if not value:
        return "e" if is_exact else "f", digits - 1
    adjusted = Decimal(rounded(value, f".{digits - 1}e")).adjusted()
    return ("f", digits - 1 - adjusted) if -4 <= adjusted < digits else ("e", digits - 1)


def _signed(body: str, flags: str, *, is_negative: bool) -> str:
    if is_negative:
        return f"({body})" if "(" in flags else f"-{body}"
    return ("+" if "+" in flags else " " if " " in flags else "") + body


_Show = str | Callable[[datetime], str]
_OF_DAYS: dict[str, _Show] = {
    "B": "%B", "b": "%b", "h": "%b", "A": "%A", "a": "%a", "y": "%y", "j": "%j", "m": "%m",
    "d": "%d", "e": "%-d", "D": "%m/%d/%y", "Y": lambda at: f"{at.year:04}",
    "C": lambda at: f"{at.year // 100:02}", "F": lambda at: at.date().isoformat(),
}  # fmt: skip
_OF_CLOCKS: dict[str, _Show] = {
    "H": "%H", "I": "%I", "k": "%-H", "l": "%-I", "M": "%M", "S": "%S", "R": "%H:%M",
    "T": "%H:%M:%S", "r": "%I:%M:%S %p", "N": "%f000", "L": lambda at: f"{at:%f}"[:3],
    "p": lambda at: f"{at:%p}".lower(),
}  # fmt: skip
_OF_ZONES: dict[str, _Show] = {
    "z": "%z", "s": lambda at: str(_millis(at) // 1000), "Q": lambda at: str(_millis(at)),
}  # fmt: skip
#: Which of them a type has; DuckDB's texts of a date and of a time alone are both read as moments.
_MOMENTS = {
    "date": ("java.time.LocalDate", _OF_DAYS),
    "time": ("java.time.LocalTime", _OF_CLOCKS),
    "timestamp": ("java.time.LocalDateTime", _OF_DAYS | _OF_CLOCKS),
    "timestamptz": ("java.time.ZonedDateTime", _OF_DAYS | _OF_CLOCKS | _OF_ZONES),
}


def _moment(pattern: str, letter: str, kind: str, text: str) -> str:
    if letter in "cZ":
        refuse(f"'%t{letter}' of format")
    name, shows = _MOMENTS.get(kind, (_JAVA_CLASS.get(kind, kind), {}))
    if letter not in _MOMENTS["timestamptz"][1]:
        fail(f"Invalid format string: {pattern} (UnknownFormatConversion: t{letter})")
    if letter not in shows:
        fail(f"Invalid format string: {pattern} (IllegalFormatConversion: {letter} != {name})")
    day, clock, zone = {
        "date": (text, "00:00", "UTC"),
        "time": ("1970-01-01", text, "UTC"),
        "timestamp": (*text.split(" "), "UTC"),
    }.get(kind) or text.split(" ")
    show = shows[letter]
    at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=_zone(zone))
    return at.strftime(show) if isinstance(show, str) else show(at)


def _zone(name: str) -> tzinfo:
    if name[0] not in "+-":
        return ZoneInfo(name)
    return datetime.fromisoformat(f"2000-01-01T00:00{name}").tzinfo or UTC


def _millis(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def rounded(value: Decimal, spec: str) -> str:
    """A number as Java rounds it, of as many digits as it has."""
    with localcontext(_JAVA):
        return format(value, spec)


UDFS = (Udf("trino_format", _formatted, ("VARCHAR", "VARCHAR[]", "VARCHAR[]"), "VARCHAR"),)

"""Formatting, identity and network functions.

Sources: https://trino.io/docs/current/functions/conversion.html,
https://trino.io/docs/current/functions/uuid.html,
https://trino.io/docs/current/functions/ipaddress.html; ``invoker_principal`` is Athena's own:
https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from zoneinfo import ZoneInfo

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail, failure
from labkit.cloud.engine.trino.text import as_text


def _typeof(call: Any, args: Sequence[str]) -> str:
    return quoted_text(str(call.parameters[0]))


def _format(call: Any, args: Sequence[str]) -> str:
    """The values go as text, with the names of their types, for Python to lay out."""
    kinds = call.parameters[1:]
    for kind in kinds:
        if kind.base in ("array", "map", "row"):
            return failure(f"Type not supported for formatting: {kind}", "NOT_SUPPORTED")
    texts = ", ".join(as_text(arg, kind) for arg, kind in zip(args[1:], kinds, strict=True))
    names = ", ".join(quoted_text(kind.base) for kind in kinds)
    return f"trino_format({args[0]}, [{names}]::VARCHAR[], [{texts}]::VARCHAR[])"


_LETTERS = "ABCDEFGHIJKLMNOP"

SCALARS = (
    *entries(
        ("typeof(T) -> varchar", _typeof),
        *(
            (f"format(varchar{''.join(f', {v}' for v in _LETTERS[:n])}) -> varchar", _format)
            for n in range(len(_LETTERS) + 1)
        ),
        ("format_number(bigint) -> varchar", "trino_format_number({0}::DOUBLE)"),
        ("format_number(double) -> varchar", "trino_format_number({0})"),
        (
            "parse_data_size(varchar) -> decimal(38, 0)",
            "CAST(trino_data_size({0}) AS DECIMAL(38, 0))",
        ),
        ("version() -> varchar", "'Athena engine version 3'"),
        ("invoker_principal() -> varchar", "getvariable('invoker')"),
        ("contains(varchar, ipaddress) -> boolean", "trino_ip_contains({0}, {1})"),
        ("fail(varchar) -> unknown", "error('LABKIT:GENERIC_USER_ERROR: ' || {0})"),
    ),
    Entry("uuid() -> uuid", "uuid()", deterministic=False),
)

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


def _format_text(pattern: str, kinds: list[str], texts: list[str | None]) -> str:
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
        found = "null" if text is None else _moment(pattern, letter[1], text)
    elif letter in "sS":
        shown = "null" if text is None else _java_text(kind, text)
        found = shown[: int(precision) if precision else None]
    elif letter in "bB":
        found = str(text is not None and text != "false").lower()
    elif text is None:
        found = "null"
    else:
        found = _number(pattern, letter, flags, precision, kind, text)
        if "0" in flags and width and "-" not in flags:
            sign = found[0] if found[0] in "+-( " else ""
            found = sign + found[len(sign) :].rjust(int(width) - len(sign), "0")
    return _padded(found.upper() if letter[0].isupper() else found, flags, width)


def _java_text(kind: str, text: str) -> str:
    """Moments as Java's own types print them: ``2001-08-22T03:04``, seconds where there are any."""
    if kind not in ("time", "timestamp", "timestamptz"):
        return text
    *day, clock = [text] if kind == "time" else text.split(" ")[:2]
    shown = re.sub(r"^(..:..):00$", r"\1", re.sub(r"\.000(000)?$", "", clock))
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
    if text in ("NaN", "Infinity", "-Infinity"):
        return text
    value_of = Decimal(text)
    digits = int(precision) if precision else 6
    if letter in "gG":
        letter, digits = _general(value_of, digits or 1)
    if letter in "eE":
        body = re.sub(r"e([+-])(\d)$", r"e\g<1>0\2", _rounded(value_of.copy_abs(), f".{digits}e"))
    else:
        group, places = "," if "," in flags else "", digits if letter in "fgG" else 0
        body = _rounded(value_of.copy_abs(), f"{group}.{places}f")
    return _signed(body, value_of < 0, flags)


def _general(value: Decimal, digits: int) -> tuple[str, int]:
    """``%g``: so many digits in all, scientific below 10^-4 and from 10^digits on."""
    rounded = Decimal(_rounded(value.copy_abs(), f".{digits - 1}e"))
    if value and not -4 <= rounded.adjusted() < digits:
        return "e", digits - 1
    return "f", digits - 1 - (rounded.adjusted() if value else 0)


def _signed(body: str, negative: bool, flags: str) -> str:
    if negative:
        return f"({body})" if "(" in flags else f"-{body}"
    return ("+" if "+" in flags else " " if " " in flags else "") + body


_MOMENT = {
    "H": "%H", "I": "%I", "k": "%-H", "l": "%-I", "M": "%M", "S": "%S", "N": "%f000", "p": "%p",
    "B": "%B", "b": "%b", "h": "%b", "A": "%A", "a": "%a", "Y": "%Y", "y": "%y", "j": "%j",
    "m": "%m", "d": "%d", "e": "%-d", "R": "%H:%M", "T": "%H:%M:%S", "r": "%I:%M:%S %p",
    "D": "%m/%d/%y", "F": "%Y-%m-%d",
}  # fmt: skip


def _moment(pattern: str, letter: str, text: str) -> str:
    if letter not in _MOMENT:
        fail(
            f"Invalid format string: {pattern} (UnknownFormatConversion: Conversion = 't{letter}')"
        )
    day, clock = [*text.split(" "), "00:00:00"][:2] if "-" in text[:6] else ("1970-01-01", text)
    found = datetime.fromisoformat(f"{day}T{clock}")
    shown = found.strftime(_MOMENT[letter])
    return shown.lower() if letter == "p" else shown


def _format_number(value: float) -> str:
    """Three digits and a unit: 123456 → 123K."""
    for size, unit in ((1e15, "Q"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= size:
            return _three_digits(value / size) + unit
    return _three_digits(value)


def _three_digits(value: float) -> str:
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    shown = _rounded(Decimal(repr(value)), f".{places}f")
    return shown.rstrip("0").rstrip(".") if places else shown


def _rounded(value: Decimal, spec: str) -> str:
    """A number as Java rounds it, of as many digits as it has."""
    with localcontext(_JAVA):
        return format(value, spec)


_SIZES = {
    unit: 1024**i for i, unit in enumerate(["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"])
}


def _data_size(text: str) -> str:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([a-zA-Z]+)", text)
    if not found or found[2] not in _SIZES:
        fail(f"Invalid data size: '{text}'")
    return str(int(Decimal(found[1]) * _SIZES[found[2]]))


def _ip_contains(network: str, address: bytes) -> bool:
    text, slash, length = network.partition("/")
    if not slash:
        fail("Invalid CIDR")
    packed = _ip(text)
    if packed is None:
        fail("Invalid network IP address")
    base, other = _address(packed), _address(address)
    bits = int(length) if re.fullmatch(r"[+-]?[0-9]+", length) else fail("Invalid CIDR")
    if bits < 0:
        fail("Invalid prefix length")
    if bits > base.max_prefixlen:
        fail("Prefix length exceeds address length")
    if base.version == 4 and int(base) & 0xFFFFFFFF >> bits:
        fail("Invalid CIDR")
    rest = base.max_prefixlen - bits
    return base.version == other.version and int(base) >> rest == int(other) >> rest


def _ip(text: str) -> bytes | None:
    """The sixteen bytes of an address; those of an IPv4 one are the mapped one's."""
    try:
        address = ip_address("" if "%" in text else text)
    except ValueError:
        return None
    return b"\0" * 10 + b"\xff\xff" + address.packed if address.version == 4 else address.packed


def _ip_text(packed: bytes) -> str:
    """An address as RFC 5952 spells it, a mapped one as IPv4."""
    return str(_address(packed))


def _address(packed: bytes) -> IPv4Address | IPv6Address:
    address = IPv6Address(packed)
    return address.ipv4_mapped or address


UDFS = (
    Udf("trino_format", _format_text, ("VARCHAR", "VARCHAR[]", "VARCHAR[]"), "VARCHAR"),
    Udf("trino_format_number", _format_number, ("DOUBLE",), "VARCHAR"),
    Udf("trino_data_size", _data_size, ("VARCHAR",), "VARCHAR"),
    Udf("trino_ip", _ip, ("VARCHAR",), "BLOB"),
    Udf("trino_ip_text", _ip_text, ("BLOB",), "VARCHAR"),
    Udf("trino_ip_contains", _ip_contains, ("VARCHAR", "BLOB"), "BOOLEAN"),
)

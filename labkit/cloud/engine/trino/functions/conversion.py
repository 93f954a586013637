"""Formatting, identity and network functions.

Sources: https://trino.io/docs/current/functions/conversion.html,
https://trino.io/docs/current/functions/uuid.html,
https://trino.io/docs/current/functions/ipaddress.html; ``invoker_principal`` is Athena's own:
https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NoReturn

from labkit.cloud.engine.closed import Udf, Untried
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino.functions.entry import Entry, entries, fail, failure
from labkit.cloud.engine.trino.functions.formatter import rounded
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
        ("fail(varchar) -> unknown", "trino_untried_error('LABKIT:GENERIC_USER_ERROR: ' || {0})"),
    ),
    Entry("uuid() -> uuid", "uuid()", deterministic=False),
)


def _format_number(value: float) -> str:
    """Three digits and a unit: 123456 → 123K."""
    for size, unit in ((1e15, "Q"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= size:
            return _three_digits(value / size) + unit
    return _three_digits(value)


def _three_digits(value: float) -> str:
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    shown = rounded(Decimal(repr(value)), f".{places}f")
    return shown.rstrip("0").rstrip(".") if places else shown


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


def _raise(text: str) -> NoReturn:
    raise Untried(text)


UDFS = (
    Udf("trino_raised", _raise, ("VARCHAR",), "VARCHAR"),
    Udf("trino_format_number", _format_number, ("DOUBLE",), "VARCHAR"),
    Udf("trino_data_size", _data_size, ("VARCHAR",), "VARCHAR"),
    Udf("trino_ip", _ip, ("VARCHAR",), "BLOB"),
    Udf("trino_ip_text", _ip_text, ("BLOB",), "VARCHAR"),
    Udf("trino_ip_contains", _ip_contains, ("VARCHAR", "BLOB"), "BOOLEAN"),
)

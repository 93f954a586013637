"""Hashes. FNV is FNV-1a over a value's bytes, CRC32 is of the polynomial CRC-32C, Murmur3 is of
the bytes that Iceberg hashes: numbers and moments are eight.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/hash-functions.html,
https://docs.aws.amazon.com/redshift/latest/dg/crc32-function.html and
https://iceberg.apache.org/spec/#appendix-b-32-bit-hash-requirements
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.functions import farm
from labkit.cloud.engine.redshift.functions.entry import Returns, entries
from labkit.cloud.engine.redshift.types import Type

_SEED = 0xCBF29CE484222325 - (1 << 64)
_MASK = (1 << 64) - 1


def _hash(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode()).hexdigest()


def _sha2(text: str, bits: int) -> str:
    names = {0: "sha256", 224: "sha224", 256: "sha256", 384: "sha384", 512: "sha512"}
    if bits not in names:
        return ""
    return hashlib.new(names[bits], text.encode()).hexdigest()


def _fnv(data: bytes, seed: int) -> int:
    value = seed & _MASK
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & _MASK
    return value - (1 << 64) if value >> 63 else value


def _fnv_integer(number: int, size: int, seed: int) -> int:
    return _fnv(number.to_bytes(size, "little", signed=True), seed)


@cache
def _crc_table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        return value

    return tuple(map(entry, range(256)))


def _crc32(text: str) -> str:
    """
    >>> _crc32("Amazon Redshift")
    'f2726906'
    """
    table, value = _crc_table(), 0xFFFFFFFF
    for byte in text.encode():
        value = (value >> 8) ^ table[(value ^ byte) & 0xFF]
    return f"{value ^ 0xFFFFFFFF:08x}"


def _murmur3(data: bytes, seed: int) -> int:
    """
    >>> _murmur3(b"Amazon Redshift", 0), _murmur3(b"cd", _murmur3(b"ab", 0))
    (-1563580564, 1711522338)
    """
    value, whole = seed & 0xFFFFFFFF, len(data) // 4 * 4
    for at in range(0, whole, 4):
        value ^= _scrambled(int.from_bytes(data[at : at + 4], "little"))
        value = (_turned(value, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    value ^= _scrambled(int.from_bytes(data[whole:], "little")) ^ len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    value = (value ^ value >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    value ^= value >> 16
    return value - (1 << 32) if value >> 31 else value


def _turned(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & 0xFFFFFFFF


def _scrambled(value: int) -> int:
    return _turned(value * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF


def _murmur3_integer(number: int, seed: int) -> int:
    return _murmur3(number.to_bytes(8, "little", signed=True), seed)


_V, _I, _B = "VARCHAR", "INTEGER", "BIGINT"
UDFS = (
    Udf("rs_sha1", _hash("sha1"), (_V,), _V),
    Udf("rs_sha2", _sha2, (_V, _I), _V),
    Udf("rs_fnv", _fnv, ("BLOB", _B), _B),
    Udf("rs_fnv_integer", _fnv_integer, (_B, _I, _B), _B),
    Udf("rs_crc32", _crc32, (_V,), _V),
    Udf("rs_farm", farm.fingerprint, ("BLOB",), _B),
    Udf("rs_murmur3", _murmur3, ("BLOB", _I), _I),
    Udf("rs_murmur3_integer", _murmur3_integer, (_B, _I), _I),
)

#: What Murmur3 takes, and its call of the value's bytes or number.
_HASHED = (
    ("text", "rs_murmur3(encode({0}), "),
    ("varbyte", "rs_murmur3({0}, "),
    *((kind, "rs_murmur3_integer({0}, ") for kind in ("int2", "int4", "int8")),
    ("date", "rs_murmur3_integer(CAST({0} - DATE '1970-01-01' AS BIGINT), "),
    *((kind, "rs_murmur3_integer(epoch_us({0}), ") for kind in ("timestamp", "timestamptz")),
)
_INTEGERS = (("int2", 2), ("int4", 4), ("int8", 8))


def _digits(count: int) -> Returns:
    """Text of so many digits, whatever the arguments are."""
    return lambda kinds: Type("varchar", count)


SCALARS = entries(
    ("md5(text)", "md5({0})", _digits(32)),
    *((f"{name}(text)", "rs_sha1({0})", _digits(40)) for name in ("sha", "sha1", "func_sha1")),
    ("sha2(text, int4) -> varchar", "rs_sha2({0}, {1})"),
    ("crc32(text) -> varchar", "rs_crc32({0})"),
    ("fnv_hash(text) -> int8", f"rs_fnv(encode({{0}}), {_SEED})"),
    ("fnv_hash(text, int8) -> int8", "rs_fnv(encode({0}), {1})"),
    ("fnv_hash(varbyte) -> int8", f"rs_fnv({{0}}, {_SEED})"),
    ("fnv_hash(varbyte, int8) -> int8", "rs_fnv({0}, {1})"),
    ("farmfingerprint64(text) -> int8", "rs_farm(encode({0}))"),
    ("farmfingerprint64(varbyte) -> int8", "rs_farm({0})"),
    *((f"murmur3_32_hash({kind}) -> int4", f"{call}0)") for kind, call in _HASHED),
    *((f"murmur3_32_hash({kind}, int4) -> int4", f"{call}{{1}})") for kind, call in _HASHED),
    *((f"fnv_hash({kind}) -> int8", f"rs_fnv_integer({{0}}, {size}, {_SEED})")
      for kind, size in _INTEGERS),
    *((f"fnv_hash({kind}, int8) -> int8", f"rs_fnv_integer({{0}}, {size}, {{1}})")
      for kind, size in _INTEGERS),
)  # fmt: skip

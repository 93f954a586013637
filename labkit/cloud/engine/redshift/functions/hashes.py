"""Hashes. FNV is FNV-1a over a value's bytes, CRC32 is of the polynomial CRC-32C.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/hash-functions.html and
https://docs.aws.amazon.com/redshift/latest/dg/crc32-function.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.redshift.functions.entry import entries

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


_V, _I, _B = "VARCHAR", "INTEGER", "BIGINT"
UDFS = (
    Udf("rs_sha1", _hash("sha1"), (_V,), _V),
    Udf("rs_sha2", _sha2, (_V, _I), _V),
    Udf("rs_fnv", _fnv, ("BLOB", _B), _B),
    Udf("rs_fnv_integer", _fnv_integer, (_B, _I, _B), _B),
    Udf("rs_crc32", _crc32, (_V,), _V),
)

_INTEGERS = (("int2", 2), ("int4", 4), ("int8", 8))
SCALARS = entries(
    ("md5(text) -> varchar", "md5({0})"),
    ("sha(text) -> varchar", "rs_sha1({0})"),
    ("sha1(text) -> varchar", "rs_sha1({0})"),
    ("func_sha1(text) -> varchar", "rs_sha1({0})"),
    ("sha2(text, int4) -> varchar", "rs_sha2({0}, {1})"),
    ("crc32(text) -> varchar", "rs_crc32({0})"),
    ("fnv_hash(text) -> int8", f"rs_fnv(encode({{0}}), {_SEED})"),
    ("fnv_hash(text, int8) -> int8", "rs_fnv(encode({0}), {1})"),
    ("fnv_hash(varbyte) -> int8", f"rs_fnv({{0}}, {_SEED})"),
    ("fnv_hash(varbyte, int8) -> int8", "rs_fnv({0}, {1})"),
    *((f"fnv_hash({kind}) -> int8", f"rs_fnv_integer({{0}}, {size}, {_SEED})")
      for kind, size in _INTEGERS),
    *((f"fnv_hash({kind}, int8) -> int8", f"rs_fnv_integer({{0}}, {size}, {{1}})")
      for kind, size in _INTEGERS),
)  # fmt: skip

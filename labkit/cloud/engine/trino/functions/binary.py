"""Binary, hash and encoding functions. Source: https://trino.io/docs/current/functions/binary.html"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import zlib
from collections.abc import Callable

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import entries, fail
from labkit.cloud.engine.trino.functions.xxhash import xxhash64

_HASHES = ("md5", "sha1", "sha256")

SCALARS = entries(
    *((f"{name}(varbinary) -> varbinary", f"unhex({name}({{0}}))") for name in _HASHES),
    ("sha512(varbinary) -> varbinary", "trino_sha512({0})"),
    *(
        (f"hmac_{name}(varbinary, varbinary) -> varbinary", f"trino_hmac({{0}}, {{1}}, '{name}')")
        for name in (*_HASHES, "sha512")
    ),
    ("xxhash64(varbinary) -> varbinary", "trino_xxhash64({0})"),
    ("murmur3(varbinary) -> varbinary", "trino_murmur3({0})"),
    ("crc32(varbinary) -> bigint", "trino_crc32({0})"),
    ("to_hex(varbinary) -> varchar", "hex({0})"),
    ("from_hex(varchar) -> varbinary", "trino_from_hex({0})"),
    ("from_hex(varbinary) -> varbinary", "trino_from_hex(decode({0}))"),
    ("to_base64(varbinary) -> varchar", "to_base64({0})"),
    ("from_base64(varchar) -> varbinary", "trino_decode('base64', {0})"),
    ("from_base64(varbinary) -> varbinary", "trino_decode('base64', decode({0}))"),
    ("to_base64url(varbinary) -> varchar", "translate(to_base64({0}), '+/', '-_')"),
    ("from_base64url(varchar) -> varbinary", "trino_decode('base64', translate({0}, '-_', '+/'))"),
    ("to_base32(varbinary) -> varchar", "trino_to_base32({0})"),
    ("from_base32(varchar) -> varbinary", "trino_decode('base32', {0})"),
    ("to_big_endian_32(integer) -> varbinary", "trino_pack('>i', {0})"),
    ("to_big_endian_64(bigint) -> varbinary", "trino_pack('>q', {0})"),
    ("from_big_endian_32(varbinary) -> integer", "CAST(trino_unpack('>i', {0}) AS INTEGER)"),
    ("from_big_endian_64(varbinary) -> bigint", "trino_unpack('>q', {0})"),
    ("to_ieee754_32(real) -> varbinary", "trino_pack_float('>f', {0})"),
    ("to_ieee754_64(double) -> varbinary", "trino_pack_float('>d', {0})"),
    ("from_ieee754_32(varbinary) -> real", "CAST(trino_unpack_float('>f', {0}) AS FLOAT)"),
    ("from_ieee754_64(varbinary) -> double", "trino_unpack_float('>d', {0})"),
    ("substr(varbinary, bigint) -> varbinary", "trino_bytes({0}, {1}, 2147483647)"),
    ("substr(varbinary, bigint, bigint) -> varbinary", "trino_bytes({0}, {1}, {2})"),
    ("lpad(varbinary, bigint, varbinary) -> varbinary", "trino_pad_bytes({0}, {1}, {2}, true)"),
    ("rpad(varbinary, bigint, varbinary) -> varbinary", "trino_pad_bytes({0}, {1}, {2}, false)"),
)


def _from_hex(text: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except (binascii.Error, ValueError):
        fail(f"Invalid input for hex digit: {text}")


_DECODERS: dict[str, tuple[Callable[[str], bytes], int]] = {
    "base64": (lambda text: base64.b64decode(text, validate=True), 4),
    "base32": (base64.b32decode, 8),
}


def _from_base(kind: str, text: str) -> bytes:
    decode, block = _DECODERS[kind]
    try:
        return decode(text + "=" * (-len(text) % block))
    except ValueError:
        fail(f"Invalid {kind} input: {text}")


def _pack(layout: str, value: float) -> bytes:
    return struct.pack(layout, value)


def _unpack_with(layout: str, data: bytes) -> float:
    if len(data) != struct.calcsize(layout):
        fail(f"expected {struct.calcsize(layout)}-byte input, but got instead: {len(data)}")
    found: float = struct.unpack(layout, data)[0]
    return found


def _bytes(data: bytes, start: int, length: int) -> bytes:
    if start == 0 or -start > len(data) or length <= 0:
        return b""
    first = start - 1 if start > 0 else len(data) + start
    return data[first : first + length]


def _pad_bytes(data: bytes, size: int, padding: bytes, left: bool) -> bytes:
    if not padding:
        fail("Padding bytes must not be empty")
    if not 0 <= size < 1 << 31:
        fail("Target length must be in the range [0..2147483647]")
    missing = size - len(data)
    if missing <= 0:
        return data[:size]
    fill = (padding * (missing // len(padding) + 1))[:missing]
    return fill + data if left else data + fill


UDFS = (
    Udf("trino_sha512", lambda data: hashlib.sha512(data).digest(), ("BLOB",), "BLOB"),
    Udf(
        "trino_hmac",
        lambda data, key, name: hmac.digest(key, data, name),
        ("BLOB", "BLOB", "VARCHAR"),
        "BLOB",
    ),
    Udf("trino_xxhash64", lambda data: xxhash64(data).to_bytes(8, "big"), ("BLOB",), "BLOB"),
    Udf("trino_crc32", lambda data: zlib.crc32(data), ("BLOB",), "BIGINT"),
    Udf("trino_from_hex", _from_hex, ("VARCHAR",), "BLOB"),
    Udf("trino_decode", _from_base, ("VARCHAR", "VARCHAR"), "BLOB"),
    Udf("trino_to_base32", lambda data: base64.b32encode(data).decode(), ("BLOB",), "VARCHAR"),
    Udf("trino_pack", _pack, ("VARCHAR", "BIGINT"), "BLOB"),
    Udf("trino_unpack", _unpack_with, ("VARCHAR", "BLOB"), "BIGINT"),
    Udf("trino_pack_float", _pack, ("VARCHAR", "DOUBLE"), "BLOB"),
    Udf("trino_unpack_float", _unpack_with, ("VARCHAR", "BLOB"), "DOUBLE"),
    Udf("trino_bytes", _bytes, ("BLOB", "BIGINT", "BIGINT"), "BLOB"),
    Udf("trino_pad_bytes", _pad_bytes, ("BLOB", "BIGINT", "BLOB", "BOOLEAN"), "BLOB"),
)

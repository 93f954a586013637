"""xxHash64, the hash that Trino's ``xxhash64`` gives.

Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
"""

from __future__ import annotations

from labkit.cloud.engine.trino.functions.murmur import MASK, rotate

_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def xxhash64(data: bytes) -> int:
    """The hash with seed 0.

    >>> hex(xxhash64(b""))
    '0xef46db3751d8e999'
    """
    size, at = len(data), len(data) // 32 * 32
    total = (_stripes(data[:at]) if at else _P5) + size & MASK
    while at + 8 <= size:
        total = rotate(total ^ _round(0, _read(data, at, 8)), 27) * _P1 + _P4 & MASK
        at += 8
    if at + 4 <= size:
        total = rotate(total ^ _read(data, at, 4) * _P1 & MASK, 23) * _P2 + _P3 & MASK
        at += 4
    for byte in data[at:]:
        total = rotate(total ^ byte * _P5 & MASK, 11) * _P1 & MASK
    return _avalanche(total)


def _stripes(data: bytes) -> int:
    lanes = [_P1 + _P2 & MASK, _P2, 0, -_P1 & MASK]
    for at in range(0, len(data), 32):
        lanes = [_round(lane, _read(data, at + 8 * i, 8)) for i, lane in enumerate(lanes)]
    total = sum(rotate(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True)) & MASK
    for lane in lanes:
        total = (total ^ _round(0, lane)) * _P1 + _P4 & MASK
    return total


def _round(lane: int, value: int) -> int:
    return rotate(lane + value * _P2 & MASK, 31) * _P1 & MASK


def _read(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _avalanche(total: int) -> int:
    total = (total ^ total >> 33) * _P2 & MASK
    total = (total ^ total >> 29) * _P3 & MASK
    return total ^ total >> 32

"""MurmurHash3 of 128 bits, the hash that Trino's ``murmur3`` and set digests give.

Source: https://github.com/airlift/slice/blob/master/src/main/java/io/airlift/slice/Murmur3Hash128.java
"""

from __future__ import annotations

MASK = (1 << 64) - 1
_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


def murmur3(data: bytes) -> tuple[int, int]:
    """The two halves of the hash with seed 0.

    >>> "".join(half.to_bytes(8, "little").hex() for half in murmur3(b"hashme"))
    '93192fe805be23041c8318f67ec4f2bc'
    """
    one, two, whole = 0, 0, len(data) // 16 * 16
    for at in range(0, whole, 16):
        low, high = _words(data[at : at + 16])
        one = (rotate(one ^ _first(low), 27) + two & MASK) * 5 + 0x52DCE729 & MASK
        two = (rotate(two ^ _second(high), 31) + one & MASK) * 5 + 0x38495AB5 & MASK
    low, high = _words(data[whole:].ljust(16, b"\0"))
    one, two = one ^ _first(low) ^ len(data), two ^ _second(high) ^ len(data)
    one = one + two & MASK
    two = two + one & MASK
    one, two = _mix(one), _mix(two)
    one = one + two & MASK
    return one, two + one & MASK


def _words(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[:8], "little"), int.from_bytes(data[8:], "little")


def _first(word: int) -> int:
    return rotate(word * _C1 & MASK, 31) * _C2 & MASK


def _second(word: int) -> int:
    return rotate(word * _C2 & MASK, 33) * _C1 & MASK


def rotate(value: int, by: int) -> int:
    """64 bits turned to the left."""
    return (value << by | value >> (64 - by)) & MASK


def _mix(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return value ^ value >> 33

"""FarmHash's Fingerprint64, whose results never change.

Source: ``farmhashna`` in https://github.com/google/farmhash/blob/master/src/farmhash.cc
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_Pair = tuple[int, int]


def fingerprint(data: bytes) -> int:
    """The 64 bits as a signed number.

    >>> fingerprint(b"Amazon Redshift")
    8085098817162212970
    """
    found = _hash(data)
    return found - (1 << 64) if found >> 63 else found


def _hash(data: bytes) -> int:
    if len(data) <= 16:
        return _to_16(data)
    if len(data) <= 32:
        return _to_32(data)
    return _to_64(data) if len(data) <= 64 else _long(data)


def _word(data: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _rotate(value: int, bits: int) -> int:
    value &= _MASK
    return (value >> bits | value << (64 - bits)) & _MASK


def _mixed(value: int) -> int:
    value &= _MASK
    return value ^ value >> 47


def _joined(u: int, v: int, factor: int) -> int:
    a = _mixed((u ^ v) * factor)
    return _mixed((v ^ a) * factor) * factor & _MASK


def _to_16(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2
    if size >= 8:
        a, b = _word(data, 0) + _K2, _word(data, size - 8)
        c, d = _rotate(b, 37) * factor + a, (_rotate(a, 25) + b) * factor
        return _joined(c & _MASK, d & _MASK, factor)
    if size >= 4:
        return _joined(size + (_word(data, 0, 4) << 3), _word(data, size - 4, 4), factor)
    if size:
        y, z = data[0] + (data[size >> 1] << 8), size + (data[-1] << 2)
        return _mixed(y * _K2 ^ z * _K0) * _K2 & _MASK
    return _K2


def _to_32(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2
    a, b = _word(data, 0) * _K1, _word(data, 8)
    c, d = _word(data, size - 8) * factor, _word(data, size - 16) * _K2
    left = _rotate(a + b, 43) + _rotate(c, 30) + d
    return _joined(left & _MASK, a + _rotate(b + _K2, 18) + c & _MASK, factor)


def _to_64(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2
    a, b = _word(data, 0) * _K2, _word(data, 8)
    c, d = _word(data, size - 8) * factor, _word(data, size - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d & _MASK
    z = _joined(y, a + _rotate(b + _K2, 18) + c & _MASK, factor)
    e, f = _word(data, 16) * factor, _word(data, 24)
    g, h = (y + _word(data, size - 32)) * factor, (z + _word(data, size - 24)) * factor
    left = _rotate(e + f, 43) + _rotate(g, 30) + h
    return _joined(left & _MASK, e + _rotate(f + a, 18) + g & _MASK, factor)


def _weak(data: bytes, at: int, a: int, b: int) -> _Pair:
    """Four words of the data and two seeds as two words."""
    w, x, y, z = (_word(data, at + 8 * each) for each in range(4))
    a += w
    b = _rotate(b + a + z, 21)
    c = a + x + y
    return c + z & _MASK, b + _rotate(c, 44) + a & _MASK


def _long(data: bytes) -> int:
    last = (len(data) - 1) // 64 * 64
    x, y = (81 * _K2 + _word(data, 0)) & _MASK, (81 * _K1 + 113) & _MASK
    z = _mixed(y * _K2 + 113) * _K2 & _MASK
    v: _Pair = (0, 0)
    w: _Pair = (0, 0)
    for at in range(0, last, 64):
        x, y, z, v, w = _round(data, at, (x, y, z), v, w, _K1, (1, 1))
    factor, at, rest = _K1 + ((z & 0xFF) << 1), len(data) - 64, (len(data) - 1) & 63
    w = (w[0] + rest, w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x, y, z, v, w = _round(data, at, (x, y, z), v, w, factor, (9, 9))
    left = _joined(v[0], w[0], factor) + _mixed(y) * _K0 + z
    return _joined(left & _MASK, _joined(v[1], w[1], factor) + x & _MASK, factor)


def _round(
    data: bytes, at: int, state: tuple[int, int, int], v: _Pair, w: _Pair, factor: int, by: _Pair
) -> tuple[int, int, int, _Pair, _Pair]:
    x, y, z = state
    x = _rotate(x + y + v[0] + _word(data, at + 8), 37) * factor
    y = _rotate(y + v[1] + _word(data, at + 48), 42) * factor
    x ^= w[1] * by[0]
    y += v[0] * by[1] + _word(data, at + 40)
    z = _rotate(z + w[0], 33) * factor
    v = _weak(data, at, v[1] * factor, x + w[0])
    w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
    return z & _MASK, y & _MASK, x & _MASK, v, w

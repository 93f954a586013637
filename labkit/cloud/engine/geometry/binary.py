"""Geometries as well-known binary, plain or extended: little-endian as written, either way as read.

An extended one says its reference system after a kind with a mark.
Source: https://www.ogc.org/standard/sfa/ (8.2) and
https://postgis.net/docs/using_postgis_dbmanagement.html#EWKB_EWKT
"""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.geometry.shapes import KINDS, MIXED, NotHere, NotRead, Shape

_BY_CODE = {kind.code: name for name, kind in KINDS.items()}
_EXTENDED = 0x20000000


def write(shape: Shape) -> bytes:
    """The bytes; extended where the shape has a reference system."""
    code = KINDS[shape.kind].code
    if shape.srid:
        return struct.pack("<BII", 1, code | _EXTENDED, shape.srid) + _packed(shape)
    return struct.pack("<BI", 1, code) + _packed(shape)


def _packed(shape: Shape) -> bytes:
    if shape.kind == "POINT":
        return struct.pack("<2d", *(shape.positions or (math.nan, math.nan)))
    count = struct.pack("<I", len(shape.positions))
    if shape.is_several:
        return count + b"".join(write(replace(part, srid=0)) for part in shape.parts)
    inner = "POINT" if shape.kind == "LINESTRING" else "LINESTRING"
    return count + b"".join(_packed(Shape(inner, each)) for each in shape.positions)


def read(data: bytes) -> Shape:
    """The geometry of bytes.

    Raises:
        NotHere: it is of a kind that is not here.
        NotRead: they are no well-known binary.
    """
    reader = _Reader(data)
    try:
        found = reader.shape()
    except struct.error as error:
        raise NotRead(str(error)) from None
    if reader.at != len(data):
        raise NotRead(f"{len(data) - reader.at} bytes too many")
    return found


class _Reader:
    """Reads a geometry's bytes from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.order = data, 0, "<"

    def take(self, layout: str) -> Any:
        found = struct.unpack_from(self.order + layout, self.data, self.at)
        self.at += struct.calcsize(self.order + layout)
        return found if len(found) > 1 else found[0]

    def shape(self) -> Shape:
        self.order = "<" if self.take("B") == 1 else ">"
        code = self.take("I")
        srid = self.take("I") if code & _EXTENDED else 0
        kind = _BY_CODE.get(code & ~_EXTENDED)
        if kind is None:
            raise NotHere(f"geometries of type {code & 0xFFFFFFF}")
        return Shape(kind, self.positions(kind), srid)

    def positions(self, kind: str) -> Any:
        if kind == "POINT":
            found = self.take("2d")
            return () if math.isnan(found[0]) else found
        count = self.take("I")
        if kind == MIXED:
            return tuple(self.shape() for _ in range(count))
        if kind.startswith("MULTI"):
            return tuple(self.shape().positions for _ in range(count))
        inner = "POINT" if kind == "LINESTRING" else "LINESTRING"
        return tuple(self.positions(inner) for _ in range(count))

"""Geometries as Esri's JSON, and as the bytes that Hive's spatial functions keep them in.

The bytes are a reference system, a kind by its number in well-known binary, and an Esri shape: its
type, box, parts, points. Shells run with the clock, holes against it. Sources:
https://developers.arcgis.com/documentation/common-data-types/geometry-objects.htm,
https://www.esri.com/content/dam/esrisites/sitecore-archive/Files/Pdfs/library/whitepapers/pdfs/shapefile.pdf
"""

from __future__ import annotations

import struct
from itertools import accumulate, pairwise
from typing import Any

from labkit.cloud.engine.geometry.shapes import KINDS, Line, NotHere, NotRead, Shape, signed_area

_HEADER = ">IB"
_TYPES = {"POINT": 1, "LINESTRING": 3, "POLYGON": 5, "MULTIPOINT": 8}
_BY_CODE = {kind.code: name for name, kind in KINDS.items()}


def of_json(found: dict[str, Any]) -> Shape:
    """The geometry of an object of Esri's JSON.

    Raises:
        NotRead: it is none.
    """
    system = found.get("spatialReference") or {}
    try:
        srid = int(system.get("wkid") or 0)
        if "x" in found:
            return Shape("POINT", (float(found["x"]), float(found["y"])), srid)
        if "points" in found:
            return Shape("MULTIPOINT", _line(found["points"]), srid)
        if "paths" in found:
            return _single("MULTILINESTRING", tuple(map(_line, found["paths"])), srid)
        return _single("MULTIPOLYGON", _polygons(tuple(map(_line, found["rings"]))), srid)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise NotRead(f"no geometry of Esri's: {error}") from None


def write(shape: Shape) -> bytes:
    """The bytes of a geometry that is no collection of several kinds."""
    head = struct.pack(_HEADER, shape.srid, KINDS[shape.kind].code)
    if shape.kind == "POINT":
        return head + struct.pack("<i2d", 1, *shape.positions)
    parts = shape.rings or shape.lines or (shape.points,)
    points = [p for part in parts for p in part]
    kind = _TYPES.get(shape.kind) or _TYPES[shape.kind.removeprefix("MULTI")]
    body = struct.pack("<i4d", kind, *shape.box)
    if kind == _TYPES["MULTIPOINT"]:
        body += struct.pack("<i", len(points))
    else:
        starts = list(accumulate((len(part) for part in parts), initial=0))[:-1]
        body += struct.pack(f"<2i{len(parts)}i", len(parts), len(points), *starts)
    return head + body + b"".join(struct.pack("<2d", *p) for p in points)


def read(data: bytes) -> Shape:
    """The geometry of such bytes.

    Raises:
        NotHere: it is of a kind that is not here.
        NotRead: they are no such bytes.
    """
    try:
        (_, code), (kind,) = struct.unpack_from(_HEADER, data), struct.unpack_from("<i", data, 5)
        if kind not in _TYPES.values() or code not in _BY_CODE:
            raise NotHere(f"shapes of type {kind}")
        if kind == _TYPES["POINT"]:
            return Shape("POINT", struct.unpack_from("<2d", data, 9))
        if kind == _TYPES["MULTIPOINT"]:
            (count,) = struct.unpack_from("<i", data, 41)
            return Shape("MULTIPOINT", _points(data, 45, count))
        parts, count = struct.unpack_from("<2i", data, 41)
        starts = (*struct.unpack_from(f"<{parts}i", data, 49), count)
        points = _points(data, 49 + 4 * parts, count)
    except struct.error as error:
        raise NotRead(str(error)) from None
    lines = tuple(points[a:b] for a, b in pairwise(starts))
    several = "MULTILINESTRING" if kind == _TYPES["LINESTRING"] else "MULTIPOLYGON"
    if not _BY_CODE[code].startswith("MULTI"):
        return _single(several, lines if kind == 3 else _polygons(lines), 0)
    return Shape(several, lines if kind == 3 else _polygons(lines))


def _points(data: bytes, at: int, count: int) -> Line:
    flat = struct.unpack_from(f"<{2 * count}d", data, at)
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def _line(positions: Any) -> Line:
    return tuple((float(each[0]), float(each[1])) for each in positions)


def _polygons(rings: tuple[Line, ...]) -> tuple[tuple[Line, ...], ...]:
    """Each shell with the holes behind it."""
    found: list[tuple[Line, ...]] = []
    for ring in rings:
        closed = ring if ring[0] == ring[-1] else (*ring, ring[0])
        if found and signed_area(closed) > 0:
            found[-1] += (closed,)
        else:
            found.append((closed,))
    return tuple(found)


def _single(kind: str, positions: tuple[Any, ...], srid: int) -> Shape:
    """Several lines or polygons, or the one that there is."""
    if len(positions) == 1:
        return Shape(kind.removeprefix("MULTI"), positions[0], srid)
    return Shape(kind, positions, srid)

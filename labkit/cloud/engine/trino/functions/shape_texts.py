"""Geometries as well-known binary, as Hadoop's shapes, as GeoJSON and as encoded polylines.

Sources: https://trino.io/docs/current/functions/geospatial.html, GeometryUtils of trinodb/trino and
https://developers.google.com/maps/documentation/utilities/polylinealgorithm
"""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry import binary, esri
from labkit.cloud.engine.geometry.shapes import MIXED, NotHere, NotRead, Shape
from labkit.cloud.engine.geometry.texts import geojson, of_geojson
from labkit.cloud.engine.trino.functions.documents import java_double
from labkit.cloud.engine.trino.functions.entry import entries, fail
from labkit.cloud.engine.trino.functions.shapes import number, of_kind, read, refuse, write

SCALARS = entries(
    ("ST_AsBinary(geometry) -> varbinary", "trino_st_asbinary({0})"),
    ("ST_GeomFromBinary(varbinary) -> geometry", "trino_st_geomfrombinary({0})"),
    ("geometry_from_hadoop_shape(varbinary) -> geometry", "trino_st_geomfromhadoop({0})"),
    ("ST_GeomFromLegacyBinary(varbinary) -> geometry", "trino_st_geomfromhadoop({0})"),
    ("ST_GeomAsLegacyBinary(geometry) -> varbinary", "trino_st_ashadoop({0})"),
    ("to_geojson_geometry(sphericalgeography) -> varchar", "trino_to_geojson({0})"),
    ("to_geojson_geometry(geometry) -> varchar", "trino_to_geojson({0})"),
    ("from_geojson_geometry(varchar) -> sphericalgeography", "trino_from_geojson({0})"),
    ("to_encoded_polyline(geometry) -> varchar", "trino_to_polyline({0})"),
    ("from_encoded_polyline(varchar) -> geometry", "trino_from_polyline({0})"),
)
_CRS = '"crs":{"type":"name","properties":{"name":"EPSG:0"}}'


def _from_bytes(data: bytes) -> str:
    try:
        found = binary.read(data)
    except NotRead:
        fail("Invalid WKB")
    return write(found.oriented)


def _from_hadoop(data: bytes) -> str:
    try:
        found = esri.read(data)
    except NotHere as error:
        refuse(str(error))
    except NotRead:
        fail("Hadoop shape input is too short")
    return write(found.oriented)


def _to_hadoop(text: str) -> bytes:
    shape = read(text)
    if shape.kind == MIXED or not shape.vertices:
        refuse("the Hadoop shape of a collection or of an empty geometry")
    return esri.write(shape.turned if shape.dimension == 2 else shape)


def _to_geojson(text: str) -> str:
    """The rings of polygons run the other way round, as ST_Points gives them."""
    shape = read(text)
    if shape.kind == MIXED and not all(part.vertices for part in (shape, *shape.parts)):
        refuse("the GeoJSON of a collection with empty parts")
    more = f",{_CRS}" if shape.vertices else ""
    return geojson(shape.turned if shape.dimension == 2 else shape, _ordinate, more)


def _ordinate(value: float) -> str:
    """Eight digits after the point at most; very small and large numbers as Java prints them."""
    if abs(value) < 1e-3 or value >= 1e7:
        return java_double(value)
    return number(float(Decimal(value).quantize(Decimal("1e-8"), ROUND_HALF_EVEN)))


def _from_geojson(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError as error:
        fail(f"Invalid GeoJSON: {error}")
    if not isinstance(found, dict) or "type" not in found:
        words = "Could not parse Geometry from Json string.  No 'type' property found."
        fail(f"Invalid GeoJSON: {words}")
    try:
        return write(of_geojson(found).oriented)
    except NotHere:
        fail(f"GeoJSON of type {found['type']} is not supported here", "NOT_SUPPORTED")
    except NotRead:
        fail("Invalid GeoJSON: Could not parse Geometry from GeoJson string.")


# Polylines


def _to_polyline(text: str) -> str:
    """Each point by how far it is from the one before, latitude first, in 1e-5 degrees."""
    shape = of_kind("to_encoded_polyline", read(text), "LINESTRING", "MULTIPOINT")
    places = [(0, 0), *((_whole(y), _whole(x)) for x, y in shape.vertices)]
    steps = (b[axis] - a[axis] for a, b in pairwise(places) for axis in (0, 1))
    return "".join(map(_encoded, steps))


def _whole(degrees: float) -> int:
    return int((degrees * 1e5 + 0.5) // 1)


def _encoded(step: int) -> str:
    left, letters = ~(step << 1) if step < 0 else step << 1, ""
    while left >= 0x20:
        letters += chr((left & 0x1F | 0x20) + 63)
        left >>= 5
    return letters + chr(left + 63)


def _from_polyline(text: str) -> str:
    steps, value, shift = [], 0, 0
    for letter in text:
        part = ord(letter) - 63
        value |= (part & 0x1F) << shift
        shift += 5
        if part < 0x20:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(steps) % 2:
        fail("Input is not a valid encoded polyline")
    points, latitude, longitude = [], 0, 0
    for down, across in zip(steps[::2], steps[1::2], strict=True):
        latitude, longitude = latitude + down, longitude + across
        points.append((longitude * 1e-5, latitude * 1e-5))
    return write(Shape("LINESTRING", tuple(points) if len(points) > 1 else ()))


_TEXT = ("VARCHAR",)
UDFS = (
    Udf("trino_st_asbinary", lambda text: binary.write(read(text)), _TEXT, "BLOB"),
    Udf("trino_st_geomfrombinary", _from_bytes, ("BLOB",), "VARCHAR"),
    Udf("trino_st_ashadoop", _to_hadoop, _TEXT, "BLOB"),
    Udf("trino_st_geomfromhadoop", _from_hadoop, ("BLOB",), "VARCHAR"),
    Udf("trino_to_geojson", _to_geojson, _TEXT, "VARCHAR"),
    Udf("trino_from_geojson", _from_geojson, _TEXT, "VARCHAR"),
    Udf("trino_to_polyline", _to_polyline, _TEXT, "VARCHAR"),
    Udf("trino_from_polyline", _from_polyline, _TEXT, "VARCHAR"),
)

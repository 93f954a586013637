"""Bing tiles: squares of the world's map, four in each at the next zoom, kept as their quadkeys.

Sources: https://trino.io/docs/current/functions/geospatial.html#bing-tiles and
https://learn.microsoft.com/en-us/bingmaps/articles/bing-maps-tile-system
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.geometry.exact import boxes_apart
from labkit.cloud.engine.geometry.relations import holds
from labkit.cloud.engine.geometry.shapes import Box, Point, Shape, point
from labkit.cloud.engine.trino.functions.entry import entries, fail
from labkit.cloud.engine.trino.functions.shapes import read, write
from labkit.cloud.engine.trino.functions.sphere import above, beside, great_circle

_PIXELS, _ZOOMS, _MOST, _BY_ZOOM = 256, 23, 1_000_000, 10
_ADVICE = "please use a lower zoom level, or the geometry's bounding box by ST_Envelope"
_LATITUDE, _LONGITUDE = 85.05112878, 180.0

Segment = tuple[Point, Point]

SCALARS = entries(
    ("bing_tile(integer, integer, integer) -> bingtile", "trino_tile({0}, {1}, {2})"),
    ("bing_tile(varchar) -> bingtile", "trino_tile_of({0})"),
    ("bing_tile_at(double, double, integer) -> bingtile", "trino_tile_at({0}, {1}, {2})"),
    (
        "bing_tiles_around(double, double, integer) -> array(bingtile)",
        "trino_tiles_around({0}, {1}, {2})",
    ),
    (
        "bing_tiles_around(double, double, integer, double) -> array(bingtile)",
        "trino_tiles_within({0}, {1}, {2}, {3})",
    ),
    ("geometry_to_bing_tiles(geometry, integer) -> array(bingtile)", "trino_tiles_of({0}, {1})"),
    (
        "bing_tile_coordinates(bingtile) -> row(x integer, y integer)",
        "struct_pack(x := trino_tile_place({0})[1], y := trino_tile_place({0})[2])",
    ),
    ("bing_tile_quadkey(bingtile) -> varchar", "({0})"),
    ("bing_tile_zoom_level(bingtile) -> tinyint", "CAST(length({0}) AS TINYINT)"),
    ("bing_tile_polygon(bingtile) -> geometry", "trino_tile_polygon({0})"),
)


def _key(x: int, y: int, zoom: int) -> str:
    _check_zoom(zoom)
    if not (0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
        least = f"XY coordinates for a Bing tile at zoom level {zoom}"
        fail(f"{least} must be within [0, {1 << zoom}) range")
    digits = ((x >> at & 1) + 2 * (y >> at & 1) for at in reversed(range(zoom)))
    return "".join(map(str, digits))


def _check_zoom(zoom: int) -> None:
    if zoom <= 0:
        fail("Zoom level must be > 0")
    if zoom > _ZOOMS:
        fail(f"Zoom level must be <= {_ZOOMS}")


def _of(key: str) -> str:
    if not key:
        fail("QuadKey must not be empty string")
    if len(key.encode()) > _ZOOMS:
        fail(f"QuadKey must be {_ZOOMS} characters or less")
    if not re.fullmatch("[0-3]*", key):
        fail(f"Invalid QuadKey digit sequence: {key}")
    return key


def _place(key: str) -> list[int]:
    """A tile's column and row."""
    return [int("".join(str(int(d) >> bit & 1) for d in key) or "0", 2) for bit in (0, 1)]


def _column_and_row(latitude: float, longitude: float, zoom: int) -> tuple[int, int]:
    for name, value, most in (
        ("Latitude", latitude, _LATITUDE),
        ("Longitude", longitude, _LONGITUDE),
    ):
        if not -most <= value <= most:
            fail(f"{name} must be between -{most} and {most}")
    _check_zoom(zoom)
    return _tile((longitude + 180) / 360, zoom), _tile(_down(latitude), zoom)


def _down(latitude: float) -> float:
    sine = math.sin(latitude * math.pi / 180)
    return 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def _tile(part: float, zoom: int) -> int:
    pixels = _PIXELS << zoom
    return int(min(max(part * pixels, 0), pixels - 1)) // _PIXELS


def _at(latitude: float, longitude: float, zoom: int) -> str:
    return _key(*_column_and_row(latitude, longitude, zoom), zoom)


def _around(latitude: float, longitude: float, zoom: int) -> list[str]:
    """The tile there and those at its sides and corners."""
    x, y = _column_and_row(latitude, longitude, zoom)
    last = (1 << zoom) - 1
    return [
        _key(column, row, zoom)
        for column in range(max(0, x - 1), min(last, x + 1) + 1)
        for row in range(max(0, y - 1), min(last, y + 1) + 1)
    ]


def _within(latitude: float, longitude: float, zoom: int, radius: float) -> list[str]:
    """The tiles that a circle needs: the cross through its middle, then what is in its corners.

    Source: bingTilesAround of Trino's BingTileFunctions
    """
    x, y = _column_and_row(latitude, longitude, zoom)
    if not radius >= 0:
        fail("Radius must be >= 0")
    if radius > 1000:
        fail("Radius must be <= 1,000 km")
    west, east = (beside(latitude, longitude, radius, way, _LONGITUDE) for way in (270, 90))
    left, right = (_tile((each + 180) / 360, zoom) for each in (west, east))
    north, south = (above(latitude, radius, way, _LATITUDE) for way in (0, 180))
    top, bottom = (_tile(_down(each), zoom) for each in (north, south))
    size = 1 << zoom
    wide = (right + size - left + 1) if right < left else right - left + 1
    _check_count(wide * (bottom - top + 1), radius, zoom)
    found = [((left + at) % size, y) for at in range(wide)]
    found += [(x, row) for row in range(top, bottom + 1) if row != y]
    rows = range(top, y), range(bottom, y, -1)
    for first, step in ((right, -1), (left, 1)):
        column = first
        while column != x:
            for lower, run in zip((1, 0), rows, strict=True):
                corner = (column + (step > 0), lower)
                near = (
                    row for row in run if _is_near(corner, row, zoom, latitude, longitude, radius)
                )
                start = next(near, None)
                if start is not None:
                    found += [(column, row) for row in range(start, run.stop, run.step)]
            column = (column + step) % size
    return [_key(*each, zoom) for each in found]


def _is_near(
    corner: tuple[int, int], row: int, zoom: int, latitude: float, longitude: float, radius: float
) -> bool:
    east, north = _corner(corner[0], row + corner[1], zoom)
    return great_circle(latitude, longitude, north, east) <= radius


def _check_count(count: int, radius: float, zoom: int) -> None:
    if count > _MOST:
        words = "The number of tiles covering input rectangle exceeds the limit of 1M"
        fail(f"{words}. Number of tiles: {count}. Radius: {radius:.1f} km. Zoom level: {zoom}.")


def _covering(text: str, zoom: int) -> list[str]:
    """The tiles that a geometry meets, column by column; of a rectangle none that it only touches.

    Source: geometryToBingTiles of Trino's BingTileFunctions
    """
    shape = read(text)
    _check_zoom(zoom)
    if not shape.vertices:
        return []
    left, low, right, high = shape.box
    for name, least, greatest, most in (
        ("Latitude", low, high, _LATITUDE),
        ("Longitude", left, right, _LONGITUDE),
    ):
        if least < -most or greatest > most:
            fail(f"{name} span for the geometry must be in [-{most:.2f}, {most:.2f}] range")
    first, (column, row) = _column_and_row(high, left, zoom), _column_and_row(low, right, zoom)
    corner = _corner(column, row, zoom)
    columns = range(first[0], column + (corner[0] != right))
    rows = range(first[1], row + (corner[1] != low))
    plain = shape.kind == "POINT" or _is_rectangle(shape)
    count = len(columns) * len(rows)
    if count > _MOST or (not plain and count * len(shape.vertices) > 25 * _MOST):
        fail("The zoom level is too high or the geometry is too complex: " + _ADVICE)
    found = (
        product(columns, rows)
        if plain
        else _meeting(shape, list(shape.segments), columns, rows, zoom)
    )
    # Beyond this zoom the tiles of each tile of this zoom stand together, large ones first split.
    shift = 0 if plain else max(0, zoom - _BY_ZOOM)
    order = None if not shift else lambda tile: (tile[0] >> shift, tile[1] >> shift)
    return [_key(x, y, zoom) for x, y in sorted(found, key=order)]


def _is_rectangle(shape: Shape) -> bool:
    left, low, right, high = shape.box
    return (
        shape.kind == "POLYGON"
        and len(shape.vertices) == 5
        and set(shape.vertices) == set(product((left, right), (low, high)))
    )


def _meeting(
    shape: Shape,
    segments: list[Segment],
    columns: range,
    rows: range,
    zoom: int,
    tile: tuple[int, int, int] = (0, 0, 0),
) -> Iterator[tuple[int, int]]:
    """Those tiles of a zoom under one tile that meet a geometry."""
    x, y, own = tile
    size = 1 << zoom - own
    xs = range(max(columns.start, x * size), min(columns.stop, (x + 1) * size))
    ys = range(max(rows.start, y * size), min(rows.stop, (y + 1) * size))
    if not (xs and ys):
        return
    box = _square(x, y, own).box
    near = [each for each in segments if _cuts(each, box)]
    crossed = near or any(_holds(box, each) for each in shape.points)
    if not crossed and not any(
        holds("intersects", part, point(*box[:2])) for part in shape.parts if part.dimension == 2
    ):
        return
    if size == 1 or not crossed:
        yield from product(xs, ys)
        return
    for right, down in product((0, 1), repeat=2):
        child = (2 * x + right, 2 * y + down, own + 1)
        yield from _meeting(shape, near, columns, rows, zoom, child)


def _holds(box: Box, at: Point) -> bool:
    return box[0] <= at[0] <= box[2] and box[1] <= at[1] <= box[3]


def _cuts(segment: Segment, box: Box) -> bool:
    """Whether a segment has a point in a box: neither a side nor the segment's line parts them."""
    (ax, ay), (bx, by) = segment
    if boxes_apart((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)), box):
        return False
    x, y, dx, dy = map(Fraction, (ax, ay, bx, by))
    sides = [
        (dx - x) * (Fraction(down) - y) - (dy - y) * (Fraction(across) - x)
        for across, down in product((box[0], box[2]), (box[1], box[3]))
    ]
    return min(sides) <= 0 <= max(sides)


def _polygon(key: str) -> str:
    x, y = _place(key)
    return write(_square(x, y, len(key)))


def _square(x: int, y: int, zoom: int) -> Shape:
    (left, top), (right, low) = _corner(x, y, zoom), _corner(x + 1, y + 1, zoom)
    ring = ((left, low), (right, low), (right, top), (left, top), (left, low))
    return Shape("POLYGON", (ring,))


def _corner(x: int, y: int, zoom: int) -> tuple[float, float]:
    """The upper left corner's longitude and latitude."""
    size = _PIXELS << zoom
    across = min(max(x * _PIXELS, 0), size) / size - 0.5
    up = 0.5 - min(max(y * _PIXELS, 0), size) / size
    return 360 * across, 90 - 360 * math.atan(math.exp(-up * 2 * math.pi)) / math.pi


def _shown(key: str) -> str:
    x, y = _place(key)
    return json.dumps({"x": x, "y": y, "zoom": len(key)}, separators=(",", ":"))


_WHERE = ("DOUBLE", "DOUBLE", "INTEGER")
UDFS = (
    Udf("trino_tile", _key, ("INTEGER",) * 3, "VARCHAR"),
    Udf("trino_tile_of", _of, ("VARCHAR",), "VARCHAR"),
    Udf("trino_tile_at", _at, _WHERE, "VARCHAR"),
    Udf("trino_tiles_around", _around, _WHERE, "VARCHAR[]"),
    Udf("trino_tiles_within", _within, (*_WHERE, "DOUBLE"), "VARCHAR[]"),
    Udf("trino_tiles_of", _covering, ("VARCHAR", "INTEGER"), "VARCHAR[]"),
    Udf("trino_tile_place", _place, ("VARCHAR",), "INTEGER[]"),
    Udf("trino_tile_polygon", _polygon, ("VARCHAR",), "VARCHAR"),
    Udf("trino_tile_text", _shown, ("VARCHAR",), "VARCHAR"),
)

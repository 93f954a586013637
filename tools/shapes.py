"""The maps' shapes, made from three packages of the npm registry.

``world-atlas`` 2.0.2 and ``us-atlas`` 3.0.1 (ISC; the shapes are Natural Earth's and the U.S.
Census Bureau's, both in the public domain) and ``i18n-iso-countries`` (MIT) for the codes and
names. Unpack them side by side, then: ``python -m tools.shapes FOLDER``. Borders are simplified
arc by arc, so that neighbours still meet.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "labkit/cloud/quicksight/render/geo/shapes.json"
Point = tuple[float, float]
Ring = list[Point]


def main(folder: Path) -> None:
    world = _read(folder, "world-atlas*/package/countries-110m.json")
    small = _read(folder, "world-atlas*/package/countries-50m.json")
    flat = _read(folder, "us-atlas*/package/states-albers-10m.json")
    round_ = _read(folder, "us-atlas*/package/states-10m.json")
    codes = {row[2]: row[:2] for row in _read(folder, "iso*/package/codes.json")}
    names = _read(folder, "iso*/package/langs/en.json")["countries"]
    countries = _shapes(world, "countries", tolerance=0.12, digits=2)
    known = {each["id"] for each in countries}
    dots = [each for each in _shapes(small, "countries", 0.3, 2) if each["id"] not in known]
    for each in countries + dots:
        each["codes"] = codes.get(each["id"], [])
        each["names"] = _names(each, names)
    for each in dots:
        each["rings"] = []
    lower = {each["id"]: each for each in _shapes(flat, "states", tolerance=0.6, digits=1)}
    states = [
        each | {"flat": lower[each["id"]]["rings"], "at_flat": lower[each["id"]]["at"]}
        for each in _shapes(round_, "states", tolerance=0.03, digits=2)
        if each["id"] in lower
    ]
    OUT.write_text(json.dumps({"countries": countries + dots, "states": states}, **_COMPACT))


_COMPACT: dict[str, Any] = {"separators": (",", ":"), "ensure_ascii": False}


def _read(folder: Path, pattern: str) -> Any:
    return json.loads(next(folder.glob(pattern)).read_text(encoding="utf-8"))


def _names(shape: dict[str, Any], names: dict[str, Any]) -> list[str]:
    known = names.get(shape["codes"][0], []) if shape["codes"] else []
    return sorted({shape["name"], *([known] if isinstance(known, str) else known)})


def _shapes(topology: Any, name: str, tolerance: float, digits: int) -> list[dict[str, Any]]:
    arcs = [_simple(_unpacked(arc, topology["transform"]), tolerance) for arc in topology["arcs"]]
    return [
        _shape(each, arcs, digits)
        for each in topology["objects"][name]["geometries"]
        if each["type"] in ("Polygon", "MultiPolygon")
    ]


def _shape(geometry: Any, arcs: list[Ring], digits: int) -> dict[str, Any]:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    whole = [_ring(ring, arcs) for polygon in polygons for ring in polygon]
    rings = [part for ring in whole for part in _cut(ring)]
    rings = [ring for ring in rings if len(ring) > 3] or rings
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    return {
        "id": geometry.get("id", ""),
        "name": geometry["properties"]["name"],
        "at": [round(each, digits) for each in _centre(largest)],
        "rings": [[round(at, digits) for point in ring for at in point] for ring in rings],
    }


def _unpacked(arc: list[list[int]], transform: Any) -> Ring:
    x, y, points = 0, 0, []
    (across, down), (left, top) = transform["scale"], transform["translate"]
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * across + left, y * down + top))
    return points


def _simple(points: Ring, tolerance: float) -> Ring:
    """Douglas and Peucker's: the fewest points that stay within the tolerance."""
    if len(points) < 3:
        return points
    distances = [_distance(point, points[0], points[-1]) for point in points[1:-1]]
    far = max(range(len(distances)), key=distances.__getitem__) + 1
    if distances[far - 1] <= tolerance:
        return [points[0], points[-1]]
    return _simple(points[: far + 1], tolerance)[:-1] + _simple(points[far:], tolerance)


def _distance(point: Point, start: Point, end: Point) -> float:
    run, rise = end[0] - start[0], end[1] - start[1]
    length = float((run * run + rise * rise) ** 0.5)
    if not length:
        return float(((point[0] - start[0]) ** 2 + (point[1] - start[1]) ** 2) ** 0.5)
    return abs(rise * (point[0] - start[0]) - run * (point[1] - start[1])) / length


def _ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


def _cut(ring: Ring) -> list[Ring]:
    """A ring that crosses the 180th meridian as one on either side of it."""
    if all(abs(a[0] - b[0]) < 180 for a, b in pairwise(ring)):
        return [ring]
    east = [(x + 360 if x < 0 else x, y) for x, y in ring]
    sides = _half(east, -1.0), [(x - 360, y) for x, y in _half(east, 1.0)]
    return [each for each in sides if len(each) > 3]


def _half(ring: Ring, sign: float) -> Ring:
    """What of a ring lies east (1) or west (-1) of 180 degrees."""
    kept: Ring = []
    for a, b in pairwise(ring):
        if (a[0] - 180) * sign >= 0:
            kept.append(a)
        if (a[0] - 180) * (b[0] - 180) < 0:
            share = (180 - a[0]) / (b[0] - a[0])
            kept.append((180.0, a[1] + share * (b[1] - a[1])))
    return [*kept, kept[0]] if kept else []


def _area(ring: Ring) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def _centre(ring: Ring) -> Point:
    area = _area(ring)
    if not area:
        return ring[0]
    parts = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in pairwise(ring)]
    x = sum((a[0] + b[0]) * cross for a, b, cross in parts) / (6 * area)
    return x, sum((a[1] + b[1]) * cross for a, b, cross in parts) / (6 * area)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

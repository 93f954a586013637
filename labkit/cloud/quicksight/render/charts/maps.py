"""Maps: points, filled shapes and layers of them.

The map behind the marks holds countries and the United States' states alone; the original's streets
and relief are not drawn.
Sources: https://docs.aws.amazon.com/quicksight/latest/user/geospatial-charts.html and
https://docs.aws.amazon.com/quicksight/latest/user/filled-maps.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log, pi, radians, sqrt, tan
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection

from labkit.cloud.quicksight.render.charts.kpi import conditions
from labkit.cloud.quicksight.render.colors import ColorScale, mix, series_color
from labkit.cloud.quicksight.render.conditions import color_for
from labkit.cloud.quicksight.render.geo import (
    Ring,
    Shape,
    countries,
    folded,
    outlines,
    shapes_for,
    states,
)
from labkit.cloud.quicksight.render.labels import full
from labkit.cloud.quicksight.render.legend import color_legend, legend
from labkit.cloud.quicksight.render.registry import chart
from labkit.cloud.quicksight.render.scales import number, numbers
from labkit.cloud.quicksight.render.sketch import Sketch
from labkit.cloud.quicksight.visuals.model import Field

SMALL, LARGE = 5.0, 30.0
WORLD = (-180.0, -58.0, 180.0, 84.0)


@dataclass(frozen=True)
class Point:
    """A place and the row that stands there."""

    longitude: float
    latitude: float
    name: str
    row: dict[str, Any]


@chart("FilledMapVisual")
def filled_map(sketch: Sketch) -> None:
    data = sketch.data
    by, value = data.well("Geospatial")[0], next(iter(data.well("Values")), None)
    known = shapes_for(data.values(by))
    found = [(known.get(folded(row[by.id])), row) for row in data.records()]
    _tell_unknown(sketch, [full(row[by.id], by) for shape, row in found if shape is None])
    amounts = numbers(row[value.id] for _, row in found) if value and value.kind == "number" else []
    scale = ColorScale(sketch, amounts, None)
    if value and amounts:
        sketch = color_legend(sketch, scale, value)
    is_states = known is states()
    whole = outlines(known)
    rings = {
        id(each): each.flat if is_states else tuple(map(_projected_ring, each.rings))
        for each in whole
    }
    chosen = {id(shape): row for shape, row in found if shape}
    axes = _framed(
        sketch,
        [ring for each in whole for ring in rings[id(each)]]
        if is_states
        else _around(
            sketch, [rings[id(each)] or [[mercator(*each.at)]] for each, _ in found if each]
        ),
        upwards=not is_states,
    )
    for each in whole:
        row = chosen.get(id(each))
        if row is None and not each.rings:
            continue
        color = _filling(sketch, scale, value, row)
        edge = sketch.theme.background if row is None else sketch.theme.quiet
        _add_shape(axes, each, rings[id(each)], color, edge, flat=is_states)
        if row is not None:
            sketch.mark(
                axes.collections[-1],
                full(row[by.id], by),
                full(row[value.id], value) if value else None,
                [(by, row[by.id])],
            )


@chart("LayerMapVisual")
def layer_map(sketch: Sketch) -> None:
    layers = sketch.option("MapLayers", default=[])
    shown = [each for each in layers if each.get("Visibility") != "HIDDEN"]
    if any(each.get("DataSource") for each in shown):
        sketch.note(
            "Not drawn: a layer's own shapes from a file; the names of places are matched "
            "with countries and states."
        )
    if layers and not shown:
        sketch = sketch.within(sketch.box, data=replace(sketch.data, rows=[]))
    if len(shown) > 1:
        sketch.note(f"Not drawn: {len(shown) - 1} further layers, which have joins of their own.")
    others = [each for each in shown if each.get("LayerType") in ("POINT", "LINE")]
    if others and others == shown:
        geospatial_map(sketch)
        return
    filled_map(sketch)


@chart("GeospatialMapVisual")
def geospatial_map(sketch: Sketch) -> None:
    data = sketch.data
    color = next(iter(data.well("Colors")), None)
    value = next(iter(data.well("Values")), None)
    points = _points(sketch)
    keys = list(dict.fromkeys(each.row[color.id] for each in points)) if color else [None]
    field = color or value or data.fields[0]
    colors = {
        key: series_color(sketch, field, key, full(key, color) if color else "", at)
        for at, key in enumerate(keys)
    }
    if color and len(keys) > 1:
        sketch = legend(sketch, [(full(key, color), colors[key]) for key in keys], color.label)
    style = sketch.option("PointStyleOptions", "SelectedPointStyle", default="POINT")
    if style != "POINT":
        sketch.note(f"Not drawn: points as {style.lower()}s; each is drawn by itself.")
    axes = _framed(sketch, _window(sketch, points), upwards=True)
    land = [_projected_ring(ring) for each in outlines(countries()) for ring in each.rings]
    _add_land(sketch, axes, land)
    if all(-170 < each.longitude < -60 and 15 < each.latitude < 72 for each in points):
        _add_land(
            sketch,
            axes,
            [_projected_ring(ring) for each in outlines(states()) for ring in each.rings],
        )
    sizes = numbers(each.row[value.id] for each in points) if value else []
    for key in keys:
        own = [each for each in points if color is None or each.row[color.id] == key]
        dots = _add_points(sketch, axes, own, value, sizes, colors[key])
        told = ", ".join(
            f"{each.name} {full(each.row[value.id], value)}" if value else each.name
            for each in own[:30]
        )
        sketch.mark(dots, full(key, color) if color else field.label, told)


def mercator(longitude: float, latitude: float) -> tuple[float, float]:
    """Web Mercator, in degrees of longitude both ways.

    >>> mercator(10, 0)
    (10, 0.0)
    """
    held = max(min(latitude, 84.0), -84.0)
    up = log(tan(pi / 4 + radians(held) / 2)) * 180 / pi
    return longitude, round(up, 6) + 0.0


def _projected_ring(ring: Ring) -> Ring:
    return [mercator(*each) for each in ring]


def _bounds(sketch: Sketch) -> Any:
    """The part of the earth that the definition chooses; in the zoom mode AUTO it chooses none."""
    if sketch.option("WindowOptions", "MapZoomMode") == "AUTO":
        return None
    return sketch.option("WindowOptions", "Bounds") or sketch.option("MapState", "Bounds")


def _world(sketch: Sketch) -> list[Ring]:
    bounds = _bounds(sketch)
    west, south, east, north = (
        (bounds["West"], bounds["South"], bounds["East"], bounds["North"]) if bounds else WORLD
    )
    return [[mercator(west, south), mercator(east, north)]]


def _window(sketch: Sketch, points: Sequence[Point]) -> list[Ring]:
    """What the map shows: the definition's bounds, else the points and some land around."""
    if _bounds(sketch) or not points:
        return _world(sketch)
    places = [mercator(each.longitude, each.latitude) for each in points]
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    low, high = min(y for _, y in places), max(y for _, y in places)
    margin = max((right - left) * 0.12, (high - low) * 0.12, 4)
    return [[(max(left - margin, -180), low - margin), (min(right + margin, 180), high + margin)]]


def _around(sketch: Sketch, shapes: Sequence[Sequence[Ring]]) -> list[Ring]:
    """The definition's bounds, else the largest part of each shape and some land around.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GeospatialWindowOptions.html
    """
    if _bounds(sketch) or not shapes:
        return _world(sketch)
    ends = [max((_ends(ring) for ring in each), key=_area) for each in shapes]
    left, low = min(each[0] for each in ends), min(each[1] for each in ends)
    right, high = max(each[2] for each in ends), max(each[3] for each in ends)
    margin = max((right - left) * 0.15, (high - low) * 0.15, 6)
    (west, south), (east, north) = _world(sketch)[0]
    return [
        [(max(left - margin, west), max(low - margin, south)),
         (min(right + margin, east), min(high + margin, north))]
    ]  # fmt: skip


def _ends(ring: Ring) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def _area(ends: tuple[float, float, float, float]) -> float:
    return (ends[2] - ends[0]) * (ends[3] - ends[1])


def _framed(sketch: Sketch, rings: Sequence[Ring], *, upwards: bool) -> Axes:
    """Axes with the same scale both ways that hold the rings and fill the rectangle."""
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    box = sketch.box
    left, right, low, high = min(xs), max(xs), min(ys), max(ys)
    unit = max((right - left) / box.width, (high - low) / box.height)
    middle, centre = (left + right) / 2, (low + high) / 2
    wide, tall = unit * box.width / 2, unit * box.height / 2
    if upwards:
        sketch.rect(box, mix(sketch.theme.panel, sketch.theme.accent, 0.05), zorder=-2)
    ends = (centre - tall, centre + tall) if upwards else (centre + tall, centre - tall)
    return sketch.axes(box, (middle - wide, middle + wide), ends)


def _filling(
    sketch: Sketch, scale: ColorScale, value: Field | None, row: dict[str, Any] | None
) -> str:
    land = mix(sketch.theme.empty, sketch.theme.foreground, 0.06)
    if row is None:
        return land
    formats = [
        each.get("Format", {}).get("BackgroundColor") for each in conditions(sketch, "Shape")
    ]
    for each in reversed(formats):
        if color := color_for(sketch, each, row):
            return color
    if value is None:
        return sketch.theme.data[0]
    if value.kind == "number":
        return scale(number(row[value.id]))
    return series_color(
        sketch, value, row[value.id], full(row[value.id], value), len(sketch.colors)
    )


def _add_shape(
    axes: Axes, shape: Shape, rings: Sequence[Ring], color: str, edge: str, *, flat: bool
) -> None:
    if rings:
        axes.add_collection(
            PolyCollection(rings, facecolors=color, edgecolors=edge, linewidths=0.5), autolim=False
        )
        return
    place = shape.flat_at if flat else mercator(*shape.at)
    axes.scatter([place[0]], [place[1]], s=14, color=color, edgecolors=edge, linewidths=0.4)


def _add_land(sketch: Sketch, axes: Axes, rings: Sequence[Ring]) -> None:
    land = mix(sketch.theme.empty, sketch.theme.foreground, 0.08)
    axes.add_collection(
        PolyCollection(
            rings, facecolors=land, edgecolors=sketch.theme.background, linewidths=0.6, zorder=0
        ),
        autolim=False,
    )


def _add_points(
    sketch: Sketch,
    axes: Axes,
    points: Sequence[Point],
    value: Field | None,
    sizes: Sequence[float],
    color: str,
) -> PathCollection:
    largest = max(map(abs, sizes), default=0) or 1
    places = [mercator(each.longitude, each.latitude) for each in points]
    shares = [abs(number(each.row[value.id]) or 0) / largest if value else 0.06 for each in points]
    return axes.scatter(
        [x for x, _ in places],
        [y for _, y in places],
        s=[max(SMALL, LARGE * sqrt(each)) ** 2 for each in shares],
        color=color,
        alpha=0.72,
        edgecolors=sketch.theme.background,
        linewidths=0.8,
        zorder=3,
    )


def _points(sketch: Sketch) -> list[Point]:
    fields = sketch.data.well("Geospatial")
    pair = _coordinates(fields)
    found, lost = [], []
    known = {} if pair else shapes_for(sketch.data.values(fields[-1]))
    for row in sketch.data.records():
        name = ", ".join(full(row[each.id], each) for each in fields)
        if pair:
            place = _within(row[pair[1].id], 180), _within(row[pair[0].id], 90)
        else:
            shapes = (known.get(folded(row[each.id])) for each in reversed(fields))
            shape = next(filter(None, shapes), None)
            place = shape.at if shape else (None, None)
        if place[0] is None or place[1] is None:
            lost.append(name)
        else:
            found.append(Point(place[0], place[1], name, row))
    _tell_unknown(sketch, lost)
    return found


def _within(value: Any, end: float) -> float | None:
    """A longitude or a latitude, if it is one."""
    return next((each for each in numbers([value]) if abs(each) <= end), None)


def _coordinates(fields: Sequence[Field]) -> tuple[Field, Field] | None:
    """Latitude and longitude among the fields: by their names, else by their order."""
    figures = [each for each in fields if each.kind == "number"]
    if len(figures) < 2:
        return None
    first, second = figures[:2]
    swapped = any(part in first.column.lower() for part in ("lon", "lng"))
    return (second, first) if swapped else (first, second)


def _tell_unknown(sketch: Sketch, names: Sequence[str]) -> None:
    if names:
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        sketch.note(f"Not on the map: {', '.join(names[:4])}{more}.")

"""Geometries as well-known text and as GeoJSON's coordinates."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from labkit.cloud.engine.geometry.shapes import KINDS, MIXED, NotHere, NotRead, Shape

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TEXT = re.compile(r"\s*([A-Z]+)\s*(EMPTY|\(.*\))\s*", re.I | re.S)
_OTHER = re.compile(
    r"\s*(\w+CURVE|CURVEPOLYGON|CIRCULARSTRING|"
    r"((MULTI)?(POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)\s*(Z|M|ZM)\b)",
    re.I,
)
_PAIR = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})\s*")
_POINT = re.compile(rf"\s*POINT\s*\(\s*({_NUMBER})\s+({_NUMBER})\s*\)\s*", re.I)


#: Collections within collections: each is read through once more.
_MOST_LEVELS = 50


def read(text: str, srid: int = 0, *, level: int = 0) -> Shape:
    """The geometry of a well-known text, rings as they stand there.

    Args:
        level: in how many collections it is.

    Raises:
        NotHere: it is of a kind that there is, but not here.
        NotRead: it is no well-known text.
    """
    if single := _POINT.fullmatch(text):
        return Shape("POINT", (float(single[1]), float(single[2])), srid)
    found = _TEXT.fullmatch(text)
    if not found or found[1].upper() not in KINDS:
        raise (NotHere if _OTHER.match(text) else NotRead)(text)
    kind = found[1].upper()
    if level > _MOST_LEVELS:
        raise NotHere("collections that deep")
    if kind == MIXED and found[2].upper() != "EMPTY":
        parts = _listed(found[2][1:-1])
        return Shape(kind, tuple(read(part, level=level + 1) for part in parts), srid)
    return Shape(kind, () if found[2].upper() == "EMPTY" else _nested(kind, found[2]), srid)


def _listed(body: str) -> list[str]:
    """What stands between the commas that are in no brackets."""
    depth, start, found = 0, 0, []
    for at, mark in enumerate(body):
        depth += (mark == "(") - (mark == ")")
        if mark == "," and not depth:
            found.append(body[start:at])
            start = at + 1
    return [*found, body[start:]]


def _nested(kind: str, body: str) -> Any:
    listed = _PAIR.sub(lambda m: f"[{float(m[1])!r},{float(m[2])!r}]", body)
    try:
        found = json.loads(listed.translate(_BRACKETS))
    except ValueError:
        raise NotRead(body) from None
    if kind == "POINT":
        found = _single(found)
    elif kind == "MULTIPOINT":
        found = [_single(each) if each and isinstance(each[0], list) else each for each in found]
    return nested(found, KINDS[kind].depth)


_BRACKETS = str.maketrans("()", "[]")


def _single(value: Any) -> Any:
    if not isinstance(value, list) or len(value) != 1:
        raise NotRead(value)
    return value[0]


def nested(value: Any, depth: int, *, heights: bool = True) -> Any:
    """Lists of lists as positions; what follows x and y is dropped, where there may be heights.

    Raises:
        NotRead: they are not so deep, or no pairs of numbers.
        NotHere: there are heights.
    """
    if not isinstance(value, list) or not value:
        raise NotRead(value)
    if depth:
        return tuple(nested(each, depth - 1, heights=heights) for each in value)
    if not all(isinstance(each, int | float) for each in value[:2]) or len(value) < 2:
        raise NotRead(value)
    if len(value) > 2 and not heights:
        raise NotHere("with heights")
    return float(value[0]), float(value[1])


def of_geojson(found: Any, *, heights: bool = True) -> Shape:
    """The geometry that a GeoJSON's object is.

    Raises:
        NotRead: it is none, or has no such coordinates.
        NotHere: its type is not here.
    """
    if not isinstance(found, dict) or "type" not in found:
        raise NotRead(found)
    kind = str(found["type"]).upper()
    if kind not in KINDS:
        raise NotHere(found["type"])
    if kind == MIXED:
        parts = found.get("geometries") or ()
        return Shape(kind, tuple(of_geojson(part, heights=heights) for part in parts))
    body = found.get("coordinates")
    return Shape(kind, nested(body, KINDS[kind].depth, heights=heights) if body else ())


def write(shape: Shape, number: Callable[[float], str], *, gap: str = " ") -> str:
    """The well-known text, a gap after its kind and its commas."""
    if not shape.positions:
        return f"{shape.kind} EMPTY"
    if shape.kind == MIXED:
        parts = (write(part, number, gap=gap) for part in shape.positions)
        return f"{shape.kind}{gap}({f',{gap}'.join(parts)})"
    several = shape.kind == "MULTIPOINT"
    positions = [[each] for each in shape.positions] if several else shape.positions
    body = _written(positions, number, gap)
    return f"{shape.kind}{gap}({body})" if shape.kind == "POINT" else f"{shape.kind}{gap}{body}"


def _written(value: Any, number: Callable[[float], str], gap: str) -> str:
    if value and isinstance(value[0], float):
        return f"{number(value[0])} {number(value[1])}"
    return f"({f',{gap}'.join(_written(each, number, gap) for each in value)})"


def geojson(shape: Shape, number: Callable[[float], str], more: str = "") -> str:
    """The GeoJSON of a shape, and what more stands in it."""
    head = f'{{"type":"{KINDS[shape.kind].name}",'
    if shape.kind == MIXED:
        parts = ",".join(geojson(part, number) for part in shape.positions)
        return f'{head}"geometries":[{parts}]{more}}}'
    return f'{head}"coordinates":{_numbers(shape.positions, number)}{more}}}'


def _numbers(value: Any, number: Callable[[float], str]) -> str:
    if isinstance(value, float):
        return number(value)
    return f"[{','.join(_numbers(each, number) for each in value)}]"

"""Trino's words and texts of geometries, which stand as their well-known text.

Shells run against the clock and holes with it, as Trino prints them; an open ring is closed.
Source: https://trino.io/docs/current/functions/geospatial.html
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NoReturn

from labkit.cloud.engine.geometry import texts
from labkit.cloud.engine.geometry.shapes import KINDS, NotHere, NotRead, Shape
from labkit.cloud.engine.trino.functions.entry import fail


@lru_cache(maxsize=1024)
def read(text: str) -> Shape:
    """A geometry of well-known text."""
    try:
        shape = texts.read(text)
    except NotHere:
        refuse("a geometry of curves, with heights or in more than 50 collections")
    except NotRead:
        fail(f"Invalid WKT: {text}")
    if any(len(line) < 2 for line in (*shape.lines, *shape.rings)):
        refuse("a line or a ring of one point")
    return shape.oriented


def refuse(what: str) -> NoReturn:
    fail(f"{what[0].upper()}{what[1:]} is not supported here", "NOT_SUPPORTED")


def write(shape: Shape) -> str:
    """A geometry as well-known text."""
    return texts.write(shape, number)


def number(value: float) -> str:
    """The shortest digits of a coordinate, without an exponent.

    >>> number(1.0), number(2.5), number(1e-7)
    ('1', '2.5', '0.0000001')
    """
    text = format(Decimal(repr(value + 0.0)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def of_kind(name: str, shape: Shape, *kinds: str) -> Shape:
    """A geometry that is of one of these kinds, or of any where none is said."""
    if kinds and shape.kind not in kinds:
        wanted = " or ".join(map(spelled, kinds))
        fail(f"{name} only applies to {wanted}. Input type is: {spelled(shape.kind)}")
    return shape


def spelled(kind: str) -> str:
    """A kind as messages have it, such as MULTI_LINE_STRING."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", KINDS[kind].name).upper()

"""Redshift's words and texts of geometries.

A geometry is kept as extended well-known text, ``SRID=4326;POINT(1 2)``, its numbers whole.
Source: https://docs.aws.amazon.com/redshift/latest/dg/geospatial-overview.html
"""

from __future__ import annotations

import math
import re
from functools import lru_cache, partial
from itertools import chain

from labkit.cloud.engine.geometry import binary, texts
from labkit.cloud.engine.geometry.shapes import MIXED, NotHere, NotRead, Shape
from labkit.cloud.engine.redshift.errors import fail

#: Source: https://docs.aws.amazon.com/redshift/latest/dg/ST_AsText-function.html
MOST_DIGITS = 20
_SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;", re.I)
_HEX = re.compile(r"\s*0[01](?:[0-9A-Fa-f]{2}){8,}\s*")


@lru_cache(maxsize=1024)
def read(text: str) -> Shape:
    """The shape of a well-known text, extended or not, or of extended binary in hexadecimal."""
    if _HEX.fullmatch(text):
        return from_binary(text)
    srid = _SRID.match(text)
    try:
        return texts.read(text[srid.end() :], int(srid[1])) if srid else texts.read(text)
    except NotHere:
        fail(f"the geometry {text[:60]} is not supported here", "0A000")
    except NotRead:
        fail(f"Parsing error: invalid geometry: {text[:60]}")


def text(shape: Shape, digits: int = 15) -> str:
    """The well-known text, numbers with so many digits."""
    return texts.write(shape, partial(number, digits=digits), gap="")


def extended(shape: Shape, digits: int = 15) -> str:
    """The same, after the reference system where there is one."""
    return (f"SRID={shape.srid};" if shape.srid else "") + text(shape, digits)


def kept(shape: Shape) -> str:
    """As a table keeps it: with whole numbers, which must be finite."""
    if shape.srid < 0:
        fail(f"{shape.srid} is no reference system", "22023")
    if not all(map(math.isfinite, chain.from_iterable(shape.vertices))):
        fail("coordinates must be finite numbers", "22023")
    if shape.is_several and shape.kind != MIXED and not all(shape.positions):
        fail("empty members of a geometry are not supported here", "0A000")
    return extended(shape, 17)


def number(value: float, digits: int = 15) -> str:
    """A coordinate with so many digits."""
    if not 1 <= digits <= MOST_DIGITS:
        fail(f"the precision must be between 1 and {MOST_DIGITS}", "22023")
    return repr(value).removesuffix(".0") if digits >= 17 else f"{value:.{digits}g}"


def hexadecimal(shape: Shape) -> str:
    """Extended well-known binary in hexadecimal, as a client sees a geometry."""
    return binary.write(shape).hex().upper()


def from_binary(text: str) -> Shape:
    """The shape of well-known binary in hexadecimal, extended or not."""
    try:
        return binary.read(bytes.fromhex(text))
    except NotHere as error:
        fail(f"{error} are not supported here", "0A000")
    except NotRead:
        fail("Invalid hexadecimal representation of a geometry", "22023")

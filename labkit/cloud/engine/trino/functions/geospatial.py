"""Geospatial functions that need no geometry.

Source: https://trino.io/docs/current/functions/geospatial.html
"""

from __future__ import annotations

from math import atan2, cos, radians, sin, sqrt

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import entries, fail

_EARTH_KM = 6371.01
_DOUBLES = ("DOUBLE",) * 4

SCALARS = entries(
    (
        "great_circle_distance(double, double, double, double) -> double",
        "trino_great_circle({0}, {1}, {2}, {3})",
    ),
)


def _great_circle(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Kilometres between two points, in the order of Trino's own arithmetic."""
    _check("Latitude", 90, lat1, lat2)
    _check("Longitude", 180, lon1, lon2)
    a, b, turn = radians(lat1), radians(lat2), radians(lon1) - radians(lon2)
    across = cos(b) * sin(turn)
    along = cos(a) * sin(b) - sin(a) * cos(b) * cos(turn)
    ahead = sin(a) * sin(b) + cos(a) * cos(b) * cos(turn)
    return atan2(sqrt(across * across + along * along), ahead) * _EARTH_KM


def _check(name: str, most: int, *degrees: float) -> None:
    if not all(-most <= each <= most for each in degrees):
        fail(f"{name} must be between -{most} and {most}")


UDFS = (Udf("trino_great_circle", _great_circle, _DOUBLES, "DOUBLE"),)

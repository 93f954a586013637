"""Geohashes: the plane of longitudes and latitudes halved by turns, five times a letter.

Source: https://docs.aws.amazon.com/redshift/latest/dg/ST_GeoHash-function.html
"""

from __future__ import annotations

from labkit.cloud.engine.geometry.shapes import Box, NotRead, Point

_LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"


def geohash(at: Point, size: int) -> str:
    """So many letters of the box that a point is in."""
    left = [[-180.0, 180.0], [-90.0, 90.0]]
    letters = ""
    for start in range(0, 5 * size, 5):
        number = 0
        for turn in range(start, start + 5):
            span, value = left[turn % 2], at[turn % 2]
            middle = sum(span) / 2
            upper = value >= middle
            span[not upper] = middle
            number = number * 2 + upper
        letters += _LETTERS[number]
    return letters


def box_of(text: str) -> Box:
    """The box of a geohash.

    Raises:
        NotRead: a letter is none of a geohash.
    """
    left = [[-180.0, 180.0], [-90.0, 90.0]]
    turn = 0
    for letter in text.lower():
        number = _LETTERS.find(letter)
        if number < 0:
            raise NotRead(text)
        for bit in (16, 8, 4, 2, 1):
            span = left[turn % 2]
            span[not number & bit] = sum(span) / 2
            turn += 1
    (west, east), (south, north) = left
    return west, south, east, north

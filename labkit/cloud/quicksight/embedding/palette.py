"""Pictures in 256 colours: a third of the bytes, for a notebook keeps them.

What tells one mark from another is how it is filled, so the colours of plain areas stay as they
are, however small; shades at the edges of letters and lines become the nearest of the rest.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

MOST = 256
_STEP = 2048  # how many colours are compared at once
_EVERY = 1 << 24


def small_png(body: bytes) -> bytes:
    """A PNG file in 256 colours."""
    with Image.open(BytesIO(body)) as picture:
        size, whole = picture.size, picture.convert("RGBA").tobytes()
    pixels = np.frombuffer(whole, "<u4").reshape(size[::-1]) & (_EVERY - 1)
    known = _most_used_first(pixels)
    kept = _rgb(known[:MOST])
    table = np.zeros(_EVERY, np.uint8)
    table[known] = _nearest(_rgb(known), kept)
    few = Image.frombytes("P", size, table[pixels].tobytes())
    few.putpalette(kept.astype(np.uint8).tobytes())
    small = BytesIO()
    few.save(small, "PNG", optimize=True)
    return small.getvalue()


def _most_used_first(pixels: Any) -> Any:
    """All colours: those of plain areas by how large these are, then the others alike."""
    corner = pixels[:-1, :-1]
    plain = corner[(corner == pixels[1:, :-1]) & (corner == pixels[:-1, 1:])]
    known, anywhere = np.unique(pixels, return_counts=True)
    filled, counts = np.unique(plain, return_counts=True)
    in_areas = np.zeros(len(known), np.int64)
    in_areas[np.searchsorted(known, filled)] = counts
    return known[np.lexsort((-anywhere, -in_areas))]


def _nearest(colors: Any, kept: Any) -> Any:
    """The place of the nearest kept colour to each."""
    steps = (colors[at : at + _STEP, None] - kept[None] for at in range(0, len(colors), _STEP))
    return np.concatenate([(step**2).sum(-1).argmin(1) for step in steps]).astype(np.uint8)


def _rgb(colors: Any) -> Any:
    return np.stack([colors & 255, colors >> 8 & 255, colors >> 16 & 255], -1).astype(np.int32)

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


def small_png(body: bytes) -> bytes:
    """A PNG file in 256 colours."""
    with Image.open(BytesIO(body)) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(np.uint32)
    packed = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    known, at = np.unique(packed, return_inverse=True)
    kept = _rgb(known[_most_used(known, packed)])
    small = BytesIO()
    few = Image.frombytes("P", packed.shape[::-1], _nearest(_rgb(known), kept)[at].tobytes())
    few.putpalette(kept.astype(np.uint8).tobytes())
    few.save(small, "PNG", optimize=True)
    return small.getvalue()


def _most_used(known: Any, packed: Any) -> Any:
    """The places of the colours that most pixels have: those of plain areas, then the others."""
    corner = packed[:-1, :-1]
    plain = corner[(corner == packed[1:, :-1]) & (corner == packed[:-1, 1:])]
    in_areas, anywhere = (
        np.bincount(np.searchsorted(known, each.ravel()), minlength=len(known))
        for each in (plain, packed)
    )
    return np.lexsort((-anywhere, -in_areas))[:MOST]


def _nearest(colors: Any, kept: Any) -> Any:
    """The place of the nearest kept colour to each."""
    steps = (colors[at : at + _STEP, None] - kept[None] for at in range(0, len(colors), _STEP))
    return np.concatenate([(step**2).sum(-1).argmin(1) for step in steps]).astype(np.uint8)


def _rgb(packed: Any) -> Any:
    return np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], -1).astype(np.int32)

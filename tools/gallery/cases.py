"""The gallery's pictures: each type of visual and its variants, over made data."""

from __future__ import annotations

from tools.gallery.case import Case
from tools.gallery.with_axes import bars, fields, lines, spread
from tools.gallery.without_axes import maps, numbers, shares, tables, words

#: The parts of the page in their order.
PARTS = (bars, lines, shares, spread, numbers, tables, fields, maps, words)


def cases() -> list[Case]:
    """All pictures, in the order of the page."""
    return [case for part in PARTS for case in part()]

"""How wide a text is, and what is left of it where it must be short.

All pictures are set in DejaVu Sans, which comes with matplotlib, so that they are the same on each
machine. A letter that it lacks is a box of matplotlib's last resort, and has that box's width. A
size is in pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from unicodedata import bidirectional

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, Kerning, LoadFlags

FAMILY = "DejaVu Sans"
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_REGULAR, _BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
_LAST_RESORT = "LastResortHE-Regular.ttf"
_EM = 1000
_lock = Lock()
# Chinese and Japanese have no spaces: a line ends after any letter, and begins with no closing mark
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_CLOSING = "[、。，．！？：；」』）】〉》〕ー々…]*"
_PIECE = re.compile(rf"(?:[{_WIDE}]|[^\s{_WIDE}]+){_CLOSING}\s*|\s+")


def pieces(text: str) -> list[str]:
    """The parts of a text between which a line may end, each with the spaces after it.

    >>> pieces("by school 金額。")
    ['by ', 'school ', '金', '額。']
    """
    return _PIECE.findall(text)


def broken(word: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """A word in as many parts as lines of a width need.

    >>> broken("Donaudampfschifffahrt ", 80, 12)
    ['Donaudampf', 'schifffahrt ']
    """
    parts, left = [""], room
    for letter in word:
        wide = _advance(letter, bold) * size
        if wide > left and parts[-1] and letter.strip():
            parts.append("")
            left = room
        parts[-1] += letter
        left -= wide
    return parts


def is_leftward(text: str) -> bool:
    """Whether a text begins as Arabic or Hebrew, from right to left."""
    return bidirectional(text[:1] or " ") in ("R", "AL")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels from the first letter to the last.

    >>> width("", 12)
    0.0
    """
    apart = sum(_advance(letter, bold) for letter in text)
    return (apart + sum(_kerned(*pair, bold) for pair in pairwise(text))) * float(size)


def widest(texts: Iterable[str], size: float, *, bold: bool = False) -> float:
    """The width of the widest of them; 0 of none."""
    return max((width(each, size, bold=bold) for each in texts), default=0.0)


def cut(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text, or as much of it as there is room for and an ellipsis.

    >>> cut("Computer science", 80, 12)
    'Computer…'
    """
    if width(text, size, bold=bold) <= room:
        return text
    left = room - width("…", size, bold=bold)
    kept = 0
    for letter in text:
        left -= _advance(letter, bold) * size
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def cut_amid(text: str, room: float, size: float) -> str:
    """The text, or its beginning and its end with an ellipsis between.

    >>> cut_amid("DisbursementSettleCheck", 110, 12)
    'Disburs…tleCheck'
    """
    if width(text, size) <= room:
        return text
    head = cut(text, (room + width("…", size)) / 2, size)
    tail = cut(text[::-1], room - width(head, size) + width("…", size), size)
    return f"{head.rstrip('…')}…{tail.rstrip('…')[::-1]}"


def wrap(text: str, room: float, size: float, *, lines: int, bold: bool = False) -> list[str]:
    """The text in at most so many lines; the last one is cut.

    >>> wrap("School of computer science", 110, 12, lines=2)
    ['School of', 'computer science']
    """
    done: list[str] = []
    rest = pieces(" ".join(text.split()))
    while rest and len(done) < lines - 1:
        line = rest.pop(0)
        while rest and width((line + rest[0]).rstrip(), size, bold=bold) <= room:
            line += rest.pop(0)
        done.append(cut(line.rstrip(), room, size, bold=bold))
    return [*done, cut("".join(rest), room, size, bold=bold)] if rest else done


@lru_cache(64)
def font(size: float, bold: bool, italic: bool) -> FontProperties:
    """The font of a size; an italic is set slanted."""
    return FontProperties(
        family=FAMILY,
        size=size,
        weight="bold" if bold else "normal",
        style="oblique" if italic else "normal",
    )


@lru_cache(4096)
def known(letter: str) -> bool:
    """Whether the font has the letter."""
    with _lock:
        return bool(_face(_REGULAR).get_char_index(ord(letter))) or letter in "\n\t"


@lru_cache(8192)
def _advance(letter: str, bold: bool) -> float:
    with _lock:
        face = _face(_BOLD if bold else _REGULAR)
        if not face.get_char_index(ord(letter)) and letter not in "\n\t":
            face = _face(_LAST_RESORT)
        glyph = face.load_glyph(face.get_char_index(ord(letter)), flags=LoadFlags.NO_HINTING)
        return float(glyph.linearHoriAdvance) / 65536 / _EM


@lru_cache(8192)
def _kerned(left: str, right: str, bold: bool) -> float:
    """How far two letters move together: the o of To stands below the T's bar."""
    with _lock:
        face = _face(_BOLD if bold else _REGULAR)
        pair = face.get_char_index(ord(left)), face.get_char_index(ord(right))
        return face.get_kerning(*pair, Kerning.UNSCALED) / face.units_per_EM if all(pair) else 0.0


@lru_cache(3)
def _face(file: str) -> FT2Font:
    face = FT2Font(str(_FONTS / file))
    face.set_size(_EM, 72)
    return face

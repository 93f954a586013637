"""Texts with stars in them, which stand for anything, as policies, event patterns and rules have.

``.*`` for each star would try all ways to divide a text, which takes its length to the power of the
stars. Each piece has to be sought only once, behind the piece before it: a group that is ``(?>``
atomic is not tried again. See https://research.swtch.com/glob.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable


def with_stars(pieces: Iterable[str]) -> re.Pattern[str]:
    """An expression of some pieces, each of one length, with anything between them.

    >>> bool(with_stars(["a", "b", ""]).fullmatch("a--b--"))
    True
    >>> bool(with_stars(["a"] * 50 + ["b"]).fullmatch("a" * 1000))
    False
    """
    first, *rest = pieces
    *middle, last = rest or [""]
    found = "".join(f"(?>.*?{piece})" for piece in middle)
    return re.compile(f"{first}{found}.*{last}" if rest else first, re.DOTALL)


@functools.lru_cache(4096)
def with_escapes(pattern: str, escapes: str) -> re.Pattern[str]:
    r"""An expression of a pattern in which a star with a backslash before it is a star.

    Args:
        escapes: an expression of what has two letters and means the second.

    >>> bool(with_escapes(r"\**", r"\\[*\\]").fullmatch("*a"))
    True
    """
    pieces = [""]
    for part in re.findall(rf"{escapes}|[\s\S]", pattern):
        if part == "*":
            pieces.append("")
        else:
            pieces[-1] += re.escape(part[-1])
    return with_stars(pieces)

"""Characters of texts covered by a symbol.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.MASK_RANGE.html and
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.MASK_DELIMITER.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from labkit.cloud.databrew.recipe.errors import unknown
from labkit.cloud.databrew.recipe.parts import regexps

Mask = Callable[[str], str]

#: What an ``alphabet`` preserves → the characters that are masked all the same.
_MASKED = {
    frozenset({"WHITESPACE"}): r"\S",
    frozenset({"SYMBOLS"}): r"[^\W_]|\s",
    frozenset({"SYMBOLS", "WHITESPACE"}): r"[^\W_]",
}


def covering(symbol: str, alphabet: Sequence[str] = ()) -> Mask:
    """A function that covers each character of a text, but those that the alphabet preserves.

    >>> covering("#", ["WHITESPACE", "SYMBOLS"])("Ada L. 12")
    '### #. ##'

    Raises:
        RecipeError: there is no such alphabet.
    """
    for name in alphabet:
        if name not in ("SYMBOLS", "WHITESPACE"):
            raise unknown("alphabet", name, ("SYMBOLS", "WHITESPACE"))
    if not alphabet:
        return lambda text: symbol * len(text)
    masked, literal = re.compile(_MASKED[frozenset(alphabet)]), symbol.replace("\\", r"\\")
    return lambda text: masked.sub(literal, text)


def within(cover: Mask, start: int | None, stop: int | None) -> Mask:
    """A mask of a part of a text, by positions as of a slice of Python's.

    >>> within(covering("#"), -4, None)("1234567890")
    '123456####'
    """

    def mask(text: str) -> str:
        first, last, _ = slice(start, stop).indices(len(text))
        return text[:first] + cover(text[first:last]) + text[max(first, last) :]

    return mask


def between(cover: Mask, start: str | None, end: str | None, *, both: bool) -> Mask:
    """A mask of what stands between delimiters, at each place where both stand.

    Args:
        start: the beginning of the text when not given.
        end: the end of the text when not given.
        both: whether the delimiters are masked, too.

    >>> between(covering("#"), "<", ">", both=False)("a <bc> <d>")
    'a <##> <#>'
    """
    before = f"({re.escape(start)})" if start else r"(\A)"
    after = f"({re.escape(end)})" if end else r"(\Z)"
    found = re.compile(f"{before}(.*?){after}", re.S)

    def one(match: re.Match[str]) -> str:
        return cover(match[0]) if both else match[1] + cover(match[2]) + match[3]

    return lambda text: found.sub(one, text)


def matching(cover: Mask, pattern: str) -> Mask:
    """A mask of all that a regular expression matches.

    Raises:
        RecipeError: it is none.
    """
    found = regexps.checked(pattern)
    return lambda text: found.sub(lambda match: cover(match[0]), text)

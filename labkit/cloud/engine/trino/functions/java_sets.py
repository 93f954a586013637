"""Sets within sets of Java's regular expressions, ``[a-z&&[^aeiou]]``, which Python has not.

Source: https://github.com/kkos/oniguruma/blob/master/doc/RE, whose port Joni is Trino's library
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from labkit.cloud.engine.trino.functions.entry import refuse

_WORDS = re.compile(r"\\Q.*?(?:\\E|$)|\\[pP]\{.*?\}|\\.|\[:\^?[a-z]+:\]|&&|.", re.S)
Translate = Callable[[str], str]


def without_nested_sets(pattern: str, translate: Translate) -> str:
    """A pattern whose sets hold no others: each letter is looked at by one after the other.

    Args:
        pattern: Java's.
        translate: what is none of it, in Python's dialect.
    """
    words = iter(_WORDS.findall(pattern))
    made, rest = "", ""
    for word in words:
        own, nested = _set(words, translate) if word == "[" else (word, None)
        if nested is None:
            rest += own
        else:
            made, rest = made + translate(rest) + nested, ""
    return made + translate(rest)


def _set(words: Iterator[str], translate: Translate) -> tuple[str, str | None]:
    """A set behind its bracket as it is written, and in Python where it holds others.

    Raises:
        re.error: it has no end.
    """
    own, plain = "[", ""
    within: list[str] = []
    cut: list[str] = []
    for word in words:
        own += word
        if word == "]" and own not in ("[]", "[^]"):
            break
        if word == "[":
            inner, nested = _set(words, translate)
            own += inner[1:]
            within.append(nested or translate(inner))
        elif word == "&&":
            cut.append(_any(plain, within, translate))
            plain, within = "", []
        elif own != "[^":
            plain += word
    else:
        raise re.error("unterminated character set")
    if not within and not cut:
        return own, None
    *seen, last = *cut, _any(plain, within, translate)
    found = "".join(f"(?={each})" for each in seen) + last
    return own, rf"(?:(?!{found})[\s\S])" if own.startswith("[^") else f"(?:{found})"


def _any(plain: str, within: list[str], translate: Translate) -> str:
    """One of the letters, or one of a set within."""
    if plain.startswith("^") or not (plain or within):
        refuse("'&&' beside nothing in a regular expression")
    own = [translate(f"[{plain}]")] if plain else []
    return f"(?:{'|'.join([*own, *within])})"

"""Java's regular expressions as Python's.

Source: https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache, partial

from labkit.cloud.engine.patience import patient
from labkit.cloud.engine.trino.functions.entry import fail, refuse
from labkit.cloud.engine.trino.functions.java_sets import without_nested_sets

_JAVA = re.compile(
    r"\\\\|\\Q(.*?)(?:\\E|$)|(?:[$^]|\\[AbBzZ])(?=[*+?]|\{\d)|\\z|\\Z|\\h|\\R|\(\?<(?=[A-Za-z])"
    r"|\\[pP](?:\{\^?\w+\}|[A-Z])|\\.|\[:\^?[a-z]+:\]",
    re.S,
)
#: What opens and closes groups, and what is none of it.
_GROUPS = re.compile(
    r"\\Q.*?(?:\\E|$)|\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?-?[imsx]+(?:-[imsx]+)?\))?|\)", re.S
)
_WORDS = {
    "\\z": r"\Z", "\\Z": r"(?=\n?\Z)",
    "\\R": r"(?:\r\n|[\n-\r\x85\u2028\u2029])", "(?<": "(?P<",
}  # fmt: skip
_ANCHORS = frozenset(["^", "$", "\\A", "\\b", "\\B", "\\z", "\\Z"])

#: Digits, words and blanks are ASCII's alone in Joni, Trino's library, as in Java; only the edge of
#: a word, ``\\b``, knows Unicode. https://github.com/jruby/joni/blob/master/src/org/joni/Lexer.java
_CLASSES = {
    "\\d": "0-9", "\\D": r"\x00-/:-\U0010ffff",
    "\\w": "0-9A-Za-z_", "\\W": r"\x00-/:-@\[-\^`{-\U0010ffff",
    "\\s": r" \t-\r", "\\S": r"\x00-\x08\x0e-\x1f!-\U0010ffff",
    "\\h": r" \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000",
}  # fmt: skip

#: POSIX's classes, of ASCII alone.
_POSIX = {
    "Lower": "a-z", "Upper": "A-Z", "ASCII": r"\x00-\x7f", "Alpha": "A-Za-z", "Digit": "0-9",
    "Alnum": "A-Za-z0-9", "Punct": r"!-/:-@\[-`{-~", "Graph": "!-~", "Print": " -~",
    "Blank": r" \t", "Cntrl": r"\x00-\x1f\x7f", "XDigit": "0-9A-Fa-f", "Space": r" \t\n\x0b\f\r",
}  # fmt: skip


#: The classes in brackets, ``[[:alpha:]]``, that Trino's library Joni knows: letters, digits and
#: marks of all of Unicode. https://github.com/jruby/joni/blob/master/src/org/joni/Syntax.java
_BRACKETED = {
    "alpha": "\\p{L}", "digit": "\\d", "space": "\\s", "word": "\\w", "upper": "\\p{Lu}",
    "lower": "\\p{Ll}", "punct": "\\p{P}", "cntrl": "\\p{Cc}", "alnum": "\\p{L}\\p{Nd}",
    "xdigit": "\\p{XDigit}", "ascii": "\\p{ASCII}", "blank": "\\p{Blank}",
}  # fmt: skip


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """A Java pattern in Python's dialect."""
    try:
        return patient(re.compile(in_python(pattern)), partial(fail, code="NOT_SUPPORTED"))
    except re.error as error:
        fail(f"Invalid regular expression: {pattern} ({error})")


def in_python(pattern: str) -> str:
    r"""The text of a Java pattern as Python reads it.

    >>> in_python(r"(?<name>[\p{Alpha}_]+)")
    '(?P<name>[A-Za-z_]+)'

    Raises:
        TrinoError: ``NOT_SUPPORTED``, Python has no such thing.
        re.error: it is no pattern.
    """
    return _with_groups_of_flags(without_nested_sets(pattern, _translated))


def _with_groups_of_flags(python: str) -> str:
    """Flags go to the end of their group, ``a(?i)b|c`` is ``a(?i:b|c)``; Python wants it said.

    Source: https://github.com/kkos/oniguruma/blob/master/doc/RE, whose port Joni is
    """
    flagged = [0]

    def group(found: re.Match[str]) -> str:
        if found[0].startswith("(?") and found.start():
            flagged[-1] += 1
            return f"{found[0][:-1]}:"
        if found[0] == "(":
            flagged.append(0)
        return ")" * (flagged.pop() + 1) if found[0] == ")" and len(flagged) > 1 else found[0]

    return _GROUPS.sub(group, python) + ")" * flagged[0]


def _translated(pattern: str) -> str:
    return _JAVA.sub(partial(_to_python, pattern), pattern)


def _to_python(pattern: str, found: re.Match[str]) -> str:
    word = found[0]
    if word.startswith("\\Q"):
        return re.escape(found[1])
    if word[:2] in ("\\p", "\\P"):
        return _characters(word, within=_in_brackets(pattern[: found.start()]))
    if word in _CLASSES:
        within = _in_brackets(pattern[: found.start()])
        return _CLASSES[word] if within else f"[{_CLASSES[word]}]"
    if word.startswith("[:"):
        return _bracketed(pattern, found)
    if word in _ANCHORS and not _in_brackets(pattern[: found.start()]):
        return f"(?:{_WORDS.get(word, word)})"  # Python repeats no place that is not a group
    return _WORDS.get(word, word)


def _in_brackets(before: str) -> bool:
    opened = re.sub(r"\\.|\[:\^?[a-z]+:\]", "", before, flags=re.S)
    return opened.rfind("[") > opened.rfind("]")


def _bracketed(pattern: str, found: re.Match[str]) -> str:
    """``[:digit:]`` within brackets; outside of them it is a set of these letters."""
    if not _in_brackets(pattern[: found.start()]):
        return found[0]
    negated, name = found[0][2] == "^", found[0].strip("[:^]")
    known = _BRACKETED.get(name)
    if known is None or (negated and name == "alnum"):
        refuse(f"'{found[0]}' in a regular expression")
    if negated:
        known = known.replace("p", "P") if "{" in known else known.upper()
    if "{" not in known:
        return known
    within = f"[{known}"
    return _translated(within)[1:]


def _characters(word: str, *, within: bool) -> str:
    """``\\p{Lu}``, a general category of Unicode, as ranges; scripts and blocks are not known."""
    name = re.sub(r"^Is|\W", "", word[2:])
    negated = (word[1] == "P") != ("^" in word)
    if name in _POSIX and not (negated and within):
        listed = _POSIX[name]
        return listed if within else f"[{'^' if negated else ''}{listed}]"
    if not re.fullmatch("[CLMNPSZ][a-z]?", name):
        refuse(f"'{word}' in a regular expression")
    ranges = _ranges(name, negated)
    return ranges if within else f"[{ranges}]"


@lru_cache(maxsize=64)
def _ranges(category: str, negated: bool) -> str:
    points = (
        point
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point)).startswith(category) != negated
    )
    found: list[list[int]] = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in found)

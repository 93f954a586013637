"""Java's regular expressions in a recipe: RE2 where it gives Java's answers, else Python's ``re``.

DataBrew runs on Spark, so a pattern is Java's: ``\\w``, ``\\d`` and ``\\s`` know ASCII alone, and
``$1`` in a replacement is the first group. A ``$`` that names no group of the pattern stands for
itself, as does a backslash, where Java would fail.

Source: https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.trino.functions.entry import TrinoError
from labkit.cloud.engine.trino.functions.java_patterns import compiled
from labkit.cloud.engine.trino.functions.regexps import is_plain


def checked(pattern: str) -> re.Pattern[str]:
    """A pattern as Python has it.

    Raises:
        RecipeError: it is none.
    """
    try:
        return compiled(_ascii(pattern))
    except (TrinoError, ValueError):  # Python's has no (?iu) beside what is ASCII alone
        raise RecipeError(f"'{pattern}' is no regular expression that can run here.") from None


def found(text: str, pattern: str) -> str:
    """SQL of whether a pattern is anywhere in a text."""
    return _either("regexp_matches({0}, {1})", "trino_regexp_like({0}, {1})", text, pattern)


def extracted(text: str, pattern: str, group: int = 0) -> str:
    """SQL of the first match, or of one of its groups; NULL when there is none."""
    slow = f"trino_regexp_extract({{0}}, {{1}}, {group})"
    fast = "CASE WHEN regexp_matches({0}, {1}) THEN regexp_extract({0}, {1}) END"
    return _either(slow if group else fast, slow, text, pattern)


def positioned(text: str, pattern: str, start: int) -> str:
    """SQL of where the first match from a character on starts, from 1; -1 when there is none."""
    checked(pattern)
    return f"trino_regexp_position({text}, {quoted_text(_ascii(pattern))}, {start}, 1)"


def replaced(text: str, pattern: str, value: str) -> str:
    """SQL of a text with every match replaced."""
    groups = checked(pattern).groups
    parts = re.split(rf"\$([0-{min(groups, 9)}])", value)
    return put_together(
        text, pattern, [int(part) if at % 2 else part for at, part in enumerate(parts)]
    )


def put_together(text: str, pattern: str, parts: Sequence[str | int]) -> str:
    """SQL of a text with every match replaced by texts and, by their numbers, groups of it."""
    return _either(
        "regexp_replace({0}, {1}, {2}, 'g')",
        "trino_regexp_replace({0}, {1}, {3})",
        text,
        pattern,
        "".join(f"\\{each}" if isinstance(each, int) else _for_re2(each) for each in parts),
        "".join(f"${each}" if isinstance(each, int) else _for_java(each) for each in parts),
    )


def grouped(pattern: str) -> str:
    """A pattern as a part of another, with the flags that it starts with.

    Raises:
        RecipeError: it is none.
    """
    checked(pattern)
    flags = re.match(r"\(\?([ims]+)\)", pattern)
    return f"(?{flags[1]}:{pattern[flags.end() :]})" if flags else f"(?:{pattern})"


def given(pattern: str, is_text: bool) -> str:
    """A step's pattern; one of plain text, as the console writes ``isText``, means itself."""
    return literal(pattern) if is_text else pattern


def literal(text: str) -> str:
    """A pattern that matches a text as it stands."""
    return re.sub(r"([\\.*+?()\[\]{}|^$-])", r"\\\1", text)


def _either(fast: str, slow: str, text: str, pattern: str, *more: str) -> str:
    checked(pattern)
    plain = _unescaped(pattern)
    template, shown = (fast, plain) if is_plain(plain) else (slow, _ascii(pattern))
    return template.format(text, quoted_text(shown), *map(quoted_text, more))


def _unescaped(pattern: str) -> str:
    """Without the backslashes that change nothing, such as that of ``\\/``."""
    return re.sub(
        r"\\(.)", lambda pair: pair[1] if pair[1] in "/\"'#%&,:;<=>@_`~!" else pair[0], pattern
    )


def _ascii(pattern: str) -> str:
    return f"(?a){pattern}"


def _for_re2(text: str) -> str:
    return text.replace("\\", "\\\\")


def _for_java(text: str) -> str:
    return _for_re2(text).replace("$", "\\$")

"""Regular expression functions. Source: https://trino.io/docs/current/functions/regexp.html

Trino speaks Java's dialect. DuckDB's RE2 is fast and gives the same answers for the plain patterns
that `is_plain` admits; every other one runs in Python's ``re``, which has look-around, back
references and Unicode classes as Java has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import (
    Entry,
    apply,
    entries,
    fail,
    integer_literal,
    text_literal,
)
from labkit.cloud.engine.trino.functions.java_patterns import compiled

# What RE2 and Java read differently, or RE2 does not know: blanks (Java's have the vertical tab),
# boundaries, back references, groups with a meaning, possessive quantifiers.
_DIFFERENT = re.compile(
    r"\\[^dDwWnrt.\\+*?()\[\]{}|^$/\-]|\(\?(?!:|i\))|[*+?}]\+|\[[^\]]*(\[|&&)|\$"
)


def _plain(sql: str) -> str | None:
    """The pattern when RE2 gives Java's answers, else None."""
    pattern = text_literal(sql)
    return pattern if pattern is not None and is_plain(pattern) else None


def is_plain(pattern: str) -> bool:
    """Whether RE2 gives Java's answers."""
    if not pattern.isascii() or _DIFFERENT.search(pattern):
        return False
    try:
        return re.match(pattern, "") is None
    except re.error:
        return False


def _choose(fast: str, slow: str) -> Callable[[Any, Sequence[str]], str]:
    """RE2 for plain patterns, Python for the others."""
    return lambda call, args: (fast if _plain(args[1]) else slow).format(*args)


def _extract_group(call: Any, args: Sequence[str]) -> str:
    """RE2 cannot tell an empty group from one that took no part: only where all take part."""
    pattern = _plain(args[1])
    group = integer_literal(args[2])
    sure = pattern and group is not None and not re.search(r"\||\)[?*{]", pattern)
    if sure and pattern and 0 <= (group or 0) <= re.compile(pattern).groups:
        return (
            f"CASE WHEN regexp_matches({args[0]}, {args[1]}) "
            f"THEN regexp_extract({args[0]}, {args[1]}, {group}) END"
        )
    return f"trino_regexp_extract({args[0]}, {args[1]}, {args[2]})"


def _replace_by(call: Any, args: Sequence[str]) -> str:
    """The lambda gets a match's groups; what is between matches stays. NULL makes all NULL."""
    pieces = f"trino_regexp_pieces({args[0]}, {args[1]})"
    replaced = apply(args[2], "_e.groups")
    body = f"_e.before || CASE WHEN _e.groups IS NULL THEN '' ELSE {replaced} END"
    return f"trino_regexp_joined(list_transform({pieces}, lambda _e: {body}))"


_GROUPS = "array(varchar)"
_TEXTS = "array(varchar(x))"


def _replaced(lengths: dict[str, Any]) -> dict[str, Any]:
    """The longest text that a replacement makes; none where a length is not known."""
    if not {"x", "y"} <= set(lengths):
        return {}
    x, y = lengths["x"], lengths["y"]
    return {"z": min(2147483647, x + max(x * y // 2, y) * (x + 1))}


SCALARS = (
    Entry(
        "regexp_replace(varchar(x), varchar, varchar(y)) -> varchar(z)",
        "trino_regexp_replace({0}, {1}, {2})",
        derive=_replaced,
    ),
    *entries(
        ("regexp_count(varchar, varchar) -> bigint", "trino_regexp_count({0}, {1})"),
        (
            "regexp_extract(varchar(x), varchar) -> varchar(x)",
            _choose(
                "CASE WHEN regexp_matches({0}, {1}) THEN regexp_extract({0}, {1}) END",
                "trino_regexp_extract({0}, {1}, 0)",
            ),
        ),
        ("regexp_extract(varchar(x), varchar, bigint) -> varchar(x)", _extract_group),
        (
            f"regexp_extract_all(varchar(x), varchar) -> {_TEXTS}",
            _choose("regexp_extract_all({0}, {1})", "trino_regexp_extract_all({0}, {1}, 0)"),
        ),
        (
            f"regexp_extract_all(varchar(x), varchar, bigint) -> {_TEXTS}",
            "trino_regexp_extract_all({0}, {1}, {2})",
        ),
        (
            "regexp_like(varchar, varchar) -> boolean",
            _choose("regexp_matches({0}, {1})", "trino_regexp_like({0}, {1})"),
        ),
        ("regexp_position(varchar, varchar) -> integer", "trino_regexp_position({0}, {1}, 1, 1)"),
        (
            "regexp_position(varchar, varchar, bigint) -> integer",
            "trino_regexp_position({0}, {1}, {2}, 1)",
        ),
        (
            "regexp_position(varchar, varchar, bigint, bigint) -> integer",
            "trino_regexp_position({0}, {1}, {2}, {3})",
        ),
        (
            "regexp_replace(varchar(x), varchar) -> varchar(x)",
            _choose("regexp_replace({0}, {1}, '', 'g')", "trino_regexp_replace({0}, {1}, '')"),
        ),
        (f"regexp_replace(varchar, varchar, function({_GROUPS}, varchar)) -> varchar", _replace_by),
        (
            f"regexp_split(varchar(x), varchar) -> {_TEXTS}",
            _choose("regexp_split_to_array({0}, {1})", "trino_regexp_split({0}, {1})"),
        ),
    ),
)


def _group(match: re.Match[str], group: int) -> str | None:
    _check(match.re, group)
    found: str | None = match[group]
    return found


def _check(pattern: re.Pattern[str], group: int) -> None:
    if group < 0:
        fail("Group cannot be negative")
    if group > pattern.groups:
        fail(f"Pattern has {pattern.groups} groups. Cannot access group {group}")


def _extract(text: str, pattern: str, group: int) -> str | None:
    regex = compiled(pattern)
    _check(regex, group)
    match = regex.search(text)
    return _group(match, group) if match else None


def _extract_all(text: str, pattern: str, group: int) -> list[str | None]:
    regex = compiled(pattern)
    _check(regex, group)
    return [_group(match, group) for match in _matches(regex, text)]


def _matches(regex: re.Pattern[str], text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """All matches; behind an empty one Java goes on a letter later, Python in the same place."""
    at: int | None = start
    while at is not None:
        begin, at, empty = at, None, -1
        for match in regex.finditer(text, begin):
            if match.start() == empty:
                at = empty + 1
                break
            empty = match.start() if match.end() == match.start() else -1
            yield match


def _position(text: str, pattern: str, start: int, occurrence: int) -> int:
    if start < 1:
        fail("start position cannot be smaller than 1")
    if occurrence < 1:
        fail("occurrence cannot be smaller than 1")
    matches = list(_matches(compiled(pattern), text, start - 1))
    return matches[occurrence - 1].start() + 1 if len(matches) >= occurrence else -1


_REFERENCE = re.compile(r"\\(.)|\$\{(\w+)\}|\$(\d+)|([$\\])", re.S)


def _replace(text: str, pattern: str, replacement: str) -> str:
    """``$1`` and ``${name}`` are groups, ``\\$`` is a dollar."""

    def fill(match: re.Match[str]) -> str:
        return _REFERENCE.sub(lambda found: _reference(match, found), replacement)

    parts, last = [], 0
    for match in _matches(compiled(pattern), text):
        parts += [text[last : match.start()], fill(match)]
        last = match.end()
    return "".join(parts) + text[last:]


def _reference(match: re.Match[str], found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    if found[4]:
        fail("Illegal replacement sequence: " + found.string)
    if found[2]:
        if found[2] not in match.re.groupindex:
            fail(f"Illegal replacement sequence: unknown group {{ {found[2]} }}")
        return match[found[2]] or ""
    number, rest = _longest_group(found[3], match.re.groups)
    return (match[number] or "") + rest


def _longest_group(digits: str, groups: int) -> tuple[int, str]:
    """``$12`` is group 12 where there is one, else group 1 and a 2."""
    fitting = [end for end in range(1, len(digits) + 1) if int(digits[:end]) <= groups]
    if not fitting:
        fail(f"Illegal replacement sequence: unknown group {digits[0]}")
    return int(digits[: fitting[-1]]), digits[fitting[-1] :]


def _pieces(text: str, pattern: str) -> list[dict[str, Any]]:
    found, last = [], 0
    for match in _matches(compiled(pattern), text):
        found.append({"before": text[last : match.start()], "groups": list(match.groups())})
        last = match.end()
    return [*found, {"before": text[last:], "groups": None}]


def _split(text: str, pattern: str) -> list[str]:
    ends, last = [], 0
    for match in _matches(compiled(pattern), text):
        ends.append(text[last : match.start()])
        last = match.end()
    return [*ends, text[last:]]


def _count(text: str, pattern: str) -> int:
    return sum(1 for _ in _matches(compiled(pattern), text))


def _like(text: str, pattern: str) -> bool:
    return compiled(pattern).search(text) is not None


_TWO, _PIECES = ("VARCHAR", "VARCHAR"), "STRUCT(before VARCHAR, groups VARCHAR[])[]"

UDFS = (
    Udf("trino_regexp_count", _count, _TWO, "BIGINT"),
    Udf("trino_regexp_extract", _extract, (*_TWO, "BIGINT"), "VARCHAR"),
    Udf("trino_regexp_extract_all", _extract_all, (*_TWO, "BIGINT"), "VARCHAR[]"),
    Udf("trino_regexp_like", _like, _TWO, "BOOLEAN"),
    Udf("trino_regexp_position", _position, (*_TWO, "BIGINT", "BIGINT"), "INTEGER"),
    Udf("trino_regexp_replace", _replace, (*_TWO, "VARCHAR"), "VARCHAR"),
    Udf("trino_regexp_pieces", _pieces, _TWO, _PIECES),
    Udf("trino_regexp_split", _split, _TWO, "VARCHAR[]"),
)

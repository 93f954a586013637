"""A row pattern as a program, whose threads read rows: see ``rowpatterns.py``.

Source: ``IrRowPatternToProgramRewriter`` in
https://github.com/trinodb/trino/tree/master/core/trino-main/src/main/java/io/trino/operator/window/matcher
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.trino.functions.entry import fail

#: Marks of a path beside its variables, which are 0 and more: where rows are left out.
OPEN, CLOSE = -1, -2
_MOST = 10_000


def compiled(pattern: Any) -> list[tuple[Any, ...]]:
    """The program: labels to read, splits and jumps, marks and anchors, and its end.

    >>> compiled(["times", ["label", 0], 0, None, True])
    [('split', 1, 3), ('label', 0), ('jump', 0), ('done',)]
    """
    found: list[tuple[Any, ...]] = []
    _emit(pattern, found)
    return [*found, ("done",)]


def _emit(pattern: Any, out: list[tuple[Any, ...]]) -> None:
    if len(out) > _MOST:
        fail("The row pattern is too large", "NOT_SUPPORTED")
    kind, *parts = pattern
    if kind == "then":
        for part in parts[0]:
            _emit(part, out)
    elif kind == "or":
        _emit_choice(parts[0], out)
    elif kind == "times":
        part, least, most, greedy = parts
        _emit_times(part, least, most, out, greedy=greedy)
    elif kind == "without":
        out.append(("mark", OPEN))
        _emit(parts[0], out)
        out.append(("mark", CLOSE))
    else:
        out.append((kind, *parts))


def _emit_choice(parts: list[Any], out: list[tuple[Any, ...]]) -> None:
    ends = []
    for part in parts[:-1]:
        at = len(out)
        out.append(())
        _emit(part, out)
        ends.append(len(out))
        out.append(())
        out[at] = ("split", at + 1, len(out))
    _emit(parts[-1], out)
    for end in ends:
        out[end] = ("jump", len(out))


def _emit_times(
    part: Any, least: int, most: int | None, out: list[tuple[Any, ...]], *, greedy: bool
) -> None:
    for _ in range(least):
        _emit(part, out)
    splits = []
    for _ in range(1 if most is None else most - least):
        splits.append(len(out))
        out.append(())
        _emit(part, out)
    if most is None:
        out.append(("jump", splits[0]))
    for at in splits:
        ways = (at + 1, len(out))
        out[at] = ("split", *(ways if greedy else reversed(ways)))

"""The rows that ``MATCH_RECOGNIZE`` finds in a partition.

The pattern becomes a program whose threads read the rows side by side, the preferred one first, as
Trino's ``Matcher`` does it; of threads at one place of the program the first goes on. What a
variable asks for that no earlier row of the match decides is known before: a bit of the row's mask.
What an earlier row decides is asked of a DuckDB beside, with the values as texts.

Sources: https://trino.io/docs/current/sql/match-recognize.html and
https://github.com/trinodb/trino/tree/master/core/trino-main/src/main/java/io/trino/operator/window/matcher
"""

from __future__ import annotations

import json
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any

import duckdb

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import fail
from labkit.cloud.engine.trino.functions.rowprograms import OPEN, compiled

#: How many rows, and how many searches, are asked for at once; of which length, at most.
_AHEAD, _SEARCHES, _SHORT = 256, 16, 8
Path = tuple[Any, int] | None
Texts = list[list[str | None]]


class _Search:
    """The matches of one partition.

    Args:
        spec: what the compiler says: see ``match_recognize.py``.
        masks: for each row the variables that it may be.
        texts: for each row the values that conditions over earlier rows read.
    """

    def __init__(self, spec: Any, masks: list[int], texts: Texts) -> None:
        self.spec, self.masks, self.texts = spec, masks, texts
        self.program = spec["program"]
        self.asked = {int(label): one for label, one in spec["asked"].items()}
        self.number = 0
        self.known: dict[Any, bool] = {}  # what was asked of DuckDB
        self.ahead, self.beyond = 1, _SEARCHES

    def rows(self) -> Iterator[list[list[int | None]]]:
        """The rows of the result, each as its cells."""
        start, matched = 0, 0
        while start < len(self.masks):
            path = self._run(start)
            if path is False:
                if self.spec["shown"] == "unmatched" and start >= matched:
                    yield [[start, None], *[[] for _ in range(2 * len(self.spec["cells"]))]]
                start += 1
                continue
            self.number += 1
            labels, kept = _read(path)
            yield from self._shown(start, labels, kept)
            matched = max(matched, start + len(labels))
            start += self._step(labels)

    def _run(self, start: int) -> Any:
        """The path of the preferred match from a row on, False where there is none."""
        found: Any = False
        self.ahead = 1
        current: list[tuple[int, Path]] = []
        self._advance(0, None, start, start, current, {})
        for at in range(start, len(self.masks) + 1):
            following: list[tuple[int, Path]] = []
            seen: dict[Any, Path] = {}
            if len(current) > 1 and self.asked and at < len(self.masks):
                self._ask_together(current, start)
            for place, path in current:
                op = self.program[place]
                if op[0] == "done":
                    found = path
                    break
                if at < len(self.masks) and self._may_be(op[1], path, start, at):
                    self._advance(place + 1, (path, op[1]), start, at + 1, following, seen)
            current = following
            if not current:
                break
        return found

    def _advance(
        self,
        place: int,
        path: Path,
        start: int,
        at: int,
        threads: list[tuple[int, Path]],
        seen: dict[Any, Path],
    ) -> None:
        """Put the threads that a place leads to, up to their next labels, in their order."""
        waiting = [(place, path)]
        while waiting:
            place, path = waiting.pop()
            key = (place, id(path)) if self.asked else place
            if key in seen:
                continue
            seen[key] = path  # which keeps the path alive, and so its identity
            op = self.program[place]
            if op[0] == "split":
                waiting += [(op[2], path), (op[1], path)]
            elif op[0] == "jump":
                waiting.append((op[1], path))
            elif op[0] == "mark":
                waiting.append((place + 1, (path, op[1])))
            elif op[0] in ("label", "done"):
                threads.append((place, path))
            elif at == (0 if op[0] == "start" else len(self.masks)):
                waiting.append((place + 1, path))

    def _may_be(self, label: int, path: Path, start: int, at: int) -> bool:
        if label not in self.asked:
            return bool(self.masks[at] >> label & 1)
        labels = [*_read(path)[0], label]
        key = self._key(label, self._reads(label, labels, start))
        if key not in self.known:
            self._ask(label, labels, start, at)
        return self.known[key]

    def _key(self, label: int, read: Any) -> Any:
        """What the answer to a condition depends on."""
        return label, self.number if self.asked[label]["numbered"] else None, read

    def _ask_together(self, threads: list[tuple[int, Path]], start: int) -> None:
        """Ask for what several threads want of one row; what fails is asked again, one by one."""
        wanted: dict[int, dict[Any, None]] = {}
        for place, path in threads:
            op = self.program[place]
            if op[0] == "done":
                break
            if op[1] in self.asked:
                read = self._reads(op[1], [*_read(path)[0], op[1]], start)
                if self._key(op[1], read) not in self.known:
                    wanted.setdefault(op[1], {})[read] = None
        for label, reads in wanted.items():
            if len(reads) == 1:
                continue
            with suppress(duckdb.Error):
                for read, one in zip(reads, self._holds(label, list(reads)), strict=True):
                    self.known[self._key(label, read)] = one

    def _reads(self, label: int, labels: list[int], start: int) -> Any:
        """What a condition reads for the last of some labels: for each part rows and variables."""
        places = _places(labels)
        cells = self.asked[label]["cells"]
        found = (self._cell(cell, labels, places, start, len(labels)) for cell in cells)
        return tuple((tuple(rows), tuple(names)) for rows, names in found)

    def _ask(self, label: int, labels: list[int], start: int, at: int) -> None:
        """Ask for a row; for those after it in case that they become the same variable; and for
        what the searches from later rows ask when they are as far."""
        left = len(self.masks) - at
        wanted = [(labels + [label] * more, start) for more in range(min(self.ahead, left))]
        self.ahead = min(2 * self.ahead, _AHEAD)
        if len(labels) <= _SHORT:
            wanted += [(labels, start + more) for more in range(1, min(self.beyond, left))]
            self.beyond = min(2 * self.beyond, _AHEAD)
        reads = list(dict.fromkeys(self._reads(label, *one) for one in wanted))
        try:
            held = self._holds(label, reads)
        except duckdb.Error:
            if len(reads) == 1:
                raise
            reads = reads[:1]
            held = self._holds(label, reads)
        for read, one in zip(reads, held, strict=True):
            self.known[self._key(label, read)] = one

    def _holds(self, label: int, reads: list[Any]) -> list[bool]:
        names = [*self.spec["labels"], None]
        given = [
            [
                [
                    [names[-1 if n is None else n], *self.texts[r]]
                    for r, n in zip(*part, strict=True)
                ]
                for part in parts
            ]
            for parts in zip(*reads, strict=True)
        ]
        return _answers(self.asked[label]["sql"], [self.number + 1] * len(reads), given)

    def _shown(
        self, start: int, labels: list[int], kept: list[bool]
    ) -> Iterator[list[list[int | None]]]:
        """The rows of one match."""
        places, mode = _places(labels), self.spec["shown"]
        if not labels or mode == "one":
            if labels or mode != "omit":
                yield self._row(start, start, labels, places, len(labels))
            return
        for at, keep in enumerate(kept):
            if keep:
                yield self._row(start + at, start, labels, places, at + 1)

    def _row(
        self, row: int, start: int, labels: list[int], places: Callable[[Any], list[int]], seen: int
    ) -> list[list[int | None]]:
        found: list[list[int | None]] = [[row, self.number]]
        for cell in self.spec["cells"]:
            rows, names = self._cell(cell, labels, places, start, seen)
            found += [[*rows], names]
        return found

    def _cell(
        self,
        cell: Any,
        labels: list[int],
        places: Callable[[Any], list[int]],
        start: int,
        seen: int,
    ) -> tuple[list[int], list[int | None]]:
        """The rows that a part of an expression reads, and the variables that they are.

        Args:
            cell: (variables, first | last | all, final, logical offset, physical offset).
            labels: the match's variables.
            places: where some of them are.
            start: the match's first row.
            seen: how many of its rows are known where the expression stands.
        """
        among, which, final, logical, physical = cell
        own = places(among)
        count = len(own) if final or which == "first" else bisect_left(own, seen)
        if which == "all":
            return [start + at for at in own[:count]], [labels[at] for at in own[:count]]
        at = logical if which == "first" else count - 1 - logical
        if not 0 <= at < count:
            return [], []
        place = own[at] + physical
        if not 0 <= start + place < len(self.masks):
            return [], []
        return [start + place], [labels[place] if 0 <= place < len(labels) else None]

    def _step(self, labels: list[int]) -> int:
        """How far the next search begins."""
        kind, among = self.spec["skip"]
        if not labels or kind == "next":
            return 1
        if kind == "past":
            return len(labels)
        own = _places(labels)(among)
        if not own:
            _no_skip("pattern variable is not present in match")
        step = own[0] if kind == "first" else own[-1]
        if step == 0:
            _no_skip("cannot skip to first row of match")
        return step


def _no_skip(reason: str) -> None:
    fail(f"AFTER MATCH SKIP failed: {reason}", "GENERIC_USER_ERROR")


def _read(path: Path) -> tuple[list[int], list[bool]]:
    """The variables of a path, and whether each row is shown."""
    marks = []
    while path is not None:
        path, mark = path
        marks.append(mark)
    labels, kept, depth = [], [], 0
    for mark in reversed(marks):
        if mark >= 0:
            labels.append(mark)
            kept.append(depth == 0)
        else:
            depth += 1 if mark == OPEN else -1
    return labels, kept


def _places(labels: list[int]) -> Callable[[Any], list[int]]:
    """Where variables are among those of a match; none stands for any."""
    known: dict[Any, list[int]] = {}

    def places(among: list[int] | None) -> list[int]:
        key = None if among is None else tuple(among)
        if key not in known:
            known[key] = [at for at, label in enumerate(labels) if among is None or label in among]
        return known[key]

    return places


@cache
def _beside() -> tuple[Any, threading.Lock]:
    """A DuckDB for conditions; made where it is first needed, as it has these functions, too."""
    from labkit.cloud.engine.duck import DuckEngine

    return DuckEngine(threads=1).session().connection, threading.Lock()


def _answers(sql: str, numbers: list[int], given: list[Any]) -> list[bool]:
    connection, lock = _beside()
    with lock:
        found = connection.execute(sql, [list(range(len(numbers))), numbers, *given]).fetchall()
    return [bool(held) for (held,) in found]


@lru_cache(maxsize=32)
def _spec_of(text: str) -> Any:
    spec = json.loads(text)
    return {**spec, "program": compiled(spec["pattern"])}


def _matches(masks: list[int], texts: Texts, spec: str) -> list[list[list[int | None]]]:
    return list(_Search(_spec_of(spec), masks, texts).rows())


UDFS = (Udf("trino_matches", _matches, ("BIGINT[]", "VARCHAR[][]", "VARCHAR"), "BIGINT[][][]"),)

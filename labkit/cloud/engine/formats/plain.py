"""Delimited text at DuckDB's own speed, where that gives exactly what the SerDe gives.

DuckDB's CSV reader differs from Hive's in two ways: it casts by its own rules and it skips blank
lines (to Hive they are rows). Objects never change, so each file is looked at once: are there as
many rows as lines, and is every value of the wanted columns written so that both readings agree?
What was found is remembered, and the file is read with declared types from then on. A column
with other values is cast by expression (`text_sql`), a file with other rows is read line by line.
The tests compare both readers on the same bytes. Source: https://duckdb.org/docs/data/csv/overview
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np

from labkit.cloud.engine.formats.lines import BROKEN, NATIVE, codec, damaged, open_bytes, skipped
from labkit.cloud.engine.formats.model import File, Session, Table, literal, paths
from labkit.cloud.engine.formats.partition import partition_columns
from labkit.cloud.engine.formats.text_sql import SCALARS, TEXTS, State, cast, exact
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type

_LIMIT = 20_000
_CHUNK = 1 << 18  # stays near the processor
#: Columns that are looked at together: what DuckDB takes to plan it grows with their square.
_TOGETHER = 250


@dataclass(frozen=True)
class Layout:
    """How DuckDB is to split the lines.

    Args:
        separator: between fields.
        null: the text that is NULL; ``None`` where no text is.
        forbidden: characters that a file must not have for this reading to be right.
    """

    separator: str
    null: str | None
    forbidden: str = ""

    @property
    def usable(self) -> bool:
        ascii_ = (self.separator + self.forbidden).isascii()
        return ascii_ and self.separator not in ("\n", "\r", "\0", "")


class Key(NamedTuple):
    """A file as it is, and how it is read."""

    path: str
    size: int
    changed_ns: int
    layout: Layout
    skip: int
    columns: int


@dataclass
class Known:
    """What is known of a file.

    Args:
        has_rows: whether it has as many rows as lines.
        states: of columns, by `_column`.
    """

    has_rows: bool
    states: dict[str, State] = field(default_factory=dict)


#: A registry, for files never change under their path.
MEMORY: dict[Key, Known] = {}


def divide(
    session: Session, table: Table, files: Sequence[File], wanted: frozenset[str], layout: Layout
) -> tuple[list[File], list[File]]:
    """The files that DuckDB can read exactly, and those to be read line by line."""
    kinds = [kind for _, _, kind in table.wanted(wanted)]
    if not layout.usable or any(k.base not in SCALARS for k in kinds):
        return [], list(files)
    _learn(session, table, [f for f in files if codec(f.name) in NATIVE], wanted, layout)
    plain = [f for f in files if _known(f, table, layout).has_rows]
    kept = set(map(id, plain))
    return plain, [f for f in files if id(f) not in kept]


def plain_relation(
    table: Table, files: Sequence[File], wanted: frozenset[str], layout: Layout
) -> str:
    """Relation of files that `divide` found plain, one branch for each compression."""
    groups: dict[str, list[File]] = {}
    for file in files:
        groups.setdefault(codec(file.name), []).append(file)
    return " UNION ALL ".join(_branch(table, g, wanted, layout) for g in groups.values())


def states(
    table: Table, files: Sequence[File], wanted: frozenset[str], layout: Layout
) -> dict[int, State]:
    """The state of each wanted column over all of these files."""
    known = [_known(f, table, layout) for f in files]
    return {i: _worst(known, i, kind) for i, _, kind in table.wanted(wanted)}


def _worst(files: Sequence[Known], index: int, kind: Type) -> State:
    """The state of a column over files; a text is what it is."""
    if kind.base in TEXTS:
        return State.EXACT
    found = {known.states.get(_column(index, kind), State.LOOSE) for known in files}
    return max(found, key=list(State).index)


def _branch(table: Table, files: list[File], wanted: frozenset[str], layout: Layout) -> str:
    found = states(table, files, wanted, layout)
    columns = [
        f"{cast(quoted_name(f'c{i}'), kind, found[i])} AS {quoted_name(name)}"
        for i, name, kind in table.wanted(wanted)
    ]
    typed = {
        i: kind
        for i, _, kind in table.wanted(wanted)
        if found[i] is State.EXACT and kind.base not in TEXTS
    }
    columns += partition_columns(table, files, wanted)
    # The filter is always true. Without one DuckDB moves a query's own TRY_CAST into the reader,
    # where it fails instead of giving NULL (its optimizer `type_pushdown`).
    source = f"{reader(table, files, typed, layout)} WHERE file_index >= 0"
    return f"SELECT {', '.join(columns) or 'NULL'} FROM {source}"


def reader(table: Table, files: Sequence[File], typed: Mapping[int, Type], layout: Layout) -> str:
    """SQL of the rows of files that are compressed alike; texts, but for the typed columns."""
    types = {f"c{i}": typed[i].duckdb if i in typed else "VARCHAR" for i in _all(table)}
    columns = ", ".join(f"{literal(n)}: {literal(t)}" for n, t in types.items())
    null = "'\x01\x01no text is null\x01\x01'" if layout.null is None else literal(layout.null)
    return (
        f"read_csv({paths(files)}, columns={{{columns}}}, delim={literal(layout.separator)}, "
        f"nullstr={null}, skip={skipped(table)}, compression='{NATIVE[codec(files[0].name)]}', "
        "auto_detect=false, header=false, quote='', escape='', null_padding=true, "
        "strict_mode=false)"
    )


def _all(table: Table) -> range:
    return range(max(len(table.columns), 1))


def key_of(file: File, table: Table, layout: Layout) -> Key:
    """What `MEMORY` knows a file by."""
    found = Path(file.path).stat()
    size, changed_ns = found.st_size, found.st_mtime_ns
    return Key(file.path, size, changed_ns, layout, skipped(table), len(table.columns))


def _column(index: int, kind: Type) -> str:
    return f"{index} {kind}"


def _known(file: File, table: Table, layout: Layout) -> Known:
    return MEMORY.get(key_of(file, table, layout)) or Known(False)


def _learn(
    session: Session, table: Table, files: list[File], wanted: frozenset[str], layout: Layout
) -> None:
    """Look at those files and columns that were not looked at before."""
    if len(MEMORY) > _LIMIT:
        MEMORY.clear()
    groups: dict[tuple[str, frozenset[int]], list[File]] = {}
    for file in files:
        known = MEMORY.get(key_of(file, table, layout))
        unknown = {
            i
            for i, _, kind in table.wanted(wanted)
            if kind.base not in TEXTS and (not known or _column(i, kind) not in known.states)
        }
        if known is None or (known.has_rows and unknown):
            groups.setdefault((codec(file.name), frozenset(unknown)), []).append(file)
    for (_, columns), group in groups.items():
        asked = sorted(columns)
        for at in range(0, max(len(asked), 1), _TOGETHER):
            rest = [f for f in group if not at or _known(f, table, layout).has_rows]
            if rest:
                _look(session, table, rest, asked[at : at + _TOGETHER], layout)


def _look(
    session: Session, table: Table, files: list[File], columns: list[int], layout: Layout
) -> None:
    columns = [i for i in columns if table.columns[i][1].base not in TEXTS]
    checks = [f"bool_and({_check(i, table.columns[i][1])})" for i in columns]
    empties = [f"coalesce(bool_or(c{i} = ''), false)" for i in columns]
    listed = ", ".join(["file_index", "count(*)", *checks, *empties])
    sql = f"SELECT {listed} FROM {reader(table, files, {}, layout)} GROUP BY file_index"
    try:
        found = {row[0]: row[1:] for row in session.con.execute(sql).fetchall()}
    except duckdb.Error:
        _one_by_one(session, table, files, columns, layout)
        return
    for index, file in enumerate(files):
        _remember(table, file, columns, layout, found.get(index))


def _one_by_one(
    session: Session, table: Table, files: list[File], columns: list[int], layout: Layout
) -> None:
    """Some file cannot be read by DuckDB: find which, and leave it to the reader of lines."""
    if len(files) == 1:
        MEMORY[key_of(files[0], table, layout)] = Known(False)
        return
    middle = len(files) // 2
    for half in (files[:middle], files[middle:]):
        _look(session, table, half, columns, layout)


def _check(index: int, kind: Type) -> str:
    text = f"c{index}"
    return f"{text} IS NULL OR {text} = '' OR coalesce({exact(text, kind)}, false)"


def _remember(
    table: Table, file: File, columns: list[int], layout: Layout, found: tuple[Any, ...] | None
) -> None:
    key = key_of(file, table, layout)
    rows, *flags = found or (0, *([True] * len(columns)), *([False] * len(columns)))
    known = MEMORY.get(key) or Known(rows == line_count(file, skipped(table), layout.forbidden))
    for index, good, empty in zip(
        columns, flags[: len(columns)], flags[len(columns) :], strict=True
    ):
        state = (State.EMPTY if empty else State.EXACT) if good else State.LOOSE
        known.states[_column(index, table.columns[index][1])] = state
    MEMORY[key] = known


def line_count(file: File, skip: int, forbidden: str) -> int:
    """Lines of the file behind its header, -1 where DuckDB would read it otherwise.

    That is not UTF-8, has a forbidden character or NUL, or ends some lines by a carriage return
    alone and some not: where the first end is of both, DuckDB loses what stands behind a lone one.
    """
    feeds, lone, last = 0, 0, b"\n"
    bad = [c.encode() for c in ("\0", *forbidden)]
    utf8 = getincrementaldecoder("utf-8")()
    try:
        with open_bytes(file) as raw:
            while chunk := raw.read(_CHUNK):
                if any(b in chunk for b in bad):
                    return -1
                if utf8.getstate()[0] or not chunk.isascii():
                    utf8.decode(chunk)
                feeds += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == ord("\n")))
                lone += _lone_returns(chunk, last)
                last = chunk[-1:]
        utf8.decode(b"", final=True)
    except UnicodeDecodeError:
        return -1
    except BROKEN as error:
        raise damaged(file, error) from error
    if feeds and lone:
        return -1
    return max(feeds + lone + (last not in (b"\n", b"\r")) - skip, 0)


def _lone_returns(chunk: bytes, before: bytes) -> int:
    """Carriage returns without a line feed, less one before the chunk that has its own here."""
    paired = before == b"\r" and chunk[:1] == b"\n"
    found = chunk.count(b"\r") - chunk.count(b"\r\n") if b"\r" in chunk else 0
    return found - paired

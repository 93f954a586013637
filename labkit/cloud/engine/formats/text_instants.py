"""Text columns of delimited files that are all instants; `instants` says the same of Parquet's.

A look takes as long as a query of the column, so the first query goes without. What it found is
kept with what `plain` knows of the files.
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.engine.formats.lines import codec
from labkit.cloud.engine.formats.model import File, Session, Table, literal
from labkit.cloud.engine.formats.plain import MEMORY, Key, Known, Layout, key_of, reader
from labkit.cloud.engine.formats.text_sql import State

_FORM = r"[1-9]\d{3}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,6})?Z"
_ASKED: set[Key] = set()


def hold_instants(
    session: Session, table: Table, files: Sequence[File], index: int, layout: Layout
) -> bool:
    """Whether these files are known to hold nothing but such texts, and NULL, in a column."""
    column = f"{index} instant"
    known = {key_of(file, table, layout): file for file in files}
    if not all((MEMORY.get(key) or Known(False)).has_rows for key in known):
        return False
    unknown = {key: known[key] for key in known if column not in MEMORY[key].states}
    if not _ASKED.issuperset(unknown):
        _ASKED.update(unknown)
        return False
    for packed in {codec(file.name) for file in unknown.values()}:
        part = {key: file for key, file in unknown.items() if codec(file.name) == packed}
        found = _look(session, table, list(part.values()), index, layout)
        for at, key in enumerate(part):
            MEMORY[key].states[column] = State.EXACT if found.get(at, True) else State.LOOSE
    return all(MEMORY[key].states[column] is State.EXACT for key in known)


def _look(
    session: Session, table: Table, files: Sequence[File], index: int, layout: Layout
) -> dict[int, bool]:
    """Whether the column of each file holds them alone, by the file's place; no row, no entry."""
    check = f"coalesce(bool_and(regexp_full_match(c{index}, {literal(_FORM)})), true)"
    source = reader(table, files, {}, layout)
    sql = f"SELECT file_index, {check} FROM {source} GROUP BY file_index"
    return dict(session.con.execute(sql).fetchall())

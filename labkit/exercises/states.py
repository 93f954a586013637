"""What an exercise may ask of the cloud: each reader asks AWS's API what is there now.

A reader takes the lab and plain arguments and returns what it found, or ``None`` where there is
nothing yet. It says what *is* there, never whether it is right, so it can run where a learner's
code has run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from labkit.errors import LabError, QueryFailed, UnknownName

if TYPE_CHECKING:
    from labkit.lab import Lab

Reader = Callable[..., Any]
PAUSED, KEY_DENIED = "cluster is paused", "allowed to access your KMS key"
MARK = "/* check() */ "  # before a statement, so that the histories of queries tell who asked
NO_COLUMN = re.compile(r"COLUMN_NOT_FOUND|column \S+ does not exist")
TABLES = re.compile(r"\b(?:FROM|JOIN)\s+(\w+\.\w+)")
READERS: dict[str, Reader] = {}
# More of them, which are loaded before the first is asked.
SIBLINGS = ("states_charts", "states_lake", "states_recipes", "states_warehouse")


@dataclass(frozen=True)
class State:
    """A thing in the cloud that an exercise reads: a reader's name and what to read.

    >>> State("rows", "SELECT count(*) AS n FROM db_cur_lmsdemo.late_work")
    State('rows', 'SELECT count(*) AS n FROM db_cur_lmsdemo.late_work')
    """

    reader: str
    arguments: tuple[str, ...]

    def __init__(self, reader: str, *arguments: str) -> None:
        object.__setattr__(self, "reader", reader)
        object.__setattr__(self, "arguments", arguments)

    def __repr__(self) -> str:
        return f"State{(self.reader, *self.arguments)!r}"

    def read(self, lab: Lab) -> Any:
        """What is there now; ``None`` when nothing is."""
        return readers()[self.reader](lab, *self.arguments)


One = str | State
Reads = One | Mapping[str, One]
"""A variable's name, a state of the cloud, or several of these by name."""


def reader(read: Reader) -> Reader:
    """Register a reader under its name."""
    READERS[read.__name__] = read
    return read


@cache
def readers() -> dict[str, Reader]:
    """All readers by name, those of the other modules among them."""
    for module in SIBLINGS:
        import_module(f"labkit.exercises.{module}")
    return READERS


def as_json(reads: Reads) -> Any:
    """What an exercise reads, as a notebook's metadata keep it."""
    if isinstance(reads, State):
        return [reads.reader, *reads.arguments]
    return reads if isinstance(reads, str) else {k: as_json(v) for k, v in reads.items()}


def from_json(said: Any) -> Reads:
    """The other way round."""
    if isinstance(said, dict):
        return {name: _one(each) for name, each in said.items()}
    return _one(said)


def _one(said: Any) -> One:
    return State(*said) if isinstance(said, list) else str(said)


@reader
def rows(lab: Lab, sql: str) -> Any:
    """The rows that Athena answers; ``None`` where a table is not there.

    Where a column is not, the table's name and the columns that are there instead.

    Raises:
        QueryFailed: nobody can know, as the key lets nobody read.
    """
    try:
        return lab.query(MARK + sql)
    except (QueryFailed, UnknownName) as error:
        if KEY_DENIED in str(error):
            raise
        return _instead(lab.query, sql) if NO_COLUMN.search(str(error)) else None


@reader
def warehouse(lab: Lab, sql: str) -> Any:
    """The rows that the warehouse answers; ``None`` where a table or the cluster is not there.

    Where a column is not, the table's name and the columns that are there instead.

    Raises:
        QueryFailed: nobody can know, as the cluster is paused.
    """
    try:
        return lab.warehouse(MARK + sql)
    except (LabError, ClientError) as error:
        if PAUSED in str(error):
            raise
        return _instead(lab.warehouse, sql) if NO_COLUMN.search(str(error)) else None


def _instead(ask: Callable[[str], Any], sql: str) -> dict[str, Any] | None:
    """A statement's one table and its columns; ``None`` where it is not there, or not the only."""
    tables = set(TABLES.findall(sql))
    if len(tables) != 1:
        return None
    [table] = tables
    try:
        return {"of": table, "instead": list(ask(f"{MARK}SELECT * FROM {table} LIMIT 0").df)}
    except LabError:
        return None

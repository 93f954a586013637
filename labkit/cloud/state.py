"""What survives a restart and a ``kill -9``: one SQLite file beside the objects' bodies.

Here are its transactions, and the records of our own services as JSON; what moto holds of the same
workspace: `moto_state`. A call's changes are committed before its answer is sent. SQLite's
write-ahead log makes each commit whole or absent, whenever the process dies.
"""

from __future__ import annotations

import contextlib
import errno
import json
import sqlite3
import threading
from collections.abc import ItemsView, Iterator, MutableMapping, ValuesView
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS records (
    kind TEXT, id TEXT, value TEXT, PRIMARY KEY (kind, id));
"""
Record = dict[str, Any]
Values = dict[str, Record]


class StateUnusable(RuntimeError):
    """The workspace's state cannot be opened; nothing of it was changed."""


class Damaged(StateUnusable):
    """The state does not read. Args: the file, what went wrong."""

    def __str__(self) -> str:
        return (
            f"The workspace's state {self.args[0]} cannot be read ({self.args[1]}). Put a copy of "
            "the workspace's folder back, or run `labkit reset` to start afresh."
        )


class NoRoom(StateUnusable):
    """The state's disk is full, or fails. Args: the file, what went wrong."""

    def __str__(self) -> str:
        return (
            f"The workspace's state {self.args[0]} cannot be opened as its disk takes nothing more "
            f"({self.args[1]}). Make room there and start again: nothing of it was changed."
        )


def wants_room(error: Exception) -> bool:
    """Whether a disk that has no room is what went wrong."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class Database:
    """The workspace's file: what is put into it together, and our own records in it."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self._former: list[tuple[Values, str, Record | None]] = []
        self._path = path
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        with self._reading():
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self._db.close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Say which file is at fault, whatever a damaged one or a full disk makes readers raise."""
        try:
            yield
        except StateUnusable:
            raise
        except Exception as error:
            kind = NoRoom if wants_room(error) else Damaged
            raise kind(str(self._path), f"{type(error).__name__}: {error}") from error

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Make what is put into records inside durable as one change, or none of it.

        Within another one it is part of that. The lock of what moto holds is not taken inside.
        """
        with self.lock:
            if self._db.in_transaction:
                yield
            else:
                with self._transaction():
                    yield

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self.lock:
            self._db.execute("BEGIN")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.rollback()
                self._take_back()
                raise
            finally:
                self._former.clear()

    def note(self, values: Values, name: str) -> None:
        """Remember what records held, for the case that the change they are in is taken back."""
        if self._db.in_transaction:
            self._former.append((values, name, values.get(name)))

    def _take_back(self) -> None:
        for values, name, former in reversed(self._former):
            if former is None:
                values.pop(name, None)
            else:
                values[name] = former

    def records(self, kind: str) -> Records:
        """A durable mapping of ids to JSON objects, such as all of Athena's executions."""
        return Records(self, kind)

    def services(self) -> set[str]:
        """Who has records, by the first word of their kinds (``athena.execution``)."""
        kinds = self._db.execute("SELECT DISTINCT kind FROM records").fetchall()
        return {kind.partition(".")[0] for (kind,) in kinds}


class Records(MutableMapping[str, Record]):
    """A mapping that is on disk when an assignment returns.

    Values are JSON objects (times as seconds since 1970). Change a value by assigning it anew.
    """

    def __init__(self, state: Database, kind: str) -> None:
        self._state, self._kind = state, kind
        rows = state._db.execute(
            "SELECT id, value FROM records WHERE kind = ? ORDER BY rowid", (kind,)
        )
        self._values: Values = {i: json.loads(v) for i, v in rows.fetchall()}

    def __getitem__(self, name: str) -> Record:
        return self._values[name]

    def __setitem__(self, name: str, value: Record) -> None:
        text = json.dumps(value)
        with self._state.lock:
            self._state._db.execute(
                "INSERT INTO records VALUES (?,?,?) "
                "ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value",
                (self._kind, name, text),
            )
            self._state.note(self._values, name)
            self._values[name] = value

    def __delitem__(self, name: str) -> None:
        with self._state.lock:
            if name not in self._values:
                raise KeyError(name)
            self._state._db.execute(
                "DELETE FROM records WHERE kind = ? AND id = ?", (self._kind, name)
            )
            self._state.note(self._values, name)
            del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._values))

    def values(self) -> ValuesView[Record]:
        """As they are now: a copy, as others may change them meanwhile."""
        return self._values.copy().values()

    def items(self) -> ItemsView[str, Record]:
        """As `values`."""
        return self._values.copy().items()

    def __len__(self) -> int:
        return len(self._values)

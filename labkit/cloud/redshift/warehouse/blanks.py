"""Which columns of text have no value with a blank at its end: they are keys as they are stored.

A column is looked through when a query first asks, and what was found holds until rows of its table
change. It is asked for by transactions that began after the last change had ended, as others may
see other rows; while a change is under way, and to these, no column is known to have none.
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection
    from labkit.cloud.redshift.warehouse.transactions import Transactions


class Blanks:
    """What is known of a warehouse's columns, and who changes tables."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clock = itertools.count(1)
        self._known: dict[int, dict[str, bool]] = {}
        self._changing: Counter[int] = Counter()
        self._changed: dict[int, int] = {}

    def now(self) -> int:
        """The time of a clock that transactions begin by."""
        return next(self._clock)

    def begin(self, session: Transactions) -> None:
        """Note that a transaction begins, before it does."""
        session.began = self.now()

    def change(self, session: Transactions, oid: int) -> None:
        """Note that a transaction changes rows or columns of a table."""
        with self._lock:
            self._known.pop(oid, None)
            if oid not in session.changed:
                session.changed.add(oid)
                self._changing[oid] += 1

    def end(self, session: Transactions) -> None:
        """Note that a transaction has ended, either way."""
        with self._lock:
            for oid in session.changed:
                self._changing[oid] -= 1
                self._changed[oid] = next(self._clock)
            session.changed.clear()

    def none(self, connection: Connection, table: Object, name: str) -> bool:
        """Whether no value of a column is known to end with a blank."""
        with self._lock:
            if not self._settled(connection, table.oid):
                return False
            known = self._known.setdefault(table.oid, {})
            if name in known:
                return known[name]
        found = _look(connection, table, name)
        with self._lock:
            if self._settled(connection, table.oid):
                self._known.setdefault(table.oid, {})[name] = found
        return found

    def _settled(self, connection: Connection, oid: int) -> bool:
        return not self._changing[oid] and self._changed.get(oid, 0) < connection.began


def _look(connection: Connection, table: Object, name: str) -> bool:
    sql = f"SELECT 1 FROM {table.physical} WHERE suffix({quoted_name(name)}, ' ') LIMIT 1"
    return not first_row(connection.duck, f"SELECT EXISTS ({sql})")[0]


def clean(connection: Connection, table: Object, column: TableColumn) -> Callable[[], bool] | None:
    """For the compiler: tells it whether a column's text has no blank at its end."""
    if column.type.base != "varchar":
        return None
    blanks = connection.warehouse.blanks
    return cache(lambda: blanks.none(connection, table, column.name))

"""Statements of one client: each a transaction of its own, or several in one that nobody began.

Several statements of one simple query, or of one pipeline up to its Sync, are one transaction
without a BEGIN: an error undoes them all. BEGIN among them makes a block of it, COMMIT or ROLLBACK
ends it. Source: https://www.postgresql.org/docs/current/protocol-flow.html
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.engine.redshift.words import words
from labkit.cloud.redshift.warehouse import Connection, RedshiftError, Result

STATUS = {"idle": "I", "open": "T", "failed": "E"}


class Runner:
    """Runs statements on a connection; `cancel` may come from another thread."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._busy = False
        self._late = False
        self._statement = 0
        self._lock = threading.Lock()

    @property
    def status(self) -> str:
        """The transaction's state in one letter."""
        return "I" if self.connection.unbegun else STATUS[self.connection.transaction]

    def together(self) -> None:
        """Put what follows into one transaction, unless there is a block already."""
        if self.connection.transaction == "idle":
            self.connection.begin()
            self.connection.unbegun = True

    def settle(self, *, failed: bool = False) -> None:
        """End a transaction that nobody began.

        Raises:
            RedshiftError: it could not be made durable.
        """
        if not self.connection.unbegun:
            return
        self.connection.unbegun = False
        if failed or self.connection.transaction == "failed":
            self.connection.rollback()
        elif self.connection.transaction == "open":
            self.connection.commit()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> Result:
        """Run one statement within the session's time limit.

        Raises:
            RedshiftError: in Redshift's words.
        """
        with self._running():
            result = self.connection.run(sql, parameters)
        if _first(sql) in ("BEGIN", "START"):
            self.connection.unbegun = False
        return result

    def cancel(self) -> None:
        """Stop the statement that runs; where none runs nothing happens."""
        with self._lock:
            if self._busy:
                self.connection.cancel_soon()

    @contextlib.contextmanager
    def _running(self) -> Iterator[None]:
        self._late = False
        with self._lock:
            self._busy = True
            self._statement += 1
        timer = self._timer(self._statement)
        try:
            yield
        except RedshiftError as error:
            if self._late:
                raise RedshiftError("Query cancelled on statement timeout", "57014") from error
            raise
        finally:
            with self._lock:
                self._busy = False
                self.connection.cancel_nothing()
            if timer:
                timer.cancel()

    def _timer(self, statement: int) -> threading.Timer | None:
        """What stops a statement that takes longer than ``statement_timeout``, in milliseconds."""
        told = self.connection.settings.get("statement_timeout", "0")
        if not told.isdigit() or not int(told):
            return None
        timer = threading.Timer(int(told) / 1000, self._stop_late, (statement,))
        timer.daemon = True
        timer.start()
        return timer

    def _stop_late(self, statement: int) -> None:
        """Stop a statement, unless it ended as its time did: the next one has its own time."""
        with self._lock:
            if self._busy and self._statement == statement:
                self._late = True
                self.connection.cancel_soon()


def _first(sql: str) -> str:
    return words(sql)[0].upper

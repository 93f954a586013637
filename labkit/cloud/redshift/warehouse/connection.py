"""A session of a warehouse: its user, database and statements, each of which is recorded.

Where another transaction is in the way of a statement, it is tried again.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from labkit.cloud.engine.redshift.duck import close, failures
from labkit.cloud.engine.redshift.errors import CANCELED, RedshiftError
from labkit.cloud.redshift.warehouse import (
    access_modes,
    letter_case,
    nodes,
    quotas,
    registry,
    serializing,
    signatures,
)
from labkit.cloud.redshift.warehouse.recording import recorded
from labkit.cloud.redshift.warehouse.registry import Parsed, Result
from labkit.cloud.redshift.warehouse.session_settings import SETTINGS
from labkit.cloud.redshift.warehouse.transactions import Transactions

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.warehouse import Warehouse

CONFLICT = "40001"
RETRIES = 100
INTERRUPT_EACH_S = 0.02


class _Again(Exception):
    """Another transaction was in the way."""


class Connection(Transactions):
    """A session. One statement runs at a time; `cancel` may come from another thread."""

    def __init__(
        self, warehouse: Warehouse, user: str, database: str, pid: int, application: str
    ) -> None:
        super().__init__(warehouse)
        self.database, self.pid = database, pid
        #: The database that it is connected to, while a view of another one is read too.
        self.home_database = database
        #: The database that USE has named.
        self.used = ""
        #: Whether it reads for a consumer of a data share.
        self.shared = False
        #: Whether the compute nodes have a part in the statement that runs.
        self.on_nodes = False
        #: Whether the statement that ended last was a query on the compute nodes.
        self.queried = False
        #: The number of the last one that was, in a procedure too.
        self.last_completed = -1
        #: Whether it looks up what views are: their columns, what they depend on.
        self.telling = False
        self.started_at = time.time()
        #: What its client told of itself, and what ends its talk.
        self.client: dict[str, str] = {}
        self.hang_up: Callable[[], None] | None = None
        self.prepared: dict[str, Any] = {}
        #: Statements that a client has prepared by the protocol, under the names it wrote.
        self.parsed: dict[str, Any] = {}
        self.notices: list[str] = []
        #: Of the session's last COPY and UNLOAD: ``pg_last_copy_count``, ``pg_last_copy_id``, ...
        self.counts: dict[str, int] = {}
        #: Functions that run elsewhere, by their numbers.
        self.remotes: dict[int, Any] = {}
        self.last_query_id = -1
        #: Of the statement that runs: what it has written, by `recording.wrote`.
        self.steps: list[tuple[str, int, str, int]] = []
        #: Of the transaction: the number of its first statement.
        self.xid = -1
        #: Whether it refreshes a materialized view by itself.
        self.automatic = False
        #: Who signs what it commits.
        self.author = ""
        #: Who hears whether a statement of a transaction of its own has committed.
        self.on_end: list[Callable[[bool], None]] = []
        self._using = threading.RLock()
        self._depth = 0
        self._canceled = self._interruptible = False
        self._interrupting = threading.Lock()
        self.groups: tuple[str, ...] = ()  # that the user is in for this session
        self.user = self.session_user = self.login = user
        self._check(user, database)
        #: What RESET goes back to: ALTER USER ... SET may have told something else.
        begun = SETTINGS | self._of_group() | self._of_user(user)
        self.defaults = begun | {"application_name": application}
        self.settings = dict(self.defaults)

    def _check(self, user: str, database: str) -> None:
        if not self.objects.find("user", user):
            raise RedshiftError(f'user "{user}" does not exist', "28000")
        if not self.objects.find("database", database):
            raise RedshiftError(f'database "{database}" does not exist', "3D000")

    def _of_group(self) -> dict[str, str]:
        from labkit.cloud.redshift.warehouse.statements.settings import of_group

        return of_group(self.warehouse.state.settings)

    def _of_user(self, user: str) -> dict[str, str]:
        found = self.objects.find("user", user)
        told: dict[str, str] = found.body.get("settings", {}) if found else {}
        return told

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> Result:
        """Run one statement.

        Args:
            parameters: what stands for ``$1``, ``$2``, ...

        Raises:
            RedshiftError: in Redshift's words.
        """
        parsed = Parsed(letter_case.written(self, sql), parameters)
        with self._using:
            if self._depth:
                return self._handle(parsed)
            self._depth += 1
            try:
                with self.warehouse.standing(), recorded(self, parsed) as record:
                    result = self._transact(parsed)
                    record["rows"] = result.count
                return result
            finally:
                self._depth -= 1
                self._canceled = False

    def cancel(self) -> None:
        """Stop what runs; it fails with 57014. A session that has ended stays as it is."""
        if self._depth:
            self.cancel_soon()

    def cancel_soon(self) -> None:
        """Stop the statement that runs, or the one that is about to.

        Between two of its queries DuckDB hears no interruption: it is said until it is heard.
        """
        self._canceled = True
        threading.Thread(target=self._interrupt, daemon=True).start()

    def cancel_nothing(self) -> None:
        """No statement is about to run any more."""
        self._canceled = False

    def _interrupt(self) -> None:
        while self._canceled:
            with self._interrupting, contextlib.suppress(duckdb.ConnectionException):
                if self._interruptible:
                    self.duck.interrupt()
            time.sleep(INTERRUPT_EACH_S)

    @contextlib.contextmanager
    def _cancelable(self) -> Iterator[None]:
        """What a cancellation ends: not the commit or the rollback that follows."""
        self._interruptible = True
        try:
            self.check_canceled()
            yield
        finally:
            self._no_more_interrupting()

    def _no_more_interrupting(self) -> None:
        with self._interrupting:
            self._interruptible = False

    def check_canceled(self) -> None:
        """End a statement of many steps here if it was canceled."""
        if self._canceled:
            raise RedshiftError("Query cancelled on user's request", CANCELED)

    def close(self) -> None:
        """End the session; what is not committed is gone."""
        self.warehouse.connections.pop(self.pid, None)
        close(self.duck)
        self.warehouse.blanks.end(self)

    def check_not_aborted(self, verb: str) -> None:
        """Raise for all but the end of a transaction that has failed."""
        if self.transaction == "failed" and verb not in registry.ENDING:
            raise RedshiftError(
                "current transaction is aborted, commands ignored until end of transaction block",
                "25P02",
            )

    def _transact(self, parsed: Parsed) -> Result:
        words, _ = registry.find_handler(parsed)
        self.check_not_aborted(words[0])
        if words in registry.ALONE:
            self.check_no_block(" ".join(words))
        ending = words[0] in registry.ENDING
        if self.transaction == "idle" and words[0] not in ("BEGIN", "START") and not ending:
            return self._alone(parsed)
        return self._in_block(parsed, contextlib.nullcontext() if ending else self._cancelable())

    def _in_block(
        self, parsed: Parsed, cancelable: contextlib.AbstractContextManager[None]
    ) -> Result:
        try:
            with cancelable:
                return self._handle(parsed)
        except BaseException:
            if self.transaction == "open":
                self._undo()
                self.transaction = "failed"
            raise

    def _alone(self, parsed: Parsed) -> Result:
        """A statement in a transaction of its own; where another was in the way, one at a time."""
        notices = len(self.notices)
        try:
            return self._once(parsed)
        except RedshiftError as error:
            if error.sqlstate != CONFLICT or self._renewed:
                raise
        with self.warehouse.writing:
            for _ in range(RETRIES):
                del self.notices[notices:]
                with contextlib.suppress(_Again):
                    return self._again(parsed)
        del self.notices[notices:]
        return self._once(parsed)

    def _again(self, parsed: Parsed) -> Result:
        self.check_canceled()
        try:
            return self._once(parsed)
        except RedshiftError as error:
            if error.sqlstate != CONFLICT or self._renewed:
                raise
            raise _Again from error

    def _once(self, parsed: Parsed) -> Result:
        self.begin()
        self.transaction, self._renewed = "idle", False
        try:
            with self._cancelable():
                result = self._handle(parsed.again())
            self.objects.forget()
            if self.transaction == "idle":
                self.cursors.clear()
                self._conclude(result.count)
                self._commit()
            self._ended(committed=True)
            return result
        except BaseException:
            self._undo_quietly()
            self._ended(committed=False)
            raise

    def _ended(self, *, committed: bool) -> None:
        waiting, self.on_end = self.on_end, []
        for told in waiting:
            told(committed)

    def _conclude(self, rows: int = 0) -> None:
        if self.ingested:
            quotas.check(self)
        if self.read and self.changed:
            database = self.objects.find("database", self.home_database)
            if serializing.level(database) == "Serializable":
                self.warehouse.serializing.check(self)
        with failures():
            signatures.sign(self, rows)

    def _handle(self, parsed: Parsed) -> Result:
        words, handler = registry.find_handler(parsed)
        letter_case.check(parsed.words)
        access_modes.check(self, words[0])
        self.ingested = self.ingested or words[0] in quotas.INGESTING
        try:
            with nodes.saying(self, words), failures():
                result = handler(self, parsed)
        except RedshiftError as error:
            if error.sqlstate == CANCELED:
                self._no_more_interrupting()
            raise
        self.keep_zone()
        return result

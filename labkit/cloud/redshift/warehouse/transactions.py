"""The transaction of a session: what begins it, ends it, and undoes it.

A statement outside of a transaction block is a transaction of its own. Inside of one an error ends
what was begun: further statements are refused until ROLLBACK, as Redshift does.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import duckdb

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.duck import commit, failures
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse import access_modes, refreshing
from labkit.cloud.redshift.warehouse.objects import Object, Objects
from labkit.cloud.redshift.warehouse.serializing import Done
from labkit.cloud.redshift.warehouse.session_settings import SETTINGS

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.warehouse import Warehouse

#: What a procedure may end a transaction with.
_ENDINGS = ("COMMIT", "ROLLBACK", "ABORT", "TRUNCATE")


class Transactions:
    """A session as far as its transaction goes."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.duck: duckdb.DuckDBPyConnection = warehouse.database.cursor()
        self.objects = Objects(self.duck)
        self.transaction: Literal["idle", "open", "failed"] = "idle"
        #: Whether what is open has been begun by nobody, as that of several statements at once.
        self.unbegun = False
        self.temporary: dict[str, Object] = {}
        self.settings: dict[str, str] = {}
        #: Whose rights count, whose the session is, and who logged in.
        self.user = self.session_user = self.login = ""
        #: What SET LOCAL has hidden; None for a variable that there was not.
        self.locals: dict[str, str | None] = {}
        #: The users that SET LOCAL SESSION AUTHORIZATION has hidden.
        self.local_users: tuple[str, str] | None = None
        self.cursors: dict[str, Any] = {}
        #: Stored procedures that run, one in another; whether all of them are NONATOMIC.
        self.call_depth, self.nonatomic = 0, False
        #: Whether one of them has settings of its own, and so ends no transaction.
        self.fixed = False
        #: Whether the transaction has put rows somewhere, and whether it has changed something.
        self.ingested, self.changing = False, False
        #: Whether it has made a materialized view stale.
        self.noted = False
        #: When it began, by the clock of `Blanks`, and the tables that it has changed.
        self.began, self.changed = 0, set[int]()
        #: The tables that it has read, and what is known of it while it commits.
        self.read = set[int]()
        self.done: Done | None = None
        self._renewed = False
        self._kept: tuple[Any, ...] = ()
        self._zone = SETTINGS["timezone"]

    @property
    def alone(self) -> bool:
        """Whether the statement that runs is all that its transaction has done."""
        return self.transaction == "idle" and not self.call_depth

    def check_no_block(self, what: str) -> None:
        """Refuse what no transaction undoes inside of a transaction block.

        Raises:
            RedshiftError: one is open.
        """
        if self.transaction != "idle":
            raise RedshiftError(f"{what} cannot run inside a transaction block", "25001")

    def keep_zone(self) -> None:
        """Let DuckDB reckon with the session's time zone."""
        if self.settings["timezone"] != self._zone:
            with failures():
                named = quoted_text(zones.named(self.settings["timezone"]))
                self.duck.execute(f"SET TimeZone = {named}")
            self._zone = self.settings["timezone"]

    def begin(self) -> None:
        """Open a transaction block."""
        self.keep_zone()
        self.objects.forget()
        self.warehouse.blanks.begin(self)
        self.duck.execute("BEGIN TRANSACTION")
        self.read.clear()
        self._kept = (dict(self.temporary), dict(self.settings), (self.user, self.session_user))
        self.transaction, self.ingested, self.changing = "open", False, False
        self.noted = False
        self.locals.clear()
        self.local_users = None
        self.settings[access_modes.TRANSACTION] = self.settings[access_modes.SESSION]

    def commit(self) -> None:
        """Make what the block did durable.

        Raises:
            RedshiftError: it cannot be, and is undone.
        """
        try:
            self._conclude()
        except RedshiftError:
            self.rollback()
            raise
        self.cursors.clear()
        self.transaction = "idle"
        self.objects.forget()
        self._commit()

    def _commit(self) -> None:
        if not commit(self.duck):
            self.warehouse.fall()
        self.warehouse.serializing.end(self, committed=True)
        self.warehouse.blanks.end(self)
        self._forget_locals()
        if self.noted:
            self.noted = False
            refreshing.wake(self.warehouse)

    def _forget_locals(self) -> None:
        """SET LOCAL holds until the end of the transaction."""
        for name, value in self.locals.items():
            if value is None:
                self.settings.pop(name, None)
            else:
                self.settings[name] = value
        self.locals.clear()
        if self.local_users:
            self.user, self.session_user = self.local_users
            self.local_users = None

    def rollback(self) -> None:
        """Undo what the block did."""
        if self.transaction == "open":
            self._undo()
        self.cursors.clear()
        self.transaction = "idle"

    def renew(self, what: str, *, undoing: bool = False) -> None:
        """End the transaction that a procedure runs in, and begin its next one.

        Source:
        https://docs.aws.amazon.com/redshift/latest/dg/stored-procedure-transaction-management.html

        Raises:
            RedshiftError: the procedure was called in a transaction block, or has settings.
        """
        if self.transaction != "idle" or (self.fixed and what in _ENDINGS):
            raise RedshiftError(
                f"{what} cannot be invoked from a procedure that is executing in an atomic "
                "context.",
                "2D000",
                hint="Try calling the procedure as a top-level call i.e. not from within an "
                "explicit transaction block. Or, if this procedure (or one of its ancestors in "
                "the call chain) was created with SET config options, recreate the procedure "
                "without them.",
            )
        self._renewed = True
        self.xid = next(self.warehouse.query_ids)
        self.cursors.clear()
        if undoing:
            self._undo()
        else:
            self._conclude()
            self.objects.forget()
            self._commit()
        changing = self.changing
        self.begin()
        self.transaction, self.changing = "idle", changing

    def fail(self) -> None:
        """An error outside of a statement ends a block's work too, as one of its statements."""
        if self.transaction == "open":
            self._undo()
            self.transaction = "failed"

    def _undo(self) -> None:
        self.objects.forget()
        try:
            with failures():
                self.duck.execute("ROLLBACK")
        finally:
            self.warehouse.serializing.end(self, committed=False)
            self.warehouse.blanks.end(self)
        self._restore()

    def _undo_quietly(self) -> None:
        """A commit that failed has rolled back already."""
        try:
            self._undo()
        except RedshiftError:
            self._restore()

    def _restore(self) -> None:
        """The session as it was when the transaction began; a procedure's user is its own."""
        self.temporary, self.settings, users = self._kept
        if not self.call_depth:
            self.user, self.session_user = users

    def _conclude(self, rows: int = 0) -> None:
        """What is to be done before a transaction commits: the session knows."""
        raise NotImplementedError

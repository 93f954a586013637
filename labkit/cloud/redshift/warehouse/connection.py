"""A session of a warehouse: its user, database, settings, temporary tables and transaction.

A statement outside of a transaction block is a transaction of its own. Inside of one an error ends
what was begun: further statements are refused until ROLLBACK, as Redshift does.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import zones
from labkit.cloud.engine.redshift.duck import close, failures
from labkit.cloud.engine.redshift.errors import CANCELED, RedshiftError
from labkit.cloud.redshift.warehouse import (
    access_modes,
    letter_case,
    quotas,
    refreshing,
    registry,
    signatures,
)
from labkit.cloud.redshift.warehouse.objects import Object, Objects
from labkit.cloud.redshift.warehouse.registry import Parsed, Result

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.warehouse import Warehouse

CONFLICT = "40001"
RETRIES = 100
#: What a procedure may end a transaction with.
_ENDINGS = ("COMMIT", "ROLLBACK", "ABORT", "TRUNCATE")
SETTINGS = {
    "search_path": '"$user", public',
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "query_group": "default",
    "statement_timeout": "0",
    "enable_result_cache_for_session": "on",
    "enable_case_sensitive_identifier": "off",
    "enable_case_sensitive_super_attribute": "off",
    "client_encoding": "UTF8",
    "server_version": "8.0.2",
    "extra_float_digits": "0",
    "autocommit": "on",
    "wlm_query_slot_count": "1",
    "describe_field_name_in_uppercase": "off",
    "transaction_isolation": "serializable",
    "default_transaction_isolation": "serializable",
    access_modes.TRANSACTION: "off",
    access_modes.SESSION: "off",
    "server_encoding": "UNICODE",
    "integer_datetimes": "on",
    "application_name": "",
    "client_min_messages": "notice",
    "analyze_threshold_percent": "10",
    "mv_enable_aqmv_for_session": "on",
    "json_serialization_enable": "off",
    "error_on_nondeterministic_update": "off",
    "max_cursor_result_set_size": "default",
    "enable_vacuum_boost": "off",
    "max_concurrency_scaling_clusters": "1",
    "pg_federation_repeatable_read": "on",
    "stored_proc_log_min_messages": "LOG",
    "use_fips_ssl": "off",
}
#: Settings that change answers, which have one value here.
FIXED = {
    "cast_super_null_on_error": "on",
    "navigate_super_null_on_error": "on",
    "parse_super_null_on_error": "off",
    "default_geometry_encoding": "1",
    "downcase_delimited_identifier": "on",
    "enable_numeric_rounding": "on",
    "interval_forbid_composite_literals": "off",
    "intervalstyle": "postgres",
    "json_serialization_parse_nested_strings": "off",
    "spectrum_enable_pseudo_columns": "on",
    "spectrum_query_maxerror": "-1",
}
SETTINGS |= FIXED


class _Again(Exception):
    """Another transaction was in the way."""


class Connection:
    """A session. One statement runs at a time; `cancel` may come from another thread."""

    def __init__(
        self, warehouse: Warehouse, user: str, database: str, pid: int, application: str
    ) -> None:
        self.warehouse, self.database, self.pid = warehouse, database, pid
        #: The database that it is connected to, while a view of another one is read too.
        self.home_database = database
        #: The database that USE has named.
        self.used = ""
        #: Whether it reads for a consumer of a data share.
        self.shared = False
        #: Whether it looks up what views depend on.
        self.telling = False
        self.duck = warehouse.database.cursor()
        self.objects = Objects(self.duck)
        self.started_at = time.time()
        #: What its client told of itself, and what ends its talk.
        self.client: dict[str, str] = {}
        self.hang_up: Callable[[], None] | None = None
        #: What SET LOCAL has hidden; None for a variable that there was not.
        self.locals: dict[str, str | None] = {}
        self.temporary: dict[str, Object] = {}
        self.prepared: dict[str, Any] = {}
        self.cursors: dict[str, Any] = {}
        self.notices: list[str] = []
        #: Of the session's last COPY and UNLOAD: ``pg_last_copy_count``, ``pg_last_copy_id``, ...
        self.counts: dict[str, int] = {}
        #: Functions that run elsewhere, by their numbers.
        self.remotes: dict[int, Any] = {}
        self.transaction: Literal["idle", "open", "failed"] = "idle"
        self.last_query_id = -1
        #: Stored procedures that run, one in another; whether all of them are NONATOMIC.
        self.call_depth, self.nonatomic = 0, False
        #: Whether one of them has settings of its own, and so ends no transaction.
        self.fixed = False
        self._renewed = False
        #: Whether the transaction has put rows somewhere.
        self.ingested = False
        #: Whether it has made a materialized view stale; whether it refreshes one by itself.
        self.noted, self.automatic = False, False
        #: Who signs what it commits, and whether the transaction has changed something.
        self.author, self.changing = "", False
        #: Who hears whether a statement of a transaction of its own has committed.
        self.on_end: list[Callable[[bool], None]] = []
        self._kept: tuple[Any, ...] = ()
        self._using = threading.RLock()
        self._depth = 0
        self._canceled = False
        self.groups: tuple[str, ...] = ()  # that the user is in for this session
        self.user = self.session_user = user
        self._zone = SETTINGS["timezone"]
        self._check(user, database)
        #: What RESET goes back to: ALTER USER ... SET may have told something else.
        self.defaults = SETTINGS | self._of_user(user) | {"application_name": application}
        self.settings = dict(self.defaults)

    def _check(self, user: str, database: str) -> None:
        if not self.objects.find("user", user):
            raise RedshiftError(f'user "{user}" does not exist', "28000")
        if not self.objects.find("database", database):
            raise RedshiftError(f'database "{database}" does not exist', "3D000")

    def _of_user(self, user: str) -> dict[str, str]:
        found = self.objects.find("user", user)
        told: dict[str, str] = found.body.get("settings", {}) if found else {}
        return told

    def keep_zone(self) -> None:
        """Let DuckDB reckon with the session's time zone."""
        if self.settings["timezone"] != self._zone:
            with failures():
                named = quoted_text(zones.named(self.settings["timezone"]))
                self.duck.execute(f"SET TimeZone = {named}")
            self._zone = self.settings["timezone"]

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> Result:
        """Run one statement.

        Args:
            parameters: what stands for ``$1``, ``$2``, ...

        Raises:
            RedshiftError: in Redshift's words.
        """
        parsed = Parsed(sql, parameters)
        with self._using:
            if self._depth:
                return self._handle(parsed)
            self._canceled = False
            record = self._begin_record(sql)
            self._depth += 1
            try:
                result = self._transact(parsed)
                self._end_record(record, result, None)
                return result
            except RedshiftError as error:
                self._end_record(record, None, error)
                raise
            finally:
                self._depth -= 1

    def cancel(self) -> None:
        """Stop what runs; it fails with 57014."""
        self._canceled = True
        self.duck.interrupt()

    def check_canceled(self) -> None:
        """End a statement of many steps here if it was canceled."""
        if self._canceled:
            raise RedshiftError("Query cancelled on user's request", CANCELED)

    @property
    def alone(self) -> bool:
        """Whether the statement that runs is all that its transaction has done."""
        return self.transaction == "idle" and not self.call_depth

    def close(self) -> None:
        """End the session; what is not committed is gone."""
        self.warehouse.connections.pop(self.pid, None)
        close(self.duck)

    def begin(self) -> None:
        """Open a transaction block."""
        self.keep_zone()
        self.objects.forget()
        self.duck.execute("BEGIN TRANSACTION")
        self._kept = (dict(self.temporary), dict(self.settings))
        self.transaction, self.ingested, self.changing = "open", False, False
        self.noted = False
        self.locals.clear()
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
        with failures():
            self.duck.execute("COMMIT")
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
        with failures():
            self.duck.execute("ROLLBACK")
        self.temporary, self.settings = self._kept

    def _transact(self, parsed: Parsed) -> Result:
        words, _ = registry.find_handler(parsed)
        if self.transaction == "failed" and words[0] not in registry.ENDING:
            raise RedshiftError(
                "current transaction is aborted, commands ignored until end of transaction block",
                "25P02",
            )
        if self.transaction == "open" and words in registry.ALONE:
            raise RedshiftError(f"{' '.join(words)} cannot run inside a transaction block", "25001")
        if self.transaction == "idle" and words[0] not in ("BEGIN", "START", *registry.ENDING):
            return self._alone(parsed)
        return self._in_block(parsed)

    def _in_block(self, parsed: Parsed) -> Result:
        try:
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
            result = self._handle(Parsed(parsed.text, parsed.parameters))
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

    @property
    def is_alone(self) -> bool:
        """Whether the statement that runs is a transaction of its own."""
        return self.transaction == "idle" and not self.call_depth

    def _ended(self, *, committed: bool) -> None:
        waiting, self.on_end = self.on_end, []
        for told in waiting:
            told(committed)

    def _undo_quietly(self) -> None:
        """A commit that failed has rolled back already."""
        try:
            self._undo()
        except RedshiftError:
            self.temporary, self.settings = self._kept

    def _conclude(self, rows: int = 0) -> None:
        """What is to be done before a transaction commits."""
        if self.ingested:
            quotas.check(self)
        with failures():
            signatures.sign(self, rows)

    def _handle(self, parsed: Parsed) -> Result:
        words, handler = registry.find_handler(parsed)
        letter_case.check(self, parsed)
        access_modes.check(self, words[0])
        self.ingested = self.ingested or words[0] in quotas.INGESTING
        with failures():
            result = handler(self, parsed)
        self.keep_zone()
        return result

    def _begin_record(self, sql: str) -> dict[str, Any]:
        self.last_query_id = next(self.warehouse.query_ids)
        record = {
            "query_id": self.last_query_id,
            "user": self.user,
            "database": self.database,
            "pid": self.pid,
            "text": sql,
            "started": time.time(),
            "ended": None,
            "status": "running",
            "rows": 0,
            "error": "",
            "label": self.settings["query_group"],
            "automatic": self.automatic,
        }
        self.warehouse.history.append(record)
        return record

    def _end_record(
        self, record: dict[str, Any], result: Result | None, error: RedshiftError | None
    ) -> None:
        canceled = error is not None and error.sqlstate == CANCELED
        failed = "canceled" if canceled else "failed"
        record |= {
            "ended": time.time(),
            "status": failed if error else "success",
            "rows": result.count if result else 0,
            "error": error.message if error else "",
        }

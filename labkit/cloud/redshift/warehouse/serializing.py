"""Databases whose transactions are serializable: ``ISOLATION LEVEL SERIALIZABLE``.

The others have snapshots: each transaction sees what was committed when it began. In a serializable
one, two that are under way at once do not both commit when each has read a table that the other
has changed. A longer ring of transactions goes unseen.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import RedshiftError

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.objects import Object
    from labkit.cloud.redshift.warehouse.transactions import Transactions

LEVELS = ("SERIALIZABLE", "SNAPSHOT")
KEPT = 1000


def level(database: Object | None) -> str:
    """A database's isolation level, as the system tables name it."""
    told = database.body.get("isolation") if database else ""
    return "Serializable" if told == "SERIALIZABLE" else "Snapshot Isolation"


@dataclass(eq=False)
class Done:
    """A transaction that commits: the tables it has read and changed, and when it had ended."""

    read: frozenset[int]
    changed: frozenset[int]
    ended: int = 0


class Serializing:
    """The last transactions of a warehouse's serializable databases.

    Args:
        now: the clock that transactions begin by.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._lock, self._now = threading.Lock(), now
        self._done: deque[Done] = deque()
        self._forgotten = 0

    def check(self, session: Transactions) -> None:
        """Note a transaction that is about to commit.

        Raises:
            RedshiftError: it can stand neither before nor behind another one.
        """
        own = Done(frozenset(session.read), frozenset(session.changed))
        with self._lock:
            if session.began < self._forgotten or any(
                one.changed & own.read and one.read & own.changed
                for one in self._done
                if not one.ended or one.ended > session.began
            ):
                raise RedshiftError("1023: Serializable isolation violation on table", "40001")
            self._done.append(own)
            session.done = own

    def end(self, session: Transactions, *, committed: bool) -> None:
        """Note that a transaction has ended."""
        own, session.done = session.done, None
        if own is None:
            return
        with self._lock:
            own.ended = self._now()
            if not committed:
                self._done.remove(own)
            elif len(self._done) > KEPT:
                self._forgotten = self._done.popleft().ended

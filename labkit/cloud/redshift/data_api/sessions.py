"""Sessions that outlive a statement: temporary tables, settings and transactions are kept.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-session-reuse.html
"""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.redshift.data_api.target import Target
from labkit.cloud.redshift.warehouse import Connection
from labkit.cloud.redshift.words import invalid

LONGEST_S = 86400
MOST = 500
_sessions: dict[str, Session] = {}


@dataclass
class Session:
    """One kept session; its connection is made with its first statement."""

    target: Target
    keep_s: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    until: float = 0.0
    busy: threading.Lock = field(default_factory=threading.Lock)
    _connection: Connection | None = None

    def connection(self, cloud: Cloud) -> Connection:
        """The connection, for one statement; `release` it after."""
        self.busy.acquire()
        if self._connection is None:
            try:
                self._connection = self.target.connect(cloud)
            except BaseException:
                self.busy.release()
                raise
        return self._connection

    def release(self) -> None:
        self.until = time.monotonic() + self.keep_s
        self.busy.release()

    def close(self) -> None:
        _sessions.pop(self.id, None)
        if self._connection:
            self._connection.close()


def new(context: Context, target: Target, keep_s: int) -> Session:
    """A session that stays for so many seconds after each statement."""
    if not 0 <= keep_s <= LONGEST_S:
        raise invalid(f"SessionKeepAliveSeconds must be between 0 and {LONGEST_S}")
    _sweep()
    session = Session(target, keep_s, until=time.monotonic() + max(keep_s, 60))
    _sessions[session.id] = session
    return session


def find(context: Context, number: str) -> Session:
    """A session that is still open.

    Raises:
        AwsError: there is none.
    """
    _sweep()
    found = _sessions.get(number)
    if found is None:
        raise invalid(f"Session is not available: {number}")
    return found


def _sweep() -> None:
    for session in list(_sessions.values()):
        if time.monotonic() > session.until and session.busy.acquire(blocking=False):
            session.busy.release()
            session.close()

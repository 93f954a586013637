"""Sessions that outlive a statement: temporary tables, settings and transactions are kept.

A session runs one statement at a time and queues none. It closes when nothing has run for as many
seconds as it is kept, or a day after it was opened. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-session-reuse.html
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.members import shown
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page
from labkit.cloud.redshift.data_api.records import DAY_S, is_old, of_caller
from labkit.cloud.redshift.data_api.target import Target
from labkit.cloud.redshift.warehouse import Connection
from labkit.cloud.redshift.words import invalid

KIND = "redshift.session"
MOST = 500
LEAST_S = 60  # for the first statement to begin
_open: dict[str, Session] = {}
_lock = threading.Lock()


@dataclass
class Session:
    """An open session; its connection is made with its first statement.

    Args:
        statement: the number of the one that runs.
        until: when it closes, if nothing runs by then.
    """

    cloud: Cloud
    target: Target
    keep_s: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    statement: str = ""
    created: float = field(default_factory=time.time)
    until: float = 0.0
    _connection: Connection | None = None

    def claim(self, statement: str) -> None:
        """Keep the session for a statement.

        Raises:
            AwsError: another one runs in it.
        """
        with _lock:
            if self.statement:
                raise invalid(f"Session is busy: {self.id}")
            self.statement = statement
        self.note(Status="BUSY")

    @contextlib.contextmanager
    def used(self, cloud: Cloud) -> Iterator[Connection]:
        """The connection, for the statement that has claimed it."""
        try:
            self._connection = self._connection or self.target.connect(cloud)
            yield self._connection
        finally:
            self.until = min(time.time() + self.keep_s, self.created + DAY_S)
            self.statement = ""
            self.note(Status="AVAILABLE")

    def close(self) -> None:
        _open.pop(self.id, None)
        self.note(Status="CLOSED")
        if self._connection:
            self._connection.close()

    def note(self, **members: Any) -> None:
        """Put on record what becomes of it."""
        records = self.cloud.records(KIND)
        told = {"UpdatedAt": time.time(), "SessionTtl": self.until} | members
        records[self.id] = records[self.id] | told


def new(context: Context, target: Target, keep_s: int) -> Session:
    """A session that stays for so many seconds after each statement.

    Raises:
        AwsError: the warehouse has as many as there may be.
    """
    sweep()
    if sum(each.target.key == target.key for each in list(_open.values())) >= MOST:
        raise AwsError("ActiveSessionsExceededException", f"There are {MOST} active sessions")
    session = Session(context.cloud, target, keep_s)
    session.until = session.created + max(keep_s, LEAST_S)
    places = ("ClusterIdentifier", "WorkgroupName", "Database", "DbUser")
    context.cloud.records(KIND)[session.id] = {
        "SessionId": session.id, "CreatedAt": session.created, "SessionAliveSeconds": keep_s,
        **{name: target.shown[name] for name in places if name in target.shown},
        "_": {"region": context.region, "arn": context.principal.arn},
    }  # fmt: skip
    _open[session.id] = session
    return session


def find(context: Context, number: str) -> Session:
    """A session that is still open.

    Raises:
        AwsError: it is closed, or there never was one.
    """
    sweep()
    if number in _open:
        return _open[number]
    if number in context.cloud.records(KIND):
        raise invalid("Session is not available")
    raise invalid(f"Session with Id: {number} is invalid")


def sweep() -> None:
    """Close the sessions whose time is over."""
    for session in list(_open.values()):
        with _lock:
            over = not session.statement and time.time() > session.until
        if over:
            session.close()


@on_start
def _closed_by_end(cloud: Cloud) -> None:
    """The process's end closed what was open; what is older than a day is forgotten."""
    records = cloud.records(KIND)
    for number, record in list(records.items()):
        if is_old(record):
            del records[number]
        else:
            records[number] = record | {"Status": "CLOSED"}


@operation("redshift-data", "ListSessions")
def list_sessions(
    context: Context,
    *,
    SessionId: str = "",
    Status: str = "",
    RoleLevel: bool = True,
    MaxResults: int = 100,
    NextToken: str = "",
    **where: str,
) -> Answer:
    """Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ListSessions.html"""
    sweep()
    states = [Status] if Status else ["AVAILABLE", "BUSY"]
    if SessionId:
        _check_alone(context, SessionId, Status, where)
        where, states = {"SessionId": SessionId}, [*states, "CLOSED"]
    found = [
        _shown(record)
        for record in of_caller(context, KIND, where, role_level=RoleLevel)
        if record["Status"] in states
    ]
    question, bad = (SessionId, Status, sorted(where.items())), invalid("Invalid NextToken")
    return page("Sessions", found, MaxResults or 100, NextToken, bad, question=question)


def _check_alone(context: Context, number: str, status: str, where: dict[str, str]) -> None:
    if status or where:
        raise invalid("SessionId can't be specified with other filters")
    if number not in context.cloud.records(KIND):
        message = f"Session with Id: {number} does not exist"
        raise AwsError("ResourceNotFoundException", message, ResourceId=number)


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    told = shown(record)
    session = _open.get(record["SessionId"])
    if session and session.statement:
        told["CurrentStatementId"] = session.statement
    return told

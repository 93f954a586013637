"""States that end by themselves: ``creating``, ``resizing``, ``deleting``.

Each has one function that does its work, in the background. A record says which state it is in
before the call is answered, so that work which the server's end interrupted is done anew when it
starts again: the work of a state may run twice. Where it fails for good, nothing is half done.
Source: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

import duckdb

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.jobs import Job, until_kept
from labkit.cloud.operations import Answer, AwsError, Context, Handler, changes_state, operation
from labkit.cloud.redshift import records
from labkit.cloud.redshift.records import Kind, Record
from labkit.cloud.redshift.warehouse import RedshiftError

log = logging.getLogger(__name__)
Work = Callable[[Cloud, Record], Record | None]
SomeTake = Callable[[Cloud, Record], Record]
SomeWork = TypeVar("SomeWork", bound=Work)
LOCK = "redshift"
#: A client's waiter looks once a minute: what ends within this is over before it looks first.
PATIENCE_S = 1.0
WORKS: dict[tuple[Kind, str], Work] = {}
#: Who hears that a state has ended: (cloud, kind, record before, record after or ``None``).
FOLLOWERS: list[Callable[[Cloud, Kind, Record, Record | None], None]] = []
_running: dict[tuple[Cloud, Kind, str], Future[Any]] = {}


def passing(kind: Kind, status: str) -> Callable[[SomeWork], SomeWork]:
    """Register the work of a state.

    It gives the members that change, among them the state after, or ``None`` when the resource is
    gone; one that another's work will end is left in its state. It runs without the records' lock
    and takes it for what it changes elsewhere.
    """

    def register(work: SomeWork) -> SomeWork:
        WORKS[kind, status] = work
        return work

    return register


def answers(name: str, service: str = "redshift") -> Callable[[Handler], Handler]:
    """Register the answer to an operation; no other one changes the records meanwhile."""

    def register(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def alone(context: Context, **members: Any) -> Answer | None:
            with context.cloud.lock(LOCK):
                answer = handler(context, **members)
            if changes_state(name):
                _settle(context.cloud)
            return answer

        return operation(service, name)(alone)

    return register


def begin(cloud: Cloud, kind: Kind, record: Record) -> Record:
    """Store a record and begin the work of its state."""
    records.put(cloud, kind, record)
    key = records.key_of(record)

    def work(job: Job) -> None:
        _follow(cloud, kind, key)

    where = (cloud, kind, key)
    _running[where] = future = cloud.jobs.start(f"redshift-{kind.name}/{key}", work)
    future.add_done_callback(lambda done: _running.get(where) is done and _running.pop(where))
    return record


def change(cloud: Cloud, kind: Kind, key: str, changes: Record | None) -> Record | None:
    """Change what a record says now; drop it for ``None``."""
    with cloud.lock(LOCK):
        held = records.records(cloud, kind)
        found = held.get(key)
        if found is None or changes is None:
            held.pop(key, None)
            return None
        hidden = found["_"] | changes.get("_", {})
        return records.put(cloud, kind, records.given(found | changes) | {"_": hidden})


def last_of(kind: Kind, cloud: Cloud, record: Record, take: SomeTake) -> None:
    """Take a last snapshot; where that fails it says so, and nothing of its source is lost."""
    changes = {kind.status: kind.failed}
    try:
        changes = take(cloud, record)
    finally:
        change(cloud, kind, records.key_of(record), changes | {"_": {"final": None}})


def _follow(cloud: Cloud, kind: Kind, key: str) -> None:
    """Do the work of a state, and of the one that follows."""
    record = records.records(cloud, kind).get(key)
    while record and (work := WORKS.get((kind, record[kind.status]))):
        before = record
        changes = _done(work, cloud, kind, record)
        record = until_kept(functools.partial(change, cloud, kind, key, changes))
        if record and record[kind.status] == before[kind.status]:
            break
        for follower in FOLLOWERS:
            follower(cloud, kind, before, record)


def _done(work: Work, cloud: Cloud, kind: Kind, record: Record) -> Record | None:
    try:
        return work(cloud, record)
    except (AwsError, OSError, RedshiftError, duckdb.Error):
        log.exception("%s %s failed", record[kind.status], records.key_of(record))
        return {kind.status: kind.failed}


def _settle(cloud: Cloud) -> None:
    """Give what was begun a moment to end."""
    ends = time.monotonic() + PATIENCE_S
    while futures := [future for (where, *_), future in list(_running.items()) if where is cloud]:
        left = ends - time.monotonic()
        if left <= 0 or wait(futures, timeout=left).not_done:
            break


@on_start
def mend(cloud: Cloud) -> None:
    """Do the work that was interrupted."""
    for kind, status in WORKS:
        for record in records.every(cloud, kind):
            if record[kind.status] == status:
                begin(cloud, kind, record)

"""Integrations at work: one thread each, which looks whether its source has changed.

SQLite tells by a number whether another connection has committed, which costs next to nothing.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from labkit.cloud.cloud import Cloud, on_start, on_stop
from labkit.cloud.redshift import records
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.sharing.producers import producer
from labkit.cloud.redshift.warehouse import Connection, RedshiftError, Warehouse
from labkit.cloud.redshift.zero_etl.kinds import INTEGRATION, id_of, namespace_of
from labkit.cloud.redshift.zero_etl.replication import TableFailed, give_up, replicate
from labkit.cloud.redshift.zero_etl.source import opened

log = logging.getLogger(__name__)
LOOK_S = 0.25
KEPT = 1000
APPLICATION = "zero-etl"
_running: dict[tuple[Path, str], Running] = {}


@dataclass(frozen=True)
class Round:
    """One time that changes came.

    Args:
        tables: how many changed.
    """

    database: str
    tables: int
    began: float
    ended: float


@dataclass
class Running:
    """An integration at work."""

    cloud: Cloud
    record: Record
    stopping: threading.Event = field(default_factory=threading.Event)
    rounds: deque[Round] = field(default_factory=lambda: deque(maxlen=KEPT))
    seen: dict[str, int] = field(default_factory=dict)
    thread: threading.Thread | None = None

    def work(self) -> None:
        """Look until it is told to stop."""
        with opened(Path(self.record["_"]["file"])) as source:
            while not self.stopping.wait(LOOK_S):
                try:
                    self._look(source)
                except (RedshiftError, sqlite3.Error, duckdb.Error) as error:
                    log.info("integration %s waits: %s", id_of(self.record), error)

    def _look(self, source: sqlite3.Connection) -> None:
        version = int(source.execute("PRAGMA data_version").fetchone()[0])
        warehouse = producer(self.cloud, namespace_of(self.record))
        for name in databases_of(warehouse, id_of(self.record)):
            if self.seen.get(name) != version:
                self._bring(warehouse, source, name)
                self.seen[name] = version

    def _bring(self, warehouse: Warehouse, source: sqlite3.Connection, name: str) -> None:
        began = time.time()
        session = warehouse.connect(warehouse.state.admin, name, application=APPLICATION)
        try:
            changed = _replicated(session, source, name)
        finally:
            session.close()
        if changed:
            self.rounds.append(Round(name, len(changed), began, time.time()))


def _replicated(session: Connection, source: sqlite3.Connection, name: str) -> set[str]:
    """Bring a database up to date without the tables whose rows do not fit."""
    while True:
        try:
            return replicate(session, source, name)
        except TableFailed as failed:
            give_up(session, name, failed)


def databases_of(warehouse: Warehouse, number: str) -> list[str]:
    """The databases that were made from an integration."""
    session = warehouse.connect(warehouse.state.admin, warehouse.state.database)
    try:
        found = session.objects.of("database")
    finally:
        session.close()
    return [one.name for one in found if one.body.get("integration") == number]


def start(cloud: Cloud, record: Record) -> None:
    """Let an integration work."""
    made = _running[cloud.home, id_of(record)] = Running(cloud, record)
    name = f"integration-{id_of(record)}"
    made.thread = threading.Thread(target=made.work, name=name, daemon=True)
    made.thread.start()


def stop(cloud: Cloud, number: str) -> None:
    """End an integration's work, when what it is at is done."""
    found = _running.pop((cloud.home, number), None)
    if found and found.thread:
        found.stopping.set()
        found.thread.join()


def rounds(cloud: Cloud, number: str) -> list[Round]:
    """When an integration brought changes."""
    found = _running.get((cloud.home, number))
    return list(found.rounds) if found else []


@on_start
def _start_all(cloud: Cloud) -> None:
    for record in records.every(cloud, INTEGRATION):
        start(cloud, record)


@on_stop
def _stop_all(cloud: Cloud) -> None:
    for home, number in list(_running):
        if home == cloud.home:
            stop(cloud, number)

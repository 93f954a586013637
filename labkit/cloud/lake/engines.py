"""The engine behind the services: one DuckDB instance for a workspace's local AWS.

It reads the lake's objects and writes beside them, nothing else of the machine; what does not fit
into its share of memory goes to the workspace's disk.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import DuckEngine, Session
from labkit.cloud.jobs import Job

MEMORY_SHARE = "1500MB"
_engines: dict[Path, DuckEngine] = {}
_lock = threading.Lock()


def open_session(cloud: Cloud) -> Session:
    """A session of the workspace's engine; close it when done."""
    with _lock:
        if cloud.home not in _engines:
            _engines[cloud.home] = _start(cloud)
        return _engines[cloud.home].session()


@contextlib.contextmanager
def stoppable_session(cloud: Cloud, job: Job) -> Iterator[Session]:
    """A session that is interrupted when a job is told to stop, whatever it is doing then."""
    session, closed, using = open_session(cloud), threading.Event(), threading.Lock()

    def interrupt() -> None:
        """Interrupt until it is closed: between two queries a session would not notice."""
        while not closed.wait(0.05):
            with using:
                if not closed.is_set():
                    session.interrupt()

    name = f"stop {job.name}"
    job.on_stop(lambda: threading.Thread(target=interrupt, name=name, daemon=True).start())
    try:
        yield session
    finally:
        with using:
            closed.set()
            session.close()


def _start(cloud: Cloud) -> DuckEngine:
    spill = cloud.home / "spill"
    spill.mkdir(exist_ok=True)
    return DuckEngine(
        [*cloud.lake, cloud.home / "spice"], memory_limit=MEMORY_SHARE, temp_directory=spill
    )

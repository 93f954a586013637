"""Work in the background: crawls, queries and job runs, each of which can be told to stop."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, repeat
from typing import Any, TypeVar

from labkit.cloud.state import wants_room

log = logging.getLogger(__name__)
Written = TypeVar("Written")
FULL_DISK_S = (0.1, 0.4, 1, 2, 4, 8, 16)  # how long the end of a job waits, again and again
_here = threading.local()  # ``ended``: tells the job of this thread that no job works any more


class Stopped(Exception):
    """Raised inside a job that was told to stop."""


def until_kept(write: Callable[[], Written]) -> Written:
    """Write down where a job has come to, or nobody would ever know: a full disk is waited for.

    In a job that is until there is room, or until the process ends; elsewhere half a minute.
    """
    ended: threading.Event | None = getattr(_here, "ended", None)
    for pause_s in chain(FULL_DISK_S, repeat(FULL_DISK_S[-1]) if ended else ()):
        try:
            return write()
        except (OSError, sqlite3.Error) as error:
            if pause_s == FULL_DISK_S[-1] and not wants_room(error):
                raise
            log.warning("the state of a job could not be stored yet: %s", error)
        if ended is None:
            time.sleep(pause_s)
        elif ended.wait(pause_s):
            break
    return write()


class Job:
    """A running piece of work, as its own code sees it."""

    def __init__(self, name: str) -> None:
        self.name = name
        #: Whether it is told to stop since the process ends.
        self.closing = False
        self._stop = threading.Event()
        self._on_stop: list[Callable[[], None]] = []

    def stop(self) -> None:
        """Ask the job to end; wakes whatever it waits in."""
        self._stop.set()
        for hook in list(self._on_stop):
            hook()

    def on_stop(self, hook: Callable[[], None]) -> None:
        """Call this when the job is told to stop, at once if it already was."""
        self._on_stop.append(hook)
        if self._stop.is_set():
            hook()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def check(self) -> None:
        """End the job here if it was told to stop.

        Raises:
            Stopped: it was.
        """
        if self._stop.is_set():
            raise Stopped(self.name)


class Jobs:
    """The running jobs by name (``athena/<id>``): as many at once of each service, whose name
    comes before the slash, so that long imports hold no query up."""

    def __init__(self, at_once: int = 8) -> None:
        self._at_once, self._stopped = at_once, threading.Event()
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._running: dict[str, tuple[Job, Future[Any]]] = {}
        self._lock = threading.Lock()

    def start(self, name: str, work: Callable[[Job], Any]) -> Future[Any]:
        """Run work in the background under a name.

        Raises:
            RuntimeError: the jobs were stopped.
        """
        job, service = Job(name), name.partition("/")[0]
        with self._lock:
            if self._stopped.is_set():
                raise RuntimeError("no job starts any more")
            if service not in self._pools:
                self._pools[service] = ThreadPoolExecutor(self._at_once, f"job-{service}")
            future = self._pools[service].submit(self._run, job, work)
            self._running[name] = (job, future)
        future.add_done_callback(lambda _: self._forget(name, job))
        return future

    def find(self, name: str) -> Job | None:
        """The running job of a name, if there is one."""
        found = self._running.get(name)
        return found[0] if found else None

    def stop(self) -> None:
        """Tell all jobs to stop, and wait for them."""
        with self._lock:
            self._stopped.set()
        for job, _ in list(self._running.values()):
            job.closing = True
            job.stop()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: Job, work: Callable[[Job], Any]) -> Any:
        _here.ended = self._stopped
        try:
            return work(job)
        except Stopped:
            return None
        except Exception:
            log.exception("job %s failed", job.name)
            raise

    def _forget(self, name: str, job: Job) -> None:
        with self._lock:
            if self._running.get(name, (None,))[0] is job:
                del self._running[name]

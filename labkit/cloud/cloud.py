"""The local AWS as one object: where it lives, what it remembers, what runs in it."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import secrets
import shutil
import string
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import moto.backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends

from labkit.cloud import memory
from labkit.cloud.jobs import Jobs
from labkit.cloud.moto_state import State
from labkit.cloud.operations import Principal
from labkit.cloud.s3 import bodies, objects
from labkit.cloud.state import Records

REGION = "us-east-1"
LEARNER = "learner"
_LETTERS = string.ascii_letters + string.digits
STARTERS: list[Callable[[Cloud], None]] = []
STOPPERS: list[Callable[[Cloud], None]] = []
#: moto's records of all accounts, by service: moto asks Python's importer each time.
_backends: Callable[[str], Any] = functools.cache(moto.backends.get_backend)


def on_start(starter: Callable[[Cloud], None]) -> Callable[[Cloud], None]:
    """Register what a service does when the cloud comes up, such as mending interrupted runs."""
    STARTERS.append(starter)
    return starter


def on_stop(stopper: Callable[[Cloud], None]) -> Callable[[Cloud], None]:
    """Register what a service puts away before the cloud goes down."""
    STOPPERS.append(stopper)
    return stopper


class Cloud:
    """One workspace's local AWS.

    Args:
        home: the workspace's folder; made when missing.
        region: the region that its learner works in.
        beneath: the ``s3`` folder of another that it goes on from; nothing in it is changed.
    """

    def __init__(self, home: Path, *, region: str = REGION, beneath: Path | None = None) -> None:
        self.home, self.region, self.account = home, region, DEFAULT_ACCOUNT_ID
        self.endpoint = ""
        home.mkdir(parents=True, exist_ok=True)
        os.chmod(home, 0o700)
        objects.install()
        memory.track_nothing()
        #: The folders of objects' bodies.
        self.lake = [home / "s3", *([beneath] if beneath else [])]
        bodies.BODIES.open(*self.lake)
        #: What processes of functions and jobs write; whatever a killed server left is removed.
        self.scratch = home / "labkit-scratch"
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        self.state = State(home / "state.db")
        self.jobs = Jobs()
        self._locks: dict[str, threading.RLock] = {}
        self._changing: set[str] = set()  # whose lock is held meanwhile
        self._answering = threading.local()
        self._records: dict[str, Records] = {}
        self._loading, self._started = threading.RLock(), 0

    def start(self) -> None:
        """Bring the stored state back and let each service mend what was interrupted."""
        self.state.load()
        bodies.BODIES.sweep(self._known_bodies())
        self._start_loaded()

    def load(self, package: str) -> None:
        """Import a service's code and let it start, once; who asks meanwhile waits."""
        with self._loading:
            importlib.import_module(package)
            self._start_loaded()

    def stop(self) -> None:
        """End the background's work and make everything durable."""
        with self._loading:
            for stopper in reversed(STOPPERS):  # who came last relies on those before
                stopper(self)
        self.jobs.stop()
        try:
            self.state.save()
        finally:
            self.state.close()

    @contextlib.contextmanager
    def lock(self, service: str) -> Iterator[None]:
        """Hold moto's records of a service for this thread."""
        with self._locks.setdefault(service, threading.RLock()):
            yield

    def keep(self, *services: str) -> None:
        """Make durable what moto holds of services, one after the other, whatever one raises."""
        failed = []
        for service in services:
            try:
                with self.lock(service):
                    self.state.save(service)
            except Exception as error:  # a full disk, or what pickle does not take
                failed.append(error)
        if failed:
            raise failed[0]

    @contextlib.contextmanager
    def answering(self, service: str) -> Iterator[None]:
        """Have what moto holds of a service made durable at the end, whatever is done inside."""
        self._answering.service = service
        try:
            yield
        finally:
            self._answering.service = ""
        self.keep(service)

    def is_answering(self, service: str) -> bool:
        """Whether this thread is within `answering` for the service."""
        return getattr(self._answering, "service", "") == service

    @contextlib.contextmanager
    def changing(self, service: str, *, is_kept: bool = False) -> Iterator[None]:
        """Hold moto's records of a service and make the changes durable at the end.

        Within another one of the thread, at the end of that.

        Args:
            is_kept: whether who calls makes them durable: to write them twice takes twice as long.
        """
        with self.lock(service):
            within = service in self._changing
            self._changing.add(service)
            try:
                yield
                if not within and not is_kept:
                    self.state.save(service)
            finally:
                if not within:
                    self._changing.discard(service)

    def backend(self, service: str, region: str | None = None) -> Any:
        """moto's records of a service (``glue``, ``kms``; global ones such as ``iam`` too)."""
        by_region = _backends(service)[self.account]
        return by_region["aws" if service in ("iam", "s3", "sts") else region or self.region]

    def records(self, kind: str) -> Records:
        """Durable records of our own, by kind (``athena.execution``)."""
        with self.state.lock:  # two of a kind would not know of each other's changes
            if kind not in self._records:
                self._records[kind] = self.state.records(kind)
            return self._records[kind]

    def learner(self) -> tuple[Principal, str, str]:
        """The workspace's user, access key and secret; made on first use.

        The secret has neither ``/`` nor ``+``: pyarrow, Spark and others put it into addresses.
        """
        iam: Any = iam_backends[self.account]["aws"]
        if LEARNER not in iam.users:
            iam.create_user(self.region, LEARNER)
            made = iam.create_access_key(LEARNER)
            made.secret_access_key = "".join(secrets.choice(_LETTERS) for _ in range(40))
            self.state.save("iam")
        user = iam.users[LEARNER]
        key = user.access_keys[0]
        return Principal(user.arn, self.account), key.access_key_id, key.secret_access_key

    def _start_loaded(self) -> None:
        """Run the starters that have come since the last time."""
        while (at := self._started) < len(STARTERS):
            self._started += 1  # before: a starter may load a service that it needs
            try:
                STARTERS[at](self)
            except BaseException:
                self._started = at  # to be tried again
                raise

    def _known_bodies(self) -> set[str]:
        buckets = self.backend("s3").buckets.values()
        versions = (v for b in buckets for vs in dict.values(b.keys) for v in vs)
        parts = (p for b in buckets for m in b.multiparts.values() for p in m.parts.values())
        return {k.path for k in (*versions, *parts) if hasattr(k, "path")}

"""The local AWS of one run: a confined process over a workspace of its own.

Functions and UDFs of a learner run beside it and may write where it writes. So nothing that lies
there is trusted: what is read of it is a small regular file, and whether it runs its keeper tells.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import stat
import time
from pathlib import Path

from labkit import process
from labkit.exercises.grading.bench import Bench
from labkit.exercises.grading.processes import Confined, Ended, Most, Spec, environment, interpreter

SERVER = "labkit.cloud.server:main"
TRUST = "redshift/trust.pem"
MOST_BYTES = 1_000_000
_POLL_S = 0.02
#: How many ports are tried: somebody else may take one before the cloud does.
_PORTS = 3


class NoCloud(Exception):
    """The local AWS of a run did not come up."""

    def __str__(self) -> str:
        return "the local AWS did not come up again"


class LocalCloud:
    """A local AWS that is there when it is asked for.

    Args:
        bench: what it is forked from.
        home: its workspace, which is prepared; it and its functions may write there.
        beneath: the objects' bodies that it goes on from; it may read them.
        scratch: a folder for this run.
    """

    def __init__(self, bench: Bench, home: Path, beneath: Path, scratch: Path) -> None:
        self._bench, self._home, self._beneath = bench, home, beneath
        self._beside, self._known = scratch / "beside", scratch / "known"
        self._running: Confined | None = None
        self.port, self._warehouses = 0, 0
        self._beside.mkdir()
        (self._known / "redshift").mkdir(parents=True)
        if trust := _regular(home / TRUST):
            (self._known / TRUST).write_bytes(trust)

    @property
    def ports(self) -> tuple[int, int]:
        """Where it listens, and where its warehouses do, by PostgreSQL's protocol."""
        return self.port, self._warehouses

    def ensure(self) -> None:
        """Have it run: as it is when it does, else anew over the same workspace.

        Raises:
            NoCloud: it did not come up.
        """
        if self._is_up():
            return
        deadline = time.monotonic() + self._bench.limits.start_s
        for _ in range(_PORTS):
            self._start()
            while self._is_up():
                if self._answers():
                    return
                if time.monotonic() > deadline:
                    raise NoCloud
        raise NoCloud

    def _start(self) -> None:
        """Start it at ports that are free now: the sandbox knows them before it begins."""
        self.end()
        _forget(self._home / "cloud.json")
        assert self._bench.clouds is not None
        self.port, self._warehouses = _free_port(), _free_port()
        self._running = self._bench.clouds.start(self._spec())

    def end(self) -> None:
        """End it and all that runs beside it; what it keeps is nobody's any more."""
        if self._running:
            self._running.stop()
            self._running = None

    def introduce(self, workspace: Path) -> Path:
        """Make a workspace that says where the cloud is, and has nothing that it keeps."""
        return Path(shutil.copytree(self._known, workspace))

    def _is_up(self) -> bool:
        """Whether the process that was started still runs; its keeper tells when it does not."""
        try:
            return self._running is not None and not self._running.line(time.monotonic() + _POLL_S)
        except Ended:
            return False

    def _answers(self) -> bool:
        """Whether it has said where it listens, at its own port, and does."""
        said = _regular(self._home / "cloud.json")
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
            if json.loads(said)["endpoint"] == f"http://127.0.0.1:{self.port}":
                (self._known / "cloud.json").write_bytes(said)
                return process.find(self._known) is not None
        return False

    def _spec(self) -> Spec:
        bundle = self._bench.bundle
        ours = {"LABKIT_HOME": str(self._home), "HOME": str(self._beside)}
        ours["LABKIT_WAREHOUSE_PORT"] = str(self._warehouses)
        arguments = ("--home", self._home, "--port", self.port, "--beneath", self._beneath)
        return Spec(
            entry=SERVER,
            arguments=(list(map(str, arguments)),),
            folder=str(self._beside),
            environment=environment(bundle, self._beside) | ours,
            read=(str(bundle), *interpreter()),
            shown=(str(self._beneath),),
            write=(str(self._home), str(self._beside)),
            ports=self.ports,
            bind=True,
            log=str(self._home / "cloud.log"),
            most=Most(memory_mb=2 * self._bench.limits.memory_mb, disk_mb=6000),
        )


def _regular(path: Path) -> bytes:
    """A small regular file's content; nothing of anything else, such as a pipe or a link."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                return file.read(MOST_BYTES)
    return b""


def _forget(path: Path) -> None:
    """Remove what says where the last cloud was, whatever it has become since."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    if path.exists():
        shutil.rmtree(path, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

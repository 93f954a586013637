"""The judge's hold on confined processes: warm ones to fork from, and what their children say."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from labkit.exercises.grading.variants import cache
from labkit.process import FRUGAL, ROOT

START_LIMIT_S = 60.0
#: What is forked has one thread: NumPy's and Arrow's allocators start none.
_UNTHREADED = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
# Judges, answers, other answers: not to be read although they may lie beside the interpreter.
HIDDEN = ("labkit", "tests", "tools", "notebooks", ".git")
LIMITS = {"RLIMIT_CORE": 0, "RLIMIT_NOFILE": 1024, "RLIMIT_NPROC": 4096, "RLIMIT_AS": 1 << 35}


@dataclass(frozen=True)
class Most:
    """What a confined process and all that it starts may use together."""

    memory_mb: int = 3000
    processes: int = 48
    tasks: int = 1000
    said: int = 32_000_000
    disk_mb: int = 3000
    files: int = 50_000


@dataclass(frozen=True)
class Spec:
    """A confined process.

    Args:
        entry: ``package.module:function``, and its arguments.
        folder: where it works.
        environment: its whole environment.
        read, write: what it may read, and where it may write; see `confine.landlock`.
        shown: what it may read although it is hidden.
        ports: where it may connect to.
        bind: whether it may listen.
        log: the file that its output goes to, by default nowhere.
        limits: the kernel's limits by name.
        most: what it may use.
    """

    entry: str
    arguments: tuple[Any, ...]
    folder: str
    environment: dict[str, str]
    read: tuple[str, ...]
    write: tuple[str, ...]
    shown: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    bind: bool = False
    log: str = ""
    limits: dict[str, int] = field(default_factory=dict)
    most: Most = Most()

    def as_json(self) -> bytes:
        """The request that a warm process takes."""
        ours = {"limits": LIMITS | self.limits, "hidden": hidden()}
        return json.dumps(asdict(self) | ours).encode() + b"\n"


class Ended(Exception):
    """A confined process has ended. Args: why."""


class Confined:
    """A running confined process.

    Args:
        channel: where its keeper sends what it says.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._channel, self._buffer = channel, b""

    def line(self, deadline: float) -> dict[str, Any] | None:
        """What it says next; ``None`` when it says nothing until then.

        Raises:
            Ended: it has said all that it will say.
        """
        while b"\n" not in self._buffer:
            self._channel.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                more = self._channel.recv(1 << 20)
            except TimeoutError:
                return None
            except OSError as error:
                raise Ended("its keeper is gone") from error
            if not more:
                raise Ended("its keeper is gone")
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        if line.startswith(b"."):
            raise Ended(line[1:].decode("utf-8", "replace"))
        return _parsed(line[1:])

    def stop(self) -> None:
        """End it and all that it has started; returns when nothing is left of it."""
        with contextlib.suppress(OSError):
            self._channel.sendall(b"k")
            deadline = time.monotonic() + START_LIMIT_S
            with contextlib.suppress(Ended):
                while time.monotonic() < deadline:
                    self.line(deadline)
        self._channel.close()

    def __enter__(self) -> Confined:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Warm:
    """An interpreter that has imported what its forks need.

    Args:
        bundle: what stands first on its path.
        modules: what it imports.
    """

    def __init__(self, bundle: Path, *modules: str) -> None:
        self._lock, self._is_ready = threading.Lock(), False
        self._requests, theirs = socket.socketpair()
        settings = {"path": [str(bundle), *site_packages()], "modules": modules}
        program = bundle / "labkit/exercises/grading/warm.py"
        command = [sys.executable, "-P", "-s", "-S", str(program), str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                [*command, json.dumps(settings)],
                cwd=bundle,
                stdin=subprocess.DEVNULL,
                env=FRUGAL | environment(bundle, bundle) | _UNTHREADED,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    def start(self, spec: Spec) -> Confined:
        """Fork a confined process."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            self._wait_until_ready()
            request = spec.as_json()
            sent = socket.send_fds(self._requests, [request], [theirs.fileno()])
            self._requests.sendall(request[sent:])
            self._answered()
        return Confined(ours)

    def close(self) -> None:
        """End it; its children's keepers end when their channels do."""
        self._requests.close()
        self._process.kill()
        self._process.wait()

    def _wait_until_ready(self) -> None:
        if not self._is_ready:
            self._answered()
            self._is_ready = True

    def _answered(self) -> None:
        self._requests.settimeout(START_LIMIT_S)
        if self._requests.recv(1) != b"!":
            raise Ended("the warm process has ended")


def environment(bundle: Path, scratch: Path) -> dict[str, str]:
    """The whole environment of a confined process, but for its workspace."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "MPLCONFIGDIR": str(scratch),
        "MPLBACKEND": "agg",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(bundle),
        "PYTHONNOUSERSITE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "LABKIT_PROGRESS": "off",
        "LABKIT_PICTURES": "off",
        "LABKIT_CLOUD": "local",
        "LABKIT_BEGUN": "yes",
    }


def interpreter() -> tuple[str, ...]:
    """What Python itself needs to read."""
    places = [sys.prefix, sys.base_prefix, sys.base_exec_prefix, *site_packages()]
    return tuple(dict.fromkeys(places))


def site_packages() -> list[str]:
    """Where the libraries lie. They come without .pth files, which could lead elsewhere."""
    return list(dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib")))


def hidden() -> list[str]:
    """What no confined process may read, wherever it lies."""
    kept = [cache() / "clouds", cache() / "lakes", cache() / "references"]
    return [str(path) for path in (*map(ROOT.joinpath, HIDDEN), *kept)]


def _parsed(line: bytes) -> dict[str, Any]:
    """A line as the object that it should be; whatever else it is says nothing."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

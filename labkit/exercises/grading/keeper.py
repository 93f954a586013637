"""Keeps one confined process: passes on what it says, watches what it uses, ends all of it.

The keeper is the parent that orphans of its child come back to, so a process that detaches itself
stays in its sight. It ends them all when its child ends, when the judge says so, when they use too
much, and when the judge is gone.

What it sends to the judge, line by line: ``>`` and a line that the child has said; at last ``.``
and why it ended.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from labkit.exercises.grading import confine, trees

LOOK_S, LOOK_AT_FILES_S = 0.1, 1.0
_CHUNK = 1 << 16


def main(spec: Mapping[str, Any], channel: int) -> NoReturn:
    """Run a specification's entry confined, to its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    confine.adopt_orphans()
    said, saying = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(channel)
        os.close(said)
        _become(spec, saying)
    os.close(saying)
    with socket.socket(fileno=channel) as judge:
        why = "the judge is gone"
        with contextlib.suppress(OSError):
            why = Watch(spec["most"], spec["write"], child, said, judge).until_the_end()
        trees.end_all()
        with contextlib.suppress(OSError):
            judge.sendall(f".{why}\n".encode())
    os._exit(0)


def _become(spec: Mapping[str, Any], saying: int) -> NoReturn:
    """Turn this process into the confined one. It says what it has to say to a file's handle."""
    code = 1
    try:
        _keep_only(saying)
        confine.enter(spec)
        if spec["log"]:
            _log_to(spec["log"])
        module, _, name = spec["entry"].partition(":")
        code = getattr(importlib.import_module(module), name)(*spec["arguments"]) or 0
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(saying, json.dumps({"broken": f"{type(error).__name__}: {error}"}).encode())
    finally:
        os._exit(code if isinstance(code, int) else 1)


SAYING = 3  # the handle that an entry writes its lines to


def _keep_only(saying: int) -> None:
    """Nothing open but the null device three times, and what it says."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    if saying != SAYING:
        os.dup2(saying, SAYING)
    os.set_inheritable(SAYING, False)
    os.closerange(SAYING + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115


def _log_to(path: str) -> None:
    """Write output to a file, which lies where the process may write."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(log, standard)
    os.close(log)


class Watch:
    """What the keeper looks at until the end.

    Args:
        most: ``memory_mb``, ``processes``, ``tasks`` (processes' threads), ``said`` (bytes), and
            ``disk_mb`` and ``files``, which are looked at once a second.
        write: the folders that it may write to.
        child: the confined process.
        said: where it says its lines.
        judge: where they go.
    """

    def __init__(
        self,
        most: Mapping[str, int],
        write: Sequence[str],
        child: int,
        said: int,
        judge: socket.socket,
    ) -> None:
        self._most, self._write = most, write
        self._child, self._said, self._judge = child, said, judge
        self._line, self._bytes, self._eof = b"", 0, False
        self._look_at, self._look_at_files = 0.0, time.monotonic() + LOOK_AT_FILES_S

    def until_the_end(self) -> str:
        """Watch. Returns why it ended."""
        with selectors.DefaultSelector() as ready:
            ready.register(self._judge, selectors.EVENT_READ, self._asked)
            ready.register(self._said, selectors.EVENT_READ, self._pass_on)
            while True:
                for key, _ in ready.select(LOOK_S):
                    if why := key.data():
                        return str(why)
                if self._eof and self._said in ready.get_map():
                    ready.unregister(self._said)
                if why := self._used() or self._ended():
                    return why

    def _asked(self) -> str:
        """The judge wants an end, or is gone: at once, for nothing of it is needed any more."""
        return "stopped"

    def _pass_on(self) -> str:
        """Send on whole lines; too many bytes are an end."""
        chunk = os.read(self._said, _CHUNK)
        self._eof = not chunk
        self._bytes += len(chunk)
        if self._bytes > self._most["said"]:
            return "it said too much"
        *lines, self._line = (self._line + chunk).split(b"\n")
        for line in lines:
            self._judge.sendall(b">" + line + b"\n")
        return ""

    def _used(self) -> str:
        """Whether the whole tree uses more than it may; looked at ten times a second."""
        if (now := time.monotonic()) < self._look_at:
            return ""
        self._look_at, used = now + LOOK_S, trees.usage()
        if now >= self._look_at_files:
            used |= trees.written(self._write, self._most["files"])
            self._look_at_files = time.monotonic() + LOOK_AT_FILES_S
        return next((OVER[name] for name, value in used.items() if value > self._most[name]), "")

    def _ended(self) -> str:
        """How the child ended, with all that it had said passed on; orphans are waited for, too."""
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self._child:
                    return self._last_words() or _how(found[1])
        return ""

    def _last_words(self) -> str:
        while not self._eof and _is_ready(self._said):
            if why := self._pass_on():
                return why
        return ""


OVER = {
    "memory_mb": "it used too much memory",
    "processes": "it started too many processes",
    "tasks": "it started too many threads",
    "disk_mb": "it wrote too much to the disk",
    "files": "it made too many files",
}


def _is_ready(handle: int) -> bool:
    with selectors.DefaultSelector() as ready:
        ready.register(handle, selectors.EVENT_READ)
        return bool(ready.select(0))


def _how(status: int) -> str:
    """How a process ended, in words."""
    if not os.WIFSIGNALED(status):
        return "ended"
    return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"

"""One process of a function: started cold, kept warm, killed at the timeout.

Lambda calls it an execution environment. It handles one event at a time, keeps its globals between
events, and dies on a timeout, on using too much memory, or when its function changes.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
INIT_S = 10.0
LOOK_S = 0.1
_CHUNK, _MOST_LOG = 1 << 16, 1 << 25  # bytes

Answer = dict[str, Any]


class Died(Exception):
    """The process ended before it answered. Args: how, in Lambda's words."""


class TimedOut(Exception):
    """No answer before the deadline."""


@dataclass(frozen=True)
class Recipe:
    """What a process is started with; another recipe means another process.

    Args:
        folder: the unzipped code.
        path: what its imports find first: the code and the layers.
        environment: its environment variables, all of them.
        memory_mb: it dies above this much.
        scratch: where its own folder for files is made.
    """

    folder: Path
    path: tuple[str, ...]
    environment: dict[str, str]
    memory_mb: int
    scratch: Path


class Worker:
    """A process that runs a function.

    Args:
        recipe: what to start.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe, self.peak_mb, self.init_ms = recipe, 0, 0.0
        self.init_error: Any = None
        self._ended = False
        self._scratch = tempfile.TemporaryDirectory(prefix="lambda-", dir=recipe.scratch)
        self._log = open(Path(self._scratch.name) / "log", "w+b")  # noqa: SIM115
        self._buffer = b""
        self._process = self._start()

    def wait(self) -> None:
        """Wait until the process has imported the function, or has said why it cannot.

        Raises:
            Died: it ended instead.
            TimedOut: it took more than ten seconds; it is killed.
        """
        started = time.monotonic()
        try:
            self.init_error = self._read(time.time() + INIT_S).get("error")
        except TimedOut:
            self.kill()
            raise
        self.init_ms = (time.monotonic() - started) * 1000

    @property
    def is_alive(self) -> bool:
        return not self._ended and self._process.poll() is None

    def call(self, call: dict[str, Any], deadline: float) -> Answer:
        """The answer to an event.

        Raises:
            Died: the process ended instead.
            TimedOut: the deadline came first; the process is killed.
        """
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(call).encode() + b"\n")
            self._process.stdin.flush()
            return self._read(deadline)
        except BrokenPipeError as error:
            raise Died(self._cause()) from error
        except TimedOut:
            self.kill()
            raise

    def take_log(self) -> str:
        """What was printed since the last call; of too much, the beginning and the end."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(0)
        told = self._log.read(_MOST_LOG)
        if size > _MOST_LOG:
            self._log.seek(max(_MOST_LOG, size - _MOST_LOG))
            told += b"\n" + self._log.read()
        text = told.decode("utf-8", "replace")
        os.ftruncate(self._log.fileno(), 0)
        return text

    def kill(self) -> None:
        """End the process and what it started."""
        if self._ended:
            return
        self._ended = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._lifeline)
        os.close(self._answers)
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def close(self) -> None:
        """End the process, if it runs, and forget its files."""
        self.kill()
        self._log.close()
        self._scratch.cleanup()

    def _start(self) -> subprocess.Popen[bytes]:
        self._answers, their_answers = os.pipe()
        their_lifeline, self._lifeline = os.pipe()
        temporary = self._scratch.name
        own = {"LABKIT_FUNCTION_PATH": os.pathsep.join(self.recipe.path), "TMPDIR": temporary}
        command = [sys.executable, "-I", "-u", str(BOOTSTRAP)]
        log = os.open(self._log.name, os.O_WRONLY | os.O_APPEND)
        try:
            return subprocess.Popen(
                [*command, str(their_answers), str(their_lifeline)],
                cwd=self.recipe.folder,
                env=self.recipe.environment | own | {"HOME": temporary},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=(their_answers, their_lifeline),
                start_new_session=True,
            )
        finally:
            for end in (their_answers, their_lifeline, log):
                os.close(end)

    def _read(self, deadline: float) -> Answer:
        """The next line of the process."""
        with selectors.DefaultSelector() as ready:
            ready.register(self._answers, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                left = deadline - time.time()
                if left <= 0:
                    raise TimedOut
                if ready.select(min(left, LOOK_S)):
                    self._fill()
                elif self._anonymous_mb() > self.recipe.memory_mb:
                    self._process.kill()
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: Answer = json.loads(line)
        self.peak_mb = answer.pop("peak_mb", 0)
        return answer

    def _fill(self) -> None:
        chunk = os.read(self._answers, _CHUNK)
        if not chunk:
            raise Died(self._cause())
        self._buffer += chunk

    def _cause(self) -> str:
        """How the process ended, as Lambda says it."""
        code = self._process.wait()
        if code == 0:
            return "Runtime exited without providing a reason"
        if code > 0:
            return f"Runtime exited with error: exit status {code}"
        name = signal.strsignal(-code) or str(-code)
        return f"Runtime exited with error: signal: {name.lower()}"

    def _anonymous_mb(self) -> int:
        """Memory of the process's own, where the system tells (Linux); libraries not counted."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0
        told = re.search(r"^RssAnon:\s*(\d+) kB", status, re.MULTILINE)
        return int(told[1]) >> 10 if told else 0

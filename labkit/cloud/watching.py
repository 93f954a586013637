"""A server that a library has ended is started anew.

Where Arrow or DuckDB meets what it cannot bear, such as a damaged footer of a Parquet file, it ends
the process. Python tells then where it was: who hears that, in a process of its own, writes it in
the log and becomes the workspace's next server. All other ends (``labkit down``, ``kill -9``) tell
nothing, and are left at that. Source: https://docs.python.org/3/library/faulthandler.html
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time

#: A server that falls more often than this is not started again: what makes it fall is still there.
MOST, WITHIN_S = 5, 60.0
_FELL = "LABKIT_FELL"


def watch() -> None:
    """Let another process start this one anew, by the same command, if a library ends it."""
    listening, telling = os.pipe()
    if os.fork():
        os.close(listening)
        faulthandler.enable(telling)
        return
    os.close(telling)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    with open(listening, "rb") as told:
        last_words = told.read()
    if last_words:
        sys.stderr.buffer.write(last_words)
        _start_anew()
    os._exit(0)


def _start_anew() -> None:
    fell = [*map(float, os.environ.get(_FELL, "").split()), time.monotonic()]
    recent = [each for each in fell if fell[-1] - each < WITHIN_S]
    if len(recent) > MOST:
        sys.stderr.write("The local AWS falls again and again, and is not started anew.\n")
        sys.stderr.flush()
        return
    sys.stderr.write("The local AWS is started anew.\n")
    sys.stderr.flush()
    os.environ[_FELL] = " ".join(map(str, recent))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.execv(sys.executable, sys.orig_argv)

"""What the server takes of the machine: bounds of memory and files, and what it gives back."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import time
from collections.abc import Callable

LEAST_MEMORY = 4 << 30
OPEN_MAX = 10240  # macOS's <sys/syslimits.h>
#: A server that took less than this of a processor between two looks is at rest.
REST = 0.1
#: Seconds after which a server that never rests gives back what it has freed.
LONGEST_S = 15.0


def bound_memory() -> None:
    """Leave the machine a quarter of its memory: who asks for more fails, and nobody else.

    Texts and lists that a statement makes are not in DuckDB's own count. Linux heeds this.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY:
        share = max(memory * 3 // 4, LEAST_MEMORY)
        resource.setrlimit(resource.RLIMIT_DATA, (share, most))


def raise_files() -> None:
    """Have as many files and connections open as the system lets: each client takes one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (most, OPEN_MAX):  # macOS says "no limit", and gives this much
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
            return


class Freed:
    """Memory that threads have freed: glibc keeps it, and gives it back when it is told to.

    To be told at each free (``MALLOC_TRIM_THRESHOLD_``) makes a load of files an eighth slower.
    Source: https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """

    def __init__(self, trim: Callable[[int], int] | None = None) -> None:
        self._trim = trim or getattr(ctypes.CDLL(None), "malloc_trim", None)
        self._seen = self._given = (time.monotonic(), time.process_time())

    def look(self) -> None:
        """Called every half second: give back once the server rests after it has worked."""
        (then, spent), now = self._seen, (time.monotonic(), time.process_time())
        rests = now[1] - spent < REST * (now[0] - then)
        has_worked = now[1] - self._given[1] > REST
        self._seen = now
        if self._trim and has_worked and (rests or now[0] - self._given[0] > LONGEST_S):
            self._trim(0)
            self._given = (time.monotonic(), time.process_time())

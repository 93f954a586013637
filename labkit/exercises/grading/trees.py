"""The processes beneath this one: how many, what they use, and how to end them all.

Linux lists a process's children in a file, which costs little enough to be read ten times a
second; elsewhere `ps` tells of all processes. What they have written is looked at less often.

Source: https://man7.org/linux/man-pages/man5/proc_pid_task.5.html
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import stat
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

_HELD = re.compile(rb"^Rss(?:Anon|Shmem):\s*(\d+) kB", re.MULTILINE)
_BLOCK_MB = 512 / 2**20
LISTED = Path(f"/proc/self/task/{os.getpid()}/children").exists()
ROUNDS = 1000


def usage() -> dict[str, float]:
    """Memory of their own, processes and threads of all descendants together."""
    if not LISTED:
        table, pids = _table(), descendants()
        memory = sum(table[pid][1] for pid in pids if pid in table)
        return {"memory_mb": memory, "processes": len(pids), "tasks": len(pids)}
    pids = descendants()
    return {
        "memory_mb": sum(map(_memory_mb, pids)),
        "processes": len(pids),
        "tasks": sum(map(_tasks, pids)),
    }


def written(folders: Iterable[str], most: int) -> dict[str, float]:
    """How much lies beneath folders and in deleted files that descendants hold open.

    Args:
        most: files after which nothing is counted any more, which a path without an end is, too.
    """
    left, blocks, files = [*folders], sum(map(deleted_blocks, descendants())), 0
    while left and files <= most:
        try:
            found = os.scandir(left.pop())
        except OSError as error:
            files += most * (error.errno == errno.ENAMETOOLONG)
            continue
        with found, contextlib.suppress(OSError):
            for each in found:
                files += 1
                left += [each.path] * each.is_dir(follow_symlinks=False)
                blocks += each.stat(follow_symlinks=False).st_blocks
    return {"disk_mb": blocks * _BLOCK_MB, "files": files}


def descendants() -> list[int]:
    """The pids of all processes beneath this one, parents first."""
    children = _listed_children if LISTED else _told_children()
    found, at = children(os.getpid()), 0
    while at < len(found):
        found += children(found[at])
        at += 1
    return found


def end_all() -> None:
    """Kill all descendants. They are stopped first: one that stands still starts no other."""
    for _ in range(ROUNDS):
        stopped: set[int] = set()
        while new := set(descendants()) - stopped:
            _signal(new, signal.SIGSTOP)
            stopped |= new
        if not stopped:
            return
        _signal(stopped, signal.SIGKILL)
        _reap()


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _reap() -> None:
    """Wait for the children that have been killed; orphans of theirs come next."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-1, 0)
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _listed_children(pid: int) -> list[int]:
    """A process's children, which the kernel lists by the thread that made them."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += map(int, _read(f"/proc/{pid}/task/{task}/children").split())
    return found


def _memory_mb(pid: int) -> float:
    """What a process holds in memory that is no file's, shared with others or not."""
    with contextlib.suppress(OSError):
        return sum(map(int, _HELD.findall(_read(f"/proc/{pid}/status")))) / 1024
    return 0.0


def deleted_blocks(pid: int) -> int:
    """The blocks of the files that a process has open and that no folder has."""
    blocks = 0
    with contextlib.suppress(OSError):
        for handle in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found = os.stat(f"/proc/{pid}/fd/{handle}")
                gone = not found.st_nlink and stat.S_ISREG(found.st_mode)
                blocks += found.st_blocks * gone
    return blocks


def _read(path: str) -> bytes:
    """A file's content; each process has a file a thread, so this is as plain as it can be."""
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _tasks(pid: int) -> int:
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/task"))
    return 0


def _told_children() -> Callable[[int], list[int]]:
    by_parent: dict[int, list[int]] = {}
    for pid, (parent, _) in _table().items():
        by_parent.setdefault(parent, []).append(pid)
    return lambda pid: list(by_parent.get(pid, ()))


def _table() -> dict[int, tuple[int, float]]:
    """Parent and memory in MB of every process, but for the one that tells."""
    with subprocess.Popen(["ps", "-axo", "pid=,ppid=,rss="], stdout=subprocess.PIPE) as ps:
        assert ps.stdout is not None
        rows = [list(map(int, line.split())) for line in ps.stdout]
    return {pid: (parent, kb / 1024) for pid, parent, kb in rows if pid != ps.pid}

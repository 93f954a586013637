"""A process that can touch little: what the kernel gives, from the standard library alone.

Landlock takes rights away from a process and all its descendants, for good, without a superuser's
help: files and folders by path, TCP ports by number, signals to processes outside. What is not
allowed is refused, so on one user's account a learner's code reads no reference, writes no result,
and neither signals nor traces the judge or the cloud. A superuser's privileges, which a judge in a
container often has, are given up: they set the clock, host names and networks of the machine.

Source: https://docs.kernel.org/userspace-api/landlock.html

Where there is none (macOS, Linux before 5.13) the rest still holds: a session, an environment and
limits of its own. `landlock_version` tells, and the grade's report says so.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labkit.exercises.grading import calls

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_BENEATH, _PORT = 1, 2
_PDEATHSIG, _NO_NEW_PRIVS, _SUBREAPER = 1, 38, 36
_CAPABILITIES = 0x20080522  # the version that the kernel speaks, with 64 of them

EXECUTE, WRITE, READ, LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL = 1 << 14, 1 << 15
BIND, CONNECT = 1 << 0, 1 << 1
SCOPED = 0b11  # abstract sockets and signals
MAKE_DEVICES = 1 << 6 | 1 << 11  # of characters, of blocks
# How many rights on files each version knows.
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
OF_FILES = EXECUTE | WRITE | READ | TRUNCATE | IOCTL
READING = EXECUTE | READ | LIST

# What programs read of a machine before they do anything.
SYSTEM = (
    "/bin", "/lib", "/lib64", "/usr", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/fonts",
    "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/hosts",
    "/etc/host.conf", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/gai.conf", "/etc/localtime",
    "/etc/timezone", "/etc/mime.types", "/etc/passwd", "/etc/group", "/etc/services",
    "/etc/protocols", "/etc/os-release", "/nix/store", "/proc/self", "/proc/cpuinfo",
    "/proc/meminfo", "/proc/stat", "/proc/filesystems", "/proc/sys/vm", "/proc/sys/kernel",
    "/proc/sys/fs", "/proc/version", "/sys/devices/system", "/sys/fs/cgroup", "/dev/urandom",
    "/dev/random",
)  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


def enter(spec: Mapping[str, Any]) -> None:
    """Confine this process, which has one thread, as a specification says.

    Args:
        spec: ``environment``, ``folder``, ``limits`` by the kernel's names (``RLIMIT_CPU``), paths
            in ``read``, ``write``, ``hidden`` and ``shown``, and ``ports`` that it may connect to
            (``bind``: whether it may listen).
    """
    os.setsid()
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(spec["environment"])
    os.chdir(spec["folder"])
    tempfile.tempdir = None
    _limit(spec["limits"])
    if sys.platform == "linux":
        _prctl(_PDEATHSIG, 9)
        _prctl(_NO_NEW_PRIVS, 1)
        give_up_privileges()
        landlock(
            spec["read"], spec["write"], spec["hidden"], spec["ports"],
            bind=spec["bind"], shown=spec["shown"],
        )  # fmt: skip
        calls.refuse()


def give_up_privileges() -> None:
    """Take from this process, and all after it, what a superuser may do beyond its own files.

    Source: https://man7.org/linux/man-pages/man2/capset.2.html
    """
    header, none = struct.pack("Ii", _CAPABILITIES, 0), bytes(24)
    _checked(_libc().capset(header, none))


def adopt_orphans() -> None:
    """Let whatever a descendant leaves behind become this process's child."""
    if sys.platform == "linux":
        _prctl(_SUBREAPER, 1)


def landlock_version() -> int:
    """The kernel's Landlock version; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(_CREATE, None, 0, 1)))


def landlock(
    read: Iterable[str],
    write: Iterable[str],
    hidden: Iterable[str],
    ports: Iterable[int],
    *,
    bind: bool,
    shown: Iterable[str] = (),
) -> None:
    """Keep this process to some paths and ports; nothing where the kernel has no Landlock.

    Args:
        read: what it may read and execute, besides `SYSTEM`.
        write: where it may do anything but make devices.
        hidden: what it may not read although it lies within what it may.
        ports: where it may connect to.
        bind: whether it may listen, at any port.
        shown: what it may read, and not execute, although it is hidden.
    """
    if not (version := landlock_version()):
        return
    everything = (1 << RIGHTS.get(version, 16)) - 1
    ruleset = _ruleset(version, everything, CONNECT if bind else CONNECT | BIND)
    apart = [Path(path).resolve() for path in hidden]
    for path in (*SYSTEM, *read):
        for place, rights in readable(Path(path), apart):
            _allow(ruleset, place, rights)
    for path in shown:
        _allow(ruleset, Path(path), READ | LIST)
    for path in write:
        _allow(ruleset, Path(path), everything & ~MAKE_DEVICES)
    for device in DEVICES:
        _allow(ruleset, Path(device), (READ | WRITE) & everything)
    for port in ports if version >= 4 else ():
        _add(ruleset, _PORT, struct.pack("QQ", CONNECT, port))
    _checked(_libc().syscall(_RESTRICT, ruleset, 0))
    os.close(ruleset)


def readable(path: Path, hidden: list[Path]) -> Iterator[tuple[Path, int]]:
    """The rights to read a path but for what is hidden in it.

    Landlock only ever allows, and what it allows holds for all beneath. So a folder around
    something hidden may be listed, and each other thing in it may be read.
    """
    try:
        real = path.resolve()
        if any(real.is_relative_to(one) for one in hidden):
            return
        if not any(one.is_relative_to(real) for one in hidden):
            yield real, READING
            return
        yield real, LIST
        for child in sorted(real.iterdir()):
            if not child.is_symlink():
                yield from readable(child, hidden)
    except OSError:
        return


def _ruleset(version: int, files: int, net: int) -> int:
    attributes = struct.pack("QQQ", files, net, SCOPED)
    size = 8 if version < 4 else 16 if version < 6 else 24
    return _checked(_libc().syscall(_CREATE, attributes[:size], size, 0))


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Allow rights beneath a path, or on a file those that a file has."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine
    try:
        rights &= ~0 if path.is_dir() else OF_FILES
        _add(ruleset, _BENEATH, struct.pack("=Qi", rights, handle))
    finally:
        os.close(handle)


def _add(ruleset: int, kind: int, attributes: bytes) -> None:
    _checked(_libc().syscall(_ADD, ruleset, kind, attributes, 0))


def _limit(limits: Mapping[str, int]) -> None:
    """Set the kernel's limits, never above those that hold already."""
    for name, wanted in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        most = resource.getrlimit(kind)[1]
        value = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            continue  # macOS knows names that it does not apply


def _prctl(option: int, value: int) -> None:
    _checked(_libc().prctl(option, value, 0, 0, 0))


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

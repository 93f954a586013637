"""System calls that a confined process does not get, from the standard library alone.

Landlock knows files, ports and signals. On one user's account a process may still lower another's
priority, set its limits (one of processor time ends it), and leave shared memory behind that nobody
counts. A filter of seccomp refuses these calls for good; each may still be made about oneself.
Nor does Landlock look at sockets that are no TCP by name (MPTCP, UDP, those of a path, behind which
a container's daemon may listen), at TCP that connects as it sends, or at modes, owners and times of
files: these stay as they are, and whoever sets them is told that it is done, as copies set them.

Source: https://docs.kernel.org/userspace-api/seccomp_filter.html
https://docs.kernel.org/userspace-api/landlock.html#current-limitations
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _PRETEND, _REFUSE = 0x7FFF0000, 0x00050000, 0x00050000 | errno.EPERM
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
_X32 = 0x40000000  # another table of calls on the same machine

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
#: Calls that are refused, by their numbers on x86_64 and aarch64.
NEVER = {
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_getfd": (438, 438), "migrate_pages": (256, 238),
    "move_pages": (279, 239), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),  # memory that is no process's
}  # fmt: skip
#: Calls that do nothing and say that they have: chmod, chown, utime, setxattr and all their kin.
PRETENDED = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
_STREAM, _RAW, _TCP, _FAST_OPEN = 1, 3, 6, 0x20000000
_EVERYBODY = 0xFFFFFFFF  # -1: all processes of the same user
_FLAGS = (0, 0x800, 0x80000, 0x80800)  # of a socket's type: it does not block, nor is inherited
#: Calls that are allowed with these values of their first arguments: 0 is the caller itself.
ONLY = {
    (141, 140): ((0,), (0,)),  # setpriority: of a process, not of a group or user
    (251, 30): ((1,), (0,)),  # ioprio_set
    (142, 118): ((0,),),  # sched_setparam
    (144, 119): ((0,),),  # sched_setscheduler
    (203, 122): ((0,),),  # sched_setaffinity
    (314, 274): ((0,),),  # sched_setattr
    (302, 261): ((0,),),  # prlimit64
    # socket: TCP, and netlink, which resolvers ask
    (41, 198): (
        (2, 10, 16),
        tuple(kind | flags for kind in (_STREAM, _RAW) for flags in _FLAGS),
        (0, _TCP),
    ),
}
#: Calls that are refused with a value of one of their arguments, by its place, or some bits of it.
NEVER_WITH = {
    (44, 206): (3, _ANY_BIT, _FAST_OPEN),  # sendto
    (46, 211): (2, _ANY_BIT, _FAST_OPEN),  # sendmsg
    (307, 269): (3, _ANY_BIT, _FAST_OPEN),  # sendmmsg
    (62, 129): (0, _EQUAL, _EVERYBODY),  # kill, which Landlock keeps apart since Linux 6.12 only
}


def refuse() -> None:
    """Take the calls from this process, which can get no more privileges, and all after it."""
    known = MACHINES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return
    program = _program(*known)
    held = ctypes.create_string_buffer(program, len(program))
    count = len(program) // 8
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", count, ctypes.addressof(held)), 16)
    # Where the kernel has no such filters, Landlock and the limits still hold.
    ctypes.CDLL(None).prctl(_SET_SECCOMP, _FILTER, whole, 0, 0)


def _program(column: int, machine: int) -> bytes:
    lines = [_line(_LOAD, _MACHINE_AT), *_unless(machine), _line(_LOAD, _NUMBER_AT)]
    lines += [_line(_AT_LEAST, _X32, 0, 1), _line(_RETURN, _REFUSE)]
    for numbers in NEVER.values():
        lines += [_line(_EQUAL, numbers[column], 0, 1), _line(_RETURN, _REFUSE)]
    for number in (found for each in PRETENDED.values() if (found := each[column]) is not None):
        lines += [_line(_EQUAL, number, 0, 1), _line(_RETURN, _PRETEND)]
    for numbers, arguments in ONLY.items():
        judged = [line for at, values in enumerate(arguments) for line in _argument(at, values)]
        judged.append(_line(_RETURN, _ALLOW))
        lines += [_line(_EQUAL, numbers[column], 0, len(judged)), *judged]
    for numbers, (at, test, value) in NEVER_WITH.items():
        judged = [_line(_LOAD, _ARGUMENTS_AT + 8 * at), _line(test, value, 0, 1)]
        lines += [_line(_EQUAL, numbers[column], 0, 4), *judged]
        lines += [_line(_RETURN, _REFUSE), _line(_RETURN, _ALLOW)]
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _argument(at: int, values: tuple[int, ...]) -> list[bytes]:
    """Refuse other values of an argument; its lower half is what these calls look at."""
    return [_line(_LOAD, _ARGUMENTS_AT + 8 * at), *_unless(*values)]


def _unless(*values: int) -> list[bytes]:
    """Go on behind these lines with one of the values, refuse with others."""
    tests = [_line(_EQUAL, each, len(values) - at, 0) for at, each in enumerate(values)]
    return [*tests, _line(_RETURN, _REFUSE)]


def _line(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_so, if_not, value)

"""What the server takes of the machine, and gives back."""

import resource
import time

import pytest

from labkit.cloud import machine
from labkit.cloud.machine import Freed

# Seconds by the clock, of a processor, and how often memory was given back by then.
LOOKS = {
    "a server that did nothing": [(1, 0, 0), (2, 0.01, 0)],
    "one that rests after work": [(1, 0.9, 0), (2, 0.9, 1), (3, 0.9, 1)],
    "one that works again": [(1, 0.9, 0), (2, 0.9, 1), (3, 1.8, 1), (4, 1.8, 2)],
    "one that never rests": [(8, 8, 0), (16, 16, 1), (24, 24, 1), (32, 32, 2)],
}


@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS)
def test_memory_is_given_back_at_rest(looks, monkeypatch):
    clock, given = [0, 0], []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "process_time", lambda: clock[1])
    freed = Freed(given.append)
    for now, spent, count in looks:
        clock[:] = now, spent
        freed.look()
        assert len(given) == count


def test_a_system_that_promises_more_files_than_it_gives(monkeypatch):
    """As macOS: it says "no limit", and refuses that."""
    had = []

    def give(kind, limits):
        if limits[0] == resource.RLIM_INFINITY:
            raise ValueError("not allowed to raise maximum limit")
        had.append(limits)

    monkeypatch.setattr(resource, "getrlimit", lambda kind: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", give)
    machine.raise_files()
    assert had == [(machine.OPEN_MAX, resource.RLIM_INFINITY)]

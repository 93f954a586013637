"""`python -P -s -S warm.py SOCKET JSON`: imports once, then forks a process for each request.

An interpreter with pandas, boto3 and IPython in it takes seconds to start, and a cloud as long;
a fork of one takes a hundredth of that. Nothing of a learner runs in here: each request is a
keeper (see keeper.py), and only the keeper's child is confined and given to what it is to run.

The environment is the judge's own choice, so `-E` would add nothing; `-I` would also ignore
PYTHONHASHSEED, by which the order of a set is the same in every grading.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys

MOST_REQUEST = 64_000_000


def main(handle: str, settings: str) -> None:
    """Import what is wanted and answer requests until the judge is gone."""
    said = json.loads(settings)
    sys.path[:0] = said["path"]
    gc.disable()  # what is imported stays: looking for garbage is a sixth of the time
    for name in said["modules"]:
        importlib.import_module(name)
    keeper = importlib.import_module("labkit.exercises.grading.keeper")
    gc.freeze()  # a fork's garbage collection leaves the shared pages shared
    gc.set_threshold(10_000)  # what runs for seconds leaves little garbage
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are not waited for
    with socket.socket(fileno=int(handle)) as requests:
        requests.sendall(b"!")
        while received := _request(requests):
            spec, channel = received
            if os.fork() == 0:
                requests.close()
                keeper.main(json.loads(spec), channel)
            os.close(channel)
            requests.sendall(b"!")
    os._exit(0)  # libraries that are not put away have nothing to say


def _request(requests: socket.socket) -> tuple[bytes, int] | None:
    """The next request and the channel that came with it; ``None`` when there are no more."""
    said, channels, _, _ = socket.recv_fds(requests, 1 << 16, 1)
    while said and not said.endswith(b"\n") and len(said) < MOST_REQUEST:
        more = requests.recv(1 << 16)
        said = said + more if more else b""
    return (said, channels[0]) if said and channels else None


if __name__ == "__main__":
    main(*sys.argv[1:])

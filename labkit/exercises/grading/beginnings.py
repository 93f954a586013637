"""Where labs begin: workspaces with a variant's data, and what the labs before have left.

What `labkit.start` makes for a lab it makes for those after it, too. So each preparation keeps what
it comes past, and the next one goes on from there. A local AWS survives its end at any moment, so
one that stands still can be copied, and the copy started.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import labkit
from labkit import catchup, process
from labkit.exercises.grading import variants
from labkit.exercises.grading.variants import Variant

# The labs whose start makes something that the start of the one before has not.
STARTS = sorted({1, *(number + 1 for number, _ in catchup.STEPS)})


def begin(lab: int, variant: Variant) -> None:
    """Bring the workspace at hand, which is empty, to where a lab begins."""
    wanted = [number for number in STARTS if number <= lab]
    with _alone(variant):
        kept = [number for number in wanted if _place(number, variant).exists()]
        if kept:
            shutil.copytree(_place(kept[-1], variant), process.home(), dirs_exist_ok=True)
        for number in wanted[wanted.index(kept[-1]) + 1 if kept else 0 :]:
            _start(number, variant)
            variants.once(_place(number, variant), _keep)


def _place(number: int, variant: Variant) -> Path:
    """Where it is kept: among the prepared clouds, which no confined process can read."""
    code = variants.sources("labkit", "seeds")
    made_from = variants.digest([code, repr((variant.scale, variant.seed))])
    return variants.cache() / "clouds" / f"start{number}-{variant.name}-{made_from}"


@contextlib.contextmanager
def _alone(variant: Variant) -> Iterator[None]:
    """Wait for others who make the same; whoever comes second finds it there."""
    folder = variants.cache() / "clouds"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{variant.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(number: int, variant: Variant) -> None:
    lab = labkit.start(number)
    if number == STARTS[0]:
        lab.storage.add_key_users()
        lab.storage.fetch_demo_data(scale=variant.scale, seed=variant.seed)


def _keep(folder: Path) -> None:
    """Copy the workspace while its local AWS stands still."""
    running = process.up()
    os.kill(running.pid, signal.SIGSTOP)
    try:
        shutil.copytree(process.home(), folder, ignore=variants.FLEETING, dirs_exist_ok=True)
    finally:
        os.kill(running.pid, signal.SIGCONT)

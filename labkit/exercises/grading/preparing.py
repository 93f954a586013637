"""`python -m labkit.exercises.grading.preparing MASTER SCALE SEED`: fill the workspace at hand.

Runs with no learner's code about: fills the raw bucket with a variant of the data, then runs the
master's setup and state cells. ``LABKIT_HOME`` says which workspace.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

import labkit
from labkit import process
from labkit.exercises.grading.masters import Master, read_master
from labkit.exercises.grading.shells import quiet_shell


def main(path: str, scale: str, seed: str) -> None:
    """Prepare the workspace for a master's answers."""
    master = read_master(Path(path))
    os.environ.update(LABKIT_SCALE=scale, LABKIT_SEED=seed)
    try:
        if master.cloud:
            lab = labkit.start(1)
            lab.storage.add_key_users()
            lab.storage.fetch_demo_data(scale=float(scale), seed=int(seed))
        run(master, quiet_shell())
    finally:
        process.down()


def run(master: Master, shell: InteractiveShell) -> None:
    """Run what a master's answers build on; an error ends it."""
    for code in (*master.setup, *master.state):
        shell.run_cell(code, store_history=False).raise_error()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""`python -m labkit.exercises.grading.preparing MASTER NAME SCALE SEED`: fill a workspace.

Runs with no learner's code about: brings the workspace to where the lab begins on a variant of the
data, then runs the master's setup and state cells. ``LABKIT_HOME`` says which workspace.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

from labkit import process
from labkit.exercises.grading import quiet
from labkit.exercises.grading.beginnings import begin
from labkit.exercises.grading.masters import Master, read_master
from labkit.exercises.grading.shells import quiet_shell
from labkit.exercises.grading.variants import Variant


def main(path: str, name: str, scale: str, seed: str) -> None:
    """Prepare the workspace for a master's answers."""
    master = read_master(Path(path))
    os.environ.update(LABKIT_SCALE=scale, LABKIT_SEED=seed)
    try:
        if master.cloud:
            begin(master.lab, Variant(name, float(scale), int(seed)))
        run(master, quiet_shell())
    finally:
        process.down()
    if master.cloud:  # else each run of answers looks at the lake's files once more
        looked = [sys.executable, "-m", "labkit.cloud.lake.looked", str(process.home())]
        subprocess.run(looked, check=True)


def run(master: Master, shell: InteractiveShell) -> None:
    """Run what a master's answers build on, without its questions; an error ends it."""
    quiet.stand_in()
    for code in (*master.setup, *master.state):
        shell.run_cell(code, store_history=False).raise_error()


if __name__ == "__main__":
    main(*sys.argv[1:])

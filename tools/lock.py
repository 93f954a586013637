"""Writes constraints.txt: what the pins of pyproject.toml bring along, at which versions.

A constraints file pins without asking for anything
(https://pip.pypa.io/en/stable/user_guide/#constraints-files), so the learner's set, the tests'
set and Binder's all install from pyproject.toml against the same file.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "constraints.txt"
HEADER = """\
# What `make lock` found: every package of the labs and of their tests, pinned.
# Change the pins in pyproject.toml, then run `make lock`.
"""


def lock() -> str:
    """The text of the lock, from a fresh environment with everything installed."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", "-e", f"{ROOT}[test]"], check=True)
        subprocess.run([python, "-m", "pip", "check"], check=True, stdout=sys.stderr)
        freeze = [python, "-m", "pip", "freeze", "--exclude-editable"]
        packages = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout
    return HEADER + packages


if __name__ == "__main__":
    LOCK.write_text(lock())

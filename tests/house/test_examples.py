"""The examples of docstrings say what happens."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_examples_give_what_they_show():
    """In a process of their own: what the modules do as they are loaded stays there."""
    options = ["-q", "-n0", "-p", "no:cacheprovider", "--doctest-modules"]
    command = [sys.executable, "-m", "pytest", *options, "labkit", "tools"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

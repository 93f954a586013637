"""The README tells of every command and of every lab."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("option", ["-B", "-OO"])
def test_every_command_has_a_line(option):
    """Also where Python drops docstrings."""
    command = [sys.executable, option, "-m", "labkit.cli", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    commands = re.search(r"\{([\w,]+)\}", said)[1].split(",")
    assert [name for name in commands if f"labkit {name}" not in README] == []


def test_every_lab_has_a_line():
    labs = [path.name for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert [name for name in labs if f"notebooks/{name}" not in README] == []


def test_every_link_to_a_file_finds_it():
    links = re.findall(r"\]\(([\w./-]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []

"""The Makefile's verbs: each explained, and none installs twice."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLS = {"setup": 1, "lab": 1, "test": 2, "labs": 1, "notebooks": 1, "check": 2, "gallery": 1}
INSTALLS |= {"bench": 1, "grade": 1}
VERBS = (*INSTALLS, "lock", "clean")


def make(folder, *arguments):
    command = ["make", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def project(tmp_path):
    """A copy of what make looks at, with an environment already made."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    return tmp_path


def stamp(project, verb):
    for path in re.findall(r"touch (\S+)", make(project, "-n", verb)):
        (project / path).touch()


def test_help_explains_every_verb():
    explained = re.findall(r"^ +make (\w+) +\w.*$", make(ROOT, "help"), flags=re.MULTILINE)
    assert sorted(explained) == sorted([*VERBS, "help"])


@pytest.mark.parametrize(("verb", "count"), INSTALLS.items(), ids=INSTALLS)
def test_a_second_call_installs_nothing(project, verb, count):
    assert make(project, "-n", verb).count("pip --disable") == count
    stamp(project, verb)
    assert "pip --disable" not in make(project, "-n", verb)


def test_new_pins_are_installed(project):
    stamp(project, "setup")
    with (project / "constraints.txt").open("a") as lock:
        lock.write("more==1.0\n")
    assert "pip --disable" in make(project, "-n", "setup")


def make_environment(project, python):
    """What make does where there is no environment yet."""
    (project / ".venv" / "bin" / "python").unlink()
    command = ["make", "-C", str(project), ".venv/bin/python", f"PYTHON={python}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_old_python_is_told_so(project):
    ran = make_environment(project, "false")
    assert ran.returncode
    assert "labkit needs Python 3.11 or newer" in ran.stderr


def test_an_old_python_is_passed_over(project):
    ran = make_environment(project, "false echo")
    assert ran.returncode == 0
    assert "-m venv .venv" in ran.stdout


def test_half_an_environment_does_not_stay(project):
    (project / "half").write_text("#!/bin/sh\ntest $1 = -c || { touch .venv/bin/python; false; }\n")
    (project / "half").chmod(0o755)
    assert make_environment(project, "./half").returncode
    assert not (project / ".venv").exists()

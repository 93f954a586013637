"""One place for versions: pyproject.toml pins, constraints.txt locks, Binder follows."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
import yaml
from jupyter_core.paths import jupyter_config_path
from jupyterlab_server.config import get_page_config
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LEARNER, TESTS = PROJECT["dependencies"], PROJECT["optional-dependencies"]["test"]
CONFIGURATION = ("pyproject.toml", "constraints.txt", "environment.yml", "postBuild", "Makefile")


def canonical(name):
    """A package's name as pip compares it, without what it is asked for beside (``[binary]``)."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def pins(lines):
    stated = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonical(name): version for name, version in stated}


LOCK = pins((ROOT / "constraints.txt").read_text().splitlines())


def binder():
    """What Binder installs: (python's version, pip's arguments)."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = dict(line.split("=") for line in environment if "=" in line)
    pip = next(entry["pip"] for entry in environment if isinstance(entry, dict))
    return conda, [word for line in pip for word in line.split()]


@pytest.mark.parametrize("pin", [*LEARNER, *TESTS])
def test_a_pin_is_exact_and_the_locks_own(pin):
    name, version = pin.split("==")
    assert LOCK[canonical(name)] == version


def test_what_is_installed_is_what_is_locked():
    here = {canonical(found.name): found.version for found in distributions()}
    assert {name: here.get(name, version) for name, version in LOCK.items()} == LOCK


def test_what_is_locked_takes_our_oldest_python():
    oldest = PROJECT["requires-python"].removeprefix(">=") + ".0"
    locked = (found for found in distributions() if canonical(found.name) in LOCK)
    asked = {found.name: found.metadata.get("Requires-Python") or "" for found in locked}
    assert {name: what for name, what in asked.items() if oldest not in SpecifierSet(what)} == {}


def test_binder_installs_the_same():
    conda, pip = binder()
    assert conda == {"python": "3.12"}
    assert pip == ["-c", "constraints.txt", "-e", "."]


def test_the_learner_gets_nothing_that_only_tests_need():
    assert not set(pins(LEARNER)) & set(pins(TESTS))


@pytest.mark.parametrize("name", CONFIGURATION)
def test_no_index_is_named(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"index-url|find-links|https?://[\w.]*(pypi|pythonhosted)", text)


@pytest.mark.parametrize(("script", "stops"), [("postBuild", "set -e"), (".ci/run", "set -euo")])
def test_a_script_stops_at_the_first_failure(script, stops):
    path = ROOT / script
    first = next(line for line in path.read_text().splitlines() if line and line[0] != "#")
    assert first.startswith(stops)
    assert path.stat().st_mode & 0o111


def test_repo2docker_accepts_the_repository():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert '--file "environment.yml"' in ran.stdout + ran.stderr
    assert "RUN ./postBuild" in ran.stdout + ran.stderr


def test_jupyterlab_asks_for_no_news_from_outside():
    disabled = get_page_config(jupyter_config_path())["disabledExtensions"]
    assert "@jupyterlab/apputils-extension:announcements" in disabled


#: An import at the head of a line; a text that only looks so makes the test fail, not pass.
IMPORT = re.compile(
    r"^ *(?:from (\w[\w.]*) import |import (\w[\w.]*)(?: as \w+)?(?: +#.*)?$)", re.MULTILINE
)


def imported():
    """The modules from elsewhere that our packages name at the head of an import."""
    files = (path for package in ("labkit", "seeds") for path in (ROOT / package).rglob("*.py"))
    found = (name for path in files for name in IMPORT.findall(path.read_text()))
    names = {"".join(name).split(".")[0] for name in found}
    return names - {"labkit", "seeds", *sys.stdlib_module_names}


def test_what_we_import_is_pinned():
    provided = packages_distributions()
    owners = {name: {canonical(owner) for owner in provided[name]} for name in imported()}
    # boto3's, moto's, flask's, pandas' and jupyterlab's own
    brought = {"botocore", "cryptography", "werkzeug", "numpy", "ipython"}
    learner = pins(LEARNER).keys() | brought
    assert {name: owner for name, owner in owners.items() if not owner & learner} == {}

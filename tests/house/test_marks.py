"""A gap is an expected failure, and the day it is closed the suite goes red."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GAPS = """
import pytest
def gap(kind): return pytest.mark.gap(kind, raises=KeyError, reason="because")
@gap("ours")
def test_open(): {}["missing"]
@gap("upstream")
def test_closed(): pass
@gap("never")
def test_of_another_error(): 1 / 0
def test_told(gaps): assert [gap[1:] for gap in gaps][0] == ("ours", "because")
"""
MARK = "[pytest]\nmarkers = gap(kind, raises, reason): a gap\n"


def run(folder, source):
    """What pytest says of a test file under the project's conftest."""
    shutil.copy(ROOT / "conftest.py", folder)
    (folder / "pytest.ini").write_text(MARK)
    (folder / "test_gaps.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:nbval", "--color=no", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return run(tmp_path_factory.mktemp("gaps"), GAPS)


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ("test_open", "XFAIL"),
        ("test_closed", "FAILED"),
        ("test_of_another_error", "FAILED"),
        ("test_told", "PASSED"),
    ],
)
def test_a_gap_ends_as(report, test, outcome):
    assert re.search(rf"^{outcome} .*::{test}\b", report, flags=re.MULTILINE)


def test_a_gap_of_no_known_kind_is_refused(tmp_path):
    assert "no gap of kind 'some'" in run(tmp_path, GAPS.replace("never", "some"))


def test_the_header_names_the_versions(report):
    assert re.search(r"^moto \S+, duckdb \S+, pyarrow \S+, sqlglot \S+$", report, re.MULTILINE)

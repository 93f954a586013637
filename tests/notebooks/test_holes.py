"""Each hole of nbval, as a small notebook that has to fail. And a good one that has to pass."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).parents[2]
RAISES = {"tags": ["raises-exception"]}
LOOSE = {"tags": ["raises-exception", "nbval-ignore-output"]}
ZERO = new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=[])
HI = new_output("stream", name="stdout", text="hi\n")


def cell(source, *, outputs=(), count=1, **metadata):
    return new_code_cell(source, outputs=list(outputs), execution_count=count, metadata=metadata)


SWALLOWS = "import time\ntry:\n    time.sleep(9)\nexcept KeyboardInterrupt:\n    pass"
LATE = "import sys, threading\nthreading.Timer(0.3, lambda: 1 / 0).start()"
LATER = "import os, threading\nthreading.Timer(0.3, os._exit, [1]).start()"
HIDES = "get_ipython().display_pub = None\nget_ipython()._showtraceback = lambda *a: None\n1 / 0"
PRINTS = "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()"

HOLES = {
    "dead_kernel": ([cell("import os\nos._exit(1)")], "The kernel died"),
    "dies_later": ([cell(LATER)], "The kernel died"),
    "late_error": ([cell(LATE)], "Came after the last cell"),
    "exit": ([cell("exit()")], "ended the kernel"),
    "hidden_error": ([cell(HIDES)], "raised an error that it does not show"),
    "printed_traceback": ([cell(PRINTS, tags=["nbval-ignore-output"])], "swallowed an error"),
    "stderr": (
        [cell("import sys\nsys.stderr.write('oh')", tags=["nbval-ignore-output"])],
        "stderr",
    ),
    "shell": ([cell("!false")], "shell command that failed with 1"),
    "slow": ([cell(SWALLOWS)], "ran out of time"),
    "no_error": ([cell("1 + 1;", **LOOSE)], "raised nothing"),
    "other_error": ([cell("int('a')", outputs=[ZERO], **LOOSE)], "raised ['ValueError']"),
    "unrun": ([cell("1 + 1", count=None)], "without having been run"),
    "skipped": ([cell("1 / 0", tags=["nbval-skip"])], "not skipped"),
    "other_output": ([cell("print('ho')", outputs=[HI])], "outputs differ"),
    "nothing": ([], "nothing to run"),
}
GOOD = [cell("print('hi')", outputs=[HI]), cell("1 + 1;"), cell("1 / 0", outputs=[ZERO], **RAISES)]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """One run of pytest over all of these notebooks: (notebook, complaint or None) per cell."""
    folder = tmp_path_factory.mktemp("holes")
    shutil.copy(ROOT / "notebooks" / "conftest.py", folder)
    for name, (cells, _) in {**HOLES, "good": (GOOD, "")}.items():
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --nbval --nbval-current-env\n")
    options = [
        "--nbval-cell-timeout=5",
        "--continue-on-collection-errors",
        "--junit-xml=report.xml",
    ]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    cases = ElementTree.parse(folder / "report.xml").iter("testcase")
    return [(name_of(case), complaint(case)) for case in cases]


def name_of(case):
    return re.search(r"(\w+)(\.ipynb)?$", case.get("classname") or case.get("name"))[1]


def complaint(case):
    found = [bad for bad in case if bad.get("message")]
    return "".join(bad.get("message") + (bad.text or "") for bad in found)


@pytest.mark.parametrize(("name", "says"), [(k, v[1]) for k, v in HOLES.items()], ids=list(HOLES))
def test_a_hole_is_closed(report, name, says):
    assert says in "".join(text for notebook, text in report if notebook == name)


def test_a_good_notebook_passes(report):
    assert [text for notebook, text in report if notebook == "good"] == ["", "", "", ""]

"""Runs every lab headless, each in a workspace of its own, and says how it went.

A notebook can fail without a red cell: the kernel is told to ``exit()``, an expected error does
not come, a callback's traceback lands on stderr. :func:`faults` knows these; the notebooks'
tests use it too.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

CELL_TIMEOUT_S = 60
COLOUR = re.compile(r"\x1b\[[\d;]*m")
TRACEBACK = "Traceback (most recent call last)"
LABKIT = Path(sys.executable).parent / "labkit"


@dataclass(frozen=True)
class Verdict:
    """How a lab's run ended; ``fault`` is empty when it went well."""

    lab: str
    cells: int
    seconds: float
    fault: str
    good: str = "ok"

    def __str__(self) -> str:
        return f"{self.lab:32} {self.cells:5} {self.seconds:8.1f}  {self.fault or self.good}"


@contextlib.contextmanager
def workspace() -> Iterator[Path]:
    """A fresh LABKIT_HOME, no progress bars; afterwards its local AWS is ended, its files gone.

    The rights of roles are asked as AWS asks them, which proves those that the labs make.
    """
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="labkit-", ignore_cleanup_errors=True) as home:
        os.environ |= {"LABKIT_HOME": home, "LABKIT_PROGRESS": "off", "LABKIT_ROLES": "strict"}
        try:
            yield Path(home)
        finally:
            subprocess.run([LABKIT, "down"], check=False, capture_output=True)
            os.environ.clear()
            os.environ.update(before)


def faults(cell: Any, outputs: list[Any]) -> Iterator[str]:
    """What is wrong with a cell that ran without an unexpected error."""
    raised = [output.ename for output in outputs if output.output_type == "error"]
    expected = [output.ename for output in cell.outputs if output.output_type == "error"]
    streams = [output for output in outputs if output.output_type == "stream"]
    if "raises-exception" in cell.metadata.get("tags", []):
        if raised != expected or not raised:
            yield f"was to raise {expected or 'an error'}, raised {raised or 'nothing'}"
        return
    if any(TRACEBACK in output.text for output in streams):
        yield "swallowed an error: a traceback stands in its output"
    elif text := "".join(output.text for output in streams if output.name == "stderr"):
        yield f"wrote to stderr: {text.strip()[:200]}"


def keep_once(outputs: list[Any]) -> None:
    """Take from pictures their HTML: a notebook stores one as a PNG with its alternative text."""
    for output in outputs:
        if "image/png" in output.get("data", {}):
            output["data"].pop("text/html", None)


def to_come(notebook: Any) -> bool:
    """Whether a notebook has only its title and goal so far, and says so in its metadata."""
    return bool(notebook.metadata.get("labkit", {}).get("to_come"))


def run(path: Path) -> Verdict:
    """Run one notebook from its first cell to its last in a fresh kernel and workspace."""
    stored = nbformat.read(path, as_version=4)
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    started = time.monotonic()
    fault = _run(path, code) if code or to_come(stored) else "has nothing to run"
    good = "to come" if to_come(stored) else "ok"
    return Verdict(path.stem, len(code), time.monotonic() - started, fault, good)


def execute(notebook: Any, folder: Path) -> None:
    """Run all cells in a fresh kernel that stands in the folder, and in a fresh workspace."""
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    with workspace():
        client.execute(stderr=subprocess.DEVNULL)  # the kernel's own log


def _run(path: Path, stored: list[Any]) -> str:
    notebook = nbformat.read(path, as_version=4)
    try:
        execute(notebook, path.parent)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return COLOUR.sub("", str(error)).strip().splitlines()[-1]
    ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = (
        f"cell {number} {fault}"
        for number, (cell, now) in enumerate(zip(stored, ran, strict=True), start=1)
        for fault in faults(cell, now.outputs)
    )
    return "; ".join(found)


def main() -> int:
    """Print a line per lab; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.labs", description=__doc__)
    parser.add_argument("notebooks", nargs="+", type=Path, help="notebooks, or folders of them")
    options = parser.parse_args()
    paths = [p for given in options.notebooks for p in _notebooks(given)]
    sys.stdout.write(f"{'lab':32} {'cells':>5} {'seconds':>8}  verdict\n")
    verdicts = []
    for path in paths:
        verdicts.append(run(path))
        sys.stdout.write(f"{verdicts[-1]}\n")
        sys.stdout.flush()
    return int(not verdicts or any(verdict.fault for verdict in verdicts))


def _notebooks(given: Path) -> list[Path]:
    return sorted(given.glob("*.ipynb")) if given.is_dir() else [given]


if __name__ == "__main__":
    sys.exit(main())

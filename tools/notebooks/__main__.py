"""`python -m tools.notebooks [LAB...]`: run the labs and write their notebooks.

Each lab is run twice from its first cell to its last, once with the exercises open and once with
them solved, and written with its outputs. Before that, what is known of the exercises' answers on
the labs' data is written; with ``--quick`` that is all, and the notebooks have no outputs yet.
"""

from __future__ import annotations

import argparse
import sys
import uuid
from pathlib import Path

import nbformat

from labkit.exercises.names import lab_of
from tools.labs import execute, keep_once
from tools.notebooks import known
from tools.notebooks.source import LEARNERS, SOLVED, notebook, sources

VIEW = "application/vnd.jupyter.widget-view+json"


def main() -> None:
    """Write the notebooks of the labs that are named, by default of all."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    parser.add_argument("labs", nargs="*", type=int, default=[1, 2, 3, 4])
    parser.add_argument("--quick", action="store_true", help="run no notebook")
    options = parser.parse_args()
    for source in sources():
        lab = lab_of(source.stem)
        if lab in options.labs:
            keep(notebook(source, solved=False), LEARNERS / f"{source.stem}.ipynb")
            known.write(lab)
            if not options.quick:
                write(source, LEARNERS, solved=False)
                write(source, SOLVED, solved=True)


def write(source: Path, folder: Path, *, solved: bool) -> None:
    """Run one notebook in a workspace of its own and keep it with its outputs."""
    made = notebook(source, solved=solved)
    execute(made, LEARNERS)  # the links within a lab are those of the learner's folder
    for cell in made.cells:
        settle(cell)
    keep(made, folder / f"{source.stem}.ipynb")
    sys.stdout.write(f"{source.stem}: {len(made.cells)} cells{', solved' if solved else ''}\n")


def settle(cell: nbformat.NotebookNode) -> None:
    """Take from a cell that has run what another run would write otherwise.

    A console's model is stored nowhere: its id only tells one console from the next.
    """
    cell.metadata.pop("execution", None)
    keep_once(cell.get("outputs", []))
    shown = [output.data for output in cell.get("outputs", ()) if "data" in output]
    views = [data[VIEW] for data in shown if VIEW in data]
    for at, view in enumerate(views):
        view["model_id"] = uuid.uuid5(uuid.NAMESPACE_OID, f"{cell.id}/{at}").hex


def keep(made: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook's file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)


if __name__ == "__main__":
    main()

"""What a notebook's cells say, and which of them hold an answer.

A cell loses its id easily: JupyterLab gives a new one to what is cut and pasted, to all but the
last part of a cell that is split, and to cells that are merged; programs that write nbformat 4.4
write none (https://nbformat.readthedocs.io/en/latest/changelog.html). The metadata go along, and
there stands the question's name. Who deletes a cell and types a new one, or edits with a program
that keeps no metadata, loses both; then the place tells, right before the question's check.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import takewhile
from typing import Any

Cell = dict[str, Any]
CHECK = re.compile(r"\s*(q\d+)\.check\(\)\s*")


def answers(cells: list[Cell], question: str, shipped: Collection[str]) -> list[list[Cell]]:
    """What could be a question's answer: one run of cells, or nothing, or several that differ.

    Args:
        question: its id, such as ``lab1-q3``.
        shipped: the ids of the cells that the lab's notebook has.
    """
    named = [at for at, cell in enumerate(cells) if cell.get("id") == question]
    if named:
        return [[*_before(cells, at, question), cells[at]] for at in named]
    return list(_alike(cells, question)) or list(_before_check(cells, question, shipped))


def labkit(cell: Cell) -> dict[str, Any]:
    """What the lab's notebook says of a cell."""
    metadata = cell.get("metadata")
    found = metadata.get("labkit") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def identity(cell: Cell) -> str:
    """A cell's id, or the question that it names where its program writes none."""
    name = cell["id"] if "id" in cell else labkit(cell).get("question")
    return name if isinstance(name, str) else ""


def source(cell: Cell) -> str:
    """A cell's text, which a notebook's file keeps as one text or as lines."""
    found = cell.get("source", "")
    lines = found if isinstance(found, list) else [found]
    return "".join(line for line in lines if isinstance(line, str))


def _before(cells: list[Cell], at: int, question: str) -> list[Cell]:
    """The parts that were split off a cell: right before it, under the same question."""
    parts = takewhile(lambda cell: _is_part(cell, question), reversed(cells[:at]))
    return [*parts][::-1]


def _alike(cells: list[Cell], question: str) -> Iterator[list[Cell]]:
    """Runs of cells that name a question, where none has its id any more."""
    run: list[Cell] = []
    for cell in [*cells, {}]:
        if _is_part(cell, question):
            run.append(cell)
        elif run:
            yield run
            run = []


def _before_check(
    cells: list[Cell], question: str, shipped: Collection[str]
) -> Iterator[list[Cell]]:
    """The code cells right before a question's check that are nothing else of the notebook."""
    name = question.rpartition("-")[2]
    checks = [at for at, cell in enumerate(cells) if _checked(cell) == name]
    for at in checks[:1]:
        typed = takewhile(lambda cell: _is_typed(cell, shipped), reversed(cells[:at]))
        if run := [*typed][::-1]:
            yield run


def _is_part(cell: Cell, question: str) -> bool:
    return labkit(cell).get("question") == question


def _is_typed(cell: Cell, shipped: Collection[str]) -> bool:
    """Whether a cell is code that the learner has added."""
    is_code = cell.get("cell_type") == "code"
    return is_code and identity(cell) not in shipped and not labkit(cell) and not _checked(cell)


def _checked(cell: Cell) -> str:
    """The question that a cell checks: ``q3``."""
    found = CHECK.fullmatch(source(cell))
    return found[1] if found and cell.get("cell_type") == "code" else ""

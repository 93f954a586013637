"""One source of each lab: a text that makes the learner's notebook and the solved one.

A cell begins with a line that says what it is::

    %% md lab1-00                     Markdown
    %% py lab1-04 raises-exception    code, with tags
    %% py lab1-01 setup state         code that the grader runs too
    %% question lab1-q5               three cells: the task, the answer, its check

`setup` cells run before a learner's answers are graded; `state` cells bring a cloud to where the
answers begin. All other words behind the id are tags of the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from labkit.exercises import question_named
from labkit.exercises.question import Question
from labkit.exercises.states import as_json

ROOT = Path(__file__).resolve().parents[2]
SOURCES, LEARNERS, SOLVED = ROOT / "notebooks/sources", ROOT / "notebooks", ROOT / "tests/solved"
HEAD = re.compile(r"^%% (md|py|question) (\S+)(.*)\n", re.MULTILINE)
GRADED = ("setup", "state")
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources() -> list[Path]:
    """The labs' sources, Lab 1 first."""
    return sorted(SOURCES.glob("lab*.txt"))


def notebook(source: Path, *, solved: bool) -> nbformat.NotebookNode:
    """A lab's notebook, not yet run.

    Args:
        source: one of `sources`.
        solved: whether the answers' cells hold the answers, or what a learner finds.
    """
    number = int(source.stem.removeprefix("lab").split("_")[0])
    cells = [cell for part in _parts(source) for cell in _cells(*part, solved=solved)]
    made: nbformat.NotebookNode = new_notebook(
        cells=cells, metadata={**KERNEL, "labkit": {"lab": number}}
    )
    return made


def written(made: nbformat.NotebookNode) -> list[Any]:
    """What of a notebook comes from its source: all but outputs and counts."""
    return [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in made.cells]


def _parts(source: Path) -> Iterator[tuple[str, str, str, str]]:
    """Kind, id, marks and text of each cell."""
    text = source.read_text(encoding="utf-8")
    heads = list(HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        yield head[1], head[2], head[3], text[head.end() : end].strip("\n")


def _cells(kind: str, name: str, marks: str, text: str, *, solved: bool) -> Iterator[Any]:
    if kind == "question":
        yield from _exercise(question_named(name), solved=solved)
    elif kind == "md":
        yield new_markdown_cell(text, id=name)
    else:
        yield new_code_cell(text, id=name, metadata=_metadata(marks.split()))


def _metadata(marks: list[str]) -> dict[str, Any]:
    graded = [mark for mark in marks if mark in GRADED]
    tags = [mark for mark in marks if mark not in GRADED]
    made: dict[str, Any] = {"labkit": {"graded": graded}} if graded else {}
    return made | ({"tags": tags} if tags else {})


def _exercise(asked: Question, *, solved: bool) -> Iterator[Any]:
    worth = f"{asked.points} point{'s' if asked.points > 1 else ''}"
    number = asked.name.removeprefix("q")
    task = f"### Exercise {number}: {asked.title} ({worth})\n\n{asked.task}"
    named = {"question": asked.id, "points": asked.points, "reads": as_json(asked.reads)}
    code = asked.answer if solved else asked.starter
    yield new_markdown_cell(task, id=f"{asked.id}-task", metadata={"labkit": {"part": "task"}})
    yield new_code_cell(code, id=asked.id, metadata={"labkit": named})
    check = {"labkit": {"part": "check"}}
    yield new_code_cell(f"{asked.name}.check()", id=f"{asked.id}-check", metadata=check)

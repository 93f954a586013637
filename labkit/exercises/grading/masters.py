"""The shipped notebook of a lab, and what of a submission counts.

The master says all that is run: its setup cells and, in their places, a submission's answers. Of a
submission only the source of the answers' cells is ever taken, which
`labkit.exercises.grading.cells` finds; whatever else was added, moved, edited or deleted in it is
never looked at.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labkit.exercises.grading.cells import Cell, answers, identity, labkit, source
from labkit.exercises.names import lab_of
from labkit.exercises.states import Reads, from_json
from labkit.process import ROOT

NOTEBOOKS = ROOT / "notebooks"
MOST_BYTES = 5_000_000
MOST_CODE = 100_000
# What a notebook may be packed into, or printed to, by who hands it in.
ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar")
WRAPPED = (*ARCHIVES, ".html", ".htm", ".pdf", ".docx", ".doc", ".odt", ".rtf", ".json", ".py")
NOTEBOOK = ".ipynb"
APART = "__MACOSX"  # what macOS puts beside the files of an archive
Code = str


class Unusable(ValueError):
    """A notebook that cannot be graded. Args: why, in a sentence."""


@dataclass(frozen=True)
class Asked:
    """A question as its cell's metadata name it: enough to run an answer, not to judge one."""

    id: str
    points: int
    reads: Reads
    starter: Code


@dataclass(frozen=True)
class Master:
    """The notebook that a lab's submissions are copies of.

    Args:
        name: its file's name without its ending.
        lab: which lab.
        setup: what runs before the answers.
        state: what brings a cloud to where the answers begin; runs once, without a learner's code.
        questions: what is asked, in order.
        cells: the ids of all its cells.
        cloud: whether its answers need a local AWS.
        path: its file.
        title: the heading that it begins with.
    """

    name: str
    lab: int
    setup: tuple[Code, ...]
    state: tuple[Code, ...]
    questions: tuple[Asked, ...]
    cells: frozenset[str]
    cloud: bool
    path: Path
    title: str


@dataclass(frozen=True)
class Submission:
    """What is graded of a notebook.

    Args:
        notebook: how it is called in reports.
        master: the notebook that it is a copy of; ``None`` when that cannot be told.
        answers: the code of each answer by its question's id.
        problems: what is wrong with an answer's cell, by its question's id: status and message.
        problem: why nothing of it can be graded.
    """

    notebook: str
    master: Master | None = None
    answers: dict[str, Code] = field(default_factory=dict)
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)
    problem: str = ""


def masters(folder: Path = NOTEBOOKS) -> tuple[Master, ...]:
    """The shipped notebooks that ask questions, Lab 1 first."""
    found = (read_master(path) for path in sorted(folder.glob("*.ipynb")))
    return tuple(one for one in found if one.questions)


def master_of(lab: int) -> Master:
    """The shipped notebook of a lab, whether it asks questions or not."""
    found = map(read_master, sorted(NOTEBOOKS.glob("*.ipynb")))
    return next(one for one in found if one.lab == lab)


def read_master(path: Path) -> Master:
    """A master from its file."""
    notebook = _notebook(path.read_bytes())
    cells = notebook["cells"]
    named = notebook["metadata"].get("labkit", {})
    return Master(
        name=path.stem,
        lab=named["lab"] if "lab" in named else lab_of(path.stem),
        setup=tuple(source(cell) for cell in cells if "setup" in _graded(cell)),
        state=tuple(source(cell) for cell in cells if "state" in _graded(cell)),
        questions=tuple(_asked(cell) for cell in cells if "question" in labkit(cell)),
        cells=frozenset(cell["id"] for cell in cells),
        cloud=named.get("cloud", True),
        path=path,
        title=_heading(cells[0]),
    )


def submissions(given: Iterable[str | Path], known: Iterable[Master]) -> Iterator[Submission]:
    """What there is to grade in notebooks and folders of notebooks, by name."""
    known = tuple(known)
    for place in map(Path, given):
        folder = place if place.is_dir() else place.parent
        for path in _found(place):
            try:
                yield read_submission(path, folder, known)
            except Unusable as error:
                yield Submission(path.as_posix(), problem=str(error))


def read_submission(path: Path, folder: Path, known: tuple[Master, ...]) -> Submission:
    """What counts of one notebook.

    Raises:
        Unusable: it is too large, no notebook, lies elsewhere, or is a copy of no master.
    """
    notebook = _notebook(_content(path, folder))
    master = _master(notebook, path, known)
    if master is None:
        raise Unusable("It is a copy of none of the labs' notebooks.")
    found = Submission(path.as_posix(), master)
    for asked in master.questions:
        runs = answers(notebook["cells"], asked.id, master.cells)
        code = "\n".join(map(source, runs[0])) if runs else ""
        if problem := _problem(runs, code):
            found.problems[asked.id] = problem
        elif code.strip() != asked.starter.strip():  # as the learner found it, it need not run
            found.answers[asked.id] = code
    return found


def left_out(given: Iterable[str | Path]) -> list[str]:
    """What in folders may hold a notebook that was handed in: archives, documents, linked folders.

    A link is followed to no other folder, as whoever handed it in could name any.
    """
    folders = [place for place in map(Path, given) if place.is_dir()]
    found = [path for one in folders for path in _files(one) if _is_wrapped(path.name)]
    walked = [step for one in folders for step in _walked(one)]
    beneath = [Path(folder) / name for folder, names, _ in walked for name in names]
    return [path.as_posix() for path in (*found, *filter(Path.is_symlink, beneath))]


def _is_wrapped(name: str) -> bool:
    """Whether a notebook may be in a file, or is one that was saved as ``lab1.ipynb.txt``."""
    name = name.lower()
    return name.endswith(WRAPPED) or (NOTEBOOK in name and not name.endswith(NOTEBOOK))


def _found(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    return [path for path in _files(place) if path.suffix.lower() == NOTEBOOK]


def _files(place: Path) -> Iterator[Path]:
    """The files of a folder and the folders in it, but what is hidden."""
    for folder, _, files in _walked(place):
        yield from (Path(folder) / name for name in sorted(files) if not name.startswith("."))


def _walked(place: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for folder, folders, files in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith((".", APART)))
        yield folder, folders, files


def _content(path: Path, folder: Path) -> bytes:
    """The bytes of a regular file of the folder, no more than are allowed."""
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Unusable("It is a link to a place outside of its folder.")
        handle = os.open(path.resolve(), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, RuntimeError) as error:
        raise Unusable("It cannot be read: no such file, or no permission.") from error
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Unusable("It is not a file.")
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Unusable(f"It is larger than {MOST_BYTES // 1_000_000} MB: clear its outputs.")
    return content


def _notebook(content: bytes) -> dict[str, Any]:
    """A notebook's JSON, in so far as it is one."""
    if not content.strip():
        raise Unusable("It is empty.")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unusable("It is not a notebook: its JSON cannot be read.") from error
    if isinstance(found, dict) and "worksheets" in found:
        raise Unusable("It is a notebook of nbformat 3: open and save it in JupyterLab.")
    cells = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(cells, list):
        raise Unusable("It is not a notebook: it has no cells.")
    metadata = found.get("metadata")
    cells = [cell for cell in cells if isinstance(cell, dict)]
    return {"cells": cells, "metadata": metadata if isinstance(metadata, dict) else {}}


def _master(notebook: dict[str, Any], path: Path, known: tuple[Master, ...]) -> Master | None:
    """Whose copy it is: by its metadata, the ids of its cells, its heading, or its file's name."""
    named = notebook["metadata"].get("labkit")
    lab = named.get("lab") if isinstance(named, dict) else None
    by_lab = [one for one in known if one.lab == lab]
    ids = {identity(cell) for cell in notebook["cells"]}
    shared = {one.name: len(one.cells & ids) for one in known}
    by_ids = [one for one in known if shared[one.name] == max(shared.values()) > 0]
    by_name = [one for one in known if path.stem.startswith(one.name.split("_")[0])]
    headings = {_heading(cell) for cell in notebook["cells"]} - {""}
    by_title = [one for one in known if one.title in headings]
    return next(iter([*by_lab, *by_ids, *by_title, *by_name]), None)


def _problem(runs: list[list[Cell]], code: Code) -> tuple[str, str] | None:
    """Why an answer's cells do not count: the answer's status, and a message."""
    if not runs:
        return "not tried", "No cell has this question's id: the answer's cell is gone."
    if len(runs) > 1:
        return "error", "Several cells have this question's id, so none of them counts: keep one."
    if len(code) > MOST_CODE:
        return "error", f"The answer is longer than {MOST_CODE:,} letters."
    if any(cell.get("cell_type") != "code" for cell in runs[0]):
        return "not tried", "The answer's cell is no code cell any more."
    if len(runs[0]) > 1 and any(source(cell).startswith("%%") for cell in runs[0]):
        return "error", "The answer is in several cells, and one begins with %%: make it one cell."
    return None


def _asked(cell: dict[str, Any]) -> Asked:
    named = labkit(cell)
    return Asked(named["question"], named["points"], from_json(named["reads"]), source(cell))


def _heading(cell: Cell) -> str:
    """The first line of a cell's text."""
    return source(cell).strip().partition("\n")[0].strip()


def _graded(cell: dict[str, Any]) -> list[str]:
    return list(labkit(cell).get("graded", []))

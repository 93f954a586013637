"""How long a grade takes, what a check adds to an answer, and how often either is wrong.

Times are those of the command, with all that is prepared in its place. A lab's own start is what a
learner waits for: a new workspace's local AWS, and `labkit.start` in it. Answers and tricks are
the questions' own lists and the tests' own tables, so they stand in one place.
"""

import functools
import gc
import importlib
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import labkit
from labkit import process
from labkit.exercises import LABS, Question, questions
from labkit.exercises.grading import grade, masters, variants
from labkit.exercises.grading.bench import Limits
from labkit.exercises.grading.score import References
from labkit.exercises.grading.variants import SHIPPED
from labkit.exercises.notes import YES
from tools.bench.figures import Figure, seconds
from tools.notebooks.known import run

# The tests' own tables and judgements, which have no types.
suite, mini, tricks = (
    importlib.import_module(f"tests.{name}")
    for name in ("exercises.suite", "grading.mini", "grading.tricks")
)
ROOT = Path(__file__).parent.parent.parent
SOLVED = sorted((ROOT / "tests" / "solved").glob("lab*.ipynb"))
LIMITS = Limits(cell_s=2, total_s=10, memory_mb=1000)
_TURNS = 3


def measure() -> Iterator[Figure]:
    """The figures of grading and of the checks in the notebooks."""
    _prepare()
    start, one = _start_s(), _graded_s(SOLVED[:1])
    yield Figure(f"Lab 1 graded ({one:.1f} s), past its start ({start:.1f} s)", one - start, 3)
    yield Figure("four labs graded, all in", _graded_s(SOLVED), 10)
    yield from _judged()
    yield _tampered()


def _prepare() -> None:
    """Have the clouds and the references of all labs, as every grading but the first has."""
    data = variants.variants()
    references = References(data)
    for lab in LABS:
        for variant in data:
            variants.prepared(lab, variant)
            for question in questions(lab):
                references.right(question, variant)


def _start_s() -> float:
    return statistics.median(_one_start_s() for _ in range(_TURNS))


def _one_start_s() -> float:
    """Seconds of `labkit up` and of a lab's first line, in a new workspace."""
    with TemporaryDirectory(prefix="labkit-") as home:
        environment = os.environ | {"LABKIT_HOME": home, "LABKIT_PROGRESS": "off"}
        code = "import labkit.process as p; p.up(); import labkit; labkit.start(1)"
        try:
            return seconds(
                lambda: subprocess.run([sys.executable, "-c", code], check=True, env=environment)
            )
        finally:
            process.down(Path(home))


def _graded_s(notebooks: list[Path]) -> float:
    """Seconds of `labkit grade`, from its first to its last."""
    command = [sys.executable, "-m", "labkit.cli", "grade", *map(str, notebooks)]
    grading = functools.partial(subprocess.run, command, check=True, capture_output=True)
    return statistics.median(seconds(grading) for _ in range(_TURNS))


# Answers ------------------------------------------------------------------------------------------


@dataclass
class Judged:
    """What came of the questions' lists of answers.

    Args:
        right, refused: how many right answers there are, and how many were not accepted.
        wrong, accepted, unnamed: the same of the wrong ones; told another mistake than their own.
        checks: seconds of a check beyond the reading of the answer.
    """

    right: int = 0
    refused: int = 0
    wrong: int = 0
    accepted: int = 0
    unnamed: int = 0
    checks: list[float] = field(default_factory=list)


def _judged() -> Iterator[Figure]:
    found = Judged()
    for lab in LABS:
        with variants.opened(lab, SHIPPED) as home, TemporaryDirectory() as data:
            ours = {"LABKIT_HOME": str(home), "LABKIT_PROGRESS": "off"}
            with patch.dict(os.environ, ours):
                bench = suite.Bench(SHIPPED, labkit.start(lab), Path(data))
                for question in questions(lab):
                    _judge(question, bench, found)
    share = 100 / found.wrong
    yield Figure(
        "a check beyond the question's own query", 1000 * max(found.checks), 100, unit="ms"
    )
    yield _percent(f"wrong answers accepted, of {found.wrong}", share * found.accepted)
    yield _percent(
        f"wrong answers not told their own mistake, of {found.wrong}", share * found.unnamed
    )
    yield _percent(f"right answers refused, of {found.right}", 100 * found.refused / found.right)


def _judge(question: Question, bench: Any, found: Judged) -> None:
    found.right += 1 + len(question.right)
    found.refused += len(suite.refused(bench, question))
    found.checks.append(_check_s(question, run(question, question.answer, bench.lab)))
    mistaken = suite.mistaken(bench, question)  # the last: what mistakes leave is in others' way
    found.wrong += len(question.wrong)
    found.unnamed += len(mistaken)
    found.accepted += sum(verdict.status == YES for _, verdict in mistaken)


def _check_s(question: Question, value: Any) -> float:
    """Seconds of a check in a notebook, when what it reads has been read.

    What this process holds beside is out of the collector's sight, as it is not in a notebook's.
    """
    asked = "labkit.exercises.question"
    with patch(f"{asked}.read", lambda *_: value), patch(f"{asked}._namespace", dict):
        gc.collect()
        gc.freeze()
        return seconds(question.check)


# Tampering ----------------------------------------------------------------------------------------


def _tampered() -> Figure:
    """Who gets points for a trick, of the tests' own table."""
    with TemporaryDirectory(prefix="labkit-") as folder:
        master = mini.master(Path(folder) / "master")
        paths = tricks.write_all(Path(folder) / "handed-in")
        handed_in = list(masters.submissions([Path(folder) / "handed-in"], [master]))
        hidden = variants.variants()[1:2]
        reports, _ = grade.grade(handed_in, mini.questions, hidden, limits=LIMITS)
    given = {report["notebook"] for report in reports if report["points"] == 0}
    missed = sum(path.as_posix() not in given for path in paths.values())
    return _percent(f"tricks with points or no report, of {len(paths)}", 100 * missed / len(paths))


def _percent(what: str, share: float) -> Figure:
    return Figure(what, share, 0, unit="%")

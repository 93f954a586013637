"""The questions of the labs: checked in the notebook, graded elsewhere.

::

    from labkit.exercises import certificate, progress
    from labkit.exercises.lab1 import q1

    q1.check(), q1.hint(), q1.solution()
    progress(1), certificate(lab)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from labkit.errors import slip
from labkit.exercises.names import lab_of
from labkit.exercises.standing import Certificate, Standing

if TYPE_CHECKING:
    from labkit.exercises.question import Question
    from labkit.lab import Lab

__all__ = ["LABS", "Question", "certificate", "progress", "question_named", "questions"]
LABS = (1, 2, 3, 4)


def __getattr__(name: str) -> object:
    """Load `Question`, and pandas with it, on first use: a grading begins without them."""
    if name == "Question":
        return import_module("labkit.exercises.question").Question
    raise AttributeError(f"module 'labkit.exercises' has no attribute {name!r}")


def questions(lab: int) -> tuple[Question, ...]:
    """A lab's questions, in the order of its notebook."""
    if lab not in LABS:
        raise slip(f"There are labs 1 to 4, not {lab!r}.")
    found: tuple[Question, ...] = import_module(f"labkit.exercises.lab{lab}").QUESTIONS
    return found


def question_named(identifier: str) -> Question:
    """The question of an id such as ``lab1-q3``."""
    return next(one for one in questions(lab_of(identifier)) if one.id == identifier)


def progress(lab: int) -> Standing:
    """Which of a lab's exercises you have solved, as a bar."""
    return Standing(lab, questions(lab))


def certificate(lab: Lab) -> Certificate:
    """A page to keep, once all exercises of the lab are solved; until then, what is missing."""
    if not hasattr(lab, "number"):
        raise slip("A certificate is for your lab: certificate(lab).", TypeError)
    return Certificate(progress(lab.number), lab.caller.rsplit("/", 1)[-1])

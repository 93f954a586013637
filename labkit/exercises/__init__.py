"""The questions of the labs: checked in the notebook, graded elsewhere.

from labkit.exercises.lab1 import q1
q1.check(), q1.hint(), q1.solution()
"""

from __future__ import annotations

from importlib import import_module

from labkit.exercises.question import Question

LABS = (1, 2, 3, 4)


def questions(lab: int) -> tuple[Question, ...]:
    """A lab's questions, in the order of its notebook."""
    found: tuple[Question, ...] = import_module(f"labkit.exercises.lab{lab}").QUESTIONS
    return found


def question(identifier: str) -> Question:
    """The question of an id such as ``lab1-q3``."""
    lab = int(identifier.removeprefix("lab").split("-")[0])
    return next(one for one in questions(lab) if one.id == identifier)

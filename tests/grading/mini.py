"""A lab of four questions in pure Python: what grading does, without a cloud to wait for."""

import json
from pathlib import Path

from labkit.exercises.grading.masters import Master, read_master
from labkit.exercises.question import Question
from labkit.exercises.states import as_json

STATE = """import seeds

folder = pathlib.Path(os.environ["LABKIT_HOME"]) / "lake"
scale, seed = float(os.environ["LABKIT_SCALE"]), int(os.environ["LABKIT_SEED"])
seeds.generate(folder, scale, ["student"], seed=seed)"""

SETUP = """import os
import pathlib

import pandas


def students():
    [path] = pathlib.Path(os.environ["LABKIT_HOME"]).glob("lake/*/*/student/*.parquet")
    return pandas.read_parquet(path)"""


def _question(name: str, points: int, reads, answer: str, reference, needs=()) -> Question:
    return Question(
        id=f"lab0-{name}",
        points=points,
        title=name,
        task="",
        reads=reads,
        starter=f"{next(iter(reads)) if isinstance(reads, dict) else reads} = ...",
        answer=answer,
        reference=reference,
        hints=(),
        explanation="",
        messages={},
        wrong=(),
        right=(),
        needs=needs,
    )


def _withdrawn(data):
    return sorted(data.student.query("enroll_status == 'Withdrawn'").student_id)


def _statuses(data):
    return data.student.groupby("enroll_status").size().rename("n").reset_index()


q1 = _question(
    "q1",
    1,
    "count",
    "count = int((students().gender == 'F').sum())",
    lambda data: int((data.student.gender == "F").sum()),
)
q2 = _question(
    "q2",
    2,
    "withdrawn",
    "s = students()\nwithdrawn = sorted(s[s.enroll_status == 'Withdrawn'].student_id)",
    _withdrawn,
)
q3 = _question(
    "q3",
    2,
    {"first": "first", "last": "last"},
    "s = students()\nw = s[s.enroll_status == 'Withdrawn'].student_id\n"
    "first, last = w.min(), w.max()",
    lambda data: {"first": min(_withdrawn(data)), "last": max(_withdrawn(data))},
    needs=("lab0-q2",),
)
q4 = _question(
    "q4",
    3,
    "statuses",
    "statuses = students().groupby('enroll_status').size().rename('n').reset_index()",
    _statuses,
)
QUESTIONS = (q1, q2, q3, q4)
POINTS = sum(question.points for question in QUESTIONS)
ANSWERS = {question.id: question.answer for question in QUESTIONS}


def questions(lab: int) -> tuple[Question, ...]:
    """The lab's questions."""
    assert lab == 0
    return QUESTIONS


def cell(name: str, source: str, named=None, kind: str = "code") -> dict:
    """A notebook's cell."""
    rest = {"outputs": [], "execution_count": None} if kind == "code" else {}
    metadata = {"labkit": named} if named else {}
    return {"id": name, "cell_type": kind, "source": source, "metadata": metadata} | rest


def notebook(answers=()) -> dict:
    """The lab's notebook, with some answers filled in."""
    filled = dict(answers)
    cells = [
        cell("lab0-00", "# A small lab", kind="markdown"),
        cell("lab0-01", SETUP, {"graded": ["setup"]}),
        cell("lab0-02", STATE, {"graded": ["state"]}),
    ]
    for question in QUESTIONS:
        asked = {
            "question": question.id,
            "points": question.points,
            "reads": as_json(question.reads),
        }
        cells.append(cell(question.id, filled.get(question.id, question.starter), asked))
        cells.append(cell(f"{question.id}-check", f"{question.name}.check()", {"part": "check"}))
    metadata = {"labkit": {"lab": 0, "cloud": False}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


def write(path: Path, made) -> Path:
    """Write a notebook, or whatever else stands in one's place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made if isinstance(made, str) else json.dumps(made), encoding="utf-8")
    return path


def master(folder: Path) -> Master:
    """The lab's master, written to a folder."""
    return read_master(write(folder / "lab0_mini.ipynb", notebook()))

"""What is known of the exercises' answers on the labs' data: the right one, the mistakes'."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import labkit
from labkit.exercises import Question, questions
from labkit.exercises.data import Data
from labkit.exercises.grading.variants import SHIPPED, opened
from labkit.exercises.question import Code, Known, read
from labkit.exercises.values import Plain, is_table, plain

FOLDER = Path(__file__).resolve().parents[2] / "labkit/exercises/known"


def write(lab: int) -> None:
    """Write what is known of a lab's exercises, from a cloud with the labs' own data."""
    with opened(lab, SHIPPED) as home, TemporaryDirectory() as folder:
        os.environ |= {"LABKIT_HOME": str(home), "LABKIT_PROGRESS": "off"}
        text = as_json(lab, Data(Path(folder)), labkit.start(lab))
    (FOLDER / f"lab{lab}.json").write_text(text, encoding="utf-8")


def learn(question: Question, data: Data, lab: Any) -> Known:
    """Compute what is right, and run each wrong answer to see what it makes."""
    wrong = [
        (mistake, value) for code, mistake in question.wrong for value in made(question, code, lab)
    ]
    return Known(plain(question.reference(data)), tuple(wrong))


def made(question: Question, code: Code, lab: Any) -> Iterator[Plain]:
    """What a code leaves for the question to read; nothing where it cannot be read."""
    try:
        yield plain(run(question, code, lab))
    except ValueError:  # no answer's value: it is told by its kind
        return


def run(question: Question, code: Code, lab: Any) -> Any:
    """Run an answer's code as its cell would run, and read what the question reads."""
    namespace = {"lab": lab, "__name__": "__main__"}
    exec(compile(code, question.id, "exec"), namespace)
    return read(question.reads, namespace)


def as_json(lab: int, data: Data, cloud: Any) -> str:
    """The file's text for one lab: an exercise a line, which a check reads alone."""
    found = {}
    for question in questions(lab):
        known = learn(question, data, cloud)
        wrong = [[mistake, settled(question, value)] for mistake, value in known.wrong]
        found[question.id] = {"right": settled(question, known.right), "wrong": wrong}
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def settled(question: Question, value: Plain) -> Plain:
    """A value without what varies from run to run: the last digits of sums, rows' free order."""
    value = _rounded(value)
    return value if question.compare.ordered else _in_order(value)


def _rounded(value: Plain) -> Plain:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


def _in_order(value: Plain) -> Plain:
    """The same with the rows of each table sorted: where their order says nothing, it varies."""
    if is_table(value):
        return {**value, "rows": sorted(value["rows"], key=json.dumps)}
    if isinstance(value, dict):
        return {name: _in_order(one) for name, one in value.items()}
    return value

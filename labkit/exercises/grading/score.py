"""Judges what was found. No learner's code runs here, and nothing that they made but plain JSON.

An answer is right when it says, on every variant of the data, what the question's reference says
of data that were made here.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.exercises.data import Data
from labkit.exercises.grading import kept, parts
from labkit.exercises.grading.records import Record
from labkit.exercises.grading.variants import SHIPPED, Variant, lake
from labkit.exercises.notes import YES
from labkit.exercises.question import Known, Question, known
from labkit.exercises.values import Plain, plain

CORRECT, WRONG, NOT_TRIED, SKIPPED, ERROR = "correct", "wrong", "not tried", "skipped", "error"
ONLY_HERE = "It is right on the data that you see, but not on other data of the same kind."
ELSEWHERE = "On other data of the same kind: "
UNREADABLE = "The answer cannot be read."
MOST_DEPTH, MOST_NUMBER = 12, 1e300

Report = dict[str, Any]
Questions = Callable[[int], Sequence[Question]]


@dataclass(frozen=True)
class Said:
    """What is said of one answer, on one variant or in all."""

    status: str
    message: str = ""


class References:
    """What is right, computed on this process's own data when it is first asked for, and kept.

    Args:
        variants: the data.
    """

    def __init__(self, variants: Iterable[Variant]) -> None:
        self.variants = tuple(variants)
        self._data: dict[Variant, Data] = {}
        self._right: dict[tuple[str, Variant], Plain] = {}
        self._lock = threading.RLock()

    def known(self, question: Question, variant: Variant) -> Known:
        """What is right on a variant, and on the labs' own data what each mistake makes."""
        right = self.right(question, variant)
        return Known(right, _mistakes(question) if variant == SHIPPED else ())

    def right(self, question: Question, variant: Variant) -> Plain:
        """The reference's answer in its plain form."""
        with self._lock:
            if (question.id, variant) not in self._right:
                compute = functools.partial(self._compute, question, variant)
                self._right[question.id, variant] = kept.right(question, variant, compute)
            return self._right[question.id, variant]

    def _compute(self, question: Question, variant: Variant) -> Plain:
        return plain(question.reference(self._data_of(variant)))

    def _data_of(self, variant: Variant) -> Data:
        if variant not in self._data:
            self._data[variant] = Data(lake(variant), variant.scale, variant.seed)
        return self._data[variant]


def report(record: Record, questions: Questions, references: References) -> Report:
    """The report of one notebook."""
    asked = [] if record.lab is None or record.problem else list(questions(record.lab))
    said = {one.id: _judged(one, record, references) for one in asked}
    for question in asked:
        said[question.id] = _skipped(question, said)
    lines = [_line(one, said[one.id]) for one in asked]
    made = {
        "notebook": record.notebook,
        "points": sum(line["points"] for line in lines),
        "possible": sum(line["possible"] for line in lines),
        "questions": lines,
        "lab": record.lab,
    }
    return made | ({"message": record.problem} if record.problem else {})


def _line(question: Question, said: Said) -> dict[str, Any]:
    return {
        "id": question.id,
        "status": said.status,
        "points": question.points if said.status == CORRECT else 0,
        "possible": question.points,
        "message": said.message,
    }


def _judged(question: Question, record: Record, references: References) -> Said:
    """One answer: right if it is on all variants, else what went wrong first."""
    if problem := record.problems.get(question.id):
        return Said(*map(str, problem))
    found = {
        one: _on(question, record.answers.get(one.name, {}).get(question.id), one, references)
        for one in references.variants
    }
    bad = [(one, said) for one, said in found.items() if said.status != CORRECT]
    if not bad:
        return Said(CORRECT)
    variant, said = bad[0]
    if variant == references.variants[0]:
        return said
    hides = said.status in (WRONG, NOT_TRIED)
    return Said(WRONG, ONLY_HERE) if hides else Said(said.status, ELSEWHERE + said.message)


def _on(question: Question, finding: Any, variant: Variant, references: References) -> Said:
    """One answer on one variant. What it left counts, also where its cell failed afterwards."""
    if not isinstance(finding, Mapping):
        return Said(NOT_TRIED)
    failed = Said(str(finding["status"]), str(finding["message"]))
    try:
        said = _of_values(question, finding["values"], references.known(question, variant))
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        said = Said(WRONG, UNREADABLE)
    return failed if failed.status != "ran" and said.status != CORRECT else said


def _of_values(question: Question, values: Mapping[str, Any], right: Known) -> Said:
    """Judge what was read, part by part."""
    found = {part: values.get(part, {"untouched": True}) for part in parts.parts(question.reads)}
    if all("untouched" in one for one in found.values()):
        return Said(NOT_TRIED)
    for one in found.values():
        if "unreadable" in one:
            return Said(WRONG, str(one["unreadable"]))
    said = parts.joined(question.reads, {part: one.get("plain") for part, one in found.items()})
    verdict = question.judge_plain(_checked(said), right)
    return Said(CORRECT if verdict.status == YES else WRONG, verdict.message)


def _checked(said: Plain, depth: int = 0) -> Plain:
    """What was said, if it is as `plain` says it and not only claims to be.

    Raises:
        ValueError: it is nested too deeply, or has a number that is none.
    """
    if depth > MOST_DEPTH:
        raise ValueError(said)
    if isinstance(said, dict):
        return {name: _checked(one, depth + 1) for name, one in said.items()}
    if isinstance(said, list):
        return [_checked(one, depth + 1) for one in said]
    if isinstance(said, (int, float)) and not abs(said) < MOST_NUMBER:
        raise ValueError(said)
    return said


def _skipped(question: Question, said: Mapping[str, Said]) -> Said:
    """An answer that builds on one that is not right is not said to be wrong."""
    own = said[question.id]
    missing = [one for one in question.needs if said[one].status != CORRECT]
    if not missing or own.status in (CORRECT, NOT_TRIED):
        return own
    names = ", ".join(one.split("-")[-1] for one in missing)
    return Said(SKIPPED, f"It builds on {names}, which must be right first.")


def _mistakes(question: Question) -> tuple[tuple[str, Plain], ...]:
    try:
        return known(question).wrong
    except (OSError, LookupError):
        return ()

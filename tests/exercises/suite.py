"""A lab's questions put to the test by their own lists of wrong and right answers.

Each code runs as a cell would, in a cloud whose raw data are a variant's. A question's reference
is computed from the same data without the cloud, so the two agree only where both are right.
"""

import os
from functools import cache

from labkit.exercises.data import Data
from labkit.exercises.grading.variants import SHIPPED, variants
from labkit.exercises.notes import NOT_YET, YES
from labkit.exercises.question import Known, known
from labkit.exercises.values import plain
from tests.exercises.neighbours import again, neighbours
from tools.notebooks.known import learn, run, settled

# All variants where LABKIT_EVERY_VARIANT is set (`make test` takes the labs' own data alone).
VARIANTS = variants("")[: 3 if os.environ.get("LABKIT_EVERY_VARIANT") else 1]
DIALECTS = {1: "athena", 2: "athena", 3: "athena", 4: "redshift"}
ACCEPTED: dict[str, list[set[str]]] = {}
"""Which neighbours each variant took for right so far, by question."""


class Bench:
    """A lab's cloud on one variant's data, and what is known of the answers there."""

    def __init__(self, variant, lab, folder):
        self.variant, self.lab = variant, lab
        self.data = Data(folder, variant.scale, variant.seed)
        self.known = cache(lambda question: learn(question, self.data, lab))
        self.right = cache(lambda question: Known(plain(question.reference(self.data))))

    def judge(self, question, code, known):
        return question.judge(run(question, code, self.lab), known)


def test_every_right_answer_is_accepted(bench, question):
    assert not refused(bench, question)


def test_every_wrong_answer_is_told_its_own_mistake(bench, question):
    assert not mistaken(bench, question)


def test_every_neighbour_is_told_apart(bench, stated, same):
    assert not {name for name in survivors(bench, stated) if (stated.id, name) not in same}


def test_what_the_package_knows_of_the_answers_is_current(bench, question):
    assert not outdated(bench, question)


def refused(bench, question):
    """The right answers that are not accepted, and what is said of them."""
    codes, right = (question.answer, *question.right), bench.right(question)
    verdicts = [(code, bench.judge(question, code, right)) for code in codes]
    return [(code, verdict) for code, verdict in verdicts if verdict.status != YES]


def mistaken(bench, question):
    """The wrong answers that are accepted, or told something else than their own message."""
    known = bench.known(question)
    told = [(mistake, question.judge_plain(value, known)) for mistake, value in known.wrong]
    unread = [pair for pair in question.wrong if pair[1] not in dict(known.wrong)]
    told += [(mistake, bench.judge(question, code, known)) for code, mistake in unread]
    return [
        (mistake, verdict)
        for mistake, verdict in told
        if (verdict.status, verdict.message) != (NOT_YET, question.message(mistake))
    ]


def outdated(bench, question):
    """What the package keeps of the answers on the labs' own data, where it is no longer true."""
    if bench.variant != SHIPPED:
        return []
    now = bench.known(question)
    wrong = tuple((mistake, settled(question, value)) for mistake, value in now.wrong)
    current = Known(settled(question, now.right), wrong)
    return [] if known(question) == current else [current]


def survivors(bench, question):
    """The neighbours of the statement that no variant has told from it, once all have run."""
    dialect, known = DIALECTS[question.lab], bench.right(question)
    assert question.sql in question.answer
    written = question.answer.replace(question.sql, again(question.sql, dialect))
    assert bench.judge(question, written, known).status == YES, "sqlglot writes it otherwise"
    seen = ACCEPTED.setdefault(question.id, [])
    left = neighbours(question.sql, dialect)
    if seen:
        left = {name: sql for name, sql in left.items() if name in seen[-1]}
    codes = {name: question.answer.replace(question.sql, sql) for name, sql in left.items()}
    seen.append({name for name, code in codes.items() if _is_right(bench, question, code, known)})
    return seen[-1] if len(seen) == len(VARIANTS) else set()


def _is_right(bench, question, code, known):
    try:
        return bench.judge(question, code, known).status == YES
    except Exception:  # a statement that AWS refuses is no answer
        return False

"""Grading in two phases: run what was handed in, then judge what was found.

The first needs the masters and the bundle, the second the questions. They can be two jobs: then
no machine ever has both a learner's code and what is right.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from labkit.exercises.grading import confine, supervise, variants
from labkit.exercises.grading.bench import Limits, bench
from labkit.exercises.grading.masters import Master, Submission
from labkit.exercises.grading.records import Record
from labkit.exercises.grading.supervise import Finding
from labkit.exercises.grading.variants import Variant

if TYPE_CHECKING:
    from labkit.exercises.grading.score import Questions, References, Report

# One more than a small machine has cores: much of a run is waiting for what others do. The last
# labs come first, as they take longest, and short runs fill the end.
AT_ONCE = 3
# What a cloud loads when it is first asked for it, and these labs do.
LATE = {
    2: "labkit.cloud.ahead.databrew",
    3: "labkit.cloud.ahead.quicksight",
    4: "labkit.cloud.ahead.redshift",
}
UNCONFINED = (
    "This machine has no Landlock: what was graded could read this user's files, the references "
    "among them. Run and score in two jobs."
)


def run(
    handed_in: Iterable[Submission],
    data: Sequence[Variant],
    *,
    limits: Limits | None = None,
    at_once: int = AT_ONCE,
) -> list[Record]:
    """The first phase: run answers on all variants, a few at a time.

    Raises:
        NotPrepared: a lab's own setup or state cells failed.
    """
    handed_in = list(handed_in)
    records = [_record(one) for one in handed_in]
    jobs = [
        (at, one) for one in data for at, submission in enumerate(handed_in) if submission.answers
    ]
    jobs.sort(key=lambda job: _lab(handed_in[job[0]]), reverse=True)
    masters = {one.master.name: one.master for one in handed_in if one.master and one.answers}
    if not jobs:
        return records
    clouds = _needed(masters.values())
    with bench(clouds=clouds, limits=limits) as shared, ThreadPoolExecutor(at_once) as pool:
        for master in masters.values():
            for variant in data:
                _tell(f"Preparing Lab {master.lab} ...")
                variants.prepared(master, variant)  # the same one again is not made twice at once
        found = pool.map(lambda job: supervise.run(shared, handed_in[job[0]], job[1]), jobs)
        for done, ((at, variant), findings) in enumerate(zip(jobs, found, strict=True)):
            _tell(f"Running answers: {done} of {len(jobs)} runs done")
            _note(records[at], variant, findings)
    _tell("")
    return records


def score(records: Iterable[Record], questions: Questions, references: References) -> list[Report]:
    """The second phase: judge what was found."""
    from labkit.exercises.grading.score import report

    return [report(record, questions, references) for record in records]


def grade(
    handed_in: Iterable[Submission],
    questions: Questions,
    data: Sequence[Variant],
    *,
    limits: Limits | None = None,
) -> tuple[list[Report], list[Record]]:
    """Both phases; the judge and what is right are made ready while the answers run."""
    handed_in = list(handed_in)
    labs = sorted({one.master.lab for one in handed_in if one.master})
    with ThreadPoolExecutor(1) as judge:
        ahead = judge.submit(_references, data, questions, labs)
        records = run(handed_in, data, limits=limits)
        return score(records, questions, ahead.result()), records


def notes() -> list[str]:
    """What a report of this machine should say besides the grades."""
    return [] if confine.landlock_version() else [UNCONFINED]


def _record(submission: Submission) -> Record:
    lab = submission.master.lab if submission.master else None
    return Record(submission.notebook, lab, submission.problem, submission.problems)


def _lab(submission: Submission) -> int:
    return submission.master.lab if submission.master else 0


def _needed(masters: Iterable[Master]) -> list[str] | None:
    """What the labs' clouds load late; ``None`` when none has a cloud."""
    labs = [master.lab for master in masters if master.cloud]
    return [LATE[lab] for lab in labs if lab in LATE] if labs else None


def _note(record: Record, variant: Variant, findings: dict[str, Finding]) -> None:
    """Keep a variant's findings; how long they took stands apart, as it is never the same."""
    for question, finding in findings.items():
        took = record.seconds.get(question, 0.0) + finding.pop("seconds", 0.0)
        record.seconds[question] = round(took, 3)
    record.answers[variant.name] = findings


def _tell(said: str) -> None:
    """How far it is, on a terminal: one line, which the next replaces."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{said}")
        sys.stderr.flush()


def _references(data: Sequence[Variant], questions: Questions, labs: list[int]) -> References:
    """All that is right; with it come the judge's libraries, so nothing else waits for them."""
    from labkit.exercises.grading.score import References

    references = References(data)
    for question in (one for lab in labs for one in questions(lab)):
        for variant in data:
            references.right(question, variant)
    return references

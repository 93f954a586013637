"""Reads the states of a cloud once the learner's own processes have ended.

No learner's code runs in this process. Functions of theirs may still run beside the cloud, and
whatever they make it say is judged as an answer is: it must be right on data that they never saw.
"""

from __future__ import annotations

import functools
from typing import Any

from labkit import process
from labkit.errors import CloudNotStarted
from labkit.exercises.at_work import settle
from labkit.exercises.grading.saying import say, value
from labkit.exercises.states import State
from labkit.lab import Lab


def main(number: int, wanted: list[dict[str, Any]]) -> int:
    """Say each state.

    Args:
        number: the lab.
        wanted: ``id`` and ``reads``: states by name, as reader and arguments.
    """
    lab = _open(number)
    settle(lab)
    for question in wanted:
        reads = {part: State(*state) for part, state in question["reads"].items()}
        found = {part: value(functools.partial(one.read, lab)) for part, one in reads.items()}
        say(id=question["id"], values=found)
    say(done=True)
    return 0


def _open(number: int) -> Lab:
    """The lab as it is: nothing is caught up that a learner has left out."""
    found = process.find()
    if found is None:
        raise CloudNotStarted("cloud.log", "")
    return Lab(number, found.session(), found.endpoint)

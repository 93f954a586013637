"""Runs a learner's answers as a notebook's kernel would, and says what each one left behind.

This process is the learner's: whatever their code changes in here, only what is said of their own
answers changes, and that is judged elsewhere.
"""

from __future__ import annotations

import functools
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from labkit.exercises.grading import quiet
from labkit.exercises.grading.saying import described, say, value
from labkit.exercises.grading.shells import quiet_shell


def main(plan: dict[str, Any]) -> int:
    """Run setup cells, then each answer.

    Args:
        plan: ``setup`` (codes) and ``answers``: ``id``, ``code``, ``reads`` (variables by name).
    """
    shell = quiet_shell()
    shell.user_ns.update(quiet.names(answer["id"] for answer in plan["answers"]))
    for code in plan["setup"]:
        if error := run(shell, code):
            say(setup=error)
            return 1
    for answer in plan["answers"]:
        say(began=answer["id"])
        error = run(shell, answer["code"])
        say(id=answer["id"], error=error, values=_values(shell, answer["reads"]))
    say(done=True)
    return 0


def run(shell: InteractiveShell, code: str) -> str:
    """Run one cell. Returns its error in a line, or nothing."""
    result = shell.run_cell(code, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    return described(error) if error else ""


def _values(shell: InteractiveShell, reads: dict[str, str]) -> dict[str, Any]:
    found = shell.user_ns
    return {part: value(functools.partial(found.get, name)) for part, name in reads.items()}

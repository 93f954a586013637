"""In place of the questions: what an answer's cell may call, and nothing comes of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import ModuleType

from labkit.exercises import LABS


class Quiet:
    """A question without its answer: `check`, `hint` and `solution` say nothing."""

    def check(self) -> None:
        """Nothing: answers are judged elsewhere."""

    hint = solution = check


QUIET = Quiet()
# What stands in the place of a lab's questions where answers are run.
MODULE = '''"""The lab's questions are not here."""

from labkit.exercises.grading.quiet import QUIET

QUESTIONS = ()


def __getattr__(name: str) -> object:
    if name.startswith("_"):
        raise AttributeError(name)
    return QUIET
'''


def names(questions: Iterable[str]) -> dict[str, Quiet]:
    """The names that a notebook has for its questions: ``q3`` for ``lab1-q3``."""
    return {identifier.split("-")[-1]: QUIET for identifier in questions}


def stand_in() -> None:
    """Have all labs' modules of questions say nothing, wherever these are; cells import them."""
    for lab in LABS:
        module = ModuleType(f"labkit.exercises.lab{lab}")
        exec(MODULE, vars(module))
        sys.modules[module.__name__] = module

"""What grading's tests share: a small lab, and the grades of whatever is handed in for it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from labkit.exercises.grading import grade, masters, variants
from labkit.exercises.grading.bench import Limits
from labkit.exercises.grading.masters import Master
from labkit.exercises.grading.score import Report
from tests.grading import mini

DATA = variants.variants("")[:2]  # the labs' data, and one that no learner has seen


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Master:
    """The small lab's master."""
    return mini.master(tmp_path_factory.mktemp("masters"))


@pytest.fixture(scope="session")
def graded(master: Master) -> Callable[..., list[Report]]:
    """``graded([folder])``: the reports of the notebooks in it."""

    def of(places: Iterable[Path], data: Any = DATA, **limits: Any) -> list[Report]:
        handed_in = masters.submissions(places, [master])
        return grade.grade(handed_in, mini.questions, data, limits=Limits(**limits))[0]

    return of

"""Nobody is given points for nothing, and everybody is given a report.

All tricks are handed in as one class and graded at once, beside an honest notebook, so that they
could also harm each other.
"""

import json

import pytest

from labkit.exercises.data import Data
from labkit.exercises.grading import confine, supervise
from labkit.exercises.grading.score import ONLY_HERE
from labkit.exercises.grading.variants import SHIPPED, lake
from labkit.exercises.values import plain
from tests.grading import mini, tricks
from tests.grading.conftest import DATA

NAMES = [
    *tricks.CODES,
    *tricks.EDITS,
    *tricks.FILES,
    "shadow modules",
    "a link for a notebook",
    "a loop for a notebook",
    "a pipe for a notebook",
]
STATUSES = {"correct", "wrong", "not tried", "skipped", "error", "timeout"}


def hard_coded():
    """Answers that say what is right on the data that everybody sees."""
    data = Data(lake(SHIPPED))
    codes = {}
    for question in mini.QUESTIONS:
        right = question.reference(data)
        named = {question.reads: right} if isinstance(question.reads, str) else right
        codes[question.id] = "\n".join(f"{name} = {_said(one)}" for name, one in named.items())
    return codes


def _said(value):
    said = plain(value)
    if isinstance(said, dict):
        return f"pandas.DataFrame({said['rows']!r}, columns={said['columns']!r})"
    return repr(said)


@pytest.fixture(scope="module")
def reports(graded, tmp_path_factory):
    """What each trick was given on hidden data; and the honest notebook graded among them."""
    folder = tmp_path_factory.mktemp("class") / "handed-in"
    paths = tricks.write_all(folder)
    paths["honest"] = mini.write(folder / "zz-honest" / "lab0.ipynb", mini.notebook(mini.ANSWERS))
    limits = {"cell_s": 4, "total_s": 20, "memory_mb": 1000}
    found = {one["notebook"]: one for one in graded([folder], DATA[1:], **limits)}
    return {name: found.get(path.as_posix()) for name, path in paths.items()}


@pytest.fixture(scope="module")
def waited_for(graded, tmp_path_factory):
    """What those who use too much were given by a judge with time: a busy machine gives slowly."""
    paths = tricks.write_all(tmp_path_factory.mktemp("greedy"))
    greedy = {paths[name].as_posix(): name for name in tricks.LIMITED}
    return {greedy[one["notebook"]]: one for one in graded(greedy, DATA[1:2], memory_mb=1000)}


@pytest.mark.parametrize("name", NAMES)
def test_a_trick_is_given_a_report_and_no_points(reports, name):
    if name in tricks.CONFINED and not confine.landlock_version():
        pytest.skip("this machine has no Landlock")
    report = reports[name]
    assert report["points"] == 0
    assert all(one["points"] == 0 for one in report["questions"])
    assert {one["status"] for one in report["questions"]} <= STATUSES - {"correct"}
    assert report["questions"] or report["message"]
    json.dumps(report, allow_nan=False)


def test_hard_coded_answers_are_right_on_the_data_that_all_see_and_worth_nothing(graded, tmp_path):
    path = mini.write(tmp_path / "lab0.ipynb", mini.notebook(hard_coded()))
    assert [one["points"] for one in graded([path], DATA[:1])] == [mini.POINTS]
    [report] = graded([path])
    assert report["points"] == 0
    assert report["questions"][0]["message"] == ONLY_HERE


def test_who_is_graded_beside_them_gets_all_points(reports):
    assert reports["honest"]["points"] == mini.POINTS


@pytest.mark.parametrize(("name", "why"), tricks.LIMITED.items())
def test_what_uses_too_much_is_told_why(waited_for, name, why):
    assert why in waited_for[name]["questions"][0]["message"]


def test_more_values_than_can_be_compared_are_told_as_such():
    said = {"plain": [[]] * (supervise.MOST_ROOM + 1)}
    assert supervise._kept(said) == {"unreadable": supervise.TOO_MUCH}


@pytest.mark.parametrize("name", sorted(tricks.CONFINED))
def test_what_the_kernel_refuses_is_refused(reports, name):
    """These end with ``count = -1`` when nothing could be read; what they get tells that."""
    if not confine.landlock_version():
        pytest.skip("this machine has no Landlock")
    first = reports[name]["questions"][0]
    assert first["status"] in ("wrong", "error")
    assert "AssertionError" not in first["message"]

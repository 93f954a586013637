"""The questions of Lab 4, put to the test by their own lists, on each variant of the data."""

from labkit.exercises.states import State
from tests.exercises.suite import (
    test_every_neighbour_is_told_apart,
    test_every_right_answer_is_accepted,
    test_every_wrong_answer_is_told_its_own_mistake,
    test_what_the_package_knows_of_the_answers_is_current,
)

LAB = 4
# Neighbours that mean the same on any data: (question's id, neighbour), and why.
SAME: dict[tuple[str, str], str] = {
    ("lab4-q3", "left join of lmsraw.assignment_dim AS a 1"): "NULL >= 1 drops what has no deadline"
}


def test_other_columns_than_asked_for_are_told(bench):
    found = State("warehouse", "SELECT count(surname) FROM sis.department").read(bench.lab)
    assert found == {"of": "sis.department", "instead": [*bench.data.department.columns]}
    assert State("warehouse", "SELECT 1 FROM sis.departments").read(bench.lab) is None

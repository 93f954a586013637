"""The questions of Lab 1, put to the test by their own lists, on each variant of the data."""

from labkit.exercises.states import State
from tests.exercises.suite import (
    test_every_neighbour_is_told_apart,
    test_every_right_answer_is_accepted,
    test_every_wrong_answer_is_told_its_own_mistake,
    test_what_the_package_knows_of_the_answers_is_current,
)

LAB = 1
# Neighbours that mean the same on any data: (question's id, neighbour), and why.
STUDENTS = "(SELECT DISTINCT student_id, parent_highest_ed FROM db_raw_sisdemo.student) AS s"
SAME = {
    ("lab1-q5", f"left join of {STUDENTS} 1"): "each course was taken by a student who is there",
}


def test_other_columns_than_asked_for_are_told(bench):
    found = State("rows", "SELECT count(surname) FROM db_raw_sisdemo.department").read(bench.lab)
    assert found["of"] == "db_raw_sisdemo.department"
    assert {*found["instead"]} >= {*bench.data.department.columns}
    assert State("rows", "SELECT 1 FROM db_raw_sisdemo.departments").read(bench.lab) is None

"""The questions of Lab 3, put to the test by their own lists, on each variant of the data."""

from tests.exercises.suite import (
    test_every_right_answer_is_accepted,
    test_every_wrong_answer_is_told_its_own_mistake,
    test_what_the_package_knows_of_the_answers_is_current,
)

LAB = 3

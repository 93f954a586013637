"""The questions of Lab 3, put to the test by their own lists, on each variant of the data."""

from tests.exercises.suite import cases, mistaken, outdated, refused

LAB = 3


@cases(LAB)
def test_every_right_answer_is_accepted(bench, question):
    assert not refused(bench, question)


@cases(LAB)
def test_every_wrong_answer_is_told_its_own_mistake(bench, question):
    assert not mistaken(bench, question)


@cases(LAB)
def test_what_the_package_knows_of_the_answers_is_current(bench, question):
    assert not outdated(bench, question)

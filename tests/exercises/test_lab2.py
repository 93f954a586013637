"""The questions of Lab 2, put to the test by their own lists, on each variant of the data."""

from labkit.exercises.states import State
from tests.exercises.suite import (
    test_every_neighbour_is_told_apart,
    test_every_right_answer_is_accepted,
    test_every_wrong_answer_is_told_its_own_mistake,
    test_what_the_package_knows_of_the_answers_is_current,
)

LAB = 2
# Neighbours that mean the same on any data: (question's id, neighbour), and why.
SAME: dict[tuple[str, str], str] = {}


def test_reading_a_recipe_leaves_nothing_behind(bench):
    lab = bench.lab
    lab.recipe.create("nothing", [])
    lab.recipe.publish("nothing")
    read = State("recipe", "nothing", "db_raw_sisdemo.department", "department_id").read(lab)
    assert read["department_id"].to_pylist() == bench.data.department.department_id.tolist()
    left = [*lab.recipe.jobs()["job"], *lab.recipe.data_sets()["data_set"]]
    left += list(lab.storage.objects(lab.names.results)["key"])
    assert not [name for name in left if name.startswith("exercise-")]
